"""What each source gave of a paper, and where sources contradict each other."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from test_building import find_names, load_names

import kgraph.building
from kgraph import Landscape
from kgraph.building import build
from kgraph.cli import main

PAGE: dict[str, Any] = {
    "title": "QLoRA",
    "abstract": "We present QLoRA.",
    "date": "2023",
    "authors": ["Tim Dettmers", "et al."],
    "url": "https://page.test/qlora",
}
ARTICLE: dict[str, Any] = {
    "title": "QLoRA",
    "abstract": "We present QLoRA. QLoRA extends LoRA.",
    "date": "2023-05-23",
    "authors": ["T. Dettmers", "Artidoro Pagnoni"],
    "venue": "NeurIPS 2023",
    "doi": "10.1000/qlora",
}


@pytest.fixture(autouse=True)
def _simple(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kgraph.building, "find_mentions", find_names)
    monkeypatch.setattr(kgraph.building, "load_extractor", load_names)


def built(folder: Path, *records: dict[str, Any]) -> Path:
    files = [folder / f"{letter}.jsonl" for letter, _ in zip("abc", records, strict=False)]
    for file, record in zip(files, records, strict=True):
        file.write_text(json.dumps(record) + "\n", "utf-8")
    build(files, folder / "k.db")
    return folder / "k.db"


def found(db: Path) -> list[tuple[str, object, list[object]]]:
    with Landscape(db) as landscape:
        conflicts = landscape.doctor()["conflicts"]
    return [(one["field"], one["kept"], [value["value"] for value in one["values"]]) for one in conflicts]


def test_each_field_has_its_source(tmp_path: Path) -> None:
    with Landscape(built(tmp_path, PAGE, ARTICLE)) as landscape:
        sources = landscape.show("doi:10.1000/qlora")["sources"]
    names = {field: Path(source.rpartition(":")[0]).name for field, source in sources.items()}
    assert names == {
        "title": "b.jsonl",
        "abstract": "b.jsonl",
        "authors": "b.jsonl",
        "date": "b.jsonl",
        "venue": "b.jsonl",
        "url": "a.jsonl",
    }


def test_a_paper_of_one_record_has_one_source(tmp_path: Path) -> None:
    with Landscape(built(tmp_path, ARTICLE)) as landscape:
        assert landscape.show("doi:10.1000/qlora")["sources"] == {}


def test_what_says_less_contradicts_nothing(tmp_path: Path) -> None:
    assert found(built(tmp_path, PAGE, ARTICLE, {**PAGE, "venue": "arXiv"})) == []


def test_what_agrees_is_not_listed_among_what_contradicts(tmp_path: Path) -> None:
    db = built(tmp_path, ARTICLE, PAGE, {**ARTICLE, "abstract": "We present QLoRA.", "date": "2021"})
    assert found(db) == [("date", "2021", ["2021", "2023", "2023-05-23"])]
    db = built(tmp_path, ARTICLE, PAGE, {**ARTICLE, "abstract": "We present QLoRA.", "date": "2024"})
    assert found(db) == [("date", "2023-05-23", ["2023-05-23", "2024"])]


@pytest.mark.parametrize(
    ("field", "value", "conflict"),
    [
        pytest.param("date", "2024-01", ("date", "2023-05-23", ["2023-05-23", "2024-01"]), id="date"),
        pytest.param("venue", "ICML", ("venue", "NeurIPS 2023", ["NeurIPS 2023", "ICML"]), id="venue"),
        pytest.param(
            "doi",
            "10.1000/other",
            ("doi", "doi:10.1000/other", ["doi:10.1000/other", "doi:10.1000/qlora"]),
            id="DOI",
        ),
        pytest.param(
            "authors",
            ["Ada Lovelace"],
            (
                "authors",
                ("T. Dettmers", "Artidoro Pagnoni"),
                [("T. Dettmers", "Artidoro Pagnoni"), ("Ada Lovelace",)],
            ),
            id="authors",
        ),
    ],
)
def test_conflict(
    field: str, value: object, conflict: tuple[str, object, list[object]], tmp_path: Path
) -> None:
    db = built(tmp_path, ARTICLE, {**ARTICLE, "abstract": "We present QLoRA.", field: value})
    assert found(db) == [conflict]


def test_doctor_lists_them(tmp_path: Path) -> None:
    db = built(tmp_path, ARTICLE, {**PAGE, "date": "2021"})
    shown = CliRunner().invoke(main, ["doctor", "--db", str(db)]).stdout
    assert re.search(r"^conflicts +1 \(1 date\)$", shown, re.MULTILINE)
    assert "doi:10.1000/qlora date: 2021, not " in shown
    as_json = json.loads(CliRunner().invoke(main, ["doctor", "--json", "--db", str(db)]).stdout)
    assert [one["field"] for one in as_json["conflicts"]] == ["date"]
