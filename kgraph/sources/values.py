"""What the fields of a record hold, to plain texts and lists, whatever their shape."""

import ast
import json
import re
import warnings
from collections.abc import Iterable, Mapping

_NAME_KEYS = ("name", "display_name", "fullname", "literal", "value", "title")
_NOTHING = frozenset({"None", "null", "NaN", "nan"})
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
_EXCERPT = 80
_MAX_LITERAL = 100_000  # characters of a list in a table's cell
_MAX_DEPTH = 3  # of the objects and lists around a text


def clean(text: str) -> str:
    """Put a text on one line: ends stripped, lines joined, no control characters; nothing else is changed.

    >>> clean("  Attention\\n  is~all\\x01 ")
    'Attention is~all'
    """
    if text.isprintable() and "  " not in text:  # the usual case, four times as fast
        return text.strip()
    return " ".join(_UNSEEN.sub(" ", text).split())


def excerpt(text: str) -> str:
    """Return the first 80 characters for a list of rejects."""
    return clean(text[: 4 * _EXCERPT])[:_EXCERPT]


def first_text(values: Iterable[object]) -> str:
    """Return the text of the first value that has one, else ""."""
    return next(filter(None, map(read_text, values)), "")


def read_text(value: object, depth: int = _MAX_DEPTH) -> str:
    """Return the text of a value: a string, a number, the first of a list, the name of an object.

    >>> read_text(["", "Nature"]), read_text({"name": "ICLR"}), read_text(2017), read_text("None")
    ('Nature', 'ICLR', '2017', '')
    """
    return clean(raw_text(value, depth))


def raw_text(value: object, depth: int = _MAX_DEPTH) -> str:
    """Return the text of a value as `read_text` does, but as it stands, with its line ends."""
    if isinstance(value, str):
        return "" if value in _NOTHING or value.isspace() else value
    if isinstance(value, bool) or value is None or value != value or depth == 0:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return next(filter(None, (raw_text(one, depth - 1) for one in value)), "")
    if isinstance(value, Mapping):
        return next(filter(None, (raw_text(value.get(key), depth - 1) for key in _NAME_KEYS)), "")
    return ""


def read_list(value: object, separators: str = r"[;\n]") -> list[object]:
    """Return the items of a list, also of one in a string: JSON, Python's notation, or separated.

    >>> read_list("a; b"), read_list("['Marx, Karl', 'Lindgren, Astrid']"), read_list(None)
    (['a', 'b'], ['Marx, Karl', 'Lindgren, Astrid'], [])
    """
    if isinstance(value, str):
        value = _read_literal(value) or re.split(separators, value)
        return [one for one in (clean(one) if isinstance(one, str) else one for one in value) if one != ""]
    return value if isinstance(value, list) else []


def _read_literal(text: str) -> list[object] | None:
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")) or len(text) > _MAX_LITERAL:
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            with warnings.catch_warnings(action="ignore"):  # of odd escapes in strings
                value = parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return value if isinstance(value, list) else None
    return None


def read_texts(value: object) -> list[str]:
    """Return the texts in a list, or in a string that semicolons or commas separate."""
    separators = r"[;\n]" if isinstance(value, str) and ";" in value else r"[,\n]"
    return [text for text in map(read_text, read_list(value, separators)) if text]


def read_scalar(value: object) -> str | int | None:
    """Return a string, a truth value or a whole number, which may be spelled as a string; else None."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"\d{1,15}", value, re.ASCII) else clean(value) or None
    return value if isinstance(value, int) else None


def read_names(value: object) -> list[str]:
    """Return the names of people: a list of strings or objects, or one string of several.

    >>> read_names("Vaswani, Ashish and Shazeer, Noam"), read_names("A. Vaswani, N. Shazeer and N. Parmar")
    (['Vaswani, Ashish', 'Shazeer, Noam'], ['A. Vaswani', 'N. Shazeer', 'N. Parmar'])
    >>> read_names([{"given": "Noam", "family": "Shazeer"}, ["Parmar", "Niki", ""], {"name": "X Y"}])
    ['Noam Shazeer', 'Niki Parmar', 'X Y']
    """
    found = read_list(value, ";")
    if isinstance(value, str) and len(found) == 1 and isinstance(found[0], str) and found[0] == clean(value):
        found = list(_split_names(found[0]))
    return [name for name in map(_read_name, found) if name]


def _split_names(text: str) -> list[str]:
    parts = re.split(r",?\s+and\s+", text)
    if len(parts) > 1 and all(part.count(",") == 1 for part in parts):  # "Last, First and Last, First"
        return parts
    return [clean(name) for part in parts for name in part.split(",")]


def _read_name(value: object, depth: int = _MAX_DEPTH) -> str:
    if isinstance(value, list):  # last, first, suffix
        return " ".join(filter(None, map(read_text, value[1:2] + value[:1] + value[2:3])))
    if not isinstance(value, Mapping):
        return read_text(value)
    if value.get("hidden") is True or depth == 0:
        return ""
    if isinstance(value.get("author"), Mapping):
        return _read_name(value["author"], depth - 1)
    first, last = value.get("given") or value.get("first"), value.get("family") or value.get("last")
    return " ".join(filter(None, (read_text(first), read_text(last)))) if last else read_text(value)
