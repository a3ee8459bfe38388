"""Dates as sources write them, to YYYY, YYYY-MM or YYYY-MM-DD."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEARS = range(1500, 2200)  # anything else is no year of a paper

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?![\d])")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_YEAR = re.compile(r"(\d{4})(?:\.0)?(?:/*|\D.*)")
_MONTH_NAME = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\b", re.IGNORECASE)
_NUMERIC = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")


def parse_date(value: object) -> str | None:
    """Return the date that a field holds, as precise as it is certain; None if it holds none.

    >>> parse_date("2017-06-12T17:57:34Z"), parse_date("12 June 2017"), parse_date("2019/10//undefined")
    ('2017-06-12', '2017-06-12', '2019-10')
    >>> parse_date(2014), parse_date({"date-parts": [[2014, 12]]}), parse_date("05/06/2017")
    ('2014', '2014-12', '2017')
    """
    if isinstance(value, Mapping):
        return _from_parts(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, int | float) and value > 10**11:  # milliseconds since 1970, as OpenReview has them
        return _from_milliseconds(value)
    return _from_text(str(value).strip())


def whole_date(year: int, month: int, day: int) -> str | None:
    """Return YYYY-MM-DD, or None if there is no such day."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _joined(year: int, month: int | None = None, day: int | None = None) -> str | None:
    """Join the parts of a date, leaving out those that cannot be."""
    if year not in YEARS:
        return None
    if month is None or not 1 <= month <= 12:
        return f"{year:04}"
    return (whole_date(year, month, day) if day else None) or f"{year:04}-{month:02}"


def _from_text(text: str) -> str | None:
    if match := _ISO.match(text) or _COMPACT.fullmatch(text):
        year, month, day = match.groups()
        return _joined(int(year), int(month), int(day) if day else None)
    if match := _NUMERIC.match(text):
        return _from_numbers(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH_NAME.search(text):
        return _from_words(text, MONTHS.index(match[1].lower()) + 1)
    if match := _YEAR.fullmatch(text):
        return _joined(int(match[1]))
    return None


def _from_words(text: str, month: int) -> str | None:
    """Read "12 June 2017", "Jun 12, 2017", "Mon, 12 Jun 2017 17:57:34 GMT", "June 2017"."""
    year = re.search(r"\b\d{4}\b", text)
    if year is None:
        return None
    day = re.search(r"(?<![\d:])\d{1,2}(?=\b|st|nd|rd|th)(?!:)", text.replace(year[0], "", 1))
    return _joined(int(year[0]), month, int(day[0]) if day else None)


def _from_numbers(first: int, second: int, year: int) -> str | None:
    """Read 13/06/2017 or 06/13/2017; of 05/06/2017 only the year is sure."""
    if first > 12:
        return _joined(year, second, first)
    if second > 12 or first == second:
        return _joined(year, first, second)
    return _joined(year)


def _from_parts(value: Mapping[object, object]) -> str | None:
    """Read a CSL or Crossref date: {"date-parts": [[2014, 12, 31], ...]} or {"raw": "..."}."""
    parts = value.get("date-parts")
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], list):
        return parse_date(value.get("raw") or value.get("value"))
    numbers = [int(part) for part in parts[0][:3] if str(part).isascii() and str(part).isdigit()]
    return _joined(*numbers) if numbers else None


def _from_milliseconds(value: float) -> str | None:
    try:
        return datetime.fromtimestamp(value / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None
