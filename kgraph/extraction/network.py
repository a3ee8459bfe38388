"""The tagger's network in numpy: label probabilities for tokens, role scores for mentions.

The sums are those of pipelines/model.py, which trains it. One paper is one pass, never padded or
batched, so a paper's result does not depend on its neighbours. What a word alone decides of the
first layer is summed once a word and remembered: entering a token is then a look-up.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from kgraph.extraction.features import LEXICON_FLAGS, PLACE_FLAGS, Floats, Tokens, Words
from kgraph.records import ROLES, STATED, SYMMETRIC, TYPES

LABELS = ("O", *(f"{place}-{type_}" for type_ in TYPES for place in "BI"))
# Of the earlier mention to the later one: nothing, then every relation forwards and backwards.
RELATION_CLASSES = ("", *(f"{way}{relation}" for relation in STATED for way in ("", "<")))
REVERSED = tuple(
    i if not i or RELATION_CLASSES[i].strip("<") in SYMMETRIC else i + 1 if i % 2 else i - 1
    for i in range(len(RELATION_CLASSES))
)
DILATIONS = (1, 2, 4, 1)
POOL_AFTER = 1  # this layer, counted from 0, is followed by the exchange between equal words
_MOST_WORDS = 200_000  # remembered at once

Ints = npt.NDArray[np.intp]


class Network:
    """Weights as `pipelines.export` writes them: arrays by name, and the vocabulary with its counts."""

    def __init__(self, weights: Mapping[str, npt.NDArray[np.generic]], vocabulary: Sequence[str]) -> None:
        self._weights = {
            name: np.ascontiguousarray(value, np.float32)
            for name, value in weights.items()
            if not name.startswith("word_")
        }
        scale = np.asarray(weights["word_scales"], np.float32)[:, None]
        vectors = np.asarray(weights["word_vectors"], np.float32) * scale
        self._vectors = np.concatenate(
            [np.zeros((1, vectors.shape[1]), np.float32), vectors]
        )  # row 0: unknown
        self._vocabulary = vocabulary
        self._counts = np.asarray(weights["word_counts"]).tolist()
        self._capitalised = (np.asarray(weights["word_capitalised"], np.float32) / 255).tolist()
        width = self._weights["enter"].shape[0] - PLACE_FLAGS - LEXICON_FLAGS
        self._enter_word, self._enter_flags = self._weights["enter"][:width], self._weights["enter"][width:]
        self._threads = ThreadpoolController()
        self.forget_words()

    @classmethod
    def read(cls, folder: Path) -> "Network":
        with np.load(folder / "weights.npz") as arrays:
            weights = {name: arrays[name] for name in arrays.files}
        return cls(weights, json.loads((folder / "words.json").read_text("utf-8")))

    def forget_words(self) -> None:
        """Start with an empty memory of words; results do not change."""
        self.words = Words(self._vocabulary, self._counts, self._capitalised)
        self._entered = np.zeros((1024, self._enter_word.shape[1]), np.float32)
        self._known = 0

    def one_thread(self) -> AbstractContextManager[object]:
        """Keep the sums of one paper on one thread: they are small; threads made them twenty times slower."""
        limit: AbstractContextManager[object] = self._threads.limit(limits=1, user_api="blas")
        return limit

    def keep_memory_small(self) -> None:
        """Forget the words once very many are remembered; call between papers only."""
        if len(self.words) > _MOST_WORDS:
            self.forget_words()

    def hidden(self, tokens: Tokens) -> Floats:
        """Return the states of the tokens, shape (n, width)."""
        weights = self._weights
        self._learn_words()
        if not len(tokens.rows):
            return np.zeros((0, self._enter_word.shape[1]), np.float32)
        hidden = self._entered[tokens.rows] + tokens.flags @ self._enter_flags
        hidden = _normed(np.maximum(hidden, 0, out=hidden), weights["enter_scale"], weights["enter_shift"])
        for depth, dilation in enumerate(DILATIONS):
            moved = _convolved(hidden, weights[f"conv{depth}"], dilation) + weights[f"conv{depth}_shift"]
            hidden = hidden + np.maximum(moved, 0, out=moved)
            hidden = _normed(hidden, weights[f"norm{depth}_scale"], weights[f"norm{depth}_shift"])
            if depth == POOL_AFTER:
                hidden = self._pooled(hidden, tokens.groups)
        return hidden

    def probabilities(self, hidden: Floats) -> Floats:
        """Return the probability of every label, shape (n, len(LABELS))."""
        scores = hidden @ self._weights["label"] + self._weights["label_shift"]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True), np.float32)

    def role_scores(self, hidden: Floats, tokens: Tokens, starts: Ints, ends: Ints) -> Floats:
        """Return a score of every role for mentions, tokens starts[i] to before ends[i], shape (m, roles)."""
        weights = self._weights
        zero = np.zeros((1, hidden.shape[1]), np.float32)
        padded = np.concatenate([zero, hidden, zero])
        around = _sentence_means(hidden, tokens)[tokens.sentences[starts]]
        seen = np.concatenate(
            [_means(hidden, starts, ends), padded[starts], padded[ends + 1], around], axis=1
        )
        middle = np.maximum(seen @ weights["role_hidden"] + weights["role_hidden_shift"], 0)
        scores: Floats = middle @ weights["role"] + weights["role_shift"]
        assert scores.shape[1] == len(ROLES)
        return scores

    def pair_scores(self, hidden: Floats, tokens: Tokens, places: Ints, types: Ints) -> Floats:
        """Return a score of every relation class for pairs of mentions of one sentence, shape (p, classes).

        `places` has shape (p, 4): first token and token after the last of the earlier mention, then
        of the later one; `types` has shape (p, 2), indices into TYPES.
        """
        weights = self._weights
        one_start, one_end, two_start, two_end = places.T
        one_hot = np.eye(len(TYPES), dtype=np.float32)[types].reshape(len(types), -1)
        gap = np.log1p(np.maximum(two_start - one_end, 0))[:, None].astype(np.float32) / 4
        seen = np.concatenate(
            [
                _means(hidden, one_start, one_end),
                _means(hidden, two_start, two_end),
                _means(hidden, one_end, two_start),
                _sentence_means(hidden, tokens)[tokens.sentences[one_start]],
                one_hot,
                gap,
            ],
            axis=1,
        )
        middle = np.maximum(seen @ weights["pair_hidden"] + weights["pair_hidden_shift"], 0)
        return np.asarray(middle @ weights["pair"] + weights["pair_shift"], np.float32)

    def _pooled(self, hidden: Floats, groups: npt.NDArray[np.int32]) -> Floats:
        """Add what each token's word looks like elsewhere (most and mean), and the mean of the paper."""
        weights = self._weights
        order = np.argsort(groups, kind="stable")
        ordered = groups[order]
        first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        sizes = np.diff(np.append(first, len(groups)))
        grouped = hidden[order]
        most = np.maximum.reduceat(grouped, first, axis=0)
        mean = np.add.reduceat(grouped, first, axis=0) / sizes[:, None].astype(np.float32)
        same = np.concatenate([most, mean], axis=1) @ weights["same_word"] + weights["same_word_shift"]
        member = np.empty(len(groups), np.intp)
        member[order] = np.repeat(np.arange(len(first)), sizes)
        whole = hidden.mean(axis=0) @ weights["whole"] + weights["whole_shift"]
        return np.asarray(hidden + np.maximum(same, 0)[member] + whole, np.float32)

    def _learn_words(self) -> None:
        """Sum the first layer for words met since the last call."""
        if self._known == len(self.words):
            return
        new = slice(self._known, len(self.words))
        ids = np.array(self.words.ids[new])
        vectors = self._vectors[ids[:, 0]]
        affixes = [self._weights[f"affix{k}"][ids[:, k + 1]] for k in range(4)]
        described = np.concatenate([vectors, *affixes, np.array(self.words.flags[new], np.float32)], axis=1)
        if len(self.words) > len(self._entered):
            room = np.zeros((2 * len(self.words), self._entered.shape[1]), np.float32)
            room[: self._known] = self._entered[: self._known]
            self._entered = room
        # one row at a time: a product of matrices rounds by its size; a word must weigh the same
        for row, x in zip(range(self._known, len(self.words)), described, strict=True):
            self._entered[row] = x @ self._enter_word + self._weights["enter_shift0"]
        self._known = len(self.words)


