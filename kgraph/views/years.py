"""Papers a year as a chart: a line for each name, labelled where it ends, or bars for one alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph.display import readable
from kgraph.views.picture import INK, LINE, drawing, new_figure, save
from kgraph.views.style import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (6.4, 3.2)  # inches
PALETTE = [color for type_, color in COLORS.items() if type_ != "paper"]
STYLES = ("-", "--", ":")  # once the colours are used up

Row = Mapping[str, Any]


def write_years(rows: Sequence[Row], path: Path) -> None:
    """Draw the rows of `queries.trends` as PNG, undated papers left out."""
    with drawing():
        save(_draw(rows), path, "png")


def _draw(rows: Sequence[Row]) -> "Figure":
    figure = new_figure(*SIZE)
    axes = figure.add_subplot()
    dated = [int(year) for row in rows for year in row["years"]]
    years = range(min(dated), max(dated) + 1) if dated else range(0)
    counts = [[row["years"].get(f"{year:04}", 0) for year in years] for row in rows]
    if len(rows) == 1:
        axes.bar(years, counts[0], color=PALETTE[0])
        axes.set_title(readable(rows[0]["name"]), size=10, color=INK, loc="left", parse_math=False)
    elif years:
        _draw_lines(axes, rows, years, counts)
    _quieten(axes)
    figure.tight_layout()
    return figure


def _draw_lines(axes: "Axes", rows: Sequence[Row], years: range, counts: Sequence[Sequence[int]]) -> None:
    """Draw the lines, and write each name at the end of its own, moved up where two would touch."""
    highest = max(map(max, counts))
    apart = highest / 14 or 1
    ends = sorted(range(len(rows)), key=lambda place: (counts[place][-1], place))
    low = -apart / 2
    for place in ends:
        color, style = PALETTE[place % len(PALETTE)], STYLES[place // len(PALETTE) % len(STYLES)]
        first = next((i for i, count in enumerate(counts[place]) if count), 0)
        axes.plot(
            years[first:], counts[place][first:], color=color, linestyle=style, marker="o", markersize=3
        )
        low = max(low + apart, counts[place][-1])
        axes.annotate(
            readable(rows[place]["name"]), (years[-1], low), xytext=(6, 0), textcoords="offset points",
            size=8, color=color, va="center", parse_math=False, annotation_clip=False,
        )  # fmt: skip


def _quieten(axes: "Axes") -> None:
    """Leave a baseline, whole numbers and a faint grid."""
    from matplotlib.ticker import MaxNLocator

    axes.set_ylim(bottom=0)
    axes.margins(x=0.02)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    for axis in axes.xaxis, axes.yaxis:
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y", color=LINE, alpha=0.25, linewidth=0.6)
    axes.tick_params(colors=INK, labelsize=8, length=0)
    axes.set_ylabel("papers", color=INK, size=8)
