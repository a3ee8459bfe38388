"""The store -> a file for another program or a browser: the graph, or papers and what was found in them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.bibliographies import WRITERS as BIBLIOGRAPHIES
from kgraph.documents import document
from kgraph.errors import Contradiction, KGraphError
from kgraph.findings import find
from kgraph.graph import Filter, count_graph, read_graph, refuse
from kgraph.store import Store
from kgraph.views import FORMATS, Format
from kgraph.views.borrowed import Layout
from kgraph.views.cards import collect_cards
from kgraph.views.files import atomic_write
from kgraph.views.page import write_html
from kgraph.views.picture import foremost
from kgraph.views.report import write_report

if TYPE_CHECKING:
    import networkx as nx


class UnknownFormat(KGraphError):
    """No writer is known for a file's suffix, or by a given name."""

    def __init__(self, path: str, format: str | None = None) -> None:
        super().__init__(path, format)
        self.path, self.format = path, format

    def __str__(self) -> str:
        names = ", ".join(dict.fromkeys(format.name for format in ALL_FORMATS))
        if self.format is None:
            return f"{self.path}: no format has this suffix; give --format, one of {names}"
        return f"{self.format}: no format has this name; one of {names}"


@dataclass(frozen=True, slots=True)
class Export:
    """What was written, and what was left out of it."""

    paths: tuple[Path, ...]
    nodes: int  # papers, where the file holds papers
    edges: int | None  # None where it holds papers
    lone: int = 0  # nodes without an edge are left out
    filtered: int = 0  # nodes that the filters left out
    filtered_edges: int = 0
    hidden: int = 0  # nodes that a page or picture had no room for
    hidden_edges: int = 0
    why: str | None = None  # they are hidden, where that can be mended


ALL_FORMATS = (
    Format("html", ".html", "any browser: the landscape as one page that needs no network"),
    Format("report", ".html", "any browser: one page of findings; also what `report.html` means"),
    Format("report", ".md", "GitHub, any editor: the same findings as Markdown"),
    *FORMATS,
    Format("papers", ".jsonl", "programs: what was found in each paper, with offsets and node ids"),
    Format(
        "bib",
        ".bib",
        "Zotero, JabRef, LaTeX: the papers themselves; of one name: `kgraph papers NAME --format bib`",
    ),
    Format("ris", ".ris", "Zotero, EndNote, Mendeley: the papers themselves"),
)


def choose_format(path: Path, name: str | None) -> Format:
    """Return the format of this name, else that of the suffix; raise UnknownFormat if there is none.

    A name may be that of a format or a suffix without its dot. Of several formats of one name the suffix
    decides, and of a suffix the first; but `report.html` is the report.

    >>> choose_format(Path("map.GEXF"), None).name, choose_format(Path("a.json"), "cytoscape").suffix
    ('gexf', '.cyjs')
    """
    suffix = path.suffix.lower()
    if name is None and path.name.lower() == "report.html":
        name = "report"
    known = [format for format in ALL_FORMATS if name in (None, format.name, format.suffix.lstrip("."))]
    if name is None:
        known = [format for format in known if suffix and format.suffix == suffix]
    if not known:
        raise UnknownFormat(str(path), name)
    return next((format for format in known if format.suffix == suffix), known[0])


def choose_text(name: str | None) -> Format:
    """Return the format of this name; raise Contradiction if it is not one text, fit for standard output."""
    if name is None:
        raise Contradiction("standard output has no suffix to choose a format by; give --format")
    chosen = choose_format(Path("-"), name)
    if not chosen.one_text:
        raise Contradiction(
            f"{name} is no single file of text, so it cannot go to standard output; name a file"
        )
    return chosen


