"""Senses: what one paper means by a name that has several, each rule with a case where it must not fire."""

import json
from pathlib import Path

import pytest

import kgraph
from kgraph.entities import find_senses
from kgraph.forms import NONE, long_sense, own_sense, row_sense
from kgraph.lexicon import Lexicon, Row
from kgraph.records import Usage
from kgraph.senses import Senses

LEXICON = Lexicon.of(
    [
        Row("zapp", "metric", "ZAPP", aliases=("zonal agreement per pair",), cues=("translat",)),
        Row("zapp-net", "method", "ZAPP", cues=("segment",)),
        Row("zapp-vision", "method", "ZAPP", cues=("image",)),
        Row("quux", "model", "Quux", cues=("language model",)),
    ]
)
USAGES = [
    Usage(("BL", "bold learning"), "method", 3, 2700),
    Usage(("BL", "broken lines"), "method", 2, 1800),
    Usage(("BL",), "method", 2, 1800),
    Usage(("Quux",), "model", 4, 3600),
    Usage(("Frob",), "metric", 2, 1800),
    Usage(("Once",), "metric", 1, 900),
    Usage(("Once",), "method", 1, 900),
    Usage(("Frob",), "method", 1, 900),
    Usage(("Grok",), "model", 3, 2700),
    Usage(("Grok",), "method", 1, 900),
    Usage(("ZAPP",), "metric", 2, 1800),
]


@pytest.fixture(scope="module")
def senses() -> Senses:
    return Senses(USAGES, LEXICON, find_senses(USAGES, LEXICON))


@pytest.mark.parametrize(
    ("spellings", "label", "coined", "text", "sense"),
    [
        pytest.param(
            ("ZAPP",), "metric", False, "We translate and report ZAPP.", row_sense("zapp"), id="a cue"
        ),
        pytest.param(("ZAPP",), "method", False, "ZAPP segments.", row_sense("zapp-net"), id="another cue"),
        pytest.param(("ZAPP",), "metric", False, "We report ZAPP.", NONE, id="its type alone"),
        pytest.param(("ZAPP",), "method", False, "We use ZAPP.", NONE, id="no cue"),
        pytest.param(("ZAPP",), "method", False, "ZAPP segments an image.", NONE, id="two cues"),
        pytest.param(
            ("ZAPP",), "dataset", False, "We translate ZAPP.", NONE, id="a cue of a sense of another type"
        ),
        pytest.param(
            ("BL",),
            "method",
            False,
            "Learning to be bold: BL works.",
            long_sense("boldlearning"),
            id="its words",
        ),
        pytest.param(("BL",), "method", False, "BL works.", NONE, id="no words"),
        pytest.param(
            ("BL",),
            "method",
            False,
            "Bold learning draws broken lines by BL.",
            NONE,
            id="words of two senses",
        ),
        pytest.param(
            ("BL", "broken lines"),
            "method",
            False,
            "Bold learning of BL.",
            NONE,
            id="its own definition decides",
        ),
        pytest.param(
            ("Frob",), "method", True, "We propose Frob.", own_sense("p"), id="coined as another type"
        ),
        pytest.param(("Frob",), "method", False, "We use Frob.", NONE, id="not coined"),
        pytest.param(("Grok",), "method", True, "We propose Grok.", NONE, id="coined, models are methods"),
        pytest.param(("Once",), "method", True, "We propose Once.", NONE, id="one other may err"),
        pytest.param(
            ("Quux",), "model", True, "Quux, a language model.", NONE, id="coined with the known one's cue"
        ),
        pytest.param(
            ("Quux",), "model", True, "We propose Quux.", own_sense("p"), id="coined without its cue"
        ),
        pytest.param(("Quux",), "model", False, "We use Quux.", NONE, id="used without its cue"),
        pytest.param(
            ("ZAPP", "zonal agreement per pair"),
            "task",
            True,
            "ZAPP.",
            NONE,
            id="coined by the known one's words",
        ),
        pytest.param(("ZAPP",), "metric", False, "It mistranslates by ZAPP.", NONE, id="a cue inside a word"),
    ],
)
def test_choose(
    senses: Senses, spellings: tuple[str, ...], label: str, coined: bool, text: str, sense: str
) -> None:
    assert senses.choose("p", spellings, label, coined, text) == sense


