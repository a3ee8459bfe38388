"""The tagger in PyTorch, for training only; `kgraph.extraction.network` runs the same sums in numpy.

Words enter as pretrained vectors, hashed affixes, a description of their form, their place in the
paper and the lexicon's opinion. Four convolutions with growing reach follow; between them every
token meets all others of the same word (their maximum and mean) and the mean of the whole paper.
One head labels tokens, one gives every entity its role, one relates pairs of mentions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from kgraph.extraction.features import (
    BUCKETS,
    LEXICON_FLAGS,
    PLACE_FLAGS,
    WORD_FLAGS,
    Names,
    Tokens,
    Words,
    describe,
)
from kgraph.extraction.network import DILATIONS, LABELS, POOL_AFTER, RELATION_CLASSES, REVERSED
from kgraph.records import ROLES, STATED, SYMMETRIC, TYPES
from pipelines.corpus import Annotated

HIDDEN, AFFIX = 128, 24
IGNORED = -100
ROLE_WEIGHT, PAIR_WEIGHT = 0.4, 0.3
MEAN_DECAY = 0.995  # of the running mean of the weights, a step
LEXICON_FORGOTTEN = 0.25  # share of papers whose lexicon flags are hidden
SMOOTHING = 0.02  # of the annotators' labels

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """A described paper, its labels and the mentions of its entities."""

    annotated: Annotated
    tokens: Tokens
    labels: Floats  # (n, labels) probabilities
    mentions: list[tuple[int, int, int]]  # first token, token after the last, entity
    roles: list[int]  # by entity, index into ROLES or IGNORED
    pairs: list[
        tuple[int, int, int]
    ]  # two mentions of one sentence, in reading order; the pair of things they tie
    relations: list[int]  # by pair of things, index into RELATION_CLASSES or IGNORED
    reversed: list[bool]  # by pair of mentions: the later names the lesser of the two things


def read_words(folder: Path) -> tuple[Words, Floats]:
    """Load what `pipelines.vectors` wrote: the words and their vectors, shape (words, dimensions)."""
    tables = np.load(folder / "vectors.npz")
    vocabulary = (folder / "words.txt").read_text("utf-8").split("\n")[:-1]
    return Words(vocabulary, tables["counts"].tolist(), tables["capitalised"].tolist()), tables["vectors"]


def encode(annotated: Annotated, words: Words, names: Names) -> Example:
    tokens = describe(annotated.paper.text, len(annotated.paper.title), words, names)
    mentions = annotated.spans()
    right = np.zeros(len(tokens.spans), np.intp)
    for start, end, index in mentions:
        type_ = annotated.entities[index]["type"]
        right[start] = LABELS.index("B-" + type_)
        right[start + 1 : end] = LABELS.index("I-" + type_)
    labels = np.full((len(right), len(LABELS)), SMOOTHING / len(LABELS), np.float32)
    labels[np.arange(len(right)), right] += 1 - SMOOTHING
    roles = [ROLES.index(e["role"]) if e.get("role") in ROLES else IGNORED for e in annotated.entities]
    return Example(annotated, tokens, labels, mentions, roles, *_pairs(annotated, tokens, mentions))


def _pairs(
    annotated: Annotated, tokens: Tokens, mentions: Sequence[tuple[int, int, int]]
) -> tuple[list[tuple[int, int, int]], list[int], list[bool]]:
    """Return what Example calls pairs, relations and reversed."""
    index = {name: i for i, e in enumerate(annotated.entities) for name in (e["name"], *e.get("aliases", ()))}
    stated = {}
    for source, relation, target in annotated.relations:
        a, b = index.get(source), index.get(target)
        if a is None or b is None or a == b or relation not in STATED:
            continue
        backwards = a > b and relation not in SYMMETRIC
        stated[min(a, b), max(a, b)] = 1 + 2 * STATED.index(relation) + backwards
    number: dict[tuple[int, int], int] = {}
    pairs, relations, reversed_ = [], [], []
    for i, (start, _, first) in enumerate(mentions):
        for j in range(i + 1, len(mentions)):
            second = mentions[j][2]
            if tokens.sentences[mentions[j][0]] != tokens.sentences[start]:
                break
            if first == second:
                continue
            things = min(first, second), max(first, second)
            if things not in number:
                number[things] = len(number)
                relations.append(stated.get(things, 0))
            pairs.append((i, j, number[things]))
            reversed_.append(first > second)
    return pairs, relations, reversed_


class Model(nn.Module):
    def __init__(self, vectors: Floats, drop: float = 0.3, word_drop: float = 0.15) -> None:
        super().__init__()
        unknown = np.zeros((1, vectors.shape[1]), np.float32)
        self.register_buffer("vectors", torch.from_numpy(np.vstack([unknown, vectors])) * 4)
        self.affixes = nn.ModuleList(nn.Embedding(BUCKETS, AFFIX) for _ in range(4))
        for table in self.affixes:
            nn.init.normal_(table.weight, std=0.1)
        width = vectors.shape[1] + 4 * AFFIX + WORD_FLAGS + PLACE_FLAGS + LEXICON_FLAGS
        self.enter = nn.Linear(width, HIDDEN)
        self.enter_norm = nn.LayerNorm(HIDDEN)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(HIDDEN, HIDDEN, 3, padding=d, dilation=d) for d in DILATIONS
        )
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN) for _ in DILATIONS)
        self.same_word = nn.Linear(2 * HIDDEN, HIDDEN)
        self.whole = nn.Linear(HIDDEN, HIDDEN)
        self.label = nn.Linear(HIDDEN, len(LABELS))
        self.role_hidden = nn.Linear(4 * HIDDEN, 64)
        self.role = nn.Linear(64, len(ROLES))
        self.pair_hidden = nn.Linear(4 * HIDDEN + 2 * len(TYPES) + 1, 96)
        self.pair = nn.Linear(96, len(RELATION_CLASSES))
        self.drop, self.word_drop = drop, word_drop

    def forward(self, batch: "Batch") -> tuple[Tensor, Tensor]:
        """Return label scores (papers, tokens, labels) and hidden states (papers, tokens, HIDDEN)."""
        vectors = self.vectors[batch.ids[..., 0]]
        flags = batch.flags
        if self.training:
            vectors = vectors * (torch.rand(vectors.shape[:2]) > self.word_drop).float().unsqueeze(-1)
            flags = self._forget_lexicon(flags)
        affixes = [table(batch.ids[..., k + 1]) for k, table in enumerate(self.affixes)]
        entered = self._dropped(torch.cat([vectors, *affixes, flags], -1), 0.1)
        mask = batch.mask.unsqueeze(-1)
        hidden = self.enter_norm(F.relu(self.enter(entered))) * mask
        for depth, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            moved = convolution(self._dropped(hidden, self.drop).transpose(1, 2)).transpose(1, 2)
            hidden = norm(hidden + F.relu(moved)) * mask
            if depth == POOL_AFTER:
                hidden = self._pool(hidden, batch.groups, mask)
        return self.label(self._dropped(hidden, self.drop)), hidden

    def _pool(self, hidden: Tensor, groups: Tensor, mask: Tensor) -> Tensor:
        papers, _, width = hidden.shape
        index = groups.unsqueeze(-1).expand_as(hidden)
        empty = torch.zeros(papers, int(groups.max()) + 1, width)
        most = empty.scatter_reduce(1, index, hidden, "amax", include_self=False)
        mean = empty.scatter_reduce(1, index, hidden, "mean", include_self=False)
        same = torch.cat([most.gather(1, index), mean.gather(1, index)], -1)
        whole = hidden.sum(1, keepdim=True) / mask.sum(1, keepdim=True)
        return (hidden + F.relu(self.same_word(self._dropped(same, self.drop))) + self.whole(whole)) * mask

    def role_scores(self, hidden: Tensor, batch: "Batch") -> Tensor:
        """Return the scores of roles, shape (entities of the batch, roles), pooled over mentions."""
        flat = hidden.reshape(-1, hidden.shape[-1])
        cumulated = torch.cat([torch.zeros(1, flat.shape[1]), flat.cumsum(0)])
        starts, ends, owners = batch.mentions.T
        sentences = batch.sentences.flatten()
        count = int(sentences.max()) + 1
        sums = torch.zeros(count, flat.shape[1]).index_add(0, sentences, flat)
        sizes = torch.zeros(count).index_add(0, sentences, torch.ones(len(sentences)))
        around = (sums / sizes.clamp(min=1).unsqueeze(-1))[sentences[starts]]
        inside = (cumulated[ends] - cumulated[starts]) / (ends - starts).unsqueeze(-1)
        sides = [F.pad(flat, (0, 0, 1, 1))[at] for at in (starts, ends + 1)]  # the tokens before and after
        scores = self.role(
            F.relu(self.role_hidden(self._dropped(torch.cat([inside, *sides, around], -1), self.drop)))
        )
        return _pooled(scores, owners)

    def pair_scores(self, hidden: Tensor, batch: "Batch") -> Tensor:
        """Return the scores of relations, shape (pairs of things, classes), seen from the lesser thing."""
        flat = hidden.reshape(-1, hidden.shape[-1])
        cumulated = torch.cat([torch.zeros(1, flat.shape[1]), flat.cumsum(0)])

        def mean(starts: Tensor, ends: Tensor) -> Tensor:
            return (cumulated[ends] - cumulated[starts]) / (ends - starts).clamp(min=1).unsqueeze(-1)

        first_start, first_end, second_start, second_end, owners, turned = batch.pairs.T
        sentences = batch.sentences.flatten()
        count = int(sentences.max()) + 1
        sums = torch.zeros(count, flat.shape[1]).index_add(0, sentences, flat)
        sizes = torch.zeros(count).index_add(0, sentences, torch.ones(len(sentences)))
        around = (sums / sizes.clamp(min=1).unsqueeze(-1))[sentences[first_start]]
        types = F.one_hot(batch.types, len(TYPES)).float()
        gap = (second_start - first_end).clamp(min=0).float().log1p().unsqueeze(-1) / 4
        seen = [
            mean(first_start, first_end),
            mean(second_start, second_end),
            mean(first_end, second_start),
            around,
        ]
        middle = F.relu(
            self.pair_hidden(self._dropped(torch.cat([*seen, types[:, 0], types[:, 1], gap], -1), 0.2))
        )
        scores = self.pair(middle)
        return _pooled(torch.where(turned.bool().unsqueeze(-1), scores[:, REVERSED], scores), owners)

    def _dropped(self, x: Tensor, rate: float) -> Tensor:
        """Drop whole channels of a paper (Gal and Ghahramani 2016): cheaper than a mask a token."""
        if not self.training:
            return x
        shape = (x.shape[0], *([1] * (x.dim() - 2)), x.shape[-1])
        return x * ((torch.rand(shape) > rate).float() / (1 - rate))

    def _forget_lexicon(self, flags: Tensor) -> Tensor:
        """Hide the lexicon's opinion of some papers, so that its gaps are expected."""
        keep = (torch.rand(flags.shape[0], 1, 1) > LEXICON_FORGOTTEN).float()
        return torch.cat([flags[..., :-LEXICON_FLAGS], flags[..., -LEXICON_FLAGS:] * keep], -1)


