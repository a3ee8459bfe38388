"""Usages to readings: the forms of what a paper names, and which of them is the long one that decides.

All of it follows from the spellings that the papers of a collection use, whatever each means by them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from kgraph.corrections import Corrections, corrected, row_meant
from kgraph.forms import bare
from kgraph.keys import alias_key
from kgraph.lexicon import Lexicon, Row
from kgraph.records import Usage
from kgraph.spellings import fold_spellings, is_short, stems


class Reading(NamedTuple):
    """The forms of a usage: the first long one decides what it names and defines the short ones."""

    longs: tuple[str, ...]
    shorts: tuple[str, ...] = ()


def read_forms(
    forms: Collection[str], text_of: Mapping[str, str], rank: Callable[[str], tuple[object, ...]]
) -> Reading:
    """Tell the long from the short forms of a usage, and leave out what a paper says in passing.

    A form that holds all words of another ("Transformer architecture"), or the reverse, proves nothing. Where
    all are short, the longest is taken for long. Of several the one that comes first by `rank` goes first.
    """
    if len(forms) == 1:
        return Reading(tuple(forms))
    shorts = {form for form in forms if is_short(text_of[form])}
    kept: dict[str, frozenset[str]] = {}
    for form in sorted(forms, key=lambda form: (not spells_out(form, shorts, text_of), *rank(form))):
        words = frozenset(stems(text_of[form]))
        if not any(words < other or other < words for other in kept.values()):
            kept[form] = words
    longs = [form for form in kept if form not in shorts] or [max(sorted(kept), key=len)]
    return Reading(tuple(longs), tuple(form for form in kept if form not in longs))


def spells_out(form: str, shorts: set[str], text_of: Mapping[str, str]) -> bool:
    """Say whether a form is none of these short ones, but its initials are."""
    return form not in shorts and "".join([word[0] for word in stems(text_of[form])]) in shorts


def rank_of(form: str, rows: int, papers: int) -> tuple[object, ...]:
    """Sort forms that one row of the lexicon claims before unknown ones, and homonyms last."""
    return (1, 0, 2)[min(rows, 2)], -papers, form


class Forms:
    """The forms of a collection: how each is spelled, and which rows claim it."""

    def __init__(self, usages: Iterable[Usage], lexicon: Lexicon, corrections: Corrections) -> None:
        lexicon, self._said = corrected(lexicon, corrections)
        apart, papers, together = corrections.apart, Counter[str](), []
        for usage in usages:
            for spelling in usage.spellings:
                papers[spelling] += usage.papers
            if len(usage.spellings) > 1:
                together.append(usage.spellings)
        self.papers = papers  # of spellings
        self.key_of = {spelling: alias_key(spelling) or spelling for spelling in papers}
        folded = fold_spellings(self.key_of, papers, together, lexicon.by_key)
        self.form_of = {
            spelling: key if (key := self.key_of[spelling]) in apart and form in apart[key] else form
            for spelling, form in folded.items()
        }
        self.form_of_key = {self.key_of[spelling]: form for spelling, form in self.form_of.items()}
        self.text_of: dict[str, str] = {}  # form -> its commonest spelling
        for spelling in sorted(papers, key=lambda s: (-papers[s], s)):
            self.text_of.setdefault(self.form_of[spelling], spelling)
        self.rows_of = {form: lexicon.by_key[form] for form in self.text_of if form in lexicon.by_key}
        self.rows = {row.id: row for row in lexicon.rows}
        self._lexicon = lexicon
        self._readings: dict[tuple[str, ...], tuple[Collection[str], Reading]] = {}

    def reading(self, spellings: tuple[str, ...]) -> tuple[Collection[str], Reading]:
        """Return the forms of a usage of these spellings and what it says, if no form has a sense."""
        if len(spellings) == 1:
            forms = (self.form_of[spellings[0]],)
            return forms, Reading(forms)
        found = self._readings.get(spellings)
        if found is None:
            named = {self.form_of[spelling] for spelling in spellings}
            found = self._readings[spellings] = named, self.read(named, self.text_of)
        return found

    def read(self, forms: Collection[str], text_of: Mapping[str, str]) -> Reading:
        """Return what a usage of these forms says; forms with a sense are spelled by `text_of`."""
        return read_forms(forms, text_of, lambda form: self._rank(form, text_of))

    def _rank(self, form: str, text_of: Mapping[str, str]) -> tuple[object, ...]:
        return rank_of(form, len(self.rows_of.get(form, ())), self.papers[text_of[form]])

    def row_meant(self, key: str) -> Row | None:
        """Return the row that corrections mean by the key of a name, if it is one's."""
        return row_meant(self._said.get(key, bare(key)), self._lexicon)
