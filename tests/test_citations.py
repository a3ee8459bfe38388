"""Questions to citations, on a small web of papers and on the toy store."""

import math
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import networkx as nx
import pytest
from conftest import fill

import kgraph
from kgraph import citations, queries
from kgraph.errors import UnknownName
from kgraph.store import Store

# A cites and is cited as in textbooks: b and c share two of their references, one of them outside.
WEB: dict[str, tuple[str, list[str]]] = {
    "arxiv:1001.0001": ("2010", []),
    "arxiv:1001.0002": ("2011", ["arxiv:1001.0001", "doi:10.1000/out"]),
    "arxiv:1001.0003": ("2012", ["arxiv:1001.0001", "doi:10.1000/out", "arxiv:1001.0002", "doi:10.1000/far"]),
    "arxiv:1001.0004": ("2013", ["arxiv:1001.0002", "arxiv:1001.0003"]),
    "arxiv:1001.0005": ("2014", ["arxiv:1001.0002", "arxiv:1001.0003"]),
    "arxiv:1001.0006": ("2015", []),
}
A, B, C, D, E, F = WEB


def paper(id_: str, date: str, references: list[str]) -> dict[str, Any]:
    title = f"Paper {id_[-1]}"
    return {"id": id_, "title": title, "abstract": "", "date": date, "references": references,
            "entities": [], "relations": []}  # fmt: skip


@pytest.fixture(scope="module")
def web_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "web.db"
    fill(path, [paper(id_, *rest) for id_, rest in WEB.items()])
    return path


@pytest.fixture
def web(web_db: Path) -> Any:
    with Store(web_db) as store:
        yield store.connection


# -------------------------------------------------------------------------------------------------- cites


@pytest.mark.parametrize(
    ("options", "found"),
    [
        pytest.param({}, [(B, "out", 3), (A, "out", 2), (D, "in", 0), (E, "in", 0)], id="both ways"),
        pytest.param({"way": "in"}, [(D, "in", 0), (E, "in", 0)], id="in"),
        pytest.param({"way": "out"}, [(B, "out", 3), (A, "out", 2)], id="out"),
        pytest.param(
            {"way": "out", "stubs": True},
            [(B, "out", 3), (A, "out", 2), ("doi:10.1000/out", "out", 2), ("doi:10.1000/far", "out", 1)],
            id="with stubs",
        ),
        pytest.param({"limit": 1}, [(B, "out", 3), (D, "in", 0)], id="one each way"),
    ],
)
def test_cites(web: Connection, options: dict[str, Any], found: list[tuple[str, str, int]]) -> None:
    rows = citations.cites(web, C, **options)
    assert [(row["id"], row["direction"], row["citations"]) for row in rows] == found


def test_cites_marks_what_is_inferred_too(toy: Connection) -> None:
    rows = citations.cites(toy, "arxiv:2312.00752")
    assert [(row["id"], row["builds_on"], row["stub"]) for row in rows] == [
        ("arxiv:1706.03762", True, False),
        ("arxiv:2111.00396", True, False),
        ("arxiv:2405.21060", True, False),
    ]
    adam = citations.cites(toy, "Attention Is All You Need", "out")
    assert [(row["id"], row["builds_on"]) for row in adam] == [("arxiv:1412.6980", False)]


def test_stubs_are_counted_apart(web: Connection) -> None:
    assert [citations.count_stubs(web, id_) for id_ in WEB] == [0, 1, 2, 0, 0, 0]
    with pytest.raises(UnknownName):
        citations.cites(web, "doi:10.1000/out")


# ------------------------------------------------------------------------------------------------- similar


@pytest.mark.parametrize(
    ("id_", "because"),
    [
        pytest.param(F, "no references of it are known, and no paper here cites it", id="alone"),
        pytest.param(
            "arxiv:1001.0009",
            "no other paper here has one of its 2 references, and no paper here cites it",
            id="its own references",
        ),
        pytest.param(
            "arxiv:1001.0008",
            "no references of it are known, and what cites it cites nothing else here",
            id="cited alone",
        ),
    ],
)
def test_why_none_is_similar(id_: str, because: str, tmp_path: Path) -> None:
    loner = {
        "arxiv:1001.0008": ("2015", []),
        "arxiv:1001.0009": ("2016", ["arxiv:1001.0008", "doi:10.1000/x"]),
    }
    fill(tmp_path / "k.db", [paper(one, *rest) for one, rest in {**WEB, **loner}.items()])
    with Store(tmp_path / "k.db") as store:
        assert citations.similar(store.connection, id_) == []
        assert citations.why_none_is_similar(store.connection, id_) == because


def test_similar(web: Connection) -> None:
    rows = {row["id"]: row for row in citations.similar(web, B)}
    assert set(rows) == {C, A}
    shares = {key: rows[C][key] for key in ("shared_references", "shared_citations")}
    assert shares == {"shared_references": 2, "shared_citations": 2}
    assert rows[C]["coupling"] == round(2 / math.sqrt(2 * 4), 3)
    assert rows[C]["cocitation"] == round(2 / math.sqrt(3 * 2), 3)
    assert (rows[A]["coupling"], rows[A]["cocitation"]) == (0.0, round(1 / math.sqrt(3 * 2), 3))
    assert list(rows) == [C, A]


def test_similarity_is_symmetric(web: Connection) -> None:
    for one in WEB:
        for row in citations.similar(web, one):
            (back,) = [other for other in citations.similar(web, row["id"]) if other["id"] == one]
            figures = ("strength", "coupling", "cocitation", "shared_references", "shared_citations")
            assert [back[key] for key in figures] == [row[key] for key in figures]


