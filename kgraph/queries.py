"""The questions one may ask of a store. Each returns plain dicts and lists: the shapes that --json prints."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from sqlite3 import Connection
from typing import Literal

from kgraph.config import Config
from kgraph.conflicts import conflicts, given
from kgraph.keys import alias_key
from kgraph.measures import growth, strength
from kgraph.names import Row, find_node, select
from kgraph.records import PAPER_RELATIONS, ROLES, STATED, SYMMETRIC, TYPES

RELATIONS = tuple(dict.fromkeys((*STATED, "appears_with", *ROLES, *PAPER_RELATIONS)))
RECENT_YEARS = 2  # what `top --by rising` calls lately

By = Literal["papers", "pagerank", "rising"]
FIGURES: dict[By, tuple[str, ...]] = {  # what `top` adds to a row
    "papers": (),
    "pagerank": ("pagerank",),
    "rising": ("rising", "recent", "before"),
}

Order = Literal["role", "date", "citations"]  # of papers

# How many papers of the collection cite the one whose id stands there.
CITATIONS = "(SELECT count(*) FROM edges AS citing WHERE (citing.target, citing.relation) = ({}, 'cites'))"

_WORD = re.compile(r"[^\W_]+")

_SPECIFIC = {relation: rank for rank, relation in enumerate((*ROLES, *PAPER_RELATIONS, *STATED))}
_VAGUE = ("appears_with", "mentions")


_Edge = tuple[str, str, int, str | None, int]  # relation, direction, papers, since, near


@dataclass(frozen=True, slots=True)
class Link:
    """All that ties one node to another, as seen from the first."""

    here: str
    id: str
    name: str
    type: str
    relation: str
    direction: str  # out: said of `here`; in: said of the other; both: said of both, or symmetric
    papers: int
    strength: float
    since: str | None
    near: int = 0


# ---------------------------------------------------------------------------------------- what stands near


def neighbors(
    db: Connection,
    name: str,
    *,
    type: Collection[str] = (),
    relation: Collection[str] = (),
    since: str | None = None,
    hops: int = Config.hops,
    limit: int | None = None,
    family: bool = False,
) -> Row:
    """Return the node and what it is tied to, the strongest first; papers only if `type` holds "paper".

    A row shows the most telling relation of the pair, the papers that join the two, and since when. Past one
    hop the figures are those of the last step, but strength is the product along the strongest way. With
    `family` the node stands for all its versions and sizes as well.
    """
    node = find_node(db, name)
    wanted = set(type) or set(TYPES)
    members = _family(db, node["id"]) if family else [node["id"]]
    rows = [
        row
        for row in _reach(db, members, hops, papers="paper" in wanted, relation=relation)
        if row[1].type in wanted and (since is None or (row[1].since or "") >= since)
    ]
    rows.sort(key=_strongest_first)
    return {"node": node, "neighbors": [_neighbor(*row, hops) for row in rows[:limit]]}


def _strongest_first(row: tuple[float, Link, int]) -> tuple[object, ...]:
    """Order by strength; of equals what is stated comes before what is merely near, then by papers."""
    strength, link, _ = row
    return (-strength, link.relation in _VAGUE, -link.papers, link.name, link.id)


def _neighbor(strength: float, link: Link, hop: int, hops: int) -> Row:
    shown = ("id", "name", "type", "relation", "direction", "papers", "strength", "since")
    row = {key: getattr(link, key) for key in shown} | {"strength": strength}
    return row | {"hops": hop, "via": link.here if hop > 1 else None} if hops > 1 else row


def _reach(
    db: Connection, starts: Sequence[str], hops: int, *, papers: bool, relation: Collection[str] = ()
) -> Iterator[tuple[float, Link, int]]:
    """Yield strength, last link and hops of the strongest of the shortest ways to every node in reach.

    Several starts count as the first of them.
    """
    seen = set(starts)
    frontier = dict.fromkeys(starts, 1.0)
    for hop in range(1, hops + 1):
        best: dict[str, tuple[float, Link]] = {}
        found = links(db, frontier, papers=papers, relation=relation)
        if hop == 1 and len(starts) > 1:
            found = _as_one(db, starts, found)
        for link in found:
            if link.id not in seen:
                product = round(frontier[link.here] * link.strength, 3)
                if link.id not in best or product > best[link.id][0]:
                    best[link.id] = product, link
        yield from ((product, link, hop) for product, link in best.values())
        seen |= best.keys()
        frontier = {id_: product for id_, (product, _) in best.items()}


def links(
    db: Connection, ids: Iterable[str], *, papers: bool, relation: Collection[str] = ()
) -> Iterator[Link]:
    """Yield one link for every pair of one of these nodes and a node tied to it, in order of their ids.

    With `papers` false only entities count as tied; `relation` restricts the edges that are looked at.
    """
    rows = db.execute(
        """
        WITH frontier (id) AS (SELECT value FROM json_each(:ids)),
             wanted (relation) AS (SELECT value FROM json_each(:relations)),
             edge (here, there, relation, direction, papers, since, near) AS (
                 SELECT source, target, relation, 'out', papers, since, near
                 FROM edges WHERE source IN frontier
                 UNION ALL
                 SELECT target, source, relation, 'in', papers, since, near
                 FROM edges WHERE target IN frontier)
        SELECT here, there, coalesce(other.name, paper.title), coalesce(other.type, 'paper'),
               coalesce(own.papers, 1), coalesce(other.papers, 1),
               edge.relation, direction, edge.papers, edge.since, near
        FROM edge
        LEFT JOIN entities AS own ON own.id = here
        LEFT JOIN entities AS other ON other.id = there
        LEFT JOIN papers AS paper ON :papers AND paper.id = there
        WHERE (other.id IS NOT NULL OR paper.id IS NOT NULL)
          AND (:relations = '[]' OR edge.relation IN wanted)
        ORDER BY here, there, edge.relation, direction
        """,
        {"ids": json.dumps(sorted(ids)), "relations": json.dumps(sorted(relation)), "papers": papers},
    )
    for pair, edges in groupby(rows, itemgetter(0, 1, 2, 3, 4, 5)):
        yield _link(pair, [edge[6:] for edge in edges])


def _link(pair: tuple[str, str, str, str, int, int], edges: list[_Edge]) -> Link:
    here, there, name, type_, papers_here, papers_there = pair
    relation = min(edges, key=_most_telling)[0]
    directions = {direction for said, direction, *_ in edges if said == relation}
    papers, near = max(edge[2] for edge in edges), max(edge[4] for edge in edges)
    return Link(
        here,
        there,
        name,
        type_,
        relation,
        "both" if relation in SYMMETRIC or len(directions) > 1 else directions.pop(),
        papers,
        strength(papers, near, papers_here, papers_there),
        min((edge[3] for edge in edges if edge[3]), default=None),
        near,
    )


def _family(db: Connection, head: str) -> list[str]:
    """Return an entity and all that are its versions or sizes, or those of one of them."""
    rows = db.execute(
        "WITH RECURSIVE member (id) AS ("
        " VALUES (?) UNION SELECT entities.id FROM entities JOIN member ON entities.family = member.id)"
        " SELECT id FROM member",
        (head,),
    )
    _, *versions = (id_ for (id_,) in rows)
    return [head, *sorted(versions)]


def _as_one(db: Connection, members: Sequence[str], found: Iterable[Link]) -> Iterator[Link]:
    """Yield one link where several members have their own; a paper counts once, whichever it names."""
    by_other: dict[str, list[Link]] = defaultdict(list)
    for link in found:
        if link.id not in members:
            by_other[link.id].append(link)
    together = {
        other: (papers, papers_here, papers_there)
        for other, papers, papers_here, papers_there in db.execute(
            _TOGETHER, {"members": json.dumps(members)}
        )
    }
    for other, own in by_other.items():
        best = min(own, key=lambda link: (link.relation in _VAGUE, -link.papers, link.here))
        since = min((link.since for link in own if link.since), default=None)
        if other in together:
            most, papers_here, papers_there = together[other]
            papers, near = min(most, sum(link.papers for link in own)), sum(link.near for link in own)
            measured = strength(papers, min(papers, near), papers_here, papers_there)
            best = replace(best, papers=papers, near=min(papers, near), strength=measured)
        yield replace(best, here=members[0], since=since)


# Per entity: papers that name it and a member, papers that name a member, papers that name it.
_TOGETHER = """
    WITH member (id) AS (SELECT value FROM json_each(:members)),
         named (paper) AS MATERIALIZED (SELECT DISTINCT source FROM edges WHERE target IN member
             AND source IN (SELECT id FROM papers))
    SELECT edges.target, count(*), (SELECT count(*) FROM named), entities.papers
    FROM named
    JOIN edges ON edges.source = named.paper
    JOIN entities ON entities.id = edges.target
    GROUP BY edges.target
    """


def _most_telling(edge: _Edge) -> tuple[object, ...]:
    """Order a stated relation before mere company, then what more papers say, then the more specific."""
    relation, direction, papers, *_ = edge
    return (relation in _VAGUE, -papers, _SPECIFIC.get(relation, len(_SPECIFIC)), relation, direction)


def path(db: Connection, a: str, b: str) -> list[Row]:
    """Return a shortest way from a to b, nodes and relations in turn, [] if there is none.

    Of equally short ways it is the strongest (product of the strengths); papers are passed through only if
    entities alone do not join the two. Between papers it leads over citations alone if these join them, and
    of equally short ways it is one that follows them in one direction.
    """
    start, goal = find_node(db, a), find_node(db, b)
    way = next(filter(None, _ways(db, start, goal)), [])
    if start["id"] != goal["id"] and not way:
        return []
    steps: list[Row] = [_named(start)]
    for link in way:
        shown = ("relation", "direction", "papers", "strength", "since")
        steps.append({key: getattr(link, key) for key in shown})
        steps.append({"id": link.id, "name": link.name, "type": link.type})
    return steps


def _named(node: Row) -> Row:
    return {key: node[key] for key in ("id", "name", "type")}


def _ways(db: Connection, start: Row, goal: Row) -> Iterator[list[Link]]:
    """Yield ways from start to goal, the better ones first."""
    ends, types = (start["id"], goal["id"]), (start["type"], goal["type"])
    if types == ("paper", "paper"):
        either = _way(db, *ends, papers=True, relation=["cites"])
        for direction in ("out", "in"):
            yield _way(db, *ends, papers=True, relation=["cites"], direction=direction, at_most=len(either))
        yield either
    elif "paper" not in types:
        yield _way(db, *ends, papers=False)
    yield _way(db, *ends, papers=True)


def _way(
    db: Connection,
    start: str,
    goal: str,
    *,
    papers: bool,
    relation: Collection[str] = (),
    direction: str | None = None,
    at_most: int | None = None,
) -> list[Link]:
    """Return the links of the strongest of the shortest ways, layer by layer from the start."""
    arrived: dict[str, Link] = {}
    frontier = {start: 1.0}
    layers = 0
    while frontier and goal not in frontier and layers != at_most:
        layers += 1
        layer: dict[str, tuple[float, Link]] = {}
        for link in links(db, frontier, papers=papers, relation=relation):
            if link.id != start and link.id not in arrived and direction in (None, link.direction):
                product = frontier[link.here] * link.strength
                if link.id not in layer or product > layer[link.id][0]:
                    layer[link.id] = (product, link)
        arrived |= {id_: link for id_, (_, link) in layer.items()}
        frontier = {id_: product for id_, (product, _) in layer.items()}
    way: list[Link] = []
    while goal != start and goal in arrived:
        way.insert(0, arrived[goal])
        goal = arrived[goal].here
    return way


# ---------------------------------------------------------------------------------------- one node's card


def show(db: Connection, name: str) -> Row:
    """Return the card of an entity or a paper."""
    node = find_node(db, name)
    return _paper_card(db, node) if node["type"] == "paper" else _entity_card(db, node)


def _entity_card(db: Connection, node: Row) -> Row:
    (row,) = select(
        db, "SELECT aliases, other_types, introduced_by, family FROM entities WHERE id = ?", node["id"]
    )
    versions = select(db, "SELECT id FROM entities WHERE family = ? ORDER BY id", node["id"])
    counted = select(
        db,
        "SELECT relation, count(*) AS n FROM edges JOIN papers ON papers.id = source WHERE target = ?"
        " GROUP BY relation",
        node["id"],
    )
    roles = {role["relation"]: role["n"] for role in counted}
    introducers = select(
        db,
        "SELECT papers.id, title, date FROM json_each(?) AS given JOIN papers ON papers.id = given.value"
        " ORDER BY given.key",
        row["introduced_by"],
    )
    return {
        "id": node["id"],
        "name": node["name"],
        "type": node["type"],
        "aliases": _loads(row["aliases"]),
        "papers": node["papers"],
        "since": node["since"],
        "introduced_by": _loads(row["introduced_by"]),
        "roles": {role: roles[role] for role in ROLES if role in roles},
        "other_types": _loads(row["other_types"]),
        "introducers": introducers,
        "family": row["family"],
        "versions": [version["id"] for version in versions],
    }


def _paper_card(db: Connection, node: Row) -> Row:
    (row,) = select(db, "SELECT * FROM papers WHERE id = ?", node["id"])
    named = select(
        db,
        "SELECT entities.id, name, type, relation AS role FROM edges JOIN entities ON entities.id = target"
        " WHERE source = ? ORDER BY name, entities.id",
        node["id"],
    )
    named.sort(key=lambda entity: ROLES.index(entity["role"]))
    roles = Counter(entity["role"] for entity in named)
    return {
        "id": node["id"],
        "name": node["name"],
        "type": "paper",
        "aliases": [known for known in _loads(row["ids"]) if known != node["id"]],
        "papers": 1,
        "since": node["since"],
        "introduced_by": [],
        "roles": dict(roles),
        "title": row["title"],
        "date": row["date"],
        "date_inferred": bool(row["date_inferred"]),
        "authors": _loads(row["authors"]),
        "venue": row["venue"],
        "url": row["url"],
        "abstract": row["abstract"],
        "entities": named,
        "sources": given(db, node["id"]),
        **_paper_links(db, node["id"]),
    }


def _paper_links(db: Connection, paper: str) -> dict[str, list[str]]:
    rows = select(
        db,
        "SELECT relation, target AS id FROM edges WHERE source = :id AND relation IN ('cites', 'builds_on')"
        " UNION ALL SELECT relation || '_by', source FROM edges"
        " WHERE target = :id AND relation IN ('cites', 'builds_on') ORDER BY id",
        id=paper,
    )
    keys = {"cites": "cites", "builds_on": "builds_on", "cites_by": "cited_by", "builds_on_by": "built_on_by"}
    return {key: [row["id"] for row in rows if row["relation"] == said] for said, key in keys.items()}


def _loads(text: str) -> list[str]:
    return list(json.loads(text))


def papers(
    db: Connection,
    name: str,
    *,
    role: Collection[str] = (),
    by: Order = "role",
    limit: int | None = None,
) -> list[Row]:
    """Return the papers that name an entity: by the strongest role, by date, or by citations.

    Of a paper: those that cite it or build on it. `citations` counts the papers of the collection that cite
    a row's paper.
    """
    node = find_node(db, name)
    rows = select(
        db,
        f"SELECT papers.id, title, date, relation AS role, {CITATIONS.format('papers.id')} AS citations"  # noqa: S608
        " FROM edges JOIN papers ON papers.id = source"
        " WHERE target = ? ORDER BY date IS NULL, date, title, papers.id",
        node["id"],
    )
    roles = (*ROLES, *PAPER_RELATIONS)
    kept = [row for row in rows if not role or row["role"] in role]
    if by == "role":
        kept.sort(key=lambda row: roles.index(row["role"]))
    elif by == "citations":
        kept.sort(key=lambda row: -row["citations"])
    return kept[:limit]


# ---------------------------------------------------------------------------------------- the collection


def search(db: Connection, words: str, *, type: Collection[str] = (), limit: int | None = None) -> list[Row]:
    """Return the entities, then the papers, whose names hold all these words, by papers within three ranks.

    Whole names come first, then those of which words begin so, then the rest. An entity is found, and ranked,
    by any of its spellings, a paper by its title.
    """
    keys = [key for key in map(alias_key, words.split()) if key]
    if not keys:
        return []
    whole = alias_key(words)
    found = [(_rank(row["name"], keys, whole), row) for row in _titled_like(db, words.split())]
    best: dict[str, tuple[int, Row]] = {}
    for row in _named_like(db, keys):
        rank = min(_rank(row.pop("spelling"), keys, whole), _rank(row["name"], keys, whole))
        best[row["id"]] = min((rank, row), best.get(row["id"], (rank, row)), key=itemgetter(0))
    found += best.values()
    found.sort(key=lambda one: (one[1]["type"] == "paper", one[0], -one[1]["papers"], one[1]["id"]))
    return [row for _, row in found if not type or row["type"] in type][:limit]


def _rank(name: str, keys: Sequence[str], whole: str) -> int:
    """Tell whole names (0) and those of which words begin with the keys (1) from what only holds them (2).

    >>> [_rank(name, ["ner"], "ner") for name in ("NER", "nested NER", "code generation")]
    [0, 1, 2]
    """
    if alias_key(name) == whole:
        return 0
    tails = [alias_key(name[word.start() :]) for word in _WORD.finditer(name)]
    return 1 if all(any(tail.startswith(key) for tail in tails) for key in keys) else 2


def _named_like(db: Connection, keys: list[str]) -> list[Row]:
    """Return entities with each spelling that holds all keys."""
    return select(
        db,
        """
        SELECT DISTINCT id, name, type, entities.papers, since, spelling FROM spellings
        JOIN entities ON entities.id = entity
        WHERE NOT EXISTS (SELECT 1 FROM json_each(?) AS word WHERE NOT instr(spellings.key, word.value))
        """,
        json.dumps(keys),
    )


def _titled_like(db: Connection, words: list[str]) -> list[Row]:
    return select(
        db,
        """
        SELECT id, title AS name, 'paper' AS type, 1 AS papers, date AS since FROM papers
        WHERE NOT EXISTS (SELECT 1 FROM json_each(?) AS word WHERE NOT instr(lower(title), word.value))
        """,
        json.dumps([word.lower() for word in words]),
    )


def top(
    db: Connection, *, type: Collection[str] = (), by: By = "papers", limit: int | None = Config.limit
) -> list[Row]:
    """Return the foremost entities with the figure that ranks them.

    `papers` counts papers; `pagerank` walks over what appears with what; `rising` is `measures.growth` of the
    last two years that the store knows against all years before.
    """
    rows = select(db, "SELECT id, name, type, papers, since FROM entities")
    if by == "pagerank":
        rank = _pagerank(db)
        rows = [row | {"pagerank": rank.get(row["id"], 0.0)} for row in rows]
    elif by == "rising":
        counts = recent_counts(db, *ROLES)
        rows = [row | counts[row["id"]] for row in rows if row["id"] in counts]
    rows.sort(key=lambda row: (-row[by], -row["papers"], row["name"], row["id"]))
    return [row for row in rows if not type or row["type"] in type][:limit]


def _pagerank(db: Connection) -> dict[str, float]:
    """Rank the entities by a walk from each to those in its company, by how many papers they share."""
    from kgraph.graph import pagerank

    edges = db.execute("SELECT source, target, papers FROM edges WHERE relation = 'appears_with'")
    nodes = [id_ for (id_,) in db.execute("SELECT id FROM entities ORDER BY id")]
    return {node: round(rank, 6) for node, rank in pagerank(nodes, edges).items()}


def recent_counts(db: Connection, *relations: str) -> dict[str, Row]:
    """Return, by node, the papers tied to it of late and before, and how it rises; undated do not count."""
    (everything,) = trends(db)
    years: dict[str, int] = everything["years"]
    if not years:
        return {}
    first_recent = str(int(max(years)) - RECENT_YEARS + 1)
    all_recent = sum(n for year, n in years.items() if year >= first_recent)
    all_before = sum(years.values()) - all_recent
    rows = select(
        db,
        """
        SELECT target, count(*) FILTER (WHERE date >= :first) AS recent,
               count(*) FILTER (WHERE date < :first) AS before
        FROM edges JOIN papers ON papers.id = source
        WHERE date IS NOT NULL AND relation IN (SELECT value FROM json_each(:relations))
        GROUP BY target HAVING recent
        """,
        first=first_recent,
        relations=json.dumps(relations),
    )
    return {
        row["target"]: {
            "rising": growth(row["recent"], row["before"], all_recent, all_before),
            "recent": row["recent"],
            "before": row["before"],
        }
        for row in rows
    }


def trends(db: Connection, names: Sequence[str] = ()) -> list[Row]:
    """Return papers a year for each name, for the whole collection if none is given; undated papers apart."""
    if not names:
        sql = "SELECT substr(date, 1, 4) AS year, count(*) AS n FROM papers GROUP BY year ORDER BY year"
        return [{"id": None, "name": "all papers", "type": None, **_by_year(select(db, sql))}]
    nodes = [find_node(db, name) for name in names]
    sql = (
        "SELECT substr(date, 1, 4) AS year, count(*) AS n FROM edges JOIN papers ON papers.id = source"
        " WHERE target = ? GROUP BY year ORDER BY year"
    )
    return [{**_named(node), **_by_year(select(db, sql, node["id"]))} for node in nodes]


def _by_year(rows: list[Row]) -> Row:
    dated = {row["year"]: row["n"] for row in rows if row["year"]}
    return {"years": dated, "undated": sum(row["n"] for row in rows if not row["year"])}


def at_latest(db: Connection, rows: Sequence[Row]) -> list[Row]:
    """Mark `since` ("≤2024") of entities of whose papers most have no date: for eyes, not for programs."""
    few_dated = db.execute(
        """
        SELECT target FROM edges JOIN papers ON papers.id = source
        WHERE target IN (SELECT value FROM json_each(?)) AND relation IN (SELECT value FROM json_each(?))
        GROUP BY target HAVING 2 * count(date) < count(*)
        """,
        (json.dumps([row["id"] for row in rows]), json.dumps(ROLES)),
    )
    ids = {id_ for (id_,) in few_dated}
    return [row | {"since": f"≤{row['since']}"} if row["since"] and row["id"] in ids else row for row in rows]


def stats(db: Connection) -> Row:
    """Count what the store holds."""
    types = _counts(db, "SELECT type, count(*) FROM entities GROUP BY type")
    return {
        "papers": _count(db, "SELECT count(*) FROM papers"),
        "entities": {type_: types.get(type_, 0) for type_ in TYPES},
        "mentions": _count(db, "SELECT count(*) FROM mentions"),
        "edges": _counts(db, "SELECT relation, count(*) FROM edges GROUP BY relation ORDER BY relation"),
        "statements": _count(db, "SELECT count(*) FROM statements"),
        "spellings": _count(db, "SELECT count(*) FROM spellings"),
        "records": _count(db, "SELECT count(*) FROM records"),
    }


def _counts(db: Connection, sql: str) -> dict[str, int]:
    return {str(key): int(n) for key, n in db.execute(sql)}


def _count(db: Connection, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])


_COVERAGE = {
    "papers": "SELECT count(*) FROM papers",
    "without_abstract": "SELECT count(*) FROM papers WHERE trim(abstract) = ''",
    "without_date": "SELECT count(*) FROM papers WHERE date IS NULL",
    "without_mentions": "SELECT count(*) FROM papers WHERE id NOT IN (SELECT paper FROM mentions)",
    "without_edges": "SELECT count(*) FROM papers"
    " WHERE id NOT IN (SELECT source FROM edges UNION ALL SELECT target FROM edges)",
    "unresolved_mentions": "SELECT count(*) FROM mentions WHERE entity IS NULL AND decided IS NOT 'ignored'",
    "ignored_mentions": "SELECT count(*) FROM mentions WHERE decided = 'ignored'",
    "lone_entities": "SELECT count(*) FROM entities WHERE papers < 2",
}


def doctor(db: Connection) -> Row:
    """Say how much of the collection the graph covers, and what made the store."""
    sql = "SELECT key, value FROM meta WHERE key != 'steps' ORDER BY key"
    meta = {key: json.loads(value) for key, value in db.execute(sql)}
    version = _count(db, "PRAGMA user_version")
    coverage = {key: _count(db, sql) for key, sql in _COVERAGE.items()}
    return {**coverage, "conflicts": conflicts(db), **meta, "store_version": version}
