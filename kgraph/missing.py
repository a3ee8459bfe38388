"""Why two things have no edge: what the store and the texts show of it.

The texts are searched for the spellings that are known, as they are written; where one stands and was not
found, the extractor is asked again how sure it is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import TYPE_CHECKING

from kgraph.config import Config
from kgraph.edges import certainly_later, find_introducers
from kgraph.errors import UnknownName
from kgraph.evidence import lexicon_files, why
from kgraph.names import Row, find_node, select
from kgraph.queries import neighbors, path
from kgraph.records import STATED, Edge

if TYPE_CHECKING:
    from kgraph.extraction import Extractor
    from kgraph.extraction.grouping import Thing
    from kgraph.extraction.tagger import Reading, Tagger

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
_SPANS = (
    'SELECT start, "end", text, name, label, score, rule, entity FROM mentions WHERE paper = ? ORDER BY start'
)


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

    @property
    def said(self) -> str:
        return f"{self.text[self.start : self.end]!r} stands in {self.paper}"


def explain(db: Connection, a: str, b: str) -> Row:
    """Return the edges between two things, and reasons why there are no others, the most telling first.

    A reason has `reason` (a word for programs) and `says` (a sentence); some have the `paper`, `sentence`,
    `spans`, `probability` or `score` (the tagger's, 0..1000) that show it. Raises UnknownName only for a name
    that no text holds.
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
    extractor, pipeline = _extractor(db)
    passages = {row["paper"]: row for row in reversed(why(db, str(a.id), str(b.id)))}
    for row in sorted(passages.values(), key=lambda row: row["relation"] is None)[:_SHOWN]:
        with extractor.tagger.network.one_thread():
            likeliest = _likeliest_relation(db, extractor, pipeline, row["paper"], str(a.id), str(b.id))
        if likeliest is None:
            continue
        source, relation, target, probability = likeliest
        names = {a.id: a.name, b.id: b.name}
        says = f"{row['paper']} names both{'' if row['relation'] else ', in no one sentence'}."
        said = f"{names[source]} {relation} {names[target]}"
        yield _reason(
            *_how_near(says, said, probability),
            relation=relation,
            probability=probability,
            **{key: row[key] for key in ("paper", "title", "date", "sentence", "spans")},
        )


def _how_near(says: str, said: str, probability: float) -> tuple[str, str]:
    """Return what kept a relation from being stated: too low a probability, or an extractor before this."""
    from kgraph.extraction.relations import LEAST_PROBABILITY

    if probability >= LEAST_PROBABILITY:
        today = f"today {said} would be, with probability {probability:.2f}"
        return "stated_today", f"{says} No relation was stated when it was added; {today}."
    needed = f"{LEAST_PROBABILITY} is needed; likeliest is {said}"
    return (
        "below_threshold",
        f"{says} That it states a relation has probability {probability:.2f} ({needed}).",
    )


def _likeliest_relation(
    db: Connection, extractor: Extractor, pipeline: str | None, paper: str, a: str, b: str
) -> tuple[str, str, str, float] | None:
    """Return the likeliest relation of two things in a paper, and the probability that any is stated.

    None where the extractor does not compare them, since too many things stand between.
    """
    from kgraph.extraction.candidates import find_candidates
    from kgraph.extraction.judging import judge_candidates
    from kgraph.extraction.network import RELATION_CLASSES
    from kgraph.extraction.relations import believed, relation_probabilities

    ((text,),) = db.execute("SELECT title || char(10) || abstract FROM papers WHERE id = ?", (paper,))
    rows = select(db, _SPANS, paper)
    reading, candidates = find_candidates(text, extractor.tagger, extractor.lexicon)
    things = _stored(rows) if pipeline else _with_stored(candidates, rows)
    judgement = judge_candidates(things, reading, extractor.tagger)
    entity_at = {(row["start"], row["end"]): row["entity"] for row in rows}
    meant = [{entity_at.get((span.start, span.end)) for span in thing.spans} - {None} for thing in things]
    pairs = judgement.described.pairs.tolist()
    probability = relation_probabilities(judgement.network, judgement.described, judgement.types)
    stated = believed(probability, judgement.described, judgement.probabilities)
    wanted = [k for k, (i, j) in enumerate(pairs) if (meant[i], meant[j]) in (({a}, {b}), ({b}, {a}))]
    if not wanted:
        return None
    pair = max(wanted, key=lambda pair: float(stated[pair]))
    relation = RELATION_CLASSES[1 + int(probability[pair, 1:].argmax())]
    source, target = (a, b) if meant[pairs[pair][0]] == {a} else (b, a)
    if relation.startswith("<"):
        source, target = target, source
    return source, relation.lstrip("<"), target, round(float(stated[pair]), 3)


def _stored(rows: Sequence[Row]) -> list[Thing]:
    """Return the things of a paper as its mentions in the store, in reading order, are."""
    from kgraph.extraction.grouping import Span, Thing

    spans: dict[str, list[Span]] = {}
    for row in rows:
        # its score stands in for the tagger's, which is not kept
        span = Span(row["start"], row["end"], row["text"], row["label"], row["score"], row["rule"])
        spans.setdefault(row["name"], []).append(span)
    return [
        Thing(name, own[0].type, max(span.score for span in own), tuple(own)) for name, own in spans.items()
    ]


def _with_stored(candidates: Sequence[Thing], rows: Sequence[Row]) -> list[Thing]:
    """Return what was judged in a paper: the candidates, and what else the store holds, which was given."""
    judged = {(span.start, span.end) for thing in candidates for span in thing.spans}
    given = [
        thing for thing in _stored(rows) if judged.isdisjoint((span.start, span.end) for span in thing.spans)
    ]
    return sorted([*candidates, *given], key=lambda thing: thing.spans[0].start)


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
    from kgraph.extraction.candidates import find_candidates

    extractor, pipeline = _extractor(db)
    for place in places[:_SHOWN]:
        with extractor.tagger.network.one_thread():
            reading, candidates = find_candidates(place.text, extractor.tagger, extractor.lexicon)
            start, end = reading.sentence_of(place.start)
            yield {
                **(_found_instead(place) or _doubted(place, reading, candidates, extractor.tagger, pipeline)),
                "paper": place.paper,
                "title": place.title,
                "date": place.date,
                "sentence": place.text[start:end],
                "spans": [[place.start - start, place.end - start, None]],
            }
    if len(places) > _SHOWN:
        yield _reason("more_places", f"So it is in {len(places) - _SHOWN} more places.")


def _found_instead(place: _Place) -> Row | None:
    """Say what else was found at a place, if anything."""
    if place.taken_for is None:
        return None
    if place.taken_for["entity"]:
        name, entity = place.taken_for["name"], place.taken_for["entity"]
        return _reason("taken_for", f"{place.said}, taken for {name}.", found=entity)
    if place.taken_for["decided"] == "ignored":
        return _reason("ignored", f"{place.said}; a lexicon says that it is no entity.")
    return _reason("unclear", f"{place.said}; which of several things it means there is unclear.")


def _doubted(
    place: _Place, reading: Reading, candidates: Sequence[Thing], tagger: Tagger, pipeline: str | None
) -> Row:
    """Say how near what stands at a place comes to being taken for a name."""
    from kgraph.extraction.candidates import LEAST_SCORE
    from kgraph.extraction.judging import LEAST_PROBABILITY, judge_candidates

    says = f"{place.said}, but was not taken for a name"
    if pipeline is not None:
        return _reason("not_found", f"{says}.")
    for number, thing in enumerate(candidates):
        if any(span.start < place.end and place.start < span.end for span in thing.spans):
            probability = float(judge_candidates(candidates, reading, tagger).probabilities[number])
            if probability >= LEAST_PROBABILITY:
                return _reason("not_found", f"{says} when it was added; it would be today.")
            needed = f"{probability:.2f} ({LEAST_PROBABILITY} is needed)"
            whole = f"{says}: that {thing.name!r} names a thing there has probability {needed}."
            return _reason("not_found", whole, probability=round(probability, 3))
    _, score = tagger.judge(reading, place.start, place.end)
    if score >= LEAST_SCORE:
        return _reason("not_found", f"{says}: as it is written there, a rule refuses it.", score=score)
    least = f"the extractor gives it {score} of 1000, and what has {LEAST_SCORE} is looked at"
    return _reason("not_found", f"{says}: {least}.", score=score)


def _extractor(db: Connection) -> tuple[Extractor, str | None]:
    """Load the store's extractor, and return the foreign pipeline that found the names, if one did."""
    from kgraph.extraction import load_extractor

    (made_by,) = db.execute("SELECT value FROM meta WHERE key = 'extractor'").fetchone()
    return load_extractor(None, lexicon_files(db)), json.loads(made_by)["nlp"]


def _count(papers: int) -> str:
    return f"{papers} paper{'s' * (papers != 1)}"
