"""arXiv's records: the metadata snapshot, the API's Atom feed, OAI-PMH in its three formats."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kgraph.identifiers import normalise_id
from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources.dates import parse_date
from kgraph.sources.mapping import given_first, make_paper, split_names
from kgraph.sources.values import clean, excerpt, raw_text

if TYPE_CHECKING:
    from lxml.etree import _Element

_ERRORS = "arxiv.org/api/errors"


def is_snapshot(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a line of the metadata snapshot."""
    return "authors_parsed" in record or ("update_date" in record and "categories" in record)


def read_snapshot(record: Mapping[str, Any], source: str) -> Paper | Reject:
    """Map a line of the metadata snapshot; its date is that of the first version."""
    parsed = record.get("authors_parsed")
    authors = map(_joined_name, parsed) if isinstance(parsed, list) else split_names(_text(record, "authors"))
    bare = _text(record, "id")
    return make_paper(
        source,
        own=bare,
        title=_text(record, "title"),
        abstract=_text(record, "abstract"),
        authors=authors,
        date=parse_date(_first_version(record.get("versions"))),
        venue=_text(record, "journal-ref"),
        url=_address(bare),
        ids=(normalise_id(bare, "arxiv"), *_text(record, "doi").split()),
        categories=_text(record, "categories").split(),
    )


def read_entry(entry: "_Element", source: str) -> Paper | Reject:
    """Map an entry of the API's feed; what it says of an error is no paper."""
    address = _found(entry, "id")
    if _ERRORS in address:
        return NoPaper(source, f"is an error message of arXiv's: {excerpt(_found(entry, 'summary'))}")
    links = [link.get("href", "") for link in entry.iterfind("{*}link") if link.get("rel") == "alternate"]
    return make_paper(
        source,
        own=_bare_id(address),
        title=_found(entry, "title"),
        abstract=_found(entry, "summary"),
        authors=[_found(author, "name") for author in entry.iterfind("{*}author")],
        date=parse_date(_found(entry, "published")),
        venue=_found(entry, "journal_ref"),
        url=next(iter(links), address),
        ids=(address, *_found(entry, "doi").split()),
        categories=[category.get("term", "") for category in entry.iterfind("{*}category")],
    )


def read_oai_record(record: "_Element", source: str) -> Paper | Reject:
    """Map a record of OAI-PMH by the format that it is in; an error message may stand in its place."""
    if record.tag.endswith("}error") or record.tag == "error":
        return NoPaper(source, f"is an error message of arXiv's: {excerpt(record.text or '')}")
    header = record.find("{*}header")
    identifier = "" if header is None else _found(header, "identifier")
    if header is not None and header.get("status") == "deleted":
        return NoPaper(source, "was deleted at the source", excerpt(identifier))
    metadata = record.find("{*}metadata")
    inner = None if metadata is None else next(metadata.iterchildren("{*}*"), None)
    if inner is None:
        return NoPaper(source, "holds no metadata", excerpt(identifier))
    kind = inner.tag.rpartition("}")[2]
    return (_read_dublin_core if kind == "dc" else _read_raw)(inner, identifier, source)


def _read_raw(record: "_Element", identifier: str, source: str) -> Paper | Reject:
    """Map `arXiv` and `arXivRaw`, which differ in how they give authors and dates."""
    bare = _found(record, "id") or _bare_id(identifier)
    people = record.findall("{*}authors/{*}author")
    names = [
        " ".join(filter(None, (_found(one, "forenames"), _found(one, "keyname"), _found(one, "suffix"))))
        for one in people
    ]
    return make_paper(
        source,
        own=bare,
        title=_found(record, "title"),
        abstract=_found(record, "abstract"),
        authors=names or split_names(_found(record, "authors")),
        date=parse_date(_found(record, "created") or _found(record, "version/{*}date")),
        venue=_found(record, "journal-ref"),
        url=_address(bare),
        ids=(normalise_id(bare, "arxiv"), identifier, *_found(record, "doi").split()),
        categories=_found(record, "categories").split(),
    )


def _read_dublin_core(record: "_Element", identifier: str, source: str) -> Paper | Reject:
    """Map `oai_dc`, where the second description is a comment, and identifiers stand among journals."""
    identifiers = _all(record, "identifier")
    addresses = [one for one in identifiers if one.lower().startswith(("http://", "https://"))]
    journals = [one for one in identifiers if one not in addresses and not one.lower().startswith("doi:")]
    return make_paper(
        source,
        own=_bare_id(identifier),
        title=_found(record, "title"),
        abstract=next((text for text in _all(record, "description") if not _is_comment(text)), ""),
        authors=map(given_first, _all(record, "creator")),
        date=parse_date(next(iter(_all(record, "date")), "")),
        venue=next(iter(journals), ""),
        url=next(iter(addresses), ""),
        ids=(identifier, *identifiers),
        categories=_all(record, "subject"),
        language=_found(record, "language"),
    )


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else raw_text(value)


def _found(element: "_Element", path: str) -> str:
    """Return the text at a path in whatever namespace, "" if there is none."""
    found = element.find(f"{{*}}{path}")
    return "" if found is None else "".join(map(str, found.itertext())).strip()


def _all(element: "_Element", name: str) -> list[str]:
    texts = ("".join(map(str, one.itertext())).strip() for one in element.iterfind(f"{{*}}{name}"))
    return [text for text in texts if text]


def _is_comment(text: str) -> bool:
    return text.lower().startswith("comment:")


def _bare_id(text: str) -> str:
    """Return the bare arXiv id in an address or an OAI identifier, the text itself if it is none."""
    return (normalise_id(text) or text).removeprefix("arxiv:")


def _address(bare: str) -> str:
    return f"https://arxiv.org/abs/{bare}" if normalise_id(bare, "arxiv") else ""


def _joined_name(parts: object) -> str:
    """Join [last, first, suffix]."""
    if not isinstance(parts, list):
        return raw_text(parts)
    last, first, suffix = [*map(raw_text, parts[:3]), "", "", ""][:3]
    return clean(f"{first} {last} {suffix}")


def _first_version(versions: object) -> object:
    """Return when the first version was made; versions may come in any order."""
    listed: Iterable[object] = versions if isinstance(versions, list) else ()
    known = [one for one in listed if isinstance(one, Mapping)]
    first = next((one for one in known if one.get("version") == "v1"), next(iter(known), {}))
    return first.get("created")
