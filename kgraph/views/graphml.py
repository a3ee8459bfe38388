"""GraphML that Gephi, Cytoscape, NetworkX and stricter readers open without a fix, written as it is made.

NetworkX's own writer numbers parallel edges alike, so that Gephi drops all but the first, and
writes `True`, which rustworkx refuses. Here every edge has its own id, and its relation stands in
the XML attribute `label` too: Gephi takes that for the edge's kind and keeps parallel edges of
different kinds apart. An attribute without a value is left out.

Known flaw of the reader: Gephi turns `INF` within any text but the label into `Infinity`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.views.files import atomic_write
from kgraph.views.rows import DRAWN_FIELDS, EDGE_FIELDS, NODE_FIELDS, Row, drawn_rows, edge_rows
from kgraph.views.xml_text import attribute, escape, spelled

if TYPE_CHECKING:
    import networkx as nx

    from kgraph.views.borrowed import Layout

# Gephi takes label, x, y, size, color and weight for its own; `kind` says no more than `type`.
NODE_KEYS = {name: type_ for name, type_ in {**NODE_FIELDS, **DRAWN_FIELDS}.items() if name != "kind"}
TYPES = {str: "string", list: "string", int: "int", float: "double", bool: "boolean"}
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns \
http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""


def write_graphml(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Write all nodes and edges, laid out, sized and coloured, sorted by id."""
    _write(graph, path, {"relation": "label"}, layout)


def write_cytoscape_graphml(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Write the same with the two names that Cytoscape labels nodes and edges by."""
    _write(graph, path, {"label": "name", "relation": "interaction"}, layout)


def _write(
    graph: "nx.MultiDiGraph[str]", path: Path, names: Mapping[str, str], layout: "Layout" = "own"
) -> None:
    node_keys = {field: names.get(field, field) for field in NODE_KEYS}
    edge_keys = {field: names.get(field, field) for field in EDGE_FIELDS}
    with atomic_write(path) as file:
        file.write(HEAD)
        file.writelines(_declared("node", node_keys, NODE_KEYS))
        file.writelines(_declared("edge", edge_keys, EDGE_FIELDS))
        file.write('<graph id="kgraph" edgedefault="directed">\n')
        file.writelines(_node(row, node_keys) for row in drawn_rows(graph, layout))
        file.writelines(_edge(row, edge_keys) for row in edge_rows(graph))
        file.write("</graph>\n</graphml>\n")


def _declared(element: str, keys: Mapping[str, str], types: Mapping[str, type]) -> Iterator[str]:
    for field, name in keys.items():
        type_ = TYPES[types[field]]
        yield f'<key id="{element}-{name}" for="{element}" attr.name="{name}" attr.type="{type_}"/>\n'


def _node(row: Row, keys: Mapping[str, str]) -> str:
    return f"<node id={attribute(row['id'])}>{_data('node', keys, row)}</node>\n"


def _edge(row: Row, keys: Mapping[str, str]) -> str:
    return (
        f'<edge id="{row["id"]}" source={attribute(row["source"])} target={attribute(row["target"])}'
        f" label={attribute(row['relation'])}>{_data('edge', keys, row)}</edge>\n"
    )


def _data(element: str, keys: Mapping[str, str], row: Row) -> str:
    return "".join(
        f'<data key="{element}-{name}">{escape(spelled(row[field]))}</data>'
        for field, name in keys.items()
        if field in row
    )
