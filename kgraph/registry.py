"""The text of a user's lexicon: lines put in and taken out, all others left as they stand.

A comment right above a line belongs to it and goes with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from kgraph.corrections import Verdict, parse

HEADER = """\
# What is one thing here, and what is not: one case a line, sorted. `kgraph alias` writes this file; after
# changing it by hand run `kgraph alias apply`. A comment right above a line belongs to it.
#   merge A | B    forbid A | B    rename A | NAME    retype A | TYPE    ignore A
# or a name to look for, in columns divided by tabs: id, type, name, aliases, not_aliases, cues, source, note

"""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the file, to be taken back: None where there was no file, or is none."""

    command: str
    before: str | None
    after: str | None


def added(before: str | None, after: str | None) -> list[str]:
    """Return the lines, comments apart, that only the second text holds."""
    return [line for line in _cases(after) if line not in set(_cases(before))]


def _cases(text: str | None) -> list[str]:
    return [line for line in (text or "").splitlines() if line.strip() and not line.startswith("#")]


def edit(text: str | None, put: Iterable[Verdict], drop: Iterable[str] = ()) -> str | None:
    """Return the text without some lines and with others, each among its like; None if nothing is left.

    A line that is there already stays as it is.
    """
    gone = set(drop)
    lines = list(_without((text if text is not None else HEADER).splitlines(), gone))
    there = {str(verdict) for verdict in parse("\n".join(lines), "")}
    for verdict in put:
        if str(verdict) not in there:
            at = _place(lines, str(verdict))
            note = " ".join(verdict.note.split())  # one line, whatever breaks lines in it
            lines[at:at] = [*([f"# {note}"] if note else []), str(verdict)]
    result = "".join(f"{line}\n" for line in lines)
    return None if result == HEADER else result


def _without(lines: list[str], gone: set[str]) -> Iterator[str]:
    """Yield the lines but for those that say one of these, and the comments right above these."""
    comment: list[str] = []
    for line in lines:
        if line.startswith("#"):
            comment.append(line)
            continue
        if not any(str(verdict) in gone for verdict in parse(line, "")):
            yield from (*comment, line)
        comment = []
    yield from comment


def _place(lines: list[str], new: str) -> int:
    """Return where a line belongs: before the first greater one, above its comment; else at the end."""
    for number, line in enumerate(lines):
        verdict = next(parse(line, ""), None)
        if verdict is not None and _order(str(verdict)) > _order(new):
            while number and lines[number - 1].startswith("#"):
                number -= 1
            return number
    return len(lines)


def _order(line: str) -> tuple[str, str]:
    return line.casefold(), line


def take_back(step: Step, text: str | None) -> str | None:
    """Return the text as it was before a step; where hands changed it since, only the step is undone.

    Raises ValueError if what the step put in is no longer there.
    """
    if text == step.after:
        return step.before
    before, after, now = ((one or "").splitlines() for one in (step.before, step.after, text))
    for kind, i1, i2, j1, j2 in reversed(SequenceMatcher(None, before, after, autojunk=False).get_opcodes()):
        if kind != "equal":
            now = _swap(now, after[j1:j2], before[i1:i2], after[j2 : j2 + 1])
    return "".join(f"{line}\n" for line in now)


def _swap(lines: list[str], old: list[str], new: list[str], following: list[str]) -> list[str]:
    """Replace a run of lines; with no old lines the new ones go before the line that followed them."""
    if old:
        starts = (n for n in range(len(lines)) if lines[n : n + len(old)] == old)
        at = next(starts, None)
        if at is None:
            raise ValueError(old[-1])
    else:
        at = lines.index(following[0]) if following and following[0] in lines else len(lines)
    return [*lines[:at], *new, *lines[at + len(old) :]]
