"""The usual names of a paper's fields, in one place, and the way from a record to a paper.

Names are compared without case, spaces and punctuation, so that `paper_title`, "Paper Title" and
`paperTitle` are one. Of several that stand for the same, the first in these lists that has a value wins.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from kgraph.identifiers import SCHEMES, known_ids, normalise_id, own_id
from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources.dates import parse_date
from kgraph.sources.mapping import given_first, language_code, reference
from kgraph.sources.texts import MAX_MARKED_CHARACTERS, excess, plain_abstract, plain_title
from kgraph.sources.values import (
    clean,
    excerpt,
    first_text,
    raw_text,
    read_list,
    read_names,
    read_scalar,
    read_text,
    read_texts,
)

NAMES: dict[str, tuple[str, ...]] = {
    "title": ("title", "papertitle", "primarytitle", "articletitle", "documenttitle", "displayname", "ti"),
    "abstract": ("abstract", "summary", "paperabstract", "notesabstract", "abstracttext", "ab"),
    "authors": ("authors", "author", "authornames", "creators", "authorfullnames", "firstauthors", "au"),
    "date": (
        *(
            "date",
            "publicationdate",
            "publishedat",
            "publisheddate",
            "published",
            "pubdate",
            "dateofpublication",
        ),
        *("issued", "year", "publicationyear", "publishedyear", "pubyear", "py"),
    ),
    "venue": (
        *("venue", "journal", "journalref", "journaltitle", "containertitle", "booktitle", "conference"),
        *("conferencename", "sourcetitle", "publicationvenue", "source"),
    ),
    "url": ("url", "link", "paperurl", "urlabs", "absurl", "site", "openurllink"),
    "references": (
        "references",
        "referencedworks",
        "reference",
        "refs",
        "bibliography",
        "citedreferences",
        "cites",
    ),
    "citations": ("citations",),
    "own id": ("id", "uid"),
    "paper id": ("paperid",),
    "ids": ("ids", "externalids", "identifier", "identifiers"),
    "paper": ("paper",),
    # identifiers of one scheme
    "arxiv": ("arxiv", "arxivid", "eprint"),
    "doi": ("doi",),
    "openalex": ("openalex", "openalexid"),
    "s2": ("s2", "s2id", "corpusid", "s2corpusid"),
    "acl": ("acl", "aclid"),
    "pmid": ("pmid", "pubmed", "pubmedid"),
    "dblp": ("dblp", "dblpkey"),
    # what is kept in `extra` under these names
    "author_count": ("authorcount", "authorscount", "numauthors"),
    "categories": ("categories", "category", "subjects"),
    "comments": ("numcomments", "commentcount"),
    "keywords": ("keywords", "authorkeywords", "aikeywords"),
    "language": ("language", "lang"),
    "retracted": ("retracted", "isretracted"),
    "status": ("status", "decision"),
    "upvotes": ("upvotes",),
}
NUMBERS_AND_FLAGS = ("author_count", "comments", "retracted", "upvotes")
TEXTS = ("categories", "keywords")

_FIELD_OF = {name: (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}
_TELLING = frozenset({"title", "papertitle", "primarytitle"})
_NOT_LETTERS = re.compile(r"[\W_]+")
_ARXIV_CATEGORIES = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?(?: [a-z-]+\.[A-Za-z-]+)+")
_S2_HASH = re.compile(r"[0-9a-f]{40}")


def field_key(name: object) -> str:
    """Fold the spellings of a field's name.

    >>> field_key("Paper Title"), field_key("paper_title"), field_key("paperTitle ")
    ('papertitle', 'papertitle', 'papertitle')
    """
    return _NOT_LETTERS.sub("", str(name)).lower()


def has_title(record: object) -> bool:
    """Tell whether a JSON value has a field for the title, so is meant as a paper.

    `display_name` does not tell: whatever OpenAlex lists in a paper has one.
    """
    return isinstance(record, Mapping) and (
        any(field_key(name) in _TELLING for name in record) or has_title(record.get("paper"))
    )


def has_own_id(record: Mapping[str, object]) -> bool:
    """Tell whether a record has an id of its own."""
    return bool(_own_id(_Fields(record)))


def usual_fields(names: list[str]) -> set[str]:
    """Return the fields that the names of a table's columns stand for."""
    return set(_names_by_field(tuple(names)))


