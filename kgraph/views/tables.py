"""Two CSV tables with the column names that Gephi's spreadsheet import knows.

A cell that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, tab or
return; "-VAE", "=LOOKUP") gets a `'` before it, as OWASP advises: names come from texts of
strangers, and a file that runs something when opened is worse than one more character. An id gets
it wherever it stands, numbers stay numbers; .json and .graphml hold every text as it is.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.views.files import atomic_write

if TYPE_CHECKING:
    import networkx as nx

NODE_COLUMNS = ("type", "kind", "papers", "since", "introduced_by", "aliases", "date", "url")
EDGE_COLUMNS = ("papers", "strength", "since", "until", "symmetric")


def write_tables(graph: "nx.MultiDiGraph[str]", path: Path) -> tuple[Path, Path]:
    """Write `OUT.nodes.csv` and `OUT.edges.csv` for a path `OUT.csv`, and return the two paths."""
    nodes, edges = (path.with_suffix(f".{part}.csv") for part in ("nodes", "edges"))
    _write(nodes, ("Id", "Label", *NODE_COLUMNS), _node_rows(graph))
    _write(edges, ("Source", "Target", "Type", "Id", "Label", "Weight", *EDGE_COLUMNS), _edge_rows(graph))
    return nodes, edges


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with atomic_write(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows([_cell(value) for value in row] for row in rows)


def _node_rows(graph: "nx.MultiDiGraph[str]") -> Iterator[list[object]]:
    for node in sorted(graph):
        given: Mapping[str, object] = graph.nodes[node]
        yield [node, given.get("label", node), *(given.get(name) for name in NODE_COLUMNS)]


def _edge_rows(graph: "nx.MultiDiGraph[str]") -> Iterator[list[object]]:
    for number, (source, target, relation) in enumerate(sorted(graph.edges(keys=True))):
        given: Mapping[str, object] = graph.edges[source, target, relation]
        kind = "Undirected" if given.get("symmetric") else "Directed"
        known = (given.get(name) for name in EDGE_COLUMNS)
        yield [source, target, kind, number, relation, given.get("weight", 1.0), *known]


def _cell(value: object) -> object:
    """Spell a value for a cell: None is empty, truth is lower case, a would-be formula is quoted.

    >>> _cell("=1+1"), _cell("-VAE"), _cell(-1.5), _cell(True), _cell(None)
    ("'=1+1", "'-VAE", -1.5, 'true', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = value.replace("\0", "\ufffd")
        return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
    return value
