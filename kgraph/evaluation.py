"""Annotated papers against what was found in them: figures, slices and the errors behind them.

A paper at a time: an entity is found if the name given to it is a spelling of an annotated one
(folded: case, spaces, hyphens, plural), each at most once. Aliases do not help to find.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kgraph.building import build
from kgraph.config import Config
from kgraph.documents import Document, document, find_documents
from kgraph.errors import BadInput
from kgraph.extraction import load_extractor
from kgraph.keys import alias_key
from kgraph.lexicon import Lexicon
from kgraph.matching import finders, fold, names_of, spellings_of
from kgraph.records import GRAPH_TYPES, ROLES, SYMMETRIC, TYPES, Paper
from kgraph.store import Store

Named = dict[str, Any]  # an entity of a document: name, type, role, aliases

_PROPER = re.compile(r"[A-Z].*[A-Z]|[a-z][A-Z]|[A-Za-z].*\d|\d.*[A-Z]")
_ACRONYM = re.compile(r"[A-Z]{2,4}s?")
_NAME_KINDS = ("short acronym", "homonym")  # as the lexicon has it: several rows, or one that needs cues
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n")


@dataclass(slots=True)
class _Tally:
    right: int = 0
    found: int = 0
    gold: int = 0

    def figures(self) -> dict[str, float]:
        precision = self.right / self.found if self.found else 0.0
        recall = self.right / self.gold if self.gold else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        rounded = {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}
        return {**rounded, "gold": self.gold}


def evaluate(
    gold: str | Path,
    *,
    lexicon: Sequence[str | Path] = (),
    nlp: str | None = None,
    jobs: int = Config.jobs,
    max_errors: int = Config.max_errors,
) -> dict[str, Any]:
    """Score the extractor on the annotated papers of a file, alone and after a build into a store.

    Raises BadInput with file and line.
    """
    annotated = read_gold(gold)
    extractor = load_extractor(nlp, [Path(path) for path in lexicon])
    papers = (Paper(row["id"], row["title"], row["abstract"]) for row in annotated)
    found = {one["id"]: one for one in find_documents(papers, extractor, jobs)}
    with TemporaryDirectory() as folder:
        db = Path(folder) / "eval.db"
        build([gold], db, lexicon=lexicon, nlp=nlp, jobs=jobs)
        built = built_documents(db, [row["id"] for row in annotated])
    return {
        **score(annotated, found),
        **slices(annotated, found, extractor.lexicon),
        "errors": {"worst": list(find_errors(annotated, found))[:max_errors]},
        "after_build": score(annotated, built),
    }


def read_gold(path: str | Path) -> list[Document]:
    """Read annotated papers; raise BadInput with file and line."""
    rows: dict[str, Document] = {}
    for place, row in read_rows(path, {"id", "title", "abstract", "entities"}):
        if row["id"] in rows:
            raise BadInput(place, f"id {row['id']!r} stands twice")
        rows[row["id"]] = row
    return list(rows.values())


def read_rows(path: str | Path, keys: Set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield file and line, and the JSON object there; raise BadInput if it lacks one of the keys."""
    try:
        lines = Path(path).read_text("utf-8-sig").split("\n")  # a string may hold other ends of lines
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            row = json.loads(line)
            missing = keys - row.keys()
        except (ValueError, AttributeError) as error:
            raise BadInput(place, "is not a JSON object") from error
        if missing:
            raise BadInput(place, f"lacks {', '.join(sorted(missing))}")
        yield place, row


def built_documents(db: Path, ids: Iterable[str]) -> dict[str, Document]:
    """Return the documents of a store by the ids that the papers had before."""
    with Store(db) as store:
        paper_of = store.paper_of()
        documents = {
            paper.id: document(paper, found, entity_of) for paper, found, entity_of in store.extractions()
        }
    return {id_: documents[paper_of[id_]] for id_ in ids if paper_of.get(id_) in documents}


# ------------------------------------------------------------------------------------------------ figures


