"""Answers to questions, on the toy store."""

from sqlite3 import Connection
from typing import Any

import pytest

from kgraph import queries
from kgraph.errors import AmbiguousName, UnknownName
from kgraph.measures import strength
from kgraph.names import find_entity, find_node, find_paper

LAMDA = ["entity:lamda-language-models-for-dialog-applications", "entity:lamda-low-dimensional-adaptation"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("entity:mamba", "entity:mamba", id="an id"),
        pytest.param("Mamba", "entity:mamba", id="exact"),
        pytest.param("mamba", "entity:mamba", id="another case"),
        pytest.param("Mamba 2", "entity:mamba-2", id="a blank for a hyphen"),
        pytest.param("beta vae", "entity:beta-vae", id="Greek spelled out"),
        pytest.param(r"$\beta$-VAE", "entity:beta-vae", id="Greek in TeX"),
        pytest.param("SSM", "entity:ssm", id="an alias"),
        pytest.param("low-rank  ADAPTATION", "entity:lora", id="an alias, folded"),
        pytest.param("arxiv:2312.00752", "arxiv:2312.00752", id="a paper's id"),
        pytest.param("2312.00752v2", "arxiv:2312.00752", id="a bare arXiv id with version"),
        pytest.param("https://arxiv.org/pdf/2312.00752", "arxiv:2312.00752", id="an address of the paper"),
        pytest.param("10.1000/LaMDA", "doi:10.1000/lamda", id="a DOI"),
        pytest.param("page:7", "page:7", id="an own id"),
        pytest.param("Attention Is All You Need", "arxiv:1706.03762", id="a title"),
        pytest.param("attention is all  you need", "arxiv:1706.03762", id="a title, folded"),
        pytest.param(LAMDA[1], LAMDA[1], id="one sense by its id"),
        pytest.param("Low-Dimensional Adaptation", LAMDA[1], id="one sense by its long form"),
    ],
)
def test_find_node(toy: Connection, name: str, found: str) -> None:
    assert find_node(toy, name)["id"] == found


@pytest.mark.parametrize(
    ("name", "near"),
    [
        pytest.param("Mumba", ["Mamba", "Mamba-2"], id="a slip"),
        pytest.param("LoRA+", ["LoRA"], id="a plus is never folded"),
        pytest.param("bVAE", ["VAE", "β-VAE"], id="of another alphabet"),
        pytest.param("Attention Is All", ["Attention Is All You Need"], id="part of a title"),
        pytest.param("zzzzzz", [], id="nothing like it"),
        pytest.param("", [], id="empty"),
        pytest.param("%", [], id="a wildcard"),
        pytest.param("$$", [], id="folds to nothing"),
    ],
)
def test_unknown_name_has_near_names(toy: Connection, name: str, near: list[str]) -> None:
    with pytest.raises(UnknownName) as error:
        find_node(toy, name)
    assert list(error.value.near) == near


def test_ambiguous_name_lists_the_candidates(toy: Connection) -> None:
    with pytest.raises(AmbiguousName) as error:
        find_node(toy, "lamda")
    assert [row["id"] for row in error.value.candidates] == LAMDA
    assert error.value.candidates[0] == {"id": LAMDA[0], "name": "LaMDA", "type": "model", "papers": 1}


def test_a_paper_is_no_entity_and_the_other_way_round(toy: Connection) -> None:
    with pytest.raises(UnknownName):
        find_entity(toy, "Attention Is All You Need")
    with pytest.raises(UnknownName):
        find_paper(toy, "Mamba")


def test_neighbors(toy: Connection) -> None:
    assert queries.neighbors(toy, "Mamba") == {
        "node": {"id": "entity:mamba", "name": "Mamba", "type": "model", "papers": 2, "since": "2023-12-01"},
        "neighbors": [
            neighbor("entity:ssm", "state-space model", "method", "is_a", "out", 2, 0.268, "2023-12-01"),
            neighbor(
                "entity:transformer", "Transformer", "method", "compared_with", "both", 2, 0.236, "2023-12-01"
            ),
            neighbor("entity:mamba-2", "Mamba-2", "model", "extends", "in", 1, 0.156, "2024-05-31"),
            neighbor("entity:s4", "S4", "method", "extends", "out", 1, 0.143, "2023-12-01"),
        ],
    }


def neighbor(*values: object) -> dict[str, object]:
    keys = ("id", "name", "type", "relation", "direction", "papers", "strength", "since")
    return dict(zip(keys, values, strict=True))


