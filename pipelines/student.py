"""The tagger in PyTorch, for training only; `kgraph.extraction.network` runs the same sums in numpy.

Words enter as pretrained vectors, hashed affixes, a description of their form, their place in the
paper and the lexicon's opinion. Four convolutions with growing reach follow; between them every
token meets all others of the same word (their maximum and mean) and the mean of the whole paper.
One head labels tokens, one gives every entity its role, one relates pairs of mentions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kgraph.extraction.features import BUCKETS, LEXICON_FLAGS, PLACE_FLAGS, WORD_FLAGS, Names, Tokens, Words, describe
from kgraph.extraction.network import DILATIONS, LABELS, POOL_AFTER
from kgraph.lexicon import Lexicon
from kgraph.records import ROLES, TYPES
from pipelines.corpus import Annotated

HIDDEN, AFFIX = 128, 24
IGNORED = -100


@dataclass(frozen=True)
class Example:
    """A described paper, its labels and the mentions of its entities."""

    annotated: Annotated
    tokens: Tokens
    labels: npt.NDArray[np.int64]  # (n,) index into LABELS
    mentions: list[tuple[int, int, int]]  # first token, token after the last, entity
    roles: list[int]  # by entity, index into ROLES or IGNORED


def read_words(folder: Path) -> tuple[Words, npt.NDArray[np.float32]]:
    """Load what `pipelines.vectors` wrote: the words and their vectors, shape (words, dimensions)."""
    tables = np.load(folder / "vectors.npz")
    vocabulary = (folder / "words.txt").read_text("utf-8").split("\n")[:-1]
    return Words(vocabulary, tables["counts"].tolist(), tables["capitalised"].tolist()), tables["vectors"]


def encode(annotated: Annotated, words: Words, names: Names) -> Example:
    tokens = describe(annotated.paper.text, len(annotated.paper.title), words, names)
    labels = np.zeros(len(tokens.spans), np.int64)
    mentions = annotated.spans()
    for start, end, index in mentions:
        type_ = annotated.entities[index]["type"]
        labels[start] = LABELS.index("B-" + type_)
        labels[start + 1 : end] = LABELS.index("I-" + type_)
    roles = [ROLES.index(e["role"]) if e.get("role") in ROLES else IGNORED for e in annotated.entities]
    return Example(annotated, tokens, labels, mentions, roles)


class Student(nn.Module):
    def __init__(self, vectors: npt.NDArray[np.float32], drop: float = 0.3, word_drop: float = 0.15) -> None:
        super().__init__()
        unknown = np.zeros((1, vectors.shape[1]), np.float32)
        self.register_buffer("vectors", torch.from_numpy(np.vstack([unknown, vectors])) * 4)
        self.affixes = nn.ModuleList(nn.Embedding(BUCKETS, AFFIX) for _ in range(4))
        for table in self.affixes:
            nn.init.normal_(table.weight, std=0.1)
        width = vectors.shape[1] + 4 * AFFIX + WORD_FLAGS + PLACE_FLAGS + LEXICON_FLAGS
        self.enter = nn.Linear(width, HIDDEN)
        self.enter_norm = nn.LayerNorm(HIDDEN)
        self.convolutions = nn.ModuleList(nn.Conv1d(HIDDEN, HIDDEN, 3, padding=d, dilation=d) for d in DILATIONS)
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN) for _ in DILATIONS)
        self.same_word = nn.Linear(2 * HIDDEN, HIDDEN)
        self.whole = nn.Linear(HIDDEN, HIDDEN)
        self.label = nn.Linear(HIDDEN, len(LABELS))
        self.role_hidden = nn.Linear(3 * HIDDEN, 64)
        self.role = nn.Linear(64, len(ROLES))
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
        """Return the scores of roles, shape (entities of the batch, roles): the sum over its mentions in log space."""
        flat = hidden.reshape(-1, hidden.shape[-1])
        cumulated = torch.cat([torch.zeros(1, flat.shape[1]), flat.cumsum(0)])
        starts, ends, owners = batch.mentions.T
        inside = (cumulated[ends] - cumulated[starts]) / (ends - starts).unsqueeze(-1)
        sides = [F.pad(flat, (0, 0, 1, 1))[at] for at in (starts, ends + 1)]  # the tokens before and after
        scores = self.role(F.relu(self.role_hidden(self._dropped(torch.cat([inside, *sides], -1), self.drop, flat=True))))
        entities = int(owners.max()) + 1
        top = torch.full((entities, scores.shape[1]), -1e4).scatter_reduce(
            0, owners.unsqueeze(-1).expand_as(scores), scores, "amax"
        )
        sums = torch.zeros(entities, scores.shape[1]).index_add(0, owners, (scores - top[owners]).exp())
        return top + (sums + 1e-9).log()

    def _dropped(self, x: Tensor, rate: float, flat: bool = False) -> Tensor:
        """Drop whole channels of a paper (Gal and Ghahramani 2016); drawing a mask a token costs more than the sums."""
        if not self.training:
            return x
        shape = (x.shape[0] if flat else x.shape[0], *([1] * (x.dim() - 2)), x.shape[-1])
        return x * ((torch.rand(shape) > rate).float() / (1 - rate))

    def _forget_lexicon(self, flags: Tensor) -> Tensor:
        """Hide the lexicon's opinion of a quarter of the papers, so that its gaps are expected."""
        keep = (torch.rand(flags.shape[0], 1, 1) > 0.25).float()
        return torch.cat([flags[..., :-LEXICON_FLAGS], flags[..., -LEXICON_FLAGS:] * keep], -1)


