"""A store in the hands of a Python user: the graph as networkx, every table and answer as pandas."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args, overload

from kgraph import arguments, citations, evidence, queries
from kgraph.arguments import RELATIONS, Some, at_least, one_of, several
from kgraph.config import Config
from kgraph.display import readable
from kgraph.names import Row, find_node
from kgraph.records import ROLES, TYPES
from kgraph.store import Store

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from kgraph.exporting import Export
    from kgraph.graph import Filter, Kind
    from kgraph.views.borrowed import Layout

Table = Literal["entities", "papers", "edges", "mentions", "stubs"]

_TABLES: dict[str, str] = {
    "entities": "SELECT id, name, type, papers, since, introduced_by, aliases, other_types FROM entities"
    " ORDER BY papers DESC, id",
    "papers": "SELECT id, title, date, date_inferred, authors, venue, url, abstract, ids FROM papers"
    " ORDER BY id",
    "edges": "SELECT source, relation, target, papers, near, since, until FROM edges ORDER BY 1, 2, 3",
    "mentions": 'SELECT paper, start, "end", text, entity, label, role, score, rule FROM mentions'
    " ORDER BY paper, start",
    "stubs": "SELECT id, name, papers FROM stubs ORDER BY papers DESC, id",
}
_NAMED = (*TYPES, "paper")  # what a name may be of
_LISTS = {"introduced_by", "aliases", "other_types", "authors", "ids"}


class Landscape:
    """A store opened for reading, as it then was: open it again after a change. A context manager."""

    def __init__(self, path: str | Path = Config.db) -> None:
        """Open a store; raise StoreError if there is none."""
        self._store = Store(path)
        self._db = self._store.connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._store.close()

    def __repr__(self) -> str:
        counts = self.stats()
        entities = sum(counts["entities"].values())
        return f"<Landscape {self._store.path}: {counts['papers']} papers, {entities} entities>"

    def _repr_html_(self) -> str:
        """Show counts and the foremost entities, as a notebook does."""
        counts = self.stats()
        types = ", ".join(f"{n} {type_}s" for type_, n in counts["entities"].items() if n)
        foremost = ", ".join(escape(readable(row["name"])) for row in queries.top(self._db, limit=10))
        return f"<p><b>{counts['papers']} papers</b>: {types}<br>{foremost}</p>"

    # ------------------------------------------------------------------------------------------------ graph

    @overload
    def graph(self, kind: Literal["entities"], *, min_papers: int = ...) -> nx.Graph[str]: ...

    @overload
    def graph(self, kind: Literal["all", "papers"] = ..., **filters: Any) -> nx.MultiDiGraph[str]: ...

    def graph(self, kind: Kind = "all", **filters: Any) -> nx.Graph[str]:
        """Return papers and entities with an edge for each relation, directed; filters as in `export`.

        Of "entities" alone, which may be those of `min_papers`: what appears with what, undirected and
        weighted. Nodes without an edge are there, too.
        """
        from kgraph.graph import read_company, read_graph

        if kind == "entities":
            if others := filters.keys() - {"min_papers"}:
                raise ValueError(f'of "entities" alone there is no {min(others)}; min_papers may be given')
            at_least(1, **filters)
            return read_company(self._db, **filters)
        return read_graph(self._db, self._filter(kind, **filters))

    def export(
        self,
        path: str | Path,
        *,
        format: str | None = None,
        kind: Kind = "all",
        layout: Layout = "own",
        **filters: Any,
    ) -> Export:
        """Write the graph in the format of the path's suffix, or in another, and say what the file holds.

        Layouts other than our own need their library: "igraph" or "fa2".

        Filters: `type` and `relation` (one or several), `min_papers`, `since`, `around` (a name) with `hops`,
        `top` (so many entities) and `stubs` (also papers outside the collection that so many papers cite).
        Nodes without an edge are left out.
        """
        from kgraph.exporting import export
        from kgraph.views.borrowed import LAYOUTS

        one_of("layout", layout, LAYOUTS)
        return export(self._store, Path(path), self._filter(kind, **filters), format, layout)

    def _filter(
        self,
        kind: Kind,
        *,
        type: Some = (),
        relation: Some = (),
        min_papers: int = Config.min_papers,
        since: str | int | None = None,
        around: str | None = None,
        hops: int = Config.hops,
        top: int | None = None,
        stubs: int | None = None,
    ) -> Filter:
        from kgraph.graph import KINDS, Filter

        one_of("kind", kind, KINDS)
        types, relations = several("type", type, TYPES), several("relation", relation, RELATIONS)
        at_least(1, min_papers=min_papers, hops=hops, top=top, stubs=stubs)
        date = arguments.since(since)
        center = None if around is None else str(find_node(self._db, around)["id"])
        return Filter(kind, types, relations, min_papers, date, center, hops, top, stubs)

    # ----------------------------------------------------------------------------------------------- tables

    def frame(self, table: Table) -> pd.DataFrame:
        """Return a whole table of the store, its JSON columns as lists."""
        import pandas as pd

        one_of("table", table, _TABLES)
        cursor = self._db.execute(_TABLES[table])
        frame = pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])
        for column in _LISTS.intersection(frame.columns):
            frame[column] = frame[column].map(json.loads)
        return frame

    def neighbors(
        self,
        name: str,
        *,
        type: Some = (),
        relation: Some = (),
        since: str | int | None = None,
        hops: int = Config.hops,
        limit: int | None = Config.limit,
        family: bool = False,
    ) -> pd.DataFrame:
        """Return what stands near a name, the strongest first; `family`: near any of its versions too."""
        at_least(1, hops=hops)
        at_least(0, limit=limit)
        answer = queries.neighbors(
            self._db,
            name,
            type=several("type", type, _NAMED),
            relation=several("relation", relation, RELATIONS),
            since=arguments.since(since),
            hops=hops,
            limit=limit,
            family=family,
        )
        columns = ("id", "name", "type", "relation", "direction", "papers", "strength", "since")
        return _frame(answer["neighbors"], (*columns, "hops", "via") if hops > 1 else columns)

    def show(self, name: str) -> Row:
        """Return the card of an entity or a paper."""
        return queries.show(self._db, name)

    def papers(
        self, name: str, *, role: Some = (), by: queries.Order = "role", limit: int | None = None
    ) -> pd.DataFrame:
        """Return the papers that name an entity, by the strongest role, by date or by citations."""
        rows = self._papers(name, role, by, limit)
        return _frame(rows, ("id", "title", "date", "role", "citations"))

    def _papers(self, name: str, role: Some, by: queries.Order, limit: int | None) -> list[Row]:
        one_of("order", by, get_args(queries.Order))
        at_least(0, limit=limit)
        return queries.papers(self._db, name, role=several("role", role, ROLES), by=by, limit=limit)

    def bibliography(
        self,
        name: str,
        *,
        format: str = "bib",
        role: Some = (),
        by: queries.Order = "role",
        limit: int | None = None,
    ) -> str:
        """Return the papers that name an entity as BibTeX ("bib") or RIS ("ris")."""
        from kgraph.bibliographies import WRITERS

        one_of("format", format, WRITERS)
        rows = self._papers(name, role, by, limit)
        ids = dict.fromkeys(row["id"] for row in rows)  # one may both cite a paper and build on it
        return WRITERS[format](filter(None, map(self._store.paper, ids)))

    def cites(
        self,
        paper: str,
        way: citations.Way | None = None,
        *,
        stubs: bool = False,
        limit: int | None = Config.limit,
    ) -> pd.DataFrame:
        """Return what a paper cites ("out") and what cites it ("in"), the most cited of each first."""
        if way is not None:
            one_of("way", way, get_args(citations.Way))
        at_least(0, limit=limit)
        rows = citations.cites(self._db, paper, way, stubs=stubs, limit=limit)
        return _frame(
            rows, ("id", "title", "date", "relation", "direction", "citations", "builds_on", "stub")
        )

    def similar(self, paper: str, *, limit: int | None = Config.limit) -> pd.DataFrame:
        """Return the papers that share references or citations with a paper, the most alike first."""
        at_least(0, limit=limit)
        rows = citations.similar(self._db, paper, limit=limit)
        shares = ("coupling", "shared_references", "cocitation", "shared_citations")
        return _frame(rows, ("id", "title", "date", "strength", *shares))

    def lineage(self, name: str, *, limit: int | None = None) -> pd.DataFrame:
        """Return what grew out of a thing, a row a node, parents before children, by depth in the tree.

        `main` marks the main path.
        """
        from kgraph.lineage import lineage, walk

        at_least(0, limit=limit)
        tree = lineage(self._db, name, limit=limit)
        columns = ("id", "name", "type", "papers", "date", "depth", "parent", "evidence", "said_by", "main")
        return _frame(walk(tree), (*columns, "title", "paper"))

    def why(self, a: str, b: str | None = None, *, limit: int | None = None) -> pd.DataFrame:
        """Return the sentences that tie a to b; of a alone, its spellings."""
        at_least(0, limit=limit)
        rows = evidence.why(self._db, a, b, limit=limit)
        columns = ("paper", "title", "date", "relation", "sentence", "spans", "start")
        if b is None:
            columns = ("spelling", "rule", "papers", "mentions", "evidence", "paper", "sentence")
        return _frame(rows, columns)

    def path(self, a: str, b: str) -> list[Row]:
        """Return a shortest way from a to b: nodes and relations in turn, [] if there is none."""
        return queries.path(self._db, a, b)

    def search(self, words: str, *, type: Some = (), limit: int | None = Config.limit) -> pd.DataFrame:
        """Return the entities and papers whose names hold all these words."""
        at_least(0, limit=limit)
        rows = queries.search(self._db, words, type=several("type", type, _NAMED), limit=limit)
        return _frame(rows, ("id", "name", "type", "papers", "since"))

    def top(
        self,
        *,
        type: Some = (),
        by: queries.By | citations.PaperFigure | None = None,
        limit: int | None = Config.limit,
    ) -> pd.DataFrame:
        """Return the foremost entities, papers (type "paper") or stubs, with the figure that ranks them."""
        at_least(0, limit=limit)
        types = several("type", type, (*_NAMED, "stub"))
        rows, figures = citations.foremost(self._db, types, by, limit)
        return _frame(rows, ("id", "name", "type", *figures, "since"))

    def trends(self, *names: str) -> pd.DataFrame:
        """Return papers a year, one column a name, or of the whole collection, without undated papers."""
        import pandas as pd

        rows = queries.trends(self._db, names)
        columns = {row["name"]: pd.Series(row["years"], dtype="int64") for row in rows}
        frame = pd.DataFrame(columns).fillna(0).astype("int64").sort_index()
        frame.index = pd.Index([int(year) for year in frame.index], name="year")
        return frame

    def stats(self) -> Row:
        """Count what the store holds."""
        return queries.stats(self._db)

    def doctor(self, a: str | None = None, b: str | None = None) -> Row:
        """Say how much of the collection the graph covers; of two things, why no other edge ties them."""
        from kgraph.coverage import examine
        from kgraph.missing import explain

        if a is None or b is None:
            if a != b:
                raise ValueError("give two names, or none")
            return examine(self._db)
        return explain(self._db, a, b)


def open(path: str | Path = Config.db) -> Landscape:
    """Open a store for reading, as it is now."""
    return Landscape(path)


def _frame(rows: Iterable[Row], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(columns))
