"""What grew out of a thing: the tree, its order, its main path and what a limit leaves of it."""

from itertools import pairwise
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import networkx as nx
import pytest
from conftest import fill
from hypothesis import given
from hypothesis import strategies as st

import kgraph
from kgraph.errors import AmbiguousName, UnknownName
from kgraph.lineage import NoLineage, _descend, _main_path, lineage, walk
from kgraph.store import Store

Row = dict[str, Any]


def outline(tree: Row) -> list[str]:
    """Draw a tree by indents."""
    return ["  " * row["depth"] + row["name"] for row in walk(tree)]


def test_lineage(toy: Connection) -> None:
    tree = lineage(toy, "S4")
    assert outline(tree) == ["S4", "  Mamba", "    Mamba-2"]
    assert [row["name"] for row in tree["main_path"]] == ["S4", "Mamba", "Mamba-2"]
    assert {key: tree[key] for key in ("id", "date", "title", "extends", "hidden")} == {
        "id": "entity:s4",
        "date": "2021-10-31",
        "title": "Efficiently Modeling Long Sequences with Structured State Spaces",
        "extends": [],
        "hidden": 0,
    }
    (mamba,) = tree["children"]
    assert {key: mamba[key] for key in ("evidence", "said_by", "paper", "also")} == {
        "evidence": "stated",
        "said_by": 1,
        "paper": "arxiv:2312.00752",
        "also": [],
    }
    assert lineage(toy, "Mamba")["extends"] == [{"id": "entity:s4", "name": "S4", "date": "2021-10-31"}]


@pytest.mark.parametrize(
    ("name", "root"),
    [
        pytest.param("S4", "entity:s4", id="a method"),
        pytest.param("arxiv:2111.00396", "entity:s4", id="the paper that introduces it"),
        pytest.param("MNIST", "entity:mnist", id="what nothing extends"),
    ],
)
def test_root(toy: Connection, name: str, root: str) -> None:
    assert lineage(toy, name)["id"] == root


def test_no_root(toy: Connection) -> None:
    with pytest.raises(NoLineage, match="introduces nothing"):
        lineage(toy, "On the Sleep of Bees")
    with pytest.raises(UnknownName):
        lineage(toy, "Mumba")
    with pytest.raises(AmbiguousName):
        lineage(toy, "LaMDA")


# ------------------------------------------------------------------------------------------- the evidence


def entity(node: str, role: str, type_: str = "method") -> Row:
    return {"node": f"entity:{node.lower()}", "type": type_, "role": role, "name": node, "aliases": []}


def paper(number: int, date: str | None, entities: list[Row], *relations: list[str]) -> Row:
    text = ", ".join(one["name"] for one in entities)
    return {"id": f"arxiv:{number}", "title": f"Paper {number}", "abstract": f"{text}.", "date": date,
            "entities": entities, "relations": list(relations)}  # fmt: skip


def built(tmp_path: Path, *papers: Row) -> Row:
    base = paper(1, "2020", [entity("Base", "introduces")])
    fill(tmp_path / "lineage.db", [base, *papers])
    with Store(tmp_path / "lineage.db") as store:
        return lineage(store.connection, "Base")


BASE = entity("Base", "uses")
EXTENDED = entity("Base", "extends")
NEW, QBASE = entity("New", "introduces"), entity("QBase", "introduces")


@pytest.mark.parametrize(
    ("papers", "found"),
    [
        pytest.param(
            [paper(2, "2021", [entity("New", "uses"), BASE], ["New", "extends", "Base"])],
            [("New", "stated")],
            id="stated",
        ),
        pytest.param([paper(2, "2021", [NEW, EXTENDED])], [("New", "role")], id="role"),
        pytest.param([paper(2, "2021", [QBASE, BASE])], [("QBase", "name")], id="name"),
        pytest.param([paper(2, "2021", [QBASE])], [], id="a name, but not named"),
        pytest.param([paper(2, "2021", [entity("Other", "introduces"), BASE])], [], id="mere use"),
        pytest.param([paper(2, "2021", [EXTENDED])], [("Paper 2", "role")], id="a paper without a name"),
        pytest.param(
            [paper(2, "2021", [entity("Bench", "introduces", "dataset"), EXTENDED])],
            [("Paper 2", "role")],
            id="a data set extends no method",
        ),
        pytest.param(
            [paper(2, "2021", [entity("A", "introduces"), entity("B", "introduces"), EXTENDED],
                   ["A", "extends", "Base"])],
            [("A", "stated")],
            id="what is stated says which of several",
        ),
        pytest.param(
            [paper(2, "2019", [entity("Old", "introduces"), EXTENDED])], [], id="nothing older extends it"
        ),
        pytest.param(
            [paper(2, None, [entity("New", "introduces"), EXTENDED])], [("New", "role")], id="without a date"
        ),
    ],
)  # fmt: skip
def test_evidence(tmp_path: Path, papers: list[Row], found: list[tuple[str, str]]) -> None:
    tree = built(tmp_path, *papers)
    assert [(row["name"], row["evidence"]) for row in tree["children"]] == found


