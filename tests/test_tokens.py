import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.extraction.tokens import sentence_spans, token_spans


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "Mamba-2 beats GPT-3.5.", ["Mamba", "-", "2", "beats", "GPT", "-", "3.5", "."], id="versions"
        ),
        pytest.param("CIFAR-10/100", ["CIFAR", "-", "10", "/", "100"], id="slash"),
        pytest.param("M$^2$AD, S$_{10}$", ["M$^2$AD", ",", "S$_{10}$"], id="TeX in a word"),
        pytest.param("of $x^2$", ["of", "$", "x", "^", "2", "$"], id="TeX of its own"),
        pytest.param("β-VAE+", ["β", "-", "VAE", "+"], id="Greek and plus"),
        pytest.param("in 2020.We", ["in", "2020", ".", "We"], id="a missing blank is no decimal"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_token_spans(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in token_spans(text)] == words


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param(
            "A title\nIt works. We show it.", ["A title", "It works.", "We show it."], id="title apart"
        ),
        pytest.param(
            "Adam, e.g. Kingma et al. 2014, works.", ["Adam, e.g. Kingma et al. 2014, works."], id="e.g."
        ),
        pytest.param("It wins on SQuAD v1.1 and more.", ["It wins on SQuAD v1.1 and more."], id="version"),
        pytest.param('He said "stop." We go.', ['He said "stop."', "We go."], id="quote"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n \n", [], id="blanks"),
    ],
)
def test_sentence_spans(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@given(st.text(max_size=200))
def test_every_token_stands_in_one_sentence(text: str) -> None:
    sentences = sentence_spans(text)
    for start, end in token_spans(text):
        if not text[start:end].isspace():
            assert sum(a <= start and end <= b for a, b in sentences) == 1 or "\n" in text[start:end]


@given(st.text(max_size=200))
def test_tokens_lose_nothing_but_blanks(text: str) -> None:
    kept = "".join(text[start:end] for start, end in token_spans(text))
    assert kept == "".join(c for c in text if not c.isspace())
