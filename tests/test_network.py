"""The sums of the network that are done faster than they read: each against the plain way."""

import numpy as np
import pytest

from kgraph.extraction.features import Evidence, Names, Tokens, Words, describe
from kgraph.extraction.network import DISTANCES, _convolved, _normed, _same_words, _sentence_states, looks
from kgraph.lexicon import Lexicon

TEXT = "Dots and dots\nA dot is near a dot. Nothing else is. Lines, dots and lines meet in the plane of dots."


@pytest.fixture
def tokens() -> Tokens:
    return describe(TEXT, TEXT.index("\n"), Words([], [], []), Names(Lexicon()), Evidence({}))


@pytest.fixture
def hidden(tokens: Tokens) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(len(tokens.spans), 6)).astype(np.float32)


def test_same_words(tokens: Tokens, hidden: np.ndarray) -> None:
    most, mean = _same_words(hidden, tokens.repeats)
    for word in tokens.repeats.word:
        places = hidden[tokens.repeats.word == word]
        assert np.allclose(most[word], places.max(axis=0))
        assert np.allclose(mean[word], places.mean(axis=0), atol=1e-6)


def test_repeats(tokens: Tokens) -> None:
    repeats = tokens.repeats
    words = [TEXT[start:end].lower().removesuffix("s") for start, end in tokens.spans]
    for word, first, size in zip(range(len(repeats.sizes)), repeats.firsts, repeats.sizes, strict=True):
        places = repeats.order[first : first + size].tolist()
        assert places == np.flatnonzero(repeats.word == word).tolist()
    assert [words[repeats.order[first]] for first in repeats.firsts[repeats.word]] == words


def test_repeats_do_not_depend_on_what_was_read_before(tokens: Tokens) -> None:
    words, names, nothing = Words([], [], []), Names(Lexicon()), Evidence({})
    describe("Of lines and the plane\nNear dots.", 22, words, names, nothing)
    again = describe(TEXT, TEXT.index("\n"), words, names, nothing)
    for before, after in zip(tokens.repeats, again.repeats, strict=True):
        assert before.tolist() == after.tolist()


def test_sentence_states(tokens: Tokens, hidden: np.ndarray) -> None:
    states = _sentence_states(hidden, tokens)
    assert len(states) == 4
    for number, state in enumerate(states):
        inside = hidden[tokens.sentences == number]
        assert np.allclose(state, np.concatenate([inside.mean(axis=0), inside.max(axis=0)]), atol=1e-6)


def test_a_mention_looks_at_its_own_sentence(tokens: Tokens) -> None:
    words = [TEXT[start:end] for start, end in tokens.spans]
    first, second = words.index("near"), words.index("plane")
    mention, token, far = looks(tokens, np.array([[first, first + 1, 0], [second, second + 2, 1]], np.int32))
    seen = [[words[t] for t in token[mention == m]] for m in (0, 1)]
    assert seen == [
        ["A", "dot", "is", "near", "a", "dot", "."],
        ["Lines", ",", "dots", "and", "lines", "meet", "in", "the", "plane", "of", "dots", "."],
    ]
    middle = DISTANCES // 2
    by_word = dict(zip(token.tolist(), (far - middle).tolist(), strict=True))
    assert [by_word[first + step] for step in (-3, -2, -1, 0, 1, 2, 3)] == [-2, -2, -1, 0, 1, 2, 2]
    assert [by_word[second + step] for step in (-1, 0, 1, 2)] == [-1, 0, 0, 1]


def test_normed(hidden: np.ndarray) -> None:
    ones = np.ones(hidden.shape[1], np.float32)
    normed = _normed(hidden, 2 * ones, ones)
    assert np.allclose(normed.mean(axis=1), 1, atol=1e-5)
    assert np.allclose(normed.std(axis=1), 2, atol=1e-3)


@pytest.mark.parametrize("dilation", [1, 2, 4])
@pytest.mark.parametrize("length", [1, 2, 4, 9])
def test_convolved(length: int, dilation: int) -> None:
    rng = np.random.default_rng(2)
    x, here, beside = (rng.normal(size=shape).astype(np.float32) for shape in ((length, 6), (6, 6), (3, 12)))
    moved = _convolved(x, here, beside, dilation)
    for token in range(length):
        right = x[token] @ here
        if token >= dilation:
            right = right + x[token - dilation, :3] @ beside[:, :6]
        if token + dilation < length:
            right = right + x[token + dilation, :3] @ beside[:, 6:]
        assert np.allclose(moved[token], right, atol=1e-5)
