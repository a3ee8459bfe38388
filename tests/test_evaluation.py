import copy
import json
import random
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgraph.documents import Document
from kgraph.errors import BadInput
from kgraph.evaluation import evaluate, find_errors, read_gold, score, slices
from kgraph.lexicon import Lexicon, Row

SHARED = Path(__file__).parents[2] / "shared" / "gold"
needs_gold = pytest.mark.skipif(not SHARED.exists(), reason="the annotated papers lie outside the project")


def entity(name: str, type_: str = "method", role: str = "uses", *aliases: str) -> dict[str, Any]:
    return {"name": name, "type": type_, "role": role, "aliases": list(aliases)}


def paper(*entities: dict[str, Any], id_: str = "1", relations: tuple[list[str], ...] = ()) -> Document:
    return {
        "id": id_,
        "title": "On LoRA",
        "abstract": "We study LoRA. We extend Low-Rank Adaptation, as GPT-4 did.",
        "entities": list(entities),
        "relations": list(relations),
    }


LORA = entity("LoRA", "method", "extends", "Low-Rank Adaptation")
GPT = entity("GPT-4", "model", "uses")


# ---------------------------------------------------------------------------------- equal to the measure


def perturb(rows: list[Document], chance: random.Random) -> list[Document]:
    """Return the papers with entities dropped, doubled, renamed, retyped and added, and some papers lost."""
    rows = copy.deepcopy(rows)
    names = [one["name"] for row in rows for one in row["entities"]]
    for row in rows:
        for one in list(row["entities"]):
            match chance.randrange(9):
                case 0:
                    row["entities"].remove(one)
                case 1:
                    row["entities"].append(copy.deepcopy(one))
                case 2:
                    one["name"] = chance.choice([*one["aliases"], one["name"].upper(), chance.choice(names)])
                case 3:
                    one["type"] = chance.choice(["method", "model", "dataset", "task", "metric"])
                case 4:
                    one["role"] = chance.choice(["introduces", "uses", "mentions"])
                case 5:
                    row["entities"].append(entity(chance.choice(names), "model", "introduces"))
                case 6:
                    one["aliases"] = [*one["aliases"], chance.choice(names), f"{one['name']}s"]
        if row["relations"]:
            relation = chance.choice(row["relations"])
            row["relations"] += [relation[::-1], [relation[2], relation[1], relation[0]]]
            del row["relations"][0]
        chance.shuffle(row["entities"])
    return [row for row in rows if chance.random() < 0.95]


@needs_gold
@pytest.mark.parametrize("seed", range(5))
def test_figures_equal_those_of_the_measure(seed: int) -> None:
    measure: Callable[..., Any] = runpy.run_path(str(SHARED / "score.py"))["score"]
    chance = random.Random(seed)
    gold = chance.sample(read_gold(SHARED / "train.jsonl"), 200)
    found = {row["id"]: row for row in perturb(gold, chance)}
    expected = measure({row["id"]: row for row in gold}, found)
    assert score(gold, found) == expected
    assert list(score(gold, found)) == list(expected)


@needs_gold
def test_gold_finds_itself() -> None:
    gold = read_gold(SHARED / "dev.jsonl")
    figures = score(gold, {row["id"]: row for row in gold})
    assert figures["entities"]["f1"] == figures["introduces"]["f1"] == 1.0


# -------------------------------------------------------------------------------------------------- slices


@pytest.mark.parametrize(
    ("name", "f1"),
    [
        pytest.param("LoRA", 1.0, id="name"),
        pytest.param("low rank adaptations", 1.0, id="alias, folded"),
        pytest.param("QLoRA", 0.0, id="another"),
    ],
)
def test_an_entity_is_found_by_any_of_its_spellings(name: str, f1: float) -> None:
    assert score([paper(LORA)], {"1": paper(entity(name))})["entities"]["f1"] == f1


def test_an_entity_is_found_once() -> None:
    figures = score([paper(LORA)], {"1": paper(entity("LoRA"), entity("Low-Rank Adaptation"))})
    assert figures["entities"] == {"precision": 0.5, "recall": 1.0, "f1": 0.667, "gold": 1}


def test_nothing_found_is_no_division_by_zero() -> None:
    figures = score([paper(LORA)], {})
    assert figures["entities"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "gold": 1}
    assert (figures["missing"], figures["type_accuracy"], figures["alias_precision"]) == (1, None, None)


