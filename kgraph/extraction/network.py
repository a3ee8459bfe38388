"""The tagger's network in numpy: labels of tokens, then what of the candidates are things.

The sums are those of pipelines/model.py, which trains it. One paper is one pass, never padded or
batched, so a paper's result does not depend on its neighbours. What a word alone decides of the
first layer is summed once a word and remembered: entering a token is then a look-up.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from kgraph.extraction.features import (
    LEXICON_FLAGS,
    PLACE_FLAGS,
    Counts,
    Evidence,
    Floats,
    Ints,
    Repeats,
    Tokens,
    Words,
    read_evidence,
)
from kgraph.extraction.things import Things
from kgraph.records import ROLES, STATED, TYPES

LABELS = ("O", *(f"{place}-{type_}" for type_ in TYPES for place in "BI"))
ROLE_CLASSES = (*ROLES, "")  # the last: no thing after all
# Of the earlier thing to the later one: nothing, then every relation forwards and backwards.
RELATION_CLASSES = ("", *(f"{way}{relation}" for relation in STATED for way in ("", "<")))
DILATIONS = (1, 2, 4, 1)
TOLD = 64  # channels of a token that those beside it are told
POOL_AFTER = 1  # this layer, counted from 0, is followed by the exchange over the whole paper
HEADS = 4  # ways in which a mention looks at its sentence
_FAR = 5  # distances of a token by powers of two, either way
DISTANCES = 2 * _FAR + 1
_FARTHEST = 2**_FAR
_STEPS = np.minimum(np.ceil(np.log2(np.arange(_FARTHEST + 1) + 1)), _FAR).astype(np.int32)
_REACH = 200  # tokens beyond a mention that it looks at
NEAR = 3  # tokens on either side of a mention that are also heard together
_PART = 512  # mentions, or meetings, described at once: a text may hold very many
_MOST_WORDS = 200_000  # remembered at once


class Network:
    """Weights as `pipelines.export` writes them: arrays by name, the vocabulary, and the evidence."""

    def __init__(
        self,
        weights: Mapping[str, npt.NDArray[np.generic]],
        vocabulary: Sequence[str],
        evidence: Mapping[str, Counts],
    ) -> None:
        self.evidence = Evidence(evidence)
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
        words = json.loads((folder / "words.json").read_text("utf-8"))
        return cls(weights, words, read_evidence(folder / "evidence.tsv"))

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
            moved = _convolved(hidden, weights[f"here{depth}"], weights[f"beside{depth}"], dilation)
            moved += weights[f"here{depth}_shift"]
            hidden = np.maximum(moved, 0, out=moved) + hidden
            hidden = _normed(hidden, weights[f"norm{depth}_scale"], weights[f"norm{depth}_shift"])
            if depth == POOL_AFTER:
                hidden = self._pooled(hidden, tokens)
        return hidden

    def probabilities(self, hidden: Floats) -> Floats:
        """Return the probability of every label, shape (n, len(LABELS))."""
        scores = hidden @ self._weights["label"] + self._weights["label_shift"]
        return softmax(scores)

    def judge_things(self, hidden: Floats, tokens: Tokens, things: Things) -> "Judged":
        """Score what may be things: whether they are, their types, roles and relations."""
        return Judged(self._weights, hidden, tokens, things)

    def _pooled(self, hidden: Floats, tokens: Tokens) -> Floats:
        """Add what each token's word looks like elsewhere in the paper, its sentence and the whole paper."""
        weights = self._weights
        most, mean = _same_words(hidden, tokens.repeats)
        same = np.concatenate([most, mean], axis=1) @ weights["same_word"] + weights["same_word_shift"]
        sentence = _sentence_states(hidden, tokens) @ weights["sentence"] + weights["sentence_shift"]
        whole = hidden.mean(axis=0) @ weights["whole"] + weights["whole_shift"]
        around = np.maximum(sentence, 0)[tokens.sentences] + whole
        return np.asarray(hidden + np.maximum(same, 0)[tokens.repeats.word] + around, np.float32)

    def _learn_words(self) -> None:
        """Sum the first layer for words met since the last call."""
        if self._known == len(self.words):
            return
        new = slice(self._known, len(self.words))
        ids = np.array(self.words.ids[new])
        vectors = self._vectors[ids[:, 0]]
        affixes = [self._weights[f"affix{k}"][ids[:, k + 1]] for k in range(4)]
        affixes[-1][ids[:, 0] == 0] = 0  # the row of a word never met is some other word's
        described = np.concatenate([vectors, *affixes, np.array(self.words.flags[new], np.float32)], axis=1)
        if len(self.words) > len(self._entered):
            room = np.zeros((2 * len(self.words), self._entered.shape[1]), np.float32)
            room[: self._known] = self._entered[: self._known]
            self._entered = room
        # one row at a time: a product of matrices rounds by its size; a word must weigh the same
        for row, x in zip(range(self._known, len(self.words)), described, strict=True):
            self._entered[row] = x @ self._enter_word + self._weights["enter_shift0"]
        self._known = len(self.words)


