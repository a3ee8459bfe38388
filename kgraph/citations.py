"""Questions to the citations of a store: who cites whom, which papers are alike, which matter most.

Only stated citations count (`cites`); what is inferred (`builds_on`) is shown beside them, never among them.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from sqlite3 import Connection
from typing import Literal, TypeVar

from kgraph.config import Config
from kgraph.measures import strength
from kgraph.names import Row, find_paper, select
from kgraph.queries import CITATIONS, FIGURES, By, recent_counts, top
from kgraph.records import ROLES

Figure = TypeVar("Figure", bound=str)
Way = Literal["in", "out"]
PaperFigure = Literal["citations", "pagerank", "rising"]
PAPER_FIGURES: dict[PaperFigure, tuple[str, ...]] = {  # what `top_papers` adds to a row, besides citations
    "citations": (),
    "pagerank": ("pagerank",),
    "rising": ("rising", "recent", "before"),
}

_PAPERS = f"""
SELECT id, title AS name, 'paper' AS type, 1 AS papers, {CITATIONS.format("papers.id")} AS citations,
       date AS since
FROM papers
"""  # noqa: S608 - our own words

_CITES = f"""
SELECT there AS id, title, date, 'cites' AS relation, direction, {CITATIONS.format("there")} AS citations,
       EXISTS (SELECT 1 FROM edges AS e WHERE e.relation = 'builds_on' AND (e.source, e.target) = (
           iif(direction = 'out', :paper, there), iif(direction = 'out', there, :paper))) AS builds_on,
       0 AS stub
FROM (SELECT target AS there, 'out' AS direction FROM edges WHERE source = :paper AND relation = 'cites'
      UNION ALL
      SELECT source, 'in' FROM edges WHERE target = :paper AND relation = 'cites')
JOIN papers ON papers.id = there
"""  # noqa: S608 - our own words

_CITES_STUBS = """
SELECT stubs.id, name AS title, NULL AS date, 'cites' AS relation, 'out' AS direction, papers AS citations,
       0 AS builds_on, 1 AS stub
FROM stub_citations JOIN stubs ON stubs.id = stub WHERE paper = ?
"""


def cites(
    db: Connection, paper: str, way: Way | None = None, *, stubs: bool = False, limit: int | None = None
) -> list[Row]:
    """Return the papers that a paper cites ("out") and those that cite it ("in"), the most cited first.

    `citations` counts the papers of the collection that cite a row's paper, `builds_on` says whether the same
    was inferred. With `stubs` papers outside the collection are rows too, last. `limit` holds for each way.
    """
    id_ = find_paper(db, paper)["id"]
    rows = select(db, _CITES, paper=id_)
    if stubs:
        rows += select(db, _CITES_STUBS, id_)
    rows = [row | {key: bool(row[key]) for key in ("builds_on", "stub")} for row in rows]
    rows.sort(key=lambda row: (row["stub"], -row["citations"], row["id"]))
    ways = ("out", "in") if way is None else (way,)
    return [row for one in ways for row in [row for row in rows if row["direction"] == one][:limit]]


def count_stubs(db: Connection, paper: str) -> int:
    """Return how many papers outside the collection a paper cites."""
    (row,) = select(
        db, "SELECT count(*) AS n FROM stub_citations WHERE paper = ?", find_paper(db, paper)["id"]
    )
    return int(row["n"])


# ---------------------------------------------------------------------------------------- which are alike


# Of every paper that shares a reference, inside the collection or outside: how many, and how many it has.
_COUPLED = """
SELECT other, count(*),
       (SELECT count(*) FROM edges WHERE source = other AND relation = 'cites')
       + (SELECT count(*) FROM stub_citations WHERE paper = other)
FROM (SELECT theirs.source AS other
      FROM edges AS ours JOIN edges AS theirs ON (theirs.target, theirs.relation) = (ours.target, 'cites')
      WHERE (ours.source, ours.relation) = (:paper, 'cites')
      UNION ALL
      SELECT theirs.paper FROM stub_citations AS ours JOIN stub_citations AS theirs USING (stub)
      WHERE ours.paper = :paper)
