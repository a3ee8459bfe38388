"""The map: same graph, same places; none on top of another; what belongs together stands together."""

import itertools
import math
import sys
import time

import networkx as nx
import numpy as np
import pytest

from kgraph.errors import MissingExtra
from kgraph.views.borrowed import LAYOUTS, Layout
from kgraph.views.layout import FINE, _push, _push_in_pairs, positions
from kgraph.views.regions import regions, tie, within
from kgraph.views.style import sizes


def graph_of(edges: list[tuple[str, str]]) -> "nx.MultiDiGraph[str]":
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for source, target in edges:
        graph.add_edge(source, target, key="appears_with", relation="appears_with", weight=1.0, strength=0.5)
    return graph


def groups(number: int, size: int) -> "nx.MultiDiGraph[str]":
    """Cliques, each tied to the next by one edge."""
    edges = []
    for group in range(number):
        names = [f"entity:{group}-{i}" for i in range(size)]
        edges += list(itertools.combinations(names, 2))
        edges.append((names[0], f"entity:{(group + 1) % number}-1"))
    return graph_of(edges)


def scale_free(nodes: int, edges: int) -> "nx.MultiDiGraph[str]":
    generator = np.random.default_rng(7)
    ends = (nodes * generator.random((edges, 2)) ** 2.5).astype(int)
    return graph_of([(f"entity:{a}", f"entity:{b}") for a, b in ends.tolist()])


@pytest.mark.parametrize("nodes", [0, 1, 2, 3])
def test_tiny_graphs_have_places(nodes: int) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from([f"entity:{n}" for n in range(nodes)])
    places = positions(graph)
    assert places.keys() == set(graph)
    assert len(set(places.values())) == nodes
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in places.values())


def test_neither_order_nor_run_matters() -> None:
    graph = groups(4, 6)
    turned: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    turned.add_nodes_from(sorted(graph, reverse=True))
    for source, target, data in sorted(graph.edges(data=True), key=str, reverse=True):
        turned.add_edge(source, target, **data)
    assert positions(turned) == positions(graph) == positions(graph)


def test_no_node_covers_another() -> None:
    graph = scale_free(300, 900)
    for number, node in enumerate(sorted(graph)):
        graph.nodes[node]["papers"] = 1 + 200 // (number + 1)
    places, radii = positions(graph), sizes(graph)
    for a, b in itertools.combinations(sorted(graph), 2):
        assert math.dist(places[a], places[b]) > radii[a] + radii[b]


def test_communities_stand_apart() -> None:
    places = positions(groups(5, 8))
    of_group = {n: np.array([at for node, at in places.items() if f":{n}-" in node]) for n in range(5)}
    middles = np.array([of_group[n].mean(axis=0) for n in range(5)])
    for number, at in of_group.items():
        away = np.hypot(*(at[:, None] - middles[None]).transpose(2, 0, 1))
        assert (away.argmin(axis=1) == number).all()
        assert away[:, number].max() < 0.8 * np.delete(away, number, axis=1).min()


def test_lone_nodes_stay_near() -> None:
    graph = groups(3, 8)
    graph.add_nodes_from([f"entity:lone-{n}" for n in range(10)])
    reach = [math.hypot(*place) for place in positions(graph).values()]
    assert max(reach) < 5 * float(np.median(reach))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_the_same_twice(layout: Layout) -> None:
    graph = groups(3, 6)
    try:
        places = positions(graph, layout=layout)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    assert places == positions(graph, layout=layout)
    assert len(set(places.values())) == len(graph)


def test_a_layout_that_is_not_here_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "igraph", None)
    with pytest.raises(MissingExtra, match=r"pip install igraph$"):
        positions(groups(2, 3), layout="igraph")


def test_an_extra_that_is_not_here_is_asked_for_of_the_package_or_the_clone() -> None:
    assert str(MissingExtra("matplotlib", "pictures")) == (
        "this needs matplotlib: pip install 'kgraph-papers[pictures]',"
        " or in a clone pip install '.[pictures]'"
    )


def test_regions_are_named_after_their_strongest_methods() -> None:
    graph = groups(3, 10)
    for number, node in enumerate(sorted(graph)):
        graph.nodes[node].update(label=f"name {number}", type="method", papers=number)
    graph.nodes["entity:0-0"].update(label="attention", type="method", papers=90)
    graph.nodes["entity:0-1"].update(label="linear attention", type="method", papers=80)  # says the same
    graph.nodes["entity:0-2"].update(label="Mamba", type="method", papers=70)
    graph.nodes["entity:0-3"].update(label="GLUE", type="dataset", papers=99)  # no method
    found = regions(graph)
    assert {len(region.members) for region in found} == {10}
    assert found[0].name == "attention, Mamba"
    assert sorted(node for region in found for node in region.members) == sorted(graph)


def test_a_handful_of_nodes_is_no_region() -> None:
    graph = groups(2, 4)
    assert regions(graph) == []


def test_neither_order_nor_a_weak_tie_joins_regions() -> None:
    graph = groups(2, 9)
    graph.add_edge("entity:0-8", "entity:1-8", key="mentions", strength=0.01)
    turned: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for source, target, key, data in reversed(list(graph.edges(keys=True, data=True))):
        turned.add_edge(source, target, key, **data)
    members = [{f"entity:{group}-{i}" for i in range(9)} for group in (0, 1)]
    assert [set(region.members) for region in regions(turned)] == members
    assert regions(turned) == regions(graph)


def test_a_part_keeps_the_communities_of_the_whole() -> None:
    graph = groups(2, 9)
    part = graph.subgraph([*(f"entity:0-{i}" for i in range(4)), *(f"entity:1-{i}" for i in range(9))]).copy()
    part.remove_edges_from(list(part.edges("entity:1-0")))
    ties = within(tie(graph), part)
    number = dict(zip(ties.nodes, ties.community.tolist(), strict=True))
    assert {number[f"entity:1-{i}"] for i in range(9)} == {0}  # the larger here; by itself 1-0 would be alone
    assert {number[f"entity:0-{i}"] for i in range(4)} == {1}
    assert ties.links.nnz < tie(graph).links.nnz


def test_a_mesh_and_pairs_push_alike() -> None:
    generator = np.random.default_rng(3)
    places, mass = generator.normal(size=(200, 2)), 1 + generator.random(200)
    by_mesh, in_pairs = (push(places, mass, FINE) for push in (_push, _push_in_pairs))
    assert np.hypot(*(by_mesh - in_pairs).T).mean() < 0.05 * np.hypot(*in_pairs.T).mean()


@pytest.mark.slow
def test_ten_thousand_nodes() -> None:
    graph = scale_free(10_000, 40_000)
    start = time.process_time()
    assert len(positions(graph)) == len(graph)
    assert time.process_time() - start < 60  # 3 s on an idle machine; all pairs take minutes
