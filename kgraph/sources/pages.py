"""Saved pages of trending papers, as text: which lines make up which paper.

Author counts, dates, comment counts and blank lines may each be missing. A title is a short text
followed by an abstract, so a stray block costs itself and never shifts the pairs behind it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources.dates import whole_date
from kgraph.sources.files import InputFile
from kgraph.sources.page_lines import Kind, Line, PageDate, page_lines, read_count, read_date
from kgraph.sources.texts import excess, plain_abstract, plain_title
from kgraph.sources.values import excerpt

MAX_TITLE = 300  # characters; the longest in 454 was 145, the shortest abstract 432
MIN_ABSTRACT = 200  # from here on a text needs no full stop to be one

_FRAME = (Kind.AUTHORS, Kind.DOT, Kind.DATE)  # what stands below an abstract
_MAX_ORGANISATION = 60
_EXPORTED = re.compile(r"(?:exported|retrieved|saved)\s*:\s*(\d{4}-\d\d-\d\d)", re.IGNORECASE)
_DAY_PAGE = re.compile(r"/papers/date/(\d{4})-\d\d-\d\d")
_TIMES = re.compile(r"(?<=\d)times\b")
_FONT = re.compile(r"(?<![\w\\])(?:text(?:it|bf|tt|sc|rm|sf)|emph)\{([^{}]*)\}")
_NO_ABSTRACT = "has no abstract below it, so it is not read as a title"
_NO_TITLE = "has no title above it, so it is not read as an abstract"


def read_page(file: InputFile, as_of: date | None = None) -> Iterator[Paper | Reject]:
    """Yield the papers of a page.

    The site leaves out the year of dates in the current year. It is that of `as_of`, the day on which
    the page was saved; without it, the file is read twice and the year is the first after all those
    shown, and marked as inferred.
    """
    day = as_of or find_saved_day(file.lines())
    years = _Years(day, inferred=as_of is None)
    yield from _Pairing(file.name, years).read(page_lines(file.lines()))


def is_page(lines: Iterable[str]) -> bool:
    """Tell whether the first lines of a text read like a page: no more stray blocks than papers."""
    found = list(_Pairing("", _Years(None)).read(page_lines(enumerate(lines, start=1))))
    papers = sum(isinstance(one, Paper) and " " in one.title and not one.title.endswith(".") for one in found)
    return papers > 0 and 2 * papers >= len(found)


def find_saved_day(lines: Iterable[tuple[int, str]]) -> date | None:
    """Return the day on which a page was saved, or the last that it can be, as it tells itself.

    Its year is the first after all those shown, since only the current year is left out, and not before
    that of any arXiv id; the day is the one in the header. None if nothing tells the year.
    """
    years: list[int] = []
    header: PageDate | None = None
    at_top = True
    for line in page_lines(lines):
        if match := _EXPORTED.match(line.text):
            return date.fromisoformat(match[1])
        years += (int(match[1]) for target in line.targets if (match := _DAY_PAGE.search(target)))
        if line.arxiv_id is not None:
            years.append(_year_of_id(line.arxiv_id))
        if line.kind is Kind.DATE and (shown := read_date(line.text)):
            if shown.year is not None:
                years.append(shown.year + 1)
            elif at_top and header is None:
                header = shown
        at_top = at_top and line.kind is not Kind.AUTHORS and len(line.text) < MIN_ABSTRACT
    if not years:
        return None
    day = whole_date(max(years), header.month, header.day) if header else None
    return date.fromisoformat(day) if day else date(max(years), 12, 31)


def _year_of_id(arxiv_id: str) -> int:
    digits = arxiv_id.removeprefix("arxiv:")[:2]
    return 2000 + int(digits) if digits.isdigit() else 0


@dataclass(frozen=True, slots=True)
class _Years:
    """How dates without a year get theirs: the latest such day that is not after the page was saved."""

    saved: date | None
    inferred: bool = True

    def resolve(self, shown: PageDate) -> tuple[str | None, bool]:
        """Return the date and whether its year is inferred."""
        if shown.year is not None:
            return whole_date(shown.year, shown.month, shown.day), False
        if self.saved is None:
            return None, False
        before = (shown.month, shown.day) <= (self.saved.month, self.saved.day)
        found = whole_date(self.saved.year - (not before), shown.month, shown.day)
        return found, self.inferred and found is not None


@dataclass(slots=True)
class _Open:
    """A paper with title and abstract, while what stands below is still being read."""

    title: Line
    abstract: Line
    arxiv_id: str | None
    shown: PageDate | None = None
    framed: bool = False
    author_count: int | None = None
    comments: int | None = None
    upvotes: int | None = None
    organisation: str | None = None


class _Pairing:
    """The state while a page is read: the open paper, and up to two texts not yet known to be a pair."""

    def __init__(self, name: str, years: _Years) -> None:
        self._name, self._years = name, years
        self._open: _Open | None = None
        self._waiting: list[Line] = []
        self._label = ""
        self._upvotes: int | None = None  # of the paper to come, as is the arXiv id
        self._arxiv_id: str | None = None

    def read(self, lines: Iterable[Line]) -> Iterator[Paper | Reject]:
        for line in lines:
            if line.kind is Kind.BLANK:
                continue
            label, self._label = self._label, ""
            self._see_address(line)
            if line.kind is Kind.LABEL:
                self._label = line.text.lower()
            elif line.kind is Kind.HEADER:
                yield from self._close_all()
            elif line.kind is Kind.COUNT:
                self._count(line, label)
            elif line.kind in _FRAME:
                yield from self._frame(line)
            elif line.kind is Kind.TEXT and label != "submitted by":
                yield from self._text(line)
        yield from self._close_all()

    def _see_address(self, line: Line) -> None:
        found = line.arxiv_id
        if found is None:
            return
        if (
            self._open is not None
            and self._open.arxiv_id is None
            and not self._waiting
            and line.kind is not Kind.TEXT
        ):
            self._open.arxiv_id = found
        elif self._open is None or self._open.arxiv_id != found:
            self._arxiv_id = found

    def _text(self, line: Line) -> Iterator[Paper | Reject]:
        if not self._waiting:
            if _may_be_title(line.text):
                self._waiting.append(line)
            else:
                yield self._reject(line, _NO_TITLE)
        elif _is_abstract(line.text):
            *stray, title = self._waiting
            yield from self._start(title, line, stray)
        else:
            self._waiting.append(line)
            if len(self._waiting) > 2:
                yield self._reject(self._waiting.pop(0), _NO_ABSTRACT)

    def _frame(self, line: Line) -> Iterator[Paper | Reject]:
        """Read what stands below an abstract; it also proves that two texts above it are a pair."""
        if len(self._waiting) == 2:
            title, abstract = self._waiting
            yield from self._start(title, abstract)
        elif self._waiting and self._is_organisation(self._waiting[0], line):
            assert self._open is not None
            self._open.organisation = self._waiting.pop().text
        elif self._waiting:
            yield from self._close_all()
        if self._open is not None:
            _put(self._open, line)

    def _is_organisation(self, text: Line, below: Line) -> bool:
        """Tell whether a text stands where the site shows an organisation instead of the authors."""
        unframed = self._open is not None and not self._open.framed
        return unframed and below.kind is not Kind.AUTHORS and len(text.text) <= _MAX_ORGANISATION

    def _count(self, line: Line, label: str) -> None:
        """Take a number for comments if it follows a date, for upvotes of the paper to come otherwise."""
        count = read_count(line.text)
        if label == "upvote" and self._open is not None:
            self._open.upvotes = count
        elif line.targets or "-" in line.text or self._open is None or self._open.shown is None:
            is_comments = any(target.endswith("#community") for target in line.targets)
            self._upvotes = self._upvotes if is_comments else count
        elif self._open.comments is None and not self._waiting:
            self._open.comments = count

    def _start(self, title: Line, abstract: Line, stray: Iterable[Line] = ()) -> Iterator[Paper | Reject]:
        yield from self._close()
        for line in stray:
            yield self._reject(line, _NO_ABSTRACT)
        self._open = _Open(title, abstract, self._arxiv_id, upvotes=self._upvotes)
        self._waiting, self._arxiv_id, self._upvotes = [], None, None

    def _close_all(self) -> Iterator[Paper | Reject]:
        yield from self._close()
        for line in self._waiting:
            yield self._reject(line, _NO_ABSTRACT)
        self._waiting = []

    def _close(self) -> Iterator[Paper | Reject]:
        if self._open is not None:
            title, abstract = self._open.title, self._open.abstract
            reason = excess(title.text, abstract.text)
            yield self._reject(title, reason) if reason else self._paper(self._open)
        self._open = None

    def _paper(self, found: _Open) -> Paper:
        day, inferred = self._years.resolve(found.shown) if found.shown else (None, False)
        names = ("author_count", "comments", "organisation", "upvotes")
        extra = {name: value for name in names if (value := getattr(found, name)) is not None}
        bare_id = (found.arxiv_id or "").removeprefix("arxiv:")
        return Paper(
            id="",
            title=plain_title(_with_commands(found.title.text)),
            abstract=plain_abstract(_with_commands(found.abstract.text)),
            date=day,
            date_inferred=inferred,
            url=f"https://huggingface.co/papers/{bare_id}" if bare_id else None,
            ids=(found.arxiv_id,) if found.arxiv_id else (),
            extra=extra,
            source=f"{self._name}:{found.title.number}",
        )

    def _reject(self, line: Line, reason: str) -> Reject:
        return NoPaper(f"{self._name}:{line.number}", reason, excerpt(line.text))


def _with_commands(text: str) -> str:
    """Mend what the site leaves of TeX when it drops dollars and backslashes: `100times`, `textit{all}`."""
    return _FONT.sub(r"\1", _TIMES.sub("×", text))


def _put(found: _Open, line: Line) -> None:
    found.framed = True
    if line.kind is Kind.AUTHORS and found.author_count is None:
        found.author_count = read_count(line.text)
    elif line.kind is Kind.DATE and found.shown is None:
        found.shown = read_date(line.text)
        found.comments = found.shown.comments if found.shown else None


def _ends_sentence(text: str) -> bool:
    return text.rstrip("\"')]").endswith((".", "!"))


def _is_abstract(text: str) -> bool:
    """Tell whether a text below a title is its abstract: long, or a sentence with its stop."""
    return len(text) >= MIN_ABSTRACT or (_ends_sentence(text) and " " in text)


def _may_be_title(text: str) -> bool:
    limit = MIN_ABSTRACT * 3 // 4 if _ends_sentence(text) else MAX_TITLE
    return len(text) <= limit
