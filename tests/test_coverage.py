"""What the doctor counts: of papers, references and names."""

import json
import sqlite3
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest

import kgraph
from kgraph import coverage
from kgraph.store import Store


@pytest.fixture
def mixed(tmp_path: Path) -> Any:
    """A store of two files: one with ids and references, one with a duplicate and little else."""
    bees, ants = "Bees sleep in the afternoon and dance.", "Ants do not."
    files: dict[str, list[dict[str, Any]]] = {
        "full.jsonl": [
            {"id": "10.1000/a", "title": "On bees", "abstract": bees, "date": "2020",
             "references": ["10.1000/b", "10.1000/out", "2001.00001", "Smith, Lake fish, 1999"]},
            {"id": "10.1000/b", "title": "On ants", "abstract": ants, "references": ["10.1000/out"]},
        ],
        "bare.jsonl": [{"title": "On bees", "abstract": bees}, {"title": "On wasps"}, {"nothing": 1}],
    }  # fmt: skip
    for name, records in files.items():
        (tmp_path / name).write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    kgraph.build([tmp_path / name for name in files], tmp_path / "mixed.db")
    with Store(tmp_path / "mixed.db") as store:
        yield store.connection


def test_known(mixed: Connection) -> None:
    found = coverage.known(mixed)
    sources = found.pop("by_source")
    assert found == {"papers": 3, "ids": 2, "abstract": 2, "date": 1, "references": 2}
    assert [(Path(row.pop("source")).name, row) for row in sources] == [
        ("bare.jsonl", {"papers": 2, "ids": 1, "abstract": 1, "date": 1, "references": 1}),
        ("full.jsonl", {"papers": 2, "ids": 2, "abstract": 2, "date": 1, "references": 2}),
    ]


def test_references(mixed: Connection) -> None:
    found = coverage.references(mixed)
    assert {key: found[key] for key in ("inside", "outside", "stubs", "unresolved_ids", "as_written")} == {
        "inside": 1,
        "outside": 4,
        "stubs": 3,
        "unresolved_ids": {"arxiv": 1, "doi": 1},
        "as_written": 1,
    }
    assert next((row["id"], row["papers"]) for row in found["wanted"]) == ("doi:10.1000/out", 2)


def test_merged_and_rejected(mixed: Connection) -> None:
    report = coverage.examine(mixed)
    assert report["merged"] == {"papers": 1, "records": 2}
    assert report["rejected"] == 1


def test_names_in_doubt_come_by_what_a_look_pays(tmp_path: Path, toy_db: Path) -> None:
    path = tmp_path / "doubt.db"
    path.write_bytes(toy_db.read_bytes())
    with sqlite3.connect(path) as db:
        db.execute("UPDATE mentions SET score = 700 WHERE entity = 'entity:lora'")
        db.execute("UPDATE mentions SET score = 100 WHERE entity = 'entity:adam'")
        db.execute("UPDATE mentions SET entity = NULL WHERE entity = 'entity:vae'")
        found = coverage.doubtful(db)
    assert [(row["id"], row["doubt"], row["score"]) for row in found["names"]][:2] == [
        ("entity:lora", 1200, 700),
        ("entity:adam", 900, 100),
    ]
    assert found["unclear"] == [{"name": "VAE", "papers": 1}]


def test_nothing_is_known_of_an_empty_store(tmp_path: Path) -> None:
    (tmp_path / "papers.jsonl").write_text('{"id": "a", "title": "A paper"}\n', "utf-8")
    kgraph.build([tmp_path / "papers.jsonl"], tmp_path / "k.db")
    kgraph.remove(["a"], tmp_path / "k.db")
    with kgraph.open(tmp_path / "k.db") as landscape:
        report = landscape.doctor()
    assert report["known"] == {
        "papers": 0,
        "ids": 0,
        "abstract": 0,
        "date": 0,
        "references": 0,
        "by_source": [],
    }
    assert report["references"]["inferred"]["precision"] is None
