"""The ACL Anthology's XML: a file a collection, in it volumes, in them papers."""

import re
from typing import TYPE_CHECKING

from kgraph.records import Paper, Reject
from kgraph.sources.dates import parse_date
from kgraph.sources.mapping import make_paper
from kgraph.sources.xml_records import inner_markup, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_OLD_COLLECTION = re.compile(r"[A-Z]\d\d")
_ADDRESS = "https://aclanthology.org/"


def read_acl_paper(paper: "_Element", source: str) -> Paper | Reject:
    """Map a paper; date and venue are those of its volume, datasets those that it was seen to use."""
    volume = paper.getparent()
    meta = None if volume is None else volume.find("meta")
    own = _anthology_id(paper)
    doi = text_of(paper.find("doi"))
    return make_paper(
        source,
        own=own,
        title=inner_markup(paper.find("title")),
        abstract=inner_markup(paper.find("abstract")),
        authors=[_name(author) for author in paper.findall("author")],
        date=_date(meta),
        venue=_venue(meta),
        url=f"{_ADDRESS}{own}" if own else "",
        ids=(f"acl:{own}" if own else None, f"https://doi.org/{doi}" if doi else None),
        language=text_of(paper.find("language")),
        datasets=[text_of(dataset) for dataset in paper.findall("pwcdataset")],
        retracted=paper.find("retracted") is not None or paper.find("removed") is not None,
    )


def _anthology_id(paper: "_Element") -> str:
    """Return the paper's id: collection, volume and number, in the old form packed into one."""
    volume = paper.getparent()
    collection = None if volume is None else volume.getparent()
    number, of_volume = paper.get("id", ""), "" if volume is None else volume.get("id", "")
    of_collection = "" if collection is None else collection.get("id", "")
    if not (number and of_volume and of_collection):
        return text_of(paper.find("url"))
    if not _OLD_COLLECTION.fullmatch(of_collection):
        return f"{of_collection}-{of_volume}.{number}"
    if of_collection.startswith("W") or of_collection in ("C69",):
        return f"{of_collection}-{of_volume.zfill(2)}{number.zfill(2)}"
    return f"{of_collection}-{of_volume}{number.zfill(3)}"


def _name(author: "_Element") -> str:
    return f"{text_of(author.find('first'))} {text_of(author.find('last'))}"


def _date(meta: "_Element | None") -> str | None:
    if meta is None:
        return None
    year, month = text_of(meta.find("year")), text_of(meta.find("month"))
    return parse_date(f"{month} {year}") or parse_date(year)


def _venue(meta: "_Element | None") -> str:
    if meta is None:
        return ""
    return next(
        filter(None, (text_of(meta.find(name)) for name in ("venue", "journal-title", "booktitle"))), ""
    )
