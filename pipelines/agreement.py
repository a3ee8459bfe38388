"""How far our own annotations agree with those of ../shared/gold: `python -m pipelines.agreement`.

Reads agreement.jsonl, papers of ../shared/gold/train.jsonl that our annotators were given among the others
without knowing it, and prints the measure of `kgraph eval`, the given annotations taken for right.
"""

import json
from pathlib import Path
from typing import Any

from kgraph.evaluation import read_gold, score
from pipelines.corpus import TRAIN

TWICE = Path(__file__).with_name("agreement.jsonl")


def agreement() -> dict[str, Any]:
    """Score our annotations of papers that are annotated in ../shared/gold too."""
    ours = {row["id"]: row for row in map(json.loads, TWICE.read_text("utf-8").split("\n")[:-1])}
    return score((row for row in read_gold(TRAIN) if row["id"] in ours), ours)


if __name__ == "__main__":
    for name, figure in agreement().items():
        print(f"{name:16} {figure}")
