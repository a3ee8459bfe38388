"""How nodes look in every view: colour by type, size by papers.

The colours are close to Okabe and Ito's palette (jfly.uni-koeln.de/color), which the usual kinds of colour
blindness keep apart, and darker where they would not stand out from a light page; a dark page has their
lighter sisters. page.css holds both again, since it is no Python; tests/test_colours.py measures them there.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kgraph.records import PAPER_RELATIONS

if TYPE_CHECKING:
    import networkx as nx

COLORS = {
    "method": "#0072b2",
    "model": "#d55e00",
    "dataset": "#00936b",
    "task": "#aa3377",
    "metric": "#7a5c00",
    "paper": "#7b8794",
}
DARK = {
    "method": "#56b4e9",
    "model": "#ff8f4d",
    "dataset": "#35c79b",
    "task": "#e39ccb",
    "metric": "#ead04a",
    "paper": "#8d99a8",
}
OTHER = "#7b8794"
SMALLEST, LARGEST = 6.0, 34.0  # radius
CROWD = 30  # so many papers make a node the largest, or as many as the graph's first has


def color(type_: object) -> str:
    """The colour of a type as `#rrggbb`, the only form that Gephi reads right."""
    return COLORS.get(str(type_), OTHER)


def sizes(graph: "nx.MultiDiGraph[str]") -> Mapping[str, float]:
    """Give each node a radius so that its area grows with its papers: of a paper, those that cite it."""
    papers = {node: _papers(graph, node) for node in graph}
    most = max([CROWD, *papers.values()])
    return {node: _size(count, most) for node, count in papers.items()}


def _papers(graph: "nx.MultiDiGraph[str]", node: str) -> int:
    count = graph.nodes[node].get("papers")
    if graph.nodes[node].get("kind") == "paper":
        return len(
            {source for source, _, relation in graph.in_edges(node, keys=True) if relation in PAPER_RELATIONS}
        )
    return count if isinstance(count, int) else 0


def _size(papers: int, most: int) -> float:
    return round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt(papers / most), 1)
