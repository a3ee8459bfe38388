"""BibTeX and BibLaTeX: bibtexparser takes entries apart, one at a time, so that a broken one costs itself.

Strings, months and concatenation (`jan # "~1"`) are put together here, since bibtexparser resolves them only
within a whole library in memory.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kgraph.identifiers import find_ids, normalise_id
from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources.dates import MONTHS
from kgraph.sources.files import InputFile
from kgraph.sources.mapping import given_first, make_paper, most_exact
from kgraph.sources.tex import plain_tex, without_braces
from kgraph.sources.texts import MAX_MARKED_CHARACTERS
from kgraph.sources.values import clean, excerpt, read_texts

Fields = Mapping[str, str]

BEGINS = re.compile(r"[ \t]{0,8}@[A-Za-z]\w*\s*[{(]")
VOLUMES = frozenset(
    {"proceedings", "mvproceedings", "collection", "mvcollection", "periodical", "xdata", "set"}
)

_KEY = re.compile(r"@\w+\s*[{(]\s*([^\s,{}()]+)\s*,")
_CROSSREF = re.compile(r"\b(?:crossref|xdata)\s*=\s*[{\"]?\s*([^\s,{}\"]+)", re.IGNORECASE)
_NO_ENTRIES = re.compile(r"\s*@(?:comment|preamble)\b", re.IGNORECASE)
_STRING = re.compile(r"\s*@string\b", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_ESCAPED_BRACES = str.maketrans({"\ue000": "{", "\ue001": "}"})
_ABS = re.compile(r"abs/(\S+)")


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines from one `@` at a line's start up to the next."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Shared:
    """What entries take from elsewhere in their file: strings, and entries that others refer to, by key."""

    strings: dict[str, str] = field(default_factory=lambda: {month: month for month in MONTHS})
    parents: dict[str, Fields] = field(default_factory=dict)


def read_bibtex(file: InputFile) -> Iterator[Paper | Reject]:
    """Yield the entries; those that stand for whole volumes are no papers."""
    shared = _read_shared(file)
    for block in _blocks(file):
        if not (_NO_ENTRIES.match(block.text) or _STRING.match(block.text)):
            yield from _read_block(block, shared, f"{file.name}:{block.number}")


def _blocks(file: InputFile) -> Iterator[_Block]:
    start = 0
    held: list[str] = []
    for number, line in file.lines():
        if BEGINS.match(line):
            if held:
                yield _Block(start, "".join(held))
            start, held = number, []
        if held or BEGINS.match(line):
            held.append(line)
    if held:
        yield _Block(start, "".join(held))


def _read_shared(file: InputFile) -> _Shared:
    """Go through the file for its strings, and for the entries that others refer to."""
    shared = _Shared()
    wanted: set[str] = set()
    for block in _blocks(file):
        if _STRING.match(block.text):
            for one in _parsed(block.text).strings:
                shared.strings[one.key.lower()] = _value(one.value, shared.strings)
        wanted.update(key.lower() for key in _CROSSREF.findall(block.text))
    for block in _blocks(file) if wanted else ():
        if not wanted.isdisjoint(key.lower() for key in _KEY.findall(block.text)):
            for _, key, fields in _entries(_parsed(block.text), shared):
                if key.lower() in wanted:
                    shared.parents[key.lower()] = fields
    return shared


def _read_block(block: _Block, shared: _Shared, source: str) -> Iterator[Paper | Reject]:
    library = _parsed(block.text)
    found = list(_entries(library, shared))
    for kind, key, fields in found:
        if kind in VOLUMES:
            yield NoPaper(source, "is a volume, no paper", excerpt(fields.get("title", key)))
        else:
            yield _read_entry(key, fields, shared, source)
    if not found and library.failed_blocks:
        yield Reject(
            source, "is no BibTeX entry (a brace, a quote or a comma is missing)", excerpt(block.text)
        )


def _parsed(text: str) -> Any:
    """Take a block apart; what bibtexparser logs of a broken one is said by the reject."""
    from bibtexparser.splitter import Splitter

    log = logging.getLogger(Splitter.__module__)
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        return Splitter(text).split()
    finally:
        log.setLevel(level)


def _entries(library: Any, shared: _Shared) -> Iterator[tuple[str, str, Fields]]:
    """Yield the kind, key and fields of each entry, of a field that stands twice the first."""
    repeated = (getattr(block, "ignore_error_block", None) for block in library.failed_blocks)
    for entry in (*library.entries, *(block for block in repeated if hasattr(block, "fields"))):
        fields: dict[str, str] = {}
        for one in entry.fields:
            fields.setdefault(one.key.lower(), _value(str(one.value), shared.strings))
        yield entry.entry_type.lower(), entry.key, fields


def _value(raw: str, strings: Mapping[str, str]) -> str:
    """Put a value together: pieces in braces or quotes, numbers, and names of strings, joined by `#`.

    Strings of strings grow without bound in a few lines; what is longer than any text is not put together.
    """
    raw = raw.strip()
    if raw[:1] in '{"' and "#" not in raw:
        return raw[1:-1]
    joined, length = [], 0
    for piece, bare in _pieces(raw):
        joined.append(strings.get(piece.lower(), piece) if bare else piece)
        length += len(joined[-1])
        if length > MAX_MARKED_CHARACTERS:
            break
    return "".join(joined)


def _pieces(raw: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces between the `#` that stand in no braces or quotes, and whether each is bare."""
    depth, quoted, start = 0, False, 0
    for at, sign in enumerate(raw + "#"):
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        elif sign == '"' and depth == 0:
            quoted = not quoted
        elif sign == "#" and depth <= 0 and not quoted:
            piece = raw[start:at].strip()
            bare = piece[:1] not in ("{", '"')
            yield (piece if bare else piece[1:-1]), bare
            start = at + 1


