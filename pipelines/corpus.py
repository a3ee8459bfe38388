"""What training reads: texts, all in ../shared and none of them copied, and what is named in them."""

import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from kgraph import read_papers
from kgraph.extraction.tokens import token_spans
from kgraph.keys import alias_key
from kgraph.matching import names_of
from kgraph.records import Paper

SHARED = Path(__file__).parents[1].parent / "shared"
CORPUS = SHARED / "corpora" / "conference-abstracts.jsonl.gz"
TRAIN = SHARED / "gold" / "train.jsonl"
DEV = SHARED / "gold" / "dev.jsonl"
ALL = sys.maxsize  # papers
ANNOTATIONS = Path(__file__).with_name("annotations.jsonl")  # of papers of the corpus, by their number
GOLD = 0  # whose annotations count; the rounds of ours count from 1
ROUNDS = 4
MADE_UP = ROUNDS + 1  # those who made texts up annotated them, too
ANNOTATORS = MADE_UP + 1  # how many there are, each with habits
SEEDS = SHARED / "seeds"  # pages of papers that results are looked at with
UNANNOTATED_SINCE, UNANNOTATED_LENGTH = "2019", 300  # of abstracts: characters
ABSTRACT_KEY = 120  # characters that two abstracts do not share by chance
SHORTENED = 10  # of so many papers one is also learnt from by its title


@dataclass(frozen=True)
class Annotated:
    """A paper and what annotators found in it."""

    paper: Paper
    entities: Sequence[Mapping[str, Any]]
    relations: Sequence[tuple[str, str, str]]
    annotators: int = GOLD  # or the round of ours, or MADE_UP

    def spans(self) -> list[tuple[int, int, int]]:
        """Return (first token, token after the last, index of the entity) wherever a spelling stands.

        The annotations are names without places: every occurrence at token edges counts, a plural
        s is taken in, and where two overlap the longer wins.
        """
        text = self.paper.text
        tokens = token_spans(text)
        starts = {start: i for i, (start, _) in enumerate(tokens)}
        ends = {end: i + 1 for i, (_, end) in enumerate(tokens)}
        found = []
        for index, entity in enumerate(self.entities):
            for spelling in sorted(set(names_of(entity))):
                for match in re.finditer(re.escape(spelling) + "s?", text):
                    for end in (match.end(), match.start() + len(spelling)):
                        if match.start() in starts and end in ends:
                            found.append((starts[match.start()], ends[end], index))
                            break
        taken: set[int] = set()
        kept = []
        for start, end, index in sorted(found, key=lambda span: (span[0] - span[1], span)):
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                kept.append((start, end, index))
        return sorted(kept)


def also_shortened(annotated: Annotated) -> list[Annotated]:
    """Return a paper, and of one in ten the title alone as well."""
    chosen = zlib.crc32(annotated.paper.id.encode()) % SHORTENED == 0
    return [annotated, shortened(annotated)] if chosen else [annotated]


def shortened(annotated: Annotated) -> Annotated:
    """Return a paper of which only the title is known, as in many bibliographies, and what is named there."""
    paper = replace(annotated.paper, id=f"{annotated.paper.id} title", abstract="")
    entities = [
        {**entity, "name": names[0], "aliases": names[1:]}
        for entity in annotated.entities
        if (names := list(dict.fromkeys(_as_written(names_of(entity), paper.title))))
    ]
    return Annotated(paper, entities, (), annotated.annotators)


def _as_written(names: Sequence[str], title: str) -> Iterator[str]:
    """Yield what of some names stands in a title, as it is written there: words of a phrase in any case."""
    for name in names:
        parts = re.split(r"(\w+)", name)
        any_case = "".join(_in_any_case(part) if len(parts) > 3 else re.escape(part) for part in parts)
        forms = (re.search(rf"(?<!\w){form}(?=s?(?!\w))", title) for form in (re.escape(name), any_case))
        if found := next(filter(None, forms), None):
            yield found[0]


