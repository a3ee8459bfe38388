"""Which candidates of a text are things, of which type, role and relations: judged by all their mentions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kgraph.extraction.cues import is_introduced
from kgraph.extraction.features import Floats, Ints
from kgraph.extraction.grouping import GIVEN, SEVERAL, Span, Thing
from kgraph.extraction.network import Judged, softmax
from kgraph.extraction.relations import find_statements
from kgraph.extraction.tagger import Reading, Tagger
from kgraph.extraction.things import Things, describe_things
from kgraph.keys import alias_key
from kgraph.lexicon import Lexicon
from kgraph.records import ROLES, TYPES, Extraction, Mention, Paper

LEAST_PROBABILITY = 0.5  # that a candidate is a thing
LEAST_INTRODUCED = 0.5  # probability that a thing is introduced; the likeliest suffices of other roles


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the network says of the candidates of one text, which are numbered from 0."""

    spans: Sequence[tuple[Span, int]]  # in reading order, each with the number of its candidate
    described: Things
    network: Judged
    probabilities: Floats  # that each candidate is a thing
    types: Sequence[str]  # of each candidate, if it is one


def judge_candidates(candidates: Sequence[Thing], reading: Reading, tagger: Tagger) -> Judgement:
    """Judge all candidates of a text at once; they come in the order of their first spans."""
    spans = sorted(
        ((span, number) for number, thing in enumerate(candidates) for span in thing.spans),
        key=lambda one: one[0].start,
    )
    places = [(*reading.token_range(span.start, span.end), number) for span, number in spans]
    types = [TYPES.index(thing.type) for thing in candidates]
    described = describe_things(reading.tokens, places, types, [thing.score / 1000 for thing in candidates])
    judged = tagger.judge_things(reading, described)
    probabilities = judged.probabilities()
    for number, thing in enumerate(candidates):
        probabilities[number] = max(probabilities[number], _least(thing))
    return Judgement(spans, described, judged, probabilities, _types(candidates, judged))


def _least(thing: Thing) -> float:
    """Return the probability of a thing that stands whatever the network says, else 0.

    Annotators take "CIFAR-10/100" for one name: the network has learnt that a part of it is none.
    """
    if _is_given(thing):
        return 1.0
    return thing.score / 1000 if any(span.rule == SEVERAL for span in thing.spans) else 0.0


def _is_given(thing: Thing) -> bool:
    """Say whether a thing is not ours to judge: a foreign pipeline or the user's lexicon names it."""
    return any(span.rule in GIVEN for span in thing.spans)


def judge(
    paper: Paper, candidates: Sequence[Thing], reading: Reading, tagger: Tagger, lexicon: Lexicon
) -> Extraction:
    """Keep of a paper's candidates what is a thing, with its type and role and their relations."""
    if not candidates:
        return Extraction(paper.id, (), ())
    judgement = judge_candidates(candidates, reading, tagger)
    is_thing = judgement.probabilities >= LEAST_PROBABILITY
    names, types = _names(paper.text, candidates), judgement.types
    roles = _roles(judgement, _introduced(paper.text, candidates, judgement.spans, lexicon))
    mentions = tuple(
        Mention(
            paper.id,
            span.start,
            span.end,
            paper.text[span.start : span.end],
            names[number],
            types[number],
            roles[place],
            round(1000 * float(judgement.probabilities[number])),
            span.rule,
            *reading.sentence_of(span.start),
        )
        for place, (span, number) in enumerate(judgement.spans)
    )
    probabilities = np.where(is_thing, judgement.probabilities, 0)
    statements = find_statements(mentions, judgement.described, judgement.network, probabilities, types)
    kept = [m for m, (_, number) in zip(mentions, judgement.spans, strict=True) if is_thing[number]]
    return Extraction(paper.id, tuple(kept), tuple(statements))


def _names(text: str, candidates: Sequence[Thing]) -> list[str]:
    """Return the names as the paper writes them: what was read had no halves of characters."""
    return [
        next(text[span.start : span.end] for span in thing.spans if span.text == thing.name)
        for thing in candidates
    ]


def _types(candidates: Sequence[Thing], judged: Judged) -> list[str]:
    return [
        thing.type if _is_given(thing) else TYPES[best]
        for thing, best in zip(candidates, judged.types.argmax(axis=1).tolist(), strict=True)
    ]


def _best_roles(judged: Judged) -> Ints:
    """Return the likeliest role of each candidate; introduced is only what is likelier so than not."""
    likely = softmax(judged.roles[:, : len(ROLES)])
    others = 1 + likely[:, 1:].argmax(axis=1)
    return np.where(likely[:, 0] >= LEAST_INTRODUCED, 0, others).astype(np.int32)


def _introduced(
    text: str, candidates: Sequence[Thing], spans: Iterable[tuple[Span, int]], lexicon: Lexicon
) -> list[bool]:
    """Say of each span whether the text says outright that it introduces it, a known name."""
    known = [any(alias_key(span.text) in lexicon.by_key for span in thing.spans) for thing in candidates]
    return [known[number] and is_introduced(text, span.start, span.end) for span, number in spans]


def _roles(judgement: Judgement, introduced: Sequence[bool]) -> list[str]:
    """Give each candidate's role to the mention that shows it best; its others only mention.

    A known name that the text says outright it introduces is introduced, whatever the network says.
    """
    judged, owners = judgement.network, judgement.described.mentions[:, 2]
    best = _best_roles(judged)
    shown = judged.mention_roles()[np.arange(len(owners)), best[owners]]
    roles = [ROLES[-1]] * len(owners)
    for thing, role in enumerate(best.tolist()):
        own = np.flatnonzero(owners == thing)
        said = next((place for place in own.tolist() if introduced[place]), None)
        if said is not None:
            roles[said] = ROLES[0]
        else:
            roles[own[shown[own].argmax()]] = ROLES[role]
    return roles
