"""Why two things have no edge: what the store and the texts show of it.

The texts are searched for the spellings that are known, as they are written; where one stands and was not
found, the extractor is asked again how sure it is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

from kgraph.config import Config
from kgraph.edges import certainly_later, find_introducers
from kgraph.errors import UnknownName
from kgraph.evidence import why
from kgraph.names import Row, find_node, select
from kgraph.queries import neighbors, path
from kgraph.records import STATED, TYPES, Edge

if TYPE_CHECKING:
    from kgraph.extraction import Extractor

_SHOWN = 3  # places of one kind that are shown
_PAPERS = 200  # texts that are searched closely

# Papers whose texts hold a spelling of each.
_HOLDING = """
SELECT id, title, date, title || char(10) || abstract AS text FROM papers
WHERE (:only IS NULL OR id = :only)
  AND (SELECT count(*) FROM json_each(:spellings) AS one WHERE EXISTS (
      SELECT 1 FROM json_each(one.value) AS spelling
      WHERE instr(title || char(10) || abstract, spelling.value))) = json_array_length(:spellings)
ORDER BY date IS NULL, date, id LIMIT :limit
"""
_MENTIONS = """
SELECT start, "end", entity, entities.name, decided FROM mentions LEFT JOIN entities ON entities.id = entity
WHERE paper = ? ORDER BY start
"""


@dataclass(frozen=True, slots=True)
class _Named:
    """One of the two, with all that it is called; `id` is None where the graph has no such node."""

    id: str | None
    name: str
    type: str | None
    papers: int
    spellings: tuple[str, ...]

    @property
    def is_paper(self) -> bool:
        return self.type == "paper"


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a text where a spelling stands, and what was found there."""

    paper: str
    title: str
    date: str | None
    text: str
    start: int
    end: int
    is_found: bool  # there or elsewhere in the paper
    taken_for: Row | None  # the mention that lies over it: entity and name, None where it is unclear which


def explain(db: Connection, a: str, b: str) -> Row:
    """Return the edges between two things, and reasons why there are no others, the most telling first.

    A reason has `reason` (a word for programs) and `says` (a sentence); some have the `paper`, `sentence`,
    `spans` and `score` that show it. Raises UnknownName only for a name that no text holds.
    """
    one, other = _named(db, a), _named(db, b)
    edges = _edges(db, one.id, other.id)
    if one.is_paper and other.is_paper:
        reasons = _between_papers(db, one, other, edges)
    elif one.is_paper or other.is_paper:
        paper, entity = (one, other) if one.is_paper else (other, one)
        reasons = _of_a_paper(db, paper, entity, edges)
    else:
        reasons = _between_entities(db, one, other, edges)
    return {"a": _node(one), "b": _node(other), "edges": edges, "reasons": list(reasons)}


def _node(named: _Named) -> Row:
    return {"id": named.id, "name": named.name, "type": named.type, "papers": named.papers}


def _named(db: Connection, name: str) -> _Named:
    """Return the node of a name, else what stands in texts under it; raise UnknownName if nothing does."""
    try:
        node = find_node(db, name)
    except UnknownName:
        if not any(_holding(db, [[name]], limit=1)):
            raise
        return _Named(None, name, None, 0, (name,))
    spellings = [
        row["spelling"]
        for row in select(db, "SELECT spelling FROM spellings WHERE entity = ? ORDER BY spelling", node["id"])
    ]
    return _Named(
        node["id"],
        node["name"],
        node["type"],
        node["papers"],
        tuple(dict.fromkeys([node["name"], *spellings])),
    )


def _edges(db: Connection, a: str | None, b: str | None) -> list[Row]:
    return select(
        db,
        "SELECT source, target, relation, papers, since FROM edges"
        " WHERE (source, target) = (:a, :b) OR (source, target) = (:b, :a) ORDER BY source, relation",
        a=a,
        b=b,
    )


def _reason(reason: str, says: str, **evidence: object) -> Row:
    return {"reason": reason, "says": says, **evidence}


# -------------------------------------------------------------------------------------- between entities


