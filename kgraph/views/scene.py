"""What a page holds: nodes and edges as columns, regions, and the cards of the nodes.

Columns, since names of attributes repeated 50,000 times would be most of the file; each paper and each
sentence stands in it once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kgraph.views.borrowed import Layout
from kgraph.views.layout import positions
from kgraph.views.regions import SMALLEST, Region, Ties
from kgraph.views.strongest import strength_of
from kgraph.views.style import sizes

if TYPE_CHECKING:
    import networkx as nx

MAX_ALIASES = 12
REPEATED = ("type", "relation", "since")  # columns of few values, which are written once
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


Row = dict[str, Any]


def shown_nodes(
    graph: "nx.MultiDiGraph[str]", part: "nx.MultiDiGraph[str]", ties: Ties, layout: Layout
) -> list[Row]:
    """What the page draws and says of each node of the part; sizes are of the whole."""
    places, radii = positions(part, ties, layout), sizes(graph)
    return [
        {
            **_shown_node(node, graph.nodes[node]),
            "x": places[node][0],
            "y": places[node][1],
            "size": radii[node],
        }
        for node in ties.nodes
    ]


def shown_edges(part: "nx.MultiDiGraph[str]", ties: Ties) -> list[Row]:
    """What the page draws and says of each edge of the part; ends are indices into the nodes."""
    number = {node: i for i, node in enumerate(ties.nodes)}
    return [
        {"from": number[source], "to": number[target], **_shown_edge(relation, data)}
        for source, target, relation, data in sorted(
            part.edges(keys=True, data=True), key=lambda edge: edge[:3]
        )
    ]


def shown_regions(found: Sequence[Region], ties: Ties) -> list[tuple[str, list[int]]]:
    """Name and nodes of each region, as far as they are in the part, as indices; specks are left out."""
    number = {node: i for i, node in enumerate(ties.nodes)}
    members = [[number[node] for node in region.members if node in number] for region in found]
    return [(region.name, here) for region, here in zip(found, members, strict=True) if len(here) >= SMALLEST]


def _shown_node(node: str, data: Mapping[str, object]) -> Row:
    aliases = str(data.get("aliases") or "")
    is_paper = data.get("kind") == "paper"
    return {
        "key": node.encode("utf-8", "replace").decode(),  # an address cannot hold half a character
        "label": str(data.get("label") or node),
        "type": str(data.get("type") or "other"),
        "papers": data.get("papers") or 0,
        "since": _str(data.get("since")),
        "aliases": aliases.split("|")[:MAX_ALIASES] if aliases else [],
        "url": _str(data.get("url")) or link_of(node) if is_paper else None,
        "introduced": 1 if data.get("introduced_by") else 0,
    }


def _shown_edge(relation: str, data: Mapping[str, object]) -> Row:
    return {
        "relation": relation,
        "arrow": 0 if data.get("symmetric") else 1,
        "papers": data.get("papers") or 0,
        "strength": round(strength_of(data), 3),
        "since": _str(data.get("since")),
    }


def columns(rows: Sequence[Row], names: Sequence[str]) -> dict[str, object]:
    """Turn rows into columns; of a column of few values each value is written once.

    >>> columns([{"type": "task", "x": 1}, {"type": "task", "x": 2}], ["type", "x"])
    {'type': {'values': ['task'], 'at': [0, 0]}, 'x': [1, 2]}
    """
    return {
        name: _coded([row[name] for row in rows]) if name in REPEATED else [row[name] for row in rows]
        for name in names
    }


def _coded(column: Sequence[object]) -> dict[str, object]:
    index: dict[object, int] = {}
    at = [index.setdefault(value, len(index)) for value in column]
    return {"values": list(index), "at": at}


def shown_cards(graph: "nx.MultiDiGraph[str]", nodes: Sequence[str], cards: Cards) -> str:
    """All that the cards say, as JSON."""
    papers: dict[str, int] = {}
    sentences: dict[str, int] = {}

    def paper(id_: str) -> int:
        return papers.setdefault(id_, len(papers))

    def shown(node: str) -> Row:
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

    of_nodes = [shown(node) for node in nodes]
    whole = {
        "nodes": of_nodes,
        "papers": [_shown_paper(graph, cards, id_) for id_ in papers],
        "sentences": list(sentences),
    }
    return json.dumps(whole, separators=(",", ":"))


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
