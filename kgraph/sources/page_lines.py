"""The lines of a saved page of trending papers, each with what it is.

Pages reach us copied from the browser, or through tools that turn links into markdown; whatever the
way, a line is one of a few kinds. Which line belongs to which paper is decided in `pages`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from kgraph.identifiers import normalise_id
from kgraph.sources.dates import MONTHS
from kgraph.sources.values import clean


class Kind(Enum):
    """What a line of a page is."""

    BLANK = "blank"
    HEADER = "header"  # the page's own words: a new page begins or has just begun
    NOISE = "noise"  # nothing to us
    LABEL = "label"  # says what the next line is
    AUTHORS = "authors"  # • 9 authors
    DOT = "dot"  # between authors and date
    DATE = "date"  # Mar 16, 2021 14: day and number of comments
    COUNT = "count"  # of upvotes or comments
    ADDRESS = "address"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or several that are one: a link over lines, a hard-wrapped paragraph."""

    number: int  # of the first, from 1
    kind: Kind
    text: str  # without markdown
    targets: tuple[str, ...] = ()  # of its links

    @property
    def arxiv_id(self) -> str | None:
        """The arXiv id, normalised, that an address or a link points to."""
        return next(filter(None, map(_arxiv_id, self.targets)), None)


@dataclass(frozen=True, slots=True)
class PageDate:
    """A date as the page shows it: without a year if it was saved in that year."""

    month: int
    day: int
    year: int | None
    comments: int | None


HEADERS = frozenset(
    {
        *(
            "new",
            "subscribe",
            "daily papers",
            "daily",
            "weekly",
            "monthly",
            "trending papers",
            "papers",
            "ak",
        ),
        *("by", "and the research community", "models", "datasets", "spaces", "docs", "log in", "sign up"),
    }
)
LABELS = frozenset({"submitted by", "upvote"})
NOISES = frozenset(
    {"github", "arxiv", "arxiv page", "pdf", "view pdf", "view arxiv page", "code", "project page"}
)