GROUP BY other
"""

# Of every paper that is cited beside it: how often, and how often in all.
_COCITED = f"""
SELECT theirs.target, count(*), {CITATIONS.format("theirs.target")}
FROM edges AS ours JOIN edges AS theirs ON (theirs.source, theirs.relation) = (ours.source, 'cites')
WHERE (ours.target, ours.relation) = (:paper, 'cites')
GROUP BY theirs.target
"""  # noqa: S608 - our own words

_Shares = dict[str, tuple[int, int]]  # by paper: what it shares with the one asked for, and has in all


def similar(db: Connection, paper: str, *, limit: int | None = None) -> list[Row]:
    """Return the papers that share references with a paper, or are cited beside it, the most alike first.

    `coupling` is bibliographic coupling (Kessler 1963: the references that two papers share, stubs among
    them), normalised by the cosine of Sen and Gan 1983: shared / sqrt(references of one * of the other).
    `cocitation` (Small 1973: the papers that cite both) is normalised by the same cosine, as in Small and
    Sweeney 1985: shared / sqrt(citations of one * of the other). Either is 1 for two papers that share their
    only reference, so the order goes by `strength`: the mean of both, shrunk as in `measures.strength`.
    """
    id_ = find_paper(db, paper)["id"]
    coupled: _Shares = {row[0]: row[1:] for row in db.execute(_COUPLED, {"paper": id_})}
    cocited: _Shares = {row[0]: row[1:] for row in db.execute(_COCITED, {"paper": id_})}
    references, citations = (shares.pop(id_, (0, 0))[1] for shares in (coupled, cocited))
    rows = select(
        db,
        "SELECT id, title, date FROM papers WHERE id IN (SELECT value FROM json_each(?))",
        json.dumps(sorted(coupled.keys() | cocited.keys())),
    )
    for row in rows:
        by_references = coupled.get(row["id"], (0, 0))
        by_citations = cocited.get(row["id"], (0, 0))
        shrunk = (_shrunk(references, *by_references), _shrunk(citations, *by_citations))
        row |= {
            "strength": round(sum(shrunk) / 2, 3),
            "coupling": _cosine(references, *by_references),
            "shared_references": by_references[0],
            "cocitation": _cosine(citations, *by_citations),
            "shared_citations": by_citations[0],
        }
    rows.sort(key=lambda row: (-row["strength"], row["date"] or "9999", row["id"]))
    return rows[:limit]


def why_none_is_similar(db: Connection, paper: str) -> str:
    """Say, of a paper that no other is similar to, which of its references and citations are known."""
    here = cites(db, paper)
    references = sum(row["direction"] == "out" for row in here) + count_stubs(db, paper)
    citing = sum(row["direction"] == "in" for row in here)
    by_references = (
        f"no other paper here has one of its {references} references"
        if references
        else "no references of it are known"
    )
    by_citations = "what cites it cites nothing else here" if citing else "no paper here cites it"
    return f"{by_references}, and {by_citations}"


def _cosine(ours: int, shared: int, theirs: int) -> float:
    """Return the share of common members of two sets, by their sizes.

    >>> _cosine(4, 2, 9), _cosine(0, 0, 9)
    (0.333, 0.0)
    """
    return round(shared / math.sqrt(ours * theirs), 3) if shared else 0.0


def _shrunk(ours: int, shared: int, theirs: int) -> float:
    return strength(shared, shared, ours, theirs)


# ------------------------------------------------------------------------------------------ which matter


def foremost(
    db: Connection,
    type: Collection[str] = (),
    by: By | PaperFigure | None = None,
    limit: int | None = None,
) -> tuple[list[Row], Sequence[str]]:
    """Return the foremost entities, or papers, or stubs, and the figures that stand in a row of these.

    Raises ValueError if papers and others are asked for at once, or a figure that these do not have.
    """
    kinds = {"paper", "stub"}.intersection(type)
    if kinds and len(type) > 1:
        raise ValueError(f"{min(kinds)} stands alone: papers and entities are not ranked together")
    if kinds == {"paper"}:
        figure = _one_of(by or "pagerank", PAPER_FIGURES, "papers are")
        return top_papers(db, by=figure, limit=limit), ("citations", *PAPER_FIGURES[figure])
    if kinds:
        _one_of(by or "papers", {"papers": ()}, "stubs are")
        return top_stubs(db, limit=limit), ("papers",)
    measure = _one_of(by or "papers", FIGURES, "entities are")
    return top(db, type=type, by=measure, limit=limit), ("papers", *FIGURES[measure])


def _one_of(by: str, figures: Mapping[Figure, object], whose: str) -> Figure:
    for figure in figures:
        if figure == by:
            return figure
    raise ValueError(f"{whose} ranked by {', '.join(figures)}, not by {by}")


def top_papers(db: Connection, *, by: PaperFigure = "pagerank", limit: int | None = None) -> list[Row]:
    """Return the foremost papers of the collection with the figure that ranks them.

    `citations` counts the papers of the collection that cite one; `pagerank` walks from papers to what they
    cite, which favours the old; `rising` is `measures.growth` of the citations that papers of the last two
    years gave, against those of all years before.
    """
    rows = select(db, _PAPERS)
    if by == "pagerank":
        rank = _pagerank(db)
        rows = [row | {"pagerank": rank[row["id"]]} for row in rows]
    elif by == "rising":
        counts = recent_counts(db, "cites")
        rows = [row | counts[row["id"]] for row in rows if row["id"] in counts]
    rows.sort(key=lambda row: (-row[by], -row["citations"], row["since"] or "9999", row["id"]))
    return rows[:limit]


def has_citations(db: Connection) -> bool:
    """Tell whether any paper cites another of the collection: if none does, only dates rank them."""
    return bool(db.execute("SELECT EXISTS (SELECT 1 FROM edges WHERE relation = 'cites')").fetchone()[0])


def _pagerank(db: Connection) -> dict[str, float]:
    from kgraph.graph import pagerank

    edges = db.execute("SELECT source, target, 1.0 FROM edges WHERE relation = 'cites'")
    nodes = [id_ for (id_,) in db.execute("SELECT id FROM papers ORDER BY id")]
    return {node: round(rank, 6) for node, rank in pagerank(nodes, edges, directed=True).items()}


def top_stubs(db: Connection, *, limit: int | None = None) -> list[Row]:
    """Return the papers outside the collection that most of its papers cite: what one may want to add."""
    return select(
        db,
        "SELECT id, name, 'stub' AS type, papers FROM stubs ORDER BY papers DESC, id LIMIT ?",
        -1 if limit is None else limit,
    )


# --------------------------------------------------------------------------- what is inferred, and stated


_INFERRED = """
SELECT built.source AS paper, built.target AS on_paper,
       EXISTS (SELECT 1 FROM edges WHERE (source, target, relation) = (built.source, built.target, 'cites'))
           AS stated,
       said.relation AS role, said.target AS entity
