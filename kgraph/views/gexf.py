"""GEXF 1.3, Gephi's own format: the map with its positions, sizes and colours, and time.

A node or edge exists from the first day of its first year to the last day of its last: Gephi's
timeline plays these intervals, and with `timeformat="date"` it refuses a bare year. What has no
date is always there. Every edge is directed, since Gephi drops one whose type contradicts the
graph's; `kind` keeps parallel edges apart.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.views.files import atomic_write
from kgraph.views.rows import EDGE_FIELDS, NODE_FIELDS, Row, drawn_rows, edge_rows, year_of
from kgraph.views.xml_text import attribute, spelled

if TYPE_CHECKING:
    import networkx as nx

    from kgraph.views.borrowed import Layout

NODE_KEYS = {name: type_ for name, type_ in NODE_FIELDS.items() if name not in ("label", "kind")}
EDGE_KEYS = {name: type_ for name, type_ in EDGE_FIELDS.items() if name not in ("relation", "weight")}
TYPES = {str: "string", list: "string", int: "integer", float: "double", bool: "boolean"}
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd" version="1.3">
<meta><creator>kgraph</creator></meta>
<graph mode="dynamic" defaultedgetype="directed" timeformat="date" timerepresentation="interval">
"""


def write_gexf(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Write all nodes and edges, laid out, sized, coloured and dated, sorted by id."""
    last = _last_years(graph)
    with atomic_write(path) as file:
        file.write(HEAD)
        file.writelines(_declared("node", NODE_KEYS))
        file.writelines(_declared("edge", EDGE_KEYS))
        file.write("<nodes>\n")
        rows = zip(sorted(graph), drawn_rows(graph, layout), strict=True)
        file.writelines(_node(row, last.get(node)) for node, row in rows)
        file.write("</nodes>\n<edges>\n")
        file.writelines(map(_edge, edge_rows(graph)))
        file.write("</edges>\n</graph>\n</gexf>\n")


def _last_years(graph: "nx.MultiDiGraph[str]") -> Mapping[str, int]:
    """Find the last year of each node: of its edges, so that none of them outlives it."""
    last: dict[str, int] = {}
    for source, target, data in graph.edges(data=True):
        year = year_of(data.get("until") or data.get("since"))
        for node in (source, target) if year else ():
            last[node] = max(last.get(node, 0), year or 0)
    return last


def _declared(element: str, keys: Mapping[str, type]) -> Iterator[str]:
    yield f'<attributes class="{element}">\n'
    for name, type_ in keys.items():
        yield f'<attribute id="{name}" title="{name}" type="{TYPES[type_]}"/>\n'
    yield "</attributes>\n"


def _node(row: Row, last: int | None) -> str:
    red, green, blue = bytes.fromhex(row["color"][1:])
    return (
        f"<node id={attribute(row['id'])} label={attribute(row['label'])}{_span(row.get('year'), last)}>"
        f"{_values(NODE_KEYS, row)}"
        f'<viz:color r="{red}" g="{green}" b="{blue}"/><viz:position x="{row["x"]}" y="{row["y"]}"/>'
        f'<viz:size value="{row["size"]}"/></node>\n'
    )


def _edge(row: Row) -> str:
    relation = attribute(row["relation"])
    span = _span(row.get("year"), year_of(row.get("until")))
    return (
        f'<edge id="{row["id"]}" source={attribute(row["source"])} target={attribute(row["target"])}'
        f' label={relation} kind={relation} weight="{row["weight"]}"{span}>{_values(EDGE_KEYS, row)}</edge>\n'
    )


def _span(first: int | None, last: int | None) -> str:
    if first is None:
        return ""
    return f' start="{first:04}-01-01" end="{max(first, last or first):04}-12-31"'


def _values(keys: Mapping[str, type], row: Row) -> str:
    values = "".join(
        f'<attvalue for="{name}" value={attribute(spelled(row[name]))}/>' for name in keys if name in row
    )
    return f"<attvalues>{values}</attvalues>"
