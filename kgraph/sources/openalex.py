"""OpenAlex's works: abstracts come as an index from word to positions, references as addresses of works."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kgraph.identifiers import normalise_id
from kgraph.records import Paper, Reject
from kgraph.sources.dates import parse_date
from kgraph.sources.mapping import make_paper
from kgraph.sources.values import raw_text

_WORK = "https://openalex.org/W"
_REPOSITORIES = ("arxiv.org/", "ncbi.nlm.nih.gov/")  # landing pages that bear an id
_MAX_WORDS = 100_000  # a higher position is an error, and would fill the memory


def is_work(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a work of OpenAlex."""
    return "abstract_inverted_index" in record or "authorships" in record or "referenced_works" in record


def read_work(record: Mapping[str, Any], source: str) -> Paper | Reject:
    """Map a work; a date of 1 January says only the year."""
    location = record.get("primary_location") or record.get("host_venue")
    venue = (location.get("source") or location) if isinstance(location, Mapping) else None
    date = record.get("publication_date")
    return make_paper(
        source,
        own=raw_text(record.get("id")),
        title=raw_text(record.get("title")) or raw_text(record.get("display_name")),
        abstract=plain_order(record.get("abstract_inverted_index")) or raw_text(record.get("abstract")),
        authors=_authors(record.get("authorships")),
        date=parse_date(record.get("publication_year") if str(date).endswith("-01-01") else date)
        or parse_date(record.get("publication_year")),
        venue=raw_text(venue.get("display_name")) if isinstance(venue, Mapping) else "",
        url=raw_text(record.get("doi")) or _landing_page(location),
        ids=_ids(record),
        references=_references(record.get("referenced_works")),
        language=raw_text(record.get("language")),
        keywords=_names(record.get("keywords")),
        retracted=record.get("is_retracted") is True,
    )


def plain_order(index: object) -> str:
    """Return the text of an inverted index, whose positions may have holes.

    >>> plain_order({"is": [1, 4], "This": [0], "what": [2], "it": [3]}), plain_order(None)
    ('This is what it is', '')
    """
    if not isinstance(index, Mapping):
        return ""
    placed: dict[int, str] = {}
    for word, positions in index.items():
        for position in positions if isinstance(positions, list) else ():
            if type(position) is int and 0 <= position < _MAX_WORDS:
                placed[position] = word
    return " ".join([placed[position] for position in sorted(placed)])


def _authors(authorships: object) -> Iterator[str]:
    for one in authorships if isinstance(authorships, list) else ():
        if isinstance(one, Mapping):
            author = one.get("author")
            name = author.get("display_name") if isinstance(author, Mapping) else None
            yield raw_text(name) or raw_text(one.get("raw_author_name"))


def _ids(record: Mapping[str, Any]) -> Iterator[str | None]:
    yield raw_text(record.get("id"))
    yield raw_text(record.get("doi"))
    ids = record.get("ids")
    if isinstance(ids, Mapping):
        yield from map(raw_text, ids.values())
    for location in record.get("locations") or ():
        page = _landing_page(location)
        if any(site in page for site in _REPOSITORIES):
            yield page


def _landing_page(location: object) -> str:
    return raw_text(location.get("landing_page_url")) if isinstance(location, Mapping) else ""


def _references(works: object) -> Iterator[str]:
    for work in works if isinstance(works, list) else ():
        if isinstance(work, str):
            number = work.removeprefix(_WORK)
            plain = number is not work and number.isdigit() and len(number) > 4  # most are: ten times as fast
            yield f"openalex:W{number}" if plain else normalise_id(work) or work


def _names(things: object) -> list[str]:
    listed: Iterable[object] = things if isinstance(things, list) else ()
    return [name for name in map(raw_text, listed) if name]
