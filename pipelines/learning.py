"""The stages in which the tagger learns, each of which leaves model.pt in a folder.

Two networks learn from a half of the papers each, and show by what they find in the other half what may be
a thing: see candidates.py. A first network learns from all papers, made-up texts among them, and so does the
teacher. What both say of papers that nobody annotated is learnt last, beside the annotated papers: the first
network goes on. The tagger is the mean of its weights before and after, which errs less on roles than either
(Wortsman et al. 2022).
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track

from kgraph.extraction.features import Evidence, Names, Words
from kgraph.extraction.network import RELATION_CLASSES
from kgraph.lexicon import read_lexicon
from pipelines.candidates import Seen, as_annotated, find_in, find_in_others, halves
from pipelines.checkpoint import Checkpoint, fingerprint, save_whole
from pipelines.corpus import GOLD, MADE_UP, Annotated, also_shortened
from pipelines.evidence import count_evidence, evidence_of_others
from pipelines.export import export, read_model
from pipelines.inputs import OF_WORDS, PRETRAINED, STAGES, Progress
from pipelines.model import Example, Floats, Model, encode, of_annotations, read_words, train
from pipelines.schedule import Schedule
from pipelines.teacher import Teacher, in_groups, taught

CHECKPOINT = "checkpoint.pt"
TRAINED_ON = [RELATION_CLASSES.index(way + "trained_on") for way in ("", "<")]

Weights = Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class Papers:
    """What one stage learns from; the examples share the words."""

    annotated: Sequence[Annotated]
    examples: Sequence[Example]
    words: Words
    vectors: Floats


class Stages:
    """One training of the tagger: `build` holds what the steps before made, `folder` takes what is learnt."""

    def __init__(self, build: Path, folder: Path, schedule: Schedule) -> None:
        self._build, self._folder, self._schedule = build, folder, schedule
        self._halves = folder / "half-0", folder / "half-1"
        self._first, self._teacher = folder / "first", folder / "teacher"

    def learn(
        self, annotated: Sequence[Annotated], made_up: Sequence[Annotated], others: Sequence[Annotated]
    ) -> None:
        """Write model.pt: learnt from annotated papers, made-up ones and what is said of the others."""
        seen = self.see(annotated)
        papers = self._described([*annotated, *made_up], {**seen, **self._see_made_up(made_up)})
        first = self._begun(Model, papers)
        self._train(first, papers, self._first, self._schedule)
        self._export(annotated, self._first)
        teacher = self._begun(Teacher, papers)
        self._train(teacher, papers, self._teacher, self._schedule.of_teacher())
        more = self._taught(others, papers, [first, teacher])
        papers = replace(papers, examples=[*papers.examples, *more])
        before = {name: value.clone() for name, value in first.state_dict().items()}
        self._train(first, papers, self._folder, self._schedule.of_taught())
        save_whole(mean_of(before, first.state_dict()), self._folder / "model.pt")
        for part in (*self._halves, self._first, self._teacher, self._folder):
            (part / CHECKPOINT).unlink(missing_ok=True)

    def see(self, annotated: Sequence[Annotated]) -> Mapping[str, Seen]:
        """Train a network on each half of the papers, and return what it finds in the other."""
        schedule = self._schedule.of_half()
        for half, folder in zip(halves(annotated), self._halves, strict=True):
            named = {one.paper.id: as_annotated(one) for paper in half for one in also_shortened(paper)}
            papers = self._described(half, named)
            self._train(self._begun(Model, papers), papers, folder, schedule)
            self._export(half, folder)
        first, second = self._halves
        return find_in_others((first / "tagger", second / "tagger"), annotated)

    def _see_made_up(self, made_up: Sequence[Annotated]) -> Mapping[str, Seen]:
        """Return what one of the halves' networks finds; of roles it has no say, as they are not in doubt."""
        papers = [one for paper in made_up for one in also_shortened(paper)]
        found = find_in(self._halves[0] / "tagger", papers)
        return {id_: replace(seen, roles=None) for id_, seen in found.items()}

    def export(self, annotated: Sequence[Annotated]) -> Path:
        """Write what was learnt as it would ship; return the folder."""
        return self._export(annotated, self._folder)

    def _described(self, annotated: Sequence[Annotated], seen: Mapping[str, Seen]) -> Papers:
        (words, vectors), names = read_words(self._build), Names(read_lexicon())
        examples = [
            encode(one, seen[one.paper.id], words, names, evidence)
            for paper, evidence in evidence_of_others(annotated)
            for one in also_shortened(paper)
        ]
        print(f"{len(annotated)} papers described", file=sys.stderr, flush=True)
        examples = [example for example in examples for _ in range(self._times(example))]
        return Papers(annotated, examples, words, vectors)

    def _times(self, example: Example) -> int:
        """Return how often an example counts."""
        if example.annotators == GOLD:
            return self._schedule.gold_times
        rare = example.annotators != MADE_UP and example.relations[:, TRAINED_ON].any()
        return self._schedule.rare_times if rare else 1

    def _begun(self, kind: type[Model], papers: Papers) -> Model:
        """Return a network whose lower layers are pretrained."""
        torch.manual_seed(self._schedule.seed)
        model = kind(papers.vectors)
        lower = torch.load(self._build / PRETRAINED, weights_only=True)
        model.load_state_dict({**model.state_dict(), **lower})  # refuses what the model does not have
        return model

    def _train(self, model: Model, papers: Papers, folder: Path, schedule: Schedule) -> None:
        """Train in place, by way of checkpoint.pt, and write model.pt into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        inputs = (*STAGES, *(self._build / name for name in (*OF_WORDS, PRETRAINED)))
        training = fingerprint(inputs, schedule, [example.tokens.text for example in papers.examples])
        name = "tagger" if folder == self._folder else folder.name
        train(
            model,
            papers.examples,
            papers.words,
            schedule,
            loss_of=of_annotations,
            checkpoint=Checkpoint(folder / CHECKPOINT, training),
            report=Progress(name, schedule.passes),
        )
        save_whole(model.state_dict(), folder / "model.pt")

    def _export(self, annotated: Sequence[Annotated], folder: Path) -> Path:
        tagger = folder / "tagger"
        export(read_model(self._build, folder), count_evidence(annotated), self._build, tagger)
        return tagger

    def _taught(self, others: Sequence[Annotated], papers: Papers, models: Sequence[Model]) -> list[Example]:
        """Return what models say of papers in which nothing is annotated."""
        names, evidence = Names(read_lexicon()), Evidence(count_evidence(papers.annotated))
        seen = find_in(self._first / "tagger", others)
        examples = [encode(one, seen[one.paper.id], papers.words, names, evidence) for one in others]
        groups = track(in_groups(examples), "taught", console=Console(stderr=True))
        return [one for group in groups for one in taught(models, group, papers.words)]


def mean_of(one: Weights, other: Weights) -> Weights:
    """Return the mean of two states of one network."""
    return {name: (value + other[name]) / 2 for name, value in one.items()}