def _between_entities(db: Connection, a: _Named, b: _Named, edges: list[Row]) -> Iterator[Row]:
    if edges:
        yield from _why_not_stated(db, a, b, edges)
        yield from _far_down(db, a, b)
        return
    for named in (a, b):
        if named.id is None:
            yield _reason("never_found", f"{named.name!r} stands in texts, but was found in none.")
    if a.id and b.id:
        counts = f"{a.name} is named by {_count(a.papers)}, {b.name} by {_count(b.papers)}"
        yield _reason("never_together", f"No paper names both: {counts}.")
    places = list(_unfound_places(db, a, b))
    if places:
        yield from _unfound(db, places)
    else:
        yield _reason("no_text", "No text holds a spelling of each.")
    yield from _nearest_way(db, a, b)


def _why_not_stated(db: Connection, a: _Named, b: _Named, edges: list[Row]) -> Iterator[Row]:
    """Say of a pair that is merely named together how near each paper comes to stating a relation."""
    company = edges[0]
    if len(edges) > 1 or company["relation"] != "appears_with":
        return
    together = f"{_count(company['papers'])} name{'s' * (company['papers'] == 1)} both"
    says = f"{together}, but no sentence was taken to state a relation ({', '.join(STATED)})."
    yield _reason("nothing_stated", says)
    extractor, _ = _extractor(db)
    passages = {row["paper"]: row for row in reversed(why(db, str(a.id), str(b.id)))}
    for row in sorted(passages.values(), key=lambda row: row["relation"] is None)[:_SHOWN]:
        with extractor.tagger.network.one_thread():
            likeliest = _likeliest_relation(db, extractor, row["paper"], str(a.id), str(b.id))
        if likeliest is None:
            continue
        source, relation, target, probability = likeliest
        names = {a.id: a.name, b.id: b.name}
        where = "" if row["relation"] else ", in no one sentence"
        says = (
            f"{row['paper']} names both{where}. That it states a relation has probability {probability:.2f}"
        )
        least = f"{_least_probability()} is needed; likeliest is {names[source]} {relation} {names[target]}"
        yield _reason(
            "below_threshold",
            f"{says} ({least}).",
            relation=relation,
            probability=probability,
            **{key: row[key] for key in ("paper", "title", "date", "sentence", "spans")},
        )


def _likeliest_relation(
    db: Connection, extractor: Extractor, paper: str, a: str, b: str
) -> tuple[str, str, str, float] | None:
    """Return the likeliest relation of two things in a paper, and the probability that any is stated.

    None where the extractor does not compare them, since too many things stand between.
    """
    import numpy as np

    from kgraph.extraction.network import RELATION_CLASSES, softmax
    from kgraph.extraction.relations import believed
    from kgraph.extraction.things import describe_things

    ((text,),) = db.execute("SELECT title || char(10) || abstract FROM papers WHERE id = ?", (paper,))
    rows = select(
        db,
        'SELECT start, "end", name, label, score, entity FROM mentions WHERE paper = ? ORDER BY start',
        paper,
    )
    names = list(dict.fromkeys(row["name"] for row in rows))
    labels = {row["name"]: row["label"] for row in reversed(rows)}
    sure = np.array([max(row["score"] for row in rows if row["name"] == name) for name in names], np.float32)
    reading = extractor.tagger.read(text)
    places = [(*reading.token_range(row["start"], row["end"]), names.index(row["name"])) for row in rows]
    things = describe_things(reading.tokens, places, [TYPES.index(labels[name]) for name in names])
    meant = {names.index(row["name"]): row["entity"] for row in rows}
    pairs = [number for number, (i, j) in enumerate(things.pairs.tolist()) if {meant[i], meant[j]} == {a, b}]
    if not pairs:
        return None
    probability = softmax(extractor.tagger.judge_things(reading, things).relations)
    chances = believed(probability, things, sure / np.float32(1000))
    pair = max(pairs, key=lambda pair: float(chances[pair]))
    relation = RELATION_CLASSES[1 + int(probability[pair, 1:].argmax())]
    source, target = (meant[thing] for thing in things.pairs[pair].tolist())
    if relation.startswith("<"):
        source, target = target, source
    return source, relation.lstrip("<"), target, round(float(chances[pair]), 3)


def _least_probability() -> float:
    from kgraph.extraction.relations import LEAST_PROBABILITY

    return LEAST_PROBABILITY


def _far_down(db: Connection, a: _Named, b: _Named) -> Iterator[Row]:
    """Yield where the one stands so far down the other's list that a query does not show it unasked."""
    for here, there in (a, b), (b, a):
        ids = [row["id"] for row in neighbors(db, str(here.id))["neighbors"]]
        place = ids.index(there.id) + 1
        if place > Config.limit:
            says = f"{there.name} is number {place} of the {len(ids)} neighbours of {here.name}:"
            yield _reason("below_limit", f"{says} a list shows {Config.limit} unless --limit says more.")


