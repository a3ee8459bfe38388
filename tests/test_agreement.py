"""How far our annotators agree with those of the given papers."""

import json
from pathlib import Path

import pytest

from pipelines.agreement import agreement, agreement_of_roles


def test_roles_given_again_are_counted_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entities = [
        {"name": "Fuzzle", "type": "method", "role": "introduces", "aliases": []},
        {"name": "swimming", "type": "task", "role": "evaluates", "aliases": []},
        {"name": "Wug", "type": "dataset", "role": "evaluates", "aliases": []},
    ]
    given = {"title": "Fuzzle", "abstract": "Fuzzle, swimming, Wug.", "entities": entities, "relations": []}
    rows = [
        {"id": "a", "roles": ["introduces", "uses"]},
        {"id": "b", "roles": ["introduces", "evaluates"]},
        {"id": "b", "entities": entities[:1], "relations": [], "round": 3},
    ]
    (tmp_path / "train.jsonl").write_text(
        "".join(json.dumps({"id": i, **given}) + "\n" for i in "ab"), "utf-8"
    )
    (tmp_path / "twice.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    monkeypatch.setattr("pipelines.agreement.TRAIN", tmp_path / "train.jsonl")
    monkeypatch.setattr("pipelines.agreement.TWICE", tmp_path / "twice.jsonl")
    assert agreement_of_roles() == (3, 4)
    assert {number: one["entities"]["recall"] for number, one in agreement().items()} == {3: 0.5}
