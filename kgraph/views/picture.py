"""The landscape as a still picture, as wide as a column of a paper: regions, and the names that have room.

Drawn by matplotlib with its own font, no clock and no random ids in the file: the same graph gives the same
bytes. In SVG and PDF names are text, not outlines, so that they can be found, copied and edited.
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph.display import readable
from kgraph.errors import MissingExtra
from kgraph.views.files import aside
from kgraph.views.lettering import Box, Circle, place_headings, place_names
from kgraph.views.regions import regions, tie, within
from kgraph.views.rows import Row, drawn_rows, edge_rows
from kgraph.views.scene import shown_regions
from kgraph.views.style import COLORS, OTHER

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kgraph.views.borrowed import Layout

MOST_NODES = 150  # more are dust at this size
EDGES_A_NODE = 2  # its strongest
WIDTH = 241.0  # points: 85 mm, a column
TALLEST, FLATTEST = 1.2, 0.6  # heights, in widths
MARGIN, FOOT = 4.0, 14.0  # points around the map, and below it for the legend
EDGE = 1.0  # points at the edge that stay free of letters
DOTS = 600  # an inch, of a PNG: 2,000 across
SMALLEST_TYPE, LARGEST_TYPE, HEADING_TYPE = 5.2, 7.5, 5.8  # points
SURE_NAMES = 28  # of the foremost, which others make room for
LONGEST = 28  # characters of a name
ASCENT, DESCENT = 0.74, 0.22  # of the size of the type
AROUND = 5.0  # points of ground around the nodes of a region
INK, PAPER, LINE, GROUND, HEADING = "#1f2933", "#ffffff", "#8795a1", "#eef1f4", "#6b7785"
STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "svg.hashsalt": "kgraph",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "path.simplify": False,
}
METADATA: Mapping[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": "kgraph"},
    "pdf": {"CreationDate": None, "Creator": "kgraph", "Producer": "kgraph"},
    "png": {"Software": "kgraph"},
}


def _write_picture(
    graph: "nx.MultiDiGraph[str]",
    path: Path,
    *,
    format: str,
    layout: "Layout" = "own",
    whole: "nx.MultiDiGraph[str] | None" = None,
) -> None:
    """Draw the graph, its regions those of the whole of which it is a part."""
    with drawing():
        save(_draw(graph, layout, whole), path, format)


write_svg = partial(_write_picture, format="svg")
write_pdf = partial(_write_picture, format="pdf")
write_png = partial(_write_picture, format="png")  # 2,000 pixels wide


def foremost(graph: "nx.MultiDiGraph[str]", most: int) -> "nx.MultiDiGraph[str]":
    """Keep the entities in most papers, then papers, and of those what an edge still ties to another."""

    def rank(node: str) -> tuple[bool, int, int, str]:
        data = graph.nodes[node]
        return data.get("kind") == "paper", -data.get("papers", 0), -graph.degree(node), node

    order = sorted(graph, key=rank)
    kept = graph.subgraph(order[:most])
    return graph.subgraph([node for node in kept if kept.degree(node)] if len(graph) > most else kept).copy()


def new_figure(width: float, height: float) -> "Figure":
    """Make a figure of so many inches that no window and no global state knows of."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DOTS, facecolor=PAPER)


@contextmanager
def drawing() -> Iterator[None]:
    """Let nothing but STYLE decide how figures look; raise MissingExtra without matplotlib.

    A character that the font lacks is drawn as a box, without a warning.
    """
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise MissingExtra("matplotlib", "pictures") from error
    with rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


def save(figure: "Figure", path: Path, format: str) -> None:
    """Write a figure whole or not at all, alike on every run."""
    with aside(path) as (partial,):
        figure.savefig(partial, format=format, metadata=METADATA[format])


# ----------------------------------------------------------------------------------------------- drawing


@dataclass(frozen=True, slots=True)
class _Lettered:
    """A map in points, y upwards; nodes by id, those in most papers first."""

    height: float
    circles: Mapping[str, Circle]
    names: Mapping[str, Box | None]
    regions: Sequence[tuple[str, Box, Sequence[str]]]  # heading, its place, the nodes