def _pooled(scores: Tensor, owners: Tensor) -> Tensor:
    """Sum scores in log space by owner."""
    count = int(owners.max()) + 1
    top = torch.full((count, scores.shape[1]), -1e4)
    top = top.scatter_reduce(0, owners.unsqueeze(-1).expand_as(scores), scores, "amax").detach()
    return top + torch.zeros_like(top).index_add(0, owners, (scores - top[owners]).exp()).add(1e-9).log()


@dataclass(frozen=True)
class Batch:
    ids: Tensor  # (papers, tokens, WORD_IDS)
    flags: Tensor  # (papers, tokens, all flags)
    groups: Tensor  # (papers, tokens), 0 for padding
    mask: Tensor  # (papers, tokens)
    labels: Tensor  # (papers, tokens, labels) probabilities
    sentences: Tensor  # (papers, tokens), numbered through the batch, 0 for padding
    mentions: Tensor  # (mentions, 3): start and end in the flattened batch, entity of the batch
    roles: Tensor  # (entities,)
    pairs: Tensor  # (pairs of mentions, 6): start and end of both, pair of things of the batch, reversed
    types: Tensor  # (pairs of mentions, 2)
    relations: Tensor  # (pairs of things,)


def collate(examples: Sequence[Example], words: Words) -> Batch:
    papers, longest = len(examples), max(len(e.labels) for e in examples)
    ids = torch.zeros(papers, longest, 5, dtype=torch.long)
    flags = torch.zeros(papers, longest, WORD_FLAGS + PLACE_FLAGS + LEXICON_FLAGS)
    groups, labels = torch.zeros(papers, longest, dtype=torch.long), torch.zeros(papers, longest, len(LABELS))
    mask = torch.zeros(papers, longest)
    sentences = torch.zeros(papers, longest, dtype=torch.long)
    mentions, pairs, types = [], [], []
    roles: list[int] = []
    relations: list[int] = []
    for i, example in enumerate(examples):
        n, rows = len(example.labels), example.tokens.rows.tolist()
        ids[i, :n] = torch.tensor([words.ids[row] for row in rows])
        flags[i, :n, :WORD_FLAGS] = torch.tensor([words.flags[row] for row in rows])
        flags[i, :n, WORD_FLAGS:] = torch.from_numpy(example.tokens.flags)
        groups[i, :n] = torch.from_numpy(np.unique(example.tokens.groups, return_inverse=True)[1]) + 1
        labels[i, :n] = torch.from_numpy(example.labels)
        mask[i, :n] = 1
        sentences[i, :n] = torch.from_numpy(example.tokens.sentences) + 1 + int(sentences.max())
        mentions += [
            (i * longest + a, i * longest + b, len(roles) + entity) for a, b, entity in example.mentions
        ]
        roles += example.roles
        for (a, b, pair), turned in zip(example.pairs, example.reversed, strict=True):
            one, two = example.mentions[a], example.mentions[b]
            ends = [i * longest + place for place in (*one[:2], *two[:2])]
            pairs.append((*ends, len(relations) + pair, int(turned)))
            types.append([TYPES.index(example.annotated.entities[m[2]]["type"]) for m in (one, two)])
        relations += example.relations
    return Batch(
        ids,
        flags,
        groups,
        mask,
        labels,
        sentences,
        torch.tensor(mentions or [(0, 1, 0)]),
        torch.tensor(roles or [IGNORED]),
        torch.tensor(pairs or [(0, 1, 0, 1, 0, 0)]),
        torch.tensor(types or [[0, 0]]),
        torch.tensor(relations or [IGNORED]),
    )


