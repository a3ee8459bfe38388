"""The landscape as a still picture, as wide as a column of a paper, with the names that have room.

Drawn by matplotlib with its own font, no clock and no random ids in the file: the same graph gives the same
bytes. In SVG and PDF names are text, not outlines, so that they can be found, copied and edited.
"""

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph.display import readable
from kgraph.errors import MissingExtra
from kgraph.views.files import aside
from kgraph.views.rows import Row, drawn_rows, edge_rows
from kgraph.views.style import COLORS, OTHER

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kgraph.views.borrowed import Layout

MOST_NODES = 220  # more are dust at this size
EDGES_A_NODE = 3  # its strongest
WIDTH = 3.5  # inches: a column
DOTS = 600  # an inch, of a PNG
SMALLEST_TYPE, LARGEST_TYPE = 4.8, 7.5  # points
LONGEST = 28  # characters of a name
INK, PAPER, LINE = "#1f2933", "#ffffff", "#8795a1"
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

Box = tuple[float, float, float, float]  # left, bottom, right, top, in pixels


def write_svg(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Draw the graph as SVG."""
    with drawing():
        save(_draw(graph, layout), path, "svg")


def write_pdf(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Draw the graph as PDF."""
    with drawing():
        save(_draw(graph, layout), path, "pdf")


def write_png(graph: "nx.MultiDiGraph[str]", path: Path, *, layout: "Layout" = "own") -> None:
    """Draw the graph as PNG, 2,100 pixels wide."""
    with drawing():
        save(_draw(graph, layout), path, "png")


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
    with aside(path) as partial:
        figure.savefig(partial, format=format, metadata=METADATA[format])


# ----------------------------------------------------------------------------------------------- drawing


def _draw(graph: "nx.MultiDiGraph[str]", layout: "Layout") -> "Figure":
    figure = new_figure(WIDTH, WIDTH)
    rows = list(drawn_rows(graph, layout))
    axes = figure.add_axes((0.0, 0.06, 1.0, 0.94))
    axes.set_axis_off()
    if not rows:
        figure.text(0.5, 0.5, "nothing to show", ha="center", color=INK, size=LARGEST_TYPE)
        return figure
    _frame(axes, rows)
    _draw_edges(axes, rows, list(edge_rows(graph)))
    _draw_nodes(axes, rows)
    _draw_names(figure, axes, rows)
    _draw_legend(figure, rows)
    return figure


def _frame(axes: "Axes", rows: list[Row]) -> None:
    """Set the limits so that all circles are within, and round; on the map y grows downwards."""
    (left, right), (top, bottom) = (
        (min(row[axis] - row["size"] for row in rows), max(row[axis] + row["size"] for row in rows))
        for axis in "xy"
    )
    box = axes.get_window_extent()
    pixel = 1.03 * max((right - left) / box.width, (bottom - top) / box.height)
    x, y, width, height = (left + right) / 2, (top + bottom) / 2, pixel * box.width, pixel * box.height
    axes.set(xlim=(x - width / 2, x + width / 2), ylim=(y + height / 2, y - height / 2))


def _draw_edges(axes: "Axes", rows: list[Row], edges: list[Row]) -> None:
    from matplotlib.collections import LineCollection

    place = {row["id"]: (row["x"], row["y"]) for row in rows}
    shown = _strongest(edges)
    lines = [(place[row["source"]], place[row["target"]]) for row in shown]
    widths = [0.2 + 1.6 * row.get("strength", 0.1) for row in shown]
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


def _draw_nodes(axes: "Axes", rows: list[Row]) -> None:
    from matplotlib.collections import EllipseCollection

    across = [2 * row["size"] for row in rows]
    circles = EllipseCollection(
        across,
        across,
        [0] * len(rows),
        units="xy",
        offsets=[(row["x"], row["y"]) for row in rows],
        offset_transform=axes.transData,
        facecolors=[row["color"] for row in rows],
        edgecolors=PAPER,
        linewidths=0.25,
        zorder=2,
    )
    axes.add_collection(circles)


def _draw_names(figure: "Figure", axes: "Axes", rows: list[Row]) -> None:
    """Write the names of the largest nodes first, each in the first free place around its node, if any.

    Only the names of the large may cover circles, smaller ones than their own.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    figure.draw_without_rendering()
    largest = max(row["size"] for row in rows)
    circles = {row["id"]: _circle(axes, row) for row in rows}
    taken: list[Box] = []
    window = tuple(axes.get_window_extent().extents)
    for row in sorted(rows, key=lambda row: (-row["size"], row["id"])):
        size = SMALLEST_TYPE + (LARGEST_TYPE - SMALLEST_TYPE) * row["size"] / largest
        text = axes.text(
            row["x"], row["y"], _short(row["label"]), size=size, color=INK, parse_math=False, zorder=3
        )
        extent = text.get_window_extent(renderer)
        circle = circles.pop(row["id"])
        obstacles = taken if row["size"] > largest / 2 else [*taken, *circles.values()]
        for ha, va, x, y, box in _places(circle, extent.width, extent.height):
            if _within(box, window) and not any(_overlap(box, other) for other in obstacles):
                text.set(ha=ha, va=va, position=axes.transData.inverted().transform((x, y)))
                text.set_bbox({"facecolor": PAPER, "alpha": 0.7, "linewidth": 0, "pad": 0.2})
                taken.append(box)
                break
        else:
            text.remove()
        taken.append(circle)


def _circle(axes: "Axes", row: Row) -> Box:
    (x, y), (right, _) = axes.transData.transform(
        [(row["x"], row["y"]), (row["x"] + row["size"], row["y"])]
    ).tolist()
    radius = right - x
    return x - radius, y - radius, x + radius, y + radius


def _places(circle: Box, width: float, height: float) -> Iterator[tuple[str, str, float, float, Box]]:
    """Offer places: to the right, to the left, above, below."""
    left, bottom, right, top = circle
    x, y, gap = (left + right) / 2, (bottom + top) / 2, height / 6
    yield "left", "center", right + gap, y, (right + gap, y - height / 2, right + gap + width, y + height / 2)
    yield "right", "center", left - gap, y, (left - gap - width, y - height / 2, left - gap, y + height / 2)
    yield "center", "bottom", x, top + gap, (x - width / 2, top + gap, x + width / 2, top + gap + height)
    yield (
        "center",
        "top",
        x,
        bottom - gap,
        (x - width / 2, bottom - gap - height, x + width / 2, bottom - gap),
    )


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _within(box: Box, window: Iterable[float]) -> bool:
    left, bottom, right, top = window
    return left <= box[0] and bottom <= box[1] and box[2] <= right and box[3] <= top


def _short(name: str) -> str:
    name = readable(name)
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def _draw_legend(figure: "Figure", rows: list[Row]) -> None:
    from matplotlib.lines import Line2D

    types = {str(row.get("type")) for row in rows}
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
