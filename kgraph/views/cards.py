"""The cards of the page, read from the store: a node's papers and sentences that name it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from sqlite3 import Connection

from kgraph.records import ROLES
from kgraph.views.scene import Cards, Evidence, NodeCard, PaperCard

PAPERS = 15  # of a node
SENTENCES = 5  # of a node, each from another paper
MANY = 5000  # nodes, of which each has but
PAPERS_OF_MANY, SENTENCES_OF_MANY = 6, 2
LONGEST = 420  # characters of a sentence, so that one endless sentence does not fill the card

_ROLES = """
SELECT node, role, paper FROM (
    SELECT edges.target AS node, relation AS role, source AS paper, roles.key AS rank, date,
           row_number() OVER (PARTITION BY edges.target ORDER BY roles.key, date, source) AS place
    FROM edges
    JOIN json_each(:nodes) AS wanted ON wanted.value = edges.target
    JOIN json_each(:roles) AS roles ON roles.value = relation
    JOIN papers ON papers.id = source)
WHERE place <= :papers ORDER BY node, rank, date, paper
"""

# The sentence of each paper that proves most, then the papers whose sentences prove most.
_SENTENCES = """
WITH proof AS (
    SELECT entity, paper, sentence_start, sentence_end, roles.key AS rank,
           row_number() OVER (PARTITION BY entity, paper ORDER BY roles.key, score DESC, start) AS place
    FROM mentions
    JOIN json_each(:nodes) AS wanted ON wanted.value = entity
    JOIN json_each(:roles) AS roles ON roles.value = role),
best AS (
    SELECT proof.*, date, title || char(10) || abstract AS whole,
           row_number() OVER (PARTITION BY entity ORDER BY rank, date, paper) AS number
    FROM proof JOIN papers ON papers.id = paper WHERE place = 1)
SELECT best.entity, best.paper,
       substr(whole, best.sentence_start + 1, best.sentence_end - best.sentence_start),
       start - best.sentence_start, "end" - best.sentence_start
FROM best JOIN mentions ON mentions.entity = best.entity AND mentions.paper = best.paper
    AND start >= best.sentence_start AND "end" <= best.sentence_end
WHERE number <= :sentences ORDER BY best.entity, number, start
"""

_INTRODUCING = """
SELECT paper.value FROM entities
JOIN json_each(:nodes) AS wanted ON wanted.value = entities.id, json_each(introduced_by) AS paper
"""

_PAPERS = """
SELECT papers.id, title, date, url FROM papers JOIN json_each(:ids) AS wanted ON wanted.value = papers.id
"""


_Proof = tuple[str, str, int, int]  # paper, sentence, span


def collect_cards(
    connection: Connection, nodes: Sequence[str], papers: int | None = None, sentences: int | None = None
) -> Cards:
    """Read the cards of these nodes, and of every paper that they name; paper nodes need none."""
    many = len(nodes) > MANY
    papers = (PAPERS_OF_MANY if many else PAPERS) if papers is None else papers
    sentences = (SENTENCES_OF_MANY if many else SENTENCES) if sentences is None else sentences
    wanted = {"nodes": json.dumps(list(nodes)), "roles": json.dumps(ROLES)}
    roles: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for node, role, paper in connection.execute(_ROLES, {**wanted, "papers": papers}):
        roles[node].append((role, paper))
    proofs: dict[str, list[_Proof]] = defaultdict(list)
    for node, *proof in connection.execute(_SENTENCES, {**wanted, "sentences": sentences}):
        proofs[node].append(tuple(proof))
    cards = {
        node: NodeCard(tuple(roles[node]), tuple(_evidence(proofs[node])))
        for node in sorted({*roles, *proofs})
    }
    return Cards(_papers(connection, cards.values(), nodes), cards)


def clip(sentence: str, spans: Sequence[tuple[int, int]], longest: int = LONGEST) -> Evidence:
    """Cut a long sentence around its first name; the paper is left to the caller.

    >>> clip("We all know that Mamba is fast.", [(17, 22)], longest=12)
    Evidence(paper='', sentence='…hat Mamba is…', spans=((5, 10),))
    """
    start = max(0, min(spans[0][0] - longest // 3, len(sentence) - longest)) if spans else 0
    end = min(len(sentence), start + longest)
    before = "…" if start else ""
    after = "…" if end < len(sentence) else ""
    shift = len(before) - start
    kept = tuple((a + shift, b + shift) for a, b in spans if start <= a and b <= end)
    return Evidence("", before + sentence[start:end] + after, kept)


def _evidence(rows: Sequence[_Proof]) -> Iterator[Evidence]:
    for (paper, sentence), group in groupby(rows, itemgetter(0, 1)):
        yield replace(clip(sentence, [(start, end) for _, _, start, end in group]), paper=paper)


def _papers(connection: Connection, cards: Iterable[NodeCard], nodes: Sequence[str]) -> dict[str, PaperCard]:
    named = {paper for card in cards for _, paper in card.papers}
    named |= {proof.paper for card in cards for proof in card.evidence}
    introducing = connection.execute(_INTRODUCING, {"nodes": json.dumps(list(nodes))})
    named |= {paper for (paper,) in introducing}
    rows = connection.execute(_PAPERS, {"ids": json.dumps(sorted(named))})
    return {id_: PaperCard(id_, title, date, url) for id_, title, date, url in rows}
