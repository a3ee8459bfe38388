import json
from pathlib import Path
from typing import Any

import pytest

from kgraph.documents import Document
from kgraph.errors import BadInput
from kgraph.judged_pairs import evaluate_resolution, judge


def document(name: str, node: str, *aliases: str) -> Document:
    return {"entities": [{"name": name, "aliases": list(aliases), "node": node}]}


def pair(a: str, b: str, same: bool, kind: str = "exact") -> dict[str, Any]:
    return {
        "a": {"paper": "1", "spelling": a},
        "b": {"paper": "2", "spelling": b},
        "same": same,
        "kind": kind,
    }


@pytest.mark.parametrize(
    ("one", "two", "same", "accuracy"),
    [
        pytest.param("entity:lora", "entity:lora", True, 1.0, id="one node, one thing"),
        pytest.param("entity:lora", "entity:lora", False, 0.0, id="one node, two things"),
        pytest.param("entity:lora", "entity:lora-2", True, 0.0, id="two nodes, one thing"),
        pytest.param("entity:lora", "entity:lora-2", False, 1.0, id="two nodes, two things"),
    ],
)
def test_a_pair_is_right_if_the_nodes_say_what_was_judged(
    one: str, two: str, same: bool, accuracy: float
) -> None:
    documents = {"1": document("LoRA", one), "2": document("Low-Rank Adaptation", two, "LoRA")}
    figures = judge([pair("LoRA", "low-rank adaptation", same)], documents, 9)
    assert figures["all"] == {"pairs": 1, "not_found": 0, "accuracy": accuracy}
    assert figures["same" if same else "different"]["accuracy"] == accuracy
    assert len(figures["errors"]) == (accuracy == 0.0)


def test_pairs_of_which_an_occurrence_was_not_found_are_counted_apart() -> None:
    figures = judge(
        [pair("LoRA", "GLUE", False, "near")], {"1": document("LoRA", "n"), "2": document("QLoRA", "m")}, 9
    )
    assert figures["by_kind"] == {"near": {"pairs": 1, "not_found": 1, "accuracy": None}}
    assert figures["errors"] == []


def test_wrong_merges_come_first() -> None:
    documents = {"1": document("LoRA", "n", "A"), "2": document("GLUE", "n", "B")}
    documents["2"]["entities"].append({"name": "C", "aliases": [], "node": "m"})
    errors = judge([pair("A", "C", True), pair("A", "B", False)], documents, 9)["errors"]
    assert [(error["same"], error["nodes"]) for error in errors] == [(False, ["n", "n"]), (True, ["n", "m"])]


def test_the_papers_are_built_together(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    texts = ["We use BERT.", "BERT is tuned on GLUE."]
    rows = [
        {"id": str(i), "title": f"Study {i}", "abstract": text, "entities": []}
        for i, text in enumerate(texts, 1)
    ]
    gold.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    pairs = tmp_path / "pairs.jsonl"
    judged = [pair("BERT", "BERT", True), pair("BERT", "GLUE", False, "near")]
    pairs.write_text("".join(f"{json.dumps(row)}\n" for row in judged), "utf-8")
    figures = evaluate_resolution(pairs, [gold])
    assert (figures["all"]["accuracy"], figures["all"]["not_found"]) == (1.0, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [("{}", "lacks a, b, same"), ('{"a": 1, "b": 2, "same": true}', "a is no paper and spelling")],
)
def test_bad_pairs_are_named_by_file_and_line(line: str, reason: str, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(BadInput) as raised:
        evaluate_resolution(pairs, [])
    assert (raised.value.source, raised.value.reason) == (f"{pairs}:2", reason)
