"""Semantic Scholar's records: answers of the Graph API, and lines of the data set's parts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kgraph.identifiers import known_ids, normalise_id
from kgraph.records import Paper, Reject
from kgraph.sources.dates import parse_date
from kgraph.sources.mapping import make_paper
from kgraph.sources.values import raw_text

# The names of external ids -> our schemes; what is not here (MAG, …) is no id that we know.
_SCHEMES = {
    "arxiv": "arxiv",
    "doi": "doi",
    "acl": "acl",
    "dblp": "dblp",
    "pubmed": "pmid",
    "pubmedcentral": "pmcid",
    "corpusid": "s2",
}
_CITED = ("citedPaper", "citingPaper")


def is_record(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a paper of Semantic Scholar, or around one."""
    return (
        ("paperId" in record and "paper" not in record)
        or ("corpusid" in record and ("externalids" in record or "title" in record))
        or any(isinstance(record.get(name), Mapping) for name in _CITED)
    )


def read_record(record: Mapping[str, Any], source: str) -> Paper | Reject:
    """Map a paper; of a line on a citation, the other paper that it describes.

    The data set writes the names of its fields in lower case.
    """
    for name in _CITED:
        if isinstance(record.get(name), Mapping):
            record = record[name]
    venue, journal = record.get("publicationVenue"), record.get("journal")
    return make_paper(
        source,
        own=raw_text(record.get("paperId")) or raw_text(record.get("corpusid")),
        title=raw_text(record.get("title")),
        abstract=raw_text(record.get("abstract")),
        authors=_names(record.get("authors")),
        date=parse_date(record.get("publicationDate") or record.get("publicationdate"))
        or parse_date(record.get("year")),
        venue=_name(venue) or raw_text(record.get("venue")) or _name(journal),
        url=raw_text(record.get("url")),
        ids=_ids(record),
        references=_references(record.get("references")),
    )


def is_abstract(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a line of the data set's abstracts."""
    return "corpusid" in record and "abstract" in record and "title" not in record


def is_citation(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a line of the data set's citations."""
    return "citingcorpusid" in record and "citedcorpusid" in record


def corpus_id(value: object) -> int | None:
    """Return a corpus id, which releases give as a number or as a string.

    >>> corpus_id(14636783), corpus_id("14636783"), corpus_id(None), corpus_id(True)
    (14636783, 14636783, None, None)
    """
    text = str(value)
    usable = isinstance(value, str | int) and text.isascii() and text.isdigit() and len(text) < 16
    return int(text) if usable else None


def _ids(record: Mapping[str, Any]) -> Iterator[str | None]:
    if hash_ := raw_text(record.get("paperId")):
        yield normalise_id(hash_, "s2")
    yield raw_text(record.get("url"))
    for name in ("corpusId", "corpusid"):
        if number := raw_text(record.get(name)):
            yield normalise_id(number, "s2")
    external = record.get("externalIds") or record.get("externalids")
    for name, value in external.items() if isinstance(external, Mapping) else ():
        scheme = _SCHEMES.get(str(name).lower())
        if scheme and (text := raw_text(value)):
            yield normalise_id(text, scheme)


def _references(listed: object) -> Iterator[str]:
    """Yield what a paper refers to: by its best known id, else by its title."""
    for one in listed if isinstance(listed, list) else ():
        cited = one.get("citedPaper", one) if isinstance(one, Mapping) else None
        if isinstance(cited, Mapping):
            best = next(iter(known_ids(filter(None, _ids(cited)))), "")
            yield best or raw_text(cited.get("title"))


def _names(people: object) -> list[str]:
    listed: Iterable[object] = people if isinstance(people, list) else ()
    return [_name(one) for one in listed]


def _name(thing: object) -> str:
    return raw_text(thing.get("name")) if isinstance(thing, Mapping) else ""