FROM edges AS built
JOIN edges AS new ON (new.source, new.relation) = (built.target, 'introduces')
JOIN edges AS said ON (said.source, said.target) = (built.source, new.target)
WHERE built.relation = 'builds_on' AND said.relation != 'introduces'
  AND EXISTS (SELECT 1 FROM edges WHERE source = built.source AND relation = 'cites'
              UNION ALL SELECT 1 FROM stub_citations WHERE paper = built.source)
"""


def compare_inferred(db: Connection, max_errors: int = Config.max_errors) -> Row:
    """Say how often an inferred edge between papers (`builds_on`) is also stated (`cites`).

    Only papers count of which some reference is known. `recall` is the share of the stated edges between
    papers that are inferred too: most are not, since an abstract names few of the works that it rests on.
    """
    strongest: dict[tuple[str, str], Row] = {}
    for row in select(db, _INFERRED):
        pair = row["paper"], row["on_paper"]
        best = min(row, strongest.get(pair, row), key=lambda row: (ROLES.index(row["role"]), row["entity"]))
        strongest[pair] = best
    pairs = [strongest[pair] for pair in sorted(strongest)]
    by_role = {role: [row["stated"] for row in pairs if row["role"] == role] for role in ROLES}
    (edges,) = select(
        db,
        "SELECT count(*) FILTER (WHERE relation = 'builds_on') AS inferred,"
        " count(*) FILTER (WHERE relation = 'cites') AS stated FROM edges",
    )
    both = sum(row["stated"] for row in pairs)
    only = [{key: row[key] for key in ("paper", "on_paper", "role", "entity")} for row in pairs]
    return {
        "inferred": edges["inferred"],
        "stated": edges["stated"],
        "comparable": len(pairs),
        "both": both,
        "precision": _share(both, len(pairs)),
        "recall": _share(both, edges["stated"]),
        "by_role": {
            role: {
                "inferred": len(stated),
                "stated": sum(stated),
                "precision": _share(sum(stated), len(stated)),
            }
            for role, stated in by_role.items()
            if stated
        },
        "not_stated": [one for one, row in zip(only, pairs, strict=True) if not row["stated"]][:max_errors],
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
