"""Which relations are stated, and which two mentions prove each."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kgraph.extraction.network import RELATION_CLASSES
from kgraph.extraction.relations import find_statements
from kgraph.extraction.things import Things
from kgraph.records import Mention

NAMES = ["DuoNet", "Lakes"]


def mention(start: int, thing: int) -> Mention:
    end = start + len(NAMES[thing])
    return Mention("p", start, end, NAMES[thing], NAMES[thing], "method", "mentions", 900, "tagger", 0, 99)


def things(mentions: list[list[int]], meetings: list[list[int]]) -> Things:
    flags = np.zeros((2, 1), np.float32)
    pairs = np.array([[0, 1]], np.int32)
    rows = np.array(meetings, np.int32).reshape(-1, 4)
    return Things(np.array(mentions, np.int32), flags, pairs, np.zeros((1, 1), np.float32), rows)


def judged(relation: str, sure: float, by_meeting: list[float]) -> Any:
    """Stand in for the network: one pair, one relation, and how well each meeting shows it."""
    place = RELATION_CLASSES.index(relation)
    relations = np.full((1, len(RELATION_CLASSES)), -20.0, np.float32)
    relations[0, 0], relations[0, place] = np.log(1 - sure), np.log(sure)
    shown = np.zeros((len(by_meeting), len(RELATION_CLASSES)), np.float32)
    shown[:, place] = by_meeting
    return SimpleNamespace(relations=relations, meeting_relations=lambda meetings: shown[meetings])


def stated(
    mentions: list[Mention],
    described: Things,
    said: Any,
    sure: tuple[float, float] = (1, 1),
    types: tuple[str, str] = ("method", "dataset"),
) -> list[tuple[int, str, int]]:
    found = find_statements(mentions, described, said, np.array(sure, np.float32), types)
    return [(s.source[0], s.relation, s.target[0]) for s in found]


MENTIONS = [mention(0, 0), mention(20, 1), mention(50, 1), mention(70, 0)]
ROWS = [[0, 1, 0], [3, 4, 1], [8, 9, 1], [11, 12, 0]]


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        pytest.param("evaluated_on", [(70, "evaluated_on", 50)], id="from the earlier thing"),
        pytest.param("<extends", [(50, "extends", 70)], id="from the later thing"),
    ],
)
def test_the_meeting_that_shows_it_best_is_the_proof(relation: str, expected: list[Any]) -> None:
    described = things(ROWS, [[0, 1, 0, 0], [2, 3, 0, 1]])  # the second one led by the later thing
    assert stated(MENTIONS, described, judged(relation, 0.9, [0.1, 0.8])) == expected


def test_things_that_never_meet_are_proved_by_their_nearest_mentions() -> None:
    described = things(ROWS, [])
    assert stated(MENTIONS, described, judged("evaluated_on", 0.9, [])) == [(0, "evaluated_on", 20)]


def test_what_is_unsure_is_not_stated() -> None:
    assert stated(MENTIONS, things(ROWS, []), judged("evaluated_on", 0.2, [])) == []


@pytest.mark.parametrize(
    ("relation", "types", "count"),
    [
        ("used_for", ("method", "task"), 1),
        ("<used_for", ("task", "model"), 1),
        ("used_for", ("method", "method"), 0),
        ("<used_for", ("method", "task"), 0),
        ("evaluated_on", ("model", "metric"), 1),
        ("evaluated_on", ("dataset", "dataset"), 0),
        ("trained_on", ("model", "task"), 0),
        ("compared_with", ("dataset", "dataset"), 1),
    ],
)
def test_a_relation_fits_the_types(relation: str, types: tuple[str, str], count: int) -> None:
    assert len(stated(MENTIONS, things(ROWS, []), judged(relation, 0.9, []), types=types)) == count


@pytest.mark.parametrize(("sure", "count"), [((0.95, 0.95), 1), ((0.95, 0.5), 0), ((0.5, 0.95), 0)])
def test_what_is_hardly_a_thing_has_no_relations(sure: tuple[float, float], count: int) -> None:
    assert len(stated(MENTIONS, things(ROWS, []), judged("evaluated_on", 0.6, []), sure)) == count


def test_one_thing_states_nothing() -> None:
    none = np.zeros((0, 4), np.int32)
    flags = np.zeros((1, 1), np.float32)
    lone = Things(np.array([[0, 1, 0]], np.int32), flags, none[:, :2], flags[:0], none)
    said = SimpleNamespace(relations=np.zeros((0, len(RELATION_CLASSES)), np.float32))
    assert stated(MENTIONS[:1], lone, said) == []
