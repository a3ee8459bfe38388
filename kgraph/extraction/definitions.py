"""Which short form a text gives to which long form: "Low-Rank Adaptation (LoRA)".

After Schwartz and Hearst 2003, "A simple algorithm for identifying abbreviation definitions in
biomedical text": the letters of the short form must occur in the long form in order, the first
one at the beginning of a word. Both orders are read, long (SHORT) and SHORT (long).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kgraph.keys import FUNCTION_WORDS

TEX_FONT = r"\{?(?:\\?(?:rm|bf|tt)|\\(?:it|sc|sf|em)) +(?=[A-Z])"  # of "{\rm LoRA}"; pages leave "rm LoRA"
_PARENTHESES = re.compile(rf"\(\s*(?:{TEX_FONT})?([^()]{{2,90}}?)\}}?\s*\)")
_CLAUSE_END = re.compile(r"\n|[.;:!?]\s|[()]")
_SHORT = re.compile(r"[\w$^\\{}-]+(?: [\w-]+)?")
LONGEST_SHORT = 14


@dataclass(frozen=True, slots=True)
class Definition:
    """Spans of the long and the short form, half open."""

    long: tuple[int, int]
    short: tuple[int, int]


def find_definitions(text: str) -> Iterator[Definition]:
    r"""Yield the definitions of a text in reading order.

    >>> text = "We study Low-Rank Adaptation (LoRA) and SSMs (state space models) (see Table 2)."
    >>> [(text[slice(*d.long)], text[slice(*d.short)]) for d in find_definitions(text)]
    [('Low-Rank Adaptation', 'LoRA'), ('state space models', 'SSMs')]
    >>> text = "We study Low-Rank Adaptation (rm LoRA)."
    >>> [text[slice(*d.short)] for d in find_definitions(text)]
    ['LoRA']
    """
    for match in _PARENTHESES.finditer(text):
        inside, (start, end) = match[1], match.span(1)
        before = _clause_before(text, match.start())
        if _is_short(inside):
            if (long := _long_before(text, before, inside)) is not None:
                yield Definition(long, (start, end))
        elif (short := _last_word(text, before)) is not None and _is_short(text[slice(*short)]):
            begin = _align(inside, letters_of(text[slice(*short)]))
            if begin == 0 and len(inside.split()) <= 2 * len(letters_of(text[slice(*short)])):
                yield Definition((start, end), short)


def abbreviates(short: str, long: str) -> bool:
    """Say whether short is made of the initials of long's words, function words left out or taken in.

    >>> abbreviates("SVD", "singular value decomposition"), abbreviates("MoE", "mixture of experts")
    (True, True)
    >>> abbreviates("SVD", "support vector machine"), abbreviates("RL", "LoRA")
    (False, False)
    """
    return letters_of(short) in initials(long)


def initials(long: str) -> tuple[str, ...]:
    """Return the letters of the short forms that are made of a long form's initials; none of a single word.

    >>> initials("mixture of experts"), initials("LoRA")
    (('moe', 'me'), ())
    """
    words = _words(long)
    if len(words) < 2:
        return ()
    every = "".join(word[0] for word in words)
    heavy = "".join(word[0] for word in words if word not in FUNCTION_WORDS)
    return tuple(letters for letters in dict.fromkeys((every, heavy)) if len(letters) > 1)


def contracts(short: str, long: str) -> bool:
    """Say whether short is put together from beginnings of long's words, in order, at most one left out.

    >>> contracts("DisCo", "Disentangled Condensation"), contracts("P2T", "Prompt to Transfer")
    (True, True)
    >>> contracts("RIFE", "Real-Time Intermediate Flow Estimation"), contracts("DisCo", "Distilled Networks")
    (True, False)
    """
    words = _words(long)
    letters = letters_of(short)
    if len(words) < 2 or not 3 <= len(letters) <= LONGEST_SHORT or words[0][0] != letters[0]:
        return False
    if len(words) > 2 * len(letters):
        return False
    spare = int(sum(word not in FUNCTION_WORDS for word in words) > 2)
    return _put_together(letters, tuple(words), spare)


def _words(long: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", long.lower()) if word]


_SPOKEN = {"2": ("to", "two"), "4": ("for", "four")}


@lru_cache(1024)  # without which repeated letters take a time that doubles with each
def _put_together(letters: str, words: tuple[str, ...], spare: int) -> bool:
    """Consume letters by beginnings of words; function words and `spare` others may be left out."""
    if not words:
        return not letters
    word, rest = words[0], words[1:]
    if letters and word in _SPOKEN.get(letters[0], ()) and _put_together(letters[1:], rest, spare):
        return True
    for size in range(min(len(letters), len(word)), 0, -1):
        if word.startswith(letters[:size]) and _put_together(letters[size:], rest, spare):
            return True
    cost = int(word not in FUNCTION_WORDS)
    return cost <= spare and _put_together(letters, rest, spare - cost)


def _is_short(text: str) -> bool:
    letters = letters_of(text)
    return (
        2 <= len(letters) <= LONGEST_SHORT
        and _SHORT.fullmatch(text) is not None
        and any(c.isupper() for c in text)
        and (sum(c.isupper() for c in text) >= 2 or len(text.split()) == 1)
    )


def letters_of(short: str) -> str:
    """What of a short form must be found again: its letters and digits, without the plural s of SSMs."""
    if len(short) > 2 and short.endswith("s") and short[-2].isupper():
        short = short[:-1]
    return "".join(c for c in short.lower() if c.isalnum())


def _clause_before(text: str, position: int) -> tuple[int, int]:
    """The words before a position, at most 120 characters, back to the last stop."""
    start = max(0, position - 120)
    for stop in _CLAUSE_END.finditer(text, start, position):
        start = stop.end()
    end = len(text[:position].rstrip())
    return start, max(start, end)


def _last_word(text: str, span: tuple[int, int]) -> tuple[int, int] | None:
    words = list(re.finditer(r"\S+", text[slice(*span)]))
    return None if not words else (span[0] + words[-1].start(), span[0] + words[-1].end())


def _long_before(text: str, span: tuple[int, int], short: str) -> tuple[int, int] | None:
    letters = letters_of(short)
    words = list(re.finditer(r"\S+", text[slice(*span)]))
    most = min(len(letters) + 5, 2 * len(letters))
    start = span[0] + (words[-most:][0].start() if words else 0)
    long = text[start : span[1]]
    begin = _initials(long, short)
    if begin is None:
        begin = _align(long, letters)
    if begin is None or span[1] - start - begin <= len(short):
        return None
    return start + begin, span[1]


def _initials(long: str, short: str) -> int | None:
    """Return from which word on the initials are the short form: SSL is no mere supervised learning."""
    starts = [word.start() for word in re.finditer(r"[^\W_]+", long)]
    return next((start for start in reversed(starts) if abbreviates(short, long[start:])), None)


def _align(long: str, letters: str) -> int | None:
    """Find the letters in long from the right; return where the first stands, at the start of a word."""
    position = len(long)
    lower = long.lower()
    for index in range(len(letters) - 1, -1, -1):
        position -= 1
        while position >= 0 and not (
            lower[position] == letters[index]
            and (index or position == 0 or not lower[position - 1].isalnum())
        ):
            position -= 1
        if position < 0:
            return None
    return position
