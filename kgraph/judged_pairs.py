"""Pairs of occurrences judged to name the same thing or not: how often the resolution agrees.

A row of the file has `a` and `b`, each a paper and a spelling in it, `same`, and as a rule `kind` and `why`.
The papers are built into a store together, and two occurrences are one thing if they have one node. A pair
of which an occurrence was not found is counted apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kgraph.building import build
from kgraph.config import Config
from kgraph.documents import Document
from kgraph.errors import BadInput
from kgraph.evaluation import built_documents, read_gold, read_rows
from kgraph.matching import fold, names_of

Pair = dict[str, Any]


def evaluate_resolution(
    pairs: str | Path,
    papers: Sequence[str | Path],
    *,
    lexicon: Sequence[str | Path] = (),
    nlp: str | None = None,
    jobs: int = Config.jobs,
    max_errors: int = Config.max_errors,
) -> dict[str, Any]:
    """Build the annotated papers together and judge the pairs; raise BadInput with file and line.

    `same` and `different` are the pairs judged so, `by_kind` those of each kind.
    """
    judged = list(_read_pairs(pairs))
    ids = [row["id"] for path in papers for row in read_gold(path)]
    with TemporaryDirectory() as folder:
        db = Path(folder) / "eval.db"
        build(papers, db, lexicon=lexicon, nlp=nlp, jobs=jobs)
        documents = built_documents(db, ids)
    return judge(judged, documents, max_errors)


def _read_pairs(path: str | Path) -> Iterator[Pair]:
    for place, row in read_rows(path, {"a", "b", "same"}):
        for end in "ab":
            if not isinstance(row[end], Mapping) or {"paper", "spelling"} - row[end].keys():
                raise BadInput(place, f"{end} is no paper and spelling")
        yield row


def judge(pairs: Iterable[Pair], documents: Mapping[str, Document], max_errors: int) -> dict[str, Any]:
    """Compare judgements with the nodes of the documents, by kind; list the errors, wrong merges first."""
    outcomes: dict[str, Counter[bool | None]] = defaultdict(Counter)
    errors: list[Pair] = []
    for pair in pairs:
        nodes = [_node(documents.get(pair[end]["paper"]), pair[end]["spelling"]) for end in "ab"]
        right = None if None in nodes else (nodes[0] == nodes[1]) == pair["same"]
        for name in ("all", "same" if pair["same"] else "different", f"kind {pair.get('kind', '-')}"):
            outcomes[name][right] += 1
        if right is False:
            errors.append({**pair, "nodes": nodes})
    figures = {name: _figures(outcome) for name, outcome in sorted(outcomes.items())}
    kinds = {
        name.removeprefix("kind "): figure for name, figure in figures.items() if name.startswith("kind ")
    }
    errors.sort(key=lambda pair: (pair["same"], pair.get("kind", ""), str(pair["a"]), str(pair["b"])))
    none = _figures(Counter())
    return {
        **{name: figures.get(name, none) for name in ("all", "same", "different")},
        "by_kind": kinds,
        "errors": errors[:max_errors],
    }


def _figures(outcome: Counter[bool | None]) -> dict[str, Any]:
    answered = outcome[True] + outcome[False]
    return {
        "pairs": outcome.total(),
        "not_found": outcome[None],
        "accuracy": round(outcome[True] / answered, 3) if answered else None,
    }


def _node(document: Document | None, spelling: str) -> str | None:
    """Return the node of what a paper names by a spelling, as it stands or else folded."""
    named = [
        (name, entity["node"])
        for entity in (document["entities"] if document else ())
        for name in names_of(entity)
    ]
    same = [node for name, node in named if name == spelling]
    like = [node for name, node in named if fold(name) == fold(spelling)]
    return next(iter([*same, *like]), None)
