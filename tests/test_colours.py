"""The page's colours: text that can be read, and types that colour-blind readers tell apart."""

import itertools
import re
from importlib.resources import files

import numpy as np
import pytest

from kgraph.views.style import COLORS, DARK

CSS = (files("kgraph.views") / "page.css").read_text("utf-8")
THEMES = {
    theme: {name: pair[place] for name, *pair in re.findall(r"--(\w+): light-dark\((#\w+), (#\w+)\)", CSS)}
    for place, theme in enumerate(("light", "dark"))
}
# Machado, Oliveira & Fernandes 2009 (doi:10.1109/TVCG.2009.113), full severity; they act on linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
TELLABLE = 10.0  # of CIE76; 2.3 is just noticed side by side


def linear(color: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    parts = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """By WCAG 2."""
    low, high = sorted(float(XYZ[1] @ linear(color)) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(color: str, sight: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    whole = XYZ @ np.clip(SIGHT[sight] @ linear(color), 0, 1) / XYZ.sum(axis=1)
    f = np.where(whole > 0.008856, np.cbrt(whole), 7.787 * whole + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES)
def test_text_has_the_contrast_of_aa(theme: str) -> None:
    colors = THEMES[theme]
    pairs = [
        *itertools.product(("ink", "soft"), ("ground", "surface", "raised", "island")),
        ("edge", "ground"),  # titles of papers on the map
        ("ink", "mark"),
        ("ground", "ink"),  # what the page tells in passing
    ]
    assert [pair for pair in pairs if contrast(*(colors[name] for name in pair)) < 4.5] == []
    assert contrast(colors["rule"], colors["surface"]) < 4.5  # a line is no text


@pytest.mark.parametrize("theme", THEMES)
def test_marks_stand_out_from_the_ground(theme: str) -> None:
    colors = THEMES[theme]
    pairs = itertools.product((*COLORS, "other"), ("ground", "surface", "island"))
    assert [pair for pair in pairs if contrast(*(colors[name] for name in pair)) < 3] == []


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", THEMES)
def test_types_are_told_apart(theme: str, sight: str) -> None:
    colors = {type_: lab(THEMES[theme][type_], sight) for type_ in COLORS}
    near = {
        pair: round(float(np.linalg.norm(colors[pair[0]] - colors[pair[1]])), 1)
        for pair in itertools.combinations(COLORS, 2)
    }
    assert {pair: away for pair, away in near.items() if away < TELLABLE} == {}


def test_red_and_green_would_not_be() -> None:
    far = {
        sight: float(np.linalg.norm(lab("#b05030", sight) - lab("#708030", sight)))
        for sight in ("usual", "deuteranopia")
    }
    assert far["deuteranopia"] < TELLABLE < far["usual"]


@pytest.mark.parametrize(("theme", "colors"), [("light", COLORS), ("dark", DARK)])
def test_files_have_the_colours_of_the_page(theme: str, colors: dict[str, str]) -> None:
    assert {type_: THEMES[theme][type_] for type_ in COLORS} == colors
