"""JSON in the shapes that networkx (and D3), graphology (and sigma.js) and Cytoscape read."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.views.files import atomic_write
from kgraph.views.json_text import rows_of
from kgraph.views.rows import Row, drawn_rows, edge_rows, scalars

if TYPE_CHECKING:
    import networkx as nx

    from kgraph.views.borrowed import Layout


def write_nodelink(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Write what `networkx.node_link_graph(data, edges="edges")` reads, edge key = relation."""
    nodes = map(scalars, drawn_rows(graph, layout))
    edges = ({**row, "key": row["relation"]} for row in edge_rows(graph))
    head = '{"directed": true, "multigraph": true, "graph": {},\n"nodes": ['
    _write(path, head, nodes, '],\n"edges": [', edges, "]}\n")


def write_graphology(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Write what `Graph.from(data)` of graphology reads, with the places, sizes and colours that sigma draws.

    sigma takes a node's `type` for the way to draw it, so that ours is called `category`.
    """
    nodes = (
        {"key": row["id"], "attributes": _renamed(row, {"type": "category"})}
        for row in drawn_rows(graph, layout)
    )
    edges = (
        {
            "key": row["id"],
            "source": row["source"],
            "target": row["target"],
            "attributes": _renamed(row, {"relation": "label"}),
        }
        for row in edge_rows(graph)
    )
    options = '{"type": "directed", "multi": true, "allowSelfLoops": true}'
    head = f'{{"attributes": {{"name": "kgraph"}},\n"options": {options},\n"nodes": ['
    _write(path, head, nodes, '],\n"edges": [', edges, "]}\n")


def write_cyjs(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Write Cytoscape's own JSON: `name` and `interaction` are what it labels nodes and edges by."""
    nodes = (
        {
            "data": {"id": row["id"], **_renamed(row, {"label": "name"}, drop=("x", "y"))},
            "position": {"x": row["x"], "y": row["y"]},
        }
        for row in drawn_rows(graph, layout)
    )
    edges = (
        {
            "data": {
                "id": row["id"],
                "source": row["source"],
                "target": row["target"],
                **_renamed(row, {"relation": "interaction"}),
            }
        }
        for row in edge_rows(graph)
    )
    head = '{"format_version": "1.0", "target_cytoscapejs_version": "~3.0", "data": {"name": "kgraph"},\n'
    _write(path, f'{head}"elements": {{"nodes": [', nodes, '],\n"edges": [', edges, "]}}\n")


def _renamed(row: Row, names: Mapping[str, str], drop: Iterable[str] = ()) -> Row:
    """Give fields other names, without the ids that stand outside and what is to be dropped."""
    left_out = {"id", "source", "target", *drop}
    return {names.get(field, field): value for field, value in row.items() if field not in left_out}


def _write(
    path: Path,
    head: str,
    nodes: Iterable[Mapping[str, object]],
    between: str,
    edges: Iterable[Mapping[str, object]],
    tail: str,
) -> None:
    with atomic_write(path) as file:
        file.write(head)
        file.writelines(rows_of(nodes))
        file.write(between)
        file.writelines(rows_of(edges))
        file.write(tail)
