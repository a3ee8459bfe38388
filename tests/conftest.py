"""The toy store: built from annotations, so that what reads a store is tested apart from what fills it."""

import json
import logging
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from hypothesis import settings

import kgraph.building
import kgraph.documents
import kgraph.evaluation
import kgraph.extraction
from kgraph.building import _relate
from kgraph.extraction.extractor import Extractor, load_extractor
from kgraph.records import Entity, Extraction, Mention, Paper, Statement
from kgraph.store import Store, building

TOY = Path(__file__).parent / "toy" / "papers.jsonl"

Row = dict[str, Any]

# the same cases every run, on any machine
settings.register_profile("kgraph", deadline=None, derandomize=True)
settings.load_profile("kgraph")


@pytest.fixture(autouse=True)
def _no_warnings_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    warnings = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not warnings


@pytest.fixture(scope="session", autouse=True)
def _loaded_once() -> Iterator[None]:
    """Load the shipped extractor once a process: half a second, that dozens of tests would take each."""
    shipped = cache(load_extractor)

    def load(nlp: str | None = None, lexicon: Sequence[Path] = ()) -> Extractor:
        return load_extractor(nlp, lexicon) if nlp or lexicon else shipped()

    with pytest.MonkeyPatch.context() as patch:
        for module in (kgraph.building, kgraph.documents, kgraph.evaluation, kgraph.extraction):
            patch.setattr(module, "load_extractor", load)
        yield


@pytest.fixture(scope="session")
def toy_rows() -> list[Row]:
    return [json.loads(line) for line in TOY.read_text("utf-8").splitlines()]


@pytest.fixture(scope="session")
def toy_papers(toy_rows: list[Row]) -> list[Paper]:
    return [_paper(row) for row in toy_rows]


@pytest.fixture(scope="session")
def toy_db(toy_rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of the toy store."""
    path = tmp_path_factory.mktemp("toy") / "toy.db"
    fill(path, toy_rows)
    return path


@pytest.fixture
def toy(toy_db: Path) -> Iterator[Connection]:
    """A connection to the toy store, for reading."""
    with Store(toy_db) as store:
        yield store.connection


def fill(path: Path, rows: list[Row]) -> None:
    """Fill a store with annotated papers."""
    papers = [_paper(row) for row in rows]
    extractions = [_extraction(paper, row) for paper, row in zip(papers, rows, strict=True)]
    entities, named, spellings = _entities(rows)
    with building(path) as store, store.transaction():
        store.put_records(papers)
        store.assign_records((digest, record.id) for digest, _, record in list(store.records()))
        store.put_papers(papers)
        store.put_extractions(extractions)
        store.put_entities(entities, named, spellings)
        _relate(store)
        store.put_meta(extractor={"nlp": None, "lexicon": [], "fingerprint": "toy"}, rejected=0, rejects=[])


def _paper(row: Row) -> Paper:
    return Paper(
        row["id"],
        row["title"],
        row["abstract"],
        tuple(row.get("authors", ())),
        row["date"],
        url=row.get("url"),
        ids=(row["id"],),
        references=tuple(row.get("references", ())),
    )


def _extraction(paper: Paper, row: Row) -> Extraction:
    mentions = [
        _mention(paper, entity, start, end)
        for entity in row["entities"]
        for start, end in _spans(paper.text, [entity["name"], *entity["aliases"]])
    ]
    mentions = [m for m in mentions if not any(_covers(other, m) for other in mentions)]
    mentions.sort(key=lambda mention: mention.start)
    statements = [_statement(mentions, *relation) for relation in row["relations"]]
    return Extraction(paper.id, tuple(mentions), tuple(statements))


def _mention(paper: Paper, entity: Row, start: int, end: int) -> Mention:
    name, label, role = (entity[key] for key in ("name", "type", "role"))
    sentence = _sentence(paper.text, start, end)
    return Mention(paper.id, start, end, paper.text[start:end], name, label, role, 1000, "toy", *sentence)


def _spans(text: str, spellings: list[str]) -> Iterator[tuple[int, int]]:
    longest_first = sorted(spellings, key=len, reverse=True)
    pattern = "|".join(map(re.escape, longest_first))
    for found in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text):
        yield found.span()


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    breaks = [0, *(found.end() for found in re.finditer(r"\n|(?<=[.!?]) ", text)), len(text) + 1]
    first = max(at for at in breaks if at <= start)
    return first, len(text[first : min(at for at in breaks if at >= end)].rstrip()) + first


def _covers(other: Mention, mention: Mention) -> bool:
    return (other.start <= mention.start and mention.end <= other.end) and other.text != mention.text


def _statement(mentions: list[Mention], source: str, relation: str, target: str) -> Statement:
    """State a relation between the nearest mentions of the two."""
    pairs = [(a, b) for a in mentions for b in mentions if (a.name, b.name) == (source, target)]
    a, b = min(pairs, key=lambda pair: (pair[0].sentence_start != pair[1].sentence_start, pair[0].start))
    return Statement(a.paper, (a.start, a.end), relation, (b.start, b.end), 900)


def _entities(
    rows: list[Row],
) -> tuple[list[Entity], list[tuple[str, str, str, str | None, str]], list[tuple[str, str, str, int]]]:
    named = [
        (
            row["id"],
            entity["name"],
            spelling,
            entity["node"],
            "exact" if spelling == entity["name"] else "defined",
        )
        for row in rows
        for entity in row["entities"]
        for spelling in (entity["name"], *entity["aliases"])
    ]
    first: dict[str, Row] = {}
    spellings: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for entity in row["entities"]:
            first.setdefault(entity["node"], entity)
            for spelling in (entity["name"], *entity["aliases"]):
                spellings.setdefault((spelling, entity["node"]), set()).add(row["id"])
    entities = []
    for node, entity in sorted(first.items()):
        aliases = sorted({spelling for spelling, owner in spellings if owner == node} - {entity["name"]})
        entities.append(Entity(node, entity["name"], entity["type"], tuple(aliases)))
    counted = [
        (spelling, node, "exact" if spelling == first[node]["name"] else "defined", len(papers))
        for (spelling, node), papers in spellings.items()
    ]
    return entities, named, counted
