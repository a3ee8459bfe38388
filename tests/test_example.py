"""The facts of the bundled example, as far as they can be checked without a network."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest

KEYS = ("id", "title", "abstract", "authors", "author_count", "date", "venue", "url", "references")
OPTIONAL = {"author_count", "venue"}
TEXT = files("kgraph").joinpath("data", "example", "papers.jsonl").read_text(encoding="utf-8")
PAPERS: list[dict[str, Any]] = [json.loads(line) for line in TEXT.splitlines()]
BY_ID = {paper["id"]: paper for paper in PAPERS}
SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9])")
NAME_INSIDE = re.compile(r"(?<=[a-z,;:(] )\(?\w*[A-Z]")  # a capital that no sentence begins with

each_paper = pytest.mark.parametrize("paper", PAPERS, ids=[paper["id"] for paper in PAPERS])


def not_newer(date: str, than: str) -> bool:
    """Compare as precisely as both dates are known."""
    length = min(len(date), len(than))
    return date[:length] <= than[:length]


def test_the_set_is_large_and_spans_the_field() -> None:
    years = [int(paper["date"][:4]) for paper in PAPERS]
    assert len(PAPERS) >= 60
    assert min(years) <= 1990
    assert max(years) >= 2024


def test_ids_and_titles_are_unique() -> None:
    titles = {re.sub(r"\W+", " ", paper["title"]).casefold().strip() for paper in PAPERS}
    assert len(BY_ID) == len(titles) == len(PAPERS)


def test_papers_are_sorted() -> None:
    assert [*BY_ID] == sorted(BY_ID, key=lambda id_: (BY_ID[id_]["date"], id_))


def test_the_file_is_written_in_one_way() -> None:
    assert "\r" not in TEXT
    assert "".join(json.dumps(paper, ensure_ascii=False) + "\n" for paper in PAPERS) == TEXT


@each_paper
def test_keys_stand_in_order(paper: dict[str, Any]) -> None:
    assert [*paper] == [key for key in KEYS if key in paper or key not in OPTIONAL]


@each_paper
def test_text_fields_are_clean(paper: dict[str, Any]) -> None:
    for text in [paper["title"], paper["abstract"], *paper["authors"]]:
        assert text == " ".join(text.split()) != ""


@each_paper
def test_authors_are_people_once_each(paper: dict[str, Any]) -> None:
    assert len(set(paper["authors"])) == len(paper["authors"]) >= 1
    assert paper.get("author_count", 999) > len(paper["authors"])


@each_paper
def test_id_date_and_url_agree(paper: dict[str, Any]) -> None:
    kind, _, number = paper["id"].partition(":")
    assert re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", paper["date"])
    if kind == "arxiv":
        assert re.fullmatch(r"\d{4}\.\d{4,5}", number)
        assert paper["date"][:7] == f"20{number[:2]}-{number[2:4]}"
        assert paper["url"] == f"https://arxiv.org/abs/{number}"
    else:
        assert kind == "doi"
        assert re.fullmatch(r"10\.\d{4,9}/\S+", number)
        assert number == number.lower()
        assert paper["url"] == f"https://doi.org/{number}"


@each_paper
def test_references_are_in_the_set_and_not_newer(paper: dict[str, Any]) -> None:
    references = paper["references"]
    assert len(set(references)) == len(references)
    assert paper["id"] not in references
    assert set(references) <= BY_ID.keys()
    assert [r for r in references if not not_newer(BY_ID[r]["date"], paper["date"])] == []


@each_paper
def test_a_reference_back_would_be_a_cycle(paper: dict[str, Any]) -> None:
    assert [r for r in paper["references"] if paper["id"] in BY_ID[r]["references"]] == []


def test_nearly_all_later_papers_have_references() -> None:
    later = [paper for paper in PAPERS if paper["date"] >= "2014"]
    with_references = [paper for paper in later if paper["references"]]
    assert len(with_references) >= 0.95 * len(later)


@each_paper
def test_an_abstract_has_two_to_five_sentences_and_names_something(paper: dict[str, Any]) -> None:
    assert 2 <= len(SENTENCE_END.split(paper["abstract"])) <= 5
    assert paper["abstract"].endswith(".")
    assert NAME_INSIDE.search(paper["abstract"])


def test_mamba_has_a_rich_neighbourhood() -> None:
    mamba = BY_ID["arxiv:2312.00752"]
    citing = [paper for paper in PAPERS if mamba["id"] in paper["references"]]
    naming = [paper for paper in PAPERS if "Mamba" in paper["abstract"]]
    assert len(mamba["references"]) >= 15
    assert len(citing) >= 6
    assert len(naming) >= 8
