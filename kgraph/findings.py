"""What a collection shows at a glance: counts, the foremost, what rises, themes, who introduced what.

The figures are those of the queries, so that every table can be had again by the command that it names.
What the graph given does not hold (its filters left it out) is not among the findings either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from typing import TYPE_CHECKING

from kgraph import queries
from kgraph.display import readable
from kgraph.errors import AmbiguousName, UnknownName
from kgraph.names import Row, find_node, select
from kgraph.records import GRAPH_TYPES
from kgraph.views.regions import regions
from kgraph.views.report import Findings, Theme

if TYPE_CHECKING:
    import networkx as nx

FOREMOST = 10  # of each type
RISING = 12
SPAN = 12  # years of which a riser's papers are shown
THEMES = 12
MEMBERS = 8  # of a theme that are named
INTRODUCED = 20
NEW = 5  # papers that name a thing: of so few, the undated one that introduces it may well be the first
LEAST = 2  # papers of late, of what rises
COMPARED = 15


def find(db: Connection, graph: nx.MultiDiGraph[str]) -> Findings:
    """Gather the findings on the part of the collection that the graph holds."""
    (everything,) = queries.trends(db)
    ranked = [row for row in queries.top(db, limit=None) if row["id"] in graph]
    foremost = {type_: [row for row in ranked if row["type"] == type_][:FOREMOST] for type_ in GRAPH_TYPES}
    return Findings(
        queries.stats(db),
        queries.doctor(db),
        everything["years"],
        everything["undated"],
        {type_: queries.at_latest(db, rows) for type_, rows in foremost.items()},
        _rising(db, graph, everything["years"]),
        _themes(graph),
        introduced(db, ranked),
        _compared(db, graph),
    )


def _rising(db: Connection, graph: nx.MultiDiGraph[str], years: Mapping[str, int]) -> list[Row]:
    ranked = queries.top(db, by="rising", limit=None)
    rows = [row for row in ranked if row["id"] in graph and row["rising"] > 1 and row["recent"] >= LEAST]
    if not rows:
        return []
    last = int(max(years))
    span = [f"{year:04}" for year in range(last - SPAN + 1, last + 1)]
    trends = queries.trends(db, [row["id"] for row in rows[:RISING]])
    return [
        row | {"years": [trend["years"].get(year, 0) for year in span]}
        for row, trend in zip(rows, trends, strict=False)
    ]


def _themes(graph: nx.MultiDiGraph[str]) -> list[Theme]:
    """Take the regions of the map that hold entities, with those of them in most papers."""
    themes = []
    for region in regions(graph):
        rows = [
            {"id": node, "name": data["label"], "type": data["type"], "papers": data["papers"]}
            for node in region.members
            for data in [graph.nodes[node]]
            if data["kind"] == "entity"
        ]
        rows.sort(key=lambda row: (row["type"] not in GRAPH_TYPES, -row["papers"], row["name"], row["id"]))
        themes.append(Theme(region.names, tuple(rows[:MEMBERS]), len(region.members)))
    return [theme for theme in themes if theme.members][:THEMES]


def introduced(db: Connection, ranked: Sequence[Row]) -> list[Row]:
    """Say which paper brought the entities that most papers name, the foremost first.

    A paper that names a thing known for years as its own is mistaken, or we are: so it must be of the year in
    which the thing first comes up, or the next. One without a date must have the name at the head of its
    title, or the thing must be in few papers and introduced by none but this.
    """
    ids = [row["id"] for row in ranked]
    return select(
        db,
        """
        SELECT entities.id, name, entities.type, entities.papers, paper.id AS paper, title, date, url
        FROM json_each(:ids) AS wanted JOIN entities ON entities.id = wanted.value
        JOIN papers AS paper ON paper.id = json_extract(introduced_by, '$[0]')
        WHERE iif(date IS NULL OR since IS NULL,
                  substr(title, 1, length(name) + 1) = name || ':'
                  OR entities.papers <= :new AND json_array_length(introduced_by) = 1,
                  substr(date, 1, 4) - substr(since, 1, 4) <= 1)
        ORDER BY wanted.key LIMIT :limit
        """,
        ids=json.dumps(ids),
        new=NEW,
        limit=INTRODUCED,
    )


def _compared(db: Connection, graph: nx.MultiDiGraph[str]) -> list[Row]:
    rows = [
        {"a": source, "b": target, "papers": data["papers"], "since": data.get("since")}
        for source, target, relation, data in graph.edges(keys=True, data=True)
        if relation == "compared_with"
    ]

    def foremost(row: Row) -> tuple[int, int, str, str]:
        known = graph.nodes[row["a"]]["papers"] * graph.nodes[row["b"]]["papers"]
        return -row["papers"], -known, row["a"], row["b"]

    rows.sort(key=foremost)
    names: Mapping[str, str] = {row[end]: graph.nodes[row[end]]["label"] for row in rows for end in "ab"}
    return [
        row
        | {end: names[row[end]] for end in "ab"}
        | {"called": [_called(db, row[end], names[row[end]]) for end in "ab"]}
        for row in rows[:COMPARED]
    ]


def _called(db: Connection, id_: str, name: str) -> str:
    """Return what a command takes for this entity: its name, or its id where the name says too little."""
    shown = readable(name)
    try:
        return shown if find_node(db, shown)["id"] == id_ else id_
    except (AmbiguousName, UnknownName):
        return id_
