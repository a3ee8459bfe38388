"""Which part of a graph a page shows where it cannot show all: the strongest nodes and edges."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

EDGES_A_NODE = 4  # on average, so that a page that pyvis draws stays quick
FEW_EDGES, MANY_EDGES = 3000, 100_000  # such a page has room for so many anyhow; sigma.js has it for many
IN_PASSING = ("appears_with", "cites", "mentions")  # relations that state the least


def strongest_nodes(graph: "nx.MultiDiGraph[str]", limit: int) -> list[str]:
    """Take the entities in most papers and the papers that tie most of those, sorted by id.

    What a single paper names counts least, since it would fill the page with fringes, and what has
    no edge to the others is left out.
    """
    if len(graph) <= limit:
        return sorted(graph)
    strength = dict.fromkeys(graph, 0.0)
    ties: dict[str, set[str]] = {node: set() for node in graph}
    for source, target, data in graph.edges(data=True):
        for node, other in ((source, target), (target, source)):
            strength[node] += strength_of(data)
            if _is_paper(graph, other) or _papers(graph, other) > 1:
                ties[node].add(other)
    worth = {node: len(ties[node]) if _is_paper(graph, node) else _papers(graph, node) for node in graph}
    order = sorted(graph, key=lambda node: (-worth[node], -round(strength[node], 6), node))
    taken = graph.subgraph(order[:limit])
    return sorted(node for node in taken if taken.degree(node))


def _is_paper(graph: "nx.MultiDiGraph[str]", node: str) -> bool:
    return graph.nodes[node].get("kind") == "paper"


def _papers(graph: "nx.MultiDiGraph[str]", node: str) -> int:
    papers = graph.nodes[node].get("papers")
    return papers if isinstance(papers, int) else 0


def strongest_edges(
    graph: "nx.MultiDiGraph[str]", nodes: Sequence[str], *, many: bool = False
) -> list[tuple[str, str, str]]:
    """Take every node's foremost edge first, then every node's second, up to a limit; sorted.

    What a paper states comes before what merely stands together.
    """
    edges = sorted(
        graph.subgraph(nodes).edges(keys=True),
        key=lambda edge: (edge[2] in IN_PASSING, -strength_of(graph.edges[edge]), edge),
    )
    seen = dict.fromkeys(nodes, 0)
    ranked = []
    for place, edge in enumerate(edges):
        ranked.append((min(seen[edge[0]], seen[edge[1]]), place, edge))
        for node in edge[:2]:
            seen[node] += 1
    limit = MANY_EDGES if many else max(EDGES_A_NODE * len(nodes), FEW_EDGES)
    return sorted(edge for _, _, edge in sorted(ranked)[:limit])


def strength_of(data: Mapping[str, object]) -> float:
    value = data.get("strength", data.get("weight"))
    return float(value) if isinstance(value, int | float) else 1.0