def _draw(graph: "nx.MultiDiGraph[str]", layout: "Layout", whole: "nx.MultiDiGraph[str] | None") -> "Figure":
    whole = graph if whole is None else whole
    all_ties = tie(whole)
    ties = within(all_ties, graph)
    rows = {row["id"]: row for row in drawn_rows(graph, layout, ties)}
    if not rows:
        figure = new_figure(WIDTH / 72, WIDTH / 72)
        figure.text(0.5, 0.5, "nothing to show", ha="center", color=INK, size=LARGEST_TYPE)
        return figure
    found = regions(whole, all_ties)
    headings = {region.name: _heading(region.names) for region in found}
    shown = [(headings[name], members) for name, members in shown_regions(found, ties)]
    lettered = _letter(shown, rows)
    figure = new_figure(WIDTH / 72, lettered.height / 72)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0, WIDTH), ylim=(0, lettered.height))
    axes.set_axis_off()
    _draw_regions(axes, lettered)
    _draw_edges(axes, lettered, list(edge_rows(graph)))
    _draw_nodes(axes, lettered, rows)
    _draw_names(axes, lettered, rows)
    _draw_legend(figure, {str(row.get("type")) for row in rows.values()})
    return figure


def _letter(regions: Sequence[tuple[str, Sequence[int]]], rows: Mapping[str, Row]) -> _Lettered:
    """Fit the map into a column and find the places of all names; regions are indices into the rows."""
    order = sorted(rows, key=lambda id_: (-rows[id_]["size"], id_))
    height, circles = _fit([rows[id_] for id_ in order])
    window = (EDGE, FOOT, WIDTH - EDGE, height - EDGE)
    ids = list(rows)
    found = [(name, [ids[place] for place in places]) for name, places in regions]
    place = dict(zip(order, circles, strict=True))
    areas = [_area([place[id_] for id_ in members]) for _, members in found]
    headings = place_headings(
        areas, [_extent(heading, HEADING_TYPE, "bold") for heading, _ in found], circles, window
    )
    sizes = [_extent(_short(rows[id_]["label"]), _type_size(rows, id_)) for id_ in order]
    circles, names = place_names(circles, sizes, SURE_NAMES, headings, window)
    return _Lettered(
        height,
        dict(zip(order, circles, strict=True)),
        dict(zip(order, names, strict=True)),
        [(heading, box, members) for (heading, members), box in zip(found, headings, strict=True)],
    )


def _heading(names: Sequence[str]) -> str:
    """Join the names of a region, as many and as much of them as the column has room for."""
    short = [_short(name) for name in names]
    offered = [", ".join(map(readable, names)), ", ".join(short)]
    offered += [_short(short[0], most) for most in range(LONGEST, 1, -1)]
    room = WIDTH - 2 * EDGE
    return next((text for text in offered if _extent(text, HEADING_TYPE, "bold")[0] <= room), "")


def _fit(rows: Sequence[Row]) -> tuple[float, list[Circle]]:
    """Scale the map to the column; return the height of the picture and the nodes as circles."""
    (left, right), (top, bottom) = (
        (min(row[axis] - row["size"] for row in rows), max(row[axis] + row["size"] for row in rows))
        for axis in "xy"
    )  # on the map y grows downwards
    tall = min(max(FLATTEST, (bottom - top) / (right - left)), TALLEST)
    width, height = WIDTH - 2 * MARGIN, (WIDTH - 2 * MARGIN) * tall
    scale = min(width / (right - left), height / (bottom - top))
    x, y = (left + right) / 2, (top + bottom) / 2
    middle = FOOT + MARGIN + height / 2
    circles = [
        (WIDTH / 2 + scale * (row["x"] - x), middle - scale * (row["y"] - y), scale * row["size"])
        for row in rows
    ]
    return FOOT + 2 * MARGIN + height, circles


def _area(circles: Sequence[Circle]) -> Box:
    return (
        min(x - radius for x, _, radius in circles) - AROUND,
        min(y - radius for _, y, radius in circles) - AROUND,
        max(x + radius for x, _, radius in circles) + AROUND,
        max(y + radius for _, y, radius in circles) + AROUND,
    )


