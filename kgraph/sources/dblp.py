"""DBLP's XML: one element a publication, right below the root."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kgraph.identifiers import normalise_id
from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources.dates import parse_date
from kgraph.sources.files import InputFile
from kgraph.sources.mapping import make_paper
from kgraph.sources.xml_records import find_elements, inner_markup, local_name, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

PAPERS = ("article", "inproceedings", "incollection", "book", "phdthesis", "mastersthesis")
OTHERS = ("proceedings", "www", "person", "data")

_HOMONYM_NUMBER = re.compile(r" \d{4}$")
_ADDRESS = "https://dblp.org/rec/"


def read_dblp(file: InputFile) -> Iterator[Paper | Reject]:
    """Yield the publications; what else the file holds is counted in one line at the end."""
    others: Counter[str] = Counter()
    for number, element in enumerate(find_elements(file, (*PAPERS, *OTHERS), depth=1), start=1):
        if local_name(element) in PAPERS:
            yield read_publication(element, f"{file.name}:record {number}")
        else:
            others[local_name(element)] += 1
    if others:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(others.items()))
        yield NoPaper(file.name, f"holds {others.total():,} records that are no papers ({kinds})")


def read_publication(element: "_Element", source: str) -> Paper | Reject:
    """Map a publication; the number that tells homonyms apart is no part of a name."""
    key = element.get("key", "")
    editions = [text_of(edition) for edition in element.findall("ee")]
    month, year = text_of(element.find("month")), text_of(element.find("year"))
    return make_paper(
        source,
        own=key,
        title=inner_markup(element.find("title")).removesuffix("."),
        authors=[_HOMONYM_NUMBER.sub("", text_of(author)) for author in element.findall("author")],
        date=parse_date(f"{month} {year}") or parse_date(year),
        venue=text_of(element.find("booktitle")) or text_of(element.find("journal")),
        url=next(iter(editions), "") or (f"{_ADDRESS}{key}" if key else ""),
        ids=(normalise_id(key, "dblp"), *editions),
    )
