"""Where exactly the papers say so: the sentences behind an edge or an alias, with the names marked."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from sqlite3 import Connection

from kgraph.corrections import Corrections, key, own_lexicon, read_corrections
from kgraph.forms import bare
from kgraph.lexicon import Lexicon, read_lexicon
from kgraph.names import Row, find_entity, find_node, select
from kgraph.records import ROLES, STATED

# Statements come first, then sentences that hold both, then what a paper says of each apart.
_RANK = {relation: rank for rank, relation in enumerate((*STATED, *ROLES, "appears_with", None))}

_MENTIONS = """
    SELECT m.paper, date, m.start, m."end" AS stop, sentence_start, sentence_end, entity, role
    FROM mentions AS m JOIN papers ON papers.id = m.paper
    WHERE m.paper IN (SELECT value FROM json_each(:papers))
      AND entity IN (SELECT value FROM json_each(:entities))
    ORDER BY m.paper, m.start
    """
# CROSS JOIN keeps the order: from few statements to their mentions, not from a hub's many mentions.
_STATED = """
    SELECT s.paper,
           relation,
           min(a.sentence_start, b.sentence_start) AS start,
           max(a.sentence_end, b.sentence_end) AS stop
    FROM json_each(:papers) AS given
    CROSS JOIN statements AS s ON s.paper = given.value
    CROSS JOIN mentions AS a ON (a.paper, a.start, a."end") = (s.paper, s.source_start, s.source_end)
    CROSS JOIN mentions AS b ON (b.paper, b.start, b."end") = (s.paper, s.target_start, s.target_end)
    WHERE (a.entity, b.entity) = (:a, :b) OR (a.entity, b.entity) = (:b, :a)
    ORDER BY s.paper, relation
    """


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a paper's text, of one sentence as a rule."""

    paper: str
    date: str | None
    start: int
    end: int
    relation: str | None  # what it states; None: it holds only one of the two names
    mentions: tuple[Row, ...]


def why(db: Connection, a: str, b: str | None = None, *, limit: int | None = None) -> list[Row]:
    """Return the sentences that tie a to b, those that state a relation first; of a alone, its spellings.

    Spans count into the sentence, `start` into the paper's text. `relation` is "appears_with" where the two
    merely share a sentence; a paper that never does so yields its first sentence of each, with None.
    """
    if b is None:
        return spellings(db, str(find_entity(db, a)["id"]))
    passages = sorted(_passages(db, find_node(db, a), find_node(db, b)), key=_most_telling_first)
    return [_sentence(db, passage) for passage in passages[:limit]]


_KIND = """
    SELECT a.name AS kind, b.name AS of FROM edges
    JOIN entities AS a ON a.id = source JOIN entities AS b ON b.id = target
    WHERE relation = 'is_a' AND ((source, target) = (:a, :b) OR (source, target) = (:b, :a))
"""


def kind_by_name(db: Connection, a: str, b: str) -> str | None:
    """Say that of a and b one is a kind of the other, if their names alone tell, and no sentence does."""
    one, other = find_node(db, a), find_node(db, b)
    found = select(db, _KIND, a=one["id"], b=other["id"])
    if not found or any(passage.relation == "is_a" for passage in _passages(db, one, other)):
        return None
    return f"{found[0]['kind']} is_a {found[0]['of']}: their names tell; no sentence says so."


# Of the sentences that hold a spelling beside another of the same thing, the one that sets them closest.
_DEFINED = """
    SELECT m.paper, m.sentence_start, m.sentence_end, m.start, m."end" AS stop,
           o.start AS other_start, o."end" AS other_stop
    FROM mentions AS m JOIN mentions AS o
        ON (o.paper, o.name, o.sentence_start) = (m.paper, m.name, m.sentence_start) AND o.text != m.text
    JOIN papers ON papers.id = m.paper
    WHERE m.entity = :entity AND o.entity = :entity AND m.text = :spelling
    ORDER BY max(m.start - o."end", o.start - m."end"), date IS NULL, date, m.paper, m.start LIMIT 1
"""


def spellings(db: Connection, entity: str) -> list[Row]:
    """Return every spelling that was taken for this entity: how often, by which rule, on which evidence.

    `decided` counts its mentions by the rule that decided each; `sentence` is one that gives it for another
    spelling, if there is one, with `paper` and `spans`.
    """
    rows = select(
        db,
        "SELECT spelling, rule, papers FROM spellings WHERE entity = ? ORDER BY papers DESC, spelling",
        entity,
    )
    decided: dict[str, dict[str, int]] = defaultdict(dict)
    sql = "SELECT text, decided, count(*) FROM mentions WHERE entity = ? GROUP BY 1, 2 ORDER BY 1, 2"
    for text, rule, count in db.execute(sql, (entity,)):
        decided[text][rule] = count
    lexicon, corrections = read_files(db)
    return [
        row
        | {"mentions": sum(decided[row["spelling"]].values()), "decided": decided[row["spelling"]]}
        | {"evidence": _reason(row, entity, lexicon, corrections)}
        | _defining_sentence(db, row, entity)
        for row in rows
    ]


def read_files(db: Connection) -> tuple[Lexicon, Corrections]:
    """Read the lexicons that a store was made with."""
    paths = lexicon_files(db)
    return read_lexicon(paths), read_corrections(paths)


def lexicon_files(db: Connection) -> list[Path]:
    """Return the files of the user's that a store is made with, that beside it last."""
    (_, _, file), *_ = db.execute("PRAGMA database_list").fetchall()
    (known,) = db.execute("SELECT value FROM meta WHERE key = 'extractor'").fetchone()
    return [*map(Path, json.loads(known)["lexicon"]), *own_lexicon(Path(file))]


