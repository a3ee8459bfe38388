"""What a user calls a thing -> its node: entities by name or alias, papers by id, URL or title.

A name is matched exactly first, then folded, then by alias; it is ambiguous only if several nodes remain on
one and the same step. Then all entities that papers call so are candidates.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from sqlite3 import Connection
from typing import Any

from kgraph.errors import AmbiguousName, NotAPaper, UnknownName
from kgraph.keys import alias_key

Row = dict[str, Any]


def select(db: Connection, sql: str, *args: object, **named: object) -> list[Row]:
    """Run a query and return its rows as dicts."""
    cursor = db.execute(sql, named or args)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor]


def find_node(db: Connection, name: str) -> Row:
    """Return id, name, type, papers and since of the entity, else of the paper, of this name.

    Raises UnknownName with near names, AmbiguousName with the candidates.
    """
    return _first(db, name, chain(_entity_steps(db, name), _paper_steps(db, name)))


def find_entity(db: Connection, name: str) -> Row:
    """Return the entity of this name; a paper's title does not count."""
    return _first(db, name, _entity_steps(db, name))


def find_paper(db: Connection, name: str) -> Row:
    """Return the paper of this id, URL or title; an entity's name raises NotAPaper."""
    try:
        return _first(db, name, _paper_steps(db, name))
    except UnknownName:
        entities = _nodes(db, next(filter(None, _entity_steps(db, name)), []))
        if not entities:
            raise
        raise NotAPaper(name, entities[0]["type"], _introducing(db, entities[0]["id"])) from None


def _first(db: Connection, name: str, steps: Iterable[list[str]]) -> Row:
    ids = next(filter(None, steps), [])
    if not ids:
        raise UnknownName(name, near_names(db, name))
    if len(ids) > 1:  # then whatever papers call so is worth showing
        ids += _ids(db, "SELECT DISTINCT entity FROM spellings WHERE spelling = ? AND papers > 0", name)
    nodes = _nodes(db, ids)
    if len(nodes) > 1:
        raise AmbiguousName(
            name, [{key: row[key] for key in ("id", "name", "type", "papers")} for row in nodes]
        )
    return nodes[0]


def _nodes(db: Connection, ids: list[str]) -> list[Row]:
    return select(
        db,
        """
        SELECT id, name, type, papers, since FROM entities WHERE id IN (SELECT value FROM json_each(:ids))
        UNION ALL
        SELECT id, title, 'paper', 1, date FROM papers WHERE id IN (SELECT value FROM json_each(:ids))
        ORDER BY papers DESC, id
        """,
        ids=json.dumps(ids),
    )


def _introducing(db: Connection, entity: str) -> list[tuple[str, str]]:
    return db.execute(
        "SELECT papers.id, title FROM edges JOIN papers ON papers.id = source"
        " WHERE target = ? AND relation = 'introduces' ORDER BY date IS NULL, date, papers.id LIMIT 3",
        (entity,),
    ).fetchall()


def _ids(db: Connection, sql: str, *args: object) -> list[str]:
    return [row[0] for row in db.execute(sql, args)]


def _entity_steps(db: Connection, name: str) -> Iterator[list[str]]:
    key = alias_key(name)
    yield _ids(db, "SELECT id FROM entities WHERE id = ?", name)
    yield _ids(db, "SELECT id FROM entities WHERE name = ?", name)
    spelled = "SELECT DISTINCT id, name FROM entities JOIN spellings ON entity = id WHERE key = ?"
    yield _folded(db, key, spelled, key)
    yield _ids(db, "SELECT DISTINCT entity FROM spellings WHERE spelling = ?", name)
    yield _ids(db, "SELECT DISTINCT entity FROM spellings WHERE key = ?", key)
    # A curated name need not be among the spellings that texts use.
    yield _folded(db, key, "SELECT id, name FROM entities WHERE name LIKE ?", name[:1] + "%")


def _paper_steps(db: Connection, name: str) -> Iterator[list[str]]:
    from kgraph.identifiers import normalise_id

    known = [name, normalise_id(name) or name]
    key = alias_key(name)
    yield _ids(db, "SELECT id FROM papers WHERE id IN (?, ?)", *known)
    yield _ids(db, "SELECT id FROM papers WHERE url = ?", name)
    yield _ids(
        db, "SELECT id FROM papers WHERE EXISTS (SELECT 1 FROM json_each(ids) WHERE value IN (?, ?))", *known
    )
    yield _ids(db, "SELECT id FROM papers WHERE title = ?", name)
    yield _folded(db, key, "SELECT id, title FROM papers WHERE title LIKE ?", name[:1] + "%")


def _folded(db: Connection, key: str, sql: str, *args: object) -> list[str]:
    return [id_ for id_, name in db.execute(sql, args) if key and alias_key(name) == key]


def near_names(db: Connection, name: str, limit: int = 5) -> list[str]:
    """Return names of entities, else titles, that look like this one, the likest first."""
    from difflib import get_close_matches

    key = alias_key(name)
    if not key:
        return []
    rows = db.execute(
        """
        SELECT key, name, max(entities.papers) AS papers FROM spellings JOIN entities ON entities.id = entity
        WHERE key LIKE :start OR instr(key, :key) OR length(key) BETWEEN length(:key) - 3 AND length(:key) + 3
        GROUP BY key ORDER BY papers DESC, key LIMIT 20000
        """,
        {"key": key, "start": key[:3] + "%"},
    )
    by_key = {row[0]: row[1] for row in rows}
    close = get_close_matches(key, by_key, n=2 * limit, cutoff=0.7)
    found = dict.fromkeys(
        by_key[other] for other in (*close, *(other for other in by_key if _akin(key, other)))
    )
    return (list(found) or _near_titles(db, name, limit))[:limit]


def _akin(key: str, other: str) -> bool:
    """Tell whether one name holds the other: "Mamba" and "Mamba-2", "LoRA+" and "LoRA"."""
    return min(len(key), len(other)) > 2 and (key in other or key.startswith(other))


def _near_titles(db: Connection, words: str, limit: int) -> list[str]:
    sql = "SELECT title FROM papers WHERE instr(lower(title), ?) ORDER BY title LIMIT ?"
    return _ids(db, sql, words.lower(), limit)
