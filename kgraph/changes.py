"""What became of the graph: a store beside the one that it was before."""

from pathlib import Path
from sqlite3 import Connection

from kgraph.names import Row, select

_SHOWN = "id, name, type, papers, aliases"
_NODES = f"""
    SELECT was.id, was.name, was.type, was.papers, now.name AS new_name, now.type AS new_type,
           now.papers AS new_papers
    FROM (SELECT {_SHOWN} FROM was.entities EXCEPT SELECT {_SHOWN} FROM main.entities) AS was
    LEFT JOIN main.entities AS now USING (id)
    ORDER BY was.papers DESC, was.id
"""  # noqa: S608  our own column names
_NEW_NODES = """
    SELECT id, name, type, papers FROM main.entities WHERE id NOT IN (SELECT id FROM was.entities)
    ORDER BY papers DESC, id
"""
_EDGES = """
    WITH edge AS (SELECT source, relation, target, papers, since, until, near FROM {one}.edges
                  EXCEPT SELECT source, relation, target, papers, since, until, near FROM {other}.edges)
    SELECT count(*), count(there.source) FROM edge
    LEFT JOIN {other}.edges AS there USING (source, relation, target)
"""
_PAPERS = """
    SELECT DISTINCT paper FROM main.mentions AS now JOIN was.mentions AS before USING (paper, start, "end")
    WHERE now.entity IS NOT before.entity ORDER BY paper
"""


def compare(db: Connection, before: Path) -> Row:
    """Return which nodes are gone, new or changed, how many edges, and which papers name others now.

    A node has changed that has another name, type, count of papers or other spellings.
    """
    db.execute("ATTACH ? AS was", (before.resolve().as_uri() + "?mode=ro",))
    try:
        touched, new = select(db, _NODES), select(db, _NEW_NODES)
        differ, changed = db.execute(_EDGES.format(one="main", other="was")).fetchone()
        differed, _ = db.execute(_EDGES.format(one="was", other="main")).fetchone()
        return {
            "nodes": {
                "gone": [_old(row) for row in touched if row["new_name"] is None],
                "new": new,
                "changed": [
                    {"id": row["id"], "before": _old(row), "after": _now(row)}
                    for row in touched
                    if row["new_name"] is not None
                ],
            },
            "edges": {"gone": differed - changed, "new": differ - changed, "changed": changed},
            "papers": [row["paper"] for row in select(db, _PAPERS)],
        }
    finally:
        db.execute("DETACH was")


def _old(row: Row) -> Row:
    return {key: row[key] for key in ("id", "name", "type", "papers")}


def _now(row: Row) -> Row:
    return {"id": row["id"], **{key: row[f"new_{key}"] for key in ("name", "type", "papers")}}
