"""Train the tagger that ships: `make train`, or `python -m pipelines.train [--fold K]`.

| step | reads | writes under build/train |
| --- | --- | --- |
| vectors | corpus, training papers | vectors.npz, words.txt |
| word contexts | corpus, words | word_contexts.npz |
| model | annotated papers, lexicon, vectors, contexts | model.pt |
| export | model, annotated papers, vectors | tagger/, which make train copies to kgraph/data/ |

Steps whose outputs exist are skipped, so a stopped run goes on; remove build/train to begin anew, and
model.pt after the annotations or the lexicon have changed.
With --fold K a fifth of the training papers is held out, model.pt and tagger/ go to build/train/fold-K, and
the figures of the held-out papers are printed instead of shipping: this is how choices are made.
About 50 minutes on one core, ten of them for the contexts.
"""

import random
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from kgraph.extraction.features import Names
from kgraph.lexicon import read_lexicon
from pipelines.corpus import GOLD, TRAIN, Annotated, read_annotated, read_annotated_corpus
from pipelines.evidence import count_evidence, evidence_of_others
from pipelines.figures import print_figures
from pipelines.vectors import write_vectors

BUILD = Path("build/train")
SHIPPED = Path("kgraph/data/tagger")
EPOCHS = 7
FOLDS = 5


@click.command()
@click.option("--fold", type=click.IntRange(0, FOLDS - 1), help="Hold out this fifth and print its figures.")
@click.option("--seed", default=1, show_default=True)
def main(fold: int | None, seed: int) -> None:
    """Train the tagger and export it, or judge the recipe on held-out papers."""
    import torch  # here, so that pipelines.card can name EPOCHS without it

    from pipelines.contexts import write_word_contexts
    from pipelines.export import export
    from pipelines.model import Model, read_words

    _step(BUILD / "vectors.npz", lambda _: write_vectors(BUILD))
    _step(BUILD / "word_contexts.npz", lambda _: write_word_contexts(BUILD))
    papers, held_out = split(read_annotated(TRAIN), fold)
    papers += read_annotated_corpus()
    folder = BUILD if fold is None else BUILD / f"fold-{fold}"
    folder.mkdir(parents=True, exist_ok=True)
    _step(folder / "model.pt", lambda partial: _train(papers, partial, seed))
    model = Model(read_words(BUILD)[1])
    model.load_state_dict(torch.load(folder / "model.pt", weights_only=True))
    export(model, count_evidence(papers), BUILD, folder / "tagger")
    if fold is None:
        shutil.copytree(folder / "tagger", SHIPPED, dirs_exist_ok=True)
    else:
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


def _step(product: Path, make: Callable[[Path], None]) -> None:
    """Make what is not there; a maker of a single file is given where to write it until it is whole."""
    if product.exists():
        print(f"{product}: there", file=sys.stderr)
        return
    started = time.monotonic()
    partial = product.with_suffix(".partial")
    make(partial)
    if partial.exists():
        partial.replace(product)
    print(f"{product}: {time.monotonic() - started:.0f} s", file=sys.stderr)


def _train(papers: Sequence[Annotated], product: Path, seed: int) -> None:
    import torch

    from pipelines.model import Model, encode, read_words, train

    (words, vectors), names = read_words(BUILD), Names(read_lexicon())
    examples = [encode(paper, words, names, evidence) for paper, evidence in evidence_of_others(papers)]
    examples += 2 * [example for example in examples if example.annotators == GOLD]  # whose habits count
    torch.manual_seed(seed)
    model = Model(vectors)
    train(model, examples, words, epochs=EPOCHS, seed=seed, report=_report)
    torch.save(model.state_dict(), product)


def _report(done: int, loss: float) -> None:
    print(f"pass {done} of {EPOCHS}, loss {loss:.1f}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
