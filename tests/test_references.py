"""What papers cite: references to papers of the collection and to stubs outside it."""

import json
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest

import kgraph
from kgraph.identity import title_id, title_key
from kgraph.records import Citation, Paper
from kgraph.references import Collection, find_citations
from kgraph.store import Store

ATTENTION = "Attention Is All You Need"
COLLECTION = Collection(
    {"arxiv:1706.03762": "arxiv:1706.03762", "s2:1": "arxiv:1706.03762", "own": "own", "gpt": "gpt"},
    [
        (ATTENTION, "arxiv:1706.03762"),
        ("The Transformer, or: Attention is all you need!", "arxiv:1706.03762"),
        ("LoRA: Low-Rank Adaptation of Large Language Models", "lora"),
        ("GPT-4.5, a report", "gpt"),
        ("Deep learning", "deep"),
        ("Proceedings of the workshop", "one"),
        ("Proceedings of the Workshop", "other"),
    ],
)


def cited(reference: str) -> tuple[str, str | None]:
    (citation,) = find_citations([Paper("own", "A", references=(reference,))], COLLECTION)
    return citation.cited, citation.stub


@pytest.mark.parametrize(
    ("reference", "paper"),
    [
        pytest.param("arxiv:1706.03762", "arxiv:1706.03762", id="an id"),
        pytest.param("https://arxiv.org/abs/1706.03762v5", "arxiv:1706.03762", id="an address"),
        pytest.param("s2:1", "arxiv:1706.03762", id="another id"),
        pytest.param("gpt", "gpt", id="an own id"),
        pytest.param("attention is all you need", "arxiv:1706.03762", id="a title"),
        pytest.param("Deep Learning", "deep", id="a short title, alone"),
        pytest.param(
            "A. Vaswani, N. Shazeer et al. Attention is all you need. NeurIPS, 2017.",
            "arxiv:1706.03762",
            id="a line with full stops",
        ),
        pytest.param(
            "Vaswani, A., et al.: Attention is all you need. In: NIPS (2017)",
            "arxiv:1706.03762",
            id="a line with a colon",
        ),
        pytest.param(
            "Hu et al. “LoRA: Low-Rank Adaptation of Large Language Models,” ICLR", "lora", id="quoted"
        ),
        pytest.param("OpenAI. GPT-4.5, a report. 2025", "gpt", id="a title with stops of its own"),
        pytest.param(
            "Vaswani et al. Some other title. arXiv:1706.03762, 2017", "arxiv:1706.03762", id="an id within"
        ),
        pytest.param(
            "Vaswani et al. Attention is all you need. doi:10.5555/3295222",
            "arxiv:1706.03762",
            id="an id that is not known, but the title is",
        ),
    ],
)
def test_reference_to_a_paper_of_the_collection(reference: str, paper: str) -> None:
    assert cited(reference) == (paper, None)


@pytest.mark.parametrize(
    ("reference", "stub", "name"),
    [
        pytest.param("doi:10.1/absent", None, None, id="too short to be a DOI"),
        pytest.param(
            "https://doi.org/10.1000/Absent", "doi:10.1000/absent", "doi:10.1000/absent", id="an id"
        ),
        pytest.param(
            "Doe, J. Sleep of bees. doi:10.1000/bees", "doi:10.1000/bees", None, id="a line with an id"
        ),
        pytest.param(
            "Subakan, C. Attention is all you need in speech separation. ICASSP", None, None, id="longer"
        ),
        pytest.param("Li, X. Attention is all you need: a survey. 2024", None, None, id="with a subtitle"),
        pytest.param("LeCun Y. Deep learning. Nature 2015", None, None, id="a short title in a line"),
        pytest.param("Proceedings of the workshop", None, None, id="a title of two papers"),
        pytest.param("page:99", None, None, id="an own id that is not there"),
    ],
)
def test_reference_to_a_stub(reference: str, stub: str | None, name: str | None) -> None:
    assert cited(reference) == (stub or title_id(title_key(reference)), name or reference)


def test_each_is_cited_once_and_nobody_cites_itself() -> None:
    references = ("s2:1", "arxiv:1706.03762", ATTENTION, "own", "doi:10.1000/own", " ", "10.1000/x")
    paper = Paper("own", "A", date="2021", ids=("doi:10.1000/own",), references=references)
    assert list(find_citations([paper], COLLECTION)) == [
        Citation("own", "2021", "arxiv:1706.03762"),
        Citation("own", "2021", "doi:10.1000/x", "doi:10.1000/x"),
    ]


