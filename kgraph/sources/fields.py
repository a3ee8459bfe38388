"""The usual names of a paper's fields, in one place, and what their values look like.

Names are compared without case, spaces and punctuation, so that `paper_title`, "Paper Title" and
`paperTitle` are one.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from kgraph.identifiers import known_ids, normalise_id, own_id
from kgraph.records import Paper, Reject
from kgraph.sources.dates import parse_date

TITLE = ("title", "papertitle", "primarytitle", "articletitle", "documenttitle", "displayname", "ti")
ABSTRACT = ("abstract", "summary", "paperabstract", "notesabstract", "abstracttext", "ab")
AUTHORS = ("authors", "author", "authornames", "creators", "authorfullnames", "firstauthors", "au")
DATE = (
    *("date", "publicationdate", "publishedat", "publisheddate", "published", "pubdate", "dateofpublication"),
    *("issued", "year", "publicationyear", "publishedyear", "pubyear", "py"),
)
VENUE = (
    *("venue", "journal", "journalref", "journaltitle", "containertitle", "booktitle", "conference"),
    *("conferencename", "sourcetitle", "publicationvenue", "source"),
)
URL = ("url", "link", "paperurl", "urlabs", "absurl", "site", "openurllink")
REFERENCES = (
    "references",
    "referencedworks",
    "reference",
    "refs",
    "bibliography",
    "citedreferences",
    "cites",
)
OWN_ID = ("id", "paperid", "uid")
SCHEME_OF_FIELD = {
    "arxiv": "arxiv",
    "arxivid": "arxiv",
    "eprint": "arxiv",
    "doi": "doi",
    "openalex": "openalex",
    "openalexid": "openalex",
    "s2": "s2",
    "s2id": "s2",
    "corpusid": "s2",
    "s2corpusid": "s2",
    "acl": "acl",
    "aclid": "acl",
    "pmid": "pmid",
    "pubmed": "pmid",
    "pubmedid": "pmid",
    "dblp": "dblp",
    "dblpkey": "dblp",
}
EXTRA = {
    "author_count": ("authorcount", "authorscount", "numauthors"),
    "categories": ("categories", "category", "subjects"),
    "comments": ("numcomments", "commentcount"),
    "keywords": ("keywords", "authorkeywords", "aikeywords"),
    "retracted": ("retracted", "isretracted"),
    "upvotes": ("upvotes",),
}
LISTS = frozenset({"categories", "keywords"})  # extras that may come as one string "a; b"

_TELLING = frozenset({"title", "papertitle", "primarytitle"})
_NAME_KEYS = ("name", "display_name", "fullname", "literal", "value", "title")
_EXCERPT = 80
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|[\ud800-\udfff]")
_NOT_LETTERS = re.compile(r"[\W_]+")
_MAX_LITERAL = 100_000  # characters of a list in a table's cell

Fields = Mapping[str, object]


def field_key(name: object) -> str:
    """Fold the spellings of a field's name.

    >>> field_key("Paper Title"), field_key("paper_title"), field_key("paperTitle ")
    ('papertitle', 'papertitle', 'papertitle')
    """
    return _NOT_LETTERS.sub("", str(name)).lower()


def clean(text: str) -> str:
    """Put a text on one line: ends stripped, lines joined, no control characters; nothing else is changed.

    >>> clean("  Attention\\n  is~all\\x01 ")
    'Attention is~all'
    """
    return (
        " ".join(_UNSEEN.sub(" ", text).split()) if not text.isprintable() or "  " in text else text.strip()
    )


def excerpt(text: str) -> str:
    """Return the first 80 characters for a list of rejects."""
    return clean(text[: 4 * _EXCERPT])[:_EXCERPT]


def has_title(record: object) -> bool:
    """Tell whether a JSON value has a field for the title, so is meant as a paper.

    `display_name` does not tell: whatever OpenAlex lists in a paper has one.
    """
    return isinstance(record, Mapping) and (
        any(field_key(name) in _TELLING for name in record) or has_title(record.get("paper"))
    )


def read_fields(record: Fields, source: str) -> Paper | Reject:
    """Map a record's fields, whatever their usual names, to a paper.

    A record within a record (`{"paper": {...}}`) wins over what stands around it.
    """
    fields = {field_key(name): value for name, value in record.items() if value is not None}
    inner = fields.get("paper")
    if isinstance(inner, Mapping):
        fields |= {field_key(name): value for name, value in inner.items() if value is not None}
    title = _first_text(fields, TITLE)
    if not title:
        return Reject(source, "has no title", excerpt(_shown(record)))
    own = next(filter(None, (own_id(fields.get(name)) for name in OWN_ID)), "")
    return Paper(
        id=own,
        title=title,
        abstract=_first_text(fields, ABSTRACT),
        authors=tuple(next(filter(None, (read_names(fields.get(name)) for name in AUTHORS)), [])),
        date=next(filter(None, (parse_date(fields.get(name)) for name in DATE)), None),
        venue=_first_text(fields, VENUE) or None,
        url=_first_text(fields, URL) or None,
        ids=known_ids(chain([own], _identifiers(fields))),
        references=_references(fields),
        extra=_extra(fields),
        source=source,
    )


def _first_text(fields: Fields, names: Iterable[str]) -> str:
    return next(filter(None, (_text(fields.get(name)) for name in names)), "")


def _text(value: object, depth: int = 3) -> str:
    """Return the text of a value: a string, a number, the first of a list, the name of an object."""
    if isinstance(value, str):
        return "" if value in ("None", "null", "NaN", "nan") else clean(value)
    if isinstance(value, bool) or value is None or depth == 0:
        return ""
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        return next(filter(None, (_text(one, depth - 1) for one in value)), "")
    if isinstance(value, Mapping):
        return next(filter(None, (_text(value.get(key), depth - 1) for key in _NAME_KEYS)), "")
    return ""


def _number(value: float) -> str:
    return "" if isinstance(value, float) and value != value else str(value)


def _shown(record: Fields) -> str:
    """Show the plain values of a record, short and whatever they hold."""
    plain = {name: value for name, value in record.items() if isinstance(value, str | bool | float)}
    return json.dumps(
        {name: value[:_EXCERPT] if isinstance(value, str) else value for name, value in plain.items()}
    )


def read_names(value: object) -> list[str]:
    """Return the names in a value: a list of strings or objects, or one string of several.

    >>> read_names("Vaswani, Ashish and Shazeer, Noam"), read_names("A. Vaswani, N. Shazeer and N. Parmar")
    (['Vaswani, Ashish', 'Shazeer, Noam'], ['A. Vaswani', 'N. Shazeer', 'N. Parmar'])
    >>> read_names([{"given": "Noam", "family": "Shazeer"}, ["Parmar", "Niki", ""], {"name": "X Y"}])
    ['Noam Shazeer', 'Niki Parmar', 'X Y']
    """
    if isinstance(value, str):
        literal = _literal(value)
        return _split_names(value) if literal is None else read_names(literal)
    if not isinstance(value, list):
        return []
    return [name for name in map(_name, value) if name]


def _name(value: object) -> str:
    if isinstance(value, list):  # last, first, suffix
        return " ".join(filter(None, (_text(part) for part in (value[1:2] + value[0:1] + value[2:]))))
    if not isinstance(value, Mapping):
        return _text(value)
    if value.get("hidden") is True:
        return ""
    if isinstance(value.get("author"), Mapping):
        return _name(value["author"])
    first, last = value.get("given") or value.get("first"), value.get("family") or value.get("last")
    return " ".join(filter(None, (_text(first), _text(last)))) if last else _text(value)


def _split_names(text: str) -> list[str]:
    if ";" in text:
        parts = text.split(";")
    else:
        parts = re.split(r",?\s+and\s+", text)
        if not (
            len(parts) > 1 and all(part.count(",") == 1 for part in parts)
        ):  # "Last, First and Last, First"
            parts = [name for part in parts for name in part.split(",")]
    return [name for name in map(clean, parts) if name]


def _literal(text: str) -> list[object] | None:
    """Read a list written into a table's cell, as JSON or as Python writes it."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")) or len(text) > _MAX_LITERAL:
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            value = parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return value if isinstance(value, list) else None
    return None


