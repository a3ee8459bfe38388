"""What all views share: whole files, safe cells, every suffix."""

import csv
import json
from pathlib import Path

import networkx as nx
import pytest

from kgraph.views import WRITERS
from kgraph.views.files import atomic_write
from kgraph.views.nodelink import write_nodelink
from kgraph.views.style import LARGEST, SMALLEST, color, sizes
from kgraph.views.tables import write_tables


def small(name: str = "Mamba") -> "nx.MultiDiGraph[str]":
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_node("entity:mamba", label=name, kind="entity", type="model", papers=12, since="2023-12-01")
    graph.add_node("entity:s4", label="S4", kind="entity", type="method", papers=3, aliases="S4D|DSS")
    graph.add_node(
        "arxiv:1", label="A title", kind="paper", type="paper", papers=1, date="2023", url="https://x.y/1"
    )
    figures = {"papers": 2, "weight": 2.0, "strength": 0.25, "since": "2023"}
    graph.add_edge("entity:mamba", "entity:s4", "extends", relation="extends", symmetric=False, **figures)
    graph.add_edge(
        "entity:mamba", "entity:s4", "appears_with", relation="appears_with", symmetric=True, **figures
    )
    graph.add_edge("arxiv:1", "entity:mamba", "uses", relation="uses", symmetric=False, **figures)
    return graph


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_have_the_columns_that_gephi_knows(tmp_path: Path) -> None:
    nodes, edges = write_tables(small(), tmp_path / "graph.csv")
    assert (nodes.name, edges.name) == ("graph.nodes.csv", "graph.edges.csv")
    assert [(row["Id"], row["Label"], row["type"]) for row in rows(nodes)] == [
        ("arxiv:1", "A title", "paper"),
        ("entity:mamba", "Mamba", "model"),
        ("entity:s4", "S4", "method"),
    ]
    assert [
        (row["Source"], row["Target"], row["Type"], row["Label"], row["Weight"]) for row in rows(edges)
    ] == [
        ("arxiv:1", "entity:mamba", "Directed", "uses", "2.0"),
        ("entity:mamba", "entity:s4", "Undirected", "appears_with", "2.0"),
        ("entity:mamba", "entity:s4", "Directed", "extends", "2.0"),
    ]
    assert len({row["Id"] for row in rows(edges)}) == 3


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        pytest.param("=HYPERLINK(1)", "'=HYPERLINK(1)", id="formula"),
        pytest.param("-VAE", "'-VAE", id="minus"),
        pytest.param("@home", "'@home", id="at"),
        pytest.param("β-VAE", "β-VAE", id="inner minus"),
        pytest.param('a "b", c\nd', 'a "b", c\nd', id="quotes"),
    ],
)
def test_cells_run_nothing(tmp_path: Path, name: str, cell: str) -> None:
    nodes, _ = write_tables(small(name), tmp_path / "graph.csv")
    assert rows(nodes)[1]["Label"] == cell


@pytest.mark.parametrize("name", ["Mamba", "</script>", "β 🐍 \u202e", "\ud800 \x00"])
def test_networkx_reads_nodelink_back(tmp_path: Path, name: str) -> None:
    graph = small(name)
    write_nodelink(graph, tmp_path / "graph.json")
    back = nx.node_link_graph(json.loads((tmp_path / "graph.json").read_text("utf-8")), edges="edges")
    assert nx.utils.graphs_equal(back, graph)


def test_empty_nodelink_is_a_graph(tmp_path: Path) -> None:
    write_nodelink(nx.MultiDiGraph(), tmp_path / "graph.json")
    back = nx.node_link_graph(json.loads((tmp_path / "graph.json").read_text("utf-8")), edges="edges")
    assert isinstance(back, nx.MultiDiGraph)
    assert len(back) == 0


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_every_view_is_written_alike_twice(tmp_path: Path, suffix: str) -> None:
    graph = small()
    before = graph.copy()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        WRITERS[suffix](graph, tmp_path / folder / f"graph{suffix}")
    first, second = ([file.read_bytes() for file in sorted((tmp_path / name).iterdir())] for name in "ab")
    assert first == second
    assert all(first)
    assert nx.utils.graphs_equal(graph, before)


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old", "utf-8")
    with pytest.raises(RuntimeError), atomic_write(path) as file:
        file.write("new")
        raise RuntimeError
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_size_grows_with_papers() -> None:
    graph = small()
    graph.nodes["entity:s4"]["papers"] = 300
    radii = sizes(graph)
    assert radii["entity:s4"] == LARGEST > radii["entity:mamba"] > radii["arxiv:1"] == SMALLEST
    assert color("model") != color("method") != color("unheard of")