class Judged:
    """What the network says of the candidates of one text, here all called things: what they are and are not.

    A thing is described by the most and the mean of what is around its mentions; a pair of things by both,
    by the roles they seem to have, and by the most of what stands where they meet. All the pairs of a thing
    then have a say in its role. For the proof a thing is judged from one mention alone, and a pair from one
    meeting.
    """

    def __init__(self, weights: Mapping[str, Floats], hidden: Floats, tokens: Tokens, things: Things) -> None:
        self._weights, self._hidden = weights, hidden
        self._tokens, self._things = tokens, things
        self._sentences = _sentence_states(hidden, tokens)
        self._named = _by_part(self._tokens_named, len(things.mentions))
        self._around = _by_part(self._mentions_around, len(things.mentions))
        owners = things.mentions[:, 2]
        count = len(things.flags)
        self._described = np.concatenate(
            [_most(self._around, owners, count), _mean(self._around, owners, count), things.flags], axis=1
        )
        self._company = self._layer("company", self._described).max(axis=0, initial=0)
        judged = self._judge(self._described)
        alone = self._scores("role", judged)
        self.types = self._scores("thing_type", judged)  # (things, len(TYPES)), of what is a thing
        self._met = _by_part(self._meetings_described, len(things.meetings))
        self._sides = self._pair_sides(alone)
        met = _most(self._met, things.meetings[:, 2], len(things.pairs))
        between = self._between(self._sides, met)
        self.relations = self._scores("pair", between)  # (pairs, classes)
        self.roles = alone + self._roles_by_pairs(between)  # (things, len(ROLE_CLASSES))

    def probabilities(self) -> Floats:
        """Return the probability of each to be a thing that the paper names, shape (things,)."""
        return np.asarray(1 - softmax(self.roles)[:, -1], np.float32)

    def mention_roles(self) -> Floats:
        """Return the scores of roles from each mention alone, shape (mentions, len(ROLE_CLASSES))."""
        flags = self._things.flags[self._things.mentions[:, 2]]
        judged = self._judge(np.concatenate([self._around, self._around, flags], axis=1))
        return self._scores("role", judged)

    def meeting_relations(self, meetings: npt.NDArray[np.intp]) -> Floats:
        """Return the scores of relations from each of some meetings alone, shape (meetings, classes)."""
        sides = self._sides[self._things.meetings[meetings, 2]]
        return self._scores("pair", self._between(sides, self._met[meetings]))

    def _tokens_named(self, part: slice) -> Floats:
        starts, ends, _ = self._things.mentions[part].T
        return self._means(starts, ends)

    def _mentions_around(self, part: slice) -> Floats:
        starts, ends, _ = self._things.mentions[part].T
        none = np.zeros((NEAR, self._hidden.shape[1]), np.float32)
        padded = np.concatenate([none, self._hidden, none])
        before = [padded[starts + NEAR - far] for far in range(1, NEAR + 1)]
        after = [padded[ends + NEAR - 1 + far] for far in range(1, NEAR + 1)]
        near = [sum(side[1:], side[0]) / np.float32(NEAR) for side in (before, after)]
        sentences = self._sentences[self._tokens.sentences[starts]]
        seen = [self._named[part], before[0], after[0], *near, sentences, self._sought(part)]
        return self._layer("mention", np.concatenate(seen, axis=1))

    def _sought(self, part: slice) -> Floats:
        """Return what some mentions find in their sentences, by attention that knows how far a token is."""
        weights = self._weights
        mention, token, far = looks(self._tokens, self._things.mentions[part])
        keys, values = np.split(self._hidden @ weights["offer"] + weights["offer_shift"], 2, axis=1)
        sought = self._named[part] @ weights["seek"] + weights["seek_shift"]
        size = sought.shape[1] // HEADS
        sides = sought.reshape(-1, HEADS, size)[mention], keys.reshape(-1, HEADS, size)[token]
        scores = np.einsum("lhd,lhd->lh", *sides) / np.float32(size**0.5)
        odds = np.exp(np.minimum(scores + weights["far"][far], 30))
        firsts = np.flatnonzero(np.diff(mention, prepend=-1))
        share = odds / np.add.reduceat(odds, firsts, axis=0)[mention]
        found = share[:, :, None] * values.reshape(-1, HEADS, size)[token]
        return np.asarray(np.add.reduceat(found.reshape(len(found), -1), firsts, axis=0), np.float32)

    def _means(self, starts: Ints, ends: Ints) -> Floats:
        """Return the mean state of ranges of tokens, 0 for an empty one."""
        token = np.arange(len(self._hidden))
        inside = (token >= starts[:, None]) & (token < ends[:, None])
        lengths = np.maximum(ends - starts, 1)[:, None]
        return np.asarray(inside.astype(np.float32) @ self._hidden / lengths.astype(np.float32), np.float32)

    def _judge(self, described: Floats) -> Floats:
        company = np.broadcast_to(self._company, (len(described), len(self._company)))
        return self._layer("judge", np.concatenate([described, company], axis=1))

    def _scores(self, name: str, x: Floats) -> Floats:
        return np.asarray(x @ self._weights[name] + self._weights[f"{name}_shift"], np.float32)

    def _meetings_described(self, part: slice) -> Floats:
        one, two, _, turned = self._things.meetings[part].T
        end, start2 = self._things.mentions[one, 1], self._things.mentions[two, 0]
        sentence = self._sentences[self._tokens.sentences[start2]]
        gap = np.log1p(np.maximum(start2 - end, 0)).astype(np.float32) / 4
        seen = [
            self._means(end, start2),
            self._named[one],
            self._named[two],
            sentence,
            np.stack([gap, turned], axis=1).astype(np.float32),
        ]
        return self._layer("meeting", np.concatenate(seen, axis=1))

    def _pair_sides(self, roles: Floats) -> Floats:
        first, second = self._things.pairs.T
        known = np.concatenate([self._described, softmax(roles)], axis=1)
        weights = self._weights
        return np.asarray(
            (known @ weights["pair_first"])[first]
            + (known @ weights["pair_second"])[second]
            + self._things.pair_flags @ weights["pair_flags"]
            + weights["pair_flags_shift"],
            np.float32,
        )

    def _between(self, sides: Floats, met: Floats) -> Floats:
        return np.maximum(sides + met @ self._weights["pair_met"], 0)

    def _roles_by_pairs(self, between: Floats) -> Floats:
        """Return what its pairs add to the scores of a thing's roles, by the most of each channel."""
        count = len(self._things.flags)
        most = [_most(between, things, count) for things in self._things.pairs.T]
        return np.asarray(np.concatenate(most, axis=1) @ self._weights["pair_role"], np.float32)

    def _layer(self, name: str, x: Floats) -> Floats:
        return np.maximum(self._scores(name, x), 0)


