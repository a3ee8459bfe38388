"""The tagger in PyTorch, for training only; `kgraph.extraction.network` runs the same sums in numpy.

Words enter as pretrained vectors, hashed affixes, a description of their form, their place in the
paper and the opinion of the lexicon and of other papers. Four convolutions with growing reach follow;
between them every token meets all others of the same word, its sentence and the whole paper. One head
labels tokens; what may be a thing gets its role, or none if it is no thing, its type, and its relations.

The layers up to the states of tokens begin as pipelines/pretraining.py leaves them.

Those who annotated the gold papers and those who annotated the corpus, in rounds, differ a little in what
they take for a name, a role and a relation: every layer that decides has a bias of each, learnt
together; what ships is the gold's. Made-up texts have theirs, too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

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
    Evidence,
    Names,
    Tokens,
    Words,
    describe,
)
from kgraph.extraction.network import (
    DILATIONS,
    DISTANCES,
    HEADS,
    LABELS,
    NEAR,
    POOL_AFTER,
    RELATION_CLASSES,
    ROLE_CLASSES,
    TOLD,
    looks,
)
from kgraph.extraction.things import PAIR_FLAGS, THING_FLAGS, Things
from kgraph.matching import names_of
from kgraph.records import ROLES, STATED, SYMMETRIC, TYPES
from pipelines.candidates import AGAIN_SHARE, OTHERS_SHARE, Seen, describe_candidates
from pipelines.checkpoint import Checkpoint
from pipelines.corpus import ANNOTATORS, Annotated
from pipelines.schedule import Schedule

HIDDEN, AFFIX = 128, 24
AROUND, PAIR = 96, 96  # what is said of a mention or a meeting, and of a pair
COMPANY = 48  # what is said of all the things of a paper
JUDGED = 64  # what is said of a thing among them
SOUGHT = 64  # what mentions look for in their sentences, all heads together
DROP, WORD_DROP = 0.15, 0.15
ROLE_WEIGHT, ALONE_WEIGHT, TYPE_WEIGHT, PAIR_WEIGHT = 0.5, 0.25, 0.2, 0.4
NO_TYPE = -100  # of what is no thing: it is not learnt
JUDGED_DROP = (
    0.25  # where roles and relations are judged, which are learnt by heart before they are understood
)
LEXICON_FORGOTTEN = 0.25  # share of papers whose lexicon flags are hidden
NAME_FORGOTTEN = 0.2  # share of mentions whose words are hidden where roles are judged
SLOWER_FIRST = 25  # than the greatest rate of a step
SMOOTHING = 0.02  # of the annotators' labels, and of all types
JUDGED_SMOOTHING = 0.05  # of all roles and relations, also those that are said by networks

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """A described paper, its labels and what may be its things."""

    tokens: Tokens
    labels: Floats  # (n, labels) probabilities
    things: Things
    roles: Floats  # (things, role classes) probabilities
    types: list[int]  # by thing, index into TYPES or NO_TYPE
    relations: Floats  # (pairs, relation classes) probabilities
    annotators: int  # see corpus.Annotated


def read_words(folder: Path) -> tuple[Words, Floats]:
    """Load the words and their vectors, shape (words, dimensions): of their company and their contexts."""
    tables = np.load(folder / "vectors.npz")
    vocabulary = (folder / "words.txt").read_text("utf-8").split("\n")[:-1]
    words = Words(vocabulary, tables["counts"].tolist(), tables["capitalised"].tolist())
    contexts = np.load(folder / "word_contexts.npz")["vectors"]
    return words, np.concatenate([tables["vectors"], contexts], axis=1)


def encode(annotated: Annotated, seen: Seen, words: Words, names: Names, evidence: Evidence) -> Example:
    """Describe a paper to learn from, which must not be among those that the evidence was counted in."""
    tokens = describe(annotated.paper.text, len(annotated.paper.title), words, names, evidence)
    spans = annotated.spans()
    right = np.zeros(len(tokens.spans), np.intp)
    for start, end, index in spans:
        type_ = annotated.entities[index]["type"]
        right[start] = LABELS.index("B-" + type_)
        right[start + 1 : end] = LABELS.index("I-" + type_)
    things = describe_candidates(tokens, seen.candidates)
    entities = [None if one.entity is None else annotated.entities[one.entity] for one in seen.candidates]
    roles = _roles(entities)
    if seen.roles is not None:
        known = np.array([e is not None for e in entities])
        roles[known] *= 1 - OTHERS_SHARE
        roles[known, : len(ROLES)] += OTHERS_SHARE * seen.roles[known]
    return Example(
        tokens,
        (1 - SMOOTHING) * _one_hot(right, len(LABELS)) + SMOOTHING / len(LABELS),
        things,
        roles,
        [NO_TYPE if e is None else TYPES.index(e["type"]) for e in entities],
        _relations(annotated, entities, things),
        annotated.annotators,
    )


def _one_hot(classes: Sequence[int] | npt.NDArray[np.intp], count: int) -> Floats:
    """Return probabilities, shape (classes, count), of classes that are certain."""
    return np.eye(count, dtype=np.float32)[np.asarray(classes, np.intp)]


def _roles(entities: Sequence[Mapping[str, Any] | None]) -> Floats:
    """Return the probabilities of the roles of candidates, which are these entities or none."""
    first = [ROLE_CLASSES.index(e["role"] if e else "") for e in entities]
    second = [ROLE_CLASSES.index(e.get("again", e["role"]) if e else "") for e in entities]
    count = len(ROLE_CLASSES)
    return (1 - AGAIN_SHARE) * _one_hot(first, count) + AGAIN_SHARE * _one_hot(second, count)


def _relations(annotated: Annotated, entities: Sequence[Mapping[str, Any] | None], things: Things) -> Floats:
    """Return the probabilities of the classes of every pair of things, which are these entities or none.

    Where a text states several relations of a pair, such as trained and evaluated on, each is as probable.
    """
    index = {name: i for i, e in enumerate(entities) if e for name in names_of(e)}
    stated: dict[tuple[int, int], set[int]] = defaultdict(set)
    for source, relation, target in annotated.relations:
        a, b = index.get(source), index.get(target)
        if a is None or b is None or a == b or relation not in STATED:
            continue
        backwards = a > b and relation not in SYMMETRIC
        stated[min(a, b), max(a, b)].add(RELATION_CLASSES.index(("<" if backwards else "") + relation))
    probabilities = _one_hot([0] * len(things.pairs), len(RELATION_CLASSES))
    for row, pair in zip(probabilities, things.pairs.tolist(), strict=True):
        if classes := sorted(stated.get(tuple(pair), ())):
            row[0] = 0
            row[classes] = 1 / len(classes)
    return probabilities


class Convolution(nn.Module):
    """Three words wide; the words beside are seen by their first TOLD channels only, for speed."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.here = nn.Linear(HIDDEN, HIDDEN)
        self.beside = nn.Linear(TOLD, 2 * HIDDEN, bias=False)  # to the word after, to that before

    def forward(self, hidden: Tensor) -> Tensor:
        """Map (papers, tokens, HIDDEN) to the same shape."""
        after, before = self.beside(hidden[..., :TOLD]).chunk(2, -1)
        far = min(self.dilation, hidden.shape[1])
        after, before = after[:, : hidden.shape[1] - far], before[:, far:]
        return self.here(hidden) + F.pad(after, (0, 0, far, 0)) + F.pad(before, (0, 0, 0, far))


