"""What grew out of a method: who introduced it, what extends it, what extends that, and so on, as a tree.

One thing extends another where a paper states it, where a paper that extends the one introduces the other,
or where a paper names the one and introduces the other under a name made of it (LoRA, QLoRA). A paper that
extends something and introduces nothing of its kind is a leaf of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from sqlite3 import Connection

from kgraph.config import Config
from kgraph.edges import certainly_later
from kgraph.errors import AmbiguousName, KGraphError
from kgraph.names import Row, find_node, select

_NODES = """
SELECT entities.id, name, type, papers, coalesce(date, entities.since) AS date, title, first.id AS paper
FROM entities LEFT JOIN papers AS first ON first.id = introduced_by ->> 0
UNION ALL
SELECT papers.id, title, 'paper', 1, date, title, papers.id FROM papers
JOIN edges ON source = papers.id AND relation = 'extends' GROUP BY papers.id
"""
_STATED = """
SELECT target AS parent, source AS child, edges.papers FROM edges
JOIN entities AS old ON old.id = target JOIN entities AS new ON new.id = source WHERE relation = 'extends'
"""
# What papers extend, each with what it introduces of the same kind: a data set, or a method or model.
_BY_ROLE = """
SELECT said.target AS parent, said.source AS paper, new.id AS child
FROM edges AS said
JOIN papers ON papers.id = said.source
JOIN entities AS old ON old.id = said.target
LEFT JOIN edges AS own ON (own.source, own.relation) = (said.source, 'introduces')
LEFT JOIN entities AS new ON new.id = own.target AND (new.type = 'dataset') = (old.type = 'dataset')
WHERE said.relation = 'extends'
ORDER BY parent, paper, new.papers DESC, new.id
"""

# What papers name, each with what they introduce by a name that holds it.
_BY_NAME = """
SELECT old.id AS parent, old.name, new.id AS child, count(*) AS papers
FROM edges AS own
JOIN entities AS new ON new.id = own.target
JOIN edges AS said ON said.source = own.source
JOIN entities AS old ON old.id = said.target AND old.id != new.id
WHERE own.relation = 'introduces' AND said.relation != 'introduces'
  AND instr(new.name, old.name) AND (new.type = 'dataset') = (old.type = 'dataset')
