"""Which sense a name has in one paper, where a collection knows several: decided by that paper alone.

A paper that spells out what it means needs no choice. Else the words around decide: the cues that
the lexicon gives to a sense, or the words of a long form that other papers define the short form by.
A paper that coins a name means its own thing, though others call something of another type so, or
the lexicon knows one by other cues: the COMET that gates experts is no metric of translation. What
nothing decides keeps the sense that the name has by itself in the collection.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from kgraph.forms import NONE, long_sense, own_sense, row_sense
from kgraph.keys import alias_key
from kgraph.lexicon import Lexicon, Row
from kgraph.records import Usage
from kgraph.spellings import is_short, stems, telling_stems

_ALIKE = ({"method", "model"}, {"method", "task"})  # types between which texts waver about one thing
_FEWEST = 2  # papers of others that a name must have to be theirs, if the lexicon does not know it


class Senses:
    """The senses that the names of a collection may have.

    `defined` holds for each short form its senses: for each the form that stands for it, and the telling
    stems of its long forms.
    """

    def __init__(
        self,
        usages: Iterable[Usage],
        lexicon: Lexicon,
        defined: Mapping[str, Mapping[str, Iterable[frozenset[str]]]],
    ) -> None:
        self._lexicon = lexicon
        self._defined = {
            form: {long: list(words) for long, words in longs.items()} for form, longs in defined.items()
        }
        self._labels: dict[str, Counter[str]] = defaultdict(Counter)  # key -> papers by type
        for usage in usages:
            for key in {alias_key(spelling) for spelling in usage.spellings}:
                self._labels[key][usage.label] += usage.papers

    def may_differ(self, spellings: Iterable[str], label: str) -> bool:
        """Say whether a paper's text is needed to tell what these name."""
        return any(
            key in self._defined
            or len(self._labels[key]) > 1
            or any(row.cues or not _alike(row.type, label) for row in self._lexicon.by_key.get(key, ()))
            for key in {alias_key(spelling) for spelling in spellings}
        )

    def choose(self, paper: str, spellings: tuple[str, ...], label: str, coined: bool, text: str) -> str:
        """Return the sense of what a paper names by these spellings, or NONE."""
        keys = sorted({alias_key(spelling) for spelling in spellings})
        lower = text.casefold()
        if coined and self._is_anothers(spellings, label, lower):
            return own_sense(paper)
        if not all(is_short(spelling) for spelling in spellings):
            return NONE
        by_cues = self._by_cues(keys, label, lower)
        return by_cues if by_cues != NONE else self._by_words(keys, lower)

    def _is_anothers(self, spellings: Iterable[str], label: str, lower: str) -> bool:
        """Say whether a name that a paper coins is known already as the name of something else."""
        said = {telling_stems(spelling) for spelling in spellings if not is_short(spelling)}
        for key in sorted({alias_key(spelling) for spelling in spellings}):
            rows = self._lexicon.by_key.get(key, [])
            if rows and said.isdisjoint(telling_stems(name) for row in rows for name in row.spellings):
                cued = all(row.cues and not any(_stands(cue, lower) for cue in row.cues) for row in rows)
                if cued or not any(_alike(row.type, label) for row in rows):
                    return True
            if not rows and self._others_differ(key, label):
                return True
        return False

    def _others_differ(self, key: str, label: str) -> bool:
        """Say whether all other papers take a name for something of quite another type."""
        types = self._labels[key]
        others = sum(papers for type_, papers in types.items() if not _alike(type_, label))
        return others >= _FEWEST and others >= types.total() - 1

    def _by_cues(self, keys: Iterable[str], label: str, lower: str) -> str:
        found: Counter[str] = Counter()
        for key in keys:
            for row in self._cued(key):
                if _alike(row.type, label):
                    found[row.id] += sum(_stands(cue, lower) for cue in row.cues)
        ranked = [(row_id, cues) for row_id, cues in found.most_common(2) if cues]
        if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
            return NONE
        return row_sense(ranked[0][0])

    def _by_words(self, keys: Iterable[str], lower: str) -> str:
        candidates = {long: words for key in keys for long, words in self._defined.get(key, {}).items()}
        if not candidates:
            return NONE
        said = _words_of(lower)
        fitting = [long for long, forms in candidates.items() if any(words <= said for words in forms)]
        return long_sense(fitting[0]) if len(fitting) == 1 else NONE

    def _cued(self, key: str) -> list[Row]:
        """Return the rows that claim a key if there are several."""
        rows = self._lexicon.by_key.get(key, [])
        return [row for row in rows if row.cues] if len(rows) > 1 else []


@lru_cache(1)  # a paper's names come one after the other
def _words_of(lower: str) -> frozenset[str]:
    return frozenset(stems(lower))


def _stands(cue: str, lower: str) -> bool:
    """Say whether a cue begins a word of a text: "translat" in "translation", not "gate" in "mitigate"."""
    return cue in lower and _at_word(cue).search(lower) is not None


@lru_cache(4096)
def _at_word(cue: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){re.escape(cue)}")


def _alike(one: str, other: str) -> bool:
    return one == other or any({one, other} <= types for types in _ALIKE)
