"""The graph as rows for other programs: attributes cleaned, typed and ordered here, once for all writers.

A row holds what is known, under the names of NODE_FIELDS or EDGE_FIELDS; what is unknown is absent. Rows come
sorted by id, so that the same graph gives the same bytes however it was put together.
"""

import math
import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from kgraph.views.style import color, sizes

if TYPE_CHECKING:
    import networkx as nx

    from kgraph.views.borrowed import Layout
    from kgraph.views.regions import Ties

Row = dict[str, Any]

NODE_FIELDS: Mapping[str, type] = {
    "label": str,
    "type": str,
    "kind": str,
    "papers": int,
    "since": str,
    "year": int,
    "introduced_by": list,
    "aliases": list,
    "title": str,
    "date": str,
    "url": str,
}
DRAWN_FIELDS: Mapping[str, type] = {"x": float, "y": float, "size": float, "color": str}
EDGE_FIELDS: Mapping[str, type] = {
    "relation": str,
    "weight": float,
    "papers": int,
    "strength": float,
    "since": str,
    "until": str,
    "year": int,
    "symmetric": bool,
}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0, even escaped
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")


def node_rows(graph: "nx.MultiDiGraph[str]") -> Iterator[Row]:
    """Yield `id` and the NODE_FIELDS of every node."""
    ids = _ids(graph)
    for node in sorted(graph):
        given = graph.nodes[node]
        year = year_of(given.get("since"))
        yield {"id": ids[node], **_known({"label": node, "year": year, **given}, NODE_FIELDS)}


def drawn_rows(
    graph: "nx.MultiDiGraph[str]", layout: "Layout" = "own", ties: "Ties | None" = None
) -> Iterator[Row]:
    """Yield the same rows with the DRAWN_FIELDS: place (y grows downwards), radius and colour on the map."""
    from kgraph.views.layout import positions

    places, radii = positions(graph, ties, layout), sizes(graph)
    for node, row in zip(sorted(graph), node_rows(graph), strict=True):
        x, y = places[node]
        yield {**row, "x": x, "y": y, "size": radii[node], "color": color(row.get("type"))}


def edge_rows(graph: "nx.MultiDiGraph[str]") -> Iterator[Row]:
    """Yield `id`, `source`, `target` and the EDGE_FIELDS of every edge; weight is above 0, 1 if unknown."""
    ids = _ids(graph)
    for source, target, relation in sorted(graph.edges(keys=True)):
        given = graph.edges[source, target, relation]
        row = {"id": edge_id(source, relation, target), "source": ids[source], "target": ids[target]}
        weight = _value(given.get("weight"), float) or 1.0
        derived = {"relation": relation, "year": year_of(given.get("since")), "weight": weight}
        yield {**row, **_known({**given, **derived}, EDGE_FIELDS)}


def scalars(row: Row) -> Row:
    """Join lists by `|`, for formats that know none."""
    return {name: "|".join(value) if isinstance(value, list) else value for name, value in row.items()}


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


def clean(text: str) -> str:
    """Put a name on one line, without characters that some format cannot hold at all.

    >>> clean("state\\nspace\\x00model")
    'state space�model'
    """
    if text.isascii() and text.isprintable():
        return text  # most are, and this is much quicker to find out
    return _ILLEGAL.sub("\ufffd", _BREAKS.sub(" ", text))


def _ids(graph: "nx.MultiDiGraph[str]") -> Mapping[str, str]:
    """Clean the ids; where that makes two alike, those that changed take a digest."""
    ids = {node: clean(node) for node in graph}
    if len(set(ids.values())) < len(ids):
        ids = {node: node if node == id_ else f"{id_}~{_digest(node)}" for node, id_ in ids.items()}
    return ids


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _known(given: Mapping[str, object], fields: Mapping[str, type]) -> Row:
    values = ((name, _value(given.get(name), type_)) for name, type_ in fields.items())
    return {name: value for name, value in values if value is not None}


def _value(value: object, type_: type) -> object:
    """Return a value as its type wants it, None if there is none that says anything.

    >>> _value(3, float), _value("a|b", list), _value(float("nan"), float), _value("", str), _value(True, int)
    (3.0, ['a', 'b'], None, None, None)
    """
    if type_ is bool:
        return value if isinstance(value, bool) else None
    if type_ in (int, float):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return int(value) if type_ is int else float(value)
    if not isinstance(value, str) or not value:
        return None
    return clean(value) if type_ is str else [clean(item) for item in value.split("|") if item]
