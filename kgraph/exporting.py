"""The store -> a file for another program or a browser: the graph, or papers and what was found in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kgraph.documents import document
from kgraph.errors import KGraphError
from kgraph.graph import Filter, read_graph
from kgraph.store import Store
from kgraph.views import WRITERS
from kgraph.views.borrowed import Layout
from kgraph.views.cards import collect_cards
from kgraph.views.files import atomic_write
from kgraph.views.page import write_html

PAPERS = "jsonl"  # the one format that holds papers and not the graph
FORMATS = (*sorted(suffix.lstrip(".") for suffix in WRITERS), PAPERS)


class UnknownFormat(KGraphError):
    """No writer is known for a file's suffix, or by a given name."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}: no format has this name; give --format, one of {', '.join(FORMATS)}"


@dataclass(frozen=True, slots=True)
class Export:
    """What was written, and what was left out of it."""

    paths: tuple[Path, ...]
    nodes: int  # papers, where the file holds papers
    edges: int | None  # None where it holds papers
    lone: int = 0  # nodes without an edge are left out
    hidden: int = 0  # nodes that a page had no room for
    hidden_edges: int = 0
    why: str | None = None  # they are hidden, where that can be mended


def export(
    store: Store, path: Path, wanted: Filter, format: str | None = None, layout: Layout = "own"
) -> Export:
    """Write the wanted part of the graph, without nodes that have no edge, or every paper (.jsonl).

    The layout is that of formats which hold places.

    Raises UnknownFormat if neither the format nor, without one, the suffix is known.
    """
    format = path.suffix.lstrip(".").lower() if format is None else format
    if format not in FORMATS:
        raise UnknownFormat(str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    if format == PAPERS:
        return Export((path,), write_papers(store, path), None)
    graph = read_graph(store.connection, wanted)
    lone = [node for node, degree in graph.degree() if not degree]
    graph.remove_nodes_from(lone)
    if format == "html":
        page = write_html(graph, path, cards=partial(collect_cards, store.connection), layout=layout)
        hidden = page.total - page.shown, page.total_edges - page.shown_edges
        return Export((path,), page.shown, page.shown_edges, len(lone), *hidden, page.why)
    write = WRITERS[f".{format}"]
    written = write(graph, path, layout=layout) if format == "graphml" else write(graph, path)
    paths = written if isinstance(written, tuple) else (path,)
    return Export(paths, len(graph), graph.number_of_edges(), len(lone))


def write_papers(store: Store, path: Path) -> int:
    """Write what was found in each paper, one JSON object a line, by paper id; return how many."""
    count = 0
    with atomic_write(path) as file:
        for paper, found, entity_of in store.extractions():
            file.write(json.dumps(document(paper, found, entity_of), ensure_ascii=False) + "\n")
            count += 1
    return count
