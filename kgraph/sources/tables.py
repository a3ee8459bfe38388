"""CSV and TSV: a header line with the usual column names, a row a paper; every cell is a string."""

import csv
import re
from collections.abc import Iterator

from kgraph.errors import BadInput
from kgraph.records import Paper, Reject
from kgraph.sources.fields import field_key, usual_fields
from kgraph.sources.files import InputFile
from kgraph.sources.reading import Reading
from kgraph.sources.values import excerpt

_LONGEST_HEADER = 100_000  # characters
_LONGEST_NAME = 40
DELIMITERS = (",", "\t", ";", "|")
_NAMED = re.compile(r"\.(csv|tsv)(?:\.(?:gz|bz2|xz|zst))?$", re.IGNORECASE)


def find_delimiter(header: str, reading: Reading | None = None, name: str = "") -> str | None:
    """Return what separates the columns of a header line, None if it has no column for the title.

    In a file that is by its name a table even a line with that column alone is a header.

    >>> find_delimiter("id;title;abstract"), find_delimiter("Title, abstract and all that")
    (';', None)
    >>> [find_delimiter("title", name=name) for name in ("a.txt", "a.csv", "a.tsv.gz")]
    [None, ',', '\\t']
    """
    best, most = None, 0
    named = _NAMED.search(name)
    if len(header) > _LONGEST_HEADER:
        return None
    for delimiter in ("\t", *DELIMITERS) if named and named[1].lower() == "tsv" else DELIMITERS:
        names = next(csv.reader([header], delimiter=delimiter), [])
        fields = usual_fields(reading.renamed(names) if reading else names)
        is_said = named is not None or (reading and "title" in reading.names.values())
        is_one = len(fields) > 1 or is_header(names) or is_said
        if "title" in fields and len(fields) > most and is_one:
            best, most = delimiter, len(fields)
    return best


def is_header(names: list[str]) -> bool:
    """Tell whether these look like the names of columns rather than like a sentence cut at its commas.

    >>> is_header(["Titel", "Jahr"]), is_header(["So it is", " and will be"]), is_header(["Title"])
    (True, False, False)
    """
    bare = {field_key(name) for name in names}
    if not 1 < len(names) == len(bare) or max(map(len, names)) >= _LONGEST_NAME:
        return False
    return len(names) > 2 or not any(" " in name for name in names)


def read_table(file: InputFile, reading: Reading) -> Iterator[Paper | Reject]:
    """Yield a paper for each row below the header."""
    lines = _Lines(file)
    delimiter = find_delimiter(lines.header, reading, file.name) or ","
    names = next(csv.reader([lines.header], delimiter=delimiter, skipinitialspace=True))
    csv.field_size_limit(file.max_line_bytes)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        lines.begin_row()
        try:
            row = next(reader, None)
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                reason = "a quote opened here is never closed; is the file cut off?"
                raise BadInput(lines.source, reason) from None
            row = _split_plainly(lines.row, delimiter, len(names))
            if row is None:
                yield Reject(lines.source, f"is no row of this table ({error})", excerpt(lines.row))
                continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield _read_row(names, row, lines, reading)


class _Lines:
    """The lines below the header, of which those of the row being read are remembered."""

    def __init__(self, file: InputFile) -> None:
        self._name, self._lines = file.name, file.lines()
        self._number, self.header = next((number, line) for number, line in self._lines if line.strip())
        self.begin_row()

    def begin_row(self) -> None:
        self._start, self._taken = self._number + 1, [""]

    @property
    def row(self) -> str:
        return "".join(self._taken)

    @property
    def source(self) -> str:
        return f"{self._name}:{self._start}"

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self._number, line = next(self._lines)
        self._taken.append(line)
        return line


def _split_plainly(line: str, delimiter: str, columns: int) -> list[str] | None:
    """Split a row whose quotes do not follow the rules, as in a TSV that knows none."""
    cells = line.rstrip("\r\n").split(delimiter)
    return cells if len(cells) == columns and "\n" not in line.rstrip("\r\n") else None


def _read_row(names: list[str], row: list[str], lines: _Lines, reading: Reading) -> Paper | Reject:
    if any(row[len(names) :]):
        reason = f"has {len(row)} columns where the header has {len(names)}"
        return Reject(lines.source, reason, excerpt(lines.row))
    cells = zip(names, row, strict=False)
    return reading.read_fields({name: cell if cell.strip() else None for name, cell in cells}, lines.source)