def test_a_text_is_asked_for_only_where_it_may_tell(senses: Senses) -> None:
    assert senses.may_differ(["BL"], "method")
    assert senses.may_differ(["ZAPP"], "metric")
    assert not senses.may_differ(["Grind"], "method")


def test_senses_are_nodes_with_ids_that_say_which(tmp_path: Path) -> None:
    """A gate that a paper coins, and a metric that others report, share a name and nothing else."""
    papers = [
        (
            "one",
            "ZORBLE: gating of experts by trees",
            "We propose ZORBLE, a method that gates experts by trees.",
        ),
        ("two", "Judging machine translation", "We evaluate by the metrics BLEU and ZORBLE on WMT."),
        ("three", "More machine translation", "Quality rises by two points of the metrics BLEU and ZORBLE."),
    ]
    lines = [f'{{"id": "{id_}", "title": "{title}", "abstract": "{text}"}}' for id_, title, text in papers]
    source = tmp_path / "papers.jsonl"
    source.write_text("\n".join(lines), "utf-8")
    lexicon = tmp_path / "own.tsv"
    lexicon.write_text("zorble\tmetric\tZORBLE\t\t\tbleu\n", "utf-8")
    kgraph.build([source], tmp_path / "k.db", lexicon=[lexicon])
    with kgraph.open(tmp_path / "k.db") as landscape, pytest.raises(kgraph.AmbiguousName) as error:
        landscape.show("ZORBLE")
    assert sorted(str(row["id"]) for row in error.value.candidates) == [
        "entity:zorble",
        "entity:zorble-method",
    ]


def test_every_sense_is_listed_also_one_of_another_name(tmp_path: Path) -> None:
    """A sense that goes by its long form is a candidate beside those that go by the short one."""
    texts = [
        "Continual learning (CL) suffers from forgetting. Our CL method replays samples.",
        "We add a constraint layer (CL) to networks. The CL guarantees that outputs are safe.",
        "We study CL.",
    ]
    rows = [
        json.dumps({"id": str(n), "title": f"Paper {n}", "abstract": text}) for n, text in enumerate(texts)
    ]
    (tmp_path / "papers.jsonl").write_text("\n".join(rows), "utf-8")
    kgraph.build([tmp_path / "papers.jsonl"], tmp_path / "k.db")
    with kgraph.open(tmp_path / "k.db") as landscape, pytest.raises(kgraph.AmbiguousName) as error:
        landscape.show("CL")
    assert {row["id"] for row in error.value.candidates} == {
        "entity:cl-unresolved",
        "entity:cl-constraint-layer",
        "entity:continual-learning",
    }


def test_a_slip_in_one_paper_is_no_sense() -> None:
    """A definition that one paper seems to give is no rival of what the lexicon knows."""
    usages = [
        Usage(("Quux", "based training framework"), "method", 1, 900),
        Usage(("Quux",), "model", 4, 3600),
    ]
    senses = Senses(usages, LEXICON, find_senses(usages, LEXICON))
    text = "Quux is trained on a framework of language models."
    assert senses.choose("p", ("Quux",), "model", False, text) == NONE


def test_lamda_is_two_things(tmp_path: Path) -> None:
    texts = {
        "dialog": (
            "LaMDA: Language Models for Dialog Applications",
            "We present LaMDA, a family of dialog models.",
        ),
        "tuning": (
            "LaMDA: Large Model Fine-Tuning",
            "We propose LaMDA, which tunes adapters of low dimension.",
        ),
    }
    lines = [
        json.dumps({"id": id_, "title": title, "abstract": text}) for id_, (title, text) in texts.items()
    ]
    (tmp_path / "papers.jsonl").write_text("\n".join(lines), "utf-8")
    kgraph.build([tmp_path / "papers.jsonl"], tmp_path / "k.db")
    with kgraph.open(tmp_path / "k.db") as landscape, pytest.raises(kgraph.AmbiguousName):
        landscape.show("LaMDA")
