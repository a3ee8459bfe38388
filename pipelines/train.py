"""Train the tagger that ships: `make train`, or `python -m pipelines.train [--fold K]`.

| step | reads | writes |
| --- | --- | --- |
| vectors | corpus, training papers | build/train/vectors.npz, words.txt |
| model | training papers, lexicon, vectors | build/train/model.pt |
| export | model, vectors | kgraph/data/tagger/ |

Steps whose outputs exist are skipped, so a stopped run goes on; remove build/train to begin anew.
With --fold K a fifth of the training papers is held out, the files go to build/train/fold-K, and
the figures of the held-out papers are printed instead of exporting: this is how choices are made.
About five minutes on one core.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from kgraph.extraction.features import Names
from kgraph.lexicon import read_lexicon
from pipelines.corpus import TRAIN, Annotated, read_annotated
from pipelines.figures import print_figures
from pipelines.vectors import write_vectors

BUILD = Path("build/train")
SHIPPED = Path("kgraph/data/tagger")
EPOCHS = 12
FOLDS = 5


@click.command()
@click.option("--fold", type=click.IntRange(0, FOLDS - 1), help="Hold out this fifth and print its figures.")
@click.option("--seed", default=1, show_default=True)
def main(fold: int | None, seed: int) -> None:
    """Train the tagger and export it, or judge the recipe on held-out papers."""
    import torch  # here, so that pipelines.card can name EPOCHS without it

    from pipelines.export import export
    from pipelines.model import Model, read_words

    _step(BUILD / "vectors.npz", lambda: write_vectors(BUILD))
    papers, held_out = split(read_annotated(TRAIN), fold)
    folder = BUILD if fold is None else BUILD / f"fold-{fold}"
    folder.mkdir(parents=True, exist_ok=True)
    _step(folder / "model.pt", lambda: _learn(papers, folder / "model.pt", seed))
    model = Model(read_words(BUILD)[1])
    model.load_state_dict(torch.load(folder / "model.pt", weights_only=True))
    export(model, BUILD, SHIPPED if fold is None else folder / "tagger")
    if held_out:
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


def _learn(papers: Sequence[Annotated], product: Path, seed: int) -> None:
    import torch

    from pipelines.model import Model, encode, read_words, train

    words, vectors = read_words(BUILD)
    names = Names(read_lexicon())
    examples = [encode(paper, words, names) for paper in papers]
    torch.manual_seed(seed)
    model = Model(vectors)
    train(model, examples, words, epochs=EPOCHS, seed=seed, report=_report)
    partial = product.with_suffix(".partial")
    torch.save(model.state_dict(), partial)
    partial.replace(product)


def _report(epoch: int, loss: float) -> None:
    print(f"epoch {epoch} of {EPOCHS}, loss {loss:.1f}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