def batches(examples: Sequence[Example], size: int, rng: np.random.Generator) -> Iterator[list[Example]]:
    """Shuffle, then group texts of like length."""
    order = rng.permutation(len(examples)).tolist()
    pools = [
        sorted(order[i : i + 16 * size], key=lambda k: len(examples[k].labels))
        for i in range(0, len(order), 16 * size)
    ]
    groups = [pool[i : i + size] for pool in pools for i in range(0, len(pool), size)]
    for i in rng.permutation(len(groups)):
        yield [examples[k] for k in groups[i]]


def train(
    model: Model,
    examples: Sequence[Example],
    words: Words,
    *,
    epochs: int,
    seed: int,
    rate: float = 2e-3,
    size: int = 16,
    report: Callable[[int, float], None] | None = None,
) -> None:
    """Train in place; what stays is a running mean of the weights, which errs less than any one of them.

    One thread is the fastest for sums of this size.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=rate, weight_decay=0.01)
    steps = epochs * sum(1 for _ in batches(examples, size, np.random.default_rng(0)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.1)
    averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(MEAN_DECAY))
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for group in batches(examples, size, rng):
            loss = _loss(model, collate(group, words))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            averaged.update_parameters(model)
            total += loss.item()
        if report is not None:
            report(epoch + 1, total)
    model.load_state_dict(averaged.module.state_dict())
    model.eval()


def _loss(model: Model, batch: Batch) -> Tensor:
    scores, hidden = model(batch)
    loss = F.cross_entropy(scores.flatten(0, 1), batch.labels.flatten(0, 1), reduction="none")
    loss = (loss * batch.mask.flatten()).sum() / batch.mask.sum()
    for weight, known, judge in (
        (ROLE_WEIGHT, batch.roles, model.role_scores),
        (PAIR_WEIGHT, batch.relations, model.pair_scores),
    ):
        if bool((known >= 0).any()):
            judged = judge(hidden, batch)  # the last entities of a batch may stand nowhere in it
            loss = loss + weight * F.cross_entropy(judged, known[: len(judged)], ignore_index=IGNORED)
    return loss
