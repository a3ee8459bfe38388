"""Which nodes stand close to each other, and what to call such a region: after its strongest methods.

Regions are the communities that Louvain's method finds among what ties the nodes (Blondel et al. 2008,
doi:10.1088/1742-5468/2008/10/P10008), in scikit-network's implementation, which draws nothing at random.
The map, the report and VOSviewer's file all take their groups from here, and so show the same ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

if TYPE_CHECKING:
    import networkx as nx

SMALLEST = 8  # nodes; fewer are no region
MOST = 40
RESOLUTION = 0.6
NAMES = 2  # of methods in the name of a region
NAMING = ("method", "model", "task", "dataset", "metric", "paper")  # types, those that name first


@dataclass(frozen=True, slots=True)
class Ties:
    """What ties the nodes of a graph, and the number of the community of each."""

    nodes: tuple[str, ...]  # sorted
    links: sparse.coo_array  # summed strength of each pair, the smaller index first
    community: NDArray[np.int64]  # 0 for the largest


@dataclass(frozen=True, slots=True)
class Region:
    """Nodes that stand close to each other."""

    names: tuple[str, ...]  # of its strongest methods or, where it has none, of its strongest nodes
    members: tuple[str, ...]  # those that name first, and of these the strongest

    @property
    def name(self) -> str:
        return ", ".join(self.names)


def tie(graph: "nx.MultiDiGraph[str]") -> Ties:
    """Sum the strengths of all edges between two nodes and find the communities.

    Depends on the ids, edges and weights alone, not on the order in which the graph holds them.
    """
    nodes = tuple(sorted(graph))
    links = _links(graph, nodes)
    return Ties(nodes, links, _communities(links))


def within(ties: Ties, part: "nx.MultiDiGraph[str]") -> Ties:
    """Tie a part of the graph by its own edges alone; who belongs together stays what it is in the whole."""
    nodes = tuple(sorted(part))
    number = {node: i for i, node in enumerate(ties.nodes)}
    community = ties.community[[number[node] for node in nodes]]
    return Ties(nodes, _links(part, nodes), _renumbered(community))


def regions(graph: "nx.MultiDiGraph[str]", ties: Ties | None = None) -> list[Region]:
    """Name the larger communities, the largest first; `ties` are those of the graph, if they are at hand."""
    ties = tie(graph) if ties is None else ties
    counts = np.bincount(ties.community) if ties.nodes else np.zeros(0, dtype=np.int64)
    order = np.argsort(ties.community, kind="stable")
    parts = np.split(order, np.cumsum(counts)[:-1])[:MOST]
    return [_region(graph, ties, part.tolist()) for part in parts if len(part) >= SMALLEST]


def _region(graph: "nx.MultiDiGraph[str]", ties: Ties, members: list[int]) -> Region:
    def rank(index: int) -> tuple[int, int, str]:
        data = graph.nodes[ties.nodes[index]]
        type_ = str(data.get("type"))
        kind = NAMING.index(type_) if type_ in NAMING else len(NAMING)
        papers = data.get("papers")
        return kind, -(papers if isinstance(papers, int) else 0), ties.nodes[index]

    members.sort(key=rank)
    foremost = rank(members[0])[0]
    names: list[str] = []
    for index in members:
        name = str(graph.nodes[ties.nodes[index]].get("label") or ties.nodes[index])
        if rank(index)[0] == foremost and not any(_says_the_same(name, other) for other in names):
            names.append(name)
        if len(names) == NAMES or rank(index)[0] != foremost:
            break
    return Region(tuple(names), tuple(ties.nodes[index] for index in members))


def _says_the_same(name: str, other: str) -> bool:
    """Tell whether one name holds the other, as "linear attention" does "attention"."""
    name, other = name.casefold(), other.casefold()
    return name in other or other in name


def _links(graph: "nx.MultiDiGraph[str]", nodes: tuple[str, ...]) -> sparse.coo_array:
    index = {node: i for i, node in enumerate(nodes)}
    pulls: dict[tuple[int, int], list[float]] = {}
    for source, target, data in graph.edges(data=True):
        if source != target:
            i, j = index[source], index[target]
            pulls.setdefault((i, j) if i < j else (j, i), []).append(_pull(data))
    pairs = np.array(list(pulls), dtype=np.int64).reshape(-1, 2)
    weights = np.array([sum(sorted(found)) for found in pulls.values()])
    order = np.lexsort(pairs.T[::-1])
    return sparse.coo_array((weights[order], tuple(pairs[order].T)), shape=(len(nodes), len(nodes)))


def _pull(data: Mapping[str, object]) -> float:
    strength = data.get("strength", data.get("weight"))
    return 0.05 + 4 * min(float(strength), 1.0) if isinstance(strength, int | float) else 1.0


def _communities(links: sparse.coo_array) -> NDArray[np.int64]:
    if not links.nnz:
        return np.arange(links.shape[0])
    from sknetwork.clustering import Louvain

    both = sparse.csr_matrix(links + links.T)
    louvain = Louvain(resolution=RESOLUTION, shuffle_nodes=False, random_state=0)
    return _renumbered(louvain.fit_predict(both).astype(np.int64))


def _renumbered(community: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number from 0 without gaps, the largest first; among equals, by their first node."""
    _, first, found, sizes = np.unique(community, return_index=True, return_inverse=True, return_counts=True)
    number = np.empty(len(sizes), dtype=np.int64)
    number[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    renumbered: NDArray[np.int64] = number[found]
    return renumbered