GROUP BY parent, child
"""

_Rank = tuple[str, int, str]  # a date, a generation and an id: parents come before their children


class NoLineage(KGraphError):
    """A paper that introduces nothing has no lineage."""

    def __init__(self, paper: str) -> None:
        super().__init__(paper)
        self.paper = paper

    def __str__(self) -> str:
        return f"{self.paper} introduces nothing that is known by name; ask for a method, or `kgraph cites`"


@dataclass(frozen=True, slots=True)
class _Family:
    """A root and all that grew out of it, without cycles."""

    rank: Mapping[str, _Rank]
    parents: Mapping[str, list[str]]  # of all but the root; the latest is last, and the one in the tree

    def in_order(self) -> list[str]:
        return sorted(self.rank, key=self.rank.__getitem__)


def lineage(db: Connection, name: str, *, limit: int | None = Config.limit) -> Row:
    """Return a thing as the root of a tree of what extends it, children by date.

    A node that extends several of the tree stands under the latest of them, and `also` names the others. Past
    the limit the nodes of most papers are kept, with all that they grew out of, and `hidden` counts how many
    others grew out of a node. `main_path` is the global main path: of all ways from the root to an end, the
    one with the greatest sum of search path counts (Hummon and Doreian 1989; SPC as in Batagelj 2003), that
    is, of how many such ways lead over each of its steps. `evidence` of a step is "stated", "role" or "name",
    and `said_by` counts the papers that give it.
    """
    root = _root(db, name)
    nodes = {row["id"]: row for row in select(db, _NODES)}
    steps = _steps(db)
    family = _descend(root, steps, {id_: row["date"] for id_, row in nodes.items()})
    main = _main_path(family, {id_: nodes[id_]["papers"] for id_ in family.rank})
    shown = _kept(family, nodes, main, limit)
    below: dict[str, list[str]] = defaultdict(list)
    for node in family.in_order()[1:]:
        below[family.parents[node][-1]].append(node)

    def grown(node: str) -> Row:
        *also, parent = family.parents.get(node, [None])
        return {
            **nodes[node],
            **({} if parent is None else steps[parent][node]),
            "also": also,
            "children": [grown(one) for one in below[node] if one in shown],
            "hidden": sum(one not in shown for one in below[node]),
        }

    return {
        **grown(root),
        "extends": sorted(
            (_brief(nodes[parent]) for parent, children in steps.items() if root in children),
            key=lambda row: (row["date"] or "9999", row["id"]),
        ),
        "main_path": [_brief(nodes[id_]) for id_ in main],
    }


def walk(tree: Row) -> Iterator[Row]:
    """Yield the nodes of a tree, parents first, with depth, parent and whether on the main path."""
    main = {row["id"] for row in tree["main_path"]}
    waiting: list[tuple[Row, int, str | None]] = [(tree, 0, None)]
    while waiting:
        node, depth, parent = waiting.pop()
        yield {**node, "depth": depth, "parent": parent, "main": node["id"] in main}
        waiting += [(child, depth + 1, node["id"]) for child in reversed(node["children"])]


def _root(db: Connection, name: str) -> str:
    """Return the entity of this name, or what the paper of this name introduces."""
    node = find_node(db, name)
    if node["type"] != "paper":
        return str(node["id"])
    introduced = select(
        db,
        "SELECT id, name, type, entities.papers FROM edges JOIN entities ON id = target"
        " WHERE source = ? AND relation = 'introduces' ORDER BY entities.papers DESC, id",
        node["id"],
    )
    if not introduced:
        raise NoLineage(node["id"])
    if len(introduced) > 1:
        raise AmbiguousName(name, introduced)
    return str(introduced[0]["id"])


def _steps(db: Connection) -> dict[str, dict[str, Row]]:
    """Return what extends what: parent -> child -> the best evidence, and how many papers give it."""
    steps: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in select(db, _STATED):
        steps[row["parent"]][row["child"]] = {"evidence": "stated", "said_by": row["papers"]}
    stated = {parent: set(children) for parent, children in steps.items()}
    for (parent, paper), rows in groupby(select(db, _BY_ROLE), itemgetter("parent", "paper")):
        introduced = [row["child"] for row in rows if row["child"]]
        if stated.get(parent, set()).isdisjoint(introduced):
            child = (introduced or [paper])[0]
            step = steps[parent].setdefault(child, {"evidence": "role", "said_by": 0})
            step["said_by"] += 1
    for row in select(db, _BY_NAME):
        if _is_a_name(row["name"]):
            named = {"evidence": "name", "said_by": row["papers"]}
            steps[row["parent"]].setdefault(row["child"], named)
    return dict(steps)


def _is_a_name(name: str) -> bool:
    """Tell whether a name is one of its own, so that another may be made of it.

    >>> _is_a_name("LoRA"), _is_a_name("S4"), _is_a_name("Adam"), _is_a_name("attention"), _is_a_name("RL")
    (True, True, True, False, False)
    """
    return name != name.lower() and (len(name) > 2 or any(c.isdigit() for c in name))


def _descend(root: str, steps: Mapping[str, Iterable[str]], dates: Mapping[str, str | None]) -> _Family:
    """Find all that grew out of the root; what is certainly older than its parent or the root did not."""

    def children(parent: str) -> Iterable[str]:
        later = (one for one in steps.get(parent, ()) if not certainly_later(dates[parent], dates[one]))
        return (one for one in later if not certainly_later(dates[root], dates[one]))

    rank: dict[str, _Rank] = {root: ("", 0, root)}
    generation = [root]
    while generation:
        reached: dict[str, _Rank] = {}
        for parent in generation:
            date, depth, _ = rank[parent]
            for child in children(parent):
                if child not in rank:
                    own = (max(date, dates[child] or ""), depth + 1, child)
                    reached[child] = min(own, reached.get(child, own))
        rank |= reached
        generation = sorted(reached)
    parents: dict[str, list[str]] = defaultdict(list)
    for parent in sorted(rank, key=rank.__getitem__):
        for child in children(parent):
            if rank[parent] < rank[child]:
                parents[child].append(parent)
    return _Family(rank, parents)


def _main_path(family: _Family, papers: Mapping[str, int]) -> list[str]:
    """Return the way from the root to an end whose steps have the greatest sum of search path counts.

    Of equal ways it is the one to what more papers name.
    """
    order = family.in_order()
    ways_here = {order[0]: 1}
    for node in order[1:]:
        ways_here[node] = sum(ways_here[parent] for parent in family.parents[node])
    ways_on: dict[str, int] = defaultdict(int)
    for node in reversed(order):
        ways_on[node] = ways_on[node] or 1
        for parent in family.parents.get(node, ()):
            ways_on[parent] += ways_on[node]
    best: dict[str, tuple[int, int]] = {order[0]: (0, 0)}
    came_from: dict[str, str] = {}
    for node in order[1:]:
        came_from[node] = max(family.parents[node], key=lambda p: best[p][0] + ways_here[p] * ways_on[node])
        last = came_from[node]
        best[node] = (best[last][0] + ways_here[last] * ways_on[node], papers[node])
    way = [max(order, key=best.__getitem__)]
    while way[-1] in came_from:
        way.append(came_from[way[-1]])
    return way[::-1]


def _kept(family: _Family, nodes: Mapping[str, Row], main: list[str], limit: int | None) -> set[str]:
    """Choose so many nodes besides the root: the main path, then those of most papers, each with its line."""
    kept = {family.in_order()[0]}
    by_papers = sorted(
        family.rank, key=lambda id_: (id_ not in main, -nodes[id_]["papers"], family.rank[id_])
    )
    for node in by_papers:
        line = [node]
        while line[-1] in family.parents:
            line.append(family.parents[line[-1]][-1])
        if limit is None or len(kept.union(line)) <= limit + 1:
            kept.update(line)
    return kept


def _brief(row: Row) -> Row:
    return {key: row[key] for key in ("id", "name", "date")}