def test_slices_by_role_lexicon_and_type() -> None:
    found = {"1": paper(entity("LoRA", "model", "extends"), entity("Foo", "dataset", "uses"))}
    lexicon = Lexicon.of([Row("lora", "method", "Low-Rank Adaptation")])
    figures = slices([paper(LORA, GPT)], found, lexicon)
    assert figures["by_role"]["extends"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "gold": 1}
    assert figures["by_role"]["uses"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "gold": 1}
    assert figures["by_lexicon"] == {
        "known": {"precision": 1.0, "recall": 1.0, "f1": 1.0, "gold": 1},
        "unseen": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "gold": 1},
    }
    assert figures["types_found"]["method"] == {"model": 1}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param("CL", "short acronym", id="acronym"),
        pytest.param("COMET", "homonym", id="two rows"),
        pytest.param("DROP", "homonym", id="with cues"),
        pytest.param("LoRA", None, id="neither"),
    ],
)
def test_slices_by_what_makes_a_name_hard(name: str, kind: str | None) -> None:
    lexicon = Lexicon.of(
        [
            Row("comet", "metric", "COMET"),
            Row("comet-gate", "method", "COMET", cues=("gate",)),
            Row("drop", "dataset", "DROP", cues=("reading",)),
            Row("lora", "method", "LoRA"),
        ]
    )
    figures = slices([paper(entity(name))], {"1": paper(entity(name))}, lexicon)["by_name"]
    assert {name for name, figure in figures.items() if figure["gold"]} == ({kind} - {None})


def test_slices_by_source_where_the_papers_have_one() -> None:
    rows = [{**paper(LORA), "source": "page"}, {**paper(GPT, id_="2"), "source": "arxiv"}]
    figures = slices(rows, {"1": paper(LORA)}, Lexicon())
    assert (figures["by_source"]["page"]["f1"], figures["by_source"]["arxiv"]["f1"]) == (1.0, 0.0)
    assert "by_source" not in slices([paper(LORA)], {}, Lexicon())


def test_errors_stand_with_their_sentence_the_worst_first() -> None:
    found = {"1": paper(entity("LoRA", "model", "uses"), entity("SGD", "method", "introduces"))}
    rows = list(find_errors([paper(LORA, GPT)], found))
    assert [(row["error"], row["name"]) for row in rows] == [
        ("spurious", "SGD"),
        ("role", "LoRA"),
        ("type", "LoRA"),
        ("missed", "GPT-4"),
    ]
    assert rows[2] == {
        "error": "type",
        "paper": "1",
        "name": "LoRA",
        "type": "method",
        "role": "extends",
        "found": "model",
        "sentence": "On LoRA",
    }
    assert rows[3]["sentence"] == "We extend Low-Rank Adaptation, as GPT-4 did."


# ---------------------------------------------------------------------------------------------- the command


def test_evaluate_scores_before_and_after_a_build(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    rows = [
        {**paper(LORA, GPT, id_="one"), "title": "LoRA for GPT-4"},
        {**paper(LORA, id_="two"), "title": "More on LoRA"},
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8", newline="\n")
    figures = evaluate(str(path))
    assert (figures["papers"], figures["missing"]) == (2, 0)
    assert figures["entities"]["recall"] > 0
    assert figures["after_build"] == {name: figures[name] for name in figures["after_build"]}


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        pytest.param("\n[]\n", ":2", "is not a JSON object", id="array"),
        pytest.param("{\n", ":1", "is not a JSON object", id="cut off"),
        pytest.param('{"id": "1", "title": ""}\n', ":1", "lacks abstract, entities", id="keys"),
        pytest.param(f"{json.dumps(paper())}\n" * 2, ":2", "id '1' stands twice", id="id twice"),
        pytest.param(None, "", "cannot be read", id="absent"),
    ],
)
def test_bad_gold_is_named_by_file_and_line(
    content: str | None, place: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "gold.jsonl"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(BadInput) as raised:
        read_gold(path)
    assert raised.value.source == f"{path}{place}"
    assert reason in raised.value.reason


def test_gold_ends_lines_where_json_does(tmp_path: Path) -> None:
    """JSON lets a string hold what Unicode calls ends of lines, and pasted pages have them."""
    path = tmp_path / "gold.jsonl"
    rows = [{**paper(id_=id_), "abstract": "We study\u2028LoRA.\x85"} for id_ in ("1", "2")]
    path.write_bytes("\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode())
    assert read_gold(path) == rows
