"""The tagger: reads a text once, then answers which names it holds and which roles they play."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from pathlib import Path

from kgraph.extraction.decoding import find_spans
from kgraph.extraction.features import Floats, Names, Tokens, describe
from kgraph.extraction.network import Judged, Network
from kgraph.extraction.things import Things
from kgraph.lexicon import Lexicon
from kgraph.records import TYPES

OUTSIDE_BIAS = 0.3  # chosen on a held-out fifth of the training papers


class Reading:
    """One text as the network sees it: its tokens and their states, shape (n, width)."""

    def __init__(self, tokens: Tokens, hidden: Floats) -> None:
        self.text, self.tokens, self.hidden = tokens.text, tokens, hidden
        self._token_starts = [start for start, _ in tokens.spans]
        self._sentence_starts = [start for start, _ in tokens.sentence_spans]

    def token_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the tokens that a span of characters touches, at least one."""
        first = max(bisect_right(self._token_starts, start) - 1, 0)
        return first, max(bisect_right(self._token_starts, end - 1), first + 1)

    def sentence_of(self, position: int) -> tuple[int, int]:
        return self.tokens.sentence_spans[max(bisect_right(self._sentence_starts, position) - 1, 0)]


def _completed(first: int, last: int, known: Mapping[int, tuple[int, int]]) -> tuple[int, int]:
    """Extend a part of one of the lexicon's names to the whole: "recurrent neural" before "network"."""
    start, end = known.get(first, (first, last))
    return (start, end) if last <= end else (first, last)


def _of_one_line(reading: Reading, first: int, last: int) -> int:
    """Return where a range of tokens ends if it must not leave the title."""
    sentences = reading.tokens.sentences
    while sentences[last - 1] != sentences[first]:
        last -= 1
    return last


class Tagger:
    """The network with a lexicon: reads a text, finds names, judges what may be things.

    Callers keep to one thread while they ask it about a text: `network.one_thread`.
    """

    def __init__(self, network: Network, lexicon: Lexicon) -> None:
        self.network = network
        self._names = Names(lexicon)
        own = Lexicon.of(row for row in lexicon.rows if row.id in lexicon.own)
        self._own = Names(own) if own.rows else None

    @classmethod
    def shipped(cls, lexicon: Lexicon) -> "Tagger":
        with as_file(files("kgraph") / "data" / "tagger") as folder:
            return cls.read_from(folder, lexicon)

    @classmethod
    def read_from(cls, folder: Path, lexicon: Lexicon) -> "Tagger":
        return cls(Network.read(folder), lexicon)

    def read(self, text: str) -> Reading:
        """Describe a text, its first line being the title, and run the network over it."""
        network = self.network
        network.keep_memory_small()
        title, _, _ = text.partition("\n")
        tokens = describe(text, len(title), network.words, self._names, network.evidence)
        return Reading(tokens, network.hidden(tokens))

    def find(
        self, reading: Reading, outside_bias: float = OUTSIDE_BIAS
    ) -> Iterator[tuple[int, int, str, int]]:
        """Yield (start, end, type, score 0..1000) of names, in characters; a greater bias finds fewer."""
        if not reading.tokens.spans:
            return
        spans = reading.tokens.spans
        known = {token: (start, end) for start, end, _ in reading.tokens.names for token in range(start, end)}
        for first, last, type_, score in find_spans(self.network.probabilities(reading.hidden), outside_bias):
            first, last = _completed(first, last, known)
            last = _of_one_line(reading, first, last)
            if last - first > 1 or self._may_stand_alone(reading, first, known):
                yield spans[first][0], spans[last - 1][1], type_, round(1000 * score)

    def _may_stand_alone(self, reading: Reading, token: int, known: Mapping[int, tuple[int, int]]) -> bool:
        """Refuse a word the lexicon lacks: a common one without a colon, "The Lake", or all of the text."""
        if known.get(token) == (token, token + 1):
            return True
        start, end = reading.tokens.spans[token]
        word, text = reading.text[start:end], reading.text
        if word == text.strip():
            return not word[1:].islower()
        if text[:start].endswith("The ") and word[1:].islower():
            return False
        plain = self.network.words.plain(int(reading.tokens.rows[token]))
        return not plain or (start == 0 and text[end : end + 1] == ":")

    def judge(self, reading: Reading, start: int, end: int) -> tuple[str, int]:
        """Return the likeliest type of a span of characters and its score 0..1000 as a name at all."""
        first, last = reading.token_range(start, end)
        mean = self.network.probabilities(reading.hidden[first:last]).mean(axis=0)
        by_type = mean[1::2] + mean[2::2]
        return TYPES[int(by_type.argmax())], round(1000 * float(by_type.sum()))

    def denies(self, spelling: str, text: str) -> bool:
        """Say whether the lexicon knows a spelling as a name in other texts only."""
        return self._names.denies(spelling, text)

    def own_names(self, reading: Reading) -> Iterator[tuple[int, int, str]]:
        """Yield what the user's own lexicon names, in characters."""
        if self._own is None:
            return
        spans, words = reading.tokens.spans, self.network.words
        texts = [reading.text[start:end] for start, end in spans]
        keys = [words.keys[row] for row in reading.tokens.rows.tolist()]
        for first, last, type_ in self._own.find(reading.text, texts, keys):
            yield spans[first][0], spans[last - 1][1], TYPES[type_]

    def judge_things(self, reading: Reading, things: Things) -> Judged:
        """Score what may be things: whether they are, their types, roles and relations."""
        return self.network.judge_things(reading.hidden, reading.tokens, things)
