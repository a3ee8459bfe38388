"""Train the tagger, the longest step of `make train`; or judge how it is trained, on held-out papers.

`make train` runs the steps that project.yml declares (vectors, contexts, lower, model, export, card) and
skips what is up to date. This step, model, reads the annotated papers, the lexicon, train.cfg, the vectors
and contexts of words and the lower layers, pretrained; writes build/train/model.pt. First two networks learn
from a half of the papers each, and show by what they find in the other half what a thing is and what is
none: see candidates.py. Stopped, it goes on after the last whole pass (checkpoint.pt of each) and ends in
the same bytes. About 90 minutes on one core.
With --fold K (`python -m weasel run fold . --vars.fold K`) a fifth of the training papers is held out, all
goes to build/train/fold-K, and the figures of the held-out papers are printed: this is how choices are made.
"""

import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from kgraph.extraction.features import Names
from kgraph.lexicon import read_lexicon
from pipelines.candidates import Seen, as_annotated, find_in_others, halves
from pipelines.corpus import (
    ALL,
    ANNOTATIONS,
    CORPUS,
    GOLD,
    TRAIN,
    Annotated,
    also_shortened,
    read_training_papers,
)
from pipelines.evidence import count_evidence, evidence_of_others
from pipelines.schedule import CONFIG, Schedule, read_schedule

BUILD = Path("build/train")
FOLDS = 5
HERE, PACKAGE = Path(__file__).parent, Path(__file__).parents[1] / "kgraph"
EXTRACTION = (
    *("candidates", "decoding", "definitions", "features", "grouping"),
    *("network", "tagger", "things", "tokens"),
)
# what a trained network depends on, beside what is built: a checkpoint of others is not taken up
SOURCES = (
    *(CORPUS, TRAIN, ANNOTATIONS, CONFIG, PACKAGE / "data" / "lexicon.tsv"),
    *(HERE / f"{name}.py" for name in ("candidates", "checkpoint", "corpus", "evidence", "export")),
    *(HERE / f"{name}.py" for name in ("model", "schedule", "train")),
    *(PACKAGE / f"{name}.py" for name in ("keys", "lexicon", "matching", "records")),
    *(PACKAGE / "extraction" / f"{name}.py" for name in EXTRACTION),
)
CHECKPOINT = "checkpoint.pt"
OF_WORDS = ("vectors.npz", "words.txt", "word_contexts.npz")
PRETRAINED = "pretrained.pt"


@click.command()
@click.option("--build", type=click.Path(path_type=Path), default=BUILD, show_default=True)
@click.option("--fold", type=click.IntRange(0, FOLDS - 1), help="Hold out this fifth and print its figures.")
@click.option("--seed", type=int, help="Another than that of train.cfg.")
@click.option("--papers", default=ALL, help="Only so many papers of the corpus and of the gold, to try it.")
def main(build: Path, fold: int | None, seed: int | None, papers: int) -> None:
    """Train the tagger, or judge the recipe on held-out papers."""
    schedule = read_schedule() if seed is None else replace(read_schedule(), seed=seed)
    gold, ours = read_training_papers(papers)
    own, held_out = split(gold, fold)
    folder = build if fold is None else build / f"fold-{fold}"
    folder.mkdir(parents=True, exist_ok=True)
    learnt_from = [*own, *ours]
    seen = _seen(learnt_from, build, folder, schedule)
    _train(learnt_from, seen, build, folder, schedule)
    for part in (*_halves(folder), folder):
        (part / CHECKPOINT).unlink(missing_ok=True)
    if fold is not None:
        from pipelines.figures import print_figures

        _export(learnt_from, build, folder)
        print_figures(folder / "tagger", held_out)


def split(papers: Sequence[Annotated], fold: int | None) -> tuple[list[Annotated], list[Annotated]]:
    """Split papers into those to train on and those held out."""
    order = list(range(len(papers)))
    random.Random(1).shuffle(order)
    held = set() if fold is None else set(order[fold::FOLDS])
    return (
        [paper for i, paper in enumerate(papers) if i not in held],
        [paper for i, paper in enumerate(papers) if i in held],
    )


def _seen(papers: Sequence[Annotated], build: Path, folder: Path, schedule: Schedule) -> dict[str, Seen]:
    """Train a network on each half of the papers, and return what it finds in the other."""
    of_half = replace(schedule, passes=schedule.half_passes)
    parts = first, second = _halves(folder)
    for half, own in zip(halves(papers), parts, strict=True):
        own.mkdir(exist_ok=True)
        named = {one.paper.id: as_annotated(one) for paper in half for one in also_shortened(paper)}
        _train(half, named, build, own, of_half)
        _export(half, build, own)
    return find_in_others((first / "tagger", second / "tagger"), papers)


def _halves(folder: Path) -> tuple[Path, Path]:
    return folder / "half-0", folder / "half-1"


def _export(papers: Sequence[Annotated], build: Path, folder: Path) -> None:
    from pipelines.export import export, read_model

    export(read_model(build, folder), count_evidence(papers), build, folder / "tagger")


def _train(
    papers: Sequence[Annotated],
    seen: Mapping[str, Seen],
    build: Path,
    folder: Path,
    schedule: Schedule,
) -> None:
    """Write model.pt into the folder, by way of checkpoint.pt."""
    import torch  # not where types are checked, and pipelines.card has no need of it

    from pipelines.checkpoint import Checkpoint, fingerprint, save_whole
    from pipelines.model import Model, encode, of_annotations, read_words, train

    inputs = (*SOURCES, *(build / name for name in (*OF_WORDS, PRETRAINED)))
    training = fingerprint(inputs, schedule, [annotated.paper.id for annotated in papers])
    checkpoint = Checkpoint(folder / CHECKPOINT, training)
    (words, vectors), names = read_words(build), Names(read_lexicon())
    examples = [
        encode(one, seen[one.paper.id], words, names, evidence)
        for annotated, evidence in evidence_of_others(papers)
        for one in also_shortened(annotated)
    ]
    gold = [example for example in examples if example.annotators == GOLD]
    examples += (schedule.gold_times - 1) * gold
    print(f"{len(papers)} papers described", file=sys.stderr, flush=True)
    torch.manual_seed(schedule.seed)
    model = Model(vectors)
    lower = torch.load(build / PRETRAINED, weights_only=True)
    model.load_state_dict({**model.state_dict(), **lower})  # refuses what the model does not have
    report = Progress(schedule.passes)
    train(model, examples, words, schedule, loss_of=of_annotations, checkpoint=checkpoint, report=report)
    save_whole(model.state_dict(), folder / "model.pt")


class Progress:
    """Tells after each pass how it went, and when the last may end."""

    def __init__(self, passes: int) -> None:
        self._passes, self._ran, self._started = passes, 0, time.monotonic()

    def __call__(self, done: int, loss: float) -> None:
        self._ran += 1
        left = (time.monotonic() - self._started) / self._ran * (self._passes - done) / 60
        said = f"pass {done} of {self._passes}, loss {loss:.1f}, {left:.0f} min left"
        print(said, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
