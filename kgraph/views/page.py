"""The landscape as one interactive HTML file that loads nothing from anywhere.

page.html is the page, page.js all that a person can do on it, and a map draws the graph: up to some 1,500
nodes vis-network by way of pyvis (vis.js), beyond that sigma.js by WebGL, bundled by `make bundle`. pyvis's
own template is not used: it asks a CDN for bootstrap and runs titles as HTML. Everything from a paper
reaches the page as JSON with `<` escaped and is put into it as text. The page's policy lets only our
scripts run, named by their digests, and the same graph gives the same bytes.
"""

import gzip
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph.config import Config
from kgraph.views.borrowed import Layout
from kgraph.views.files import atomic_write
from kgraph.views.regions import regions, tie, within
from kgraph.views.scene import (
    Cards,
    Row,
    columns,
    shown_cards,
    shown_edges,
    shown_nodes,
    shown_regions,
)
from kgraph.views.strongest import strongest_edges, strongest_nodes
from kgraph.views.style import color

if TYPE_CHECKING:
    import networkx as nx
    from jinja2 import Environment
    from pyvis.network import Network

HERE = Path(__file__).parent
BUNDLE = HERE / "sigma.js"  # built, not in git
NODE_COLUMNS = ("key", "label", "type", "papers", "since", "aliases", "url", "introduced", "x", "y", "size")
EDGE_COLUMNS = ("from", "to", "relation", "arrow", "papers", "strength", "since")
OPTIONS = {
    "physics": {"enabled": False},
    "nodes": {"shape": "custom"},
    "edges": {"hidden": True, "smooth": False},  # page.js draws them, many at a stroke
    "interaction": {
        "hover": True,
        "hoverConnectedEdges": False,
        "selectConnectedEdges": False,
    },
    "layout": {"improvedLayout": False, "randomSeed": 0},
}


@dataclass(frozen=True, slots=True)
class PageReport:
    """How much of the graph the page shows."""

    shown: int
    total: int
    shown_edges: int
    total_edges: int
    why: str | None = None  # not more, where that can be mended


def no_cards(nodes: Sequence[str]) -> Cards:
    """Know nothing beyond the graph."""
    return Cards()


def write_html(
    graph: "nx.MultiDiGraph[str]",
    path: Path,
    *,
    cards: Callable[[Sequence[str]], Cards] = no_cards,
    title: str = "Knowledge graph",
    layout: Layout = "own",
    max_nodes: int = Config.max_page_nodes,
    bundle: Path = BUNDLE,
) -> PageReport:
    """Write all nodes, or of too many the strongest; `cards` is asked once, for the nodes shown.

    Past `max_nodes` sigma.js draws them, if it is in the bundle.
    """
    big = len(graph) > max_nodes and bundle.exists()
    limit = Config.max_big_page_nodes if big else max_nodes
    nodes = strongest_nodes(graph, limit)
    edges = strongest_edges(graph, nodes, many=big)
    why = _no_bundle(len(graph), len(nodes)) if len(graph) > limit and not big else None
    report = PageReport(len(nodes), len(graph), len(edges), graph.number_of_edges(), why)
    part = _part(graph, nodes, edges)
    whole = tie(graph)
    ties = within(whole, part)
    page = {
        "title": title,
        "shown": report.shown,
        "total": report.total,
        "shownEdges": report.shown_edges,
        "totalEdges": report.total_edges,
        "why": why,
        "regions": shown_regions(regions(graph, whole), ties),
    }
    drawn = shown_nodes(graph, part, ties, layout), shown_edges(part, ties)
    render = _render_with_sigma if big else _render_with_pyvis
    html = render(*drawn, page, shown_cards(graph, nodes, cards(nodes)), bundle)
    with atomic_write(path) as file:
        file.write(html)
    return report


def _no_bundle(total: int, drawn: int) -> str:
    """Say what a page lacks without the map for large graphs, and how to get it."""
    others = "all" if total <= Config.max_big_page_nodes else "more"
    return (
        f"The {total - drawn:,} weakest nodes are not drawn: kgraph's map for large graphs is not built here."
        f" With Node.js installed, `make bundle` in a clone and export again to see {others}."
    )


def _part(
    graph: "nx.MultiDiGraph[str]", nodes: Sequence[str], edges: Sequence[tuple[str, str, str]]
) -> "nx.MultiDiGraph[str]":
    part = graph.__class__()
    part.add_nodes_from((node, graph.nodes[node]) for node in nodes)
    for source, target, relation in edges:
        part.add_edge(source, target, relation, **graph.edges[source, target, relation])
    return part


def _render_with_pyvis(nodes: list[Row], edges: list[Row], page: Row, cards: str, _: Path) -> str:
    import pyvis

    network = _network(nodes, edges)
    vis = Path(pyvis.__file__).parent / "templates" / "lib" / "vis-9.1.2" / "vis-network.min.js"
    network.set_template_dir(str(HERE), "page.html")
    scripts = [_script(vis), _script(HERE / "vis.js"), _script(HERE / "page.js")]
    plain = {"kind": "application/json", "text": cards.replace("<", "\\u003c")}
    _furnish(network.templateEnv, page, scripts, plain, big=False)
    html: str = network.generate_html()
    return html


def _network(nodes: list[Row], edges: list[Row]) -> "Network":
    """Fill pyvis's network by hand: its `from_nx` changes the graph and drops parallel edges."""
    from pyvis.network import Network

    network = Network(cdn_resources="in_line", directed=True)
    network.options = OPTIONS
    for number, node in enumerate(nodes):
        network.add_node(number, **node, color=color(node["type"]))
    for edge in edges:
        rest = {name: value for name, value in edge.items() if name not in ("from", "to")}
        network.add_edge(edge["from"], edge["to"], **rest)
    return network


def _render_with_sigma(nodes: list[Row], edges: list[Row], page: Row, cards: str, bundle: Path) -> str:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True)
    scripts = [_script(bundle), _script(HERE / "page.js")]
    packed = b64encode(gzip.compress(cards.encode(), mtime=0)).decode()
    _furnish(environment, page, scripts, {"kind": "application/gzip", "text": packed}, big=True)
    return environment.get_template("page.html").render(nodes=nodes, edges=edges)


def _furnish(
    environment: "Environment", page: Row, scripts: Sequence[str], cards: dict[str, str], *, big: bool
) -> None:
    """Give the template all but nodes and edges."""

    def pack(nodes: list[Row], edges: list[Row]) -> dict[str, Any]:
        return {
            "nodes": columns(nodes, NODE_COLUMNS),
            "edges": columns(edges, EDGE_COLUMNS),
            "page": page,
            "options": OPTIONS,
            "big": big,
        }

    style = (HERE / "page.css").read_text("utf-8")
    environment.autoescape = True
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    environment.globals.update(
        page=page, scripts=scripts, style=style, policy=_policy(scripts, style), cards=cards, pack=pack
    )


def _script(path: Path) -> str:
    """Read a script without the comment that makes a debugger look for its source map."""
    return path.read_text("utf-8").split("//# sourceMappingURL=")[0]


def _policy(scripts: Iterable[str], style: str) -> str:
    allowed = " ".join(_digest(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_digest(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
