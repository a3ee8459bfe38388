"""Finding, opening, decompressing and decoding the files that papers are read from.

Whatever is wrong with a whole file is raised as `BadInput`, with what to do about it.
"""

import bz2
import gzip
import io
import lzma
import os
import re
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
from kgraph.sources.streams import Recoded, Zstd

STDIN = Path("-")
SPOOL_BYTES = 16 * 1024 * 1024  # standard input and pipes are kept in memory up to here, then on disk
FOREIGN_SUFFIXES = frozenset(  # files that lie about in folders of papers and hold none
    {
        *(".7z", ".jar", ".rar", ".tar", ".tgz", ".zip"),
        *(".avi", ".bmp", ".eps", ".gif", ".ico", ".jpeg", ".jpg", ".mp3", ".mp4", ".png", ".ps", ".svg"),
        *(".tif", ".tiff", ".wav", ".webp", ".ttf", ".woff", ".woff2"),
        *(".doc", ".docx", ".odt", ".pdf", ".ppt", ".pptx", ".xls", ".xlsx"),
        *(".bin", ".dll", ".dylib", ".exe", ".npy", ".npz", ".pickle", ".pkl", ".pt", ".pth", ".pyc", ".so"),
        *(".db", ".duckdb", ".parquet", ".sqlite", ".sqlite3"),
        ".lexicon",
        *(".css", ".gexf", ".graphml", ".htm", ".html", ".ipynb", ".js", ".py"),
    }
)

# what a store is called while it is written, and its journals
_PASSING = (".partial", "-journal", "-shm", "-wal")
# a store, its journal, its write-ahead log
_STORE_BEGINS = (b"SQLite format 3", b"\xd9\xd5\x05\xf9", b"\x37\x7f\x06")
_OF_STORE = re.compile(r"(?:(?:\.changed)?\.partial)?(?:-journal|-shm|-wal)?$")

_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = {b"\xff\xfe\x00\x00": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SAMPLE_BYTES = 64 * 1024
_BINARIES = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive or an Office file",
    b"SQLite format 3": "an SQLite database",
    b"PAR1": "a Parquet file",
    b"{\\rtf": "RTF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Office file",
}
_IN_LETTERS = {b"PAR1"}  # with which a text, too, may begin
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_TAR_MAGIC = slice(257, 262)
_MAGIC_BYTES = 512
_LINES_PER_REPORT = 256
_OPENERS: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    b"\x1f\x8b": lambda raw: cast(IO[bytes], gzip.GzipFile(fileobj=raw, mode="rb")),
    b"BZh": lambda raw: cast(IO[bytes], bz2.BZ2File(raw)),
    b"\xfd7zXZ": lambda raw: cast(IO[bytes], lzma.LZMAFile(raw)),  # noqa: SIM115  # InputFile closes it
    b"\x28\xb5\x2f\xfd": lambda raw: cast(IO[bytes], io.BufferedReader(Zstd(raw), 128 * 1024)),
}


@dataclass(frozen=True, slots=True)
class Files:
    """The files to read, each once, in the order given; folders in alphabetical order."""

    paths: tuple[Path, ...]
    in_folders: frozenset[Path] = frozenset()  # those that nobody named, so that may be no papers
    passed_over: tuple[Path, ...] = ()  # in folders: what is no file, or by its suffix holds no papers

    @property
    def total_bytes(self) -> int | None:
        """The bytes to read, as `on_bytes` counts them; None if that is unknown, as for standard input."""
        if not all(path.is_file() for path in self.paths):
            return None
        return sum(path.stat().st_size for path in self.paths)


def find_files(sources: Iterable[str | Path], own: Path | None = None) -> Files:
    """Expand files, folders, globs and "-" (standard input) to files.

    Folders are searched with all below them; hidden files in them are ignored, and those that `own` is
    written in, a store that this process has open: closed here, it would lose SQLite's locks. Raises
    `BadInput` for a source that matches nothing.
    """
    found: dict[str, Path] = {}
    named: set[Path] = set()
    for source in sources:
        for match in _matches(source):
            inside = list(_walk(match, own)) if match.is_dir() else []
            if match.is_dir() and not inside:
                raise BadInput(str(match), "this folder holds no files")
            for path in inside or [match]:
                kept = found.setdefault(str(path) if path == STDIN else os.path.realpath(path), path)
                named |= set() if inside else {kept}
    foreign = {
        path for path in found.values() if path not in named and (_is_foreign(path) or _is_own(path, own))
    }
    paths = tuple(path for path in found.values() if path not in foreign)
    return Files(paths, frozenset(paths) - named, tuple(sorted(foreign)))


def _matches(source: str | Path) -> list[Path]:
    """Return the files and folders that a source names."""
    path, pattern = Path(source), str(source)
    if path == STDIN or (pattern and path.exists()):
        return [path]
    if re.match(r"(?:https?|ftp)://", pattern):
        raise BadInput(pattern, "is an address, and only files are read; save it, and give the file")
    found = [Path(match) for match in sorted(glob(pattern, recursive=True))]  # noqa: PTH207  # any pattern
    if not found:
        is_glob = any(sign in pattern for sign in "*?[")
        raise BadInput(pattern or '""', "matches no file" if is_glob else "there is no such file or folder")
    return found


