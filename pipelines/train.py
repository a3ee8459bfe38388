"""Train the tagger that ships: `make train`, or `python -m pipelines.train [--fold K]`.

| step | reads | writes |
| --- | --- | --- |
| vectors | corpus, training papers | build/train/vectors.npz, words.txt |
| teachers | training papers, lexicon, vectors | build/train/teacher-SEED.pt |
| student | the teachers' labels of a part of the corpus, training papers | build/train/student.pt |
| export | student | kgraph/data/tagger/ |

Steps whose outputs exist are skipped, so a stopped run goes on; remove build/train to begin anew.
With --fold K a fifth of the training papers is held out, the files go to build/train/fold-K, and
the figures of the held-out papers are printed instead of exporting: this is how choices are made.
About 40 minutes on one core.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch

from kgraph.extraction.features import Names, Words
from kgraph.lexicon import read_lexicon
from pipelines.corpus import TRAIN, Annotated, read_annotated, read_corpus
from pipelines.export import export
from pipelines.student import Example, Floats, Student, encode, encode_soft, predict, read_words, train
from pipelines.vectors import write_vectors

BUILD = Path("build/train")
SHIPPED = Path("kgraph/data/tagger")
TEACHERS = (1, 2, 3)  # seeds
TEACHER_EPOCHS = 9
CORPUS_PAPERS = 12_000
STUDENT_EPOCHS = 3  # over the corpus papers, the training papers among them
GOLD_REPEATS = 2  # times a training paper stands among them
POLISH_EPOCHS, POLISH_RATE = 4, 7e-4  # over the training papers alone, at the end
FOLDS = 5


@dataclass(frozen=True)
class Stock:
    """What every step needs."""

    folder: Path
    words: Words
    vectors: Floats
    names: Names
    gold: list[Example]


@click.command()
@click.option("--fold", type=click.IntRange(0, FOLDS - 1), help="Hold out this fifth and print its figures.")
def main(fold: int | None) -> None:
    """Train the tagger and export it, or judge the recipe on held-out papers."""
    _step(BUILD / "vectors.npz", lambda: write_vectors(BUILD))
    papers, held_out = split(read_annotated(TRAIN), fold)
    folder = BUILD if fold is None else BUILD / f"fold-{fold}"
    folder.mkdir(parents=True, exist_ok=True)
    words, vectors = read_words(BUILD)
    names = Names(read_lexicon())
    stock = Stock(folder, words, vectors, names, [encode(paper, words, names) for paper in papers])
    for seed in TEACHERS:
        _step(folder / f"teacher-{seed}.pt", lambda seed=seed: _teach(stock, seed))  # type: ignore[misc]
    _step(folder / "student.pt", lambda: _learn(stock))
    export(_load(stock, "student"), BUILD, SHIPPED if fold is None else folder / "tagger")
    if held_out:
        from pipelines.figures import print_figures

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


def _step(product: Path, make: Callable[[], None]) -> None:
    if product.exists():
        print(f"{product}: there", file=sys.stderr)
        return
    started = time.monotonic()
    make()
    print(f"{product}: {time.monotonic() - started:.0f} s", file=sys.stderr)


def _teach(stock: Stock, seed: int) -> None:
    torch.manual_seed(seed)
    model = Student(stock.vectors)
    train(model, stock.gold, stock.words, epochs=TEACHER_EPOCHS, seed=seed, report=_report(f"teacher {seed}"))
    torch.save(model.state_dict(), stock.folder / f"teacher-{seed}.pt")


def _learn(stock: Stock) -> None:
    teachers = [_load(stock, f"teacher-{seed}") for seed in TEACHERS]

    def label(example: Example) -> Floats:
        return predict(teachers, example, stock.words)

    texts = random.Random(2).sample(list(read_corpus()), CORPUS_PAPERS)
    with click.progressbar(texts, label="labels", file=sys.stderr) as bar:
        labelled = [encode_soft(paper, stock.words, stock.names, label) for paper in bar]
    torch.manual_seed(0)
    student = Student(stock.vectors)
    mixed = [*labelled, *stock.gold * GOLD_REPEATS]
    train(student, mixed, stock.words, epochs=STUDENT_EPOCHS, seed=0, report=_report("student"))
    train(
        student,
        stock.gold,
        stock.words,
        epochs=POLISH_EPOCHS,
        seed=0,
        rate=POLISH_RATE,
        report=_report("polish"),
    )
    torch.save(student.state_dict(), stock.folder / "student.pt")


def _load(stock: Stock, name: str) -> Student:
    model = Student(stock.vectors)
    model.load_state_dict(torch.load(stock.folder / f"{name}.pt", weights_only=True))
    model.eval()
    return model


def _report(name: str) -> Callable[[int, float], None]:
    return lambda epoch, loss: print(f"{name}: epoch {epoch}, loss {loss:.1f}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main()