def _identifiers(fields: Fields) -> Iterator[str]:
    """Yield every identifier of a record, normalised, and its addresses."""
    for name in (*OWN_ID, "externalids", "ids", "identifier", "identifiers", *URL):
        yield from _strings(fields.get(name))
    for holder in (fields, fields.get("externalids"), fields.get("ids")):
        if isinstance(holder, Mapping):
            for name, value in holder.items():
                yield from _typed_ids(field_key(name), value)


def _typed_ids(name: str, value: object) -> Iterator[str]:
    scheme = SCHEME_OF_FIELD.get(name)
    if scheme is None and name == "paperid" and re.fullmatch("[0-9a-f]{40}", str(value)):
        scheme = "s2"
    if scheme is not None and isinstance(value, str | int) and not isinstance(value, bool):
        for one in str(value).split():
            yield normalise_id(one, scheme) or ""


def _strings(value: object) -> Iterator[str]:
    """Yield a string, or the strings in a list or object; a list in a table's cell too."""
    if isinstance(value, str):
        literal = _literal(value)
        yield from [value] if literal is None else _strings(literal)
    elif isinstance(value, list | Mapping):
        inner = value.values() if isinstance(value, Mapping) else value
        yield from (one for one in inner if isinstance(one, str))


def _references(fields: Fields) -> tuple[str, ...]:
    value = next((fields[name] for name in REFERENCES if fields.get(name)), None)
    if value is None and not _is_incoming(fields.get("citations")):
        value = fields.get("citations")
    found = (_reference(one) for one in _reference_list(value))
    return tuple(dict.fromkeys(filter(None, found)))


