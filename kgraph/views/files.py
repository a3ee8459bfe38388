"""Writing a file whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from errno import EISDIR
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO


@contextmanager
def aside(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """Yield paths of files beside `paths` that take their places once the block ends without an error.

    They do so all or none. An OSError that one of them meets names the file whose place it was to take.
    """
    for path in paths:
        if path.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(path))
    partial = tuple(path.with_name(f"{path.name}.partial") for path in paths)
    try:
        yield partial
        _replace_all(partial, paths)
    except OSError as error:
        targets = dict(zip(map(str, partial), map(str, paths), strict=True))
        target = targets.get(str(error.filename))
        if target is None or Path(error.filename).is_dir():
            raise
        raise type(error)(error.errno, error.strerror, target) from error
    finally:
        for written in partial:
            with suppress(OSError):
                written.unlink(missing_ok=True)


def _replace_all(written: Sequence[Path], paths: Sequence[Path]) -> None:
    """Put each file in its place; if one fails, put back what stood in the places of those before it."""
    with ExitStack() as kept, ExitStack() as undo:
        for new, path in zip(written, paths, strict=True):
            if path != paths[-1]:
                put_back = _remember(path, kept)
                new.replace(path)
                undo.callback(put_back)
            else:
                new.replace(path)
        undo.pop_all()


def _remember(path: Path, kept: ExitStack) -> Callable[[], object]:
    """Return what makes a place as it is now, as long as `kept` is open."""
    if not os.path.lexists(path):
        return path.unlink
    folder = kept.enter_context(TemporaryDirectory(prefix=".kgraph-", dir=path.parent))
    copy = Path(shutil.copy2(path, Path(folder) / path.name, follow_symlinks=False))
    return lambda: copy.replace(path)


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