class Model(nn.Module):
    """The network of the tagger, or one that is like it with states of tokens of another width."""

    def __init__(self, vectors: Floats, width: int = HIDDEN) -> None:
        super().__init__()
        unknown = np.zeros((1, vectors.shape[1]), np.float32)
        self.register_buffer("vectors", torch.from_numpy(np.vstack([unknown, vectors])) * 4)
        self.affixes = nn.ModuleList(nn.Embedding(BUCKETS, AFFIX) for _ in range(4))
        for table in self.affixes:
            nn.init.normal_(table.weight, std=0.1)
        self.word_width = vectors.shape[1] + 4 * AFFIX
        self.enter = nn.Linear(self.word_width + WORD_FLAGS + PLACE_FLAGS + LEXICON_FLAGS, HIDDEN)
        self.enter_norm = nn.LayerNorm(HIDDEN)
        self.convolutions = nn.ModuleList(Convolution(d) for d in DILATIONS)
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN) for _ in DILATIONS)
        self.same_word = nn.Linear(2 * HIDDEN, HIDDEN)
        self.sentence = nn.Linear(2 * HIDDEN, HIDDEN)
        self.whole = nn.Linear(HIDDEN, HIDDEN)
        self.label = nn.Linear(width, len(LABELS))
        self.seek = nn.Linear(width, SOUGHT)
        self.offer = nn.Linear(width, 2 * SOUGHT)
        self.far = nn.Parameter(torch.zeros(DISTANCES, HEADS))
        self.mention = nn.Linear(7 * width + SOUGHT, AROUND)
        described = 2 * AROUND + THING_FLAGS
        self.company = nn.Linear(described, COMPANY)
        self.judge = nn.Linear(described + COMPANY, JUDGED)
        self.role = nn.Linear(JUDGED, len(ROLE_CLASSES))
        self.thing_type = nn.Linear(JUDGED, len(TYPES))
        self.meeting = nn.Linear(5 * width + 2, AROUND)
        self.pair_first = nn.Linear(described + len(ROLE_CLASSES), PAIR, bias=False)
        self.pair_second = nn.Linear(described + len(ROLE_CLASSES), PAIR, bias=False)
        self.pair_flags = nn.Linear(PAIR_FLAGS, PAIR)
        self.pair_met = nn.Linear(AROUND, PAIR, bias=False)
        self.pair = nn.Linear(PAIR, len(RELATION_CLASSES))
        self.pair_role = nn.Linear(2 * PAIR, len(ROLE_CLASSES), bias=False)
        nn.init.zeros_(self.pair_role.weight)
        habits = {
            "enter": HIDDEN,
            "label": len(LABELS),
            "role": len(ROLE_CLASSES),
            "pair": len(RELATION_CLASSES),
        }
        self.habits = nn.ModuleDict({name: nn.Embedding(ANNOTATORS, size) for name, size in habits.items()})
        for table in self.habits.values():
            nn.init.zeros_(table.weight)

    def forward(self, batch: "Batch") -> tuple[Tensor, Tensor]:
        """Return label scores (papers, tokens, labels) and hidden states (papers, tokens, width)."""
        words, flags = self.words(batch, WORD_DROP), batch.flags
        if self.training:
            flags = self.forget_lexicon(flags)
        hidden = self.states(words, flags, batch)
        scores = self.label(self._dropped(hidden, DROP))
        return scores + self.habits["label"](batch.annotators).unsqueeze(1), hidden

    def words(self, batch: "Batch", drop: float = 0) -> Tensor:
        """Return what is known of every word: vectors, of which some are dropped in training, and affixes."""
        vectors = self.vectors[batch.ids[..., 0]]
        if self.training and drop:
            vectors = vectors * (torch.rand(vectors.shape[:2]) > drop).float().unsqueeze(-1)
        affixes = [table(batch.ids[..., k + 1]) for k, table in enumerate(self.affixes)]
        affixes[-1] = affixes[-1] * (batch.ids[..., :1] > 0)  # that of a word never met is some other word's
        return torch.cat([vectors, *affixes], -1)

    def states(self, words: Tensor, flags: Tensor, batch: "Batch") -> Tensor:
        """Return hidden states (papers, tokens, HIDDEN)."""
        entered = self._dropped(torch.cat([words, flags], -1), 0.1)
        mask = batch.mask.unsqueeze(-1)
        habit = self.habits["enter"](batch.annotators).unsqueeze(1)
        hidden = self.enter_norm(F.relu(self.enter(entered) + habit)) * mask
        for depth, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            moved = convolution(self._dropped(hidden, DROP))
            hidden = norm(hidden + F.relu(moved)) * mask
            if depth == POOL_AFTER:
                hidden = self._pool(hidden, batch, mask)
        return hidden

    def _pool(self, hidden: Tensor, batch: "Batch", mask: Tensor) -> Tensor:
        index = batch.groups.unsqueeze(-1).expand_as(hidden)
        empty = torch.zeros(len(hidden), int(batch.groups.max()) + 1, hidden.shape[-1])
        most = empty.scatter_reduce(1, index, hidden, "amax", include_self=False)
        mean = empty.scatter_reduce(1, index, hidden, "mean", include_self=False)
        same = torch.cat([most.gather(1, index), mean.gather(1, index)], -1)
        sentence_of = batch.sentences.flatten()
        sentences = _means_and_most(hidden.flatten(0, 1), sentence_of, int(sentence_of.max()) + 1)
        sentence = F.relu(self.sentence(self._dropped(sentences, DROP)))[batch.sentences]
        whole = self.whole(hidden.sum(1, keepdim=True) / mask.sum(1, keepdim=True))
        return (hidden + F.relu(self.same_word(self._dropped(same, DROP))) + sentence + whole) * mask

    def judge_things(self, hidden: Tensor, batch: "Batch") -> "Judged":
        """Score the things and pairs of a batch."""
        flat = hidden.reshape(-1, hidden.shape[-1])
        sums = torch.cat([torch.zeros(1, flat.shape[1]), flat.cumsum(0)])
        sentence_of = batch.sentences.flatten()
        sentences = _means_and_most(flat, sentence_of, int(sentence_of.max()) + 1)

        def mean(starts: Tensor, ends: Tensor) -> Tensor:
            return (sums[ends] - sums[starts]) / (ends - starts).clamp(min=1).unsqueeze(-1)

        start, end, owner = batch.mentions.T
        padded = F.pad(flat, (0, 0, NEAR, NEAR))
        before = [padded[start + NEAR - far] for far in range(1, NEAR + 1)]
        after = [padded[end + NEAR - 1 + far] for far in range(1, NEAR + 1)]
        near = [torch.stack(side).mean(0) for side in (before, after)]
        named = self._forget_names(mean(start, end))
        sought = self._sought(named, flat, batch)
        around = torch.cat([named, before[0], after[0], *near, sentences[sentence_of[start]], sought], -1)
        around = F.relu(self.mention(self._dropped(around, JUDGED_DROP)))
        described = _means_and_most(around, owner, len(batch.thing_flags), most_first=True)
        described = self._dropped(torch.cat([described, batch.thing_flags], -1), 0.1)
        paper = batch.thing_papers
        company = _most(F.relu(self.company(described)), paper, len(batch.annotators))
        judged = F.relu(self.judge(torch.cat([described, company[paper]], -1)))
        types = self.thing_type(judged)
        alone = self.role(judged) + self.habits["role"](batch.annotators[paper])

        one, two, pair, turned = batch.meetings.T
        (start, end, _), (start2, end2, _) = batch.mentions[one].T, batch.mentions[two].T
        gap = (start2 - end).clamp(min=0).float().log1p() / 4
        place = torch.stack([gap, turned.float()], -1)
        seen = [mean(end, start2), mean(start, end), mean(start2, end2), sentences[sentence_of[start]], place]
        met = F.relu(self.meeting(self._dropped(torch.cat(seen, -1), JUDGED_DROP)))
        most = _most(met, pair, len(batch.pair_flags))
        known = torch.cat([described, alone.detach().softmax(-1)], -1)
        first, second = batch.pairs.T
        between = F.relu(
            self.pair_first(known)[first]
            + self.pair_second(known)[second]
            + self.pair_flags(batch.pair_flags)
            + self.pair_met(most)
        )
        relations = self.pair(self._dropped(between, 0.2))
        relations = relations + self.habits["pair"](batch.annotators[paper[first]])
        by_pairs = [_most(between, things, len(batch.thing_flags)) for things in (first, second)]
        said = self._dropped(torch.cat(by_pairs, -1), 0.2)
        return Judged(alone + self.pair_role(said), alone, types, relations)

    def _sought(self, named: Tensor, flat: Tensor, batch: "Batch") -> Tensor:
        """Return what each mention finds in its sentence, by attention that knows how far a token is."""
        mention, token, far = batch.looks.T
        keys, values = self.offer(flat).chunk(2, -1)
        sought = self.seek(named)[mention].view(-1, HEADS, SOUGHT // HEADS)
        scores = (sought * keys[token].view_as(sought)).sum(-1) / (SOUGHT // HEADS) ** 0.5 + self.far[far]
        odds = scores.clamp(max=30).exp()  # (looks, heads)
        total = torch.zeros(len(named), HEADS).index_add(0, mention, odds)
        share = (odds / total[mention]).unsqueeze(-1)
        found = (share * values[token].view_as(sought)).flatten(1)
        return torch.zeros(len(named), SOUGHT).index_add(0, mention, found)

    def _dropped(self, x: Tensor, rate: float) -> Tensor:
        """Drop channels of whole papers (Gal and Ghahramani 2016), or of single things where a row is one."""
        if not self.training:
            return x
        shape = (x.shape[0], *([1] * (x.dim() - 2)), x.shape[-1])
        return x * ((torch.rand(shape) > rate).float() / (1 - rate))

    def _forget_names(self, named: Tensor) -> Tensor:
        """Hide the words of some mentions, so that their surroundings are heard."""
        if not self.training:
            return named
        return named * (torch.rand(len(named), 1) > NAME_FORGOTTEN).float()

    def forget_lexicon(self, flags: Tensor) -> Tensor:
        """Hide what the lexicon and other papers say of some papers, so that their gaps are expected."""
        keep = (torch.rand(flags.shape[0], 1, 1) > LEXICON_FORGOTTEN).float()
        return torch.cat([flags[..., :-LEXICON_FLAGS], flags[..., -LEXICON_FLAGS:] * keep], -1)


def _wide(index: Tensor, like: Tensor) -> Tensor:
    return index.unsqueeze(-1).expand_as(like)


def _most(rows: Tensor, owners: Tensor, count: int) -> Tensor:
    """Return the maximum of the rows of each owner; 0, the least there is, for one without any."""
    return torch.zeros(count, rows.shape[1]).scatter_reduce(0, _wide(owners, rows), rows, "amax")


def _means_and_most(rows: Tensor, owners: Tensor, count: int, most_first: bool = False) -> Tensor:
    """Return the mean and the maximum of the rows of each owner, side by side."""
    empty = torch.zeros(count, rows.shape[1])
    index = _wide(owners, rows)
    mean = empty.scatter_reduce(0, index, rows, "mean", include_self=False)
    most = empty.scatter_reduce(0, index, rows, "amax", include_self=False)
    return torch.cat([most, mean] if most_first else [mean, most], -1)


class Judged(NamedTuple):
    """Scores: rows by classes."""

    roles: Tensor  # of things, with what their pairs say
    alone: Tensor  # the same without that
    types: Tensor  # of things
    relations: Tensor  # of pairs


@dataclass(frozen=True)
class Batch:
    ids: Tensor  # (papers, tokens, WORD_IDS)
    flags: Tensor  # (papers, tokens, all flags)
    groups: Tensor  # (papers, tokens), 0 for padding
    mask: Tensor  # (papers, tokens)
    labels: Tensor  # (papers, tokens, labels) probabilities
    sentences: Tensor  # (papers, tokens), numbered through the batch, 0 for padding
    mentions: Tensor  # (mentions, 3): start and end in the flattened batch, thing of the batch
    thing_flags: Tensor  # (things, THING_FLAGS)
    roles: Tensor  # (things, role classes) probabilities
    types: Tensor  # (things,)
    pairs: Tensor  # (pairs, 2): things of the batch
    pair_flags: Tensor  # (pairs, PAIR_FLAGS)
    relations: Tensor  # (pairs, relation classes) probabilities
    meetings: Tensor  # (meetings, 4): both mentions and their pair in the batch, turned
    looks: Tensor  # (looks, 3): a mention, a token of its sentence in the flattened batch, their distance
    thing_papers: Tensor  # (things,)
    annotators: Tensor  # (papers,)
    read: Sequence[Tokens]  # by paper


def collate(examples: Sequence[Example], words: Words) -> Batch:
    papers, longest = len(examples), NEAR + max(len(e.labels) for e in examples)  # a gap between any two
    ids = torch.zeros(papers, longest, 5, dtype=torch.long)
    flags = torch.zeros(papers, longest, WORD_FLAGS + PLACE_FLAGS + LEXICON_FLAGS)
    groups, labels = torch.zeros(papers, longest, dtype=torch.long), torch.zeros(papers, longest, len(LABELS))
    mask = torch.zeros(papers, longest)
    sentences = torch.zeros(papers, longest, dtype=torch.long)
    for i, example in enumerate(examples):
        n, rows = len(example.labels), example.tokens.rows.tolist()
        ids[i, :n] = torch.tensor([words.ids[row] for row in rows])
        flags[i, :n, :WORD_FLAGS] = torch.tensor([words.flags[row] for row in rows])
        flags[i, :n, WORD_FLAGS:] = torch.from_numpy(example.tokens.flags)
        groups[i, :n] = torch.from_numpy(example.tokens.repeats.word) + 1
        labels[i, :n] = torch.from_numpy(example.labels)
        mask[i, :n] = 1
        sentences[i, :n] = torch.from_numpy(example.tokens.sentences) + 1 + int(sentences.max())
    things = [example.things for example in examples]
    token = [i * longest for i in range(papers)]  # where each paper begins
    thing = np.cumsum([0, *(len(t.flags) for t in things)]).tolist()
    mention = np.cumsum([0, *(len(t.mentions) for t in things)]).tolist()
    pair = np.cumsum([0, *(len(t.pairs) for t in things)]).tolist()
    return Batch(
        ids,
        flags,
        groups,
        mask,
        labels,
        sentences,
        _joined(t.mentions + np.array([a, a, b]) for t, a, b in zip(things, token, thing, strict=False)),
        _joined(t.flags for t in things),
        _joined(example.roles for example in examples),
        torch.tensor([type_ for example in examples for type_ in example.types], dtype=torch.long),
        _joined(t.pairs + b for t, b in zip(things, thing, strict=False)),
        _joined(t.pair_flags for t in things),
        _joined(example.relations for example in examples),
        _joined(t.meetings + np.array([m, m, p, 0]) for t, m, p in zip(things, mention, pair, strict=False)),
        _joined(
            np.stack(looks(e.tokens, e.things.mentions), axis=1) + np.array([m, a, 0])
            for e, m, a in zip(examples, mention, token, strict=False)
        ),
        torch.repeat_interleave(torch.tensor([len(t.flags) for t in things])),
        torch.tensor([example.annotators for example in examples]),
        [example.tokens for example in examples],
    )


def _joined(arrays: Iterable[npt.NDArray[Any]]) -> Tensor:
    return torch.from_numpy(np.concatenate(list(arrays)))


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
    model: nn.Module,
    examples: Sequence[Example],
    words: Words,
    schedule: Schedule,
    *,
    loss_of: Callable[[Any, Batch], Tensor],
    checkpoint: Checkpoint | None = None,
    report: Callable[[int, float], None] | None = None,
) -> None:
    """Train in place; what stays is a running mean of the weights, which errs less than any one of them.

    The last steps stay large enough for the weights to wander around the best, so that their mean is near it.

    What a model calls its encoder has learnt before, and learns at a rate of its own.
    With a checkpoint, which every pass leaves anew, go on where the same training was stopped.
    """
    torch.set_num_threads(1)  # the fastest for sums of this size
    torch.manual_seed(schedule.seed)
    rng = np.random.default_rng(schedule.seed)
    named = list(model.named_parameters())
    encoder = [one for name, one in named if name.startswith("encoder.")]
    fresh = [one for name, one in named if not name.startswith("encoder.")]
    groups = [{"params": group} for group in (fresh, encoder) if group]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = schedule.passes * sum(1 for _ in batches(examples, schedule.batch, np.random.default_rng(0)))
    pace = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [schedule.rate, schedule.encoder_rate][: len(groups)],
        total_steps=steps + 1,
        pct_start=0.1,
        div_factor=SLOWER_FIRST,
        final_div_factor=schedule.rate / SLOWER_FIRST / schedule.last_rate,
    )
    averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(schedule.mean_decay))
    parts = {"model": model, "averaged": averaged, "optimiser": optimiser, "pace": pace}
    done = 0 if checkpoint is None else checkpoint.resume(parts, rng)
    model.train()
    for number in range(done + 1, schedule.passes + 1):
        total = 0.0
        for group in batches(examples, schedule.batch, rng):
            loss = loss_of(model, collate(group, words))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            pace.step()
            averaged.update_parameters(model)
            total += loss.item()
        if checkpoint is not None:
            checkpoint.save(number, parts, rng)
        if report is not None:
            report(number, total)
    model.load_state_dict(averaged.module.state_dict())
    model.eval()


def of_annotations(model: Model, batch: Batch) -> Tensor:
    """Return the loss of labels, and of roles, types and relations where there may be things."""
    scores, hidden = model(batch)
    loss = F.cross_entropy(scores.flatten(0, 1), batch.labels.flatten(0, 1), reduction="none")
    loss = (loss * batch.mask.flatten()).sum() / batch.mask.sum()
    if not len(batch.thing_flags):
        return loss
    judged = model.judge_things(hidden, batch)
    for weight, roles in (ROLE_WEIGHT, judged.roles), (ALONE_WEIGHT, judged.alone):
        loss = loss + weight * F.cross_entropy(roles, batch.roles, label_smoothing=JUDGED_SMOOTHING)
    if (typed := batch.types != NO_TYPE).any():
        types = F.cross_entropy(judged.types[typed], batch.types[typed], label_smoothing=SMOOTHING)
        loss = loss + TYPE_WEIGHT * types
    if len(batch.pairs):
        relations = F.cross_entropy(judged.relations, batch.relations, label_smoothing=JUDGED_SMOOTHING)
        loss = loss + PAIR_WEIGHT * relations
    return loss
