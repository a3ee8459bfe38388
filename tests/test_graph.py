"""The graph that users get: networkx, directed, an edge for each relation, scalar attributes."""

from sqlite3 import Connection
from typing import Any

import networkx as nx
import pytest

from kgraph.graph import Filter, count_graph, pagerank, read_company, read_graph


def test_everything(toy: Connection) -> None:
    graph = read_graph(toy)
    assert type(graph) is nx.MultiDiGraph
    assert (len(graph), graph.number_of_edges()) == (29, 77)
    assert graph.nodes["entity:lora"] == {
        "label": "LoRA",
        "type": "method",
        "kind": "entity",
        "papers": 4,
        "since": "2021-06-17",
        "introduced_by": "arxiv:2106.09685",
        "aliases": "Low-Rank Adaptation|low-rank adaptation",
    }
    assert graph.nodes["arxiv:2106.09685"] == {
        "label": "LoRA: Low-Rank Adaptation of Large Language Models",
        "type": "paper",
        "kind": "paper",
        "papers": 1,
        "since": "2021-06-17",
        "title": "LoRA: Low-Rank Adaptation of Large Language Models",
        "date": "2021-06-17",
    }
    assert graph.edges["entity:mamba", "entity:s4", "extends"] == {
        "relation": "extends",
        "papers": 1,
        "weight": 1.0,
        "strength": 0.143,
        "since": "2023-12-01",
        "until": "2023-12-01",
        "symmetric": False,
    }
    assert graph.edges["entity:mamba", "entity:transformer", "compared_with"]["symmetric"] is True


def test_attributes_are_scalars_and_none_is_left_out(toy: Connection) -> None:
    graph = read_graph(toy)
    values = [v for _, data in graph.nodes(data=True) for v in data.values()]
    values += [v for *_, data in graph.edges(data=True) for v in data.values()]
    assert {type(value) for value in values} <= {str, int, float, bool}
    assert "since" not in graph.nodes["page:7"]


@pytest.mark.parametrize(
    ("wanted", "nodes", "edges"),
    [
        pytest.param({"kind": "entities"}, 16, 33, id="entities"),
        pytest.param({"kind": "papers"}, 13, 16, id="papers"),
        pytest.param({"kind": "entities", "types": ["model"]}, 7, 5, id="a type"),
        pytest.param({"kind": "entities", "min_papers": 3}, 3, 2, id="in three papers"),
        pytest.param({"kind": "entities", "relations": ["extends"]}, 16, 4, id="a relation"),
        pytest.param({"kind": "entities", "since": "2024"}, 16, 7, id="since a year"),
        pytest.param({"kind": "entities", "top": 2}, 2, 1, id="the foremost"),
        pytest.param({"kind": "entities", "top": 0}, 0, 0, id="0 means 0"),
        pytest.param({"kind": "entities", "around": "entity:mamba"}, 5, 16, id="around a name"),
        pytest.param({"kind": "entities", "around": "entity:mamba", "hops": 2}, 8, 21, id="two hops around"),
        pytest.param({"kind": "papers", "around": "entity:mamba"}, 0, 0, id="around what is not there"),
        pytest.param(
            {"kind": "entities", "around": "entity:mamba", "types": ["dataset"]},
            1,
            0,
            id="around another type",
        ),
        pytest.param(
            {"kind": "entities", "around": "entity:mamba", "top": 2}, 3, 5, id="the foremost around a name"
        ),
    ],
)
def test_filters(toy: Connection, wanted: dict[str, Any], nodes: int, edges: int) -> None:
    graph = read_graph(toy, Filter(**wanted))
    assert (len(graph), graph.number_of_edges()) == (nodes, edges)


def test_the_whole_graph_is_counted(toy: Connection) -> None:
    graph = read_graph(toy)
    assert count_graph(toy) == (len(graph), graph.number_of_edges())


def test_nodes_and_edges_stand_in_order(toy: Connection) -> None:
    graph = read_graph(toy, Filter(kind="entities", around="entity:mamba", hops=2))
    assert list(graph) == sorted(graph)
    assert list(graph.edges(keys=True)) == sorted(graph.edges(keys=True))


def test_company_is_undirected_and_weighted(toy: Connection) -> None:
    company = read_company(toy)
    assert type(company) is nx.Graph
    assert (len(company), company.number_of_edges()) == (16, 19)
    assert company.edges["entity:transformer", "entity:mamba"]["weight"] == 2.0


@pytest.mark.parametrize("seed", range(3))
def test_pagerank_equals_that_of_networkx(seed: int) -> None:
    graph: nx.Graph[int] = nx.gnm_random_graph(30, 40, seed=seed)  # some nodes have no edge
    edges = [(str(a), str(b), 1.0 + number % 5) for number, (a, b) in enumerate(graph.edges)]
    nx.set_edge_attributes(graph, {(int(a), int(b)): weight for a, b, weight in edges}, "weight")
    ranks = pagerank([str(node) for node in graph], edges)
    assert ranks == pytest.approx({str(node): rank for node, rank in nx.pagerank(graph).items()}, abs=1e-5)


def test_pagerank_of_nothing() -> None:
    assert pagerank([], []) == {}
    assert pagerank(["a", "b"], []) == {"a": 0.5, "b": 0.5}
