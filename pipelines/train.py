"""Train the tagger, the longest step of `make train`; or judge how it is trained, on held-out papers.

`make train` runs the steps that project.yml declares (vectors, contexts, lower, model, export, card) and
skips what is up to date. This step, model, reads the annotated papers, those made up, others of the corpus,
the lexicon, train.cfg, the vectors and contexts of words and the lower layers, pretrained; writes
build/train/model.pt by the stages of learning.py. Stopped, it goes on after the last whole pass
(checkpoint.pt of each stage) and ends in the same bytes. About six hours on one core, half the teacher's.
With --fold K (`python -m weasel run fold . --vars.fold K`) a fifth of the training papers is held out, all
goes to build/train/fold-K, and the figures of the held-out papers are printed: this is how choices are made.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from pipelines.corpus import ALL, Annotated, read_training_papers, read_unannotated
from pipelines.inputs import BUILD
from pipelines.made_up import read_made_up
from pipelines.schedule import read_schedule

FOLDS = 5


@click.command()
@click.option("--build", type=click.Path(path_type=Path), default=BUILD, show_default=True)
@click.option("--fold", type=click.IntRange(0, FOLDS - 1), help="Hold out this fifth and print its figures.")
@click.option("--seed", type=int, help="Another than that of train.cfg.")
@click.option("--papers", default=ALL, help="Only so many papers of the corpus and of the gold, to try it.")
def main(build: Path, fold: int | None, seed: int | None, papers: int) -> None:
    """Train the tagger, or judge the recipe on held-out papers."""
    from pipelines.learning import Stages  # needs torch, which who splits papers may lack

    schedule = read_schedule() if seed is None else replace(read_schedule(), seed=seed)
    gold, ours = read_training_papers(papers)
    own, held_out = split(gold, fold)
    folder = build if fold is None else build / f"fold-{fold}"
    learnt_from, stages = [*own, *ours], Stages(build, folder, schedule)
    made_up = read_made_up(ours, unseen={one.paper.id for one in held_out})
    stages.learn(learnt_from, made_up[:papers], read_unannotated(papers))
    if fold is not None:
        from pipelines.figures import print_figures

        print_figures(stages.export(learnt_from), held_out)


def split(papers: Sequence[Annotated], fold: int | None) -> tuple[list[Annotated], list[Annotated]]:
    """Split papers into those to train on and those held out."""
    order = list(range(len(papers)))
    random.Random(1).shuffle(order)
    held = set() if fold is None else set(order[fold::FOLDS])
    return (
        [paper for i, paper in enumerate(papers) if i not in held],
        [paper for i, paper in enumerate(papers) if i in held],
    )


if __name__ == "__main__":
    main()
