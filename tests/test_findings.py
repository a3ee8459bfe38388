"""The findings agree with the queries, and hold nothing that the graph does not."""

import json
from sqlite3 import Connection, connect

import pytest

from kgraph import queries
from kgraph.findings import find, introduced
from kgraph.graph import Filter, read_graph
from kgraph.views.regions import regions


def test_figures_are_those_of_the_queries(toy: Connection) -> None:
    findings = find(toy, read_graph(toy))
    assert findings.stats == queries.stats(toy)
    assert findings.coverage == queries.doctor(toy)
    methods = queries.top(toy, type=["method"], limit=10)
    assert list(findings.foremost["method"]) == methods
    ranked = queries.top(toy, by="rising", limit=None)
    rising = [row for row in ranked if row["rising"] > 1 and row["recent"] >= 2]
    assert [row["id"] for row in findings.rising] == [row["id"] for row in rising][:12]
    assert all(sum(row["years"]) <= row["papers"] for row in findings.rising)


def test_what_the_filters_leave_out_is_not_found(toy: Connection) -> None:
    part = read_graph(toy, Filter(types=["dataset"]))
    findings = find(toy, part)
    assert not findings.foremost["method"]
    assert findings.foremost["dataset"]
    assert {row["type"] for row in findings.introduced} <= {"dataset"}
    assert not findings.compared


@pytest.mark.parametrize(
    ("since", "date", "title", "papers", "introducers", "kept"),
    [
        pytest.param("2020-01-05", "2020-01-05", "On cups", 300, 1, True, id="the first that names it"),
        pytest.param("2019-12-30", "2020-01-05", "On cups", 300, 1, True, id="of the year after"),
        pytest.param("2015", "2020-01-05", "Teapot: a cup", 300, 1, False, id="known for years"),
        pytest.param(None, None, "Teapot: a cup", 300, 2, True, id="no date, at the head of the title"),
        pytest.param(None, None, "Teapot-Sort: a cup", 300, 1, False, id="no date, another thing's title"),
        pytest.param(None, None, "TEAPOT: a cup", 300, 1, False, id="no date, another thing in capitals"),
        pytest.param(None, None, "On cups", 3, 1, True, id="no date, few papers"),
        pytest.param(None, None, "On cups", 3, 2, False, id="no date, few papers, another claims it"),
        pytest.param(None, None, "On cups", 300, 1, False, id="no date, many papers"),
    ],
)
def test_only_a_likely_origin_is_named(
    since: str | None, date: str | None, title: str, papers: int, introducers: int, kept: bool
) -> None:
    db = connect(":memory:")
    db.row_factory = None
    db.execute("CREATE TABLE entities (id, name, type, papers, since, introduced_by)")
    db.execute("CREATE TABLE papers (id, title, date, url)")
    claims = json.dumps(["arxiv:1", "arxiv:2"][:introducers])
    db.execute("INSERT INTO entities VALUES ('e', 'Teapot', 'method', ?, ?, ?)", [papers, since, claims])
    db.execute("INSERT INTO papers VALUES ('arxiv:1', ?, ?, NULL)", [title, date])
    assert [row["paper"] for row in introduced(db, [{"id": "e"}])] == ["arxiv:1"] * kept


def test_it_says_who_introduced_what(toy: Connection) -> None:
    findings = find(toy, read_graph(toy))
    introduced = {row["name"]: row["paper"] for row in findings.introduced}
    assert introduced["LoRA"] == "arxiv:2106.09685"
    assert [row["papers"] for row in findings.introduced] == sorted(
        (row["papers"] for row in findings.introduced), reverse=True
    )


def test_pairs_that_are_compared_have_names_and_sentences(toy: Connection) -> None:
    findings = find(toy, read_graph(toy))
    assert findings.compared
    ids = dict(toy.execute("SELECT name, id FROM entities").fetchall())
    for row in findings.compared:
        assert toy.execute(
            "SELECT 1 FROM edges WHERE relation = 'compared_with' AND source = ? AND target = ?",
            (ids[row["a"]], ids[row["b"]]),
        ).fetchone()


def test_themes_are_the_regions_of_the_map(toy: Connection) -> None:
    graph = read_graph(toy)
    graph.remove_nodes_from([node for node, degree in graph.degree() if not degree])
    found = [
        region for region in regions(graph) if any(node.startswith("entity:") for node in region.members)
    ]
    themes = find(toy, graph).themes
    assert [theme.names for theme in themes] == [region.names for region in found]
    assert themes
    for theme, region in zip(themes, found, strict=True):
        assert {row["id"] for row in theme.members} <= set(region.members)
        assert all(row["id"].startswith("entity:") for row in theme.members)
        assert theme.size == len(region.members)
