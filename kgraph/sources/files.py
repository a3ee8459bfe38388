"""Finding, opening, decompressing and decoding the files that papers are read from.

Whatever is wrong with a whole file is raised as `BadInput`, with what to do about it.
"""

import bz2
import gzip
import shutil
import sys
import tempfile
import zlib
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from itertools import count
from pathlib import Path
from typing import IO, cast

from kgraph.errors import BadInput

STDIN = Path("-")
SPOOL_BYTES = 16 * 1024 * 1024  # standard input and pipes are kept in memory up to here, then on disk
FOREIGN_SUFFIXES = frozenset(  # files that lie about in folders of papers and hold none
    {
        *(".7z", ".jar", ".rar", ".tar", ".tgz", ".zip"),
        *(".avi", ".bmp", ".eps", ".gif", ".ico", ".jpeg", ".jpg", ".mp3", ".mp4", ".png", ".ps", ".svg"),
        *(".tif", ".tiff", ".wav", ".webp", ".ttf", ".woff", ".woff2"),
        *(".doc", ".docx", ".odt", ".pdf", ".ppt", ".pptx", ".xls", ".xlsx"),
        *(".bin", ".dll", ".dylib", ".exe", ".npy", ".npz", ".pickle", ".pkl", ".pt", ".pth", ".pyc", ".so"),
        *(".db", ".duckdb", ".parquet", ".partial", ".sqlite", ".sqlite3"),
        *(".css", ".gexf", ".graphml", ".htm", ".html", ".ipynb", ".js", ".py"),
    }
)

_BOM = b"\xef\xbb\xbf"
_LINES_PER_REPORT = 256
_OPENERS: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    b"\x1f\x8b": lambda raw: cast(IO[bytes], gzip.GzipFile(fileobj=raw)),
    b"BZh": lambda raw: cast(IO[bytes], bz2.BZ2File(raw)),
}


@dataclass(frozen=True, slots=True)
class Files:
    """The files to read, each once, in the order given; folders in alphabetical order."""

    paths: tuple[Path, ...]
    passed_over: tuple[Path, ...] = ()  # files met in a folder that are no text: pictures, archives, ...

    @property
    def total_bytes(self) -> int | None:
        """The bytes to read, as `on_bytes` counts them; None if that is unknown, as for standard input."""
        if not all(path.is_file() for path in self.paths):
            return None
        return sum(path.stat().st_size for path in self.paths)


def find_files(sources: Iterable[str | Path]) -> Files:
    """Expand files, folders, globs and "-" (standard input) to files.

    Hidden files in folders are ignored. Raises `BadInput` for a source that matches nothing.
    """
    found: dict[object, Path] = {}
    passed_over: dict[Path, None] = {}
    for source in sources:
        for path, foreign in _expand(source):
            if foreign:
                passed_over[path] = None
            else:
                found.setdefault(path if path == STDIN else path.resolve(), path)
    return Files(tuple(found.values()), tuple(passed_over))


def _expand(source: str | Path) -> Iterator[tuple[Path, bool]]:
    """Yield the files of one source, each with whether it is to be passed over."""
    path = Path(source)
    if path == STDIN or (path.exists() and not path.is_dir()):
        yield path, False
        return
    found = [str(source)] if path.is_dir() else sorted(glob(str(source), recursive=True))  # noqa: PTH207  # absolute patterns
    matches = [Path(match) for match in found]
    if not matches:
        pattern = any(sign in str(source) for sign in "*?[")
        raise BadInput(str(source), "matches no file" if pattern else "there is no such file or folder")
    for match in matches:
        if not match.is_dir():
            yield match, False
        else:
            yield from ((inner, _is_foreign(inner)) for inner in _walk(match))


def _walk(folder: Path) -> Iterator[Path]:
    names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for path in names:
        if path.is_dir():
            if not path.is_symlink():
                yield from _walk(path)
        else:
            yield path


def _is_foreign(path: Path) -> bool:
    return path.suffix.lower() in FOREIGN_SUFFIXES


