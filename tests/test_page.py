"""The page: what the file holds, and what a real browser makes of it."""

import itertools
import math
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from kgraph.views.cards import clip, collect_cards
from kgraph.views.page import BUNDLE, PageReport, write_html
from kgraph.views.scene import Cards, Evidence, NodeCard, PaperCard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_BUNDLE = (
    "The {} weakest nodes are not drawn: kgraph's map for large graphs is not built here."
    " With Node.js installed, `make bundle` in a clone and export again to see all."
)
HOSTILE = [
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 2'>",
    'href <a href="javascript:window.hacked=3">x</a>',
    "\"'><svg onload=window.hacked=4>",
    "{{ 7*7 }} {% raw %} <!-- ]]>",
    "\u202etfel 🐍 模型 \ud800 \x00",
    "x" * 10_000,
]


def entity(graph: "nx.MultiDiGraph[str]", node: str, label: str, **attributes: object) -> None:
    known = {"type": "method", "kind": "entity", "papers": 1, "since": "2020-01-01", **attributes}
    graph.add_node(node, label=label, **known)


def paper(graph: "nx.MultiDiGraph[str]", node: str, title: str, **attributes: object) -> None:
    known = {
        "type": "paper",
        "kind": "paper",
        "papers": 1,
        "since": "2023-12",
        "date": "2023-12",
        **attributes,
    }
    graph.add_node(node, label=title, title=title, **known)


def link(
    graph: "nx.MultiDiGraph[str]", source: str, relation: str, target: str, strength: float = 0.5
) -> None:
    symmetric = relation in ("appears_with", "compared_with")
    figures = {"papers": 1, "weight": 1.0, "strength": strength, "since": "2023-12", "symmetric": symmetric}
    graph.add_edge(source, target, relation, relation=relation, **figures)


def small() -> "nx.MultiDiGraph[str]":
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    entity(
        graph, "entity:mamba", "Mamba", type="model", papers=9, since="2023-12",
        aliases="Selective SSM|mamba", introduced_by="arxiv:2312.00752",
    )  # fmt: skip
    entity(graph, "entity:s4", "S4", papers=4, since="2021-10")
    entity(graph, "entity:lra", "Long Range Arena", type="dataset", papers=2)
    paper(graph, "arxiv:2312.00752", "Mamba: Linear-Time Sequence Modeling")
    link(graph, "arxiv:2312.00752", "introduces", "entity:mamba")
    link(graph, "entity:mamba", "extends", "entity:s4")
    link(graph, "entity:mamba", "appears_with", "entity:s4", 0.8)
    link(graph, "entity:s4", "evaluated_on", "entity:lra")
    return graph


def small_cards(_: object = None) -> Cards:
    sentence = "🐍 Mamba extends S4, says <b>nobody</b>."
    return Cards(
        {
            "arxiv:2312.00752": PaperCard(
                "arxiv:2312.00752", "Mamba: Linear-Time Sequence Modeling", "2023-12"
            )
        },
        {
            "entity:mamba": NodeCard(
                (("introduces", "arxiv:2312.00752"),), (Evidence("arxiv:2312.00752", sentence, ((2, 7),)),)
            )
        },
    )


def hostile() -> "nx.MultiDiGraph[str]":
    graph = small()
    for number, text in enumerate(HOSTILE):
        entity(graph, f"entity:{text}", text, aliases=text, since=text, introduced_by=text)
        paper(graph, f"paper:{number}", text, date=text, url=f"javascript:window.hacked={number}")
        link(graph, f"paper:{number}", text, f"entity:{text}")
        link(graph, f"paper:{number}", "uses", "entity:mamba")
    return graph


