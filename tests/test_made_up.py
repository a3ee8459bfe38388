"""The texts that we made up for the training, and what the shipped tagger makes of others of the kind."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kgraph.evaluation import evaluate
from kgraph.extraction.extractor import find_mentions, load_extractor
from kgraph.matching import names_of
from kgraph.records import GRAPH_TYPES, ROLES, STATED, TYPES, Paper
from pipelines import train
from pipelines.corpus import DEV, MADE_UP, TRAIN, Annotated, read_annotated, rows_of
from pipelines.evidence import count_evidence
from pipelines.made_up import NAMINGS, TEXTS, read_made_up

needs_gold = pytest.mark.skipif(not TRAIN.exists(), reason="the annotated papers lie outside the project")

TEXT = (
    "We pretrain Zorble on Lakes-400 and on Brook. The Zorble-based Wug beats Plonk (PLK) on Lakes-400M, "
    "and so does Fuzzle. Snork, not to be had from Snorkeling, goes by Canoeing; slow wading is no way, and "
    "a pre-Wibble Wibble is none."
)
ENTITIES = [
    ["model", "introduces", "Zorble"],
    ["method", "introduces", "Wug"],
    ["method", "compares", "Fuzzle"],
    ["dataset", "uses", "Brook"],
    # these keep their names
    ["dataset", "uses", "Lakes-400"],
    ["dataset", "evaluates", "Lakes-400M"],
    ["method", "compares", "Plonk", "PLK"],
    ["method", "uses", "Snork"],
    ["task", "evaluates", "Canoeing"],
    ["method", "uses", "slow wading"],
    ["method", "uses", "Wibble"],
]


@pytest.fixture(scope="module")
def shipped() -> list[Annotated]:
    """The texts with other names: of one another."""
    return read_made_up(read_made_up([]))


def test_every_name_stands_in_its_text(shipped: list[Annotated]) -> None:
    assert len(shipped) > NAMINGS
    for one in shipped:
        names = [entity["name"] for entity in one.entities]
        assert len(set(names)) == len(names), one.paper.id
        assert {entity for *_, entity in one.spans()} == set(range(len(names))), one.paper.id
        for entity in one.entities:
            assert entity["type"] in TYPES
            assert entity["role"] in ROLES
            assert all(name in one.paper.text for name in names_of(entity)), (one.paper.id, entity)
        for source, relation, target in one.relations:
            assert {source, target} <= set(names)
            assert relation in STATED


def test_no_two_texts_are_one(shipped: list[Annotated]) -> None:
    texts = [one.paper for one in shipped if " " not in one.paper.id]
    assert len({paper.title for paper in texts}) == len(texts)
    sentences = Counter(
        sentence
        for paper in texts
        for sentence in re.split(r"(?<=\.) ", paper.abstract)
        if len(sentence) > 60
    )
    assert [sentence for sentence, count in sentences.items() if count > 1] == []


def _row(tmp_path: Path, **more: str) -> Path:
    row = {
        **more,
        "title": "On Zorble",
        "abstract": TEXT,
        "entities": ENTITIES,
        "relations": [[0, "trained_on", 4], [1, "compared_with", 2]],
    }
    path = tmp_path / "made_up.jsonl"
    path.write_text(json.dumps(row) + "\n", "utf-8")
    return path


def _annotated() -> Iterator[Annotated]:
    """Papers whose names are common enough to stand for others."""
    known = [
        ("method", "Gargle"),
        ("method", "a long way home"),
        ("method", "GANs"),
        ("dataset", "Ponds"),
        ("dataset", "LAKES-400"),
        ("task", "Swimming"),
    ]
    for number in range(3):
        entities: list[dict[str, Any]] = [
            {"type": type_, "role": "uses", "name": name, "aliases": []} for type_, name in known
        ]
        entities += [
            {"type": "method", "role": "introduces", "name": f"Snark{number}", "aliases": []},
            {"type": "model", "role": "introduces", "name": f"Boojum{number}", "aliases": []},
            {"type": "dataset", "role": "uses", "name": f"Rare{number}", "aliases": []},
        ]
        yield Annotated(Paper(str(number), "", ""), entities, ())


def test_a_text_is_told_again_with_other_names_of_the_kind(tmp_path: Path) -> None:
    first, *others = read_made_up(list(_annotated()), _row(tmp_path))
    assert first.paper.abstract == TEXT
    assert {one.annotators for one in (first, *others)} == {MADE_UP}
    assert len(others) == NAMINGS - 1
    assert len({one.paper.id for one in (first, *others)}) == NAMINGS
    for one in others:
        zorble, wug, *known = [entity["name"] for entity in one.entities]
        assert re.fullmatch(r"Boojum\d", zorble)
        assert re.fullmatch(r"Snark\d", wug)
        assert known[0] == "Gargle"
        assert known[1] in ("Ponds", "Brook")  # LAKES-400 is there under another spelling
        assert known[2:] == [name for _, _, name, *_ in ENTITIES[4:]]
        renamed = TEXT.replace("Zorble", zorble).replace("Wug", wug).replace("Fuzzle", "Gargle")
        assert one.paper.abstract == renamed.replace("Brook", known[1])
        assert one.paper.title == f"On {zorble}"
        assert one.relations == [(zorble, "trained_on", "Lakes-400"), (wug, "compared_with", "Gargle")]
    assert "Ponds" in "".join(one.paper.abstract for one in others)


def test_without_annotated_papers_the_names_stay_and_nothing_is_told_twice(tmp_path: Path) -> None:
    assert [one.paper.abstract for one in read_made_up([], _row(tmp_path))] == [TEXT]


def test_the_same_names_are_chosen_every_time(tmp_path: Path) -> None:
    papers = list(_annotated())
    assert read_made_up(papers, _row(tmp_path)) == read_made_up(papers, _row(tmp_path))


def test_what_is_like_an_unseen_paper_stays_out_and_changes_no_other(tmp_path: Path) -> None:
    papers, texts = list(_annotated()), _row(tmp_path, like="2a")
    own = read_made_up(papers, texts)
    texts.write_text(texts.read_text("utf-8") * 2 + _row(tmp_path).read_text("utf-8"), "utf-8")
    every = read_made_up(papers, texts)
    assert every[: len(own)] == own
    assert read_made_up(papers, texts, unseen={"2b"}) == every
    seen = read_made_up(papers, texts, unseen={"2a"})
    assert seen == every[-len(seen) :]
    assert {one.paper.id.split()[0] for one in seen} == {"made-up:2"}


def test_folds_hold_out_what_is_like_their_papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learnt: list[Annotated] = []

    class Stages:
        def __init__(self, *_: object) -> None: ...

        def learn(self, annotated: list[Annotated], made_up: list[Annotated], others: object) -> None:
            learnt[:] = [*annotated, *made_up]

        def export(self, *_: object) -> None: ...

    gold = [Annotated(Paper(str(number), "", ""), [], ()) for number in range(train.FOLDS)]
    texts = tmp_path / "texts.jsonl"
    texts.write_text("".join(_row(tmp_path, like=one.paper.id).read_text("utf-8") for one in gold), "utf-8")
    monkeypatch.setitem(sys.modules, "pipelines.learning", SimpleNamespace(Stages=Stages))
    monkeypatch.setitem(sys.modules, "pipelines.figures", SimpleNamespace(print_figures=lambda *_: None))
    monkeypatch.setattr(train, "read_training_papers", lambda limit: (gold, []))
    monkeypatch.setattr(train, "read_unannotated", lambda limit: [])
    monkeypatch.setattr(train, "read_made_up", partial(read_made_up, texts=texts))
    for fold in range(train.FOLDS):
        assert train.main.callback is not None
        train.main.callback(build=tmp_path, fold=fold, seed=None, papers=100)
        ids = {one.paper.id for one in learnt}
        (held,) = {one.paper.id for one in gold} - ids
        assert {f"made-up:{number}" for number in range(train.FOLDS)} - ids == {f"made-up:{held}"}


@needs_gold
def test_no_text_takes_over_the_words_of_a_given_paper() -> None:
    given = {run for path in (TRAIN, DEV) for one in read_annotated(path) for run in _runs(one.paper.text)}
    own = {run for row in rows_of(TEXTS) for run in _runs(f"{row['title']}\n{row['abstract']}")}
    assert {run for run in own & given if "available at https" not in run} == set()


def _runs(text: str, length: int = 8) -> Iterator[str]:
    words = re.findall(r"\w+", text.lower())
    return (" ".join(words[start : start + length]) for start in range(len(words) - length + 1))


@needs_gold
def test_texts_are_like_papers_that_choices_are_not_made_on() -> None:
    """Choices are made on fold 0, dev confirms them: what is learnt must not be modelled on either."""
    own, held_out = train.split(read_annotated(TRAIN), 0)
    likes = {row["like"] for row in rows_of(TEXTS) if "like" in row}
    assert likes
    assert likes <= {one.paper.id for one in own}
    assert likes.isdisjoint(one.paper.id for one in held_out)


def test_what_is_made_up_is_no_evidence_of_names(shipped: list[Annotated]) -> None:
    real = [Annotated(one.paper, one.entities, one.relations, 1) for one in shipped[:40]]
    assert count_evidence(real)
    assert count_evidence(shipped[:40]) == {}


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """Of the shipped tagger, on made-up texts that it has not learnt from."""
    return evaluate(Path(__file__).with_name("made_up.jsonl"))


@pytest.mark.parametrize("entity_type", GRAPH_TYPES)
def test_the_shipped_tagger_finds_what_such_texts_name(entity_type: str, figures: dict[str, Any]) -> None:
    assert figures["by_type"][entity_type]["f1"] > 0.75


def test_the_shipped_tagger_tells_training_data_and_baselines(figures: dict[str, Any]) -> None:
    """Weights that have not learnt from texts of the kind: 0.67 and 0.38."""
    assert figures["role_accuracy"] > 0.7
    assert figures["relations"]["f1"] > 0.45


def test_the_shipped_tagger_states_what_is_trained_on_what() -> None:
    paper = Paper(
        "p",
        "Zorble: A Small Vision Encoder",
        "We present Zorble, a vision encoder. It is pretrained on LAION-400M and evaluated on ImageNet.",
    )
    (found,) = find_mentions([paper], load_extractor())
    said = {
        (paper.text[slice(*one.source)], one.relation, paper.text[slice(*one.target)])
        for one in found.statements
    }
    assert ("Zorble", "trained_on", "LAION-400M") in said
    assert ("Zorble", "evaluated_on", "ImageNet") in said
