"""The one SQLite file: records in, records out. Every statement that writes stands here.

A store is never changed in place. A writer works in a file beside it and puts that in its place when it is
whole: a reader always sees one whole state, a killed writer leaves the store as it was, and no journal stays
beside it. Writers keep each other out by SQLite's own write lock on the store, which readers do not notice.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import fields
from hashlib import blake2b
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

from kgraph.errors import KGraphError, StoreError
from kgraph.keys import alias_key
from kgraph.records import (
    ROLES,
    SYMMETRIC,
    Citation,
    Edge,
    Entity,
    Extraction,
    Mention,
    Paper,
    Statement,
)

APPLICATION_ID = 0x6B677068  # "kgph", in the file's header
SCHEMA_VERSION = 5

_PATIENCE_SECONDS = 2.0  # how long to wait for another writer before giving up
_CACHE_KIB = 128 * 1024

Row = tuple[Any, ...]
Naming = tuple[str, list[Row]]  # a paper, and its mentions as rows: name, text, label, score, role


class _Busy(StoreError):
    """Another writer is at it."""


class Store:
    """A store opened for reading; `building` and `changing` yield one that may be written."""

    def __init__(self, path: str | Path) -> None:
        """Open for reading; raise StoreError if there is no store, or it is not one of this version."""
        self.path = Path(path)
        if not self.path.exists():
            raise StoreError(
                str(path), "there is no store here: run `kgraph build` first, or give its path with --db"
            )
        self.connection = _connect(self.path, readonly=True)
        with _closed_on_error(self.connection, self.path):
            _check(self.connection, self.path)

    @classmethod
    def _writable(cls, path: Path, connection: sqlite3.Connection) -> Self:
        store = cls.__new__(cls)
        store.path, store.connection = path, connection
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block does, or none of it."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def _rows(self, sql: str, *parameters: object) -> Iterator[Row]:
        yield from self.connection.execute(sql, parameters)

    def _value(self, sql: str, *parameters: object) -> Any:
        row = self.connection.execute(sql, parameters).fetchone()
        return row and row[0]

    # ------------------------------------------------------------------------------------------------ meta

    def meta(self, key: str) -> Any:
        """Return a remembered JSON value, None if there is none."""
        value = self._value("SELECT value FROM meta WHERE key = ?", key)
        return None if value is None else json.loads(value)

    def put_meta(self, **values: object) -> None:
        rows = [(key, _dumps(value)) for key, value in sorted(values.items())]
        self.connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)

    # --------------------------------------------------------------------------------------------- records

    def put_records(self, records: Iterable[Paper]) -> int:
        """Store source records as read, each content once, and return how many were given."""
        before = self.connection.total_changes
        self.connection.executemany(
            "INSERT INTO records VALUES (?, '', ?, ?)"
            " ON CONFLICT (digest) DO UPDATE SET source = min(source, excluded.source)",
            map(_record_row, records),
        )
        return self.connection.total_changes - before

    def drop_records(self, papers: Iterable[str] | None = None) -> None:
        """Forget the records of these papers, or all."""
        if papers is None:
            self.connection.execute("DELETE FROM records")
        else:
            self.connection.executemany("DELETE FROM records WHERE paper = ?", [(paper,) for paper in papers])

    def records(self) -> Iterator[tuple[str, str, Paper]]:
        """Yield digest, paper id ("" while unsettled) and content of every record, by digest."""
        for digest, paper, source, content in self._rows("SELECT * FROM records ORDER BY digest"):
            yield digest, paper, _record(content, source)

    def record(self, digest: str) -> Paper:
        (row,) = self._rows("SELECT content, source FROM records WHERE digest = ?", digest)
        return _record(*row)

    def records_by_paper(self) -> Iterator[tuple[str, list[Paper]]]:
        """Yield every paper's id with its records, by id."""
        rows = self._rows("SELECT paper, content, source FROM records ORDER BY paper, digest")
        for paper, group in groupby(rows, itemgetter(0)):
            yield paper, [_record(content, source) for _, content, source in group]

    def assign_records(self, papers: Iterable[tuple[str, str]]) -> None:
        """Say which paper a record belongs to, by pairs of digest and paper id."""
        self.connection.executemany("UPDATE records SET paper = ?2 WHERE digest = ?1", papers)

    # ---------------------------------------------------------------------------------------------- papers

    def put_papers(self, papers: Iterable[Paper]) -> None:
        """Store all papers; those without a record go, and mentions of a text that is no longer there."""
        self.connection.executemany(_PUT_PAPER, map(_paper_row, papers))
        self.connection.execute("DELETE FROM papers WHERE id NOT IN (SELECT paper FROM records)")
        self.connection.execute(
            "DELETE FROM mentions WHERE paper IN (SELECT id FROM papers WHERE extracted = 0)"
        )

    def papers(self) -> Iterator[Paper]:
        """Yield every paper, by id."""
        for row in self._rows(f"SELECT {_PAPER} FROM papers ORDER BY id"):  # noqa: S608 - our own column names
            yield _paper(row)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield every paper's id and text, by id."""
        yield from self._rows("SELECT id, title || char(10) || abstract FROM papers ORDER BY id")

    def paper(self, id_: str) -> Paper | None:
        rows = self._rows(f"SELECT {_PAPER} FROM papers WHERE id = ?", id_)  # noqa: S608 - our own column names
        return next(map(_paper, rows), None)

    def dates(self) -> dict[str, str | None]:
        """Return every paper's id with its date."""
        return dict(self._rows("SELECT id, date FROM papers ORDER BY id"))

    def paper_of(self) -> dict[str, str]:
        """Return every id that papers are known by with the paper's own."""
        return dict(
            self._rows("SELECT value, papers.id FROM papers, json_each(ids) UNION SELECT id, id FROM papers")
        )

    def titles(self) -> Iterator[tuple[str, str]]:
        """Yield each title of every paper, as one of its records has it, with the paper's id."""
        yield from self._rows("SELECT DISTINCT json_extract(content, '$.title'), paper FROM records")

    # ------------------------------------------------------------------------------------------ extractions

    def forget_extractions(self) -> None:
        """Mark every paper as not read by the extractor."""
        self.connection.execute("DELETE FROM statements")
        self.connection.execute("DELETE FROM mentions")
        self.connection.execute("UPDATE papers SET extracted = 0")

    def unextracted(self) -> int:
        """Return how many papers the extractor has not read."""
        return int(self._value("SELECT count(*) FROM papers WHERE extracted = 0"))

    def papers_to_extract(self) -> Iterator[Paper]:
        """Yield the papers that the extractor has not read, by id; extractions may be put meanwhile."""
        page = f"SELECT {_PAPER} FROM papers WHERE extracted = 0 AND id > ? ORDER BY id LIMIT 256"  # noqa: S608
        last = ""
        while papers := [_paper(row) for row in self.connection.execute(page, (last,)).fetchall()]:
            yield from papers
            last = papers[-1].id

    def put_extractions(self, extractions: Iterable[Extraction]) -> None:
        """Store what was found in papers that had not been read."""
        extractions = list(extractions)
        mentions = (mention for extraction in extractions for mention in extraction.mentions)
        statements = (statement for extraction in extractions for statement in extraction.statements)
        execute = self.connection.executemany
        execute(
            "INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            map(_mention_row, mentions),
        )
        execute(
            "INSERT OR IGNORE INTO statements VALUES (?, ?, ?, ?, ?, ?, ?)", map(_statement_row, statements)
        )
        execute(
            "UPDATE papers SET extracted = 1 WHERE id = ?",
            [(extraction.paper,) for extraction in extractions],
        )

    def extractions(self) -> Iterator[tuple[Paper, Extraction, dict[tuple[int, int], str]]]:
        """Yield every paper, by id, with what was found in it and the entities that its spans name."""
        sql = f'SELECT {_MENTION}, entity FROM mentions ORDER BY paper, start, "end"'  # noqa: S608 - as above
        mentions = _in_step(self._rows(sql))
        statements = _in_step(self._rows("SELECT * FROM statements ORDER BY 1, 2, 3, 4, 5, 6"))
        for paper in self.papers():
            rows = mentions(paper.id)
            found = Extraction(
                paper.id,
                tuple(Mention(*row[:-1]) for row in rows),
                tuple(map(_statement, statements(paper.id))),
            )
            yield paper, found, {(row[1], row[2]): row[-1] for row in rows if row[-1] is not None}

    # -------------------------------------------------------------------------------------------- entities

    def namings(self) -> Iterator[Naming]:
        """Yield every paper that has mentions, by id, with rows of name, text, label, score and role."""
        rows = self._rows(
            'SELECT paper, name, text, label, score, role FROM mentions ORDER BY paper, start, "end"'
        )
        for paper, group in groupby(rows, itemgetter(0)):
            yield paper, [row[1:] for row in group]

    def put_entities(
        self,
        entities: Iterable[Entity],
        named: Iterable[tuple[str, str, str, str | None, str]],
        spellings: Iterable[tuple[str, str, str, int]],
    ) -> None:
        """Store entities as the only ones: what the names of papers mean, and their spellings.

        `named` holds paper, name in that paper, spelling, entity or None, and the rule that decided;
        `spellings` spelling, entity, rule, papers.
        """
        execute, executemany = self.connection.execute, self.connection.executemany
        key = "PRIMARY KEY (paper, name, text)"
        execute(f"CREATE TEMP TABLE named (paper, name, text, entity, decided, {key}) WITHOUT ROWID")
        executemany("INSERT INTO named VALUES (?, ?, ?, ?, ?)", named)
        execute("CREATE TEMP TABLE kept (id PRIMARY KEY) WITHOUT ROWID")
        entities = list(entities)
        executemany(_PUT_ENTITY, map(_entity_row, entities))
        executemany("INSERT INTO kept VALUES (?)", ((entity.id,) for entity in entities))
        with self._without_index("mentions_by_entity"):
            execute(_PUT_MEANINGS)
        execute("DELETE FROM spellings")
        execute("DELETE FROM entities WHERE id NOT IN (SELECT id FROM kept)")
        rows = ((spelling, alias_key(spelling), *rest) for spelling, *rest in sorted(spellings))
        executemany("INSERT INTO spellings VALUES (?, ?, ?, ?, ?)", rows)
        execute("DROP TABLE named")
        execute("DROP TABLE kept")

    def entities(self) -> Iterator[Entity]:
        """Yield every entity, by id."""
        rows = self._rows("SELECT id, name, type, aliases, other_types FROM entities ORDER BY id")
        for id_, name, type_, aliases, other_types in rows:
            yield Entity(id_, name, type_, tuple(json.loads(aliases)), tuple(json.loads(other_types)))

    # ----------------------------------------------------------------------------------------------- edges

    @contextmanager
    def replacing_edges(self) -> Iterator[None]:
        """Forget all edges and stubs; the block puts the new ones."""
        for table in ("edges", "stub_citations", "stubs"):
            self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
        with self._without_index("edges_by_target"):
            yield

    @contextmanager
    def _without_index(self, name: str) -> Iterator[None]:
        """Make an index anew after the block: to sort once is faster than to place each of a million rows."""
        sql = self._value("SELECT sql FROM sqlite_schema WHERE name = ?", name)
        self.connection.execute(f"DROP INDEX {name}")
        yield
        self.connection.execute(sql)

    def put_edges(self, edges: Iterable[Edge]) -> None:
        self.connection.executemany("INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?, ?)", map(_edge_row, edges))

    def put_citations(self, citations: Iterable[Citation]) -> None:
        """Store who cites whom: within the collection as edges, outside it as stubs, each paper counted."""
        for citation in citations:
            paper, date, cited = citation.paper, citation.date, citation.cited
            if citation.stub is None:
                self.put_edges([Edge(paper, cited, "cites", 1, date, date)])
            else:
                self.connection.execute(_PUT_STUB, (cited, citation.stub))
                self.connection.execute("INSERT INTO stub_citations VALUES (?, ?)", (paper, cited))

    def put_role_edges(self) -> None:
        """Tie every paper to every entity that it names, by the strongest role that a mention of it has."""
        self._put_ranks()
        self.connection.execute(_PUT_ROLE_EDGES)

    def put_stated_edges(self) -> None:
        """Tie entities by what papers state of them, both ways at once where the relation is symmetric."""
        self.connection.execute(_PUT_STATED_EDGES, {"symmetric": _dumps(SYMMETRIC)})

    def put_company_edges(self) -> None:
        """Tie every two entities that one paper names (`appears_with`), by the role edges."""
        for statement in _PUT_COMPANY_EDGES.split(";"):  # executescript would commit first
            self.connection.execute(statement)

    def put_entity_counts(self, introducers: Mapping[str, Iterable[str]]) -> None:
        """Store each entity's papers, first date and introducing papers, the first two by its edges."""
        self.connection.execute(_PUT_ENTITY_COUNTS)
        self.connection.execute("UPDATE entities SET introduced_by = '[]' WHERE introduced_by != '[]'")
        rows = ((_dumps(list(papers)), entity) for entity, papers in introducers.items())
        self.connection.executemany("UPDATE entities SET introduced_by = ? WHERE id = ?", rows)

    def put_families(self, families: Iterable[tuple[str, str]]) -> None:
        """Note of which entity another is a version, and tie the two (`is_a`) where no paper states it.

        Such an edge counts the papers that name the version, none of them as near.
        """
        self.connection.execute("UPDATE entities SET family = NULL WHERE family IS NOT NULL")
        rows = ((family, entity) for entity, family in families)
        self.connection.executemany("UPDATE entities SET family = ? WHERE id = ?", rows)
        self.connection.execute(_PUT_FAMILY_EDGES)

    def edges(self, *relations: str) -> Iterator[Edge]:
        """Yield the edges of these relations, or all, by source, relation and target."""
        sql = "SELECT source, target, relation, papers, since, until, near FROM edges"
        where = " WHERE relation IN (SELECT value FROM json_each(?))" if relations else ""
        order = " ORDER BY source, relation, target"
        for row in self._rows(sql + where + order, *([_dumps(relations)] if relations else [])):
            yield Edge(*row)

    def role_edges(self) -> Iterator[Edge]:
        """Yield the edges from papers to entities, by paper."""
        for row in self._rows(
            "SELECT source, target, relation, edges.papers, edges.since, until, near FROM edges"
            " JOIN papers ON papers.id = source JOIN entities ON entities.id = target"
            " ORDER BY source, relation, target"
        ):
            yield Edge(*row)

    def _put_ranks(self) -> None:
        self.connection.execute("CREATE TEMP TABLE IF NOT EXISTS ranks (role TEXT PRIMARY KEY, rank INTEGER)")
        self.connection.executemany(
            "INSERT OR IGNORE INTO ranks VALUES (?, ?)", [(r, i) for i, r in enumerate(ROLES)]
        )

    # ---------------------------------------------------------------------------------------------- counts

    def counts(self) -> dict[str, Any]:
        """Return how many papers, mentions, entities by type and edges by relation there are."""
        return {
            "papers": self._value("SELECT count(*) FROM papers"),
            "mentions": self._value("SELECT count(*) FROM mentions"),
            "entities": dict(self._rows("SELECT type, count(*) FROM entities GROUP BY type ORDER BY type")),
            "edges": dict(
                self._rows("SELECT relation, count(*) FROM edges GROUP BY relation ORDER BY relation")
            ),
        }


