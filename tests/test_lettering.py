"""Names on a picture: in the first free place, none upon another, and what is small steps aside for them."""

import math
from itertools import combinations

import pytest

from kgraph.views.lettering import GAP, Box, Circle, place_headings, place_names, touches

WINDOW = (0.0, 0.0, 200.0, 200.0)
SIZE = (30.0, 6.0)


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize(
    ("circle", "taken", "name"),
    [
        pytest.param((100, 100, 3), [], (103.8, 97, 133.8, 103), id="to the right"),
        pytest.param((190, 100, 3), [], (156.2, 97, 186.2, 103), id="to the left, at the rim"),
        pytest.param(
            (100, 100, 3), [(104, 0, 110, 200), (90, 0, 96, 200)], None, id="nowhere, walls on both sides"
        ),
        pytest.param(
            (100, 100, 3), [(104, 97, 110, 103), (90, 97, 96, 103)], (85, 103.8, 115, 109.8), id="above"
        ),
    ],
)
def test_a_name_takes_the_first_free_place(circle: Circle, taken: list[Box], name: Box | None) -> None:
    ((moved,), (found,)) = place_names([circle], [SIZE], 1, taken, WINDOW)
    assert moved == circle
    assert found == (pytest.approx(name) if name else None)


def test_a_small_circle_steps_aside_for_a_sure_name_and_only_for_one() -> None:
    circles = [(100.0, 100.0, 6.0), (115.0, 100.0, 2.0)]
    (first, second), (name, _) = place_names(circles, [SIZE, SIZE], 1, [], WINDOW)
    assert name == pytest.approx((106.8, 97, 136.8, 103)), "to the right, where the small circle was"
    assert first == circles[0]
    assert name and not touches(second, name)
    assert 0 < math.dist(second[:2], circles[1][:2]) < 10
    moved, (left, _) = place_names(circles, [SIZE, SIZE], 0, [], WINDOW)
    assert moved == circles
    assert left == pytest.approx((63.2, 97, 93.2, 103)), "nobody makes room, so it goes to the left"


def test_nothing_lies_upon_anything_in_a_crowd() -> None:
    circles = [(19.0 + 18 * (i % 10), 19.0 + 18 * (i // 10) + 2 * (i % 3), 5 - i / 25) for i in range(100)]
    moved, names = place_names(circles, [SIZE] * len(circles), 20, [], WINDOW)
    boxes = [name for name in names if name]
    assert len(boxes) >= 30
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
    assert not [
        circle
        for circle, name in zip(moved, names, strict=True)
        for box in boxes
        if box != name and touches(circle, box)
    ]


def test_headings_keep_clear_of_circles_of_each_other_and_of_the_rim() -> None:
    areas = [(20.0, 20.0, 90.0, 60.0), (100.0, 20.0, 180.0, 60.0), (20.0, 150.0, 90.0, 199.0)]
    circles = [(55.0, 64.0, 3.0)]
    first, second, third = place_headings(areas, [(80.0, 6.0)] * 3, circles, WINDOW)
    assert not touches(circles[0], first)
    assert first[3] == pytest.approx(20 - GAP), "below, since a circle lies above"
    assert second[1] == pytest.approx(60 + GAP), "above"
    assert third[3] == WINDOW[3], "above, as far as the picture goes"
    assert not any(overlap(*pair) for pair in combinations((first, second, third), 2))