def _nearest_way(db: Connection, a: _Named, b: _Named) -> Iterator[Row]:
    if a.id and b.id:
        names = [step["name"] for step in path(db, a.id, b.id) if "name" in step]
        if names:
            yield _reason(
                "nearest_way", f"The nearest way leads {' - '.join(names)} (kgraph path).", way=names
            )


# ------------------------------------------------------------------------------------------------ a paper


def _of_a_paper(db: Connection, paper: _Named, entity: _Named, edges: list[Row]) -> Iterator[Row]:
    if edges:
        yield _reason("asked_apart", "Lists of neighbours show papers only with --type paper.")
        return
    places = list(_places(db, _holding(db, [entity.spellings], only=paper.id), [entity]))
    if places:
        yield from _unfound(db, places)
    else:
        spellings = ", ".join(map(repr, entity.spellings[:_SHOWN]))
        yield _reason(
            "no_text", f"The text of {paper.id} holds no spelling of {entity.name} ({spellings}, ...)."
        )


# ----------------------------------------------------------------------------------------- between papers


def _between_papers(db: Connection, a: _Named, b: _Named, edges: list[Row]) -> Iterator[Row]:
    dates: dict[str, str | None] = dict(db.execute("SELECT id, date FROM papers"))
    for new, old in (a, b), (b, a):
        if certainly_later(dates[str(old.id)], dates[str(new.id)]):
            yield _reason("earlier", f"{new.id} is older than {old.id}, so it cannot rest on it.")
            continue
        relations = {edge["relation"] for edge in edges if edge["source"] == new.id}
        if "cites" not in relations:
            yield _not_cited(db, str(new.id), str(old.id))
        if "builds_on" not in relations:
            yield from _not_built_on(db, str(new.id), str(old.id), dates)


def _not_cited(db: Connection, new: str, old: str) -> Row:
    (counts,) = select(
        db,
        "SELECT (SELECT json_array_length(refs) FROM papers WHERE id = :id) AS given,"
        " (SELECT count(*) FROM edges WHERE (source, relation) = (:id, 'cites')) AS inside,"
        " (SELECT count(*) FROM stub_citations WHERE paper = :id) AS outside",
        id=new,
    )
    if not counts["given"]:
        says = f"No references of {new} are known, nor does its text hold an id of {old}: it cannot cite it."
        return _reason("no_references", says, paper=new)
    says = f"Of the {counts['given']} references of {new} none leads to {old}:"
    where = f"{counts['inside']} lead to papers here, {counts['outside']} outside (kgraph cites --stubs)."
    return _reason("not_among_references", f"{says} {where}", paper=new)


def _not_built_on(db: Connection, new: str, old: str, dates: dict[str, str | None]) -> Iterator[Row]:
    introduced = select(
        db,
        "SELECT id, name FROM edges JOIN entities ON id = target"
        " WHERE (source, relation) = (?, 'introduces') ORDER BY id",
        old,
    )
    if not introduced:
        says = f"{old} was found to introduce nothing, so nothing shows that {new} builds on it."
        yield _reason("introduces_nothing", says, paper=old)
    for entity in introduced:
        role = next((edge["relation"] for edge in _edges(db, new, entity["id"])), None)
        if role is None:
            yield from _of_a_paper(db, _named(db, new), _named(db, entity["id"]), [])
        elif role == "introduces":
            says = f"{new} introduces {entity['name']} too, as far as its text shows."
            yield _reason("introduces_too", says, paper=new)
        else:
            yield _other_origin(db, new, old, entity, dates)


def _other_origin(db: Connection, new: str, old: str, entity: Row, dates: dict[str, str | None]) -> Row:
    """Say why a paper that names what another introduces is not taken to build on that one."""
    rows = db.execute(
        "SELECT source FROM edges WHERE (target, relation) = (?, 'introduces')", (entity["id"],)
    )
    edges = [Edge(source, entity["id"], "introduces", 1) for (source,) in rows]
    first, *others = find_introducers(edges, dates)[entity["id"]]
    if first != old:
        says = f"{new} names {entity['name']}, but {first} introduced that before {old}."
        return _reason("another_origin", says, paper=first)
    undated = [paper for paper in (new, first, *others) if dates[paper] is None]
    says = (
        f"{new} names {entity['name']}, which {_count(len(others) + 1)} introduce; which was first is unknown"
    )
    return _reason("undated", f"{says}, since {', '.join(undated)} has no date.", paper=new)