# -------------------------------------------------------------------------------------- opening and replacing


@contextmanager
def building(path: str | Path) -> Iterator[Store]:
    """Yield the store that will replace the one at path: `path.partial`, empty or as a killed build left it.

    It takes its place when the block ends well. A KGraphError discards it; else it is left to be resumed.
    """
    path = Path(path).resolve()
    partial = path.with_name(path.name + ".partial")
    with _errors_told(path), _locked(path) as original:
        store = Store._writable(partial, _open_partial(partial))
        try:
            yield store
            _put_in_place(store, path, original)
        except KGraphError:
            store.close()
            _unlink(partial)
            raise
        finally:
            store.close()


@contextmanager
def changing(path: str | Path, *, keep: bool = True) -> Iterator[Store]:
    """Yield a copy of the store at path; to `keep` it, it takes its place when the block ends well."""
    Store(path).close()  # is there one, of this version?
    path = Path(path).resolve()
    copy = path.with_name(path.name + ".changed.partial")
    with _errors_told(path), _locked(path) as original:
        _unlink(copy)
        store = Store._writable(copy, _connect(copy))
        try:
            with Store(path) as readable:  # SQLite copies from no connection that may write
                readable.connection.backup(store.connection)
            store.connection.execute("PRAGMA journal_mode = OFF")  # a copy that fails is thrown away
            store.connection.execute("PRAGMA synchronous = OFF")
            yield store
            if keep:
                _put_in_place(store, path, original)
        finally:
            store.close()
            _unlink(copy)


