"""How far our own annotations agree with those of ../shared/gold: `python -m pipelines.agreement`.

Reads agreement.jsonl, papers of ../shared/gold/train.jsonl that our annotators of the first and of the third
round were given among the others without knowing it, and prints the measure of `kgraph eval` for each round,
the given annotations taken for right. Others gave roles again to what is named in such papers: how many of
these are the given ones is printed, too.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

from kgraph.evaluation import read_gold, score
from kgraph.records import GRAPH_TYPES
from pipelines.corpus import TRAIN, round_of, rows_of

TWICE = Path(__file__).with_name("agreement.jsonl")


def agreement() -> dict[int, dict[str, Any]]:
    """Score our annotations of papers that are annotated in ../shared/gold too, by their round."""
    by_round: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in rows_of(TWICE):
        if "entities" in row:
            by_round[round_of(row)][row["id"]] = row
    gold = read_gold(TRAIN)
    return {
        number: score((row for row in gold if row["id"] in ours), ours)
        for number, ours in sorted(by_round.items())
    }


def agreement_of_roles() -> tuple[int, int]:
    """Return how many roles that were given again are those of ../shared/gold, and of how many."""
    gold = {row["id"]: row for row in read_gold(TRAIN)}
    pairs = [
        (entity["role"], role)
        for row in rows_of(TWICE)
        if "roles" in row
        for entity, role in zip(_graphed(gold[row["id"]]), row["roles"], strict=True)
    ]
    return sum(given == ours for given, ours in pairs), len(pairs)


def _graphed(annotated: dict[str, Any]) -> list[dict[str, Any]]:
    return [entity for entity in annotated["entities"] if entity["type"] in GRAPH_TYPES]


if __name__ == "__main__":
    for number, figures in agreement().items():
        print(f"round {number}")
        for name, figure in figures.items():
            print(f"  {name:16} {figure}")
    right, asked = agreement_of_roles()
    print(f"roles given again\n  agree            {right / asked:.3f} of {asked}")
