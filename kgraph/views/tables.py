"""Two CSV tables with the column names that Gephi's spreadsheet import knows.

A cell that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, tab or
return; "-VAE", "=LOOKUP") gets a `'` before it, as OWASP advises: names come from texts of
strangers, and a file that runs something when opened is worse than one more character. An id gets
it wherever it stands, numbers stay numbers; the other formats hold every text as it is.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kgraph.views.files import atomic_writes, parts
from kgraph.views.rows import EDGE_FIELDS, NODE_FIELDS, Row, edge_rows, node_rows, scalars

if TYPE_CHECKING:
    import networkx as nx

NODE_COLUMNS = {"id": "Id", "label": "Label"} | {name: name for name in NODE_FIELDS if name != "label"}
EDGE_COLUMNS = {
    "source": "Source",
    "target": "Target",
    "kind": "Type",
    "id": "Id",
    "relation": "Label",
    "weight": "Weight",
} | {name: name for name in EDGE_FIELDS if name not in ("relation", "weight")}


def write_tables(graph: "nx.MultiDiGraph[str]", path: Path) -> tuple[Path, ...]:
    """Write `OUT.nodes.csv` and `OUT.edges.csv` for a path `OUT.csv`, and return the two paths."""
    paths = parts(path, ".csv", "nodes", "edges")
    edges = (
        {**row, "kind": "Undirected" if row.get("symmetric") else "Directed"} for row in edge_rows(graph)
    )
    with atomic_writes(*paths) as (node_file, edge_file):
        write_csv(node_file, NODE_COLUMNS, map(_safe, node_rows(graph)))
        write_csv(edge_file, EDGE_COLUMNS, map(_safe, edges))
    return paths


def write_csv(file: TextIO, columns: dict[str, str], rows: Iterable[Row]) -> None:
    """Write a header, then the fields of `columns` of each row; what is unknown is empty."""
    table = csv.writer(file, lineterminator="\n")
    table.writerow(columns.values())
    table.writerows([_cell(row.get(field)) for field in columns] for row in rows)


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _safe(row: Row) -> Row:
    """Quote every text that would be a formula.

    >>> _safe({"label": "=1+1", "weight": -1.5, "aliases": ["-VAE", "b"]})
    {'label': "'=1+1", 'weight': -1.5, 'aliases': "'-VAE|b"}
    """
    return {
        name: f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
        for name, value in scalars(row).items()
    }
