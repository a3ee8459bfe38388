"""Writing a file whole or not at all."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO


@contextmanager
def aside(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """Yield paths of files beside `paths` that take their places once the block ends without an error."""
    partial = tuple(path.with_name(f"{path.name}.partial") for path in paths)
    try:
        yield partial
        for written, path in zip(partial, paths, strict=True):
            written.replace(path)
    finally:
        for written in partial:
            written.unlink(missing_ok=True)


@contextmanager
def atomic_writes(*paths: Path, encoding: str = "utf-8", newline: str = "\n") -> Iterator[tuple[TextIO, ...]]:
    """Open text files beside `paths` that take their places, once all are closed, if no error comes up."""
    options: Any = {"encoding": encoding, "newline": newline, "errors": "replace"}
    with aside(*paths) as partial, ExitStack() as files:
        yield tuple(files.enter_context(path.open("w", **options)) for path in partial)


@contextmanager
def atomic_write(path: Path, *, encoding: str = "utf-8", newline: str = "\n") -> Iterator[TextIO]:
    """Open one such file."""
    with atomic_writes(path, encoding=encoding, newline=newline) as (file,):
        yield file


def parts(path: Path, suffix: str, *names: str) -> tuple[Path, ...]:
    """Name the files that one path stands for: `graph.csv` for `graph.nodes.csv` and `graph.edges.csv`.

    >>> [part.name for part in parts(Path("v1.2"), ".csv", "nodes", "edges")]
    ['v1.2.nodes.csv', 'v1.2.edges.csv']
    """
    stem = path.stem if path.suffix.lower() == suffix else path.name
    return tuple(path.with_name(f"{stem}.{name}{suffix}") for name in names)