def crowd(nodes: int) -> "nx.MultiDiGraph[str]":
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for number in range(nodes):
        entity(graph, f"entity:{number}", f"Node {number}", papers=1 + 2000 // (number + 1))
    for number in range(3 * nodes):
        a, b = number % nodes, (number * 7 + number // nodes) % nodes // 3
        link(graph, f"entity:{a}", "appears_with", f"entity:{b}", 1 / (1 + number % 7))
    return graph


# ---- the file ------------------------------------------------------------------------------------


def test_page_is_one_file_that_names_no_resource(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = write_html(small(), tmp_path / "page.html", cards=small_cards)
    assert report == PageReport(shown=4, total=4, shown_edges=4, total_edges=4)
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]
    html = (tmp_path / "page.html").read_text("utf-8")
    assert re.findall("<(?:script|link|img|iframe)[^>]*(?:src|href)=([^ >]*)", html) == ['"data:,"']
    assert "default-src 'none'" in html
    assert "sourceMappingURL" not in html


def test_text_cannot_leave_the_data(tmp_path: Path) -> None:
    title = "</title><script>window.hacked = 0</script>"
    write_html(hostile(), tmp_path / "hostile.html", title=title)
    write_html(small(), tmp_path / "small.html")
    html, plain = ((tmp_path / name).read_text("utf-8") for name in ("hostile.html", "small.html"))
    assert html.count("<script") == plain.count("<script")
    assert "<img" not in html
    assert "7*7" in html


def test_own_scripts_hold_nothing_that_ends_them() -> None:
    for name in ("page.js", "vis.js", "page.css"):
        text = (files("kgraph.views") / name).read_text("utf-8")
        assert not re.search("</(script|style)|<!--|innerHTML|https?://(?!www.w3.org)", text)


def test_over_the_limit_the_strongest_stay(tmp_path: Path) -> None:
    graph = crowd(60)
    report = write_html(graph, tmp_path / "page.html", max_nodes=20, bundle=tmp_path / "none")
    assert (report.shown, report.total) == (20, 60)
    assert report.shown_edges < report.total_edges == graph.number_of_edges()
    assert report.why == NO_BUNDLE.format(40)
    html = (tmp_path / "page.html").read_text("utf-8")
    assert '"Node 0"' in html
    assert '"Node 19"' in html
    assert '"Node 20"' not in html


def test_what_binds_comes_before_what_hangs(tmp_path: Path) -> None:
    graph = small()
    for number in range(9):
        entity(graph, f"entity:fringe-{number}", f"Fringe {number}")
        link(graph, "arxiv:2312.00752", "mentions", f"entity:fringe-{number}", 0.9)
    paper(graph, "arxiv:1", "On S4")
    link(graph, "arxiv:1", "uses", "entity:s4")
    link(graph, "arxiv:1", "uses", "entity:mamba")
    write_html(graph, tmp_path / "page.html", max_nodes=5, bundle=tmp_path / "none")
    html = (tmp_path / "page.html").read_text("utf-8")
    assert "On S4" in html
    assert "Fringe" not in html


def test_500_nodes_with_all_that_their_cards_say_are_less_than_a_megabyte_and_a_half(tmp_path: Path) -> None:
    graph = crowd(500)
    papers = {
        f"arxiv:{n}": PaperCard(f"arxiv:{n}", f"On the number {n} " + "and more" * 8) for n in range(300)
    }
    said = ("We show that this is true and that something else is not, in the case of number {}. " * 2).format

    def card(number: int) -> NodeCard:
        evidence = [
            Evidence(f"arxiv:{n % 300}", said(n, number), ((3, 7),)) for n in range(number, number + 5)
        ]
        return NodeCard(
            tuple(("uses", f"arxiv:{n % 300}") for n in range(number, number + 15)), tuple(evidence)
        )

    cards = Cards(papers, {f"entity:{number}": card(number) for number in range(500)})
    assert write_html(graph, tmp_path / "page.html", cards=lambda _: cards).shown == 500
    size = (tmp_path / "page.html").stat().st_size
    assert 1_000_000 < size < 1_500_000  # less than the one would be without cards


# ---- the cards -----------------------------------------------------------------------------------


def test_cards_come_from_the_store() -> None:
    db = sqlite3.connect(":memory:")
    db.executescript((files("kgraph") / "schema.sql").read_text("utf-8"))
    text = "On Mamba\nWe like it. Mamba (🐍 Mamba) is new."
    title, abstract = text.split("\n")
    for id_, date in (("arxiv:1", "2023"), ("arxiv:2", "2024")):
        db.execute(
            "INSERT INTO papers (id, title, abstract, authors, date, date_inferred, ids, refs, extra)"
            " VALUES (?, ?, ?, '[]', ?, 0, '[]', '[]', '{}')",
            (id_, title, abstract, date),
        )
    db.execute(
        "INSERT INTO entities (id, name, type, other_types, aliases, papers, since, introduced_by)"
        " VALUES ('entity:mamba', 'Mamba', 'model', '[]', '[]', 2, '2023', '[\"arxiv:1\"]')"
    )
    first, second, third = (match.start() for match in re.finditer("Mamba", text))
    sentence = text.index("Mamba (")
    for id_, start, sentence_start, sentence_end, role in (
        ("arxiv:1", first, 0, 8, "mentions"),
        ("arxiv:1", second, sentence, len(text), "introduces"),
        ("arxiv:1", third, sentence, len(text), "mentions"),
        ("arxiv:2", first, 0, 8, "uses"),
    ):
        db.execute(
            'INSERT INTO mentions (paper, start, "end", text, name, label, role, score, rule, sentence_start,'
            " sentence_end, entity) VALUES (?, ?, ?, 'Mamba', 'Mamba', 'model', ?, 900, 'lexicon', ?, ?, ?)",
            (id_, start, start + 5, role, sentence_start, sentence_end, "entity:mamba"),
        )
    for id_, role in (("arxiv:1", "introduces"), ("arxiv:2", "uses")):
        db.execute(
            "INSERT INTO edges (source, target, relation, papers, near) VALUES (?, 'entity:mamba', ?, 1, 1)",
            (id_, role),
        )
    cards = collect_cards(db, ["entity:mamba", "arxiv:1"])
    assert cards.papers == {
        "arxiv:1": PaperCard("arxiv:1", "On Mamba", "2023"),
        "arxiv:2": PaperCard("arxiv:2", "On Mamba", "2024"),
    }
    assert cards.nodes == {
        "entity:mamba": NodeCard(
            (("introduces", "arxiv:1"), ("uses", "arxiv:2")),
            (
                Evidence("arxiv:1", "Mamba (🐍 Mamba) is new.", ((0, 5), (9, 14))),
                Evidence("arxiv:2", "On Mamba", ((3, 8),)),
            ),
        )
    }
    assert len(collect_cards(db, ["entity:mamba"], papers=1, sentences=1).nodes["entity:mamba"].evidence) == 1
    assert collect_cards(db, []) == Cards()


def test_a_short_sentence_is_not_clipped() -> None:
    assert clip("Mamba is fast.", [(0, 5)]) == Evidence("", "Mamba is fast.", ((0, 5),))


# ---- in a browser --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="no playwright here: pip install playwright")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=os.fspath(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield started
        started.close()


@contextmanager
def opened(
    browser: "Browser",
    path: Path,
    *,
    width: int = 1440,
    height: int = 900,
    touch: bool = False,
    dark: bool = False,
    address: str = "",
) -> Iterator["Page"]:
    """Open a page; fail if it logs an error, throws, or asks for anything but itself."""
    page = browser.new_page(
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        has_touch=touch,
        color_scheme="dark" if dark else "light",
    )
    faults: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: asked.append(request.url.split("#")[0]))
    page.goto(address or path.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached", timeout=30_000)
    yield page
    assert faults == []
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    page.close()


def wait(page: "Page", expression: str, arg: object = None) -> None:
    """Wait until a script's value is true; playwright's own way is refused by the page's policy."""
    end = time.monotonic() + 20
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(30)


def said(page: "Page") -> str:
    return page.inner_text("#statement")


def view(page: "Page") -> list[float]:
    """The middle of the map and its scale."""
    x, y, scale = page.evaluate("(({ x, y, scale }) => [x, y, scale])(landscape.map.view())")
    return [x, y, scale]


def labels(page: "Page") -> list[list[float]]:
    """The boxes of all labels, in pixels: left, top, right, bottom."""
    boxes: list[list[float]] = page.evaluate("landscape.page.placed")
    return boxes


def touch(a: list[float], b: list[float]) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def shown(page: "Page") -> int:
    return int(page.get_attribute("html", "data-shown") or 0)


def place_of(page: "Page", key: str) -> tuple[float, float]:
    """Where on the screen a node stands."""
    x, y = page.evaluate(
        """(key) => {
            const { map, nodes, screenOf } = landscape;
            map.repaint();
            const [x, y] = screenOf(nodes.find((node) => node.key === key));
            const box = document.getElementById("map").getBoundingClientRect();
            return [x + box.left, y + box.top];
        }""",
        key,
    )
    return x, y


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    write_html(small(), path, cards=small_cards, title="Small")
    return path


@pytest.mark.browser
def test_search_finds_a_name_and_opens_its_card(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        page.keyboard.press("/")
        page.keyboard.type("mam")
        assert page.locator("#found li .name").all_inner_texts()[0] == "Mamba"
        page.keyboard.press("Enter")
        page.wait_for_selector("#card:not([hidden])")
        assert page.inner_text("#card h2") == "Mamba"
        card = page.inner_text("#card")
        for text in (
            "Model",
            "9 papers, since 2023-12",
            "Also: Selective SSM\n",
            "Linear-Time",
            "Extends",
            "S4",
        ):
            assert text in card
        assert page.locator("#card mark").all_inner_texts() == ["Mamba"]
        assert "<b>nobody</b>" in card
        assert page.get_attribute("#card a", "href") == "https://arxiv.org/abs/2312.00752"
        page.keyboard.press("Escape")
        page.wait_for_selector("#card", state="hidden")


@pytest.mark.browser
def test_search_knows_aliases_and_says_when_nothing_fits(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        page.fill("#search", "selective")
        assert page.locator("#found li").count() == 1
        assert "Mamba" in page.inner_text("#found")
        page.fill("#search", "zebra")
        assert "Nothing" in page.inner_text("#found")


@pytest.mark.browser
def test_a_click_opens_the_card_and_a_double_click_the_neighbourhood(
    browser: "Browser", page_file: Path
) -> None:
    with opened(browser, page_file) as page:
        page.mouse.click(*place_of(page, "entity:lra"))
        page.wait_for_selector("#card:not([hidden])")
        assert page.inner_text("#card h2") == "Long Range Arena"
        page.keyboard.press("Escape")
        page.mouse.dblclick(*place_of(page, "entity:lra"))
        page.wait_for_selector("#focus:not([hidden])")
        assert shown(page) == 2
        page.click("#back")
        page.wait_for_selector("#focus", state="hidden")
        assert shown(page) == 4
        page.go_back()
        page.wait_for_selector("#focus:not([hidden])")


@pytest.mark.browser
def test_filters_narrow_the_map_and_say_why(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        assert said(page) == "4 nodes, 4 relations"
        page.click("#types [data-value=dataset]")
        assert said(page) == "3 of 4 nodes: without datasets. 3 of 4 relations"
        page.click("#types [data-value=dataset]")
        page.fill("#minimum", "4")
        assert said(page) == "3 of 4 nodes: in at least 4 papers. 3 of 4 relations"
        page.fill("#minimum", "1")
        page.fill("#until", "2021")
        assert said(page) == "2 of 4 nodes: first seen 2020 to 2021. 1 of 4 relations"
        page.fill("#from", "2021")
        assert said(page) == "1 of 4 nodes: first seen in 2021. 0 of 4 relations"
        page.click("#reset")
        page.dblclick("#relations [data-value=evaluated_on]")
        assert said(page).startswith("2 of 4 nodes: without “introduces”, “extends”, “appears with”.")
        page.click("#reset")
        page.click("#types [data-value=method]", modifiers=["Shift"])
        assert shown(page) == 1
        page.click("#reset")
        assert shown(page) == 4
        assert page.is_disabled("#reset")


@pytest.mark.browser
def test_undated_nodes_go_once_years_are_chosen(browser: "Browser", tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name, since in ("old", "2019"), ("new", "2024-05"), ("undated", None), ("also undated", None):
        entity(
            graph, f"entity:{name}", name, since=since, type="task" if name.startswith("also") else "method"
        )
        link(graph, "entity:old", "appears_with", f"entity:{name}")
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    write_html(graph, tmp_path / "page.html")
    with opened(browser, tmp_path / "page.html") as page:
        assert said(page) == "4 nodes, 3 relations"
        page.fill("#until", "2023")
        assert said(page) == "1 of 4 nodes: first seen 2019 to 2023 (+ 2 undated). 0 of 3 relations"
        page.click("#types [data-value=task]")
        assert said(page).startswith("1 of 4 nodes: without tasks; first seen 2019 to 2023 (+ 1 undated).")
        page.fill("#until", "2024")
        assert said(page) == "3 of 4 nodes: without tasks. 2 of 3 relations"


@pytest.mark.browser
def test_the_years_play_to_their_end(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        page.evaluate(
            """() => {
                const years = document.getElementById("years-value");
                window.seen = [];
                const note = () => window.seen.push(years.textContent);
                new MutationObserver(note).observe(years, { childList: true });
            }"""
        )
        page.click("#play")
        wait(page, "window.seen.length >= 4 && document.getElementById('play').textContent === '▶'")
        assert page.evaluate("window.seen") == ["2020", "2020 to 2021", "2020 to 2022", "2020 to 2023"]
        assert shown(page) == 4


@pytest.mark.browser
def test_the_address_restores_the_whole_view(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        page.mouse.dblclick(*place_of(page, "entity:s4"))
        page.wait_for_selector("#focus:not([hidden])")
        page.click("#types [data-value=dataset]")
        page.fill("#until", "2022")
        page.click("#zoom-in")
        wait(page, "location.hash.includes('v=')")
        page.wait_for_timeout(500)
        address, before = page.url, view(page)
        statement = said(page)
    with opened(browser, page_file, address=address) as page:
        assert page.inner_text("#card h2") == "S4"
        assert page.inner_text("#focus-name") == "S4"
        assert said(page) == statement
        assert view(page) == pytest.approx(before, rel=0.02, abs=1)


@pytest.mark.browser
def test_back_and_forward_walk_the_cards(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        for name in ("Mamba", "S4"):
            page.fill("#search", name)
            page.keyboard.press("Enter")
            wait(page, "(name) => document.querySelector('#card h2')?.textContent === name", name)
        page.go_back()
        wait(page, "document.querySelector('#card h2').textContent === 'Mamba'")
        page.go_back()
        page.wait_for_selector("#card", state="hidden")
        page.go_forward()
        page.wait_for_selector("#card:not([hidden])")
        assert page.inner_text("#card h2") == "Mamba"


@pytest.mark.browser
def test_an_address_of_elsewhere_does_no_harm(browser: "Browser", page_file: Path) -> None:
    strange = "#n=entity%3Agone&f=%3Cimg%3E&t=none&r=x&m=99999&y=1-9&v=NaN,1,-3&z=%00"
    with opened(browser, page_file, address=page_file.as_uri() + strange) as page:
        wait(page, "landscape.state.minimum === 9")
        assert page.is_hidden("#card")
        assert said(page).startswith("2 of 4 nodes: in at least 9 papers")


@pytest.mark.browser
def test_a_link_to_the_view_is_copied(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        page.click("#zoom-in")
        page.click("#link")
        page.wait_for_selector("#toast:not([hidden])")
        assert "v=" in page.url


@pytest.mark.browser
def test_all_is_within_reach_of_the_keyboard(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        page.focus("#map")
        before = view(page)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("+")
        after = view(page)
        assert after[0] > before[0]
        assert after[2] > before[2]
        page.keyboard.press("0")
        page.keyboard.press("Enter")
        page.wait_for_selector("#card:not([hidden])")
        page.keyboard.press("?")
        page.wait_for_selector("#help", state="visible")
        page.keyboard.press("Escape")
        page.wait_for_selector("#help", state="hidden")
        assert page.is_visible("#card")
        page.keyboard.press("Escape")
        page.wait_for_selector("#card", state="hidden")
        reached = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.id || document.activeElement.dataset.value"))
        assert {
            "search",
            "minimum",
            "from",
            "until",
            "play",
            "method",
            "introduces",
            "fit",
            "theme",
        } <= reached


@pytest.mark.browser
def test_hovering_lights_up_the_neighbourhood(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        x, y = place_of(page, "entity:lra")
        page.mouse.move(x - 30, y - 30)
        page.mouse.move(x, y, steps=4)
        wait(page, "landscape.state.hovered !== null")
        assert page.evaluate("landscape.nodes[landscape.state.hovered].key") == "entity:lra"
        page.mouse.move(x - 60, y - 60, steps=4)
        wait(page, "landscape.state.hovered === null")


PLACES = "landscape.nodes.map(({ x, y }) => [x, y])"


def check_rings(page: "Page", key: str) -> None:
    """Around the focused node stand its neighbours, none on another, and all are at home again afterwards."""
    home = page.evaluate(PLACES)
    page.evaluate("(key) => { location.hash = new URLSearchParams({ n: key, f: key }) }", key)
    page.wait_for_selector("#focus:not([hidden])")
    wait(page, "landscape.state.selected !== null")
    around = page.evaluate(
        """() => {
            const { nodes, state } = landscape;
            const middle = nodes[state.focus];
            return nodes.filter((node) => node.shown && node !== middle)
                .map(({ x, y, size }) => [x - middle.x, y - middle.y, size]);
        }"""
    )
    assert len(around) == shown(page) - 1 > 2
    assert all(math.hypot(x, y) >= 130 for x, y, _ in around)
    for (x, y, size), (far_x, far_y, far_size) in itertools.combinations(around, 2):
        assert math.hypot(x - far_x, y - far_y) > size + far_size
    assert page.evaluate(PLACES) != home
    page.click("#back")
    page.wait_for_selector("#focus", state="hidden")
    assert page.evaluate(PLACES) == home


@pytest.mark.browser
def test_a_neighbourhood_stands_in_rings(browser: "Browser", tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_html(crowd(60), path)
    with opened(browser, path) as page:
        check_rings(page, "entity:0")


@pytest.mark.browser
def test_no_label_lies_under_the_card(browser: "Browser", tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_html(crowd(120), path)
    with opened(browser, path) as page:
        page.evaluate("location.hash = new URLSearchParams({ n: 'entity:0' })")
        page.wait_for_selector("#card:not([hidden])")
        wait(page, "landscape.page.placed.length > 3")
        page.click("#zoom-in")
        page.wait_for_timeout(200)
        card, map_ = page.locator("#card").bounding_box(), page.locator("#map").bounding_box()
        assert card is not None and map_ is not None
        assert max(right for _, _, right, _ in labels(page)) + map_["x"] <= card["x"]


@pytest.mark.browser
def test_labels_never_touch_and_grow_more_as_one_zooms(browser: "Browser", tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_html(crowd(300), path)
    with opened(browser, path) as page:
        far = labels(page)
        assert len(far) > 20
        assert not any(touch(a, b) for a, b in itertools.combinations(far, 2))
        share = len(far) / page.evaluate("landscape.nodes.length")
        for _ in range(3):
            page.click("#zoom-in")
            page.wait_for_timeout(100)
        near = labels(page)
        assert not any(touch(a, b) for a, b in itertools.combinations(near, 2))
        on_screen = page.evaluate(
            """landscape.nodes.filter((node) => {
                const [x, y] = landscape.screenOf(node);
                const map = document.getElementById("map");
                return x > 0 && y > 0 && x < map.clientWidth && y < map.clientHeight;
            }).length"""
        )
        assert len(near) / on_screen > 2 * share


@pytest.mark.browser
def test_hostile_text_is_shown_as_text(browser: "Browser", tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    graph = hostile()
    sentence = Evidence("paper:1", HOSTILE[1], ((0, 4),))
    cards = Cards(
        {
            f"paper:{n}": PaperCard(f"paper:{n}", text, text, "javascript:alert(1)")
            for n, text in enumerate(HOSTILE)
        },
        {node: NodeCard((("uses", "paper:1"), (HOSTILE[0], "paper:0")), (sentence,)) for node in graph},
    )
    write_html(graph, path, cards=lambda nodes: cards, title=HOSTILE[0])
    with opened(browser, path) as page:
        for text in HOSTILE[:4]:
            page.fill("#search", text)
            assert page.locator("#found li").count() >= 1
            page.press("#search", "Enter")
            page.locator("#card:not([hidden]) h2").filter(has_text=text).wait_for()  # not the card before
            assert text in page.inner_text("#card h2")
        assert page.evaluate("window.hacked") is None
        assert page.locator("a[href^=javascript]").count() == 0
        assert page.title() == HOSTILE[0]


@pytest.mark.browser
def test_the_policy_lets_no_other_script_run(browser: "Browser", page_file: Path) -> None:
    html = page_file.read_text("utf-8").replace("<noscript>", "<script>window.hacked = 1</script><noscript>")
    page_file.write_text(html, "utf-8")
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.evaluate("window.hacked") is None
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_it_fits_the_screen(browser: "Browser", page_file: Path, width: int, height: int) -> None:
    with opened(browser, page_file, width=width, height=height, touch=width < 500) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for key in ("entity:mamba", "entity:lra", "arxiv:2312.00752"):
            x, y = place_of(page, key)
            assert 0 < x < width
            assert 0 < y < height
        page.fill("#search", "mamba")
        page.press("#search", "Enter")
        page.wait_for_selector("#card:not([hidden])")
        box = page.locator("#card").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height


@pytest.mark.browser
def test_the_theme_turns(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        ground = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        page.click("#theme")
        assert page.evaluate(ground) != light


@pytest.mark.browser
@pytest.mark.parametrize("nodes", [0, 1])
def test_tiny_graphs_open(browser: "Browser", tmp_path: Path, nodes: int) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    if nodes:
        entity(graph, "entity:mamba", "Mamba")
    write_html(graph, tmp_path / "page.html")
    with opened(browser, tmp_path / "page.html") as page:
        assert page.inner_text("#statement").startswith(f"{nodes} node")


@pytest.mark.browser
def test_1500_nodes_are_ready_soon(browser: "Browser", tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    report = write_html(crowd(2000), path, bundle=tmp_path / "none")
    assert report.shown == 1500
    with opened(browser, path) as page:
        seconds = page.evaluate("performance.now()") / 1000
        assert said(page).startswith("1,500 of 2,000 nodes, the strongest")
        assert page.inner_text("#why") == NO_BUNDLE.format(500)
    assert seconds < 9  # 1.5 s on an idle machine


# ---- the map of large graphs ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small graph, drawn by sigma.js as if it were a large one."""
    if not BUNDLE.exists():
        pytest.skip("no bundle here: make bundle")
    path = tmp_path_factory.mktemp("large") / "page.html"
    write_html(small(), path, cards=small_cards, max_nodes=3)
    return path


def test_a_large_page_is_one_file_that_names_no_resource(large_file: Path) -> None:
    html = large_file.read_text("utf-8")
    assert re.findall("<(?:script|link|img|iframe)[^>]*(?:src|href)=([^ >]*)", html) == ['"data:,"']
    assert "vis.Network" not in html
    assert "Permission is hereby granted" in html  # sigma's licence goes with it


@pytest.mark.browser
def test_a_large_page_has_the_same_controls(browser: "Browser", large_file: Path) -> None:
    with opened(browser, large_file) as page:
        assert said(page) == "4 nodes, 4 relations"
        page.keyboard.press("/")
        page.keyboard.type("selec")
        page.keyboard.press("Enter")
        page.wait_for_selector("#card:not([hidden])")
        assert page.locator("#card mark").all_inner_texts() == ["Mamba"]
        page.keyboard.press("Escape")
        page.click("#types [data-value=dataset]")
        assert said(page) == "3 of 4 nodes: without datasets. 3 of 4 relations"
        page.click("#reset")
        page.fill("#until", "2021")
        assert shown(page) == 2
        page.click("#reset")
        page.click("#theme")
        page.focus("#map")
        page.keyboard.press("ArrowDown")
        assert labels(page)


@pytest.mark.browser
def test_a_neighbourhood_of_a_large_page_stands_in_rings(browser: "Browser", tmp_path: Path) -> None:
    if not BUNDLE.exists():
        pytest.skip("no bundle here: make bundle")
    path = tmp_path / "page.html"
    write_html(crowd(60), path, max_nodes=3)
    with opened(browser, path) as page:
        page.click("#fit")
        before = view(page)
        check_rings(page, "entity:0")
        page.keyboard.press("Escape")
        page.wait_for_selector("#card", state="hidden")
        page.click("#fit")
        assert view(page) == pytest.approx(before, rel=0.02, abs=1)  # its measure of the map has not moved


@pytest.mark.browser
def test_a_large_page_knows_what_the_pointer_is_on(browser: "Browser", large_file: Path) -> None:
    with opened(browser, large_file) as page:
        page.click("#fit")
        x, y = place_of(page, "entity:lra")
        page.mouse.move(x - 40, y - 40)
        page.mouse.move(x, y, steps=4)
        wait(page, "landscape.state.hovered !== null")
        page.mouse.click(x, y)
        page.wait_for_selector("#card:not([hidden])")
        assert page.inner_text("#card h2") == "Long Range Arena"
        page.keyboard.press("Escape")
        page.click("#fit")
        page.mouse.dblclick(*place_of(page, "entity:lra"))
        page.wait_for_selector("#focus:not([hidden])")
        assert shown(page) == 2
        wait(page, "location.hash.includes('v=')")
        page.wait_for_timeout(600)
        address, before = page.url, view(page)
    with opened(browser, large_file, address=address) as page:
        assert page.inner_text("#focus-name") == "Long Range Arena"
        assert view(page) == pytest.approx(before, rel=0.02, abs=1)


@pytest.mark.browser
def test_hostile_text_is_shown_as_text_on_a_large_page(browser: "Browser", tmp_path: Path) -> None:
    if not BUNDLE.exists():
        pytest.skip("no bundle here: make bundle")
    path = tmp_path / "hostile.html"
    sentence = Evidence("paper:1", HOSTILE[1], ((0, 4),))
    cards = Cards({}, {f"entity:{text}": NodeCard((("uses", "paper:1"),), (sentence,)) for text in HOSTILE})
    write_html(hostile(), path, cards=lambda _: cards, max_nodes=3)
    with opened(browser, path) as page:
        for number in range(len(hostile())):
            page.evaluate(
                "(i) => { location.hash = new URLSearchParams({ n: landscape.nodes[i].key }) }", number
            )
            wait(page, "(i) => landscape.state.selected === i", number)
        page.wait_for_selector("#card:not([hidden])")
        assert page.evaluate("window.hacked") is None
        assert page.locator("#card img, #card svg[onload], #card script").count() == 0


@pytest.mark.browser
def test_more_nodes_than_the_small_map_takes_are_shown(browser: "Browser", tmp_path: Path) -> None:
    if not BUNDLE.exists():
        pytest.skip("no bundle here: make bundle")
    path = tmp_path / "page.html"
    report = write_html(crowd(1600), path)
    assert (report.shown, report.why) == (1600, None)
    with opened(browser, path) as page:
        assert said(page).startswith("1,600 nodes")
        wait(page, "Number(document.documentElement.dataset.labels) > 20")
        boxes = labels(page)
        assert not any(touch(a, b) for a, b in itertools.combinations(boxes, 2))
