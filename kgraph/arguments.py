"""What may be asked for: a word, a date or a number that means nothing is refused before anything is done."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from kgraph.records import PAPER_RELATIONS, ROLES, STATED

RELATIONS = tuple(dict.fromkeys((*STATED, "appears_with", *ROLES, *PAPER_RELATIONS)))
DATE = re.compile(r"\d{4}(-\d\d){0,2}")
AS_DATE = "write 2023, 2023-12 or 2023-12-01"

Some = str | Collection[str]  # one or several


def one_of(what: str, given: str, known: Iterable[str]) -> None:
    """Raise ValueError for a word that is not known."""
    known = tuple(known)
    if given not in known:
        raise ValueError(f"there is no {what} {given!r}; it is one of {', '.join(known)}")


def several(what: str, given: Some, known: Iterable[str]) -> Collection[str]:
    """Return one or several words as a collection; raise ValueError for one that is not known."""
    known, words = tuple(known), [given] if isinstance(given, str) else given
    for word in words:
        one_of(what, word, known)
    return words


def files(given: str | Path | Iterable[str | Path]) -> list[str | Path]:
    """Return one or several files as a list."""
    return [given] if isinstance(given, str | Path) else list(given)


def since(given: str | int | None) -> str | None:
    """Return a year, a month or a day as the store writes dates; raise ValueError if it is none."""
    if given is not None and not DATE.fullmatch(str(given)):
        raise ValueError(f"{given!r} is no year: {AS_DATE}")
    return None if given is None else str(given)


def at_least(least: int, **given: int | None) -> None:
    """Raise ValueError for a number, given by its name, that is less."""
    for name, number in given.items():
        if number is not None and number < least:
            raise ValueError(f"{name} is {number}, and must be at least {least}")
