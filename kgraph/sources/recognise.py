"""Which format a file has, by its content alone."""

import csv
import re
from itertools import islice

import orjson

from kgraph.errors import BadInput
from kgraph.sources import formats
from kgraph.sources.bibtex import BEGINS as BIBTEX_BEGINS
from kgraph.sources.files import InputFile
from kgraph.sources.formats import Format
from kgraph.sources.json_records import is_json_document
from kgraph.sources.nbib import is_nbib
from kgraph.sources.pages import is_page
from kgraph.sources.reading import Reading
from kgraph.sources.ris import RIS_BEGINS, WOS_BEGINS
from kgraph.sources.semantic_scholar import is_abstract, is_citation
from kgraph.sources.tables import DELIMITERS, find_delimiter, is_header
from kgraph.sources.xml_records import root_name


class UnknownFormat(BadInput):
    """A file that is readable, but nothing that papers are known to stand in."""


_SAMPLE_LINES = 400
_SAMPLE_CHARACTERS = 256 * 1024
_LIST = re.compile(r"\[\s*[{\[\]]")
_XML = re.compile(rb"\s*<[?!A-Za-z]")
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_KNOWN = (
    "papers are read from JSON, JSON Lines, CSV and TSV (with a header line that names a column `title`),"
    " BibTeX, RIS, PubMed's nbib, the XML of arXiv, of the ACL Anthology and of DBLP, and from pages of"
    " papers saved as text"
)
_SHOWN_COLUMNS = 6


def recognise(file: InputFile, reading: Reading | None = None) -> Format:
    """Return the format of a file; raises `UnknownFormat` if it is none of them."""
    start = next(file.chunks(4096), b"")
    if _XML.match(start):
        return _recognise_xml(file, start)
    beginning = next(file.pieces(), "").lstrip()
    if _LIST.match(beginning):
        return formats.JSON
    if beginning.startswith("{"):
        return _recognise_json(file, beginning[: beginning.find("\n") + 1] or beginning)
    lines = _sample(file)
    text = "".join(lines).lstrip()
    if not text:
        raise UnknownFormat(file.name, "is empty")
    first = text.partition("\n")[0]
    if find_delimiter(first, reading, file.name):
        return formats.TABLE
    if found := _recognise_tagged(lines, text):
        return found
    if not is_page(lines):
        raise UnknownFormat(file.name, _headed(first) or f"is of no known format; {_KNOWN}")
    return formats.PAGE


def _recognise_json(file: InputFile, first_line: str) -> Format:
    try:
        record = orjson.loads(first_line)
    except orjson.JSONDecodeError:
        record = {}
    if is_abstract(record):
        return formats.ABSTRACTS
    if is_citation(record):
        return formats.CITATIONS
    return formats.JSON if is_json_document(file, first_line) else formats.JSON_LINES


def _recognise_xml(file: InputFile, start: bytes) -> Format:
    if _HTML.match(start):
        raise UnknownFormat(file.name, f"is HTML (save the page as text); {_KNOWN}")
    root = root_name(file)
    if root in formats.BY_ROOT:
        return formats.BY_ROOT[root]
    kinds = ", ".join(dict.fromkeys(format.name for format in formats.BY_ROOT.values()))
    raise UnknownFormat(file.name, f"is XML of <{root}>, of which nothing is read; of XML: {kinds}")


def _recognise_tagged(lines: list[str], text: str) -> Format | None:
    """Recognise formats whose records begin with a mark of their own, whatever stands above the first."""
    for line in lines:
        if BIBTEX_BEGINS.match(line):
            return formats.BIBTEX
        if RIS_BEGINS.match(line):
            return formats.RIS
        if WOS_BEGINS.match(line):
            return formats.WOS
    return formats.NBIB if is_nbib(text) else None


def _headed(first: str) -> str:
    """Say what to do about a table of which no column is known for the title; "" if it looks like none."""
    for delimiter in DELIMITERS if len(first) < _SAMPLE_CHARACTERS // 8 else ():
        names = next(csv.reader([first], delimiter=delimiter), [])
        if is_header(names):
            shown = ", ".join(map(str.strip, names[:_SHOWN_COLUMNS]))
            return f"looks like a table without a column for the title ({shown}); name it: --map title=COLUMN"
    return ""


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
