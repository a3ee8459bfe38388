"""The landscape as one interactive HTML file that loads nothing from anywhere.

pyvis holds the nodes and edges and fills in page.html, a template of our own; its own template
asks a CDN for bootstrap and runs titles as HTML. Everything from a paper reaches the page as JSON
with `<` escaped and is put into it as text. The page's policy lets two scripts run, named by
their digests, so that nothing else can, and the same graph gives the same bytes.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.config import Config
from kgraph.views.files import atomic_write
from kgraph.views.graphml import year_of
from kgraph.views.style import color, sizes

if TYPE_CHECKING:
    import networkx as nx
    from pyvis.network import Network

MAX_ALIASES = 12
EDGES_A_NODE = 4  # on average, so that a page of 1,500 nodes stays quick
IN_PASSING = ("appears_with", "cites", "mentions")  # relations that state the least
OPTIONS = {
    "physics": {"enabled": False},
    "nodes": {"shape": "custom"},
    "edges": {"hidden": True, "smooth": False},  # page.js draws them, many at a stroke
    "interaction": {
        "hover": True,
        "hoverConnectedEdges": False,
        "selectConnectedEdges": False,
        "keyboard": {"enabled": True, "bindToWindow": False},
    },
    "layout": {"improvedLayout": False, "randomSeed": 0},
}
LINKS = {
    "arxiv": "https://arxiv.org/abs/",
    "doi": "https://doi.org/",
    "openalex": "https://openalex.org/",
    "acl": "https://aclanthology.org/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
}


@dataclass(frozen=True, slots=True)
class PaperCard:
    """What the page says of a paper."""

    id: str
    title: str
    date: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that names a node; the spans of the names are half open and count into it."""

    paper: str
    sentence: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class NodeCard:
    """What the page says of an entity beyond the graph: papers as (role, paper id), strongest first."""

    papers: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of some nodes, and of every paper that they name."""

    papers: Mapping[str, PaperCard] = field(default_factory=dict)
    nodes: Mapping[str, NodeCard] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageReport:
    """How much of the graph the page shows."""

    shown: int
    total: int
    shown_edges: int
    total_edges: int


def no_cards(nodes: Sequence[str]) -> Cards:
    """Know nothing beyond the graph."""
    return Cards()


def write_html(
    graph: "nx.MultiDiGraph[str]",
    path: Path,
    *,
    cards: Callable[[Sequence[str]], Cards] = no_cards,
    title: str = "Knowledge graph",
    max_nodes: int = Config.max_page_nodes,
) -> PageReport:
    """Write the strongest nodes, at most `max_nodes`; `cards` is asked once, for the nodes shown."""
    nodes = strongest_nodes(graph, max_nodes)
    edges = strongest_edges(graph, nodes)
    report = PageReport(len(nodes), len(graph), len(edges), graph.number_of_edges())
    html = _render(_network(graph, nodes, edges), _page(graph, nodes, cards(nodes), report, title))
    with atomic_write(path) as file:
        file.write(html)
    return report


def strongest_nodes(graph: "nx.MultiDiGraph[str]", limit: int) -> list[str]:
    """Take the entities in most papers and the papers that tie most of those, sorted by id.

    What a single paper names counts least, since it would fill the page with fringes, and what has
    no edge to the others is left out.
    """
    if len(graph) <= limit:
        return sorted(graph)
    strength = dict.fromkeys(graph, 0.0)
    ties: dict[str, set[str]] = {node: set() for node in graph}
    for source, target, data in graph.edges(data=True):
        for node, other in ((source, target), (target, source)):
            strength[node] += _strength(data)
            if _is_paper(graph, other) or _papers(graph, other) > 1:
                ties[node].add(other)
    worth = {node: len(ties[node]) if _is_paper(graph, node) else _papers(graph, node) for node in graph}
    order = sorted(graph, key=lambda node: (-worth[node], -round(strength[node], 6), node))
    taken = graph.subgraph(order[:limit])
    return sorted(node for node in taken if taken.degree(node))


def _is_paper(graph: "nx.MultiDiGraph[str]", node: str) -> bool:
    return graph.nodes[node].get("kind") == "paper"


def _papers(graph: "nx.MultiDiGraph[str]", node: str) -> int:
    papers = graph.nodes[node].get("papers")
    return papers if isinstance(papers, int) else 0


def strongest_edges(graph: "nx.MultiDiGraph[str]", nodes: Sequence[str]) -> list[tuple[str, str, str]]:
    """Take every node's foremost edge first, then every node's second, up to a limit; sorted.

    What a paper states comes before what merely stands together.
    """
    edges = sorted(
        graph.subgraph(nodes).edges(keys=True),
        key=lambda edge: (edge[2] in IN_PASSING, -_strength(graph.edges[edge]), edge),
    )
    seen = dict.fromkeys(nodes, 0)
    ranked = []
    for place, edge in enumerate(edges):
        ranked.append((min(seen[edge[0]], seen[edge[1]]), place, edge))
        for node in edge[:2]:
            seen[node] += 1
    limit = max(3000, EDGES_A_NODE * len(nodes))
    return sorted(edge for _, _, edge in sorted(ranked)[:limit])


def _strength(data: Mapping[str, object]) -> float:
    value = data.get("strength", data.get("weight"))
    return float(value) if isinstance(value, int | float) else 1.0


def _network(
    graph: "nx.MultiDiGraph[str]", nodes: Sequence[str], edges: Sequence[tuple[str, str, str]]
) -> "Network":
    """Fill pyvis's network by hand: its `from_nx` changes the graph and drops parallel edges."""
    from pyvis.network import Network

    from kgraph.views.layout import positions

    network = Network(cdn_resources="in_line", directed=True)
    network.options = OPTIONS
    number = {node: i for i, node in enumerate(nodes)}
    places, radii = positions(_part(graph, nodes, edges)), sizes(graph)
    for node in nodes:
        x, y = places[node]
        shown = _shown_node(node, graph.nodes[node])
        network.add_node(number[node], **shown, x=x, y=y, size=radii[node], color=color(shown["type"]))
    for source, target, relation in edges:
        data = graph.edges[source, target, relation]
        network.add_edge(number[source], number[target], **_shown_edge(relation, data))
    return network