@pytest.mark.parametrize(
    ("abstract", "found"),
    [
        pytest.param("We extend arXiv:1706.03762.", [("arxiv:1706.03762", None)], id="an id"),
        pytest.param(
            "See https://huggingface.co/papers/2001.00001.",
            [("arxiv:2001.00001", "arxiv:2001.00001")],
            id="an address of a paper that is not there",
        ),
        pytest.param("As in doi:10.1000/z.", [("doi:10.1000/z", "doi:10.1000/z")], id="a DOI"),
        pytest.param("Code: https://doi.org/10.5281/zenodo.123456", [], id="the DOI of a program"),
        pytest.param("Attention is all you need.", [], id="a title in the text is no citation"),
        pytest.param("Our arXiv:2312.00752 says so.", [], id="its own id"),
    ],
)
def test_what_a_text_cites(abstract: str, found: list[tuple[str, str | None]]) -> None:
    paper = Paper("arxiv:2312.00752", "A reply", abstract)
    assert [(one.cited, one.stub) for one in find_citations([paper], COLLECTION)] == found


# ------------------------------------------------------------------------------------------- in the store


RECORDS = [
    {
        "id": "a",
        "title": "A reply",
        "date": "2024",
        "references": ["10.1000/x", "Smith, Lake fish, 1999", "b"],
    },
    {"id": "b", "title": "On ants", "date": "2023", "references": ["Jones 10.1000/x 2001", "10.1000/y"]},
]
LATER = {"id": "c", "title": "On fish in lakes", "doi": "10.1000/x", "date": "2022"}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    write(tmp_path / "papers.jsonl", RECORDS)
    kgraph.build([tmp_path / "papers.jsonl"], tmp_path / "kgraph.db")
    return tmp_path / "kgraph.db"


def write(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")


def rows(db: Connection, sql: str) -> list[tuple[Any, ...]]:
    return db.execute(sql).fetchall()


def test_stubs_are_counted_and_named_by_what_is_known(db: Path) -> None:
    fish = "title:smith-lake-fish-1999-" + title_id(title_key("Smith, Lake fish, 1999")).rpartition("-")[2]
    with Store(db) as store:
        assert rows(store.connection, "SELECT * FROM stubs ORDER BY id") == [
            ("doi:10.1000/x", "doi:10.1000/x", 2),
            ("doi:10.1000/y", "doi:10.1000/y", 1),
            (fish, "Smith, Lake fish, 1999", 1),
        ]
        assert [(edge.source, edge.target) for edge in store.edges("cites")] == [("a", "b")]


def test_a_stub_becomes_a_paper_when_it_is_added(db: Path, tmp_path: Path) -> None:
    write(tmp_path / "later.jsonl", [LATER])
    kgraph.add([tmp_path / "later.jsonl"], db)
    with Store(db) as store:
        cites = [(edge.source, edge.target) for edge in store.edges("cites")]
        assert cites == [("a", "b"), ("a", "doi:10.1000/x"), ("b", "doi:10.1000/x")]
        assert len(rows(store.connection, "SELECT * FROM stubs")) == 2
    kgraph.remove(["doi:10.1000/x"], db)
    with Store(db) as store:
        assert ("doi:10.1000/x", 2) in rows(store.connection, "SELECT id, papers FROM stubs")


def test_stubs_are_off_in_views_unless_asked_for(db: Path) -> None:
    with kgraph.open(db) as landscape:
        assert set(landscape.graph("papers")) == {"a", "b"}
        with_stubs = landscape.graph("papers", stubs=2)
        assert set(with_stubs) == {"a", "b", "doi:10.1000/x"}
        assert with_stubs.nodes["doi:10.1000/x"]["stub"] is True
        assert set(with_stubs.pred["doi:10.1000/x"]) == {"a", "b"}
        assert "doi:10.1000/x" not in landscape.graph("papers", stubs=2, relation="builds_on")
        assert landscape.stats()["papers"] == 2
        assert list(landscape.frame("stubs")["papers"]) == [2, 1, 1]


@pytest.mark.parametrize("suffix", ["csv", "graphml", "html", "json"])
def test_stubs_can_be_exported(db: Path, tmp_path: Path, suffix: str) -> None:
    with kgraph.open(db) as landscape:
        assert landscape.export(tmp_path / f"out.{suffix}", stubs=1).nodes == 5
