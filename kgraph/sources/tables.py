"""CSV and TSV: a header line with the usual column names, a row a paper; every cell is a string."""

import csv
from collections.abc import Iterator

from kgraph.errors import BadInput
from kgraph.records import Paper, Reject
from kgraph.sources.fields import read_fields, usual_fields
from kgraph.sources.files import InputFile
from kgraph.sources.values import excerpt

DELIMITERS = (",", "\t", ";", "|")


def find_delimiter(header: str) -> str | None:
    """Return what separates the columns of a header line, None if it has no column for the title.

    >>> find_delimiter("id;title;abstract"), find_delimiter("Title, abstract and all that")
    (';', None)
    """
    best, most = None, 1
    for delimiter in DELIMITERS:
        fields = usual_fields(next(csv.reader([header], delimiter=delimiter), []))
        if "title" in fields and len(fields) > most:
            best, most = delimiter, len(fields)
    return best


def read_table(file: InputFile) -> Iterator[Paper | Reject]:
    """Yield a paper for each row below the header."""
    rows = _rows(file)
    _, header = next(rows)
    assert isinstance(header, list)
    for line, row in rows:
        source = f"{file.name}:{line}"
        if isinstance(row, Reject):
            yield row
        elif len(row) > len(header) and any(row[len(header) :]):
            reason = f"has {len(row)} columns where the header has {len(header)}"
            yield Reject(source, reason, excerpt(" ".join(row)))
        elif any(cell.strip() for cell in row):
            yield read_fields(
                {name: cell for name, cell in zip(header, row, strict=False) if cell.strip()}, source
            )


def _rows(file: InputFile) -> Iterator[tuple[int, list[str] | Reject]]:
    """Yield the rows with the line that each begins on; one that cannot be split is a Reject."""
    csv.field_size_limit(file.max_line_bytes)
    taken: list[str] = []  # the lines of the row being read
    lines = file.lines()
    first = next(line for _, line in lines if line.strip())
    reader = csv.reader(
        _remembered(first, lines, taken),
        delimiter=find_delimiter(first) or ",",
        strict=True,
        skipinitialspace=True,
    )
    while True:
        line = reader.line_num + 1
        taken.clear()
        try:
            row = next(reader, None)
        except csv.Error as error:
            source = f"{file.name}:{line}"
            if "unexpected end of data" in str(error):
                raise BadInput(
                    source, "a quote opened here is never closed, so the file is cut off"
                ) from None
            yield line, Reject(source, f"is no row of a table ({error})", excerpt("".join(taken)))
            continue
        if row is None:
            return
        yield line, row


def _remembered(first: str, lines: Iterator[tuple[int, str]], taken: list[str]) -> Iterator[str]:
    taken.append(first)
    yield first
    for _, line in lines:
        taken.append(line)
        yield line
