"""What each source gave of a paper, and where sources contradict each other."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from sqlite3 import Connection
from typing import Any

from kgraph.identity import givers, title_key
from kgraph.keys import alias_key
from kgraph.names import Row
from kgraph.records import Paper

_TUPLES = ("authors", "ids", "references")
_PREPRINT = re.compile(r"\b(?:arxiv|corr|preprint)\b", re.IGNORECASE)
_ONE_EACH = ("arxiv", "doi")  # a paper has one of them


def given(db: Connection, paper: str) -> Row:
    """Return, by field, the sources of the record that gave what a paper of several records shows."""
    records = _records(db.execute(_OF_ONE, (paper,)).fetchall())
    if len(records) < 2:
        return {}
    found = givers(records)
    return {field: record.source for field, record in found.items() if getattr(record, field)}


def conflicts(db: Connection) -> list[Row]:
    """Return, by paper and field, the values in which records of one paper contradict each other.

    Each value stands with its sources; `kept`, the first, is the one that the paper shows, and the others are
    those that contradict it.
    """
    return [
        {"paper": paper, **conflict}
        for paper, rows in groupby(db.execute(_OF_SEVERAL), itemgetter(0))
        for conflict in _conflicts(_records([row[1:] for row in rows]))
    ]


_OF_ONE = "SELECT content, source FROM records WHERE paper = ? ORDER BY digest"
_OF_SEVERAL = """
    SELECT paper, content, source FROM records
    WHERE paper IN (SELECT paper FROM records GROUP BY paper HAVING count(*) > 1) ORDER BY paper, digest
"""


def _records(rows: Iterable[Sequence[str]]) -> list[Paper]:
    return [_record(json.loads(content), source) for content, source in rows]


def _record(values: dict[str, Any], source: str) -> Paper:
    tuples = {name: tuple(values[name]) for name in _TUPLES}
    return Paper(**{**values, **tuples, "source": source})


def _conflicts(records: Sequence[Paper]) -> Iterator[Row]:
    shown = givers(records)
    for field, differ in _DIFFER.items():
        values: dict[object, list[str]] = {}
        for record in records:
            value = getattr(record, field)
            if value and not (field == "date" and record.date_inferred):
                values.setdefault(value, []).append(record.source)
        ordered = sorted(values, key=lambda value: (value != getattr(shown[field], field), str(value)))
        if others := [value for value in ordered[1:] if differ(ordered[0], value)]:
            yield {
                "field": field,
                "kept": ordered[0],
                "values": [
                    {"value": value, "sources": sorted(values[value])} for value in (ordered[0], *others)
                ],
            }
    yield from _id_conflicts(records)


def _id_conflicts(records: Sequence[Paper]) -> Iterator[Row]:
    for scheme in _ONE_EACH:
        found = sorted({id_ for record in records for id_ in record.ids if id_.startswith(f"{scheme}:")})
        if len(found) > 1:
            sources = {id_: sorted(record.source for record in records if id_ in record.ids) for id_ in found}
            values = [{"value": id_, "sources": sources[id_]} for id_ in found]
            yield {"field": scheme, "kept": found[0], "values": values}


def _titles_differ(one: str, other: str) -> bool:
    return title_key(one) != title_key(other)


def _dates_differ(one: str, other: str) -> bool:
    """Tell whether two dates contradict each other: 2023 says less than 2023-12-01, but nothing else."""
    shorter = min(len(one), len(other))
    return one[:shorter] != other[:shorter]


def _authors_differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether the shorter list has a family name that the longer lacks; "et al." is none."""
    shorter, longer = sorted(({*map(_family, authors)} - {""} for authors in (one, other)), key=len)
    return not shorter <= longer


def _family(author: str) -> str:
    family, comma, _ = author.partition(",")
    words = alias_key(family) if comma else alias_key((author.split() or [""])[-1])
    return "" if author.casefold().strip(". ") in ("et al", "others") else words


def _venues_differ(one: str, other: str) -> bool:
    """Tell whether two venues are different places; a preprint server is none, and a year no difference."""
    if _PREPRINT.search(one) or _PREPRINT.search(other):
        return False
    a, b = (re.sub(r"\d+", "", alias_key(venue)) for venue in (one, other))
    return a not in b and b not in a


_DIFFER: dict[str, Callable[..., bool]] = {
    "title": _titles_differ,
    "authors": _authors_differ,
    "date": _dates_differ,
    "venue": _venues_differ,
}
