"""The curated names: data/lexicon.tsv and any number of a user's own files of the same shape.

Tab-separated, UTF-8, sorted by id, `#` starts a comment line; several values in one column
are joined by `|`. A later file's row replaces an earlier one's of the same id.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from kgraph.errors import BadInput
from kgraph.keys import alias_key
from kgraph.records import TYPES

COLUMNS = ("id", "type", "name", "aliases", "not_aliases", "cues", "source", "note")


@dataclass(frozen=True, slots=True)
class Row:
    """One known entity."""

    id: str  # fixed id of its node, without the prefix "entity:"
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    not_aliases: tuple[str, ...] = ()  # names that must never be merged with it
    cues: tuple[str, ...] = ()  # the name is also a word: it counts only in a text that holds one of these
    source: str = ""
    note: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All rows, and which of them a folded spelling may mean."""

    rows: tuple[Row, ...] = ()
    by_key: dict[str, list[Row]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Lexicon":
        rows = tuple(sorted(rows, key=lambda row: row.id))
        by_key: dict[str, list[Row]] = {}
        for row in rows:
            for key in sorted({alias_key(spelling) for spelling in row.spellings}):
                by_key.setdefault(key, []).append(row)
        return cls(rows, by_key)


def read_lexicon(paths: Iterable[Path] = ()) -> Lexicon:
    """Read the packaged lexicon, then a user's files; raise BadInput with file and line."""
    packaged = files("kgraph") / "data" / "lexicon.tsv"
    rows = {row.id: row for row in _read_rows(packaged.read_text("utf-8"), "kgraph/data/lexicon.tsv")}
    for path in paths:
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(str(path), f"cannot be read as a lexicon: {error}") from error
        rows |= {row.id: row for row in _read_rows(text, str(path))}
    return Lexicon.of(rows.values())


def _read_rows(text: str, source: str) -> Iterator[Row]:
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#") or line.split("\t")[0] == "id":
            continue
        row = _read_row(line, f"{source}:{number}")
        if row.id in seen:
            raise BadInput(f"{source}:{number}", f"id {row.id!r} stands twice")
        seen.add(row.id)
        yield row


def _read_row(line: str, source: str) -> Row:
    cells = [cell.strip() for cell in line.split("\t")]
    if not 3 <= len(cells) <= len(COLUMNS):
        raise BadInput(source, f"expected 3 to {len(COLUMNS)} columns ({', '.join(COLUMNS)}), found {len(cells)}")
    id_, type_, name, aliases, not_aliases, cues, source_, note = cells + [""] * (len(COLUMNS) - len(cells))
    if not id_ or not name:
        raise BadInput(source, "id and name must not be empty")
    if type_ not in TYPES:
        raise BadInput(source, f"type {type_!r} is none of {', '.join(TYPES)}")
    return Row(id_, type_, name, _values(aliases), _values(not_aliases), _values(cues), source_, note)


def _values(cell: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in cell.split("|") if value.strip())