def read_fields(record: Mapping[str, object], source: str) -> Paper | Reject:
    """Map a record's fields, whatever their usual names, to a paper.

    A record within a record (`{"paper": {...}}`) wins over what stands around it. The texts of an annotated
    paper, such as `kgraph extract` prints, stay as they are: its names and offsets are those of just these.
    """
    fields = _Fields(record)
    for inner in fields["paper"]:
        if isinstance(inner, Mapping):
            fields = _Fields({**record, **inner})
    annotated = isinstance(record.get("entities"), list)
    title, abstract = _first_raw(fields["title"]), _first_raw(fields["abstract"])
    if reason := excess(title, abstract, most=MAX_MARKED_CHARACTERS):
        return Reject(source, reason, excerpt(title))
    title = (clean if annotated else plain_title)(title)
    if not title:
        kind = NoPaper if fields.has("title") else Reject  # the file may call it by another name
        return kind(source, "has no title", excerpt(_shown(record)))
    abstract = clean(abstract) if annotated else plain_abstract(abstract, title)
    if reason := excess(title, abstract):
        return Reject(source, reason, excerpt(title))
    return Paper(
        id=_own_id(fields),
        title=title,
        abstract=abstract,
        authors=tuple(map(given_first, next(filter(None, map(read_names, fields["authors"])), ()))),
        date=next(filter(None, map(parse_date, fields["date"])), None),
        venue=first_text(fields["venue"]) or None,
        url=first_text(fields["url"]) or None,
        ids=known_ids(_identifiers(fields)),
        references=_references(fields),
        extra=_extra(fields),
        source=source,
    )


class _Fields:
    """A record by what its names stand for: `fields["title"]` is a list of values, the most telling first."""

    __slots__ = ("_names", "_record")

    def __init__(self, record: Mapping[str, object]) -> None:
        self._record, self._names = record, _names_by_field(tuple(record))

    def __getitem__(self, field: str) -> Sequence[object]:
        names = self._names.get(field, ())
        return [value for name in names if (value := self._record[name]) is not None] if names else ()

    def has(self, *fields: str) -> list[str]:
        """Return those of some fields that the record has."""
        return [field for field in fields if field in self._names]


@lru_cache(maxsize=1024)
def _names_by_field(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Sort the names of a record's fields by what they stand for; most records of a file have the same."""
    known = sorted((*_FIELD_OF[key], name) for name in names if (key := field_key(name)) in _FIELD_OF)
    found: dict[str, list[str]] = {}
    for field, _, name in known:
        found.setdefault(field, []).append(name)
    return found


def _first_raw(values: Iterable[object]) -> str:
    return next(filter(None, map(raw_text, values)), "")


def _shown(record: Mapping[str, object]) -> str:
    """Show the plain values of a record, short and whatever they hold."""
    shown = {name: value[:80] for name, value in record.items() if isinstance(value, str)}
    return json.dumps(shown, ensure_ascii=False)


def _own_id(fields: _Fields) -> str:
    return next(
        filter(None, (clean(own_id(value)) for value in chain(fields["own id"], fields["paper id"]))), ""
    )


def _identifiers(fields: _Fields) -> Iterator[str]:
    """Yield what may be an identifier of a record; those in a column of their own normalised."""
    for value in chain(fields["own id"], fields["paper id"], fields["url"], fields["ids"]):
        yield from _strings(value)
        if isinstance(value, Mapping):
            yield from _identifiers(_Fields(value))
    yield from (f"s2:{value}" for value in fields["paper id"] if _S2_HASH.fullmatch(str(value)))
    for scheme in fields.has(*SCHEMES):
        for value in fields[scheme]:
            for one in read_text(value).split():
                yield normalise_id(one, scheme) or ""


def _strings(value: object) -> Iterator[str]:
    items = value.values() if isinstance(value, Mapping) else read_list(value)
    return (one for one in items if isinstance(one, str))


def _references(fields: _Fields) -> tuple[str, ...]:
    cited = fields["references"] or [value for value in fields["citations"] if not _is_incoming(value)]
    found = (_reference(one) for value in cited[:1] for one in _reference_list(value))
    return tuple(dict.fromkeys(filter(None, found)))


def _is_incoming(value: object) -> bool:
    """Tell whether "citations" counts or lists the papers that cite this one (Semantic Scholar's objects)."""
    if isinstance(value, str):
        return value.strip().isdigit()
    return not isinstance(value, list) or any(not isinstance(one, str) for one in value)


def _reference_list(value: object) -> list[object]:
    """Split a string at semicolons and line ends, and at commas and blanks if all between is identifiers."""
    found = read_list(value)
    if isinstance(value, str) and len(found) == 1:
        pieces: list[object] = [piece for piece in re.split(r"[,\s]+", value) if piece]
        if all(normalise_id(str(piece)) for piece in pieces):
            return pieces
    return found


def _reference(value: object) -> str:
    """Return a reference as its best identifier, else as it is given."""
    if isinstance(value, Mapping):
        fields = _Fields(value)
        best = next(iter(known_ids(_identifiers(fields))), None)
        return best or _own_id(fields) or first_text(fields["title"])
    return reference(own_id(value))


def _extra(fields: _Fields) -> dict[str, object]:
    language = first_text(fields["language"])
    read: dict[str, object] = {
        **{name: next(map(read_scalar, fields[name]), None) for name in fields.has(*NUMBERS_AND_FLAGS)},
        **{name: next(map(read_texts, fields[name]), []) for name in fields.has(*TEXTS)},
        "language": language_code(language) if language else None,
        "status": first_text(fields["status"]) or None,
    }
    match read.get("categories"):
        case [str(lone)] if _ARXIV_CATEGORIES.fullmatch(lone):
            read["categories"] = lone.split()
    return {name: value for name, value in read.items() if value not in (None, [])}
