"""The curated names: data/lexicon.tsv and any number of a user's own files of the same shape.

Tab-separated, UTF-8, sorted by id, `#` starts a comment line; several values in one column
are joined by `|`. A later file's row replaces an earlier one's of the same id.

Two rows may claim one spelling, as senses of it, if all but one of them have cues; the one
without is what the spelling means where no cue decides.

Between its rows a user's file may hold what `corrections` reads: lines without a tab that begin with a verb.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from kgraph.errors import BadInput
from kgraph.keys import alias_key
from kgraph.records import TYPES

_ID = re.compile(r"[^\W_A-Z]+(?:-[^\W_A-Z]+)*")
EXACT = "case counts"  # a note that begins so
VERBS = ("forbid", "ignore", "merge", "rename", "retype")  # begin lines that are no rows: see `corrections`
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

    @property
    def exact(self) -> bool:
        """Whether only its very capitals make it a name: DROP, not drop."""
        return self.note.startswith(EXACT)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All rows, and which of them a folded spelling may mean."""

    rows: tuple[Row, ...] = ()
    by_key: dict[str, list[Row]] = field(default_factory=dict)
    own: frozenset[str] = (
        frozenset()
    )  # ids of a user's rows: what they name is an entity, whatever the tagger thinks

    @classmethod
    def of(cls, rows: Iterable[Row], own: Iterable[str] = ()) -> "Lexicon":
        rows = tuple(sorted(rows, key=lambda row: row.id))
        by_key: dict[str, list[Row]] = {}
        for row in rows:
            for key in sorted(_keys(row.spellings)):
                by_key.setdefault(key, []).append(row)
        return cls(rows, by_key, frozenset(own))


def read_lexicon(paths: Iterable[Path] = ()) -> Lexicon:
    """Read the packaged lexicon, then a user's files; raise BadInput with file and line."""
    added = [_by_id(read_text(path), str(path)) for path in paths]
    return _checked(_packaged_rows(), *added) if added else _packaged()


@cache
def _packaged() -> Lexicon:
    """Return the packaged lexicon, read once: every correction of a store asks for it again."""
    return _checked(_packaged_rows())


@cache
def _packaged_rows() -> Mapping[str, tuple[Row, str]]:
    packaged = files("kgraph") / "data" / "lexicon.tsv"
    return _by_id(packaged.read_text("utf-8"), "kgraph/data/lexicon.tsv")


def _by_id(text: str, source: str) -> dict[str, tuple[Row, str]]:
    return {row.id: (row, place) for row, place in _read_rows(text, source)}


def _checked(packaged: Mapping[str, tuple[Row, str]], *added: Mapping[str, tuple[Row, str]]) -> Lexicon:
    """Put a user's files over the packaged rows; raise BadInput where two rows claim one spelling."""
    rows = dict(packaged)
    for own in added:
        rows |= own
    lexicon = Lexicon.of((row for row, _ in rows.values()), (id_ for own in added for id_ in own))
    _check_senses(lexicon, {id_: place for id_, (_, place) in rows.items()})
    return lexicon


def read_text(path: Path) -> str:
    """Return the content of a user's file; raise BadInput if it is none."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"cannot be read as a lexicon: {error}") from error


def _check_senses(lexicon: Lexicon, places: Mapping[str, str]) -> None:
    """Refuse two rows without cues that claim one spelling; `places` tells file and line by id."""
    for key, rows in lexicon.by_key.items():
        if len(rows) < 2:
            continue
        first, *others = sorted((row for row in rows if not row.cues), key=lambda row: row.id) or rows[:1]
        for other in others:
            raise BadInput(
                places[other.id],
                f"{other.id!r} claims the spelling {key!r} and so does {first.id!r} ({places[first.id]});"
                " give one of them cues",
            )


def _read_rows(text: str, source: str) -> Iterator[tuple[Row, str]]:
    """Yield rows with their file and line."""
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(("#", "id\t")) or _is_verdict(line):
            continue
        place = f"{source}:{number}"
        row = _read_row(line, place)
        if row.id in seen:
            raise BadInput(place, f"id {row.id!r} stands twice")
        seen.add(row.id)
        yield row, place


def _is_verdict(line: str) -> bool:
    return "\t" not in line and line.strip().partition(" ")[0] in VERBS


def _read_row(line: str, place: str) -> Row:
    cells = [cell.strip() for cell in line.split("\t")]
    if not 3 <= len(cells) <= len(COLUMNS):
        raise BadInput(
            place,
            f"expected 3 to {len(COLUMNS)} columns ({', '.join(COLUMNS)}) divided by tabs, found"
            f" {len(cells)}; or a line that begins with {', '.join(VERBS)}",
        )
    id_, type_, name, aliases, not_aliases, cues, source, note = cells + [""] * (len(COLUMNS) - len(cells))
    row = Row(
        id_, type_, name, _values(aliases), _values(not_aliases), _values(cues.casefold()), source, note
    )
    if not id_ or not name:
        raise BadInput(place, "id and name must not be empty")
    if not _ID.fullmatch(id_):
        raise BadInput(place, f"id {id_!r} is not lower-case words of letters and digits, joined by hyphens")
    if type_ not in TYPES:
        raise BadInput(place, f"type {type_!r} is none of {', '.join(TYPES)}")
    if row.not_aliases and (both := _keys(row.not_aliases) & _keys(row.spellings)):
        raise BadInput(place, f"{sorted(both)[0]!r} is a spelling of {id_!r} and must not be")
    return row


def _keys(names: Iterable[str]) -> set[str]:
    return {alias_key(name) for name in names}


def _values(cell: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in cell.split("|") if value.strip())