def score(gold: Iterable[Document], found: Mapping[str, Document]) -> dict[str, Any]:
    """Return the measure of the annotations; a paper that was not found counts as empty.

    `entities` are methods, models and datasets, whatever of these they were taken for;
    `proper` and `phrases` are slices of them by the annotated spellings, wrong finds by their own.
    """
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    ratios: dict[str, Counter[bool]] = defaultdict(Counter)
    papers = missing = 0
    for row in gold:
        papers += 1
        missing += row["id"] not in found
        other = found.get(row["id"], {"entities": []})
        for name, keep in _PARTS.items():
            _tally(tallies[name], _matched(row, other, keep))
        matched = _matched(row, other, _PARTS["entities"])
        _tally_by(_slice, tallies, matched)
        for one, other_one in matched.pairs:
            ratios["type"][one["type"] == other_one["type"]] += 1
            ratios["role"][one.get("role") == other_one.get("role")] += 1
            others = {fold(alias) for alias in other_one.get("aliases", [])} - {fold(other_one["name"])}
            ratios["alias"].update(alias in spellings_of(one) for alias in others)
        _tally_relations(tallies["relations"], row, other)
    figures = {name: tallies[name].figures() for name in (*_PARTS, "proper", "phrases", "relations")}
    return {
        "papers": papers,
        "missing": missing,
        "entities": figures["entities"],
        "proper": figures["proper"],
        "phrases": figures["phrases"],
        "type_accuracy": _ratio(ratios["type"]),
        "role_accuracy": _ratio(ratios["role"]),
        "alias_precision": _ratio(ratios["alias"]),
        "introduces": figures["introduces"],
        "relations": figures["relations"],
        "by_type": {type_: figures[type_] for type_ in TYPES},
    }


def slices(gold: Iterable[Document], found: Mapping[str, Document], lexicon: Lexicon) -> dict[str, Any]:
    """Return the figures by role, by what the names are like and by source, and which types are confused.

    A wrong find goes to the slice of its own name. `types_found` counts what the entities of each
    annotated type were taken for, tasks and metrics among them.
    """
    kinds: dict[str, Callable[..., str | None]] = {
        "by_lexicon": lambda one, row: _known(one, lexicon),
        "by_name": lambda one, row: _kind_of_name(one, lexicon),
        "by_source": lambda one, row: row.get("source"),
    }
    tallies: dict[str, dict[str, _Tally]] = {
        "by_role": {role: _Tally() for role in ROLES},
        "by_source": defaultdict(_Tally),
        "by_lexicon": {"known": _Tally(), "unseen": _Tally()},
        "by_name": {name: _Tally() for name in _NAME_KINDS},
    }
    confusion: dict[str, Counter[str]] = {type_: Counter() for type_ in TYPES}
    for row in gold:
        other = found.get(row["id"], {"entities": []})
        for role in ROLES:
            _tally(tallies["by_role"][role], _matched(row, other, _of_role(role)))
        matched = _matched(row, other, _is_graph)
        for kind, slice_of in kinds.items():
            _tally_by(partial(slice_of, row=row), tallies[kind], matched)
        for one, other_one in _matched(row, other, lambda _: True).pairs:
            confusion[one["type"]][other_one["type"]] += 1
    figures = {kind: {name: one.figures() for name, one in by.items()} for kind, by in tallies.items() if by}
    return {
        **figures,
        "types_found": {type_: dict(sorted(taken.items())) for type_, taken in confusion.items()},
    }


def find_errors(gold: Iterable[Document], found: Mapping[str, Document]) -> Iterator[Named]:
    """Yield each error with its sentence, the worst first: a role's rank tells how bad it is to miss."""
    rows = [
        {"error": error, **one, "paper": row["id"], "sentence": _sentence(row, one["name"])}
        for row in gold
        for error, one in _errors(row, found.get(row["id"], {"entities": []}))
    ]
    yield from sorted(
        rows, key=lambda row: (ROLES.index(row["role"]), row["error"], row["paper"], row["name"])
    )


def _errors(row: Document, other: Document) -> Iterator[tuple[str, Named]]:
    matched = _matched(row, other, _is_graph)
    for error, entities in (("missed", matched.missed), ("spurious", matched.spurious)):
        for one in entities:
            yield error, {"name": one["name"], "type": one["type"], "role": one.get("role", ROLES[-1])}
    for one, other_one in matched.pairs:
        both = {"name": one["name"], "type": one["type"], "role": one.get("role", ROLES[-1])}
        for what in ("type", "role"):
            if one.get(what) != other_one.get(what):
                yield what, {**both, "found": other_one.get(what)}