def _part(
    graph: "nx.MultiDiGraph[str]", nodes: Sequence[str], edges: Sequence[tuple[str, str, str]]
) -> "nx.MultiDiGraph[str]":
    part = graph.__class__()
    part.add_nodes_from((node, graph.nodes[node]) for node in nodes)
    for source, target, relation in edges:
        part.add_edge(source, target, relation, **graph.edges[source, target, relation])
    return part


def _shown_node(node: str, data: Mapping[str, object]) -> dict[str, object]:
    aliases = str(data.get("aliases") or "")
    return {
        "key": node,
        "label": str(data.get("label") or node),
        "type": str(data.get("type") or "other"),
        "papers": data.get("papers") or 0,
        "since": data.get("since"),
        "year": year_of(data.get("since")),
        "aliases": aliases.split("|")[:MAX_ALIASES] if aliases else [],
        **({"url": data.get("url") or link_of(node)} if data.get("kind") == "paper" else {}),
    }


def _shown_edge(relation: str, data: Mapping[str, object]) -> dict[str, object]:
    return {
        "arrows": "" if data.get("symmetric") else "to",
        "relation": relation,
        "papers": data.get("papers") or 0,
        "strength": round(_strength(data), 3),
        "since": data.get("since"),
    }


def _page(
    graph: "nx.MultiDiGraph[str]", nodes: Sequence[str], cards: Cards, report: PageReport, title: str
) -> dict[str, object]:
    """What the page needs beside nodes and edges; each paper and sentence stands in it once."""
    papers: dict[str, int] = {}
    sentences: dict[str, int] = {}

    def paper(id_: str) -> int:
        return papers.setdefault(id_, len(papers))

    def shown(node: str) -> dict[str, object]:
        card = cards.nodes.get(node, NodeCard())
        introduced_by = str(graph.nodes[node].get("introduced_by") or "")
        roles: dict[str, list[int]] = {}
        for role, id_ in card.papers:
            roles.setdefault(role, []).append(paper(id_))
        return {
            "introduced": [paper(id_) for id_ in introduced_by.split("|") if id_],
            "papers": list(roles.items()),
            "evidence": [
                [paper(e.paper), sentences.setdefault(e.sentence, len(sentences)), e.spans]
                for e in card.evidence
            ],
        }

    shown_cards = [shown(node) for node in nodes]
    return {
        "title": title,
        "shown": report.shown,
        "total": report.total,
        "shownEdges": report.shown_edges,
        "totalEdges": report.total_edges,
        "cards": shown_cards,
        "papers": [_shown_paper(graph, cards, id_) for id_ in papers],
        "sentences": list(sentences),
    }


def _shown_paper(graph: "nx.MultiDiGraph[str]", cards: Cards, id_: str) -> list[str | None]:
    data: Mapping[str, object] = graph.nodes.get(id_, {})
    known = PaperCard(id_, str(data.get("label") or id_), _str(data.get("date")), _str(data.get("url")))
    card = cards.papers.get(id_, known)
    return [id_, card.title, card.date, card.url or link_of(id_)]


def link_of(paper: str) -> str | None:
    """Where a paper can be read, as far as its id says.

    >>> link_of("arxiv:2312.00752"), link_of("title:mamba-1f2e")
    ('https://arxiv.org/abs/2312.00752', None)
    """
    scheme, _, number = paper.partition(":")
    return LINKS[scheme] + number if scheme in LINKS else None


def _str(value: object) -> str | None:
    return None if value is None else str(value)


def _render(network: "Network", page: Mapping[str, object]) -> str:
    import pyvis

    here = Path(__file__).parent
    vis = Path(pyvis.__file__).parent / "templates" / "lib" / "vis-9.1.2" / "vis-network.min.js"
    scripts = [_script(vis), _script(here / "page.js")]
    style = (here / "page.css").read_text("utf-8")
    network.set_template_dir(str(here), "page.html")
    environment = network.templateEnv
    environment.autoescape = True
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    environment.globals.update(page=page, scripts=scripts, style=style, policy=_policy(scripts, style))
    html: str = network.generate_html()
    return html


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
