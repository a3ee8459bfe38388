"""A person's corrections on a store: at once, for good, and back again, to the byte."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_building import AGAIN, ALL, LORA, QLORA, find_names, load_names, write

import kgraph.building
import kgraph.correcting
from kgraph import Landscape
from kgraph.building import add, build, remove
from kgraph.correcting import (
    CannotCorrect,
    apply,
    forbid,
    ignore,
    merge,
    rename,
    retype,
    split,
    undo,
    verdicts,
)
from kgraph.errors import UnknownName
from kgraph.extraction import Extractor
from kgraph.lexicon import Lexicon, Row
from kgraph.records import Extraction, Paper
from kgraph.store import Store

DEFINED: dict[str, object] = {
    "title": "Another",
    "abstract": "We present LoRA-X. LoRA-X extends QLoRA on GLUE and SQuAD.",
    "date": "2024",
}


@pytest.fixture(autouse=True)
def _simple(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kgraph.building, "find_mentions", find_names)
    monkeypatch.setattr(kgraph.building, "load_extractor", load_names)
    monkeypatch.setattr(kgraph.correcting, "read_lexicon", lambda paths: Lexicon())


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Path]:
    source = write(tmp_path / "a.jsonl", [*ALL, DEFINED])
    build([source], tmp_path / "k.db")
    yield tmp_path / "k.db"


def exports(db: Path) -> dict[str, bytes]:
    """Return every export of a store, by file name."""
    folder = db.parent / "exports"
    with Landscape(db) as landscape:
        for suffix in ("html", "graphml", "gexf", "csv", "json", "jsonl"):
            landscape.export(folder / f"x.{suffix}")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def names(db: Path) -> set[str]:
    with Store(db) as store:
        return {entity.name for entity in store.entities()}


def ids(db: Path) -> set[str]:
    with Store(db) as store:
        return {entity.id for entity in store.entities()}


def own(db: Path) -> list[str]:
    file = db.parent / "kgraph.lexicon"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def test_merge(db: Path) -> None:
    done = merge(db, "LoRA", "qlora")
    assert own(db) == done.added == ["merge LoRA | QLoRA"]
    assert "QLoRA" not in names(db)
    assert [row["id"] for row in done.changes["nodes"]["gone"]] == ["entity:qlora"]
    assert [row["id"] for row in done.changes["nodes"]["changed"]] == ["entity:lora"]
    with Landscape(db) as landscape:
        assert landscape.show("QLoRA")["id"] == "entity:lora"
        assert landscape.why("LoRA").set_index("spelling")["rule"].to_dict() == {
            "LoRA": "exact",
            "QLoRA": "alias",
        }
        rules = landscape._db.execute("SELECT DISTINCT decided FROM mentions WHERE text = 'QLoRA'").fetchall()
        assert rules == [("alias",)]


def test_a_dry_run_changes_nothing_and_says_the_same(db: Path) -> None:
    before = db.read_bytes()
    tried = merge(db, "LoRA", "QLoRA", dry_run=True)
    assert (db.read_bytes(), own(db), tried.dry_run) == (before, [], True)
    assert merge(db, "LoRA", "QLoRA").changes == tried.changes
    assert sorted(path.name for path in db.parent.iterdir()) == ["a.jsonl", "k.db", "kgraph.lexicon"]


def test_a_correction_survives_builds_additions_and_removals(db: Path) -> None:
    merge(db, "LoRA", "QLoRA")
    ignore(db, "SQuAD")
    expected = exports(db)
    build([db.parent / "a.jsonl"], db)
    assert exports(db) == expected
    add([write(db.parent / "b.jsonl", [AGAIN, {"title": "On SQuAD and GPT-4", "abstract": ""}])], db)
    assert not {"QLoRA", "SQuAD"} & names(db)
    remove(["On SQuAD and GPT-4"], db)
    build([db.parent / "a.jsonl", write(db.parent / "c.jsonl", [AGAIN])], db.parent / "whole.db")
    assert exports(db) == exports(db.parent / "whole.db")


def test_forbid_divides_what_one_paper_took_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_one(papers: Iterable[Paper], extractor: Extractor, jobs: int = 1) -> Iterator[Extraction]:
        """Take all names of a paper for one thing."""
        for found in find_names(papers, extractor, jobs):
            first = found.mentions[0].name if found.mentions else ""
            yield replace(
                found, mentions=tuple(replace(m, name=first) for m in found.mentions), statements=()
            )

    monkeypatch.setattr(kgraph.building, "find_mentions", in_one)
    db = tmp_path / "k.db"
    build([write(tmp_path / "a.jsonl", [{"title": "LSTMs", "abstract": "LSTM and CRF."}])], db)
    assert len(names(db)) == 1
    forbid(db, "LSTM", "CRF")
    assert names(db) == {"LSTM", "CRF"}
    undo(db)
    assert len(names(db)) == 1
    split(db, "LSTM", ["CRF"])
    assert (names(db), own(db)) == ({"LSTM", "CRF"}, ["forbid LSTM | CRF"])


def test_ignore_rename_retype(db: Path) -> None:
    ignore(db, "glue")
    rename(db, "GPT-3", "GPT 3 (175B)")
    retype(db, "GPT 3 (175B)", "model")
    retype(db, "GPT-3", "task")
    assert own(db) == ["ignore GLUE", "rename GPT-3 | GPT 3 (175B)", "retype GPT-3 | task"]
    with Landscape(db) as landscape:
        card = landscape.show("GPT 3 (175B)")
        assert (card["type"], card["other_types"]) == ("task", ["method"])
        assert landscape.doctor()["ignored_mentions"] == 3
    assert "GLUE" not in names(db)
    assert [row["verb"] for row in verdicts(db)] == ["ignore", "rename", "retype"]


@pytest.mark.slow
def test_undo_takes_back_step_by_step(db: Path) -> None:
    states = [exports(db)]
    steps: list[Callable[[], object]] = [
        lambda: merge(db, "LoRA", "QLoRA"),
        lambda: merge(db, "LoRA", "LoRA-X"),
        lambda: ignore(db, "GLUE"),
        lambda: split(db, "LoRA"),
    ]
    for step in steps:
        step()
        states.append(exports(db))
    build([db.parent / "a.jsonl"], db)  # a build forgets no step
    for expected in reversed(states):
        assert exports(db) == expected
        if expected is not states[0]:
            undo(db)
    assert not (db.parent / "kgraph.lexicon").exists()
    with pytest.raises(CannotCorrect, match="nothing to undo"):
        undo(db)


def test_what_hands_write_is_applied(db: Path) -> None:
    (db.parent / "kgraph.lexicon").write_text("merge LoRA | QLoRA\n", "utf-8")
    assert "QLoRA" in names(db)
    assert [row["id"] for row in apply(db).changes["nodes"]["gone"]] == ["entity:qlora"]
    assert "QLoRA" not in names(db)
    assert split(db, "LoRA").removed == ["merge LoRA | QLoRA"]


@pytest.mark.parametrize(
    "correct",
    [
        pytest.param(lambda db: merge(db, "LoRA", "QLoRA"), id="merge"),
        pytest.param(lambda db: (merge(db, "LoRA", "QLoRA"), undo(db)), id="undo"),
        pytest.param(apply, id="apply"),
        pytest.param(lambda db: rename(db, "GLUE", "Glue"), id="rename"),
    ],
)
def test_what_the_package_ignores_stays_ignored(correct: Callable[[Path], object], tmp_path: Path) -> None:
    robot: dict[str, object] = {"title": "On PR2", "abstract": "PR2 and the UR5 learn GLUE."}
    source = write(tmp_path / "a.jsonl", [*ALL, robot])
    build([source], tmp_path / "k.db")
    assert not {"PR2", "UR5"} & names(tmp_path / "k.db")
    correct(tmp_path / "k.db")
    assert not {"PR2", "UR5"} & names(tmp_path / "k.db")
    corrected = exports(tmp_path / "k.db")
    build([source], tmp_path / "k.db")
    assert exports(tmp_path / "k.db") == corrected


def test_a_name_that_the_package_ignores_can_be_had(tmp_path: Path) -> None:
    robot: dict[str, object] = {"title": "On PR2", "abstract": "PR2 and the UR5 learn GLUE."}
    build([write(tmp_path / "a.jsonl", [robot])], tmp_path / "k.db")
    (tmp_path / "kgraph.lexicon").write_text("retype PR2 | model\n", "utf-8")
    apply(tmp_path / "k.db")
    assert names(tmp_path / "k.db") == {"PR2", "GLUE"}


@pytest.mark.parametrize("end", ["\n", "\r", "\u2028", "\x85", "\t"])
def test_a_note_is_one_line(db: Path, end: str) -> None:
    ignore(db, "SQuAD", note=f"no thing{end}merge LoRA | QLoRA")
    assert own(db) == ["ignore SQuAD"]
    assert [row["note"] for row in verdicts(db)] == ["no thing merge LoRA | QLoRA"]


@pytest.fixture
def senses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of a name of four things: two rows, one that a paper coins, one that nobody tells."""
    rows = [
        Row("zorble", "metric", "ZORBLE", cues=("scores",)),
        Row("zorble-loss", "metric", "ZORBLE", cues=("losses",)),
    ]
    monkeypatch.setattr(kgraph.correcting, "read_lexicon", lambda paths: Lexicon.of(rows))

    def find(papers: Iterable[Paper], extractor: Extractor, jobs: int = 1) -> Iterator[Extraction]:
        for found in find_names(papers, extractor, jobs):
            coins = found.paper == "own"
            said = {"label": "method", "role": "introduces"} if coins else {"label": "metric", "role": "uses"}
            yield replace(found, mentions=tuple(replace(one, **said) for one in found.mentions))  # type: ignore[arg-type]

    monkeypatch.setattr(kgraph.building, "find_mentions", find)
    texts = {
        "a": "ZORBLE scores GLUE.",
        "b": "ZORBLE losses.",
        "c": "ZORBLE is there.",
        "own": "ZORBLE gates.",
    }
    papers: list[dict[str, object]] = [
        {"id": id_, "title": f"Paper {id_}", "abstract": text} for id_, text in texts.items()
    ]
    build([write(tmp_path / "a.jsonl", papers)], tmp_path / "k.db")
    apply(tmp_path / "k.db")
    assert ids(tmp_path / "k.db") == {*SENSES, "entity:glue"}
    return tmp_path / "k.db"


