"""What the tagger may take for things in papers that it has not learnt from: some are, some are not.

In the papers that it learnt from it errs too seldom to show what its errors are like. So two networks learn
from a half of the papers each, and each names what it finds in the other half.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kgraph.extraction.candidates import find_candidates
from kgraph.extraction.features import Tokens
from kgraph.extraction.grouping import Thing
from kgraph.extraction.network import softmax
from kgraph.extraction.tagger import Reading, Tagger
from kgraph.extraction.things import Things, describe_things
from kgraph.lexicon import Lexicon, read_lexicon
from kgraph.matching import finders
from kgraph.records import ROLES, TYPES
from pipelines.corpus import Annotated, also_shortened

LEARNT_SCORE = 400  # of the best mention of what is learnt from: lower than in use, to see more that is none
OTHERS_SHARE = 0.3  # of a role as the tagger sees it that learnt from other papers: annotators err

Place = tuple[int, int]  # first token, token after the last


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a thing of one paper."""

    places: Sequence[Place]  # at least one, in reading order
    type: int  # index into TYPES
    sure: float  # how far the tagger takes it for a name, 0 to 1
    entity: int | None  # which of the annotated entities it is, if any
    roles: Sequence[float] = ()  # how likely the tagger takes each of ROLES for its own, were it a thing


def as_annotated(annotated: Annotated) -> list[Candidate]:
    """Return the annotated entities alone, where they stand in the text."""
    return [
        Candidate(places, TYPES.index(annotated.entities[entity]["type"]), 1.0, entity)
        for entity, places in _places(annotated).items()
    ]


def halves(papers: Sequence[Annotated]) -> tuple[Sequence[Annotated], Sequence[Annotated]]:
    """Split papers in two, each with its share of the given ones and of ours."""
    return papers[::2], papers[1::2]


def find_in_others(taggers: tuple[Path, Path], papers: Sequence[Annotated]) -> dict[str, list[Candidate]]:
    """Return the candidates of each paper, by its id; each tagger learnt from one half, in their order."""
    lexicon = read_lexicon()
    first, second = (Tagger.read_from(folder, lexicon) for folder in taggers)
    return {
        one.paper.id: _find(one, tagger, lexicon)
        for half, tagger in zip(halves(papers), (second, first), strict=True)
        for annotated in half
        for one in also_shortened(annotated)
    }


def describe_candidates(tokens: Tokens, candidates: Sequence[Candidate], sure: float | None = None) -> Things:
    """Describe candidates in the order of their first places; all are equally sure if that is given."""
    mentions = sorted((*place, number) for number, one in enumerate(candidates) for place in one.places)
    how_sure = [one.sure if sure is None else sure for one in candidates]
    return describe_things(tokens, mentions, [one.type for one in candidates], how_sure)


def _find(annotated: Annotated, tagger: Tagger, lexicon: Lexicon) -> list[Candidate]:
    with tagger.network.one_thread():
        reading, things = find_candidates(annotated.paper.text, tagger, lexicon, least_score=LEARNT_SCORE)
        found = list(_found(annotated, things, reading))
        found += _missed(annotated, found, reading, tagger)
        return _with_roles(sorted(found, key=lambda one: one.places[0]), reading, tagger)


def _found(annotated: Annotated, things: Sequence[Thing], reading: Reading) -> Iterator[Candidate]:
    """Yield what was found; an entity is found once at most, as the measure has it."""
    finder_of = finders(annotated.entities, [thing.name for thing in things])
    entity_of = {thing: entity for entity, thing in finder_of.items()}
    for number, thing in enumerate(things):
        places = [reading.token_range(span.start, span.end) for span in thing.spans]
        yield Candidate(places, TYPES.index(thing.type), thing.score / 1000, entity_of.get(number))


def _missed(
    annotated: Annotated, found: Sequence[Candidate], reading: Reading, tagger: Tagger
) -> Iterator[Candidate]:
    """Yield what is not among the found, as far as it stands apart from them.

    Nothing so unsure is judged later; it is learnt from for its role and relations.
    """
    taken = {token for one in found for place in one.places for token in range(*place)}
    known = {one.entity for one in found}
    for entity, everywhere in _places(annotated).items():
        free = [place for place in everywhere if taken.isdisjoint(range(*place))]
        if entity not in known and free:
            type_ = TYPES.index(annotated.entities[entity]["type"])
            yield Candidate(free, type_, _surest(free, reading, tagger), entity)


def _with_roles(ordered: Sequence[Candidate], reading: Reading, tagger: Tagger) -> list[Candidate]:
    """Add the roles; the network of a half knows of things only, all sure."""
    if not ordered:
        return []
    things = describe_candidates(reading.tokens, ordered, sure=1.0)
    roles = softmax(tagger.judge_things(reading, things).roles[:, : len(ROLES)])
    return [replace(one, roles=own.tolist()) for one, own in zip(ordered, roles, strict=True)]


def _places(annotated: Annotated) -> Mapping[int, list[Place]]:
    places: dict[int, list[Place]] = defaultdict(list)
    for start, end, entity in annotated.spans():
        places[entity].append((start, end))
    return places


def _surest(places: Sequence[Place], reading: Reading, tagger: Tagger) -> float:
    spans = reading.tokens.spans
    return max(tagger.judge(reading, spans[start][0], spans[end - 1][1])[1] for start, end in places) / 1000
