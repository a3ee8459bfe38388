"""GraphML that Gephi, Cytoscape, NetworkX and stricter readers open without a fix.

NetworkX's own writer numbers parallel edges alike, so that Gephi drops all but the first, and
writes `True`, which rustworkx refuses. Here every edge has its own id, and its relation stands in
the XML attribute `label` too: Gephi takes that for the edge's kind and keeps parallel edges of
different kinds apart. An attribute without a value is left out.

Known flaw of the reader: Gephi turns `INF` within any text but the label into `Infinity`.
"""

import math
import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.views.files import atomic_write
from kgraph.views.style import color, sizes

if TYPE_CHECKING:
    import networkx as nx

    from kgraph.views.borrowed import Layout

# Attribute and its GraphML type. Gephi takes label, x, y, size, color and weight for its own.
NODE_KEYS = {
    "label": "string",
    "type": "string",
    "papers": "int",
    "since": "string",
    "year": "int",
    "introduced_by": "string",
    "aliases": "string",
    "x": "double",
    "y": "double",
    "size": "double",
    "color": "string",
    "title": "string",
    "date": "string",
    "url": "string",
}
EDGE_KEYS = {
    "label": "string",
    "weight": "double",
    "papers": "int",
    "strength": "double",
    "since": "string",
    "until": "string",
    "year": "int",
    "symmetric": "boolean",
}
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns \
http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0, even escaped


def write_graphml(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Write all nodes and edges, laid out, sized and coloured, sorted by id."""
    with atomic_write(path) as file:
        file.write(HEAD)
        file.writelines(_keys("node", NODE_KEYS))
        file.writelines(_keys("edge", EDGE_KEYS))
        file.write('<graph id="kgraph" edgedefault="directed">\n')
        file.writelines(_nodes(graph, layout))
        file.writelines(_edges(graph))
        file.write("</graph>\n</graphml>\n")


def edge_id(source: str, relation: str, target: str) -> str:
    """Name an edge alike in every graph that holds it: a digest, since names in XML have no `:` or blank.

    >>> edge_id("entity:s4", "extends", "entity:mamba") != edge_id("entity:mamba", "extends", "entity:s4")
    True
    """
    text = "\n".join((source, relation, target))
    return "e" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def year_of(date: object) -> int | None:
    """Take the year of YYYY, YYYY-MM or YYYY-MM-DD.

    >>> year_of("2023-12-01"), year_of(None)
    (2023, None)
    """
    return int(date[:4]) if isinstance(date, str) and date[:4].isdecimal() else None


def _keys(element: str, keys: Mapping[str, str]) -> Iterator[str]:
    for name, type_ in keys.items():
        yield f'<key id="{element}-{name}" for="{element}" attr.name="{name}" attr.type="{type_}"/>\n'


def _nodes(graph: "nx.MultiDiGraph[str]", layout: "Layout") -> Iterator[str]:
    from kgraph.views.layout import positions

    places, radii = positions(graph, layout=layout), sizes(graph)
    for node in sorted(graph):
        given = graph.nodes[node]
        x, y = places[node]
        drawn = {"x": x, "y": y, "size": radii[node], "color": color(given.get("type"))}
        values = {"label": node, "year": year_of(given.get("since")), **given, **drawn}
        yield f"<node id={_attribute(node)}>{_data('node', NODE_KEYS, values)}</node>\n"


def _edges(graph: "nx.MultiDiGraph[str]") -> Iterator[str]:
    for source, target, relation in sorted(graph.edges(keys=True)):
        given = graph.edges[source, target, relation]
        values = {**given, "label": relation, "year": year_of(given.get("since"))}
        yield (
            f'<edge id="{edge_id(source, relation, target)}" source={_attribute(source)}'
            f" target={_attribute(target)} label={_attribute(relation)}>"
            f"{_data('edge', EDGE_KEYS, values)}</edge>\n"
        )


def _data(element: str, keys: Mapping[str, str], values: Mapping[str, object]) -> str:
    texts = ((name, _text(values.get(name), type_)) for name, type_ in keys.items())
    return "".join(f'<data key="{element}-{name}">{text}</data>' for name, text in texts if text)


def _text(value: object, type_: str) -> str:
    """Spell a value as its GraphML type wants it; one that has no such spelling becomes empty."""
    if value is None:
        return ""
    if type_ == "string":
        return _escape(str(value))
    if type_ == "boolean":
        return "true" if value else "false"
    if not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return str(int(value)) if type_ == "int" else repr(float(value))


def _escape(text: str) -> str:
    # `>` stays: Gephi drops a blank that stands alone between two entities, as in "&lt;b&gt; &amp;"
    text = _ILLEGAL.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;")
    return text.replace("]]>", "]]&gt;").replace("\r", "&#13;")


def _attribute(text: str) -> str:
    text = _escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return f'"{text}"'
