"""The findings agree with the queries, and hold nothing that the graph does not."""

from sqlite3 import Connection

from kgraph import queries
from kgraph.findings import find
from kgraph.graph import Filter, read_graph
from kgraph.views.regions import regions


def test_figures_are_those_of_the_queries(toy: Connection) -> None:
    findings = find(toy, read_graph(toy))
    assert findings.stats == queries.stats(toy)
    assert findings.coverage == queries.doctor(toy)
    methods = queries.top(toy, type=["method"], limit=10)
    assert list(findings.foremost["method"]) == methods
    rising = [row for row in queries.top(toy, by="rising", limit=None) if row["rising"] > 1]
    assert [row["id"] for row in findings.rising] == [row["id"] for row in rising][:12]
    assert all(sum(row["years"]) <= row["papers"] for row in findings.rising)


def test_what_the_filters_leave_out_is_not_found(toy: Connection) -> None:
    part = read_graph(toy, Filter(types=["dataset"]))
    findings = find(toy, part)
    assert not findings.foremost["method"]
    assert findings.foremost["dataset"]
    assert {row["type"] for row in findings.introduced} <= {"dataset"}
    assert not findings.compared


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
        assert theme.size == sum(node.startswith("entity:") for node in region.members)
