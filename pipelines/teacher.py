"""A tagger too slow to ship, and what it says of papers that nobody annotated (Hinton et al. 2015).

It is the same network, but hears of every token what all-MiniLM-L6-v2 says, too (Wang et al. 2020). What it
and the first network say of other papers, in the mean, the tagger learns from: see learning.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from kgraph.extraction.features import Words
from kgraph.extraction.network import ROLE_CLASSES
from pipelines.contexts import MOST_PIECES, WIDTH, load_minilm
from pipelines.model import HIDDEN, NO_TYPE, Batch, Example, Floats, Model, collate

HEARD = 128  # what is taken from the encoder's states
TOGETHER = 16  # papers


class Teacher(Model):
    """The tagger, and the encoder beside its own layers."""

    def __init__(self, vectors: Floats) -> None:
        super().__init__(vectors, HIDDEN + HEARD)
        # to drop takes longer there than all other sums
        undropped = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        self.tokenizer, self.encoder = load_minilm(**undropped)
        self.hear = nn.Linear(WIDTH, HEARD)
        self.hear_norm = nn.LayerNorm(HEARD)

    def states(self, words: Tensor, flags: Tensor, batch: Batch) -> Tensor:
        """Return hidden states (papers, tokens, HIDDEN + HEARD)."""
        own = super().states(words, flags, batch)
        heard = self.hear_norm(self.hear(self._dropped(self._encoded(batch), 0.1)))
        return torch.cat([own, heard * batch.mask.unsqueeze(-1)], -1)

    def _encoded(self, batch: Batch) -> Tensor:
        """Return the mean of the pieces that begin in each token: (papers, tokens, WIDTH)."""
        pieces = self.tokenizer(
            [tokens.text for tokens in batch.read],
            padding=True,
            truncation=True,
            max_length=MOST_PIECES,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        owners = torch.from_numpy(_owners(pieces.pop("offset_mapping").numpy(), batch)).flatten()
        with torch.autocast("cpu", torch.bfloat16):
            states = self.encoder(**pieces).last_hidden_state
        count = batch.mask.numel()
        sums = torch.zeros(count + 1, WIDTH).index_add(0, owners, states.float().flatten(0, 1))
        sizes = owners.bincount(minlength=count + 1).clamp(min=1).unsqueeze(-1)
        return (sums / sizes)[:-1].view(*batch.mask.shape, WIDTH)


def _owners(places: npt.NDArray[np.int64], batch: Batch) -> npt.NDArray[np.int64]:
    """Return the token of the flattened batch that each piece begins in; for none its size."""
    longest = batch.mask.shape[1]
    owners = np.full(places.shape[:2], batch.mask.numel(), np.int64)
    for paper, (own, tokens) in enumerate(zip(places, batch.read, strict=True)):
        begin, until = own.T
        spans = np.array([(0, 0), *tokens.spans])  # so that each begins in one, and some in none
        token = np.searchsorted(spans[1:, 0], begin, side="right")
        inside = (begin < until) & (begin < spans[token, 1])
        owners[paper, inside] = paper * longest + token[inside] - 1
    return owners


def in_groups(examples: Sequence[Example]) -> list[Sequence[Example]]:
    """Put texts of like length together, the shortest first."""
    order = sorted(examples, key=lambda example: len(example.labels))
    return [order[i : i + TOGETHER] for i in range(0, len(order), TOGETHER)]


def taught(models: Sequence[Model], group: Sequence[Example], words: Words) -> Iterator[Example]:
    """Yield each example with what the models say of it in the place of what annotators did."""
    batch = collate(group, words)
    with torch.no_grad():
        read = [model(batch) for model in models]
        hidden = [states for _, states in read]
        judged = [one.judge_things(states, batch) for one, states in zip(models, hidden, strict=True)]
    labels = _mean([scores for scores, _ in read])
    roles, types, relations = (
        _mean([getattr(one, name) for one in judged]) for name in ("roles", "types", "relations")
    )
    for paper, example in enumerate(group):
        own_roles, roles = np.split(roles, [len(example.roles)])
        own_types, types = np.split(types, [len(example.roles)])
        own_relations, relations = np.split(relations, [len(example.relations)])
        yield replace(
            example,
            labels=labels[paper, : len(example.labels)],
            roles=own_roles,
            types=_types(own_roles, own_types),
            relations=own_relations,
        )


def _mean(scores: Sequence[Tensor]) -> Floats:
    """Return the mean of scores as probabilities."""
    return np.asarray(torch.stack(list(scores)).mean(0).softmax(-1).numpy(), np.float32)


def _types(roles: Floats, types: Floats) -> list[int]:
    """Return the likeliest type of what is a thing rather than not."""
    is_thing = roles[:, ROLE_CLASSES.index("")] < 0.5
    return [int(best) if known else NO_TYPE for best, known in zip(types.argmax(1), is_thing, strict=True)]
