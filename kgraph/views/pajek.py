"""Pajek's .net: every relation a network of its own over the same vertices: arcs or, if symmetric, edges.

The file begins with a byte order mark, by which Pajek knows UTF-8. It has no escapes: a double quote becomes
a single one, a backslash a slash. Vertices of one name take their id after it.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.records import SYMMETRIC
from kgraph.views.files import atomic_write
from kgraph.views.rows import Row, drawn_rows, edge_rows

if TYPE_CHECKING:
    import networkx as nx

    from kgraph.views.borrowed import Layout


def write_pajek(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Write vertices with their places, then the lines of each relation with the papers as values."""
    vertices = list(drawn_rows(graph, layout))
    number = {row["id"]: i for i, row in enumerate(vertices, 1)}
    with atomic_write(path, encoding="utf-8-sig") as file:
        file.write(f"*Network kgraph\n*Vertices {len(vertices)}\n")
        file.writelines(_vertices(vertices))
        by_relation = itemgetter("relation")
        relations = groupby(sorted(edge_rows(graph), key=by_relation), by_relation)
        for place, (relation, rows) in enumerate(relations, 1):
            kind = "*Edges" if relation in SYMMETRIC else "*Arcs"
            file.write(f'{kind} :{place} "{relation}"\n')
            file.writelines(
                f"{number[row['source']]} {number[row['target']]} {row['weight']:g}\n" for row in rows
            )


def _vertices(rows: list[Row]) -> Iterator[str]:
    """Scale the map to the square from 0 to 1, a margin free; Pajek's y grows downwards like ours."""
    reach = max((abs(row[axis]) for row in rows for axis in "xy"), default=0.0) or 1.0
    taken = Counter(_label(row["label"]) for row in rows)
    for place, row in enumerate(rows, 1):
        label = _label(row["label"])
        if taken[label] > 1:
            label = f"{label} ({_label(row['id'])})"
        x, y = (0.5 + 0.45 * row[axis] / reach for axis in "xy")
        yield f'{place} "{label}" {x:.4f} {y:.4f} 0.5000\n'


def _label(text: str) -> str:
    return text.replace('"', "'").replace("\\", "/")