def _put_in_place(store: Store, path: Path, original: sqlite3.Connection | None) -> None:
    store.close()
    with store.path.open("rb+") as file:
        os.fsync(file.fileno())
    if original and os.name == "nt":
        original.close()  # Windows replaces no file that is open
    try:
        store.path.replace(path)
    except PermissionError as error:
        raise StoreError(str(path), "is open in another program: close that and run this again") from error


@contextmanager
def _errors_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        if isinstance(error, OSError) and not str(error.filename).startswith(str(path)):
            raise
        raise StoreError(str(path), f"cannot be written: {error}") from error


@contextmanager
def _locked(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Hold the write lock of the store at path, if there is one, and yield a connection to it.

    Nothing else may open and close that file meanwhile, not even to copy it: POSIX drops all locks that a
    process has on a file as soon as it closes any descriptor of that file.
    """
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        yield None
        return
    with closing(_lock(path, "IMMEDIATE")) as connection:
        _check(connection, path, any_version=True)
        yield connection


def _lock(path: Path, mode: str) -> sqlite3.Connection:
    """Return a connection in a transaction of this mode; raise StoreError if another writer is at it."""
    while True:
        before = path.stat()
        connection = _connect(path)
        with _closed_on_error(connection, path):
            connection.execute(f"BEGIN {mode}")
            if os.path.samestat(before, path.stat()):
                return connection
        connection.close()  # another writer replaced the file while we waited for it


def _open_partial(partial: Path) -> sqlite3.Connection:
    """Open what a killed build left, if it is of this version, else an empty store; keep others out."""
    try:
        connection = _lock_partial(partial)
        with _closed_on_error(connection, partial):
            _check(connection, partial)
    except _Busy:
        raise
    except StoreError:
        _unlink(partial)
        connection = _lock_partial(partial)
        connection.execute("COMMIT")
        _create(connection)
    else:
        connection.execute("COMMIT")
    return connection


def _lock_partial(partial: Path) -> sqlite3.Connection:
    while True:
        partial.touch()
        with suppress(FileNotFoundError):  # another build was ready and put it in its place
            connection = _lock(partial, "EXCLUSIVE")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # over all transactions, until it is closed
            return connection


def _create(connection: sqlite3.Connection) -> None:
    schema = (files("kgraph") / "schema.sql").read_text("utf-8")
    version = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}"
    connection.executescript(f"BEGIN; {schema}; {version}; COMMIT;")


def _connect(path: Path, readonly: bool = False) -> sqlite3.Connection:
    if path.is_dir():
        raise StoreError(str(path), "this is a folder: give the path of a file with --db")
    uri = path.resolve().as_uri() + ("?mode=ro" if readonly else "")
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_PATIENCE_SECONDS)
    except sqlite3.OperationalError as error:
        raise StoreError(str(path), f"cannot be opened: {error}") from error
    with _closed_on_error(connection, path):
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Close the connection if the block fails, and say what SQLite's errors mean there."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _explained(error, path) from error
    except BaseException:
        connection.close()
        raise


def _explained(error: sqlite3.DatabaseError, path: Path) -> StoreError:
    if "locked" in str(error):
        return _Busy(str(path), "another kgraph is writing to this store: run this again when it is done")
    if "not a database" in str(error):
        return _foreign(path)
    return StoreError(str(path), f"cannot be opened: {error}")


def _foreign(path: Path) -> StoreError:
    return StoreError(str(path), "this file is no kgraph store: give the path of another with --db")


def _check(connection: sqlite3.Connection, path: Path, any_version: bool = False) -> None:
    """Raise StoreError if this is no kgraph store, or one of another version."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise _foreign(path)
    if version != SCHEMA_VERSION and not any_version:
        older = "an older" if version < SCHEMA_VERSION else "a newer"
        raise StoreError(
            str(path), f"{older} kgraph wrote this store: run `kgraph build` again from its sources"
        )


def _unlink(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


# ------------------------------------------------------------------------------------------- rows and records

_RECORD = tuple(field.name for field in fields(Paper) if field.name != "source")
_PAPER = "id, title, abstract, authors, date, date_inferred, venue, url, ids, refs, extra"
_MENTION = 'paper, start, "end", text, name, label, role, score, rule, sentence_start, sentence_end'


_dumps = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _paper_row(paper: Paper) -> Row:
    return (
        paper.id,
        paper.title,
        paper.abstract,
        _dumps(paper.authors),
        paper.date,
        int(paper.date_inferred),
        paper.venue,
        paper.url,
        _dumps(paper.ids),
        _dumps(paper.references),
        _dumps(paper.extra),
    )


def _paper(row: Row) -> Paper:
    id_, title, abstract, authors, date, inferred, venue, url, ids, references, extra = row
    return Paper(
        id_,
        title,
        abstract,
        _tuple(authors),
        date,
        bool(inferred),
        venue,
        url,
        _tuple(ids),
        _tuple(references),
        json.loads(extra),
    )


def _tuple(array: str) -> tuple[str, ...]:
    return () if array == "[]" else tuple(json.loads(array))


def _record_row(record: Paper) -> Row:
    content = _dumps({name: getattr(record, name) for name in _RECORD})
    return blake2b(content.encode(), digest_size=16).hexdigest(), record.source, content


def _record(content: str, source: str) -> Paper:
    values = json.loads(content)
    for name in ("authors", "ids", "references"):
        values[name] = tuple(values[name])
    return Paper(**values, source=source)


def _mention_row(mention: Mention) -> Row:
    return (
        mention.paper,
        mention.start,
        mention.end,
        mention.text,
        mention.name,
        mention.label,
        mention.role,
        mention.score,
        mention.rule,
        mention.sentence_start,
        mention.sentence_end,
    )


def _statement_row(statement: Statement) -> Row:
    return (statement.paper, *statement.source, statement.relation, *statement.target, statement.score)


def _statement(row: Row) -> Statement:
    paper, source_start, source_end, relation, target_start, target_end, score = row
    return Statement(paper, (source_start, source_end), relation, (target_start, target_end), score)


def _entity_row(entity: Entity) -> Row:
    return entity.id, entity.name, entity.type, _dumps(entity.other_types), _dumps(entity.aliases)


def _edge_row(edge: Edge) -> Row:
    return edge.source, edge.target, edge.relation, edge.papers, edge.since, edge.until, edge.near


def _in_step(rows: Iterator[Row]) -> Callable[[str], list[Row]]:
    """Return a function that gives the rows that begin with a key; ask for the keys in their order."""
    waiting = next(rows, None)

    def take(key: str) -> list[Row]:
        nonlocal waiting
        taken = []
        while waiting is not None and waiting[0] <= key:
            if waiting[0] == key:
                taken.append(waiting)
            waiting = next(rows, None)
        return taken

    return take


_PUT_PAPER = """
INSERT INTO papers (id, title, abstract, authors, date, date_inferred, venue, url, ids, refs, extra)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    title = excluded.title, abstract = excluded.abstract, authors = excluded.authors, date = excluded.date,
    date_inferred = excluded.date_inferred, venue = excluded.venue, url = excluded.url, ids = excluded.ids,
    refs = excluded.refs, extra = excluded.extra,
    extracted = extracted AND (title, abstract) = (excluded.title, excluded.abstract)
WHERE (title, abstract, authors, date, date_inferred, venue, url, ids, refs, extra) IS NOT
    (excluded.title, excluded.abstract, excluded.authors, excluded.date, excluded.date_inferred,
     excluded.venue, excluded.url, excluded.ids, excluded.refs, excluded.extra)
"""

_PUT_ENTITY = """
INSERT INTO entities (id, name, type, other_types, aliases, papers, since, introduced_by)
VALUES (?, ?, ?, ?, ?, 0, NULL, '[]')
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, type = excluded.type, other_types = excluded.other_types, aliases = excluded.aliases
"""

# Of several references to one stub the name is one that says more than the id, the same in any order.
_PUT_STUB = """
INSERT INTO stubs VALUES (?, ?, 1)
ON CONFLICT (id) DO UPDATE SET papers = papers + 1, name = CASE
    WHEN name = id THEN excluded.name WHEN excluded.name = id THEN name ELSE min(name, excluded.name) END
"""

_PUT_MEANINGS = """
UPDATE mentions SET entity = named.entity, decided = named.decided
FROM named
WHERE (named.paper, named.name, named.text) = (mentions.paper, mentions.name, mentions.text)
  AND (named.entity, named.decided) IS NOT (mentions.entity, mentions.decided)
"""

# SQLite gives a bare column the value that it has in the row of the minimum.
_PUT_ROLE_EDGES = """
INSERT INTO edges
SELECT paper, entity, role, 1, date, date, 1
FROM (SELECT paper, entity, mentions.role, min(rank)
      FROM mentions JOIN ranks ON ranks.role = mentions.role
      WHERE entity IS NOT NULL
      GROUP BY paper, entity)
JOIN papers ON papers.id = paper
"""

_PUT_STATED_EDGES = """
INSERT INTO edges
SELECT source, target, relation, count(*), min(date), max(date), count(*)
FROM (SELECT DISTINCT
          statements.paper,
          relation,
          CASE WHEN flipped THEN target.entity ELSE source.entity END AS source,
          CASE WHEN flipped THEN source.entity ELSE target.entity END AS target
      FROM statements
      JOIN mentions AS source
          ON (source.paper, source.start, source."end") = (statements.paper, source_start, source_end)
      JOIN mentions AS target
          ON (target.paper, target.start, target."end") = (statements.paper, target_start, target_end)
      JOIN (SELECT 0 AS flipped UNION ALL SELECT 1) ON flipped =
          (relation IN (SELECT value FROM json_each(:symmetric)) AND source.entity > target.entity)
      WHERE source.entity != target.entity)
JOIN papers ON papers.id = paper
GROUP BY source, relation, target
"""

_PUT_FAMILY_EDGES = """
INSERT OR IGNORE INTO edges
SELECT entities.id, family, 'is_a', count(*), min(papers.date), max(papers.date), 0
FROM entities
JOIN edges ON edges.target = entities.id
JOIN papers ON papers.id = edges.source
WHERE family IS NOT NULL
GROUP BY entities.id
"""

# Numbers instead of ids: sorting millions of pairs is what this costs.
_PUT_COMPANY_EDGES = """
CREATE TEMP TABLE numbered (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
INSERT INTO numbered (id) SELECT id FROM entities ORDER BY id;
CREATE TEMP TABLE named (
    paper INTEGER, entity INTEGER, role TEXT, date TEXT, PRIMARY KEY (paper, entity)
) WITHOUT ROWID;
INSERT INTO named
    SELECT papers.rowid, number, relation, date
    FROM edges JOIN papers ON papers.id = source JOIN numbered ON numbered.id = target;
CREATE TEMP TABLE pairs AS
    SELECT one.entity AS low, other.entity AS high,
           count(*) AS papers, min(one.date) AS since, max(one.date) AS until
    FROM named AS one JOIN named AS other ON other.paper = one.paper AND other.entity > one.entity
    GROUP BY low, high;
CREATE TEMP TABLE said (
    paper INTEGER, sentence INTEGER, entity INTEGER, PRIMARY KEY (paper, sentence, entity)
) WITHOUT ROWID;
INSERT OR IGNORE INTO said
    SELECT papers.rowid, sentence_start, number
    FROM mentions JOIN papers ON papers.id = paper JOIN numbered ON numbered.id = entity;
CREATE TEMP TABLE near_pairs AS
    SELECT low, high, count(*) AS near FROM (
        SELECT one.entity AS low, other.entity AS high, one.paper
        FROM said AS one JOIN said AS other
            ON (other.paper, other.sentence) = (one.paper, one.sentence) AND other.entity > one.entity
        UNION
        SELECT min(new.entity, other.entity), max(new.entity, other.entity), new.paper
        FROM named AS new JOIN named AS other ON other.paper = new.paper AND other.entity != new.entity
        WHERE new.role = 'introduces' AND other.role != 'mentions')
    GROUP BY low, high;
CREATE UNIQUE INDEX temp.near_pair ON near_pairs (low, high);
INSERT INTO edges
    SELECT low.id, high.id, 'appears_with', papers, since, until, coalesce(near, 0)
    FROM pairs LEFT JOIN near_pairs USING (low, high)
    JOIN numbered AS low ON low.number = low JOIN numbered AS high ON high.number = high
    ORDER BY pairs.low, pairs.high;
DROP TABLE numbered;
DROP TABLE named;
DROP TABLE said;
DROP TABLE pairs;
DROP TABLE near_pairs;
"""

_PUT_ENTITY_COUNTS = """
UPDATE entities SET papers = counted.papers, since = counted.since
FROM (SELECT target, count(*) AS papers, min(since) AS since
      FROM edges WHERE source IN (SELECT id FROM papers) GROUP BY target) AS counted
WHERE entities.id = counted.target
"""
