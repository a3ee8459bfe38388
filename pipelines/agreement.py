"""How far our own annotations agree with those of ../shared/gold: `python -m pipelines.agreement`.

Reads agreement.jsonl, papers of ../shared/gold/train.jsonl that our annotators of the first and of the third
round were given among the others without knowing it, and prints the measure of `kgraph eval` for each round,
the given annotations taken for right.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from kgraph.evaluation import read_gold, score
from pipelines.corpus import TRAIN, round_of

TWICE = Path(__file__).with_name("agreement.jsonl")


def agreement() -> dict[int, dict[str, Any]]:
    """Score our annotations of papers that are annotated in ../shared/gold too, by their round."""
    by_round: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in map(json.loads, TWICE.read_text("utf-8").split("\n")[:-1]):
        by_round[round_of(row)][row["id"]] = row
    gold = read_gold(TRAIN)
    return {
        number: score((row for row in gold if row["id"] in ours), ours)
        for number, ours in sorted(by_round.items())
    }


if __name__ == "__main__":
    for number, figures in agreement().items():
        print(f"round {number}")
        for name, figure in figures.items():
            print(f"  {name:16} {figure}")