@pytest.mark.parametrize(
    ("options", "names"),
    [
        pytest.param({"type": ["model"]}, ["Mamba-2"], id="one type"),
        pytest.param({"type": ["dataset"]}, [], id="a type that is not there"),
        pytest.param({"relation": ["extends"]}, ["Mamba-2", "S4"], id="one relation, both ways"),
        pytest.param({"since": "2024"}, ["Mamba-2"], id="a year"),
        pytest.param({"since": "2024-06"}, [], id="a month too late"),
        pytest.param({"limit": 1}, ["state-space model"], id="a limit"),
        pytest.param({"limit": 0}, [], id="0 means 0"),
        pytest.param(
            {"type": ["paper"]},
            [
                "Mamba: Linear-Time Sequence Modeling with Selective State Spaces",
                "Transformers are SSMs",
            ],
            id="papers",
        ),
    ],
)
def test_neighbors_filtered(toy: Connection, options: dict[str, Any], names: list[str]) -> None:
    assert [row["name"] for row in queries.neighbors(toy, "Mamba", **options)["neighbors"]] == names


def test_relation_shows_its_own_figures_even_of_mere_company(toy: Connection) -> None:
    rows = queries.neighbors(toy, "Mamba", relation=["appears_with"])["neighbors"]
    assert {row["relation"] for row in rows} == {"appears_with"}
    assert len(rows) == 4


def test_neighbors_of_two_hops_say_by_way_of_what(toy: Connection) -> None:
    rows = queries.neighbors(toy, "Mamba", hops=2)["neighbors"]
    assert [(row["name"], row["hops"], row["via"]) for row in rows] == [
        ("state-space model", 1, None),
        ("Transformer", 1, None),
        ("Mamba-2", 1, None),
        ("S4", 1, None),
        ("LaMDA", 2, "entity:transformer"),
        ("WMT 2014", 2, "entity:transformer"),
        ("LoRA", 2, "entity:transformer"),
    ]


def test_neighbors_of_a_paper_are_what_it_names(toy: Connection) -> None:
    rows = queries.neighbors(toy, "arxiv:2106.09685")["neighbors"]
    assert [(row["name"], row["relation"], row["direction"]) for row in rows] == [
        ("GPT-3", "uses", "out"),
        ("LoRA", "introduces", "out"),
    ]


@pytest.mark.parametrize(("papers", "a", "b"), [(1, 1, 1), (3, 3, 900), (500, 500, 500), (2, 4, 2)])
def test_strength_lies_between_0_and_1(papers: int, a: int, b: int) -> None:
    assert 0 < strength(papers, 0, a, b) < strength(papers, papers, a, b) < 1


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        pytest.param((2, 2, 9, 4), (1, 1, 9, 1), id="what two papers tie before what one alone names"),
        pytest.param((1, 1, 9, 3), (1, 0, 9, 1), id="one sentence before one paper"),
        pytest.param((3, 3, 9, 9), (3, 3, 9, 900), id="no hubs first"),
    ],
)
def test_stronger(nearer: tuple[int, int, int, int], farther: tuple[int, int, int, int]) -> None:
    assert strength(*nearer) > strength(*farther)


def test_show_entity(toy: Connection) -> None:
    card = queries.show(toy, "LoRA")
    assert card == {
        "id": "entity:lora",
        "name": "LoRA",
        "type": "method",
        "aliases": ["Low-Rank Adaptation", "low-rank adaptation"],
        "papers": 4,
        "since": "2021-06-17",
        "introduced_by": ["arxiv:2106.09685"],
        "roles": {"introduces": 1, "extends": 1, "compares": 1, "uses": 1},
        "other_types": [],
        "introducers": [
            {
                "id": "arxiv:2106.09685",
                "title": "LoRA: Low-Rank Adaptation of Large Language Models",
                "date": "2021-06-17",
            }
        ],
        "family": None,
        "versions": [],
    }


def test_show_paper(toy: Connection) -> None:
    card = queries.show(toy, "arxiv:2312.00752")
    assert [(row["name"], row["role"]) for row in card["entities"]] == [
        ("Mamba", "introduces"),
        ("S4", "extends"),
        ("Transformer", "compares"),
        ("state-space model", "uses"),
    ]
    assert card["roles"] == {"introduces": 1, "extends": 1, "compares": 1, "uses": 1}
    assert card["cites"] == ["arxiv:1706.03762", "arxiv:2111.00396"]
    assert card["cited_by"] == card["built_on_by"] == ["arxiv:2405.21060"]


def test_papers_strongest_role_first_then_by_date(toy: Connection) -> None:
    rows = queries.papers(toy, "Transformer")
    assert [(row["role"], row["date"]) for row in rows] == [
        ("introduces", "2017-06-12"),
        ("compares", "2021-10-31"),
        ("compares", "2023-12-01"),
        ("uses", "2022-01-20"),
        ("uses", None),
        ("mentions", "2024-05-31"),
    ]
    assert [row["id"] for row in queries.papers(toy, "Transformer", role=["introduces"])] == [
        "arxiv:1706.03762"
    ]


def test_papers_of_a_paper_lean_on_it(toy: Connection) -> None:
    rows = queries.papers(toy, "arxiv:2106.09685", role=["cites"])
    assert [row["id"] for row in rows] == ["arxiv:2305.14314"]


