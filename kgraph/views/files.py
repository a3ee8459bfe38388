"""Writing a file whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """Yield the path of a file beside `path` that takes its place once the block ends without an error."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def atomic_write(path: Path, *, encoding: str = "utf-8", newline: str = "\n") -> Iterator[TextIO]:
    """Open a text file beside `path` that takes its place once the block ends without an error."""
    with (
        aside(path) as partial,
        partial.open("w", encoding=encoding, newline=newline, errors="replace") as file,
    ):
        yield file


def parts(path: Path, suffix: str, *names: str) -> tuple[Path, ...]:
    """Name the files that one path stands for: `graph.csv` for `graph.nodes.csv` and `graph.edges.csv`.

    >>> [part.name for part in parts(Path("v1.2"), ".csv", "nodes", "edges")]
    ['v1.2.nodes.csv', 'v1.2.edges.csv']
    """
    stem = path.stem if path.suffix.lower() == suffix else path.name
    return tuple(path.with_name(f"{stem}.{name}{suffix}") for name in names)