def _by_part(describe: Callable[[slice], Floats], count: int) -> Floats:
    """Join what is said of the first rows, of the next ones and so on: memory grows with the text only."""
    parts = [describe(slice(first, first + _PART)) for first in range(0, count, _PART)]
    return np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else describe(slice(0, 0))


def looks(tokens: Tokens, mentions: Ints) -> tuple[Ints, Ints, Ints]:
    """Pair every mention with the tokens of its sentence, and say how far that is, as a row of "far"."""
    starts, ends, _ = mentions.T
    sentence = tokens.sentences[starts]
    bounds = np.append(tokens.sentence_firsts, len(tokens.sentences))
    firsts = np.maximum(bounds[sentence], starts - _REACH)
    sizes = np.minimum(bounds[sentence + 1], ends + _REACH) - firsts
    mention = np.repeat(np.arange(len(mentions)), sizes)
    token = np.arange(len(mention)) + np.repeat(firsts - np.cumsum(sizes) + sizes, sizes)
    before, after = starts[mention] - token, token - ends[mention] + 1
    far = _FAR + _STEPS[np.clip(after, 0, _FARTHEST)] - _STEPS[np.clip(before, 0, _FARTHEST)]
    return mention.astype(np.int32), token.astype(np.int32), far.astype(np.int32)


