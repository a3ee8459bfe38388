"""JSON Lines, and JSON documents (a list of papers, or an object around one) read as a stream.

Documents are decoded value by value with the standard library's decoder over a sliding buffer.
(ijson 3.6 was tried; it crashed the interpreter on deep nesting and on a number of 300,000 digits.)
"""

import json
import re
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

import orjson

from kgraph.errors import BadInput
from kgraph.records import Paper, Reject
from kgraph.sources.fields import has_own_id, has_title
from kgraph.sources.files import InputFile
from kgraph.sources.values import excerpt

HOLDERS = frozenset({"data", "feed", "message", "response", "result", "results"})  # objects around the list
LISTS = frozenset(
    {"data", "docs", "entries", "hits", "items", "notes", "papers", "records", "results", "works"}
)
PARTS = frozenset(  # what stands in a paper and has titles of others
    {"citations", "journal", "paper", "reference", "references", "related", "venue"}
)

ReadRecord = Callable[[Mapping[str, Any], str], Paper | Reject]

_MAX_HOLDERS = 4
_NOTHING = object()
_CUT_OFF = "the last record is cut off, so the file is not whole; fetch it again"
_SPACE = re.compile(r"[ \t\r\n]*")
_NEAR_END = 16  # an error this close to the end of the buffer may only want more text


def is_json_document(file: InputFile, first_line: str) -> bool:
    """Tell whether a file that begins with an object is one document rather than a record a line.

    It is if the first line leaves the object open, or if that object stands around papers.
    """
    if first_line.endswith("\n") and first_line.rstrip().endswith(("{", "[", ",", ":")):
        return True
    try:
        return _stands_around_papers(_Cursor(file))
    except BadInput:
        return False


def _stands_around_papers(cursor: "_Cursor") -> bool:
    for key in cursor.members():
        if has_title({key: None}):
            return False
        if cursor.peek() == "[":
            items = cursor.items()
            if _is_around(key, [next(items, None)]):
                return True
            deque(items, maxlen=0)
        elif (cursor.peek() == "{" and key in HOLDERS) or _is_around(key, cursor.value()):
            return True
    return False


def read_json_lines(file: InputFile, read: ReadRecord) -> Iterator[Paper | Reject]:
    """Yield a paper for each line, an object that `read` maps."""
    for source, _, value in read_lines(file):
        yield value if isinstance(value, Reject) else read(value, source)


def read_lines(file: InputFile) -> Iterator[tuple[str, str, dict[str, Any] | Reject]]:
    """Yield for each line its place, its text and its object, or what is wrong with it."""
    for number, line in file.lines():
        if line.strip():
            source = f"{file.name}:{number}"
            yield source, line, _read_line(line, source)


def read_json_document(file: InputFile, read: ReadRecord) -> Iterator[Paper | Reject]:
    """Yield the papers of a list, of an object around a list or from id to paper, or a lone paper."""
    cursor = _Cursor(file)
    while cursor.peek():
        for value in _papers(cursor):
            cursor.record += 1
            source = f"{file.name}:record {cursor.record}"
            found = _as_object(value, source, "")
            yield found if isinstance(found, Reject) else read(found, source)


def _read_line(line: str, source: str) -> dict[str, Any] | Reject:
    try:
        value = _decoded(line)
    except (ValueError, RecursionError) as error:
        if _is_cut_off(line, error):
            raise BadInput(source, _CUT_OFF) from None
        return Reject(source, f"is not JSON ({_reason(error)})", excerpt(line))
    return _as_object(value, source, line)


