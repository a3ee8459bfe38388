"""Writing a file whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def atomic_write(path: Path, *, newline: str = "\n") -> Iterator[TextIO]:
    """Open a UTF-8 file beside `path` that takes its place once the block ends without an error."""
    aside = path.with_name(f"{path.name}.partial")
    try:
        with aside.open("w", encoding="utf-8", newline=newline, errors="replace") as file:
            yield file
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
