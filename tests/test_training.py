"""The training: its steps are declared whole, and one that was stopped ends in the same bytes."""

import io
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from weasel.util import load_project_config

from kgraph.extraction.features import Evidence, Names, Words
from kgraph.lexicon import Lexicon
from kgraph.records import Paper
from pipelines.corpus import Annotated
from pipelines.schedule import Schedule, read_schedule
from pipelines.train import BUILD, BUILT, SOURCES, split

ROOT = Path(__file__).parents[1]
PROJECT = load_project_config(ROOT)
COMMANDS: dict[str, dict[str, Any]] = {command["name"]: command for command in PROJECT["commands"]}
SCHEDULE = Schedule(seed=1, passes=3, rate=0.002, last_rate=0.0006, batch=1, gold_times=1, mean_decay=0.9)


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
    inputs = [os.path.relpath(path, ROOT) for path in SOURCES] + [str(BUILD / name) for name in BUILT]
    assert (
        sorted(map(_posix, inputs)) == sorted(COMMANDS["model"]["deps"]) == sorted(COMMANDS["judge"]["deps"])
    )


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


def test_folds_hold_out_every_paper_once() -> None:
    papers = [Annotated(Paper(str(number), "", ""), (), ()) for number in range(13)]
    assert split(papers, None) == (papers, [])
    held = [split(papers, fold) for fold in range(5)]
    assert sorted(int(one.paper.id) for _, out in held for one in out) == list(range(13))
    assert all(len(kept) + len(out) == 13 for kept, out in held)


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
    from pipelines.model import Model, encode, train

    vectors = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)

    def learn(schedule: Schedule = SCHEDULE, **options: Any) -> bytes:
        words = Words(["we", "present", "beats", "corpus"], [9, 9, 9, 9], [0.1] * 4)
        names, evidence = Names(Lexicon()), Evidence({})
        examples = [encode(annotated(number), words, names, evidence) for number in range(5)]
        torch.manual_seed(schedule.seed)
        model = Model(vectors)
        train(model, examples, words, schedule, **options)
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
