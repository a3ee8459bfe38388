"""What the tagger sees of a text: integers and numbers for every token, none of them learnt by the network.

A word is described once (`Words.describe`) and remembered; what depends on the paper (place,
repetition, known names) is worked out for each text anew. Training and inference share this.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple, TypeVar

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
EVIDENCE_FLAGS = 5
LEXICON_FLAGS = 2 * len(TYPES) + EVIDENCE_FLAGS  # what the outside knows
EARLY = 30  # tokens that begin the abstract
LONGEST_NAME = 7  # tokens looked ahead in the lexicon

T = TypeVar("T")
Known = tuple[int, int, int]  # first token, token after the last, index of the type
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text, described; all arrays are of its n tokens."""

    text: str
    spans: list[tuple[int, int]]
    rows: Ints  # (n,) row of the word in the tables of `Words`
    repeats: "Repeats"
    flags: Floats  # (n, PLACE_FLAGS + LEXICON_FLAGS)
    sentences: Ints  # (n,) number of the sentence, counted from 0 and never skipping
    sentence_firsts: Ints  # (sentences,) the token that each begins with
    sentence_spans: list[tuple[int, int]]  # characters
    names: list[Known]  # of the lexicon


class Repeats(NamedTuple):
    """Which tokens are the same word, whatever its case or plural s; w words, counted from 0."""

    word: Ints  # (n,) of each token
    order: Ints  # (n,) the tokens by word, then by place
    firsts: Ints  # (w,) where each word begins in that order
    sizes: Ints  # (w,) how many tokens it is

    @classmethod
    def of(cls, groups: Sequence[int]) -> "Repeats":
        """Find the tokens of equal groups, which are any numbers; words count by where they first stand."""
        place_of: dict[int, int] = {}
        places = np.array([place_of.setdefault(group, i) for i, group in enumerate(groups)], np.int32)
        order = np.argsort(places, kind="stable")
        firsts = np.flatnonzero(np.diff(places[order], prepend=-1))
        sizes = np.diff(firsts, append=len(groups))
        word = np.empty(len(groups), np.int32)
        word[order] = np.repeat(np.arange(len(firsts)), sizes)
        return cls(word, *(part.astype(np.int32) for part in (order, firsts, sizes)))


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


class Counts(NamedTuple):
    """Of one spelling: papers that hold it, and those that name a thing by it, of the graph or another."""

    papers: int
    things: int
    others: int


@dataclass(frozen=True, slots=True)
class _Spelling:
    type: int  # index into TYPES
    cased: bool  # it has capitals: not found in text without any
    exact: tuple[str, ...]  # found only as one of these, if any
    cues: tuple[str, ...]  # found only in a text that holds one of these, if any

    def fits(self, letters: str, lower_text: str) -> bool:
        if self.exact and letters not in self.exact:
            return False
        if self.cased and not any(c.isupper() for c in letters):
            return False
        return not self.cues or any(cue in lower_text for cue in self.cues)


class _Phrases:
    """Known runs of words, by the keys of their words joined; found from left to right, the longest first."""

    def __init__(self) -> None:
        self._first: set[str] = set()  # keys of words that one begins with
        self._joined: set[str] = set()
        self._begun: set[str] = set()  # a first word and the letter, or two, that one goes on with

    def add(self, words: Iterable[str]) -> str:
        """Return the key of a run of words; empty if they have none."""
        keys = [key for word in words if (key := name_key(word))]
        joined = "".join(keys)
        if keys:
            self._first |= {keys[0], joined}
            self._joined.add(joined)
            self._begun.clear()
        return joined

    def find(
        self, keys: Sequence[str], meant: Callable[[int, int, str], T | None]
    ) -> Iterator[tuple[int, int, T]]:
        """Yield (first token, token after the last, meaning) of each run that means something, apart."""
        if not self._begun:
            self._note_letters()
        known, begun, last = self._joined, self._begun, 0
        for start in self._starts(keys):
            if start < last:
                continue
            joined, best = "", None
            for end, key in enumerate(keys[start : start + LONGEST_NAME], start + 1):
                if not key:
                    continue
                if joined == keys[start] and joined + key[:2] not in begun:
                    break
                joined += key
                if joined in known and (meaning := meant(start, end, joined)) is not None:
                    best = end, meaning
            if best is not None:
                last = best[0]
                yield start, *best

    def _starts(self, keys: Sequence[str]) -> list[int]:
        """Return where a run may begin: of the many words that one begins with, few go on like it."""
        first, known, begun = self._first, self._joined, self._begun
        return [
            i
            for i, (key, after) in enumerate(zip_longest(keys, keys[1:], fillvalue=""))
            if key in first and (key in known or not after or key + after[:2] in begun)
        ]

    def _note_letters(self) -> None:
        for joined in self._joined:
            for size in range(1, len(joined)):
                if joined[:size] in self._first:
                    self._begun |= {joined[: size + 1], joined[: size + 2]}


