"""What the tagger may take for things in papers that it has not learnt from: some are, some are not.

In the papers that it learnt from it errs too seldom to show what its errors are like. So two networks learn
from a half of the papers each. Each then says what it finds in the other half, and in which roles: the
annotators err, too.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgraph.extraction.candidates import find_candidates
from kgraph.extraction.features import Floats, Tokens
from kgraph.extraction.grouping import Thing
from kgraph.extraction.network import softmax
from kgraph.extraction.tagger import Reading, Tagger
from kgraph.extraction.things import Things, describe_things
from kgraph.lexicon import Lexicon, read_lexicon
from kgraph.matching import finders, fold, spellings_of
from kgraph.records import ROLES, TYPES
from pipelines.corpus import Annotated, also_shortened

LEARNT_SCORE = 400  # of the best mention of what is learnt from: lower than in use, to see more that is none
AGAIN_SHARE = 0.5  # of an annotated role: as a second annotator gave it
OTHERS_SHARE = 0.3  # of a role to be learnt: as the tagger says that learnt from other papers

Place = tuple[int, int]  # first token, token after the last


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a thing of one paper."""

    places: Sequence[Place]  # at least one, in reading order
    type: int  # index into TYPES
    sure: float  # how far the tagger takes it for a name, 0 to 1
    entity: int | None  # which of the annotated entities it is, if any


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be the things of a paper, in the order of their first places."""

    candidates: Sequence[Candidate]
    # (candidates, len(ROLES)) probabilities, as a tagger of other papers says; not where nothing is
    # annotated, nor of made-up texts
    roles: Floats | None = None


def as_annotated(annotated: Annotated) -> Seen:
    """Return the annotated entities alone, where they stand in the text."""
    return Seen(
        [
            Candidate(places, TYPES.index(annotated.entities[entity]["type"]), 1.0, entity)
            for entity, places in _places(annotated).items()
        ]
    )


def halves(papers: Sequence[Annotated]) -> tuple[Sequence[Annotated], Sequence[Annotated]]:
    """Split papers in two, each with its share of the given ones and of ours."""
    return papers[::2], papers[1::2]


def find_in_others(taggers: tuple[Path, Path], papers: Sequence[Annotated]) -> dict[str, Seen]:
    """Return what is seen in each paper, by its id; each tagger learnt from one half, in their order."""
    first, second = (
        [one for annotated in half for one in also_shortened(annotated)] for half in halves(papers)
    )
    return find_in(taggers[1], first) | find_in(taggers[0], second)


def find_in(tagger: Path, papers: Sequence[Annotated]) -> dict[str, Seen]:
    """Return what a tagger sees in papers that it has not learnt from, by their ids."""
    lexicon = read_lexicon()
    reader = Tagger.read_from(tagger, lexicon)
    return {one.paper.id: _find(one, reader, lexicon) for one in papers}


def describe_candidates(tokens: Tokens, candidates: Sequence[Candidate], sure: float | None = None) -> Things:
    """Describe candidates in the order of their first places; all are equally sure if that is given."""
    mentions = sorted((*place, number) for number, one in enumerate(candidates) for place in one.places)
    how_sure = [one.sure if sure is None else sure for one in candidates]
    return describe_things(tokens, mentions, [one.type for one in candidates], how_sure)


def _find(annotated: Annotated, tagger: Tagger, lexicon: Lexicon) -> Seen:
    with tagger.network.one_thread():
        reading, things = find_candidates(annotated.paper.text, tagger, lexicon, least_score=LEARNT_SCORE)
        found = list(_found(annotated, things, reading))
        found += _missed(annotated, found, reading, tagger)
        found.sort(key=lambda one: one.places[0])
        known = any(one.entity is not None for one in found)
        return Seen(found, _roles(found, reading, tagger) if known else None)


def _found(annotated: Annotated, things: Sequence[Thing], reading: Reading) -> Iterator[Candidate]:
    """Yield what was found; an entity is found once at most, as the measure has it.

    An entity's second spelling, seen as a thing of its own, is left out: it shows neither a thing nor none.
    """
    finder_of = finders(annotated.entities, [thing.name for thing in things])
    entity_of = {thing: entity for entity, thing in finder_of.items()}
    spelled = set().union(*map(spellings_of, annotated.entities))
    for number, thing in enumerate(things):
        if number in entity_of or fold(thing.name) not in spelled:
            places = [reading.token_range(span.start, span.end) for span in thing.spans]
            yield Candidate(places, TYPES.index(thing.type), thing.score / 1000, entity_of.get(number))


def _missed(
    annotated: Annotated, found: Sequence[Candidate], reading: Reading, tagger: Tagger
) -> Iterator[Candidate]:
    """Yield what is not among the found, as far as it stands apart from them, as the tagger sees it there.

    Nothing so unsure is judged later; it is learnt from for its role and relations.
    """
    taken = {token for one in found for place in one.places for token in range(*place)}
    known = {one.entity for one in found}
    for entity, everywhere in _places(annotated).items():
        free = [place for place in everywhere if taken.isdisjoint(range(*place))]
        if entity not in known and free:
            type_, score = max((_judged(place, reading, tagger) for place in free), key=lambda one: one[1])
            yield Candidate(free, TYPES.index(type_), score / 1000, entity)


def _judged(place: Place, reading: Reading, tagger: Tagger) -> tuple[str, int]:
    spans = reading.tokens.spans
    return tagger.judge(reading, spans[place[0]][0], spans[place[1] - 1][1])


def _roles(candidates: Sequence[Candidate], reading: Reading, tagger: Tagger) -> Floats:
    """Ask the tagger, which like that of a half knows of things only, all sure."""
    things = describe_candidates(reading.tokens, candidates, sure=1.0)
    return softmax(tagger.judge_things(reading, things).roles[:, : len(ROLES)])


def _places(annotated: Annotated) -> Mapping[int, list[Place]]:
    places: dict[int, list[Place]] = defaultdict(list)
    for start, end, entity in annotated.spans():
        places[entity].append((start, end))
    return places
