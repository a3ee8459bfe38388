"""Files of any known format to papers: one stream, whatever the sources."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from kgraph.config import Config
from kgraph.errors import BadInput
from kgraph.records import Paper, Reject
from kgraph.sources.files import Files, find_files, open_file
from kgraph.sources.recognise import READERS, UnknownFormat, recognise

__all__ = ["Files", "find_files", "read_papers"]


def read_papers(
    sources: Iterable[str | Path],
    *,
    as_of: date | str | None = None,
    max_line_bytes: int = Config.max_line_bytes,
    skip_bad_files: bool = False,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[Paper | Reject]:
    """Yield the papers in files, folders, globs and "-" (standard input), and a reject for each bad record.

    The format is told by the content. `as_of` is the day on which pages without years were saved.
    `on_bytes` is told of the bytes that were read, up to `find_files(sources).total_bytes`. A source that
    is not there raises `BadInput` at once; a bad file raises it when its turn comes, or with
    `skip_bad_files` is one more reject. A file in a folder that is of no known format is a reject.
    """
    files = find_files(sources)
    return _read_files(files, _day(as_of), max_line_bytes, skip_bad_files, on_bytes)


def _day(as_of: date | str | None) -> date | None:
    try:
        return date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError:
        raise BadInput(f"as of {as_of}", "is no date; write it as 2025-12-31") from None


def _read_files(
    files: Files,
    as_of: date | None,
    max_line_bytes: int,
    skip_bad_files: bool,
    on_bytes: Callable[[int], None] | None,
) -> Iterator[Paper | Reject]:
    for path in files.passed_over:
        yield Reject(str(path), "was passed over, since files of this kind hold no papers")
    for path in files.paths:
        try:
            with open_file(path, max_line_bytes, on_bytes) as file:
                yield from READERS[recognise(file)](file, as_of)
        except BadInput as error:
            unasked = path in files.in_folders and isinstance(error, UnknownFormat)
            if not (skip_bad_files or unasked):
                raise
            what = "was passed over" if unasked else "skipped from here on"
            yield Reject(error.source, f"{what}: {error.reason}")