def _reason(row: Row, entity: str, lexicon: Lexicon, corrections: Corrections) -> str | None:
    """Say on what a rule rests, where that is not in a paper."""
    match row["rule"]:
        case "folded":
            return "the same but for case, spaces, hyphens, TeX or British spelling"
        case "plural":
            return "the plural"
        case "lexicon":
            rows = lexicon.by_key.get(key(row["spelling"]), [])
            rows = [one for one in rows if f"entity:{one.id}" == entity] or rows
            return "; ".join(f"row {one.id} ({one.source or 'no source'})" for one in rows) or None
        case "alias":
            said = [one for one in corrections.verdicts if one.verb == "merge"]
            mine = [one for one in said if key(row["spelling"]) in map(bare, one.subject)] or said
            return (
                "; ".join(f"{one} ({one.place})" + f": {one.note}" * bool(one.note) for one in mine) or None
            )
    return None


def _defining_sentence(db: Connection, row: Row, entity: str) -> Row:
    found = row["rule"] == "defined" and select(db, _DEFINED, entity=entity, spelling=row["spelling"])
    if not found:
        return {"paper": None, "title": None, "date": None, "sentence": None, "spans": []}
    (one,) = found
    marks = [[one["start"], one["stop"], entity], [one["other_start"], one["other_stop"], entity]]
    mentions = tuple({"start": start, "stop": stop, "entity": id_} for start, stop, id_ in sorted(marks))
    passage = Passage(one["paper"], None, one["sentence_start"], one["sentence_end"], None, mentions)
    sentence = _sentence(db, passage)
    return {name: sentence[name] for name in ("paper", "title", "date", "sentence", "spans")}


def _most_telling_first(passage: Passage) -> tuple[object, ...]:
    return (_RANK[passage.relation], passage.date or "9999", passage.paper, passage.start)


def _sentence(db: Connection, passage: Passage) -> Row:
    (row,) = select(
        db,
        "SELECT title, date, title || char(10) || abstract AS text FROM papers WHERE id = ?",
        passage.paper,
    )
    start = passage.start
    return {
        "paper": passage.paper,
        "title": row["title"],
        "date": row["date"],
        "sentence": row["text"][start : passage.end],
        "spans": [[m["start"] - start, m["stop"] - start, m["entity"]] for m in passage.mentions],
        "start": start,
        "relation": passage.relation,
    }


def _passages(db: Connection, a: Row, b: Row) -> Iterator[Passage]:
    if "paper" not in (a["type"], b["type"]):
        yield from _of_entities(db, a["id"], b["id"])
    for paper, other in (a, b), (b, a):
        if paper["type"] == "paper":
            entities = _introduced(db, other["id"]) if other["type"] == "paper" else [other["id"]]
            yield from _of_role(_mentions(db, [paper["id"]], entities))


def _mentions(db: Connection, papers: list[str], entities: list[str]) -> list[Row]:
    return select(db, _MENTIONS, papers=json.dumps(papers), entities=json.dumps(entities))


def _introduced(db: Connection, paper: str) -> list[str]:
    sql = "SELECT target FROM edges WHERE source = ? AND relation = 'introduces'"
    return [row["target"] for row in select(db, sql, paper)]


def _of_role(mentions: Iterable[Row]) -> Iterator[Passage]:
    """Yield the sentences of one paper that name something, each with the strongest role it proves."""
    for (start, end), inside in _by_sentence(mentions).items():
        role = min((mention["role"] for mention in inside), key=ROLES.index)
        yield Passage(inside[0]["paper"], inside[0]["date"], start, end, role, tuple(inside))


def _of_entities(db: Connection, a: str, b: str) -> Iterator[Passage]:
    both = "SELECT paper FROM mentions WHERE entity = ? INTERSECT SELECT paper FROM mentions WHERE entity = ?"
    papers = [row["paper"] for row in select(db, both, a, b)]
    stated: dict[str, list[Row]] = defaultdict(list)
    for row in select(db, _STATED, papers=json.dumps(papers), a=a, b=b):
        stated[row["paper"]].append(row)
    for paper, group in groupby(_mentions(db, papers, [a, b]), itemgetter("paper")):
        mentions = list(group)
        for (start, end), relation in _windows(mentions, stated[paper]).items():
            inside = tuple(m for m in mentions if start <= m["start"] and m["stop"] <= end)
            yield Passage(paper, mentions[0]["date"], start, end, relation, inside)


def _windows(mentions: list[Row], stated: list[Row]) -> dict[tuple[int, int], str | None]:
    """Choose what to show of one paper: what states a relation, what holds both, else each name's first."""
    chosen: dict[tuple[int, int], str | None] = {}
    for row in sorted(stated, key=lambda row: STATED.index(row["relation"])):
        chosen.setdefault((row["start"], row["stop"]), row["relation"])
    sentences = _by_sentence(mentions)
    for (start, end), inside in sentences.items():
        both = len({mention["entity"] for mention in inside}) > 1
        if both and not any(from_ <= start and end <= to for from_, to in chosen):
            chosen[start, end] = "appears_with"
    if chosen:
        return chosen
    firsts = {mention["entity"]: mention for mention in reversed(mentions)}.values()
    return {(first["sentence_start"], first["sentence_end"]): None for first in firsts}


def _by_sentence(mentions: Iterable[Row]) -> dict[tuple[int, int], list[Row]]:
    sentences: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for mention in mentions:
        sentences[mention["sentence_start"], mention["sentence_end"]].append(mention)
    return sentences