def _type_size(rows: Mapping[str, Row], id_: str) -> float:
    largest = max(row["size"] for row in rows.values())
    return SMALLEST_TYPE + float((LARGEST_TYPE - SMALLEST_TYPE) * rows[id_]["size"] / largest)


def _extent(text: str, size: float, weight: str = "normal") -> tuple[float, float]:
    """Return how wide a line is, and how high one of letters with and without tails."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=STYLE["font.family"], size=size, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width), (ASCENT + DESCENT) * size


def _draw_regions(axes: "Axes", lettered: _Lettered) -> None:
    """Draw the ground that the nodes of a region stand on, and its heading."""
    from matplotlib.patches import Polygon

    for heading, box, members in lettered.regions:
        circles = [lettered.circles[id_] for id_ in members]
        wide = 2 * AROUND
        ground = Polygon(_hull(circles), closed=True, facecolor=GROUND, edgecolor=GROUND, linewidth=wide,
                         joinstyle="round", zorder=0)  # fmt: skip
        axes.add_patch(ground)
        _write(axes, box, heading, HEADING_TYPE, color=HEADING, weight="bold")


def _hull(circles: Sequence[Circle]) -> Any:
    """Return the corners of the narrowest outline, going round."""
    import numpy as np
    from scipy.spatial import ConvexHull, QhullError

    places = np.array([circle[:2] for circle in circles])
    try:
        return places[ConvexHull(places).vertices]
    except QhullError:  # all on a line
        return places[np.lexsort(places.T)]


def _draw_edges(axes: "Axes", lettered: _Lettered, edges: list[Row]) -> None:
    from matplotlib.collections import LineCollection

    shown = _strongest(edges)
    lines = [[lettered.circles[row[end]][:2] for end in ("source", "target")] for row in shown]
    widths = [0.2 + 1.4 * row.get("strength", 0.1) for row in shown]
    axes.add_collection(LineCollection(lines, colors=LINE, linewidths=widths, alpha=0.35, zorder=1))


def _strongest(edges: list[Row]) -> list[Row]:
    """Take the strongest edges of every node."""
    seen: Counter[str] = Counter()
    taken = []
    for row in sorted(edges, key=lambda row: (-row.get("strength", 0.0), row["id"])):
        ends = row["source"], row["target"]
        if min(seen[end] for end in ends) < EDGES_A_NODE:
            taken.append(row)
            seen.update(ends)
    return taken


def _draw_nodes(axes: "Axes", lettered: _Lettered, rows: Mapping[str, Row]) -> None:
    from matplotlib.collections import EllipseCollection

    across = [2 * radius for _, _, radius in lettered.circles.values()]
    circles = EllipseCollection(
        across,
        across,
        [0] * len(across),
        units="xy",
        offsets=[circle[:2] for circle in lettered.circles.values()],
        offset_transform=axes.transData,
        facecolors=[rows[id_]["color"] for id_ in lettered.circles],
        edgecolors=PAPER,
        linewidths=0.25,
        zorder=2,
    )
    axes.add_collection(circles)


def _draw_names(axes: "Axes", lettered: _Lettered, rows: Mapping[str, Row]) -> None:
    for id_, box in lettered.names.items():
        if box is not None:
            _write(axes, box, _short(rows[id_]["label"]), _type_size(rows, id_), color=INK)


def _write(axes: "Axes", box: Box, text: str, size: float, **looks: Any) -> None:
    axes.text(box[0], box[1] + DESCENT * size, text, size=size, parse_math=False, zorder=3, **looks)


def _short(name: str, most: int = LONGEST) -> str:
    name = readable(name)
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _draw_legend(figure: "Figure", types: set[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=COLORS.get(type_, OTHER), marker="o", linestyle="", markersize=3.5, label=type_)
        for type_ in COLORS
        if type_ in types
    ]
    figure.legend(
        handles=handles,
        loc="lower center",
        ncols=len(handles),
        frameon=False,
        fontsize=6,
        labelcolor=INK,
        handletextpad=0.1,
        columnspacing=1.0,
        borderpad=0.2,
    )
