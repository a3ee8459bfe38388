"""Where names go on a still picture, as on a map: beside their places, none upon another.

Everything is in points, y upwards. A name stands in the first free place around its circle; the foremost and
the headings of regions get theirs in any case, and small circles in their way step aside by a few points.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

Box = tuple[float, float, float, float]  # left, bottom, right, top
Circle = tuple[float, float, float]  # x, y, radius

GAP = 0.8  # between a name and anything else
STRIDE, DIRECTIONS, FARTHEST = 1.5, 24, 36.0  # how circles look for another place
_AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))  # the best place first


def place_headings(
    areas: Sequence[Box], sizes: Sequence[tuple[float, float]], circles: Sequence[Circle], window: Box
) -> list[Box]:
    """Put a heading above or below each area, where it covers least, and no other heading if that can be."""
    placed: list[Box] = []
    for (left, bottom, right, top), (width, height) in zip(areas, sizes, strict=True):
        starts = [(left + right - width) / 2, left, right - width]
        offered = [
            _pushed_into((x, y, x + width, y + height), window)
            for y in (top + GAP, bottom - height - GAP)
            for x in starts
        ]
        placed.append(min(offered, key=lambda box: _cost(box, circles, placed)))
    return placed


def _cost(box: Box, circles: Iterable[Circle], placed: Iterable[Box]) -> float:
    headings = sum(_overlap(box, other) for other in placed)
    return headings * 1000 + sum(circle[2] ** 2 for circle in circles if touches(circle, box))


def place_names(
    circles: Sequence[Circle],
    sizes: Sequence[tuple[float, float]],
    sure: int,
    taken: Sequence[Box],
    window: Box,
) -> tuple[list[Circle], list[Box | None]]:
    """Place the names of circles, the foremost first, clear of what is taken; None where there is no room.

    The names of the first `sure` need only keep clear of the circles before them: what they and the taken
    boxes cover steps aside, which is why the circles are returned, too.
    """
    moved, boxes = list(circles), list(taken)
    names: list[Box | None] = [None] * len(moved)
    _step_aside(moved, boxes, 0, window)
    for place, size in enumerate(sizes):
        others = moved[:place] if place < sure else moved
        box = names[place] = _first_free(moved[place], size, boxes, others, window)
        if box is not None:
            boxes.append(box)
            _step_aside(moved, [box], place + 1, window, boxes)
    return moved, names


def _first_free(
    circle: Circle, size: tuple[float, float], boxes: Sequence[Box], circles: Sequence[Circle], window: Box
) -> Box | None:
    x, y, radius = circle
    width, height = size
    others = [other for other in circles if other is not circle]
    for across, up in _AROUND:
        reach = (radius + GAP) * (math.sqrt(0.5) if across and up else 1)
        left = x + across * reach - width * (1 - across) / 2
        bottom = y + up * reach - height * (1 - up) / 2
        box = (left, bottom, left + width, bottom + height)
        if (
            _within(box, window)
            and not any(_overlap(box, other) for other in boxes)
            and not any(touches(other, box) for other in others)
        ):
            return box
    return None


def _step_aside(
    circles: list[Circle], boxes: Sequence[Box], first: int, window: Box, taken: Sequence[Box] | None = None
) -> None:
    """Move each circle from the first on that touches a box to the nearest place where it touches nothing."""
    for place in range(first, len(circles)):
        if any(touches(circles[place], box) for box in boxes):
            others = circles[:place] + circles[place + 1 :]
            free = _free_places(circles[place], boxes if taken is None else taken, others, window)
            circles[place] = next(free, circles[place])


def _free_places(
    circle: Circle, boxes: Sequence[Box], others: Sequence[Circle], window: Box
) -> Iterator[Circle]:
    x, y, radius = circle
    for ring in range(1, int(FARTHEST / STRIDE) + 1):
        for turn in range(DIRECTIONS):
            angle = 2 * math.pi * turn / DIRECTIONS
            moved = (x + ring * STRIDE * math.cos(angle), y + ring * STRIDE * math.sin(angle), radius)
            square = (moved[0] - radius, moved[1] - radius, moved[0] + radius, moved[1] + radius)
            if (
                _within(square, window)
                and not any(touches(moved, box) for box in boxes)
                and not any(math.dist(moved[:2], other[:2]) < radius + other[2] + GAP for other in others)
            ):
                yield moved


def touches(circle: Circle, box: Box) -> bool:
    """Tell whether a circle comes nearer to a box than GAP.

    >>> touches((0, 0, 1), (2, -1, 5, 1)), touches((0, 0, 1.5), (2, -1, 5, 1))
    (False, True)
    """
    x, y, radius = circle
    across, up = max(box[0] - x, 0.0, x - box[2]), max(box[1] - y, 0.0, y - box[3])
    return across * across + up * up < (radius + GAP - 1e-6) ** 2


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _within(box: Box, window: Box) -> bool:
    return window[0] <= box[0] and window[1] <= box[1] and box[2] <= window[2] and box[3] <= window[3]


def _pushed_into(box: Box, window: Box) -> Box:
    across = max(window[0] - box[0], 0.0) + min(window[2] - box[2], 0.0)
    up = max(window[1] - box[1], 0.0) + min(window[3] - box[3], 0.0)
    return box[0] + across, box[1] + up, box[2] + across, box[3] + up
