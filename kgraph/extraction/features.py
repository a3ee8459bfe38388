"""What the tagger sees of a text: integers and numbers for every token, nothing learnt here.

A word is described once (`Words.describe`) and remembered; what depends on the paper (place,
repetition, known names) is worked out for each text anew. Training and inference share this.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kgraph.extraction.tokens import sentence_spans, token_spans
from kgraph.keys import name_key
from kgraph.lexicon import Lexicon
from kgraph.records import TYPES

BUCKETS = 4096  # rows of each table of hashed affixes
RARE = 2000  # a word seen less often in the corpus also has a row of its own spelling
PLAIN = 6.0  # log of the count from which a word is common
WORD_IDS, WORD_FLAGS, PLACE_FLAGS = 5, 12, 5
LEXICON_FLAGS = 2 * len(TYPES)
LONGEST_NAME = 7  # tokens looked ahead in the lexicon

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text, described; all arrays are of its n tokens."""

    text: str
    spans: list[tuple[int, int]]
    rows: Ints  # (n,) row of the word in the tables of `Words`
    groups: Ints  # (n,) equal for equal words, whatever their case or plural s
    flags: Floats  # (n, PLACE_FLAGS + LEXICON_FLAGS)
    sentences: Ints  # (n,) number of the sentence, counted from 0 and never skipping
    sentence_spans: list[tuple[int, int]]  # characters
    names: list[tuple[int, int, int]]  # of the lexicon: first token, token after the last, index of the type


class Words:
    """Every word met so far: ids into the embedding tables and a few numbers about its form.

    `vocabulary` maps a lower-case word to its row of the pretrained vectors, `counts` and
    `capitalised` say how often the corpus has it and which share of that is not lower case.
    """

    def __init__(
        self, vocabulary: Sequence[str], counts: Sequence[int], capitalised: Sequence[float]
    ) -> None:
        self._row_of = {word: row for row, word in enumerate(vocabulary, 1)}  # row 0: unknown
        self._counts, self._capitalised = counts, capitalised
        self._rows: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self.ids: list[tuple[int, ...]] = []  # WORD_IDS each
        self.flags: list[tuple[float, ...]] = []  # WORD_FLAGS each
        self.group: list[int] = []
        self.keys: list[str] = []  # what the lexicon is asked by; empty for signs

    def __len__(self) -> int:
        return len(self._rows)

    def plain(self, row: int) -> bool:
        """Say whether a word is a common one, mostly written small, and here too: linear, Self."""
        flags = self.flags[row]
        small = bool(flags[0] or flags[1])
        return small and flags[9] * 12 > PLAIN and flags[10] < 0.5

    def row(self, word: str) -> int:
        found = self._rows.get(word)
        return self._add(word) if found is None else found

    def _add(self, word: str) -> int:
        row = self._rows[word] = len(self._rows)
        lower = word.lower()
        known = self._row_of.get(lower, 0)
        if not known and lower.endswith("s"):
            known = self._row_of.get(lower[:-1], 0)
        count = self._counts[known - 1] if known else 0
        capitalised = self._capitalised[known - 1] if known else 0.5
        self.ids.append((known, *_affixes(word, lower, count)))
        self.flags.append(_form(word, count, capitalised, known == 0))
        stem = lower[:-1] if len(lower) > 3 and lower.endswith("s") else lower
        self.group.append(self._groups.setdefault(stem, len(self._groups)))
        self.keys.append(name_key(word))
        return row


def _affixes(word: str, lower: str, count: int) -> tuple[int, ...]:
    exact = "c" + word if count < RARE else "c"
    return tuple(_bucket(part) for part in ("p" + lower[:3], "s" + lower[-3:], "h" + _shape(word), exact))


def _bucket(part: str) -> int:
    return zlib.crc32(part.encode("utf-8", "surrogatepass")) % BUCKETS


def _shape(word: str) -> str:
    """Letters by case and digits by d, runs cut to two: Mamba is Xxx, GPT4 is XXd."""
    shape = re.sub(r"\d", "d", re.sub("[a-z]", "x", re.sub("[A-Z]", "X", word)))
    return re.sub(r"(.)\1{2,}", r"\1\1", shape)


def _form(word: str, count: int, capitalised: float, unknown: bool) -> tuple[float, ...]:
    capitals = sum(c.isupper() for c in word)
    first = word[0].isupper()
    return (
        float(word.islower()),
        float(first and capitals == 1),
        float(capitals >= 2 and word.isupper()),
        float(capitals >= 2 and not word.isupper()),
        float(capitals >= 1 and not first),
        float(any(c.isdigit() for c in word)),
        float(word.isdigit()),
        float(not word[0].isalnum()),
        float(len(word) == 1),
        float(np.log1p(count)) / 12,
        capitalised,
        float(unknown),
    )


