"""Neo4j: tables for its bulk import, and Cypher for a graph small enough to be typed in.

Every node is labelled `Entity` or `Paper`, an entity by its type too (`Method`); the type of a relationship
is the relation in capitals (`EXTENDS`).
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.views.files import atomic_write, atomic_writes, parts
from kgraph.views.rows import EDGE_FIELDS, NODE_FIELDS, Row, edge_rows, node_rows
from kgraph.views.tables import write_csv

if TYPE_CHECKING:
    import networkx as nx

TYPES = {str: "", list: ":string[]", int: ":int", float: ":double", bool: ":boolean"}
BATCH = 500  # rows of a statement

_NODE_NAMES = {name: {"label": "name"}.get(name, name) for name in NODE_FIELDS if name != "kind"}
_EDGE_NAMES = {name: name for name in EDGE_FIELDS if name != "relation"}
NODE_COLUMNS = {
    "id": "id:ID",
    **{field: name + TYPES[NODE_FIELDS[field]] for field, name in _NODE_NAMES.items()},
    "labels": ":LABEL",
}
EDGE_COLUMNS = {
    "source": ":START_ID",
    "target": ":END_ID",
    "relation": ":TYPE",
    **{field: name + TYPES[EDGE_FIELDS[field]] for field, name in _EDGE_NAMES.items()},
}


def write_neo4j(graph: "nx.MultiDiGraph[str]", path: Path) -> tuple[Path, ...]:
    """Write `OUT.nodes.csv` and `OUT.edges.csv` for `neo4j-admin database import full`."""
    paths = parts(path, ".csv", "nodes", "edges")
    nodes = ({**_joined(row), "labels": ";".join(_labels(row))} for row in node_rows(graph))
    edges = ({**row, "relation": row["relation"].upper()} for row in edge_rows(graph))
    with atomic_writes(*paths) as (node_file, edge_file):
        write_csv(node_file, NODE_COLUMNS, nodes)
        write_csv(edge_file, EDGE_COLUMNS, edges)
    return paths


def _joined(row: Row) -> Row:
    """Join lists by `;`, the importer's own sign; within an item it becomes a comma."""
    return {
        name: ";".join(item.replace(";", ",") for item in value) if isinstance(value, list) else value
        for name, value in row.items()
    }


def _labels(row: Row) -> tuple[str, ...]:
    if row.get("kind") == "paper":
        return ("Paper",)
    return ("Entity", str(row.get("type", "thing")).capitalize())


def write_cypher(graph: "nx.MultiDiGraph[str]", path: Path) -> None:
    """Write statements for `cypher-shell` or the browser; run twice they change nothing."""
    labels = {row["id"]: _labels(row) for row in node_rows(graph)}
    with atomic_write(path) as file:
        for label in ("Entity", "Paper"):
            file.write(f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE;\n")
        nodes = sorted(node_rows(graph), key=lambda row: labels[row["id"]])
        for named, rows in groupby(nodes, lambda row: labels[row["id"]]):
            file.writelines(_node_statements(named, rows))
        edges = sorted(edge_rows(graph), key=lambda row: _pattern(row, labels))
        for pattern, rows in groupby(edges, lambda row: _pattern(row, labels)):
            file.writelines(_edge_statements(*pattern, rows))


def _pattern(row: Row, labels: Mapping[str, tuple[str, ...]]) -> tuple[str, str, str]:
    return labels[row["source"]][0], row["relation"].upper(), labels[row["target"]][0]


def _node_statements(labels: tuple[str, ...], rows: Iterable[Row]) -> Iterator[str]:
    more = "".join(f"n:{label}, " for label in labels[1:])
    maps = (_map({"id": row["id"]} | _renamed(row, _NODE_NAMES)) for row in rows)
    yield from _statements(maps, f"MERGE (n:{labels[0]} {{id: row.id}}) SET {more}n += row;\n")


def _edge_statements(source: str, type_: str, target: str, rows: Iterable[Row]) -> Iterator[str]:
    ends = f"MATCH (a:{source} {{id: row.source}}), (b:{target} {{id: row.target}})"
    maps = (
        f"{{source: {_literal(row['source'])}, target: {_literal(row['target'])},"
        f" known: {_map(_renamed(row, _EDGE_NAMES))}}}"
        for row in rows
    )
    yield from _statements(maps, f"{ends} MERGE (a)-[r:{type_}]->(b) SET r += row.known;\n")


def _statements(maps: Iterator[str], does: str) -> Iterator[str]:
    while batch := list(islice(maps, BATCH)):
        yield "UNWIND [\n" + ",\n".join(batch) + f"\n] AS row {does}"


def _renamed(row: Row, names: Mapping[str, str]) -> Row:
    return {name: row[field] for field, name in names.items() if field in row}


def _map(row: Row) -> str:
    return "{" + ", ".join(f"{name}: {_literal(value)}" for name, value in row.items()) + "}"


def _literal(value: object) -> str:
    r"""Spell a value in Cypher. No backslash may stand before a `u`: it would begin a character's number.

    >>> print(_literal("it's"), _literal([1, True]), _literal(r"\u0027"))
    'it\'s' [1, true] '\\' + 'u0027'
    """
    match value:
        case bool():
            return str(value).lower()
        case list():
            return "[" + ", ".join(map(_literal, value)) + "]"
        case str():
            text = value.replace("\\", "\\\\").replace("'", "\\'")
            return "'" + text.replace("\\u", "\\' + 'u") + "'"
        case _:
            return repr(value)