def _is_incoming(value: object) -> bool:
    """Tell whether "citations" counts or lists the papers that cite this one (Semantic Scholar's objects)."""
    if isinstance(value, str):
        return value.strip().isdigit()
    return not isinstance(value, list) or any(not isinstance(one, str) for one in value)


def _reference_list(value: object) -> list[object]:
    if isinstance(value, str):
        literal = _literal(value)
        return list(_split_references(value)) if literal is None else literal
    return value if isinstance(value, list) else []


def _split_references(text: str) -> list[str]:
    """Split at semicolons or line ends; at commas only where every piece is an identifier."""
    parts = re.split(r"[;\n]", text)
    if len(parts) == 1:
        pieces = re.split(r"[,\s]+", text.strip())
        if all(normalise_id(piece) for piece in pieces):
            return pieces
    return parts


def _reference(value: object) -> str:
    """Return a reference as its best identifier, else as it is given."""
    if isinstance(value, Mapping):
        fields = {field_key(name): one for name, one in value.items() if one is not None}
        best = next(iter(known_ids(_identifiers(fields))), None)
        return best or next(filter(None, (own_id(fields.get(name)) for name in OWN_ID)), "") or _text(value)
    text = own_id(value)
    return normalise_id(text) or clean(text)


def _extra(fields: Fields) -> dict[str, object]:
    extra: dict[str, object] = {}
    for kept, names in EXTRA.items():
        value = next((fields[name] for name in names if fields.get(name) is not None), None)
        plain = _plain_list(value) if kept in LISTS else _plain(value)
        if plain is not None and plain != []:
            extra[kept] = plain
    return extra


def _plain(value: object) -> object:
    """Return a JSON scalar as it is, anything else as None."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else clean(value) or None
    return value if isinstance(value, bool | int) else None


def _plain_list(value: object) -> list[str]:
    if isinstance(value, str):
        literal = _literal(value)
        value = re.split(r"[;,]" if ";" not in value else ";", value) if literal is None else literal
    return [text for text in map(_text, value) if text] if isinstance(value, list) else []