def _sentence(row: Document, name: str) -> str:
    sentences = _SENTENCE_END.split(f"{row['title']}\n{row['abstract']}")
    return next((sentence for sentence in sentences if name in sentence), "")


# ----------------------------------------------------------------------------------------------- matching


@dataclass(frozen=True, slots=True)
class _Matched:
    """The entities of one kind in one paper, annotated against found."""

    pairs: list[tuple[Named, Named]]
    missed: list[Named]
    spurious: list[Named]


def _is_graph(entity: Named) -> bool:
    return entity["type"] in GRAPH_TYPES


def _of_role(role: str) -> Callable[[Named], bool]:
    return lambda entity: _is_graph(entity) and entity.get("role") == role


def _of_type(type_: str) -> Callable[[Named], bool]:
    return lambda entity: bool(entity["type"] == type_)


_PARTS: dict[str, Callable[[Named], bool]] = {
    "entities": _is_graph,
    "introduces": _of_role("introduces"),
    **{type_: _of_type(type_) for type_ in TYPES},
}


def _matched(row: Document, other: Document, keep: Callable[[Named], bool]) -> _Matched:
    gold, found = list(filter(keep, row["entities"])), list(filter(keep, other["entities"]))
    finder_of = finders(gold, [one["name"] for one in found])
    useful = set(finder_of.values())
    return _Matched(
        [(gold[i], found[finder_of[i]]) for i in sorted(finder_of)],
        [one for i, one in enumerate(gold) if i not in finder_of],
        [one for j, one in enumerate(found) if j not in useful],
    )


def _tally(tally: _Tally, matched: _Matched) -> None:
    tally.right += len(matched.pairs)
    tally.found += len(matched.pairs) + len(matched.spurious)
    tally.gold += len(matched.pairs) + len(matched.missed)


def _tally_by(
    slice_of: Callable[[Named], str | None], tallies: MutableMapping[str, _Tally], matched: _Matched
) -> None:
    """Count each entity in its slice, if it has one: what was found right in that of the annotated one."""
    for one, _ in matched.pairs:
        if (name := slice_of(one)) is not None:
            _tally(tallies[name], _Matched([(one, one)], [], []))
    for one in matched.missed:
        if (name := slice_of(one)) is not None:
            tallies[name].gold += 1
    for one in matched.spurious:
        if (name := slice_of(one)) is not None:
            tallies[name].found += 1


def _slice(entity: Named) -> str:
    return "proper" if any(_PROPER.search(name) for name in names_of(entity)) else "phrases"


def _kind_of_name(entity: Named, lexicon: Lexicon) -> str | None:
    """Tell the names that are hard for a reason of their own."""
    keys = {alias_key(name) for name in names_of(entity)}
    rows = [row for key in keys for row in lexicon.by_key.get(key, ())]
    if len({row.id for row in rows}) > 1 or any(row.cues for row in rows):
        return "homonym"
    if _ACRONYM.fullmatch(entity["name"]):
        return "short acronym"
    return None


def _known(entity: Named, lexicon: Lexicon) -> str:
    return "known" if any(alias_key(name) in lexicon.by_key for name in names_of(entity)) else "unseen"


def _tally_relations(tally: _Tally, row: Document, other: Document) -> None:
    """Count relations between annotated entities; whatever else was said to be one is wrong."""
    entity_of = {name: i for i, one in enumerate(row["entities"]) for name in spellings_of(one)}
    gold = set(_relations(row, entity_of))
    tally.right += len(gold.intersection(_relations(other, entity_of)))
    tally.found += len({tuple(relation) for relation in other.get("relations", [])})
    tally.gold += len(gold)


def _relations(row: Document, entity_of: Mapping[str, int]) -> Iterator[tuple[str, int, int]]:
    for source, relation, target in row.get("relations", []):
        ends = (entity_of.get(fold(source)), entity_of.get(fold(target)))
        if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
            continue
        start, end = sorted(ends) if relation in SYMMETRIC else ends  # type: ignore[type-var]
        yield relation, start, end  # type: ignore[misc]


def _ratio(outcomes: Counter[bool]) -> float | None:
    return round(outcomes[True] / outcomes.total(), 3) if outcomes else None