def test_it_stands_under_the_latest_that_it_extends(tmp_path: Path) -> None:
    tree = built(
        tmp_path,
        paper(2, "2021", [entity("Mid", "introduces"), EXTENDED]),
        paper(3, "2022", [entity("New", "introduces"), EXTENDED, entity("Mid", "extends")]),
    )
    assert outline(tree) == ["Base", "  Mid", "    New"]
    (new,) = tree["children"][0]["children"]
    assert new["also"] == ["entity:base"]
    assert [row["name"] for row in tree["main_path"]] == ["Base", "Mid", "New"]


def test_a_limit_keeps_what_more_papers_name_and_says_what_it_hides(tmp_path: Path) -> None:
    news = [paper(n, "2021", [entity(f"N{n}", "introduces"), EXTENDED]) for n in range(2, 7)]
    known = paper(9, "2022", [entity("N5", "uses")])
    fill(tmp_path / "l.db", [paper(1, "2020", [entity("Base", "introduces")]), *news, known])
    with Store(tmp_path / "l.db") as store:
        tree = lineage(store.connection, "Base", limit=1)
        assert (outline(tree), tree["hidden"]) == (["Base", "  N5"], 4)
        assert outline(lineage(store.connection, "Base", limit=0)) == ["Base"]
        assert len(outline(lineage(store.connection, "Base", limit=None))) == 6


# ------------------------------------------------------------------------------------------------- laws


ids = st.integers(0, 7).map(str)
dates = st.sampled_from([None, "2019", "2020", "2020-03", "2021"])


@given(st.lists(st.tuples(ids, ids), max_size=25), st.tuples(*[dates] * 8))
def test_a_family_is_a_tree_and_holds_all_that_is_in_reach(
    steps: list[tuple[str, str]], given_dates: tuple[str | None, ...]
) -> None:
    children: dict[str, list[str]] = {}
    for parent, child in steps:
        if parent != child:
            children.setdefault(parent, []).append(child)
    undated: dict[str, str | None] = {str(n): None for n in range(8)}
    family = _descend("0", children, undated)
    reached = nx.descendants(nx.DiGraph([("0", "0"), *steps]), "0") | {"0"}
    assert set(family.rank) == reached
    family = _descend("0", children, {str(n): date for n, date in enumerate(given_dates)})
    dag = nx.DiGraph([(parent, child) for child, parents in family.parents.items() for parent in parents])
    assert nx.is_directed_acyclic_graph(dag)
    assert set(family.parents) == set(family.rank) - {"0"}
    assert all(family.parents.values())


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=18))
def test_main_path_has_the_greatest_sum_of_search_path_counts(steps: list[tuple[int, int]]) -> None:
    children: dict[str, list[str]] = {}
    for a, b in steps:
        if a < b and str(b) not in children.get(str(a), []):
            children.setdefault(str(a), []).append(str(b))
    dates: dict[str, str | None] = {str(n): f"200{n}" for n in range(8)}
    family = _descend("0", children, dates)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("0")
    graph.add_edges_from((a, b) for b, parents in family.parents.items() for a in parents)
    ends = [node for node in graph if not graph.out_degree(node)]
    ways = [way for end in ends for way in nx.all_simple_paths(graph, "0", end)] or [["0"]]
    counts = {edge: sum(edge in pairwise(way) for way in ways) for edge in graph.edges}

    def total(way: list[str]) -> int:
        return sum(counts[edge] for edge in pairwise(way))

    main = _main_path(family, dict.fromkeys(family.rank, 1))
    assert main in ways
    assert total(main) == max(map(total, ways))


def test_python_gets_a_frame(toy_db: Path) -> None:
    with kgraph.open(toy_db) as landscape:
        frame = landscape.lineage("S4")
    assert list(frame["name"]) == ["S4", "Mamba", "Mamba-2"]
    assert list(frame["depth"]) == [0, 1, 2]
    assert frame["parent"].tolist()[1:] == ["entity:s4", "entity:mamba"]
    assert frame["main"].all()