def _decoded(line: str) -> object:
    """Decode with orjson; about what that refuses (NaN, half a surrogate) the standard library decides."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return json.loads(line)


def _as_object(value: object, source: str, text: str) -> dict[str, Any] | Reject:
    return (
        value
        if isinstance(value, dict)
        else Reject(source, "is no JSON object", excerpt(text or _kind(value)))
    )


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else str(value)


def _is_cut_off(line: str, error: Exception) -> bool:
    """Tell whether a line is the start of an object that the end of the file interrupts."""
    if line.endswith("\n") or not line.startswith("{"):
        return False
    at_end = isinstance(error, json.JSONDecodeError) and error.pos >= len(line.rstrip())
    return at_end or not line.rstrip().endswith("}")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return error.msg if isinstance(error, json.JSONDecodeError) else "a number in it is too long"


def _is_around(key: str, value: object) -> bool:
    """Tell whether a member of an object shows that the object stands around papers."""
    if isinstance(value, list):
        return key in LISTS or (key not in PARTS and has_title(next(iter(value), None)))
    return isinstance(value, Mapping) and (key in HOLDERS or (key not in PARTS and has_title(value)))


def _papers(cursor: "_Cursor") -> Iterator[object]:
    """Yield the papers in the next value of a document."""
    if cursor.peek() == "[":
        yield from cursor.items()
    elif cursor.peek() == "{":
        kept: dict[str, object] = {}
        if not (yield from _members(cursor, kept)) or has_title(kept):
            yield kept
    else:
        yield cursor.value()


def _members(cursor: "_Cursor", kept: dict[str, object], depth: int = 0) -> Generator[object, None, bool]:
    """Yield the papers that an object stands around, return whether it does; the rest goes into `kept`."""
    around = False
    for key in cursor.members():
        if cursor.peek() == "[" and key not in PARTS:
            items = cursor.items()
            first = next(items, _NOTHING)
            if _is_around(key, [first]):
                around = True
                yield from () if first is _NOTHING else (first,)
                yield from items
            else:
                kept[key] = [] if first is _NOTHING else [first, *items]
        elif cursor.peek() == "{" and key in HOLDERS and depth < _MAX_HOLDERS:
            around |= yield from _members(cursor, kept, depth + 1)
        else:
            value = cursor.value()
            if isinstance(value, dict) and _is_around(key, value):
                around = True
                yield value if has_own_id(value) else {**value, "id": key}
            else:
                kept[key] = value
    return around


class _Cursor:
    """A place in a JSON text, of which no more is held than the value that is being decoded."""

    def __init__(self, file: InputFile) -> None:
        self._file, self._pieces = file, file.pieces()
        self._buffer, self._at = "", 0
        self._decode = json.JSONDecoder().raw_decode
        self.record = 0  # the last one read

    def peek(self) -> str:
        """Return the next character that is no blank, "" at the end."""
        while True:
            self._at = _SPACE.match(self._buffer, self._at).end()  # type: ignore[union-attr]  # matches ""
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._fill():
                return ""

    def value(self) -> object:
        """Decode the next value whole."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                at_end = error.pos >= len(self._buffer.rstrip()) or error.msg.startswith("Unterminated")
                if self._may_go_on(error) and self._fill():
                    continue
                raise self._bad(error.msg, cut_off=at_end) from None
            except (ValueError, RecursionError) as error:
                raise self._bad(_reason(error)) from None
            if end == len(self._buffer) and self._buffer[end - 1] not in ']}"' and self._fill():
                continue  # a number may go on
            self._check_size(end - self._at)
            self._at = end
            return value

    def items(self) -> Iterator[object]:
        """Decode a list item by item."""
        yield from (self.value() for _ in self._separated("[", "]"))

    def members(self) -> Iterator[str]:
        """Decode an object key by key; the caller takes each value before it asks for the next key."""
        for _ in self._separated("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                raise self._bad("a key is no string")
            self._take(":")
            yield key

    def _separated(self, opening: str, closing: str) -> Iterator[None]:
        self._take(opening)
        if self.peek() != closing:
            yield
            while self.peek() == ",":
                self._take(",")
                yield
        self._take(closing)

    def _take(self, sign: str) -> None:
        found = self.peek()
        if found != sign:
            raise self._bad(f"{sign!r} is missing", cut_off=not found)
        self._at += 1

    def _fill(self) -> bool:
        """Drop what was decoded and at least double the rest, so that decoding anew stays cheap."""
        pieces = [self._buffer[self._at :]]
        wanted = len(pieces[0])
        for piece in self._pieces:
            pieces.append(piece)
            wanted -= len(piece)
            if wanted <= 0:
                break
        self._buffer, self._at = "".join(pieces), 0
        self._check_size(len(pieces[0]))
        return len(pieces) > 1

    def _check_size(self, characters: int) -> None:
        if characters > self._file.max_line_bytes:
            limit = f"{self._file.max_line_bytes / 2**20:g} MB"
            raise BadInput(
                f"{self._file.name}:record {self.record + 1}", f"this record is longer than {limit}"
            )

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated") or error.pos > len(self._buffer) - _NEAR_END

    def _bad(self, reason: str, *, cut_off: bool = False) -> BadInput:
        source = f"{self._file.name}:record {self.record + 1}"
        return BadInput(
            source, _CUT_OFF if cut_off else f"is not JSON ({reason}); the records before it are whole"
        )
