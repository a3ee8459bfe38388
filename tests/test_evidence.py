"""Every piece of evidence stands in its paper, word for word."""

from sqlite3 import Connection

import pytest

from kgraph.evidence import why


def test_what_is_stated_comes_first(toy: Connection) -> None:
    first, second = why(toy, "Mamba", "Transformer")
    assert (first["paper"], first["relation"]) == ("arxiv:2312.00752", "compared_with")
    assert (second["paper"], second["relation"]) == ("arxiv:2405.21060", "appears_with")
    assert second["sentence"].startswith("Mamba-2 restates Mamba as")


def test_names_that_share_no_sentence_show_one_of_each(toy: Connection) -> None:
    assert [(row["sentence"], row["relation"]) for row in why(toy, "Transformer", "LoRA")] == [
        ("We tune a Transformer for weather maps.", None),
        ("Only low-rank adaptation fits on our machine.", None),
    ]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("Mamba", "Transformer", id="entities"),
        pytest.param("LoRA", "GPT-3", id="two spellings in one sentence"),
        pytest.param("β-VAE", "VAE", id="hostile text"),
        pytest.param("arxiv:2405.21060", "SSM", id="a paper and an entity"),
        pytest.param("arxiv:2106.09685", "arxiv:2305.14314", id="papers"),
    ],
)
def test_spans_are_the_words(toy: Connection, a: str, b: str) -> None:
    rows = why(toy, a, b)
    assert rows
    assert rows == why(toy, b, a)
    for row in rows:
        (text,) = toy.execute(
            "SELECT title || char(10) || abstract FROM papers WHERE id = ?", [row["paper"]]
        ).fetchone()
        assert text[row["start"] :].startswith(row["sentence"])
        for start, end, entity in row["spans"]:
            spelled = [s for (s,) in toy.execute("SELECT spelling FROM spellings WHERE entity = ?", [entity])]
            assert row["sentence"][start:end] in spelled


def test_a_name_alone_shows_its_spellings(toy: Connection) -> None:
    assert [(row["spelling"], row["rule"], row["papers"]) for row in why(toy, "LoRA")] == [
        ("LoRA", "exact", 3),
        ("Low-Rank Adaptation", "defined", 1),
        ("low-rank adaptation", "defined", 1),
    ]


@pytest.mark.parametrize(("a", "b"), [("Mamba", "β-VAE"), ("Mamba", "page:13"), ("page:12", "page:13")])
def test_nothing_ties_these(toy: Connection, a: str, b: str) -> None:
    assert why(toy, a, b) == []


def test_limit(toy: Connection) -> None:
    assert len(why(toy, "Mamba", "Transformer", limit=1)) == 1
    assert why(toy, "Mamba", "Transformer", limit=0) == []
