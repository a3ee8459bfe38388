import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.keys import alias_key, fold, slug


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("LLaMA-2", "Llama 2", "LLaMA2", "llama_2", "LLaMA\u20112"), id="case, hyphen, space"),
        pytest.param(("low-rank adaptation", "Low Rank Adaptation", "low\u00a0rank~adaptation"), id="spaces"),
        pytest.param(("β-VAE", "beta-VAE", r"$\beta$-VAE", "$beta$-VAE", "ϐ-VAE"), id="Greek"),
        pytest.param(("λ-calculus", r"$\lambda$-calculus", "lambda calculus"), id="lambda, not lamda"),
        pytest.param(("M^2", "M$^2$", "M²"), id="superscript"),
        pytest.param((r"{\it BERT}", r"\textsc{Bert}", r"\mathrm{BERT}", "BERT"), id="TeX fonts"),
        pytest.param(("Nyström", 'Nystr\\"om', "Nystrom"), id="accents"),
        pytest.param(("optimisation", "optimization"), id="-isation"),
        pytest.param(("tokenised", "tokenized"), id="-ise"),
        pytest.param(("language modelling", "Language Modeling"), id="-lling"),
        pytest.param(("k-nearest neighbour", "k-Nearest Neighbor"), id="-our"),
        pytest.param(("1,000 Genomes", "1000 Genomes"), id="thousands"),
        pytest.param(("Qwen 2.5", "Qwen2.5", "Qwen-2.5"), id="decimal"),
        pytest.param(("NDCG @ 10", "nDCG@10"), id="at"),
    ],
)
def test_one_key(names: tuple[str, ...]) -> None:
    assert len({alias_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Llama 3.1", "Llama 31"),
        ("Qwen2.5", "Qwen25"),
        ("GPT-3.5", "GPT-35"),
        ("Llama 2 7B", "Llama 27B"),
        ("CIFAR-10", "CIFAR-100"),
        ("LoRA", "LoRA+"),
        ("A*", "A"),
        ("VAE", "β-VAE"),
        ("Noise", "Noize"),
        ("DialogueGPT", "DialGPT"),
    ],
)
def test_two_keys(one: str, other: str) -> None:
    assert alias_key(one) != alias_key(other)
    assert slug(one) != slug(other)


def test_slugs_may_clash_where_keys_do_not() -> None:
    names = ("Llama 3.1 8B", "Llama 3 1.8B")
    assert len({alias_key(name) for name in names}) == 2
    assert len({slug(name) for name in names}) == 1


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert alias_key(alias_key(name)) == alias_key(name)


@given(st.text())
def test_a_fold_is_its_own_fold(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text())
def test_a_slug_is_its_own_slug_and_fits_an_id(name: str) -> None:
    assert slug(slug(name)) == slug(name)
    assert all(c.isalnum() or c == "-" for c in slug(name))
