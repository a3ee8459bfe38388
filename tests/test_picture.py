"""Still pictures: the same bytes every time, names as text, and none on top of another."""

import itertools
import re
from pathlib import Path

import networkx as nx
import pytest
from lxml import etree

import kgraph
from kgraph.display import readable
from kgraph.views.picture import _draw, drawing, foremost, write_png, write_svg
from kgraph.views.years import write_years

pytest.importorskip("matplotlib")


def row_of(count: int) -> "nx.MultiDiGraph[str]":
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for number in range(count):
        graph.add_node(
            f"entity:{number:03}",
            label=f"Thing {number}",
            kind="entity",
            type="method",
            papers=count - number,
        )
    for number in range(1, count):
        graph.add_edge(
            f"entity:{number - 1:03}", f"entity:{number:03}", "appears_with", strength=0.3, papers=1
        )
    return graph


def names(path: Path) -> list[str]:
    return [text for text in etree.parse(path).getroot().itertext() if re.fullmatch(r"Thing \d+", text)]


def test_names_are_text_and_the_foremost_are_there(tmp_path: Path) -> None:
    write_svg(row_of(40), tmp_path / "map.svg")
    shown = names(tmp_path / "map.svg")
    assert "Thing 0" in shown
    assert "Thing 0, Thing 1" in (tmp_path / "map.svg").read_text("utf-8"), "the heading of a region"
    assert len(shown) == len(set(shown)) <= 40
    assert not re.search(r"<dc:date>|matplotlib\.org", (tmp_path / "map.svg").read_text("utf-8"))


@pytest.mark.parametrize("name", ["$x^2$ </text><script>", "$unbalanced", "模型 🐍"])
def test_a_name_is_neither_mathematics_nor_markup(tmp_path: Path, name: str) -> None:
    graph = row_of(3)
    graph.nodes["entity:000"]["label"] = name
    write_svg(graph, tmp_path / "map.svg")
    texts = [text.strip() for text in etree.parse(tmp_path / "map.svg").getroot().itertext()]
    assert readable(name) in texts
    write_png(graph, tmp_path / "map.png")


def test_a_part_is_in_the_regions_of_the_whole(tmp_path: Path) -> None:
    whole = row_of(10)
    for one, other in itertools.combinations(sorted(whole), 2):
        whole.add_edge(one, other, "appears_with", strength=0.3, papers=1)
    part = whole.subgraph(sorted(whole)[1:]).copy()
    write_svg(part, tmp_path / "map.svg", whole=whole)
    assert "Thing 0, Thing 1" in (tmp_path / "map.svg").read_text("utf-8")
    write_svg(part, tmp_path / "alone.svg")
    assert "Thing 0" not in (tmp_path / "alone.svg").read_text("utf-8")


def headings(names: list[str]) -> list[tuple[str, bool]]:
    """Return the headings of a map of so called things, and whether each stands wholly on the picture."""
    graph = row_of(10)
    for number, name in enumerate(names):
        graph.nodes[f"entity:{number:03}"]["label"] = name
    for one, other in itertools.combinations(sorted(graph), 2):
        graph.add_edge(one, other, "appears_with", strength=0.3, papers=1)
    with drawing():
        figure = _draw(graph, "own", None)
        figure.canvas.draw()
        bold = [text for text in figure.axes[0].texts if text.get_fontweight() == "bold"]
        boxes = [text.get_window_extent() for text in bold]
        return [
            (text.get_text(), figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1)
            for text, box in zip(bold, boxes, strict=True)
        ]


@pytest.mark.parametrize(
    ("names", "heading"),
    [
        pytest.param(["Tea", "Coffee in cups of porcelain and glass"],
                     "Tea, Coffee in cups of porcelain and glass", id="room for all"),
        pytest.param(["On the tea that grows on hills in the far south", "On coffee of the dry lowlands"],
                     "On the tea that grows on hi…, On coffee of the dry lowlan…", id="shortened"),
        pytest.param(["MMMM WWWW " * 8, "WM " * 20], "MMMM WWWW MMMM WWWW MMMM WW…", id="the first alone"),
        pytest.param(["\ufdfd" * 30, "b"], None, id="wide letters"),
    ],
)  # fmt: skip
def test_headings_lie_within_the_picture(names: list[str], heading: str | None) -> None:
    ((shown, is_within),) = headings(names)
    assert is_within
    assert heading in (None, shown)


def test_nothing_to_show(tmp_path: Path) -> None:
    write_svg(nx.MultiDiGraph(), tmp_path / "map.svg")
    assert "nothing to show" in (tmp_path / "map.svg").read_text("utf-8")


def test_the_foremost_are_kept() -> None:
    graph = row_of(10)
    graph.add_node("arxiv:1", label="Paper", kind="paper", type="paper", papers=1)
    graph.add_edge("arxiv:1", "entity:000", "uses")
    assert sorted(foremost(graph, 4)) == [f"entity:{number:03}" for number in range(4)]
    assert set(foremost(graph, 100)) == set(graph)


@pytest.mark.parametrize("format", ["svg", "pdf", "png"])
def test_the_map_of_a_store_is_the_same_every_time(toy_db: Path, tmp_path: Path, format: str) -> None:
    with kgraph.open(toy_db) as landscape:
        one, two = (landscape.export(tmp_path / f"{name}.{format}") for name in "ab")
    assert one.paths[0].read_bytes() == two.paths[0].read_bytes()
    assert one.nodes == 27


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_years_are_drawn(tmp_path: Path, rows: int) -> None:
    counts = {"2019": 3, "2021": 5}
    drawn = [{"name": f"$Thing$ {number}", "years": counts, "undated": 0} for number in range(rows)]
    for name in "ab":
        write_years(drawn, tmp_path / f"{name}.png")
    first, second = ((tmp_path / f"{name}.png").read_bytes() for name in "ab")
    assert first == second
    assert first.startswith(b"\x89PNG")