class Names:
    """The spellings of the lexicon by type, found in a sequence of words."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._spellings: dict[str, list[_Spelling]] = {}
        self._phrases = _Phrases()
        for row in lexicon.rows:
            for spelling in row.spellings:
                words = [spelling[start:end] for start, end in token_spans(spelling)]
                if key := self._phrases.add(words):
                    cased = any(c.isupper() for c in spelling)
                    letters = _letters(words)
                    exact = (letters, letters + "s") if row.exact and cased else ()
                    entry = _Spelling(TYPES.index(row.type), cased, exact, row.cues)
                    self._spellings.setdefault(key, []).append(entry)

    def denies(self, spelling: str, text: str) -> bool:
        """Say whether a spelling is known as a name in other texts only: DROP without its cues, or drop."""
        key, letters = _key_and_letters(spelling)
        known = self._spellings.get(key)
        if not known or not all(one.cues or one.exact for one in known):
            return False
        lower = text.lower()
        return not any(one.fits(letters, lower) for one in known)

    def find(self, text: str, words: Sequence[str], keys: Sequence[str]) -> Iterator[Known]:
        """Yield names, left to right, apart."""
        lower = text.lower()

        def meant(start: int, end: int, key: str) -> int | None:
            letters = _letters(words[start:end])
            return next((s.type for s in self._spellings.get(key, ()) if s.fits(letters, lower)), None)

        return self._phrases.find(keys, meant)


class Evidence:
    """How often the annotated papers that hold a spelling name something by it: is it established?

    `counts` holds for each spelling the papers with it, and how many of them name by it a method, model or
    dataset, and how many a task or metric.
    """

    def __init__(self, counts: Mapping[str, Counts]) -> None:
        self._phrases = _Phrases()
        words = ((spelling[start:end] for start, end in token_spans(spelling)) for spelling in counts)
        keys = map(self._phrases.add, words)
        self._rows = {key: 2 * number for number, key in enumerate(keys)}  # of the first token, others: + 1
        papers, things, others = np.array(list(counts.values()), np.float64).reshape(-1, 3).T
        papers = np.maximum(papers, 1)
        rates = np.stack([things / papers, others / papers, np.log1p(papers) / 5], axis=1)
        places = np.tile(np.eye(2), (len(counts), 1))
        self._table = np.concatenate([places, rates.repeat(2, axis=0)], axis=1).astype(np.float32)

    def find(self, keys: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield (first token, token after the last, key), left to right, apart."""
        return self._phrases.find(keys, lambda _, __, key: key)

    def flags(self, keys: Sequence[str]) -> Floats:
        """Describe tokens by what is known of the spellings they belong to, shape (n, EVIDENCE_FLAGS)."""
        flags = np.zeros((len(keys), EVIDENCE_FLAGS), np.float32)
        tokens: list[int] = []
        rows: list[int] = []
        for start, end, key in self.find(keys):
            row = self._rows[key]
            tokens += range(start, end)
            rows += [row, *[row + 1] * (end - start - 1)]
        if rows:
            flags[tokens] = self._table[rows]
        return flags


def read_evidence(path: Path) -> dict[str, Counts]:
    """Read what `pipelines.evidence` wrote, by spelling."""
    lines = (line.split("\t") for line in path.read_text("utf-8").split("\n")[1:-1])
    return {spelling: Counts(*map(int, counts)) for spelling, *counts in lines}


@lru_cache(20_000)
def _key_and_letters(spelling: str) -> tuple[str, str]:
    words = [spelling[start:end] for start, end in token_spans(spelling)]
    return "".join(map(name_key, words)), _letters(words)


def _letters(words: Sequence[str]) -> str:
    return "".join(word for word in words if word[0].isalnum())


def describe(text: str, title_length: int, words: Words, names: Names, evidence: Evidence) -> Tokens:
    """Describe a text whose first `title_length` characters are the title."""
    spans = token_spans(text)
    places = np.array(spans, np.int32).reshape(-1, 2)
    texts = [text[start:end] for start, end in spans]
    rows = list(map(words.row, texts))
    repeats = Repeats.of([words.group[row] for row in rows])
    keys = [words.keys[row] for row in rows]
    known = list(names.find(text, texts, keys))
    flags = np.zeros((len(spans), PLACE_FLAGS + LEXICON_FLAGS), np.float32)
    if spans:
        flags[:, :PLACE_FLAGS] = _place(places, repeats, title_length)
        flags[:, -EVIDENCE_FLAGS:] = evidence.flags(keys)
        for start, end, type_ in known:
            flags[start, PLACE_FLAGS + 2 * type_] = 1
            flags[start + 1 : end, PLACE_FLAGS + 2 * type_ + 1] = 1
    sentences = sentence_spans(text)
    firsts = np.searchsorted(places[:, 0], [start for start, _ in sentences]).astype(np.int32)
    of_token = np.repeat(np.arange(len(firsts), dtype=np.int32), np.diff(firsts, append=len(spans)))
    return Tokens(text, spans, np.array(rows, np.int32), repeats, flags, of_token, firsts, sentences, known)


def _place(places: Ints, repeats: Repeats, title_length: int) -> Floats:
    """In the title, how often repeated, first of its kind, after a blank, early in the abstract."""
    starts, ends = places.T
    titled = int((starts < title_length).sum())
    flags = np.zeros((len(places), PLACE_FLAGS), np.float32)
    flags[:titled, 0] = 1
    flags[:, 1] = (np.log1p(repeats.sizes) / 3)[repeats.word]
    flags[repeats.order[repeats.firsts], 2] = 1
    flags[1:, 3] = starts[1:] > ends[:-1]
    flags[titled : titled + EARLY, 4] = 1
    return flags
