"""Which format a file has, by its content alone."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice

from kgraph.errors import BadInput
from kgraph.records import Paper, Reject
from kgraph.sources.files import InputFile
from kgraph.sources.json_records import is_json_document, read_json_document, read_json_lines
from kgraph.sources.pages import is_page, read_page
from kgraph.sources.tables import find_delimiter, read_table

Reader = Callable[[InputFile], Iterator[Paper | Reject]]


class UnknownFormat(BadInput):
    """A file that is readable, but nothing that papers are known to stand in."""


READERS: dict[str, Callable[[InputFile, date | None], Iterator[Paper | Reject]]] = {
    "JSON Lines": lambda file, _: read_json_lines(file),
    "JSON": lambda file, _: read_json_document(file),
    "table": lambda file, _: read_table(file),
    "page": read_page,
}

_SAMPLE_LINES = 400
_SAMPLE_CHARACTERS = 256 * 1024
_LIST = re.compile(r"\[\s*[{\[\]]")
_FOREIGN = [  # what is often tried and not read
    (re.compile(r"\A<(?:!doctype )?html", re.IGNORECASE), "HTML (save the page as text)"),
    (re.compile(r"\A<[?!\w]"), "XML"),
    (re.compile(r"\A(?:\s|%.*\n)*@\w+\s*[{(]"), "BibTeX"),
    (re.compile(r"^TY  - ", re.MULTILINE), "RIS"),
    (re.compile(r"^PMID- ?\d", re.MULTILINE), "PubMed's nbib"),
]
_KNOWN = (
    "papers are read from JSON, JSON Lines, CSV and TSV (with a header line that names a column `title`)"
    " and from pages of papers saved as text"
)


def recognise(file: InputFile) -> str:
    """Return the name of the format, a key of `READERS`; raises `UnknownFormat` if it is none of them."""
    beginning = next(file.pieces(), "").lstrip()
    if _LIST.match(beginning):
        return "JSON"
    if beginning.startswith("{"):
        return "JSON" if is_json_document(file, beginning[: beginning.find("\n") + 1]) else "JSON Lines"
    lines = _sample(file)
    text = "".join(lines).lstrip()
    if not text:
        raise UnknownFormat(file.name, "is empty")
    first = text.partition("\n")[0]
    if find_delimiter(first):
        return "table"
    for pattern, name in _FOREIGN:
        if pattern.search(text):
            raise UnknownFormat(file.name, f"is {name}; {_KNOWN}")
    if not is_page(lines):
        raise UnknownFormat(file.name, f"is of no known format; {_KNOWN}")
    return "page"


def _sample(file: InputFile) -> list[str]:
    """Return the first lines that hold something, and as many after them as tell the format."""
    lines: list[str] = []
    characters = 0
    for _, line in islice(file.lines(), _SAMPLE_LINES):
        lines.append(line)
        characters += len(line)
        if characters > _SAMPLE_CHARACTERS:
            break
    return lines