def export(
    store: Store, path: Path, wanted: Filter, format: str | None = None, layout: Layout = "own"
) -> Export:
    """Write the wanted part of the graph, without nodes that have no edge.

    Of .jsonl, .bib and .ris: its papers, all where nothing is chosen. The layout is that of every format that
    holds places.

    Raises UnknownFormat, Contradiction if no file of this format could hold what the filters want, and
    MissingExtra if the format needs a package that is not installed.
    """
    chosen = choose_format(path, format)
    holds_papers = chosen.name == "papers" or chosen.name in BIBLIOGRAPHIES
    refuse(wanted)
    if holds_papers and wanted.kind == "entities":
        raise Contradiction("this format holds papers, and --kind entities leaves none")
    if holds_papers and wanted.stubs is not None:
        raise Contradiction("this format holds papers of the collection, and --stubs adds others")
    if holds_papers and wanted == Filter():
        with _folder(path.parent):
            return _write_papers(store, path, None, chosen.name)
    graph = read_graph(store.connection, wanted)
    if wanted.around is not None and wanted.around not in graph:
        raise Contradiction(f"{wanted.around} is not among what --kind {wanted.kind} leaves")
    with _folder(path.parent):
        if holds_papers:
            return _write_papers(store, path, graph, chosen.name)
        return _write_graph(store, chosen, graph, path, layout)


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make a folder, and take it away again if the block fails."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            for one in missing:
                one.rmdir()
        raise


def _write_graph(
    store: Store, format: Format, graph: nx.MultiDiGraph[str], path: Path, layout: Layout
) -> Export:
    """Write the graph without its lone nodes, and count what is left out."""
    nodes, edges = count_graph(store.connection)
    filtered = nodes - len(graph), edges - graph.number_of_edges()
    lone = [node for node, degree in graph.degree() if not degree]
    graph.remove_nodes_from(lone)
    written = _write(store, format, graph, path, layout)
    hidden = len(graph) - written.nodes, graph.number_of_edges() - (written.edges or 0)
    return replace(
        written,
        lone=len(lone),
        filtered=filtered[0],
        filtered_edges=filtered[1],
        hidden=hidden[0],
        hidden_edges=hidden[1],
    )


def _write(store: Store, format: Format, graph: nx.MultiDiGraph[str], path: Path, layout: Layout) -> Export:
    """Write the graph or what the format has room for, laid out so where it holds places."""
    if format.name == "html":
        page = write_html(graph, path, cards=partial(collect_cards, store.connection), layout=layout)
        return Export((path,), page.shown, page.shown_edges, why=page.why)
    if format.name == "report":
        write_report(find(store.connection, graph), path, format.suffix)
        return Export((path,), len(graph), graph.number_of_edges())
    assert format.write is not None
    part, options = graph, dict[str, object]()
    if format.placed:
        options["layout"] = layout
    if format.most is not None:
        part, options["whole"] = foremost(graph, format.most), graph
    written = format.write(part, path, **options) or (path,)
    return Export(written, len(part), part.number_of_edges())


def _write_papers(store: Store, path: Path, graph: nx.MultiDiGraph[str] | None, format: str) -> Export:
    """Write the papers of this part of the graph, by id; all if it is None."""
    chosen = None if graph is None else {node for node, degree in graph.degree() if degree}
    write = write_extractions if format == "papers" else partial(write_bibliography, format=format)
    count = write(store, path, chosen)
    ((papers,),) = store.connection.execute("SELECT count(*) FROM papers")
    return Export((path,), count, None, filtered=papers - count)


def write_extractions(store: Store, path: Path, chosen: Collection[str] | None = None) -> int:
    """Write what was found in each paper, or each chosen one, a JSON object a line; return how many."""
    count = 0
    with atomic_write(path) as file:
        for paper, found, entity_of in store.extractions():
            if chosen is None or paper.id in chosen:
                file.write(json.dumps(document(paper, found, entity_of), ensure_ascii=False) + "\n")
                count += 1
    return count


def write_bibliography(store: Store, path: Path, chosen: Collection[str] | None, format: str) -> int:
    """Write all papers, or the chosen ones, as BibTeX or RIS; return how many."""
    papers = [paper for paper in store.papers() if chosen is None or paper.id in chosen]
    with atomic_write(path) as file:
        file.write(BIBLIOGRAPHIES[format](papers))
    return len(papers)
