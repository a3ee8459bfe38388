"""What the lower layers learn before anything else: to guess hidden words from those around them.

A word's vector, affixes and flags are hidden (Devlin et al. 2019); its state must then tell the word from the
other hidden ones of the batch (van den Oord et al. 2018). Read are all annotated papers, also those that a
fold holds out, of whose annotations only the counts of spellings are seen, and vectors.npz, words.txt and
word_contexts.npz in build/train; written is pretrained.pt, in some 25 minutes on one core. Stopped, it goes
on after the last whole pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kgraph.extraction.features import BUCKETS, Names, Words
from kgraph.lexicon import read_lexicon
from pipelines.candidates import Seen
from pipelines.checkpoint import Checkpoint, fingerprint, save_whole
from pipelines.corpus import ALL, Annotated, read_training_papers
from pipelines.evidence import evidence_of_others
from pipelines.inputs import BUILD, EXAMPLES, OF_WORDS, PRETRAINED, Progress
from pipelines.model import HIDDEN, Batch, Example, Model, encode, read_words, train
from pipelines.schedule import Schedule, read_schedule

SHARE = 0.15  # of the words, hidden
LOWER = ("affixes", "enter", "enter_norm", "convolutions", "norms", "same_word", "sentence", "whole")


class Guesser(nn.Module):
    """The layers up to the states of tokens, and what a guess needs besides."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self.guess = nn.Sequential(nn.Linear(HIDDEN, 2 * HIDDEN), nn.ReLU(), nn.Linear(2 * HIDDEN, HIDDEN))
        self.meant = nn.Linear(model.word_width, HIDDEN)

    def forward(self, batch: Batch, hidden: Tensor) -> Tensor:
        """Score every hidden word for every hidden place, in reading order: (places, words)."""
        words = self.model.words(batch)
        seen = (~hidden).float().unsqueeze(-1)
        flags = self.model.forget_lexicon(batch.flags)
        states = self.model.states(words * seen, flags * seen, apart(batch, hidden))
        scores = self.guess(states[hidden]) @ self.meant(words[hidden]).T / HIDDEN**0.5
        word = batch.ids[..., 0][hidden] * BUCKETS + batch.ids[..., -1][hidden]
        again = (word[:, None] == word[None, :]).fill_diagonal_(fill_value=False)
        return scores.masked_fill(again, -1e4)  # the same word, hidden elsewhere, is not wrong


def of_guesses(guesser: Guesser, batch: Batch) -> Tensor:
    """Return the loss of guesses at a random share of the words."""
    hidden = (torch.rand(batch.mask.shape) < SHARE) & batch.mask.bool()
    if not hidden.any():
        hidden = batch.mask.bool()
    scores = guesser(batch, hidden)
    return F.cross_entropy(scores, torch.arange(len(scores)))


def apart(batch: Batch, hidden: Tensor) -> Batch:
    """Take every hidden word for one of its own: it must not be heard of where it stands once more."""
    alone = batch.groups.max() + hidden.long().cumsum(1)
    return replace(batch, groups=torch.where(hidden, alone, batch.groups))


@click.command()
@click.option("--build", type=click.Path(path_type=Path), default=BUILD, show_default=True)
@click.option("--papers", default=ALL, help="Only so many papers of the corpus and of the gold, to try it.")
def main(build: Path, papers: int) -> None:
    """Train the lower layers to guess hidden words."""
    gold, ours = read_training_papers(papers)
    pretrain([*gold, *ours], build, read_schedule())


def pretrain(papers: Sequence[Annotated], build: Path, schedule: Schedule) -> None:
    """Write pretrained.pt into a folder, by way of a checkpoint."""
    schedule = schedule.of_guessing()
    inputs = (Path(__file__), *EXAMPLES, *(build / name for name in OF_WORDS))
    training = fingerprint(inputs, schedule, [annotated.paper.id for annotated in papers])
    checkpoint = Checkpoint(build / "pretraining-checkpoint.pt", training)
    words, vectors = read_words(build)
    examples = list(_examples(papers, words))
    torch.manual_seed(schedule.seed)
    guesser = Guesser(Model(vectors))
    report = Progress("guessing", schedule.passes)
    train(guesser, examples, words, schedule, loss_of=of_guesses, checkpoint=checkpoint, report=report)
    learnt = guesser.model.state_dict().items()
    lower = {name: value for name, value in learnt if name.split(".")[0] in LOWER}
    save_whole(lower, build / PRETRAINED)
    checkpoint.path.unlink(missing_ok=True)


def _examples(papers: Sequence[Annotated], words: Words) -> Iterator[Example]:
    names, nothing = Names(read_lexicon()), Seen([])
    for annotated, evidence in evidence_of_others(papers):
        yield encode(annotated, nothing, words, names, evidence)


if __name__ == "__main__":
    main()