_HEADER = re.compile(
    r"get trending papers\b.{0,80}|by\W*ak\b\W*(?:.{0,120}and the research community)?", re.IGNORECASE
)
_GLUED = re.compile(  # header lines run into the first title
    r"(?:new(?=Get trending)|Get trending papers[^!]{0,60}!|Subscribe|Daily Papers"
    r"|by\s?AK ?and the research community|(?:Daily|Weekly|Monthly)(?=[A-Z]))(?=[^\W_a-z])"
)
_AUTHORS = re.compile(r"[\W_]*(\d+) authors?\W*")
_DATE = re.compile(
    rf"(?:Published on )?(?P<month>{'|'.join(MONTHS)})[a-z]{{0,6}}\.? (?P<day>\d{{1,2}})"
    r"(?:, ?(?P<year>\d{4}))?(?: +(?P<comments>\d+))?",
    re.IGNORECASE,
)
_COUNT = re.compile(r"(?:\[-\]|-)? ?(\d*)")
_NOISE = re.compile(
    r"(?:LINK: )?GitHub [\d.]+k?|\[\d+\]: +\S+|(?:exported|retrieved|saved)\s*: .*", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://\S+")
_PAPER_ADDRESS = re.compile(r"papers(?:/|%2F)(\d{4}\.\d{4,5})", re.IGNORECASE)

_IMAGE = re.compile(r"!\[[^\]]*\]\([^)\s]*\)")
_WHOLE_LINK = re.compile(r"\[(?P<text>.*)\](?:\((?P<target>[^()\s]*)\)|\[\d+\])")
_COUNT_LINK = re.compile(r"\[\s*(?P<text>-?\d*)\s*\](?:\((?P<target>[^()\s]*)\)|\[\d+\])")
_LINK_OPENS = re.compile(r"(?:#{1,6} +)?\[(?!-\])")
_LINK_CLOSES = re.compile(r"\](?:\([^()\s]*\)|\[\d+\])$")
_ESCAPE = re.compile(r"\\([_*\[\]#<>`|])")

_LONGEST_MARK = 150  # characters; what is longer and has a blank is text
_LONGEST_LINK = 20_000
_MAX_LINK_LINES = 100
_MAX_WRAPPED_LINES = 100
_MAX_WRAPPED_WIDTH = 130
_MIN_WRAPPED_WIDTH = 45


def page_lines(lines: Iterable[tuple[int, str]]) -> Iterator[Line]:
    """Yield what stands on a page, from its numbered raw lines."""
    return _without_glue(_unwrapped(classify(number, text) for number, text in _whole_links(lines)))


def classify(number: int, text: str) -> Line:
    """Tell what a line is.

    >>> classify(1, "  • 9 authors").kind, classify(2, "Mar 3 2").kind, classify(3, "Go Wider").kind
    (<Kind.AUTHORS: 'authors'>, <Kind.DATE: 'date'>, <Kind.TEXT: 'text'>)
    """
    visible, targets = _without_markdown(text.strip())
    if _ADDRESS.fullmatch(visible):
        targets = (*targets, visible)
    return Line(number, _kind(visible, bool(targets)), visible, targets)


def _kind(text: str, linked: bool) -> Kind:
    if not text:
        return Kind.NOISE if linked else Kind.BLANK
    if len(text) > _LONGEST_MARK and " " in text:
        return Kind.TEXT
    return next((kind for kind, is_one in _MARKS if is_one(text)), Kind.TEXT)


def read_date(text: str) -> PageDate | None:
    """Read a line that is nothing but a date and perhaps a number of comments.

    >>> read_date("Apr 22, 2024 14")
    PageDate(month=4, day=22, year=2024, comments=14)
    >>> read_date("May 29 was the day")
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, comments = match["year"], match["comments"]
    return PageDate(
        MONTHS.index(match["month"].lower()) + 1,
        int(match["day"]),
        int(year) if year else None,
        int(comments) if comments else None,
    )


def read_count(text: str) -> int:
    """Return the number in a line of authors, upvotes or comments; "-" is none."""
    digits = re.search(r"\d{1,9}", text)
    return int(digits[0]) if digits else 0


def _bare(text: str) -> str:
    return text.removeprefix("- ").lower()


_MARKS: tuple[tuple[Kind, Callable[[str], object]], ...] = (  # the first that fits
    (Kind.HEADER, lambda text: _bare(text) in HEADERS or _HEADER.fullmatch(text)),
    (Kind.LABEL, lambda text: _bare(text) in LABELS),
    (Kind.DOT, lambda text: text in "·•"),
    (Kind.AUTHORS, _AUTHORS.fullmatch),
    (Kind.DATE, _DATE.fullmatch),
    (Kind.COUNT, _COUNT.fullmatch),
    (Kind.ADDRESS, _ADDRESS.fullmatch),
    (Kind.NOISE, lambda text: _bare(text) in NOISES or _NOISE.fullmatch(text)),
    (Kind.NOISE, lambda text: not any(map(str.isalnum, text))),
)


def _arxiv_id(target: str) -> str | None:
    if match := _PAPER_ADDRESS.search(target):
        return normalise_id(match[1])
    found = normalise_id(target)
    return found if found and found.startswith("arxiv:") else None


def _without_markdown(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a line that is all link or heading, and its targets; other text is untouched."""
    marked = text.startswith(("#", "[", "!", "-")) or text.endswith((")", "]"))
    if not marked or len(text) > _LONGEST_LINK:
        return text, ()
    bare = re.sub(r"^#{1,6} +", "", _IMAGE.sub("", text)).strip()
    match = _WHOLE_LINK.fullmatch(bare)
    if match is not None and "](" not in match["text"]:
        inner = re.sub(r"^\[[^\]]*\] ", "", re.sub(r"\\+(?=\s|$)", " ", match["text"]))
        return clean(_ESCAPE.sub(r"\1", inner)), (match["target"],) if match["target"] else ("",)
    if match := _COUNT_LINK.search(bare):
        without = f"{bare[: match.start()]} {match['text']}{bare[match.end() :]}".strip()
        if _DATE.fullmatch(without.replace("  ", " ")):
            return without.replace("  ", " "), (match["target"] or "",)
    return (bare, ()) if text.startswith("#") or not bare else (text, ())


def _whole_links(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Put a link that goes over several lines on one; a bracket that never closes is left alone."""
    held: list[tuple[int, str]] = []
    for number, line in lines:
        text = line.strip()
        if not held:
            if (
                _LINK_OPENS.match(text)
                and not _LINK_CLOSES.search(text)
                and text.count("[") > text.count("]")
            ):
                held.append((number, text))
            else:
                yield number, text
            continue
        held.append((number, text))
        if _LINK_CLOSES.search(text):
            yield held[0][0], " ".join(part for _, part in held if part)
            held.clear()
        elif len(held) > _MAX_LINK_LINES:
            yield from held
            held.clear()
    yield from held


def _unwrapped(lines: Iterable[Line]) -> Iterator[Line]:
    """Join the lines of hard-wrapped paragraphs."""
    run: list[Line] = []
    for line in lines:
        fits = line.kind is Kind.TEXT and not line.targets and len(line.text) <= _MAX_WRAPPED_WIDTH
        if not fits or len(run) > _MAX_WRAPPED_LINES:
            yield from _joined(run)
            run.clear()
        if fits:
            run.append(line)
        else:
            yield line
    yield from _joined(run)


def _joined(run: list[Line]) -> list[Line]:
    """Make one line of a run of adjacent ones if they look hard-wrapped: long, and going on in lower case."""
    if len(run) < 2 or any(len(line.text) < _MIN_WRAPPED_WIDTH for line in run[:-1]):
        return run
    going_on = sum(line.text[0].islower() for line in run[1:])
    if 3 * going_on < len(run) - 1 or not going_on:
        return run
    return [replace(run[0], text=" ".join(line.text for line in run))]


def _without_glue(lines: Iterable[Line]) -> Iterator[Line]:
    """Free the first title of a page from header lines that run into it."""
    at_top = True
    for line in lines:
        if line.kind is Kind.TEXT and at_top:
            text = line.text
            while match := _GLUED.match(text):
                text = text[match.end() :]
            if text != line.text:
                yield Line(line.number, Kind.HEADER, line.text[: -len(text)])
            yield replace(line, text=text)
            at_top = False
        else:
            at_top = at_top or line.kind is Kind.HEADER
            yield line
