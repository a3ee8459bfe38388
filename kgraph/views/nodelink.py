"""JSON in the shape of `networkx.node_link_data`, which D3 and others read too."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.views.files import atomic_write

if TYPE_CHECKING:
    import networkx as nx


def write_nodelink(graph: "nx.MultiDiGraph[str]", path: Path) -> None:
    """Write one node or edge a line; read it back with `networkx.node_link_graph(data, edges="edges")`."""
    with atomic_write(path) as file:
        file.write('{"directed": true, "multigraph": true, "graph": {},\n"nodes": [')
        file.writelines(_rows({**graph.nodes[node], "id": node} for node in sorted(graph)))
        file.write('\n],\n"edges": [')
        edges = sorted(graph.edges(keys=True))
        file.writelines(
            _rows(
                {**graph.edges[edge], "source": edge[0], "target": edge[1], "key": edge[2]} for edge in edges
            )
        )
        file.write("\n]}\n")


def _rows(rows: Iterator[dict[str, object]]) -> Iterator[str]:
    comma = "\n"
    for row in rows:
        yield comma + json.dumps(row, ensure_ascii=True, sort_keys=True, allow_nan=False)
        comma = ",\n"