# ------------------------------------------------------------------------------------------------ in texts


def _holding(
    db: Connection, spellings: Iterable[Iterable[str]], *, only: str | None = None, limit: int = _PAPERS
) -> list[Row]:
    given = json.dumps([list(one) for one in spellings])
    return select(db, _HOLDING, spellings=given, only=only, limit=limit)


def _unfound_places(db: Connection, a: _Named, b: _Named) -> Iterator[_Place]:
    """Yield where texts that hold both name one that was not found there."""
    yield from _places(db, _holding(db, [a.spellings, b.spellings]), [a, b], both=True)


def _places(
    db: Connection, papers: Iterable[Row], named: Iterable[_Named], both: bool = False
) -> Iterator[_Place]:
    """Yield the first place of each of the named in each paper, unless it was found there.

    With `both` a paper counts only if all of them stand in it as whole words.
    """
    for paper in papers:
        mentions = select(db, _MENTIONS, paper["id"])
        places = [_first_place(paper, mentions, one) for one in named]
        if None not in places or not both:
            yield from (place for place in places if place and not place.is_found)


def _first_place(paper: Row, mentions: list[Row], named: _Named) -> _Place | None:
    longest_first = sorted(named.spellings, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?![\w+*])")
    is_found = named.id is not None and any(mention["entity"] == named.id for mention in mentions)
    match = pattern.search(paper["text"])
    if match is None:
        return None
    start, end = match.span()
    over = next((one for one in mentions if one["start"] < end and start < one["end"]), None)
    return _Place(
        paper["id"], paper["title"], paper["date"], paper["text"], start, end, is_found, taken_for=over
    )


def _unfound(db: Connection, places: list[_Place]) -> Iterator[Row]:
    """Yield a reason for each of the first places, with its sentence."""
    extractor, pipeline = _extractor(db)
    for place in places[:_SHOWN]:
        spelling = place.text[place.start : place.end]
        with extractor.tagger.network.one_thread():
            reading = extractor.tagger.read(place.text)
            score = None if pipeline else extractor.tagger.judge(reading, place.start, place.end)[1]
        start, end = reading.sentence_of(place.start)
        yield {
            **_found_instead(place, spelling, score),
            "paper": place.paper,
            "title": place.title,
            "date": place.date,
            "sentence": place.text[start:end],
            "spans": [[place.start - start, place.end - start, None]],
        }
    if len(places) > _SHOWN:
        yield _reason("more_places", f"So it is in {len(places) - _SHOWN} more places.")


def _found_instead(place: _Place, spelling: str, score: int | None) -> Row:
    said = f"{spelling!r} stands in {place.paper}"
    if place.taken_for and place.taken_for["entity"]:
        name, entity = place.taken_for["name"], place.taken_for["entity"]
        return _reason("taken_for", f"{said}, taken for {name}.", found=entity)
    if place.taken_for and place.taken_for["decided"] == "ignored":
        return _reason("ignored", f"{said}; a lexicon says that it is no entity.")
    if place.taken_for:
        return _reason("unclear", f"{said}; which of several things it means there is unclear.")
    says = f"{said}, but was not taken for a name"
    if score is None:
        return _reason("not_found", f"{says}.")
    least = f"the extractor gives it {score} of 1000, and what has {_least_score()} is kept"
    return _reason("not_found", f"{says}: {least}.", score=score)


def _extractor(db: Connection) -> tuple[Extractor, str | None]:
    """Load the store's extractor, and return the foreign pipeline that found the names, if one did."""
    from kgraph.extraction import load_extractor

    (given,) = db.execute("SELECT value FROM meta WHERE key = 'extractor'").fetchone()
    made_by = json.loads(given)
    return load_extractor(None, [Path(file) for file in made_by["lexicon"]]), made_by["nlp"]


def _least_score() -> int:
    from kgraph.extraction.extractor import LEAST_SCORE

    return LEAST_SCORE


def _count(papers: int) -> str:
    return f"{papers} paper{'s' * (papers != 1)}"
