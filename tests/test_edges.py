"""Edges between papers."""

import pytest

from kgraph.edges import certainly_later, find_introducers, relate_builds_on
from kgraph.records import Edge


def role(paper: str, role: str, entity: str = "entity:x") -> Edge:
    return Edge(paper, entity, role, 1)


@pytest.mark.parametrize(
    ("one", "other", "later"),
    [
        ("2021", "2020", True),
        ("2021-03", "2020", True),
        ("2021-03", "2021", False),
        ("2021", "2021-03", False),
        ("2021-03-02", "2021-03-01", True),
        ("2020-12-31", "2021", False),
        (None, "2021", False),
        ("2021", None, False),
    ],
)
def test_certainly_later(one: str | None, other: str | None, later: bool) -> None:
    assert certainly_later(one, other) is later


def test_find_introducers() -> None:
    dates = {"a": None, "b": "2021-02", "c": "2021", "d": "2019", "e": "2021-02"}
    roles = [role("a", "introduces"), role("d", "uses"), *(role(paper, "introduces") for paper in "ebc")]
    assert find_introducers(roles, dates) == {"entity:x": ["c", "b", "e", "a"]}


@pytest.mark.parametrize(
    ("dates", "origin"),
    [
        pytest.param({"user": "2022", "one": "2021"}, "one", id="the introducer"),
        pytest.param({"user": "2022", "two": "2021", "one": "2020"}, "one", id="the earliest introducer"),
        pytest.param({"user": "2020", "one": "2021"}, None, id="never a later paper"),
        pytest.param({"user": "2021", "one": "2021-07"}, "one", id="perhaps later"),
        pytest.param({"user": None, "one": "2021"}, "one", id="undated, but a sole introducer"),
        pytest.param({"user": "2021", "one": None}, "one", id="a sole introducer without a date"),
        pytest.param({"user": "2022", "one": "2021", "two": None}, None, id="the earliest is unknown"),
        pytest.param({"user": None, "one": "2021", "two": "2020"}, None, id="which was before it is unknown"),
        pytest.param({"user": "2022"}, None, id="nobody introduced it"),
    ],
)
def test_builds_on(dates: dict[str, str | None], origin: str | None) -> None:
    roles = [role(paper, "introduces") for paper in dates if paper != "user"] + [role("user", "uses")]
    found = list(relate_builds_on(roles, find_introducers(roles, dates), dates))
    date = dates["user"]
    assert found == ([Edge("user", origin, "builds_on", 1, date, date)] if origin else [])


def test_builds_on_is_one_edge_a_pair_and_none_to_itself() -> None:
    dates: dict[str, str | None] = {"old": "2020", "new": "2021"}
    roles = [
        role("new", "introduces", "entity:z"),
        role("new", "compares", "entity:x"),
        role("new", "extends", "entity:y"),
        role("old", "introduces", "entity:x"),
        role("old", "introduces", "entity:y"),
        role("old", "uses", "entity:z"),
    ]
    found = relate_builds_on(roles, find_introducers(roles, dates), dates)
    assert list(found) == [Edge("new", "old", "builds_on", 1, "2021", "2021")]


def test_what_a_paper_introduces_too_it_does_not_build_on() -> None:
    dates: dict[str, str | None] = {"old": "2020", "new": "2021"}
    roles = [role("new", "introduces"), role("old", "introduces")]
    assert not list(relate_builds_on(roles, find_introducers(roles, dates), dates))
