"""Abstracts that we made up for the training, with what is named in them: made_up.jsonl, all our own texts.

Some have what real abstracts have seldom and readers ask for: what something is trained on beside what it is
measured on, what is only outperformed, what is a part, the base or background. In the others things stand to
one another as in a paper of ../shared/gold, whose id is their "like", but in other words and about another
subject, so that what makes a role is learnt and not the few papers by heart. Each text is learnt from as it
is, and under other names where they may change, so that the wording is learnt and not the names.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kgraph.matching import fold, names_of
from kgraph.records import GRAPH_TYPES, Paper
from pipelines.corpus import MADE_UP, Annotated, joined, rows_of

TEXTS = Path(__file__).with_name("made_up.jsonl")
NAMINGS = 4  # of each text, the first its own
COMMON = 3  # papers that name a thing by a name, so that it may stand for another known one
# a name that fits anywhere, so no plural of an acronym
PLAIN = re.compile(r"[A-Z][\w.+-]{2,18}(?: [A-Z0-9][\w.+-]{,10})?(?<![A-Z]s)")

Names = Mapping[tuple[str, bool], Sequence[str]]  # by type, and whether the paper introduces the thing


def read_made_up(
    annotated: Sequence[Annotated], texts: Path = TEXTS, unseen: Container[str] = ()
) -> list[Annotated]:
    """Return every text with its names, then, if some may change, with others that annotated papers have.

    Texts like a paper that is unseen stay out; `unseen` holds ids of ../shared/gold.
    """
    names = _names(annotated)
    papers = []
    for number, row in enumerate(rows_of(texts)):
        if row.get("like") in unseen:
            continue
        rng = random.Random(number)  # of its own: what stays out changes no other
        first = joined(Paper(f"made-up:{number}", row["title"], row["abstract"]), row, MADE_UP)
        others = (_renamed(first, naming, names, rng) for naming in range(1, NAMINGS))
        papers += [first, *(other for other in others if other.paper.text != first.paper.text)]
    return papers


def _names(annotated: Sequence[Annotated]) -> Names:
    counts: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for paper in annotated:
        for entity in paper.entities:
            if entity["type"] in GRAPH_TYPES:
                counts[entity["type"], entity["role"] == "introduces"][entity["name"]] += 1
    return {
        (type_, new): [name for name, count in found.items() if (new or count >= COMMON) and _fits(name)]
        for (type_, new), found in counts.items()
    }


def _fits(name: str) -> bool:
    return PLAIN.fullmatch(name) is not None


def _renamed(one: Annotated, naming: int, names: Names, rng: random.Random) -> Annotated:
    """Return a text in which the things of the graph have other names, as far as that is safe."""
    spelled = [spelling for entity in one.entities for spelling in names_of(entity)]
    other: dict[str, str] = {}
    for entity in one.entities:
        name, pool = entity["name"], names.get((entity["type"], entity["role"] == "introduces"))
        if pool and _alone(entity, spelled, one.paper.text):
            chosen = rng.choice(pool)
            if not any(_share(chosen, taken) for taken in (*spelled, *other.values())):
                other[name] = chosen
    title, abstract = _replaced(one.paper.title, other), _replaced(one.paper.abstract, other)
    entities = [{**entity, "name": other.get(entity["name"], entity["name"])} for entity in one.entities]
    relations = [(other.get(a, a), relation, other.get(b, b)) for a, relation, b in one.relations]
    paper = Paper(f"{one.paper.id} {naming}", title, abstract)
    return replace(one, paper=paper, entities=entities, relations=relations)


def _alone(entity: Mapping[str, Any], spelled: Sequence[str], text: str) -> bool:
    """Say whether a thing has one plain name that is found wherever it stands, and is in no other name."""
    name = entity["name"]
    return (
        not entity["aliases"]
        and _fits(name)
        and not any(_share(name, spelling) for spelling in spelled if spelling != name)
        and text.count(name) == len(_pattern([name]).findall(text))
    )


def _share(one: str, two: str) -> bool:
    one, two = fold(one), fold(two)
    return one in two or two in one


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?!\w)")


def _replaced(text: str, other: Mapping[str, str]) -> str:
    return _pattern(list(other)).sub(lambda found: other[found[0]], text) if other else text
