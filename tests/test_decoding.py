from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.extraction.decoding import find_spans
from kgraph.extraction.network import LABELS


def rows(*labels: str, sure: float = 0.9) -> np.ndarray:
    table = np.full((len(labels), len(LABELS)), (1 - sure) / (len(LABELS) - 1), np.float32)
    for row, label in zip(table, labels, strict=True):
        row[LABELS.index(label)] = sure
    return table


@pytest.mark.parametrize(
    ("labels", "spans"),
    [
        pytest.param(["O", "B-method", "I-method", "O"], [(1, 3, "method")], id="one"),
        pytest.param(["B-model", "B-model"], [(0, 1, "model"), (1, 2, "model")], id="two touching"),
        pytest.param(["O", "O"], [], id="none"),
        pytest.param(["B-dataset", "I-dataset"], [(0, 2, "dataset")], id="to the end"),
    ],
)
def test_find_spans(labels: list[str], spans: list[tuple[int, int, str]]) -> None:
    assert [span[:3] for span in find_spans(rows(*labels))] == spans


def test_a_name_never_begins_inside() -> None:
    spans = list(find_spans(rows("O", "I-method", "I-method")))
    assert all(LABELS.index(f"B-{type_}") for _, _, type_, _ in spans)
    assert [span[:2] for span in spans] in ([], [(1, 3)])


def test_a_bias_against_outside_finds_more() -> None:
    table = rows("O", "O", sure=0.4)
    assert not list(find_spans(table))
    assert list(find_spans(table, outside_bias=-5))


def likeliest_spans(probabilities: np.ndarray) -> list[tuple[int, int]]:
    """Try every path: O, B of a type, or I of the type that the token before is of."""
    best, path = -np.inf, tuple[int, ...]()
    for labels in product(range(len(LABELS)), repeat=len(probabilities)):
        legal = all(
            label % 2 or label == 0 or before in (label - 1, label)
            for before, label in pairwise((0, *labels))
        )
        score = np.log(probabilities[range(len(labels)), labels]).sum()
        if legal and score > best:
            best, path = score, labels
    starts = [i for i, label in enumerate(path) if label % 2]
    return [
        (i, next((j for j in range(i + 1, len(path)) if path[j] % 2 or not path[j]), len(path)))
        for i in starts
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.floats(0.05, 1), min_size=len(LABELS), max_size=len(LABELS)), min_size=1, max_size=3)
)
def test_the_path_is_the_likeliest(table: list[list[float]]) -> None:
    probabilities = np.array(table, np.float32)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    assert [span[:2] for span in find_spans(probabilities)] == likeliest_spans(probabilities)


@given(
    st.lists(
        st.lists(st.floats(0.001, 1), min_size=len(LABELS), max_size=len(LABELS)), min_size=1, max_size=12
    )
)
def test_spans_are_ordered_and_apart(table: list[list[float]]) -> None:
    probabilities = np.array(table, np.float32)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    last = 0
    for start, end, _, score in find_spans(probabilities):
        assert last <= start < end <= len(table)
        assert 0 <= score <= 1
        last = end