class InputFile:
    """An open file, decompressed: its lines or its bytes, from the start as often as asked for.

    `on_bytes` is told of each byte on the disk once, however often it is read.
    """

    def __init__(
        self, name: str, raw: IO[bytes], max_line_bytes: int, on_bytes: Callable[[int], None] | None = None
    ) -> None:
        self.name, self.max_line_bytes = name, max_line_bytes
        self._raw, self._on_bytes, self._furthest = raw, on_bytes, 0
        self._stream = _decompressed(raw)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield each line, with its end, and its number from 1."""
        self._rewind()
        with self._failures():
            for number in count(1):
                line = self._stream.readline(self.max_line_bytes + 1)
                if number % _LINES_PER_REPORT == 0 or not line:
                    self._report()
                if not line:
                    return
                if len(line) > self.max_line_bytes:
                    limit = f"{self.max_line_bytes / 2**20:g} MB"
                    reason = f"this line is longer than {limit}; is each record on a line of its own?"
                    raise BadInput(f"{self.name}:{number}", reason)
                yield number, self._decoded(line, number)

    def pieces(self, size: int = 256 * 1024) -> Iterator[str]:
        """Yield the text in pieces, whatever its lines."""
        self._rewind()
        decoder = getincrementaldecoder("utf-8")()
        line = 1
        with self._failures():
            while piece := self._stream.read(size):
                self._report()
                text = self._decoded(piece, line, decoder.decode)
                line += text.count("\n")
                yield text
            self._decoded(b"", line, lambda piece: decoder.decode(piece, final=True))

    def _rewind(self) -> None:
        """Go back to the start, behind a byte order mark."""
        with self._failures():
            self._stream.seek(0)
            if self._stream.read(len(_BOM)) != _BOM:
                self._stream.seek(0)

    def _decoded(self, text: bytes, line: int, decode: Callable[[bytes], str] = bytes.decode) -> str:
        if b"\0" in text:
            raise BadInput(
                f"{self.name}:{line}", "holds NUL bytes, so it is binary or UTF-16; save it as UTF-8 text"
            )
        try:
            return decode(text)
        except UnicodeDecodeError as error:
            reason = f"byte {error.object[error.start]:#04x} is not UTF-8 text; save the file as UTF-8"
            raise BadInput(
                f"{self.name}:{line}", f"{reason}, or convert it: iconv -f latin1 -t utf-8"
            ) from None

    def _report(self) -> None:
        position = self._raw.tell()
        if self._on_bytes is not None and position > self._furthest:
            self._on_bytes(position - self._furthest)
            self._furthest = position

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Raise what goes wrong below as BadInput."""
        try:
            yield
        except EOFError:
            raise BadInput(self.name, "the compressed file is cut off; fetch it again") from None
        except (zlib.error, gzip.BadGzipFile) as error:
            raise BadInput(self.name, f"the compressed file is damaged ({error}); fetch it again") from None
        except OSError as error:
            raise BadInput(self.name, f"cannot be read ({error.strerror or error})") from None


@contextmanager
def open_file(
    path: Path, max_line_bytes: int, on_bytes: Callable[[int], None] | None = None
) -> Iterator[InputFile]:
    """Open a file, plain or compressed, or standard input; what cannot be rewound is copied first."""
    name = "<stdin>" if path == STDIN else str(path)
    try:
        raw = _rewindable(cast(IO[bytes], sys.stdin.buffer) if path == STDIN else path.open("rb"))
    except OSError as error:
        raise BadInput(name, f"cannot be read ({error.strerror or error})") from None
    with raw:
        yield InputFile(name, raw, max_line_bytes, on_bytes)


def _rewindable(raw: IO[bytes]) -> IO[bytes]:
    if raw.seekable() and raw.fileno() != 0:
        return raw
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  # the caller closes it
    shutil.copyfileobj(raw, spool)
    spool.seek(0)
    return cast(IO[bytes], spool)


def _decompressed(raw: IO[bytes]) -> IO[bytes]:
    start = raw.read(max(map(len, _OPENERS)))
    raw.seek(0)
    for magic, opener in _OPENERS.items():
        if start.startswith(magic):
            return opener(raw)
    return raw
