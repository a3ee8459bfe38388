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
from kgraph.names import Row, select
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
COMPARED = 15


def find(db: Connection, graph: nx.MultiDiGraph[str]) -> Findings:
    """Gather the findings on the part of the collection that the graph holds."""
    (everything,) = queries.trends(db)
    ranked = [row for row in queries.top(db, limit=None) if row["id"] in graph]
    return Findings(
        queries.stats(db),
        queries.doctor(db),
        everything["years"],
        everything["undated"],
        {type_: [row for row in ranked if row["type"] == type_][:FOREMOST] for type_ in GRAPH_TYPES},
        _rising(db, graph, everything["years"]),
        _themes(graph),
        _introduced(db, ranked),
        _compared(graph),
    )


def _rising(db: Connection, graph: nx.MultiDiGraph[str], years: Mapping[str, int]) -> list[Row]:
    rows = [
        row for row in queries.top(db, by="rising", limit=None) if row["id"] in graph and row["rising"] > 1
    ]
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
    """Take the regions of the map, with their entities in most papers."""
    themes = []
    for region in regions(graph):
        rows = [
            {"id": node, "name": data["label"], "type": data["type"], "papers": data["papers"]}
            for node in region.members
            for data in [graph.nodes[node]]
            if data["kind"] == "entity"
        ]
        rows.sort(key=lambda row: (row["type"] not in GRAPH_TYPES, -row["papers"], row["name"], row["id"]))
        themes.append(Theme(region.names, tuple(rows[:MEMBERS]), len(rows)))
    return [theme for theme in themes if theme.size][:THEMES]


def _introduced(db: Connection, ranked: Sequence[Row]) -> list[Row]:
    """Say which paper brought the entities that most papers name, the foremost first."""
    ids = [row["id"] for row in ranked]
    return select(
        db,
        """
        SELECT entities.id, name, entities.type, entities.papers, paper.id AS paper, title, date, url
        FROM json_each(:ids) AS wanted JOIN entities ON entities.id = wanted.value
        JOIN papers AS paper ON paper.id = json_extract(introduced_by, '$[0]')
        ORDER BY wanted.key LIMIT :limit
        """,
        ids=json.dumps(ids),
        limit=INTRODUCED,
    )


def _compared(graph: nx.MultiDiGraph[str]) -> list[Row]:
    rows = [
        {"a": source, "b": target, "papers": data["papers"], "since": data.get("since")}
        for source, target, relation, data in graph.edges(keys=True, data=True)
        if relation == "compared_with"
    ]

    def foremost(row: Row) -> tuple[int, int, str, str]:
        known = graph.nodes[row["a"]]["papers"] * graph.nodes[row["b"]]["papers"]
        return -row["papers"], -known, row["a"], row["b"]

    rows.sort(key=foremost)
    names = graph.nodes(data="label")
    return [row | {"a": names[row["a"]], "b": names[row["b"]]} for row in rows[:COMPARED]]
