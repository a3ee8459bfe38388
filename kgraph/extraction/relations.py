"""Relations that a paper states between two of its things, each with the two mentions that show it best."""

from collections.abc import Iterator, Sequence

import numpy as np

from kgraph.extraction.features import Floats
from kgraph.extraction.network import RELATION_CLASSES, Judged, softmax
from kgraph.extraction.things import Things
from kgraph.records import TYPES, Mention, Statement

LEAST_PROBABILITY = 0.4  # chosen on a held-out fifth of the training papers
_ABLE = ("method", "model")
# The types that a relation goes from and to, where these are not any: of others the network is not believed.
_ENDS = {
    "evaluated_on": (_ABLE, ("dataset", "metric")),
    "trained_on": (_ABLE, ("dataset",)),
    "used_for": (_ABLE, ("task",)),
}


def find_statements(
    mentions: Sequence[Mention],
    things: Things,
    judged: Judged,
    probabilities: Floats,
    types: Sequence[str],
) -> Iterator[Statement]:
    """Yield the relations between things; `mentions` are those of `things`, in the same order.

    `probabilities` are those of each to be a thing, `types` what it then is.
    """
    probability = relation_probabilities(judged, things, types)
    best = probability[:, 1:].argmax(axis=1) + 1
    for pair in np.flatnonzero(believed(probability, things, probabilities) >= LEAST_PROBABILITY).tolist():
        relation = RELATION_CLASSES[best[pair]]
        source, target = (mentions[i] for i in _proof(things, judged, pair, int(best[pair])))
        if relation.startswith("<"):
            source, target = target, source
        yield Statement(
            source.paper,
            (source.start, source.end),
            relation.lstrip("<"),
            (target.start, target.end),
            round(1000 * float(probability[pair, best[pair]])),
        )


def relation_probabilities(judged: Judged, things: Things, types: Sequence[str]) -> Floats:
    """Return the probability of each relation of each pair, none first, shape (pairs, classes).

    That of a relation which does not fit the types is 0, so that those of a pair need not add up to 1.
    """
    number = np.array([TYPES.index(type_) for type_ in types], np.intp)
    first, second = number[things.pairs].T
    return np.asarray(softmax(judged.relations) * _FITS[:, first, second].T, np.float32)


def _fits(relation: str, one: str, two: str) -> bool:
    """Say whether a class of relations may hold from the earlier thing to the later, given their types."""
    source, target = (two, one) if relation.startswith("<") else (one, two)
    sources, targets = _ENDS.get(relation.lstrip("<"), (TYPES, TYPES))
    return source in sources and target in targets


_FITS = np.array(
    [[[_fits(relation, one, two) for two in TYPES] for one in TYPES] for relation in RELATION_CLASSES]
)


def believed(probability: Floats, things: Things, probabilities: Floats) -> Floats:
    """Return how far it is believed of each pair of things that a relation is stated, 0 to 1."""
    return np.asarray(probability[:, 1:].sum(axis=1) * probabilities[things.pairs].prod(axis=1), np.float32)


def _proof(things: Things, judged: Judged, pair: int, relation: int) -> tuple[int, int]:
    """Choose a mention of each thing: where they meet and the relation shows best, else the nearest two."""
    meetings = np.flatnonzero(things.meetings[:, 2] == pair)
    if len(meetings):
        one, two, _, turned = things.meetings[
            meetings[judged.meeting_relations(meetings)[:, relation].argmax()]
        ]
        return (int(two), int(one)) if turned else (int(one), int(two))
    owners, starts = things.mentions[:, 2], things.mentions[:, 0]
    first, second = (np.flatnonzero(owners == thing) for thing in things.pairs[pair])
    apart = np.abs(starts[first][:, None] - starts[second])
    i, j = np.unravel_index(apart.argmin(), apart.shape)
    return int(first[i]), int(second[j])