SENSES = {  # id -> how a line refers to it
    "entity:zorble": "entity:zorble",
    "entity:zorble-loss": "entity:zorble-loss",
    "entity:zorble-unresolved": "ZORBLE in other papers",
    "entity:zorble-method": "ZORBLE in paper:own",
}


@pytest.mark.parametrize("sense", SENSES)
def test_every_sense_is_corrected_by_the_id_that_show_prints(sense: str, senses: Path) -> None:
    said = SENSES[sense]
    others = (set(SENSES) - {sense}) | {"entity:glue"}
    ignore(senses, sense)
    assert (own(senses), others - ids(senses), sense in ids(senses)) == ([f"ignore {said}"], set(), False)
    undo(senses)
    retype(senses, sense, "task")
    rename(senses, sense, "Zorble the Great")
    assert own(senses) == [f"rename {said} | Zorble the Great", f"retype {said} | task"]
    with Landscape(senses) as landscape:
        assert landscape.show("Zorble the Great")["type"] == "task"
    undo(senses)
    undo(senses)
    merge(senses, "GLUE", sense)
    assert (own(senses), sense in ids(senses)) == ([f"merge GLUE | {said}"], False)
    with Landscape(senses) as landscape:
        rules = landscape.why("GLUE").set_index("spelling")["rule"].to_dict()
    assert rules == {"GLUE": "exact", "ZORBLE": "lexicon" if said == sense else "alias"}
    split(senses, "GLUE")
    assert (own(senses), ids(senses)) == ([], {*SENSES, "entity:glue"})
    forbid(senses, "GLUE", sense)
    assert own(senses) == [f"forbid GLUE | {said}"]


