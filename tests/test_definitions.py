import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.extraction.definitions import abbreviates, contracts, find_definitions


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        pytest.param(
            "We use Low-Rank Adaptation (LoRA).", [("Low-Rank Adaptation", "LoRA")], id="long (short)"
        ),
        pytest.param(
            "We use LoRA (Low-Rank Adaptation).", [("Low-Rank Adaptation", "LoRA")], id="short (long)"
        ),
        pytest.param("deep state space models (SSMs)", [("state space models", "SSMs")], id="plural"),
        pytest.param("a mixture of experts (MoE) layer", [("mixture of experts", "MoE")], id="light word"),
        pytest.param("Accuracy rises (see Table 2).", [], id="no short form"),
        pytest.param("our method (GPU) is quick", [], id="letters not in the words before"),
        pytest.param("It rose by 3 points (see LoRA).", [], id="a remark"),
        pytest.param(
            "We study semi-supervised learning (SSL).",
            [("semi-supervised learning", "SSL")],
            id="a hyphen before",
        ),
        pytest.param(
            "BERT-based image retrieval (IR)", [("image retrieval", "IR")], id="a hyphen of another word"
        ),
        pytest.param("The end. New words (NW) follow", [("New words", "NW")], id="not over a full stop"),
        pytest.param(
            "Low-Rank Words\nWe propose low-rank words (LRW)", [("low-rank words", "LRW")], id="nor the title"
        ),
    ],
)
def test_find_definitions(text: str, pairs: list[tuple[str, str]]) -> None:
    assert [(text[slice(*d.long)], text[slice(*d.short)]) for d in find_definitions(text)] == pairs


@given(st.text(alphabet="abAB (){}-.\n", max_size=80))
def test_spans_lie_in_the_text_and_apart(text: str) -> None:
    for definition in find_definitions(text):
        for start, end in (definition.long, definition.short):
            assert 0 <= start < end <= len(text)
        assert definition.long[1] <= definition.short[0] or definition.short[1] <= definition.long[0]


@pytest.mark.parametrize(
    ("short", "long", "expected"),
    [
        ("KD", "knowledge distillation", True),
        ("SVDs", "singular value decomposition", True),
        ("MAML", "model-agnostic meta-learning", True),
        ("KD", "dynamic kernels", False),
        ("L", "learning", False),
    ],
)
def test_abbreviates(short: str, long: str, expected: bool) -> None:
    assert abbreviates(short, long) is expected


@pytest.mark.parametrize(
    ("short", "long", "fits"),
    [
        pytest.param("DHMConv", "Directed Hypergraph Momentum Convolution", True, id="beginnings of words"),
        pytest.param("CP-ROC", "Conditional Prediction ROC", True, id="a word in full"),
        pytest.param("P2T", "Prompt to Transfer", True, id="2 is to"),
        pytest.param("FacTree", "fact-tree reasoning", True, id="one word left out"),
        pytest.param("DisCo", "Distance Metrics", False, id="letters inside a word"),
        pytest.param("RL", "representation learning", False, id="two letters are too few"),
        pytest.param("SAM", "Sparse Models", False, id="order"),
        pytest.param("BERT", "Backward Error", False, id="letters left over"),
    ],
)
def test_contracts(short: str, long: str, fits: bool) -> None:
    assert contracts(short, long) is fits