def _same_words(hidden: Floats, repeats: Repeats) -> tuple[Floats, Floats]:
    """Return the most and the mean of the states of each word's places, shape (words, width)."""
    grouped = hidden[repeats.order]
    most = grouped[repeats.firsts]
    mean = most.copy()
    several = np.flatnonzero(repeats.sizes > 1)  # a loop over these few is faster than reduceat over all
    firsts, sizes = repeats.firsts[several].tolist(), repeats.sizes[several].tolist()
    for word, start, size in zip(several.tolist(), firsts, sizes, strict=True):
        places = grouped[start : start + size]
        np.maximum.reduce(places, axis=0, out=most[word])
        np.add.reduce(places, axis=0, out=mean[word])
    mean /= repeats.sizes[:, None].astype(np.float32)
    return most, mean


def _sentence_states(hidden: Floats, tokens: Tokens) -> Floats:
    """Return the mean and the most of the states of every sentence, shape (sentences, 2 * width)."""
    first = tokens.sentence_firsts.tolist()
    width = hidden.shape[1]
    states = np.empty((len(first), 2 * width), np.float32)
    for state, start, end in zip(states, first, [*first[1:], len(hidden)], strict=True):
        np.add.reduce(hidden[start:end], axis=0, out=state[:width])
        state[:width] /= np.float32(end - start)
        np.maximum.reduce(hidden[start:end], axis=0, out=state[width:])
    return states


def _most(rows: Floats, owners: Ints, count: int) -> Floats:
    """Return the maximum of the rows of each owner; 0, the least there is, for one without any."""
    most = np.zeros((count, rows.shape[1]), np.float32)
    np.maximum.at(most, owners, rows)
    return most


def _mean(rows: Floats, owners: Ints, count: int) -> Floats:
    """Return the mean of the rows of each owner, all of which have some."""
    sums = np.zeros((count, rows.shape[1]), np.float32)
    np.add.at(sums, owners, rows)
    sizes = np.bincount(owners, minlength=count)[:, None].astype(np.float32)
    return np.asarray(sums / sizes, np.float32)


def softmax(scores: Floats) -> Floats:
    """Return the scores of each row as probabilities."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)


def _normed(x: Floats, scale: Floats, shift: Floats) -> Floats:
    width = x.shape[1]
    x = x - np.add.reduce(x, axis=1, keepdims=True) / width
    x /= np.sqrt(np.einsum("ij,ij->i", x, x) / width + 1e-5)[:, None]
    x *= scale
    x += shift
    return x


def _convolved(x: Floats, here: Floats, beside: Floats, dilation: int) -> Floats:
    """Add what every token gives to itself, by its first channels to that after it, and to that before it."""
    moved = x @ here
    given = x[:, : len(beside)] @ beside
    width = x.shape[1]
    moved[dilation:] += given[:-dilation, :width]
    moved[:-dilation] += given[dilation:, width:]
    return np.asarray(moved, np.float32)
