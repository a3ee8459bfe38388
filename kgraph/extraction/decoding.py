"""Label probabilities to spans: the likeliest sequence in which a name begins before it goes on."""

from collections.abc import Iterator, Sequence

import numpy as np

from kgraph.extraction.features import Floats
from kgraph.extraction.network import LABELS
from kgraph.records import TYPES

_SURE = 0.98  # a token that is outside any name so surely ends every path but one
_TINY = 1e-9


def find_spans(probabilities: Floats, outside_bias: float = 0.0) -> Iterator[tuple[int, int, str, float]]:
    """Yield (first token, token after the last, type, score 0..1), left to right.

    The path is Viterbi's over O, B-type, I-type, where I-type follows only its own B or I; the
    score is the mean probability of being in any name. A positive bias favours O: less is found.
    """
    outside = probabilities[:, 0]
    unsure = np.flatnonzero(outside < _SURE)
    if not len(unsure):
        return
    breaks = np.flatnonzero(np.diff(unsure) > 1)
    firsts = unsure[np.concatenate([[0], breaks + 1])]
    lasts = unsure[np.concatenate([breaks, [len(unsure) - 1]])]
    scores = np.log(probabilities + _TINY)
    scores[:, 0] += outside_bias
    inside = np.concatenate([[0], np.cumsum(scores[:, 1:].max(axis=1) > scores[:, 0])])
    outsides = outside.tolist()
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        if inside[first] == inside[last + 1]:
            continue  # O is the likeliest label of every token, and so the likeliest path
        path = _viterbi(scores[first : last + 1].tolist())
        for start, end, type_ in _spans(path):
            score = 1 - sum(outsides[first + start : first + end]) / (end - start)
            yield first + start, first + end, type_, score


def _viterbi(rows: Sequence[Sequence[float]]) -> list[int]:
    """Return the labels of one stretch, given their scores; before it stands a token outside."""
    best: list[float] = [0.0] + [float("-inf")] * (len(LABELS) - 1)
    back: list[list[int]] = []
    for row in rows:
        most = max(best)
        top = best.index(most)
        scores, sources = [most + row[0]], [top]
        for begin in range(1, len(LABELS), 2):
            inside = begin if best[begin] >= best[begin + 1] else begin + 1
            scores += [most + row[begin], best[inside] + row[begin + 1]]
            sources += [top, inside]
        best = scores
        back.append(sources)
    label = best.index(max(best))
    path = [label]
    for sources in reversed(back[1:]):
        label = sources[label]
        path.append(label)
    return path[::-1]


def _spans(path: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    start, type_ = -1, ""
    for place, label in enumerate([*path, 0]):
        if start >= 0 and (label == 0 or label % 2):  # B-labels are odd
            yield start, place, type_
            start = -1
        if label % 2:
            start, type_ = place, TYPES[label // 2]
