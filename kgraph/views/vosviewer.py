"""VOSviewer, on the desktop and online: what stands near what, undirected, one link for all that ties a pair.

Places are scaled to -1..1, where VOSviewer's own lie, and y grows upwards there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.views.communities import communities
from kgraph.views.files import atomic_write, atomic_writes, parts
from kgraph.views.json_text import rows_of
from kgraph.views.rows import Row, drawn_rows, edge_rows

if TYPE_CHECKING:
    import networkx as nx

MAP_COLUMNS = ("id", "label", "url", "x", "y", "cluster", "weight<Papers>", "score<First year>")

Link = tuple[int, int, int]  # two items and the papers that tie them


def write_vosviewer(graph: "nx.MultiDiGraph[str]", path: Path) -> None:
    """Write the JSON that both editions open."""
    items, links = _network(graph)
    with atomic_write(path) as file:
        file.write('{"network": {\n"items": [')
        file.writelines(rows_of(items))
        file.write('],\n"links": [')
        file.writelines(rows_of({"source_id": a, "target_id": b, "strength": n} for a, b, n in links))
        file.write("]}}\n")


def write_vosviewer_texts(graph: "nx.MultiDiGraph[str]", path: Path) -> tuple[Path, ...]:
    """Write a map and a network file, `OUT.map.txt` and `OUT.network.txt`, separated by tabs."""
    paths = parts(path, ".txt", "map", "network")
    items, links = _network(graph)
    with atomic_writes(*paths) as (map_file, network_file):
        map_file.writelines(_lines([MAP_COLUMNS, *map(_map_row, items)]))
        network_file.writelines(_lines(links))
    return paths


def _network(graph: "nx.MultiDiGraph[str]") -> tuple[list[Row], list[Link]]:
    rows = list(drawn_rows(graph))
    number = {row["id"]: i for i, row in enumerate(rows, 1)}
    cluster = {node: i for i, group in enumerate(communities(graph), 1) for node in group}
    reach = max((abs(row[axis]) for row in rows for axis in "xy"), default=0.0) or 1.0
    items = [
        {
            "id": number[row["id"]],
            "label": row["label"],
            **({"url": row["url"]} if "url" in row else {}),
            "x": round(row["x"] / reach, 4),
            "y": round(-row["y"] / reach, 4) + 0.0,
            "cluster": cluster[node],
            "weights": {"Papers": row.get("papers", 1)},
            "scores": {"First year": row["year"]} if "year" in row else {},
        }
        for node, row in zip(sorted(graph), rows, strict=True)
    ]
    ties: dict[tuple[int, int], int] = {}
    for row in edge_rows(graph):
        low, high = sorted((number[row["source"]], number[row["target"]]))
        if low != high:
            ties[low, high] = max(ties.get((low, high), 0), row.get("papers", 1))
    return items, [(low, high, papers) for (low, high), papers in sorted(ties.items())]


def _map_row(item: Row) -> list[object]:
    known = [item.get(column, "") for column in MAP_COLUMNS[:6]]
    return [*known, item["weights"]["Papers"], item["scores"].get("First year", "")]


def _lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    for row in rows:
        yield "\t".join(map(str, row)) + "\n"
