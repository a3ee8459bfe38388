"""Crossref's works, and CSL-JSON, which has the same fields without the lists around them."""

from collections.abc import Iterator, Mapping
from typing import Any

from kgraph.identifiers import normalise_id
from kgraph.records import Paper, Reject
from kgraph.sources.mapping import earliest, is_id, make_paper, reference
from kgraph.sources.values import clean, raw_text, read_names, read_texts

_DATES = ("published-print", "published-online", "published", "posted", "issued")
_SAME_WORK = ("is-preprint-of", "has-preprint", "is-version-of", "has-version", "is-identical-to")


def is_work(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a work of Crossref's."""
    return "DOI" in record and (
        "member" in record or "is-referenced-by-count" in record or "prefix" in record
    )


def is_csl(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is an item of CSL-JSON."""
    dated = isinstance(record.get("issued"), Mapping)
    return isinstance(record.get("title"), str) and (
        "container-title" in record or "citation-key" in record or (dated and "type" in record)
    )


def read_work(record: Mapping[str, Any], source: str) -> Paper | Reject:
    """Map a work: the first title, the earliest date, references by DOI or as they are written."""
    doi = raw_text(record.get("DOI"))
    return make_paper(
        source,
        own=doi,
        title=raw_text(record.get("title")),
        abstract=raw_text(record.get("abstract")),
        authors=read_names(record.get("author")),
        date=earliest(record.get(name) for name in _DATES),
        venue=raw_text(record.get("container-title")) or raw_text(record.get("institution")),
        url=raw_text(record.get("URL")),
        ids=(doi, *_same_works(record.get("relation"))),
        references=_references(record.get("reference")),
        language=raw_text(record.get("language")),
        keywords=read_texts(record.get("subject")),
        retracted=_is_retracted(record),
    )


def read_csl(record: Mapping[str, Any], source: str) -> Paper | Reject:
    """Map an item of CSL-JSON, as Zotero and other reference managers write it."""
    doi, url = raw_text(record.get("DOI")), raw_text(record.get("URL"))
    return make_paper(
        source,
        own=raw_text(record.get("id")),
        title=raw_text(record.get("title")),
        abstract=raw_text(record.get("abstract")),
        authors=read_names(record.get("author")),
        date=earliest([record.get("issued")]),
        venue=raw_text(record.get("container-title")) or raw_text(record.get("event-title")),
        url=url,
        ids=(
            normalise_id(doi, "doi"),
            url,
            normalise_id(raw_text(record.get("PMID")), "pmid"),
            normalise_id(raw_text(record.get("PMCID")), "pmcid"),
            raw_text(record.get("number")) if record.get("publisher") == "arXiv" else None,
        ),
        language=raw_text(record.get("language")),
        keywords=read_texts(record.get("keyword")),
    )


def _same_works(relation: object) -> Iterator[str]:
    """Yield the DOIs of the preprint of an article, or of the article of a preprint."""
    for kind in _SAME_WORK if isinstance(relation, Mapping) else ():
        for one in relation.get(kind) or () if isinstance(relation, Mapping) else ():
            if isinstance(one, Mapping) and one.get("id-type") == "doi":
                yield raw_text(one.get("id"))


def _references(listed: object) -> Iterator[str]:
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping):
            in_words = reference(raw_text(one.get("unstructured")))
            title = raw_text(one.get("article-title")) or raw_text(one.get("volume-title"))
            found = normalise_id(raw_text(one.get("DOI")), "doi")
            yield found or (in_words if is_id(in_words) else clean(title) or in_words)


def _is_retracted(record: Mapping[str, Any]) -> bool:
    updates = record.get("updated-by")
    return any(
        isinstance(one, Mapping) and one.get("type") in ("retraction", "withdrawal")
        for one in (updates if isinstance(updates, list) else ())
    )