def _walk(folder: Path, own: Path | None) -> Iterator[Path]:
    """Yield the files below a folder; links to folders are not followed, for they may lead back."""
    try:
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise BadInput(str(folder), f"cannot be read ({error.strerror or error})") from None
    for path in inside:
        if not path.is_dir():
            if not _is_own(path, own) or path.name == _OF_STORE.sub("", path.name):
                yield path
        elif not path.is_symlink():
            yield from _walk(path, own)


def _is_own(path: Path, own: Path | None) -> bool:
    """Tell whether a file is this store, its journal or what it is written in."""
    if own is None or _OF_STORE.sub("", path.name) != _OF_STORE.sub("", own.name):
        return False
    return path.parent.resolve() == own.parent.resolve()


def _is_foreign(path: Path) -> bool:
    """Tell whether a file in a folder is none, or one that holds no papers."""
    if path.suffix.lower() in FOREIGN_SUFFIXES or not path.is_file():
        return True
    ending = next((ending for ending in _PASSING if path.name.endswith(ending)), None)
    return ending is not None and (_is_store(path) or _is_store(Path(str(path).removesuffix(ending))))


def _is_store(path: Path) -> bool:
    """Tell by its beginning whether a file is an SQLite database or its journal."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(16).startswith(_STORE_BEGINS)
    except OSError:
        return False  # said when its turn comes


class InputFile:
    """An open file, decompressed: its lines or its bytes, from the start as often as asked for.

    `on_bytes` is told of each byte on the disk once, however often it is read. The `encoding` is that of
    the bytes, whatever the file says of itself; None if the file knows best.
    """

    def __init__(
        self, name: str, raw: IO[bytes], max_line_bytes: int, on_bytes: Callable[[int], None] | None = None
    ) -> None:
        self.name, self.max_line_bytes = name, max_line_bytes
        self._raw, self._on_bytes, self._furthest = raw, on_bytes, 0
        with self._failures():
            plain = _decompressed(name, raw)
            self._stream, self.encoding = _recoded(name, plain)

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

    def chunks(self, size: int = 64 * 1024) -> Iterator[bytes]:
        """Yield the bytes in pieces, for parsers that decode by themselves."""
        self._rewind()
        with self._failures():
            while piece := self._stream.read(size):
                self._report()
                yield piece

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
            line += text.count(b"\n", 0, text.index(b"\0"))
            raise BadInput(
                f"{self.name}:{line}", "holds NUL bytes: is it binary, or UTF-16? Save it as UTF-8"
            )
        try:
            return decode(text)
        except UnicodeDecodeError as error:
            line += error.object.count(b"\n", 0, error.start)
            reason = f"byte {error.object[error.start]:#04x} is not UTF-8 text"
            way_out = "save the file as UTF-8, or convert it: iconv -f latin1 -t utf-8"
            raise BadInput(f"{self.name}:{line}", f"{reason}; {way_out}") from None

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
        except UnicodeDecodeError as error:
            reason = f"begins as UTF-16 or UTF-32, but is not ({error.reason}); save it as UTF-8"
            raise BadInput(self.name, reason) from None
        except (zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
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
        raw = _spooled(sys.stdin.buffer) if path == STDIN else path.open("rb")
        if not raw.seekable():
            with raw:
                raw = _spooled(raw)
    except OSError as error:
        raise BadInput(name, f"cannot be read ({error.strerror or error})") from None
    with raw:
        yield InputFile(name, raw, max_line_bytes, on_bytes)


def _spooled(stream: IO[bytes]) -> IO[bytes]:
    """Copy what can be read only once."""
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  # the caller closes it
    shutil.copyfileobj(stream, spool)
    spool.seek(0)
    return cast(IO[bytes], spool)


def _decompressed(name: str, raw: IO[bytes]) -> IO[bytes]:
    start = raw.read(_MAGIC_BYTES)
    raw.seek(0)
    for magic, kind in _BINARIES.items():
        if start.startswith(magic) and (magic not in _IN_LETTERS or _CONTROLS.search(start)):
            raise BadInput(name, f"is {kind}, not text")
    opener = next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), None)
    return opener(raw) if opener else raw


def _recoded(name: str, stream: IO[bytes]) -> tuple[IO[bytes], str | None]:
    """Return text in UTF-16, and text with the line ends of old Macs, as the rest is written.

    Also its encoding, if that is another than before.
    """
    start = stream.read(_SAMPLE_BYTES)
    stream.seek(0)
    if start[_TAR_MAGIC] == b"ustar":
        raise BadInput(name, "is a tar archive; unpack it, and give the folder")
    encoding = next((encoding for bom, encoding in _WIDE_BOMS.items() if start.startswith(bom)), None)
    if encoding is None and (b"\r" not in start or b"\n" in start):
        return stream, None
    recoded = cast(IO[bytes], io.BufferedReader(Recoded(stream, encoding or "utf-8"), 128 * 1024))
    return recoded, encoding and "utf-8"