def _means(hidden: Floats, starts: Ints, ends: Ints) -> Floats:
    """Return the mean state of every range of tokens, 0 for an empty one."""
    return np.stack(
        [
            hidden[start:end].mean(axis=0) if start < end else np.zeros(hidden.shape[1], np.float32)
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]
    )


def _sentence_means(hidden: Floats, tokens: Tokens) -> Floats:
    first = np.flatnonzero(np.diff(tokens.sentences, prepend=-1))
    sizes = np.diff(np.append(first, len(hidden)))[:, None].astype(np.float32)
    return np.asarray(np.add.reduceat(hidden, first, axis=0) / sizes, np.float32)


def _normed(x: Floats, scale: Floats, shift: Floats) -> Floats:
    mean = x.mean(axis=1, keepdims=True)
    x = x - mean
    deviation = np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / x.shape[1] + 1e-5)
    return np.asarray(x / deviation * scale + shift, np.float32)


def _convolved(x: Floats, kernel: Floats, dilation: int) -> Floats:
    """Convolve with a kernel of shape (3 * width, width): the tokens `dilation` before, here, after."""
    length, width = x.shape
    around = np.zeros((length, 3 * width), np.float32)
    around[:, width : 2 * width] = x
    if length > dilation:
        around[dilation:, :width] = x[:-dilation]
        around[:-dilation, 2 * width :] = x[dilation:]
    return np.asarray(around @ kernel, np.float32)
