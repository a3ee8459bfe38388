"""What the network is told of the things of one text, beside its tokens: places, types and company.

A thing is what a paper names, at one place or several, or what may be that. Training and inference share
this, so that a role or a relation is judged from the same numbers in both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kgraph.extraction.features import Floats, Ints, Tokens
from kgraph.records import TYPES

THING_FLAGS = len(TYPES) + 8
PAIR_FLAGS = 5
_FARTHEST = 40  # things apart, in reading order, of a pair; more are a list, not prose
_NEAREST = 12  # mentions apart, in one sentence, that meet
_LEAST_SURE = 0.02  # a lower score says no more

Mentioned = tuple[int, int, int]  # first token, token after the last, thing


@dataclass(frozen=True, slots=True)
class Things:
    """The t things of one text in the order of their first mentions; all numbers count from 0."""

    mentions: Ints  # (m, 3) first token, token after the last, thing; in reading order
    flags: Floats  # (t, THING_FLAGS)
    pairs: Ints  # (p, 2) two things, the earlier first
    pair_flags: Floats  # (p, PAIR_FLAGS)
    meetings: Ints  # (k, 4) two mentions of one sentence, their pair, 1 if the later thing leads


def describe_things(
    tokens: Tokens, mentions: Sequence[Mentioned], types: Sequence[int], sure: Sequence[float]
) -> Things:
    """Describe things given by their mentions in reading order and by their types, indices into TYPES.

    Things are numbered in the order of their first mentions. `sure` says how far the tagger takes each
    for a name, 0 to 1.
    """
    places: list[list[Mentioned]] = [[] for _ in types]
    for mention in mentions:
        places[mention[2]].append(mention)
    pairs = [(i, j) for i in range(len(types)) for j in range(i + 1, min(i + _FARTHEST, len(types)))]
    sentences = [{int(tokens.sentences[start]) for start, _, _ in own} for own in places]
    return Things(
        _rows(mentions, 3),
        _flags(tokens, places, types, sure),
        _rows(pairs, 2),
        _pair_flags(pairs, sentences),
        _rows(list(_meetings(tokens, mentions, pairs)), 4),
    )


def _rows(rows: Sequence[Sequence[int]], width: int) -> Ints:
    return np.array(rows, np.int32).reshape(-1, width)


def _flags(
    tokens: Tokens, places: Sequence[Sequence[Mentioned]], types: Sequence[int], sure: Sequence[float]
) -> Floats:
    """Type, how often, in the title, first of it, before its colon, how early, defined there, how sure."""
    flags = np.zeros((len(places), THING_FLAGS), np.float32)
    flags[np.arange(len(places)), types] = 1
    last = max(len(tokens.sentence_spans) - 1, 1)
    for thing, own in enumerate(places):
        start, end, _ = own[0]
        titled = tokens.sentences[start] == 0
        flags[thing, len(TYPES) :] = (
            np.log1p(len(own)) / 3,
            titled,
            titled and start == 0,
            titled and start == 0 and tokens.text.startswith(":", tokens.spans[end - 1][1]),
            tokens.sentences[start] / last,
            any(tokens.text.startswith(" (", tokens.spans[end - 1][1]) for _, end, _ in own),
            sure[thing],
            np.log(max(sure[thing], _LEAST_SURE)),
        )
    return flags


def _pair_flags(pairs: Sequence[tuple[int, int]], sentences: Sequence[set[int]]) -> Floats:
    """Whether two things share a sentence, how many, the title, how far apart at the nearest, neighbours."""
    flags = np.zeros((len(pairs), PAIR_FLAGS), np.float32)
    for row, (i, j) in zip(flags, pairs, strict=True):
        shared = sentences[i] & sentences[j]
        row[:] = (
            bool(shared),
            np.log1p(len(shared)),
            0 in shared,
            0 if shared else _apart(sentences[i], sentences[j]) / 5,
            j == i + 1,
        )
    return flags


def _apart(one: set[int], two: set[int]) -> int:
    """Return the least difference between numbers of two sets that share none."""
    merged = sorted((number, number in one) for number in one | two)
    return min(b - a for (a, from_one), (b, of_one) in pairwise(merged) if from_one != of_one)


def _meetings(
    tokens: Tokens, mentions: Sequence[Mentioned], pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, int, int]]:
    number = {pair: k for k, pair in enumerate(pairs)}
    sentences = tokens.sentences[[start for start, _, _ in mentions]].tolist()
    for i, (_, _, one) in enumerate(mentions):
        for j in range(i + 1, min(i + 1 + _NEAREST, len(mentions))):
            if sentences[j] != sentences[i]:
                break
            two = mentions[j][2]
            pair = number.get((min(one, two), max(one, two)))
            if pair is not None:
                yield i, j, pair, int(one > two)