@dataclass(frozen=True)
class Batch:
    ids: Tensor  # (papers, tokens, WORD_IDS)
    flags: Tensor  # (papers, tokens, all flags)
    groups: Tensor  # (papers, tokens), 0 for padding
    mask: Tensor  # (papers, tokens)
    labels: Tensor  # (papers, tokens)
    mentions: Tensor  # (mentions, 3): start and end in the flattened batch, entity of the batch
    roles: Tensor  # (entities,)


def collate(examples: Sequence[Example], words: Words, soft: Mapping[str, Tensor] | None = None) -> Batch:
    papers, longest = len(examples), max(len(e.labels) for e in examples)
    ids = torch.zeros(papers, longest, 5, dtype=torch.long)
    flags = torch.zeros(papers, longest, WORD_FLAGS + PLACE_FLAGS + LEXICON_FLAGS)
    groups, labels = torch.zeros(papers, longest, dtype=torch.long), torch.full((papers, longest), IGNORED)
    mask = torch.zeros(papers, longest)
    mentions, roles = [], []
    for i, example in enumerate(examples):
        n, rows = len(example.labels), example.tokens.rows.tolist()
        ids[i, :n] = torch.tensor([words.ids[row] for row in rows])
        flags[i, :n, :WORD_FLAGS] = torch.tensor([words.flags[row] for row in rows])
        flags[i, :n, WORD_FLAGS:] = torch.from_numpy(example.tokens.flags)
        groups[i, :n] = torch.from_numpy(np.unique(example.tokens.groups, return_inverse=True)[1]) + 1
        labels[i, :n] = torch.from_numpy(example.labels)
        mask[i, :n] = 1
        mentions += [(i * longest + a, i * longest + b, len(roles) + entity) for a, b, entity in example.mentions]
        roles += example.roles
    return Batch(ids, flags, groups, mask, labels, torch.tensor(mentions or [(0, 1, 0)]), torch.tensor(roles or [IGNORED]))


def batches(examples: Sequence[Example], size: int, rng: np.random.Generator) -> Iterator[list[Example]]:
    """Shuffle, then group texts of like length."""
    order = rng.permutation(len(examples)).tolist()
    pools = [sorted(order[i : i + 16 * size], key=lambda k: len(examples[k].labels)) for i in range(0, len(order), 16 * size)]
    groups = [pool[i : i + size] for pool in pools for i in range(0, len(pool), size)]
    for i in rng.permutation(len(groups)):
        yield [examples[k] for k in groups[i]]


def train(
    model: Student,
    examples: Sequence[Example],
    words: Words,
    *,
    epochs: int,
    seed: int,
    rate: float = 2e-3,
    size: int = 16,
    role_weight: float = 0.3,
    report=None,
) -> None:
    """Train in place."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=rate, weight_decay=0.01)
    steps = epochs * sum(1 for _ in batches(examples, size, np.random.default_rng(0)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.1)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for group in batches(examples, size, rng):
            batch = collate(group, words)
            scores, hidden = model(batch)
            loss = F.cross_entropy(scores.flatten(0, 1), batch.labels.flatten(), ignore_index=IGNORED, label_smoothing=0.02)
            if bool((batch.roles >= 0).any()):
                role_scores = model.role_scores(hidden, batch)
                known = batch.roles[: len(role_scores)]
                loss = loss + role_weight * F.cross_entropy(role_scores, known, ignore_index=IGNORED)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        if report:
            report(epoch + 1, total)
