"""VOSviewer, on the desktop and online: what stands near what, undirected, one link for all that ties a pair.

The clusters are the regions of the map; those large enough to have a name on the map have it here too. Places
are scaled to -1..1, where VOSviewer's own lie, and y grows upwards there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.views.files import atomic_write, atomic_writes, parts
from kgraph.views.json_text import rows_of
from kgraph.views.regions import Ties, regions, tie
from kgraph.views.rows import Row, drawn_rows, edge_rows

if TYPE_CHECKING:
    import networkx as nx

    from kgraph.views.borrowed import Layout

MAP_COLUMNS = ("id", "label", "url", "x", "y", "cluster", "weight<Papers>", "score<First year>")

MOST_CLUSTERS = 1000  # it knows no more; the smallest share the last

Link = tuple[int, int, int]  # two items and the papers that tie them


def write_vosviewer(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Write the JSON that both editions open."""
    ties = tie(graph)
    items, links = _network(graph, ties, layout)
    clusters = ({"cluster": i, "label": region.name} for i, region in enumerate(regions(graph, ties), 1))
    with atomic_write(path) as file:
        file.write('{"network": {\n"items": [')
        file.writelines(rows_of(items))
        file.write('],\n"links": [')
        file.writelines(rows_of({"source_id": a, "target_id": b, "strength": n} for a, b, n in links))
        file.write('],\n"clusters": [')
        file.writelines(rows_of(clusters))
        file.write("]}}\n")


def write_vosviewer_texts(
    graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own"
) -> tuple[Path, ...]:
    """Write a map and a network file, `OUT.map.txt` and `OUT.network.txt`, separated by tabs."""
    paths = parts(path, ".txt", "map", "network")
    items, links = _network(graph, tie(graph), layout)
    with atomic_writes(*paths) as (map_file, network_file):
        map_file.writelines(_lines([MAP_COLUMNS, *map(_map_row, items)]))
        network_file.writelines(_lines(links))
    return paths


def _network(graph: "nx.MultiDiGraph[str]", ties: Ties, layout: "Layout") -> tuple[list[Row], list[Link]]:
    rows = list(drawn_rows(graph, layout, ties))
    number = {row["id"]: i for i, row in enumerate(rows, 1)}
    reach = max((abs(row[axis]) for row in rows for axis in "xy"), default=0.0) or 1.0
    items = [
        {
            "id": number[row["id"]],
            "label": row["label"],
            **({"url": row["url"]} if "url" in row else {}),
            "x": round(row["x"] / reach, 4),
            "y": round(-row["y"] / reach, 4) + 0.0,
            "cluster": min(cluster, MOST_CLUSTERS),
            "weights": {"Papers": row.get("papers", 1)},
            "scores": {"First year": row["year"]} if "year" in row else {},
        }
        for row, cluster in zip(rows, (ties.community + 1).tolist(), strict=True)
    ]
    links: dict[tuple[int, int], int] = {}
    for row in edge_rows(graph):
        low, high = sorted((number[row["source"]], number[row["target"]]))
        if low != high:
            links[low, high] = max(links.get((low, high), 0), row.get("papers", 1))
    return items, [(low, high, papers) for (low, high), papers in sorted(links.items())]


def _map_row(item: Row) -> list[object]:
    known = [item.get(column, "") for column in MAP_COLUMNS[:6]]
    return [*known, item["weights"]["Papers"], item["scores"].get("First year", "")]


def _lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    for row in rows:
        yield "\t".join(map(str, row)) + "\n"
