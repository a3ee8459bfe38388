"""Files of any known format to papers: one stream, whatever the sources."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict

from kgraph.arguments import at_least
from kgraph.config import Config
from kgraph.errors import BadInput
from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources.choice import Choice, choose
from kgraph.sources.files import STDIN, Files, InputFile, find_files, open_file
from kgraph.sources.formats import ABSTRACTS, CITATIONS, Format
from kgraph.sources.parts import Held, Part
from kgraph.sources.reading import Reading, read_names
from kgraph.sources.recognise import UnknownFormat, recognise

__all__ = ["Files", "ReadOptions", "find_files", "read_papers"]


class ReadOptions(TypedDict, total=False):
    """What a user may say about what is read, and how."""

    as_of: date | str | None
    names: Iterable[str] | Mapping[str, str]
    where: Iterable[str]
    since: str | None
    limit: int | None
    skip_bad_files: bool


_FIELD = re.compile(r'"([^"]{1,40})": ')  # in the excerpt of a JSON object
_PARTS = (ABSTRACTS, CITATIONS)
_GIVE_AS_FILE = "give it as a file, with theirs"
_HOPELESS = 1000  # records of a file that are rejected before any paper is found: enough to know


def read_papers(
    sources: Iterable[str | Path],
    *,
    as_of: date | str | None = None,
    names: Iterable[str] | Mapping[str, str] = (),
    where: Iterable[str] = (),
    since: str | None = None,
    limit: int | None = None,
    max_line_bytes: int = Config.max_line_bytes,
    skip_bad_files: bool = False,
    on_bytes: Callable[[int], None] | None = None,
    on_left_out: Callable[[Paper], None] | None = None,
    own: Path | None = None,
) -> Iterator[Paper | Reject]:
    """Yield the papers in files, folders, globs and "-" (standard input), and a reject for each bad record.

    The format is told by the content. `as_of` is the day on which pages without years were saved, `names`
    what fields are called that have no usual name ("title=Titel"). Of the papers only those are yielded that
    `where` ("category=cs.CL") and `since` take, at most `limit`; the others are told to `on_left_out`.
    `on_bytes` is told of the bytes that were read, up to `find_files(sources).total_bytes`. `own` is
    the store that this process writes meanwhile, which is left alone.

    A source that is not there raises `BadInput` at once; a bad file, and one of which more than half is
    rejected, raises it when its turn comes, or with `skip_bad_files` is one more reject. A file in a folder
    that is of no known format is a reject.
    """
    at_least(0, limit=limit)
    files = find_files(sources, own)
    reading = Reading(_day(as_of), read_names(names))
    run = _Run(files, reading, choose(where, since), max_line_bytes, skip_bad_files, on_bytes, on_left_out)
    return run.read() if limit is None else _limited(run.read(), limit)


def _day(as_of: date | str | None) -> date | None:
    try:
        return date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError:
        raise BadInput(f"as of {as_of}", "is no date; write it as 2025-12-31") from None


def _limited(found: Iterator[Paper | Reject], limit: int) -> Iterator[Paper | Reject]:
    """Yield until so many papers have come."""
    for one in found if limit else ():
        yield one
        limit -= isinstance(one, Paper)
        if not limit:
            return


@dataclass(frozen=True, slots=True)
class _Run:
    """One way through the files."""

    files: Files
    reading: Reading
    choice: Choice
    max_line_bytes: int
    skip_bad_files: bool
    on_bytes: Callable[[int], None] | None
    on_left_out: Callable[[Paper], None] | None

    def read(self) -> Iterator[Paper | Reject]:
        for path in self.files.passed_over:
            kind = "files of this kind hold no papers" if path.is_file() else "it is no file"
            yield NoPaper(str(path), f"was passed over, since {kind}")
        parts = [path for path in self.files.paths if self._holds_parts(path)]
        papers = self._chosen(path for path in self.files.paths if path not in parts)
        yield from self._completed(papers, parts) if parts else papers

    def _chosen(self, paths: Iterable[Path]) -> Iterator[Paper | Reject]:
        for path in paths:
            for one in self._read_file(path):
                if isinstance(one, Part):
                    raise BadInput(str(path), f"speaks of papers of other files; {_GIVE_AS_FILE}")
                if isinstance(one, Reject) or self.choice.takes(one):
                    yield one
                elif self.on_left_out is not None:
                    self.on_left_out(one)

    def _completed(self, found: Iterable[Paper | Reject], parts: Iterable[Path]) -> Iterator[Paper | Reject]:
        """Hold back the papers that parts may speak of until all parts are read."""
        with Held() as held:
            for one in found:
                if isinstance(one, Reject) or not held.take(one):
                    yield one
            for path in parts:
                strangers = 0
                for part in self._read_file(path):
                    if not isinstance(part, Part):
                        yield part
                    elif not held.put(part):
                        strangers += 1
                if strangers:
                    yield NoPaper(str(path), f"{strangers:,} lines are about papers of no other source")
            yield from held.papers()

    def _holds_parts(self, path: Path) -> bool:
        """Look into a file for what speaks of papers by number alone."""
        if path == STDIN or not path.is_file():
            return False
        try:
            with open_file(path, self.max_line_bytes) as file:
                return b'corpusid"' in next(file.chunks(4096), b"") and recognise(file) in _PARTS
        except BadInput:
            return False  # said when its turn comes

    def _read_file(self, path: Path) -> Iterator[Paper | Reject | Part]:
        try:
            with open_file(path, self.max_line_bytes, self.on_bytes) as file:
                format = recognise(file, self.reading)
                yield from _watched(format.read(file, self.reading), file, format)
        except BadInput as error:
            unasked = path in self.files.in_folders and isinstance(error, UnknownFormat)
            if not (self.skip_bad_files or unasked):
                raise
            if unasked:
                yield NoPaper(error.source, f"was passed over: {error.reason.partition(';')[0]}")
            else:
                yield Reject(error.source, f"skipped from here on: {error.reason}")


def _watched(
    found: Iterable[Paper | Reject | Part], file: InputFile, format: Format
) -> Iterator[Paper | Reject | Part]:
    """Yield what a reader finds; raise BadInput if it rejects more than half of a file."""
    good = bad = 0
    first: Reject | None = None
    for one in found:
        yield one
        if isinstance(one, NoPaper):
            continue
        if isinstance(one, Reject):
            bad += 1
            first = first or one
        else:
            good += 1
        if bad >= _HOPELESS and not good:
            break
    if first is not None and bad > good:
        raise BadInput(file.name, _too_many(good, bad, first, format))


def _too_many(good: int, bad: int, first: Reject, format: Format) -> str:
    some = f"{bad} of {good + bad} records cannot be read" if good + bad > 1 else "its record cannot be read"
    place = re.split(r":(?=\d+$|record \d+$)", first.source)[-1]
    hint = f"it looks like {format.name}"
    if first.reason == "has no title" and (fields := _FIELD.findall(first.excerpt)):
        hint += f" with the fields {', '.join(fields)}; say which is the title: --map title=FIELD"
    where = place if place.startswith("record") else f"line {place}"
    return f"{some} ({where} {first.reason}); {hint}"
