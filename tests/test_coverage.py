"""What the doctor counts: of papers, references and names."""

import json
import sqlite3
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from click.testing import CliRunner

import kgraph
from kgraph import coverage
from kgraph.cli import main
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


@pytest.fixture(scope="module")
def contradicting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of seven papers on which two sources contradict each other, and of bad records."""
    folder = tmp_path_factory.mktemp("contradicting")
    for source, year in (("a-source-with-a-long-name", "2020"), ("another-source-with-a-long-name", "2021")):
        records = [
            {
                "id": f"10.1000/{n}",
                "title": f"On the bees and the ants of the lake {'ABCDEFG'[n]}",
                "date": year,
            }
            for n in range(7)
        ]
        bad = [{"title": ""}, {"title": "", "date": "2020"}] if year == "2020" else []
        lines = "".join(json.dumps(one) + "\n" for one in [*records, *bad])
        (folder / f"{source}.jsonl").write_text(lines, "utf-8")
    kgraph.build([folder], folder / "k.db")
    return folder / "k.db"


def shown(db: Path, *args: str) -> list[str]:
    result = CliRunner().invoke(main, ["doctor", "--db", str(db), *args])
    assert result.exit_code == 0
    return result.stdout.splitlines()


def test_conflicts_and_rejects_take_a_few_short_lines(contradicting: Path) -> None:
    lines = shown(contradicting)
    at = next(n for n, line in enumerate(lines) if line.startswith("conflicts"))
    assert [line.split(maxsplit=1 if n == 0 else 0)[-1] for n, line in enumerate(lines[at : at + 3])] == [
        "7 (7 date) (--list conflicts)",
        "doi:10.1000/0 date: 2020, not 2021",
        "doi:10.1000/1 date: 2020, not 2021",
    ]
    assert "rejected    2" in lines
    assert "            2 × has no title: a-source-with-a-long-name.jsonl:8" in lines
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_all_of_a_kind_can_be_listed(contradicting: Path) -> None:
    conflicts = shown(contradicting, "--list", "conflicts")
    assert [line.split()[:4] for line in conflicts[:3]] == [
        ["paper", "field", "kept", "value"],
        ["doi:10.1000/0", "date", "yes", "2020"],
        ["doi:10.1000/0", "date", "-", "2021"],
    ]
    assert len(conflicts) == 15
    assert [len(shown(contradicting, "--list", kind)) for kind in ("sources", "rejects")] == [3, 3]
    rows = json.loads("\n".join(shown(contradicting, "--list", "rejects", "--json")))
    assert [row["reason"] for row in rows] == ["has no title"] * 2


@pytest.mark.parametrize(
    ("most", "said"),
    [(3, "the first 3 of 5; build with --rejects FILE for all\n"), (5, "")],
)
def test_rejects_that_the_store_does_not_list_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, said: str
) -> None:
    monkeypatch.setattr(kgraph.building, "MAX_REJECTS", most)
    (tmp_path / "papers.jsonl").write_text('{"title": "A paper"}\n' * 5 + '{"id": "a"}\n' * 5, "utf-8")
    kgraph.build([tmp_path / "papers.jsonl"], tmp_path / "k.db")
    for flags in [], ["--json"]:
        args = ["doctor", "--db", str(tmp_path / "k.db"), "--list", "rejects", *flags]
        assert CliRunner().invoke(main, args).stderr == said
    page = " ".join(shown(tmp_path / "k.db"))
    assert ("5 (--list rejects: the first 3)" in page) == bool(said)
    assert ("5 (--list rejects)" in page) == (not said)


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