@pytest.mark.parametrize(
    ("a", "b", "way"),
    [
        pytest.param("Mamba", "S4", ["Mamba", "→ extends", "S4"], id="a step"),
        pytest.param("S4", "Mamba", ["S4", "← extends", "Mamba"], id="the step back"),
        pytest.param(
            "GPT-3",
            "S4",
            ["GPT-3", "← used_for", "LoRA", "— appears_with", "Transformer", "— compared_with", "S4"],
            id="through entities",
        ),
        pytest.param(
            "Transformer",
            "MNIST",
            [
                "Transformer",
                "← introduces",
                "Attention Is All You Need",
                "→ cites",
                "Adam: A Method for Stochastic Optimization",
                "→ evaluates",
                "MNIST",
            ],
            id="through papers where nothing else leads there",
        ),
        pytest.param("Mamba", "Mamba", ["Mamba"], id="to itself"),
        pytest.param("Mamba", "β-VAE", [], id="no way"),
        pytest.param(
            "arxiv:2106.09685",
            "arxiv:2305.14314",
            [
                "LoRA: Low-Rank Adaptation of Large Language Models",
                "← cites",
                "QLoRA: Efficient Finetuning of Quantized LLMs",
            ],
            id="between papers",
        ),
    ],
)
def test_path(toy: Connection, a: str, b: str, way: list[str]) -> None:
    arrows = {"out": "→", "in": "←", "both": "—"}
    found = [
        step["name"] if "name" in step else f"{arrows[step['direction']]} {step['relation']}"
        for step in queries.path(toy, a, b)
    ]
    assert found == way


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        pytest.param(
            "mamba", ["entity:mamba", "entity:mamba-2", "arxiv:2312.00752"], id="the whole name first"
        ),
        pytest.param("SPACE state", ["entity:ssm", "arxiv:2111.00396", "arxiv:2312.00752"], id="all words"),
        pytest.param("ssm", ["entity:ssm", "arxiv:2405.21060"], id="an alias"),
        pytest.param("low-rank adaptation", ["entity:lora", "arxiv:2106.09685"], id="all of an alias"),
        pytest.param("mamba bees", [], id="not both"),
        pytest.param("", [], id="empty"),
        pytest.param("%", [], id="no wildcard"),
    ],
)
def test_search(toy: Connection, words: str, ids: list[str]) -> None:
    assert [row["id"] for row in queries.search(toy, words)] == ids


def test_search_ranks_beginnings_of_words_before_what_lies_within(toy: Connection) -> None:
    found = [row["name"] for row in queries.search(toy, "m", type=["model", "dataset", "method"])]
    begin = [found.index(name) for name in ("Mamba", "MNIST", "state-space model")]
    within = [found.index(name) for name in ("Transformer", "Adam")]
    assert max(begin) < min(within)
    papers = {row["name"]: row["papers"] for row in queries.search(toy, "m")}
    assert papers["Transformer"] > papers["MNIST"]  # so it is not for their papers


def test_top(toy: Connection) -> None:
    by_papers = queries.top(toy, limit=3)
    assert [(row["name"], row["papers"]) for row in by_papers] == [
        ("Transformer", 6),
        ("LoRA", 4),
        ("state-space model", 3),
    ]
    assert [row["name"] for row in queries.top(toy, type=["dataset"])] == ["MNIST", "WMT 2014"]
    assert queries.top(toy, by="rising", limit=1)[0] | {"since": None} == {
        "id": "entity:mamba",
        "name": "Mamba",
        "type": "model",
        "papers": 2,
        "since": None,
        "rising": 2.0,
        "recent": 2,
        "before": 0,
    }
    ranks = queries.top(toy, by="pagerank", limit=None)
    assert ranks[0]["name"] == "Transformer"
    assert sum(row["pagerank"] for row in ranks) == pytest.approx(1, abs=1e-4)


def test_trends(toy: Connection) -> None:
    mamba, transformer = queries.trends(toy, ["Mamba", "Transformer"])
    assert mamba == {
        "id": "entity:mamba",
        "name": "Mamba",
        "type": "model",
        "years": {"2023": 1, "2024": 1},
        "undated": 0,
    }
    assert transformer["undated"] == 1
    (everything,) = queries.trends(toy)
    assert sum(everything["years"].values()) + everything["undated"] == 13


def test_stats_count_what_the_store_holds(toy: Connection) -> None:
    stats = queries.stats(toy)
    assert stats["papers"] == 13
    assert stats["entities"] == {"method": 7, "model": 7, "dataset": 2, "task": 0, "metric": 0}
    assert stats["edges"]["introduces"] == 10


def test_doctor_counts_what_is_not_covered(toy: Connection) -> None:
    report = queries.doctor(toy)
    assert {key: report[key] for key in ("without_abstract", "without_date", "without_mentions")} == {
        "without_abstract": 1,
        "without_date": 1,
        "without_mentions": 2,
    }
    assert report["extractor"]["fingerprint"] == "toy"