def test_a_merge_that_leaves_two_nodes_of_one_name_says_so(senses: Path) -> None:
    (remark,) = merge(senses, "entity:zorble", "GLUE").remarks
    assert remark.startswith("4 nodes are shown as 'ZORBLE': entity:")
    assert re.search("kgraph alias merge entity:zorble.* entity:zorble", remark)
    undo(senses)
    assert merge(senses, "GLUE", "entity:zorble").remarks == []


def test_one_sense_is_merged_into_another(senses: Path) -> None:
    merge(senses, "entity:zorble", "entity:zorble-method")
    merge(senses, "entity:zorble-unresolved", "entity:zorble-loss")
    assert own(senses) == [
        "merge entity:zorble | ZORBLE in paper:own",
        "merge ZORBLE in other papers | entity:zorble-loss",
    ]
    assert ids(senses) == {"entity:glue", "entity:zorble", "entity:zorble-loss"}


def test_a_plain_name_means_what_papers_mean_who_do_not_say(senses: Path) -> None:
    (senses.parent / "kgraph.lexicon").write_text("merge GLUE | ZORBLE\n", "utf-8")
    apply(senses)
    assert {"entity:zorble-method", "entity:zorble-unresolved"} & ids(senses) == {"entity:zorble-method"}
    remove(["c"], senses)
    (senses.parent / "kgraph.lexicon").write_text("retype ZORBLE | model\n", "utf-8")
    apply(senses)
    with Store(senses) as store:
        assert {entity.type for entity in store.entities() if entity.id == "entity:zorble-method"} == {
            "model"
        }