@dataclass(frozen=True, slots=True)
class _Spelling:
    type: int  # index into TYPES
    cased: bool  # it has capitals: not found in text without any
    exact: str | None  # found only as this
    cues: tuple[str, ...]  # found only in a text that holds one of these, if any

    def fits(self, letters: str, lower_text: str) -> bool:
        if self.exact is not None and self.exact not in (letters, letters.removesuffix("s")):
            return False
        if self.cased and not any(c.isupper() for c in letters):
            return False
        return not self.cues or any(cue in lower_text for cue in self.cues)


class Names:
    """The spellings of the lexicon by type, found in a sequence of words, longest first."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._spellings: dict[str, list[_Spelling]] = {}
        self._starts: set[str] = set()
        for row in lexicon.rows:
            for spelling in row.spellings:
                words = [spelling[start:end] for start, end in token_spans(spelling)]
                keys = [key for word in words if (key := name_key(word))]
                if keys:
                    cased = any(c.isupper() for c in spelling)
                    exact = _letters(words) if row.exact and cased else None
                    entry = _Spelling(TYPES.index(row.type), cased, exact, row.cues)
                    self._spellings.setdefault("".join(keys), []).append(entry)
                    self._starts.add(keys[0])

    def denies(self, spelling: str, text: str) -> bool:
        """Say whether a spelling is known as a name in other texts only: DROP without its cues, or drop."""
        words = [spelling[start:end] for start, end in token_spans(spelling)]
        known = self._spellings.get("".join(map(name_key, words)))
        if not known or not all(one.cues or one.exact for one in known):
            return False
        letters, lower = _letters(words), text.lower()
        return not any(one.fits(letters, lower) for one in known)

    def find(self, text: str, words: Sequence[str], keys: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Yield (first token, token after the last, index of the type), left to right, apart."""
        last, lower = 0, text.lower()
        for start, key in enumerate(keys):
            if start < last or not key or not (key in self._starts or key in self._spellings):
                continue
            joined, best = "", None
            for end in range(start + 1, min(start + LONGEST_NAME, len(keys)) + 1):
                joined += keys[end - 1]
                if keys[end - 1] and joined in self._spellings:
                    letters = _letters(words[start:end])
                    best = next(
                        ((end, s.type) for s in self._spellings[joined] if s.fits(letters, lower)), best
                    )
            if best is not None:
                last = best[0]
                yield start, *best


def _letters(words: Sequence[str]) -> str:
    return "".join(word for word in words if word[0].isalnum())


def describe(text: str, title_length: int, words: Words, names: Names) -> Tokens:
    """Describe a text whose first `title_length` characters are the title."""
    spans = token_spans(text)
    rows = [words.row(text[start:end]) for start, end in spans]
    groups = np.array([words.group[row] for row in rows], np.int32)
    known = list(names.find(text, [text[a:b] for a, b in spans], [words.keys[row] for row in rows]))
    flags = np.zeros((len(spans), PLACE_FLAGS + LEXICON_FLAGS), np.float32)
    if spans:
        flags[:, :PLACE_FLAGS] = _place(spans, groups, title_length)
        for start, end, type_ in known:
            flags[start, PLACE_FLAGS + 2 * type_] = 1
            flags[start + 1 : end, PLACE_FLAGS + 2 * type_ + 1] = 1
    sentences = sentence_spans(text)
    firsts = np.array([start for start, _ in sentences], np.int32)
    of_token = np.searchsorted(firsts, [start for start, _ in spans], side="right") - 1
    rows_, of_token_ = np.array(rows, np.int32), of_token.astype(np.int32)
    return Tokens(text, spans, rows_, groups, flags, of_token_, sentences, known)


def _place(spans: Sequence[tuple[int, int]], groups: Ints, title_length: int) -> Floats:
    """In the title, how often repeated, first of its kind, after a blank, early in the abstract."""
    starts, ends = np.array(spans).T
    _, first, inverse, counts = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    order = np.arange(len(spans))
    in_title = starts < title_length
    return np.stack(
        [
            in_title,
            np.log1p(counts[inverse]) / 3,
            first[inverse] == order,
            np.concatenate([[False], starts[1:] > ends[:-1]]),
            ~in_title & (order < in_title.sum() + 30),
        ],
        axis=1,
    ).astype(np.float32)
