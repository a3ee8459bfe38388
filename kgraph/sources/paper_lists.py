"""Lists of papers in JSON: daily papers, notes of OpenReview's API, lists of a conference's papers."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from kgraph.identifiers import normalise_id
from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources.dates import parse_date
from kgraph.sources.mapping import make_paper
from kgraph.sources.values import excerpt, raw_text, read_names, read_scalar, read_texts

_CONFERENCE_YEAR = re.compile(r"([a-z]{3,})[-_]?((?:19|20)\d\d)", re.IGNORECASE)
_REPLIES = ("replyto", "replyTo")


def is_daily(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a paper on a page of daily papers."""
    return isinstance(record.get("paper"), Mapping) and "title" in record["paper"]


def read_daily(record: Mapping[str, Any], source: str) -> Paper | Reject:
    """Map a paper of the daily papers; its abstract is the one of arXiv, not the machine's summary."""
    paper = record["paper"]
    bare = raw_text(paper.get("id"))
    return make_paper(
        source,
        own=bare,
        title=raw_text(paper.get("title")),
        abstract=raw_text(paper.get("summary")),
        authors=read_names(paper.get("authors")),
        date=parse_date(paper.get("publishedAt")) or parse_date(record.get("publishedAt")),
        url=f"https://huggingface.co/papers/{bare}" if normalise_id(bare, "arxiv") else "",
        ids=(normalise_id(bare, "arxiv"),),
        keywords=read_texts(paper.get("ai_keywords")),
        upvotes=read_scalar(paper.get("upvotes")),
        comments=read_scalar(record.get("numComments")),
        organisation=raw_text(_within(paper.get("organization"), "fullname", "name")),
    )


def is_note(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a note of OpenReview's API."""
    return isinstance(record.get("content"), Mapping) and ("forum" in record or "invitations" in record)


def read_note(record: Mapping[str, Any], source: str) -> Paper | Reject:
    """Map a submission, of either version of the API; a review or another reply is no paper."""
    content = record["content"]
    forum = raw_text(record.get("forum")) or raw_text(record.get("id"))
    if any(record.get(name) for name in _REPLIES):
        return NoPaper(source, "is a reply to a submission", excerpt(raw_text(_value(content, "title"))))
    address = f"https://openreview.net/forum?id={forum}" if forum else ""
    return make_paper(
        source,
        own=forum,
        title=raw_text(_value(content, "title")),
        abstract=raw_text(_value(content, "abstract")),
        authors=read_names(_value(content, "authors")),
        date=parse_date(record.get("pdate")) or parse_date(record.get("cdate")),
        venue=raw_text(_value(content, "venue")),
        url=address,
        ids=(address,),
        keywords=read_texts(_value(content, "keywords")),
        status=_status(raw_text(_value(content, "venueid"))),
    )


def is_listed(record: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object stands in a list of a conference's papers."""
    return "site" in record and "author" in record and "title" in record


def read_listed(record: Mapping[str, Any], source: str) -> Paper | Reject:
    """Map a paper of a conference's list; which conference, the name of the file says."""
    conference = _CONFERENCE_YEAR.match(PurePath(source.rpartition(":")[0]).name)
    stated = parse_date(record.get("date")) or parse_date(record.get("year"))
    paper = make_paper(
        source,
        own=raw_text(record.get("id")),
        title=raw_text(record.get("title")),
        abstract=raw_text(record.get("abstract")),
        authors=read_names(record.get("author")),
        date=stated or (conference[2] if conference else None),
        venue=f"{conference[1].upper()} {conference[2]}" if conference else "",
        url=raw_text(record.get("site")),
        ids=(raw_text(record.get(name)) for name in ("site", "openreview", "doi", "arxiv")),
        keywords=read_texts(record.get("keywords")),
        status=raw_text(record.get("status")),
    )
    if isinstance(paper, Paper) and conference and not stated:
        return replace(paper, date_inferred=True)
    return paper


def _value(content: Mapping[str, Any], name: str) -> object:
    """Return a field of a note; the second version of the API wraps each in an object."""
    value = content.get(name)
    return value.get("value") if isinstance(value, Mapping) else value


def _within(value: object, *names: str) -> object:
    return (
        next((value[name] for name in names if value.get(name)), None) if isinstance(value, Mapping) else None
    )


def _status(venue_id: str) -> str:
    """Return what became of a submission, as the id of its venue tells: Rejected_Submission, Withdrawn, …"""
    last = venue_id.rpartition("/")[2]
    return last.replace("_Submission", "") if re.match(r"Reject|Withdraw|Desk|Submi", last) else ""
