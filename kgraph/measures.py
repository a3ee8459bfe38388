"""The figures that follow from counts: computed whenever they are read, never stored."""

import math

_DOUBT = 5  # papers; with 2, names seen in one paper alone crowd out what two or three share


def strength(papers: int, near: int, papers_a: int, papers_b: int) -> float:
    """Say how near two nodes stand, 0 to 1: the cosine of their sets of papers, shrunk against chance.

    Of the papers that name both, `near` tie them closely (see `records.Edge`); the others count half. The
    cosine alone gives 1.0 to two names seen once, in one paper; a few papers of doubt in the denominator
    leaves them 0.167, while a pair that always goes together nears 1 as papers gather.

    >>> strength(1, 1, 1, 1), strength(1, 0, 1, 1), strength(40, 40, 40, 40), strength(5, 4, 10, 4000)
    (0.167, 0.083, 0.889, 0.022)
    """
    return round((papers + near) / 2 / (math.sqrt(papers_a * papers_b) + _DOUBT), 3)


def growth(recent: int, before: int, all_recent: int, all_before: int) -> float:
    """Say how many times more papers a name has lately than its former share of all papers foretells.

    Two papers are added on both sides, so that a name seen once or twice does not rise above all others.

    >>> growth(30, 10, 200, 200), growth(1, 0, 200, 200), growth(10, 10, 200, 200)
    (2.667, 1.5, 1.0)
    """
    expected = before * all_recent / all_before if all_before else 0.0
    return round((recent + 2) / (expected + 2), 3)
