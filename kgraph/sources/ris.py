"""RIS, and the Web of Science's plain text, which looks like it and is not: rispy reads both."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kgraph.identifiers import normalise_id
from kgraph.records import Paper, Reject
from kgraph.sources.files import InputFile
from kgraph.sources.mapping import given_first, make_paper, most_exact, reference
from kgraph.sources.values import excerpt, raw_text, read_names, read_texts

if TYPE_CHECKING:
    from rispy import RisParser

RIS_BEGINS = re.compile(r"TY  ?-")
WOS_BEGINS = re.compile(r"PT [A-Z]\s*$")

_ENDS = re.compile(r"(?:ER|EF)(?:  ?-.{0,2})?\s*")
_REFERENCES = re.compile(r"References:\s*", re.IGNORECASE)  # Scopus puts them into a note
_SPACED = re.compile(r"([A-Z][A-Z0-9])\s{0,2}-(?:\s|$)")
_DOI = re.compile(r"DOI (10\.\S+)")


def read_ris(file: InputFile) -> Iterator[Paper | Reject]:
    """Yield the records of RIS."""
    from rispy import RisParser

    for number, text in _records(file, RIS_BEGINS):
        found = _parsed(RisParser(), text)
        yield _read_ris(found, f"{file.name}:{number}") if found else _bad(file, number, text)


def read_wos(file: InputFile) -> Iterator[Paper | Reject]:
    """Yield the records of the Web of Science's plain text."""
    from rispy import WokParser

    for number, text in _records(file, WOS_BEGINS):
        found = _parsed(WokParser(), text)
        yield _read_wos(found, f"{file.name}:{number}") if found else _bad(file, number, text)


def _records(file: InputFile, begins: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yield each record with the number of its first line; what stands between records is no part of any."""
    start = 0
    held: list[str] = []
    for number, line in file.lines():
        if begins.match(line):
            if held:
                yield start, "".join(held)  # the end of the last one is missing
            start, held = number, [line]
        elif held and _ENDS.fullmatch(line):
            yield start, "".join(held)
            held = []
        elif held:
            held.append(line)
    if held:
        yield start, "".join(held)


def _parsed(parser: "RisParser", text: str) -> dict[str, Any] | None:
    """Return the fields of a record, None if it is none; the last line, which ends it, is put in again."""
    is_ris = parser.START_TAG == "TY"
    lines = [line.rstrip("\r") for line in text.rstrip().split("\n")]
    if is_ris:  # rispy wants two blanks before the hyphen
        lines = [_SPACED.sub(r"\1  - ", line, count=1) for line in lines]
    try:
        found = parser.parse("\n".join([*lines, "ER  - " if is_ris else "ER"]))
    except (KeyError, AttributeError, TypeError, ValueError, IndexError):
        return None
    return found[0] if found else None


def _bad(file: InputFile, number: int, text: str) -> Reject:
    return Reject(f"{file.name}:{number}", "is no record of this format", excerpt(text))


def _read_ris(record: Mapping[str, Any], source: str) -> Paper | Reject:
    urls = read_texts(record.get("urls"))
    people = record.get("authors") or record.get("first_authors")
    return make_paper(
        source,
        own=raw_text(record.get("id")) or raw_text(record.get("accession_number")),
        title=_first(record, "title", "primary_title", "short_title"),
        abstract=_first(record, "abstract", "notes_abstract"),
        authors=map(given_first, read_names(people)),
        date=most_exact(record.get(name) for name in ("year", "publication_year", "date")),
        venue=_first(record, "secondary_title", "journal_name", "alternate_title3", "alternate_title1"),
        url=next(iter(urls), ""),
        ids=(
            normalise_id(raw_text(record.get("doi")), "doi"),
            *urls,
            raw_text(record.get("accession_number")),
        ),
        references=_noted_references(record.get("notes")),
        language=raw_text(record.get("language")),
        keywords=read_texts(record.get("keywords")),
    )


def _read_wos(record: Mapping[str, Any], source: str) -> Paper | Reject:
    return make_paper(
        source,
        own=raw_text(record.get("accession_number")),
        title=raw_text(record.get("document_title")),
        abstract=raw_text(record.get("abstract")),
        authors=map(given_first, read_names(record.get("author_full_name") or record.get("authors"))),
        date=most_exact(
            [
                record.get("publication_year"),
                f"{raw_text(record.get('publication_date'))} {raw_text(record.get('publication_year'))}",
            ]
        ),
        venue=raw_text(record.get("publication_name")),
        ids=(
            normalise_id(raw_text(record.get("doi")), "doi"),
            normalise_id(raw_text(record.get("pubmed_id")), "pmid"),
        ),
        references=map(_cited, _texts(record.get("cited_references"))),
        language=raw_text(record.get("language")),
        keywords=read_texts(record.get("author_keywords")),
    )


def _cited(text: str) -> str:
    """Return a reference of the Web of Science by its DOI, else as it is written."""
    match = _DOI.search(text.replace("[", " "))
    return reference(match[1], "doi") if match else reference(text)


def _noted_references(notes: object) -> Iterator[str]:
    """Yield the references in a note: one a line, each but the last with a semicolon at its end."""
    going_on = False
    for note in _texts(notes):
        match = _REFERENCES.match(note)
        if match or going_on:
            yield from (
                reference(one) for one in note[match.end() if match else 0 :].split("; ") if one.strip(" ;")
            )
            going_on = note.endswith(";")


def _texts(value: object) -> list[str]:
    return [text for text in map(raw_text, value) if text] if isinstance(value, list) else []


def _first(record: Mapping[str, Any], *names: str) -> str:
    return next(filter(None, (raw_text(record.get(name)) for name in names)), "")