def test_one_shared_reference_is_not_as_strong_as_many(web: Connection) -> None:
    alike = {row["id"]: row for row in citations.similar(web, D)}
    assert alike[E]["coupling"] == 1.0
    assert alike[E]["strength"] < 0.5


def test_a_paper_without_citations_is_like_none(web: Connection) -> None:
    assert citations.similar(web, F) == []


# ------------------------------------------------------------------------------------------------- ranking


def test_pagerank_of_papers_is_that_of_networkx(web: Connection) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(WEB)
    graph.add_edges_from((id_, other) for id_, (_, refs) in WEB.items() for other in refs if other in WEB)
    rows = citations.top_papers(web)
    assert {row["id"]: row["pagerank"] for row in rows} == pytest.approx(nx.pagerank(graph), abs=1e-5)
    assert rows[0]["id"] == A


def test_foremost_papers_and_stubs(web: Connection) -> None:
    by_citations, figures = citations.foremost(web, ["paper"], "citations", 2)
    assert figures == ("citations",)
    assert [(row["id"], row["citations"]) for row in by_citations] == [(B, 3), (A, 2)]
    rising, _ = citations.foremost(web, ["paper"], "rising")
    assert [(row["id"], row["recent"], row["before"]) for row in rising] == [(C, 1, 1), (B, 1, 2)]
    stubs, _ = citations.foremost(web, ["stub"])
    assert [(row["id"], row["papers"]) for row in stubs] == [("doi:10.1000/out", 2), ("doi:10.1000/far", 1)]


def test_foremost_entities_are_as_before(toy: Connection) -> None:
    rows, figures = citations.foremost(toy, ["model"], "pagerank", 3)
    assert rows == queries.top(toy, type=["model"], by="pagerank", limit=3)
    assert figures == ("papers", "pagerank")


@pytest.mark.parametrize(
    ("type_", "by"),
    [
        (["paper", "method"], None),
        (["paper", "stub"], None),
        (["paper"], "papers"),
        (["method"], "citations"),
        (["stub"], "pagerank"),
    ],
)
def test_what_cannot_be_ranked(toy: Connection, type_: list[str], by: Any) -> None:
    with pytest.raises(ValueError, match="rank"):
        citations.foremost(toy, type_, by)


# ---------------------------------------------------------------------------------------------------- ways


@pytest.mark.parametrize(
    ("a", "b", "way"),
    [
        pytest.param(D, A, [D, "out", B, "out", A], id="what it rests on"),
        pytest.param(A, D, [A, "in", B, "in", D], id="and back"),
        pytest.param(D, E, [D, "out", B, "in", E], id="what both cite"),
        pytest.param(D, F, [], id="no way"),
    ],
)
def test_path_over_citations(web: Connection, a: str, b: str, way: list[str]) -> None:
    assert [step.get("id") or step["direction"] for step in queries.path(web, a, b)] == way


def test_of_equal_ways_the_one_in_one_direction(tmp_path: Path) -> None:
    # x reaches z over m, which both cite, and over n, which lies between; m comes first by its id
    web = {"arxiv:1": ["m", "n"], "arxiv:2": ["m"], "m": [], "n": ["arxiv:2"]}
    fill(tmp_path / "web.db", [paper(id_, "2020", refs) for id_, refs in web.items()])
    with Store(tmp_path / "web.db") as store:
        way = queries.path(store.connection, "arxiv:1", "arxiv:2")
    assert [step.get("id") or step["direction"] for step in way] == ["arxiv:1", "out", "n", "out", "arxiv:2"]


def test_papers_by_citations(toy: Connection) -> None:
    rows = queries.papers(toy, "Transformer", by="citations")
    counts = [row["citations"] for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert rows[0]["id"] == "arxiv:1706.03762"
    dates = [row["date"] for row in queries.papers(toy, "Transformer", by="date")]
    assert dates == ["2017-06-12", "2021-10-31", "2022-01-20", "2023-12-01", "2024-05-31", None]


# ------------------------------------------------------------------------------- inferred against stated


def test_inferred_against_stated(toy: Connection) -> None:
    figures = citations.compare_inferred(toy)
    edges = queries.stats(toy)["edges"]
    assert (figures["inferred"], figures["stated"]) == (edges["builds_on"], edges["cites"])
    # Mamba-2 builds on the Transformer and cites only Mamba; LaMDA, without references, is not comparable
    assert figures["not_stated"] == [
        {
            "paper": "arxiv:2405.21060",
            "on_paper": "arxiv:1706.03762",
            "role": "mentions",
            "entity": "entity:transformer",
        }
    ]
    assert (figures["both"], figures["comparable"], figures["precision"]) == (5, 6, 0.833)
    assert figures["by_role"]["extends"] == {"inferred": 3, "stated": 3, "precision": 1.0}
    assert figures["recall"] == round(5 / 6, 3)


def test_nothing_to_compare(web: Connection) -> None:
    figures = citations.compare_inferred(web)
    assert (figures["comparable"], figures["precision"], figures["by_role"]) == (0, None, {})


def test_python_gets_frames(web_db: Path) -> None:
    with kgraph.open(web_db) as landscape:
        assert list(landscape.cites(C, "in")["id"]) == [D, E]
        assert list(landscape.similar(B, limit=1)["shared_references"]) == [2]
        assert list(landscape.top(type="paper", by="citations", limit=1)["citations"]) == [3]
        assert list(landscape.top(type="stub").columns) == ["id", "name", "type", "papers", "since"]
