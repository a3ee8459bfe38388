"""Which nodes belong together: communities by Louvain's method.

(Blondel et al. 2008, doi:10.1088/1742-5468/2008/10/P10008.) networkx draws lots with a fixed seed, over nodes
in the order of their ids: the same graph gives the same communities.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx


def communities(graph: "nx.MultiDiGraph[str]") -> list[list[str]]:
    """Group the nodes that strong edges join; each group sorted, the largest group first."""
    import networkx as nx

    found = nx.community.louvain_communities(_joined(graph), weight="strength", seed=0)
    return sorted((sorted(group) for group in found), key=lambda group: (-len(group), group))


def _joined(graph: "nx.MultiDiGraph[str]") -> "nx.Graph[str]":
    """Make one undirected edge of all that ties two nodes, as strong as the strongest of them."""
    import networkx as nx

    joined: nx.Graph[str] = nx.Graph()
    joined.add_nodes_from(sorted(graph))
    for source, target, data in sorted(graph.edges(data=True), key=lambda edge: edge[:2]):
        strength = float(data.get("strength") or 0.01)
        if (
            source != target
            and strength > joined.get_edge_data(source, target, {"strength": 0.0})["strength"]
        ):
            joined.add_edge(source, target, strength=strength)
    return joined