def _in_any_case(part: str) -> str:
    """Return the pattern of a part of a phrase, which if it is no acronym may be written large or small."""
    return re.escape(part) if re.search(r"[A-Z].*[A-Z]", part) else f"(?i:{re.escape(part)})"


def read_annotated(path: Path) -> list[Annotated]:
    return [_annotated(Paper(d["id"], d["title"], d["abstract"]), d) for d in rows_of(path)]


def read_training_papers(limit: int = ALL) -> tuple[list[Annotated], list[Annotated]]:
    """Return the gold papers, and ours: the first so many, and those among the corpus's first so many."""
    return read_annotated(TRAIN)[:limit], read_annotated_corpus(limit)


def read_annotated_corpus(limit: int = ALL) -> list[Annotated]:
    """Join our own annotations, which hold names only, with the papers of the corpus that they are of.

    A line has the paper, its entities as [type, role, name, aliases...], its relations as
    [entity, relation, entity] by the entities' places in that list, the round if it was not the first, and
    "again", if the roles were given again, [entity, role] where they differ, kept as the entity's "again".
    """
    rows = our_rows()
    papers = ((paper, rows[paper.id]) for paper in read_corpus(limit) if paper.id in rows)
    return [joined(paper, row, round_of(row)) for paper, row in papers]


def read_unannotated(limit: int = ALL) -> list[Annotated]:
    """Return papers among the corpus's first so many, of UNANNOTATED_SINCE or later, that nobody annotated.

    Those of the gold and of the seeds stay out, also where the corpus has them by another title.
    """
    done = our_rows().keys()
    shown = [one for one in read_papers(sorted(SEEDS.glob("*.txt"))) if isinstance(one, Paper)]
    known = [*shown, *(one.paper for path in (TRAIN, DEV) for one in read_annotated(path))]
    keys = {key for paper in known for key in _keys(paper)}
    return [
        Annotated(paper, (), ())
        for paper in read_corpus(limit)
        if (paper.date or "") >= UNANNOTATED_SINCE
        and paper.id not in done
        and len(paper.abstract) >= UNANNOTATED_LENGTH
        and keys.isdisjoint(_keys(paper))
    ]


def _keys(paper: Paper) -> set[str]:
    """Return what tells that two papers are one: the title, and how the abstract begins and ends."""
    abstract = re.sub(r"\W", "", paper.abstract.lower())
    return {alias_key(paper.title), abstract[:ABSTRACT_KEY], abstract[-ABSTRACT_KEY:]} - {""}


def our_rows() -> dict[str, Mapping[str, Any]]:
    """Return the lines of our own annotations by the papers that they are of."""
    return {row["id"]: row for row in rows_of(ANNOTATIONS)}


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file, one a line."""
    return map(json.loads, filter(str.strip, path.read_text("utf-8").split("\n")))


def joined(paper: Paper, row: Mapping[str, Any], annotators: int) -> Annotated:
    """Return a paper with what a line says of it, as `read_annotated_corpus` describes lines."""
    entities = [
        {"name": name, "type": type_, "role": role, "aliases": aliases}
        for type_, role, name, *aliases in row["entities"]
    ]
    for place, role in row.get("again", ()):
        entities[place]["again"] = role
    relations = [(entities[i]["name"], relation, entities[j]["name"]) for i, relation, j in row["relations"]]
    return Annotated(paper, entities, relations, annotators)


def round_of(row: Mapping[str, Any]) -> int:
    """Return the round in which one of our annotations was made, the first if none is said."""
    number: int = row.get("round", 1)
    return number


def _annotated(paper: Paper, document: Mapping[str, Any]) -> Annotated:
    return Annotated(paper, document["entities"], [tuple(relation) for relation in document["relations"]])


def read_corpus(limit: int = ALL) -> Iterator[Paper]:
    """Yield the first so many papers of the corpus; a venue, such as "iclr2024", also tells the year."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, limit)):
            record = json.loads(line)
            venue = record["venue"]
            year = re.search(r"\d{4}", venue)
            yield Paper(
                f"corpus:{number}",
                record["title"],
                record["abstract"],
                venue=venue,
                date=None if year is None else year[0],
            )
