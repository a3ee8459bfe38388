"""Two Parquet tables, nodes and edges, in the columns of `rows`; lists stay lists."""

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.errors import MissingExtra
from kgraph.views.files import aside, parts
from kgraph.views.rows import DRAWN_FIELDS, EDGE_FIELDS, NODE_FIELDS, Row, drawn_rows, edge_rows

if TYPE_CHECKING:
    import networkx as nx

    from kgraph.views.borrowed import Layout

BATCH = 50_000  # rows held at once, and of a row group


def write_parquet(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> tuple[Path, ...]:
    """Write `OUT.nodes.parquet` and `OUT.edges.parquet`; raise MissingExtra without pyarrow."""
    paths = parts(path, ".parquet", "nodes", "edges")
    with aside(*paths) as (nodes, edges):
        _write(nodes, {"id": str, **NODE_FIELDS, **DRAWN_FIELDS}, drawn_rows(graph, layout))
        _write(edges, {"id": str, "source": str, "target": str, **EDGE_FIELDS}, edge_rows(graph))
    return paths


def _write(path: Path, fields: Mapping[str, type], rows: Iterable[Row]) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("pyarrow", "parquet") from error
    types = {
        str: pa.string(),
        list: pa.list_(pa.string()),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
    }
    schema = pa.schema([(name, types[type_]) for name, type_ in fields.items()])
    rows = iter(rows)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(rows, BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
