"""The page: what the file holds, and what a real browser makes of it."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from kgraph.views.cards import clip, collect_cards
from kgraph.views.page import Cards, Evidence, NodeCard, PageReport, PaperCard, write_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
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
    for name in ("page.js", "page.css"):
        text = (files("kgraph.views") / name).read_text("utf-8")
        assert not re.search("</(script|style)|<!--|innerHTML|https?://(?!www.w3.org)", text)


def test_over_the_limit_the_strongest_stay(tmp_path: Path) -> None:
    graph = crowd(60)
    report = write_html(graph, tmp_path / "page.html", max_nodes=20)
    assert (report.shown, report.total) == (20, 60)
    assert report.shown_edges < report.total_edges == graph.number_of_edges()
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
    write_html(graph, tmp_path / "page.html", max_nodes=5)
    html = (tmp_path / "page.html").read_text("utf-8")
    assert "On S4" in html
    assert "Fringe" not in html


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
    browser: "Browser", path: Path, *, width: int = 1440, height: int = 900, touch: bool = False
) -> Iterator["Page"]:
    """Open a page; fail if it logs an error, throws, or asks for anything but itself."""
    page = browser.new_page(
        viewport={"width": width, "height": height}, reduced_motion="reduce", has_touch=touch
    )
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    asked: list[str] = []
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached", timeout=15_000)
    yield page
    assert faults == []
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    page.close()


def shown(page: "Page") -> int:
    return int(page.get_attribute("html", "data-shown") or 0)


def place_of(page: "Page", key: str) -> tuple[float, float]:
    """Where on the screen a node stands."""
    x, y = page.evaluate(
        """(key) => {
            const { nodes } = JSON.parse(document.getElementById("data").textContent);
            const node = nodes.find((node) => node.key === key);
            const place = network.canvasToDOM(network.getPosition(node.id));
            const box = document.getElementById("map").getBoundingClientRect();
            return [place.x + box.left, place.y + box.top];
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
            "Also: Selective SSM, mamba",
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
def test_filters_narrow_the_map(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        assert page.inner_text("#statement") == "4 nodes, 4 relations"
        page.click("#types [data-value=dataset]")
        assert shown(page) == 3
        page.click("#types [data-value=dataset]")
        page.fill("#minimum", "4")
        assert shown(page) == 3
        page.fill("#minimum", "1")
        page.fill("#until", "2021")
        assert shown(page) == 2
        page.click("#reset")
        page.dblclick("#relations [data-value=evaluated_on]")
        assert shown(page) == 2
        page.click("#reset")
        assert shown(page) == 4


@pytest.mark.browser
def test_the_address_restores_what_was_open(browser: "Browser", page_file: Path) -> None:
    with opened(browser, page_file) as page:
        page.goto(page_file.as_uri() + "#n=entity%3As4")
        page.wait_for_selector("#card:not([hidden])")
        assert page.inner_text("#card h2") == "S4"


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
    report = write_html(crowd(2000), path)
    assert report.shown == 1500
    with opened(browser, path) as page:
        seconds = page.evaluate("performance.now()") / 1000
        assert "1,500 of 2,000" in page.inner_text("#statement")
    assert seconds < 9  # 1.5 s on an idle machine