def test_a_thing_is_meant_by_what_decides_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a paper gives a short name only beside a longer one, a line must say the longer one."""

    def in_one(papers: Iterable[Paper], extractor: Extractor, jobs: int = 1) -> Iterator[Extraction]:
        for found in find_names(papers, extractor, jobs):
            name = found.mentions[0].text
            yield replace(found, mentions=tuple(replace(one, name=name) for one in found.mentions))

    monkeypatch.setattr(kgraph.building, "find_mentions", in_one)
    monkeypatch.setattr(
        kgraph.correcting, "read_lexicon", lambda paths: Lexicon.of([Row("crf", "task", "CRF")])
    )
    db = tmp_path / "k.db"
    build([write(tmp_path / "a.jsonl", [{"title": "CRF", "abstract": "LSTM."}])], db)
    apply(db)
    (node,) = ids(db)
    ignore(db, node)
    assert (own(db), ids(db)) == (["ignore LSTM"], set())


def test_a_lexicon_given_at_the_build_corrects_too(tmp_path: Path) -> None:
    team = tmp_path / "team.lexicon"
    team.write_text("merge LoRA | QLoRA\nignore GLUE\n", "utf-8")
    db = tmp_path / "k.db"
    build([write(tmp_path / "a.jsonl", ALL)], db, lexicon=[team])
    assert not {"QLoRA", "GLUE"} & names(db)
    forbid(db, "LoRA", "QLoRA")
    assert "QLoRA" in names(db), "what stands beside the store goes before"


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        pytest.param(lambda db: merge(db, "LoRA", "absent"), UnknownName, "nothing here", id="unknown"),
        pytest.param(lambda db: merge(db, "LoRA", "lo-ra"), CannotCorrect, "but for case", id="one spelling"),
        pytest.param(lambda db: split(db, "GLUE"), CannotCorrect, "no second name", id="nothing to split"),
        pytest.param(
            lambda db: split(db, "GLUE", ["SQuAD"]),
            CannotCorrect,
            "no spelling of GLUE; these are: GLUE",
            id="whose",
        ),
        pytest.param(
            lambda db: rename(db, "GLUE", "squad"),
            CannotCorrect,
            "'squad' is a name of entity:squad .*kgraph alias merge entity:squad entity:glue",
            id="another's name",
        ),
        pytest.param(
            lambda db: rename(db, "GLUE", "a | b"), CannotCorrect, "expected 'rename A | NAME'", id="a bar"
        ),
        pytest.param(lambda db: rename(db, "GLUE", "|"), CannotCorrect, "no letter", id="a sign"),
        pytest.param(lambda db: rename(db, "GLUE", "---"), CannotCorrect, "no letter", id="signs"),
        pytest.param(lambda db: rename(db, "GLUE", "a\nb"), CannotCorrect, "cannot hold", id="a line break"),
        pytest.param(
            lambda db: (forbid(db, "LoRA", "GLUE"), merge(db, "LoRA", "QLoRA"), merge(db, "GLUE", "QLoRA")),
            CannotCorrect,
            r"'merge GLUE \| LoRA' contradicts 'forbid LoRA \| GLUE' \(.*kgraph.lexicon:6\)",
            id="a chain",
        ),
    ],
)
def test_what_cannot_be(change, error, message, db: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=message):
        change(db)
    assert names(db) == names(db)
    assert not list(db.parent.glob("*.partial"))


# ---------------------------------------------------------------------------------------------------- laws

few = settings(max_examples=3, deadline=None)
WORDS = ["LoRA", "QLoRA", "GPT-3", "GPT-4", "GLUE", "SQuAD", "BERT"]
texts = st.lists(st.sampled_from(WORDS), min_size=2, max_size=4, unique=True).map(" and ".join)
collections = st.lists(texts, min_size=2, max_size=5, unique=True)


def made(folder: Path, found: list[str]) -> Path:
    write(folder / "a.jsonl", [{"title": f"On {text}", "abstract": ""} for text in found])
    build([folder / "a.jsonl"], folder / "k.db")
    return folder / "k.db"


@pytest.mark.slow
@few
@given(collections, st.data())
def test_merge_then_split_and_undo_restore_every_export(
    tmp_path_factory: pytest.TempPathFactory, found: list[str], data: st.DataObject
) -> None:
    db = made(tmp_path_factory.mktemp("law"), found)
    before = exports(db)
    a, b = data.draw(st.permutations(sorted(names(db))))[:2]
    merge(db, a, b)
    merged = exports(db)
    assert merged != before
    split(db, a)
    assert exports(db) == before
    undo(db)
    assert exports(db) == merged
    undo(db)
    assert exports(db) == before
    assert own(db) == []


@few
@given(collections, texts, st.data())
def test_add_then_remove_restores_every_export(
    tmp_path_factory: pytest.TempPathFactory, found: list[str], more: str, data: st.DataObject
) -> None:
    db = made(tmp_path_factory.mktemp("law"), found)
    a, b = data.draw(st.permutations(sorted(names(db))))[:2]
    data.draw(st.sampled_from([merge, forbid]))(db, a, b)
    before = exports(db)
    title = f"A further paper on {more}"
    add([write(db.parent / "more.jsonl", [{"title": title, "abstract": ""}])], db)
    remove([title], db)
    assert exports(db) == before


def test_the_laws_speak_of_papers_that_name_things(db: Path) -> None:
    assert {LORA["title"], QLORA["title"]} == {"LoRA: Low-Rank Adaptation", "QLoRA"}
    assert {"LoRA", "QLoRA", "GLUE", "SQuAD"} <= names(db)