def _read_entry(key: str, fields: Fields, shared: _Shared, source: str) -> Paper | Reject:
    parent = shared.parents.get(fields.get("crossref", fields.get("xdata", "")).strip().lower(), {})
    inherited = {name: value for name, value in parent.items() if name not in ("title", "subtitle", "author")}
    if "booktitle" not in inherited and "title" in parent:
        inherited["booktitle"] = parent["title"]
    texts = {name: _plain(value) for name, value in {**inherited, **fields}.items() if name != "abstract"}
    title = ": ".join(filter(None, (texts.get("title"), texts.get("subtitle"))))
    url = clean(fields.get("url", ""))
    return make_paper(
        source,
        own=key,
        title=title,
        abstract=_plain(fields.get("abstract", "")),
        authors=[
            given_first(_plain(name)) for name in _AND.split(fields.get("author", "")) if name != "others"
        ],
        date=_date(texts),
        venue=_venue(texts),
        url=url,
        ids=_ids(fields, texts),
        language=texts.get("langid") or texts.get("language") or "",
        keywords=read_texts(texts.get("keywords", "")),
    )


def _plain(value: str) -> str:
    """Decode TeX, then take away braces, but not those that the text itself holds."""
    kept = value.replace("\\{", "\ue000").replace("\\}", "\ue001")
    return without_braces(plain_tex(kept)).translate(_ESCAPED_BRACES)


def _date(texts: Fields) -> str | None:
    year, month = texts.get("year", ""), texts.get("month", "")
    day = f"{year}-{int(month):02}" if month.isdigit() and len(month) < 3 else f"{month} {year}"
    return most_exact([texts.get("date"), year, day])


def _venue(texts: Fields) -> str:
    names = ("booktitle", "journal", "journaltitle", "eventtitle")
    return next(filter(None, (texts.get(name, "") for name in names)), "")


def _ids(fields: Fields, texts: Fields) -> Iterator[str | None]:
    """Yield what an entry may be known by; arXiv ids also stand in journals, volumes and notes."""
    for name, scheme in (("doi", "doi"), ("pmid", "pmid"), ("pmcid", "pmcid"), ("arxivid", "arxiv")):
        if value := fields.get(name):
            yield from (normalise_id(one, scheme) for one in clean(value).replace("\\_", "_").split())
    archive = (texts.get("archiveprefix") or texts.get("eprinttype") or "arxiv").lower()
    if eprint := texts.get("eprint"):
        yield normalise_id(eprint, "pmid" if archive == "pubmed" else "arxiv" if archive == "arxiv" else None)
    yield clean(fields.get("url", "")).replace("\\_", "_")
    for name in ("journal", "note", "howpublished", "journaltitle"):
        yield from (one for one in find_ids(texts.get(name, "")) if one.startswith("arxiv:"))
    if match := _ABS.fullmatch(texts.get("volume", "")):
        yield normalise_id(match[1], "arxiv")
