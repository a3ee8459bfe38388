"""What becomes of candidates: the network is stood in for, so that each rule is seen alone."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kgraph.extraction.features import Evidence, Names, Words, describe
from kgraph.extraction.grouping import Span, Thing
from kgraph.extraction.judging import LEAST_PROBABILITY, judge
from kgraph.extraction.network import RELATION_CLASSES
from kgraph.extraction.tagger import Reading
from kgraph.lexicon import Lexicon, Row
from kgraph.records import ROLES, TYPES, Extraction, Paper

PAPER = Paper("p", "On lakes", "We propose DuoNet, which extends TowerNet.")
NAMES = ("DuoNet", "TowerNet")
SURE, DOUBTFUL = LEAST_PROBABILITY + 0.2, LEAST_PROBABILITY - 0.1


def candidates(rule: str = "tagger") -> list[Thing]:
    text = PAPER.text
    spans = [
        Span(text.index(n), text.index(n) + len(n), n, "method", 700, rule if n == NAMES[0] else "tagger")
        for n in NAMES
    ]
    return [Thing(span.text, span.type, span.score, (span,)) for span in spans]


def judged(probabilities: Sequence[float], types: Sequence[str], roles: Sequence[str], lead: float) -> Any:
    """Say of DuoNet and TowerNet what is wished; the first always extends the second where they meet.

    The score of each one's role is so far above those of all others.
    """
    role_scores = np.array([[lead * (role == one) for one in ROLES] + [0] for role in roles], np.float32)
    relations = np.full((1, len(RELATION_CLASSES)), -9.0, np.float32)
    relations[0, RELATION_CLASSES.index("extends")] = 9
    return SimpleNamespace(
        roles=role_scores,
        types=np.array([[type_ == one for one in TYPES] for type_ in types], np.float32),
        relations=relations,
        probabilities=lambda: np.array(probabilities, np.float32),
        mention_roles=lambda: role_scores,
        meeting_relations=lambda meetings: relations[[0] * len(meetings)],
    )


def judge_as(
    probabilities: Sequence[float] = (SURE, SURE),
    types: Sequence[str] = ("method", "method"),
    roles: Sequence[str] = ("uses", "extends"),
    rule: str = "tagger",
    lexicon: Lexicon | None = None,
    lead: float = 9,
) -> Extraction:
    tokens = describe(PAPER.text, len(PAPER.title), Words([], [], []), Names(Lexicon()), Evidence({}))
    reading = Reading(tokens, np.zeros((len(tokens.spans), 1), np.float32))
    said = judged(probabilities, types, roles, lead)
    tagger: Any = SimpleNamespace(judge_things=lambda reading, things: said)
    return judge(PAPER, candidates(rule), reading, tagger, lexicon or Lexicon())


def test_things_have_the_type_and_role_and_probability_that_the_network_gives() -> None:
    found = judge_as(types=("model", "method"))
    assert [(m.text, m.label, m.role, m.score) for m in found.mentions] == [
        ("DuoNet", "model", "uses", 700),
        ("TowerNet", "method", "extends", 700),
    ]
    ((statement),) = found.statements
    assert (statement.relation, statement.source) == ("extends", (20, 26))


@pytest.mark.parametrize(
    ("probabilities", "left"), [((DOUBTFUL, SURE), ["TowerNet"]), ((SURE, DOUBTFUL), ["DuoNet"])]
)
def test_what_is_no_thing_is_not_named_nor_related(
    probabilities: tuple[float, float], left: list[str]
) -> None:
    found = judge_as(probabilities)
    assert [mention.text for mention in found.mentions] == left
    assert not found.statements


@pytest.mark.parametrize("rule", ["lexicon", "pipeline"])
def test_what_the_user_names_is_a_thing_whatever_the_network_says(rule: str) -> None:
    found = judge_as((0.01, SURE), types=("task", "method"), rule=rule)
    assert next((m.text, m.label, m.score) for m in found.mentions) == ("DuoNet", "method", 1000)
    assert len(found.statements) == 1


def test_a_part_of_what_annotators_take_for_one_name_is_left_to_the_tagger() -> None:
    found = judge_as((0.01, SURE), types=("dataset", "method"), rule="several")
    assert [(m.text, m.label, m.score) for m in found.mentions][:1] == [("DuoNet", "dataset", 700)]


def test_a_known_name_that_is_said_to_be_introduced_is() -> None:
    lexicon = Lexicon.of([Row("duonet", "method", "DuoNet")])
    assert [mention.role for mention in judge_as(lexicon=lexicon).mentions] == ["introduces", "extends"]
    assert [mention.role for mention in judge_as().mentions] == ["uses", "extends"]


@pytest.mark.parametrize(("lead", "role"), [(2, "introduces"), (1, "extends")])
def test_only_what_is_likelier_introduced_than_all_else_together_is(lead: float, role: str) -> None:
    """Of six roles, one that leads by 2 has a share of 0.6, one by 1 of 0.35, though it is the likeliest."""
    found = judge_as(roles=("introduces", "uses"), lead=lead)
    assert [mention.role for mention in found.mentions] == [role, "uses"]


def test_no_candidates_no_extraction() -> None:
    reading: Any = None
    assert judge(PAPER, [], reading, reading, Lexicon()) == Extraction("p", (), ())
