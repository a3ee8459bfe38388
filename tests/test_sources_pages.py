"""Saved pages of papers: each layout that people have, and what must not be taken for a paper."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources import read_papers
from kgraph.sources.page_lines import Kind, classify
from kgraph.sources.pages import find_saved_day, is_page

PAGES = Path(__file__).parent / "sources"
SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the customer's pages are not here")

HEADER = "\n\n".join(
    ["new", "Get trending papers in your email inbox!", "byAK and the research community", "Dec 11", ""]
)


def papers_of(path: Path, as_of: date | str | None = None) -> list[Paper]:
    return [one for one in read_papers([path], as_of=as_of) if isinstance(one, Paper)]


def rejects_of(path: Path) -> list[Reject]:
    return [one for one in read_papers([path]) if isinstance(one, Reject)]


def page(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param("", Kind.BLANK, id="blank"),
        pytest.param("byAK and the research community", Kind.HEADER, id="glued by"),
        pytest.param("Get trending papers in your email inbox once a day!", Kind.HEADER, id="mail"),
        pytest.param("Get trending papers right: " + "a study " * 10, Kind.TEXT, id="title like the header"),
        pytest.param("  • 9 authors", Kind.AUTHORS, id="authors"),
        pytest.param("• 1 authors", Kind.AUTHORS, id="one author"),
        pytest.param("9 authors walk into a bar", Kind.TEXT, id="title about authors"),
        pytest.param("·", Kind.DOT, id="dot"),
        pytest.param("Mar 16, 2021", Kind.DATE, id="date"),
        pytest.param("Mar 3 2", Kind.DATE, id="date without year, with comments"),
        pytest.param("March of the Optimisers", Kind.TEXT, id="title that begins like a month"),
        pytest.param("May 2025: A Survey", Kind.TEXT, id="title that begins like a date"),
        pytest.param(" [-] 19", Kind.COUNT, id="upvotes"),
        pytest.param("117", Kind.COUNT, id="bare number"),
        pytest.param("3D", Kind.TEXT, id="short title"),
        pytest.param("https://huggingface.co/papers/2410.00001", Kind.ADDRESS, id="address"),
        pytest.param("https://x.org is down: A Study", Kind.TEXT, id="title with an address"),
        pytest.param("[36]: https://huggingface.co/papers/2403.00003", Kind.NOISE, id="link definition"),
        pytest.param("[CLS] Is All You Need [SEP]", Kind.TEXT, id="title in brackets"),
        pytest.param("[1](https://x.org) and [2](https://y.org) disagree", Kind.TEXT, id="text with links"),
        pytest.param("GitHub 11.3k", Kind.NOISE, id="stars"),
        pytest.param("GitHub Issues as a Benchmark", Kind.TEXT, id="title about GitHub"),
    ],
)  # fmt: skip
def test_kinds_of_lines(line: str, kind: Kind) -> None:
    assert classify(1, line).kind is kind


def test_plain() -> None:
    found = papers_of(PAGES / "plain.txt")
    assert [paper.title for paper in found] == [
        "Kettle Attention: Boiling Down the Softmax",
        "How Many Spoons Does a Language Model Own?",
        "Saucer: Small Adapters Below Every Cup",
    ]
    assert found[0] == Paper(
        id="",
        title="Kettle Attention: Boiling Down the Softmax",
        abstract="We replace the softmax of attention by a kettle function that needs no exponent. It is"
        " O(n) in the length of the text, loses at most 1{2}-epsilon in accuracy, and trains"
        " ~2× faster.",
        source=f"{PAGES / 'plain.txt'}:11",
    )


def test_a_title_without_abstract_is_rejected_and_shifts_nothing() -> None:
    assert rejects_of(PAGES / "plain.txt") == [
        NoPaper(
            f"{PAGES / 'plain.txt'}:19",
            "has no abstract below it, so it is not read as a title",
            "A Title That Lost Its Abstract",
        )
    ]


def test_an_abstract_without_title_is_rejected_and_shifts_nothing(tmp_path: Path) -> None:
    long = "This abstract has lost its title, which happens. " * 8
    path = page(
        tmp_path, f"{HEADER}First Title\n\nFirst abstract.\n\n{long}\n\nLast Title\n\nLast abstract.\n"
    )
    assert [paper.title for paper in papers_of(path)] == ["First Title", "Last Title"]
    assert [reject.source for reject in rejects_of(path)] == [f"{path}:13"]


def test_glued_to_the_first_title() -> None:
    assert [paper.title for paper in papers_of(PAGES / "glued.txt")] == [
        "Teapot Networks Pour Evenly",
        "Is Sugar All You Need?",
        "2 Lumps or 3: A Study",
    ]


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("Subscribed: How Readers Stay", id="a word that begins like the header"),
        pytest.param("Subscribe to Win", id="the header's word as a word"),
        pytest.param("Newton Never Slept", id="new"),
        pytest.param("Daily Papers Considered Harmful", id="daily papers"),
    ],
)
def test_titles_that_begin_like_the_header_stay(tmp_path: Path, title: str) -> None:
    assert [paper.title for paper in papers_of(page(tmp_path, f"{HEADER}{title}\n\nAn abstract.\n"))] == [
        title
    ]


def test_dated() -> None:
    found = papers_of(PAGES / "dated.txt")
    assert [(paper.date, paper.date_inferred, paper.extra) for paper in found] == [
        ("2021-03-16", False, {"author_count": 9}),
        ("2025-06-09", True, {"author_count": 1}),
        ("2024-12-17", False, {"author_count": 5, "comments": 14}),
        (None, False, {}),
        ("2025-03-03", True, {"author_count": 3, "comments": 2}),
    ]
    assert found[-1].abstract == "has neither length nor stop"


@pytest.mark.parametrize(
    ("as_of", "days"),
    [
        pytest.param("2025-12-11", ["2025-06-09", "2025-03-03"], id="same year"),
        pytest.param(date(2026, 4, 1), ["2025-06-09", "2026-03-03"], id="not after the day of saving"),
    ],
)
def test_the_day_of_saving_sets_the_year(as_of: date | str, days: list[str]) -> None:
    found = papers_of(PAGES / "dated.txt", as_of)
    assert [paper.date for paper in found] == ["2021-03-16", days[0], "2024-12-17", None, days[1]]
    assert not any(paper.date_inferred for paper in found)


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        pytest.param(["Dec 11", "Apr 1, 2024"], date(2025, 12, 11), id="the year after the latest shown"),
        pytest.param(["Apr 1, 2024"], date(2025, 12, 31), id="no header"),
        pytest.param(["Dec 11", "Mar 3"], None, id="no year at all"),
        pytest.param(["exported: 2023-05-06", "Apr 1, 2024"], date(2023, 5, 6), id="said by the page"),
        pytest.param(["Oct 2", "https://huggingface.co/papers/2606.00001"], date(2026, 10, 2), id="arXiv id"),
        pytest.param(["Feb 29", "Apr 1, 2024"], date(2025, 12, 31), id="a day that the year has not"),
    ],
)
def test_when_a_page_was_saved(lines: list[str], day: date | None) -> None:
    assert find_saved_day(enumerate(lines, start=1)) == day


@pytest.mark.parametrize("shown", ["Feb 30", "Feb 30, 2021", "Dec 99"])
def test_days_that_do_not_exist_are_no_dates(tmp_path: Path, shown: str) -> None:
    first = "A Title Here\n\nAn abstract.\n\n  • 2 authors\n·\nApr 1, 2020\n"
    text = f"{HEADER}{first}\nAnother Title\n\nAnother abstract.\n\n·\n{shown}\n"
    assert [paper.date for paper in papers_of(page(tmp_path, text))] == ["2020-04-01", None]


@pytest.mark.parametrize(
    ("name", "title", "abstract_end", "day", "ids", "extra"),
    [
        pytest.param(
            "addresses.txt", "Strainer: Filtering Leaves From Web Text", "of fixed width.", "2026-03-02",
            ("arxiv:2603.00002",), {"comments": 4, "organisation": "Teahouse Lab", "upvotes": 19},
            id="addresses",
        ),
        pytest.param(
            "reference_links.md", "Trivet: A Stand for Hot Models", "off the table.", "2025-04-09",
            (), {"organisation": "Teahouse Lab", "upvotes": 0}, id="numbered links",
        ),
        pytest.param(
            "inline_links.md", "The Long Way From Leaf to Cup: Measuring What Scholars Drink",
            "neglect what is in them.", "2025-02-27",
            ("arxiv:2502.00005",), {"author_count": 3, "upvotes": 0}, id="inline links",
        ),
        pytest.param(
            "trending.txt", "Ladle: Large Batches Without Spilling", "still hot.", "2026-10-05",
            (), {"upvotes": 0}, id="feed",
        ),
    ],
)  # fmt: skip
def test_other_layouts(
    name: str, title: str, abstract_end: str, day: str, ids: tuple[str, ...], extra: dict[str, object]
) -> None:
    found = papers_of(PAGES / name)
    assert len(found) == 2
    last = found[-1]
    assert (last.title, last.date, last.ids, last.extra) == (title, day, ids, extra)
    assert last.abstract.endswith(abstract_end)
    assert rejects_of(PAGES / name) == []


def test_links_over_several_lines_are_joined() -> None:
    assert papers_of(PAGES / "reference_links.md")[0].abstract == (
        "Samovar shares one feed-forward layer among all of the experts of a mixture, which keeps the whole"
        " model as warm as a single one, and in our experiments needs a third of the memory."
    )


def test_a_bracket_that_never_closes_is_text(tmp_path: Path) -> None:
    path = page(tmp_path, f"{HEADER}[Unclosed Titles\n\nThey break parsers.\n\nNext Title\n\nThey do not.\n")
    assert [paper.title for paper in papers_of(path)] == ["[Unclosed Titles", "Next Title"]


def test_hard_wrapped_abstracts_are_joined(tmp_path: Path) -> None:
    wrapped = (
        "We wrap the lines of abstracts at seventy characters, which is what mail\n"
        "programs do, and find that readers of such pages must join them again\n"
        "before anything else can be done."
    )
    path = page(tmp_path, f"{HEADER}Wrapping Considered\n\n{wrapped}\n\nAnother Title\n\nShort one.\n")
    assert [paper.abstract for paper in papers_of(path)] == [wrapped.replace("\n", " "), "Short one."]


def test_lines_that_are_pairs_are_not_joined(tmp_path: Path) -> None:
    titles = [f"A Title of Quite Some Length for Paper Number {number}" for number in range(4)]
    text = "".join(
        f"{title}\nAn abstract that is not much longer than its title, see there.\n" for title in titles
    )
    assert [paper.title for paper in papers_of(page(tmp_path, text))] == titles


def test_two_pages_in_one_file(tmp_path: Path) -> None:
    one = f"{HEADER}A Title Here\n\nAn abstract.\n"
    found = papers_of(page(tmp_path, one + "\n" + one))
    assert [(paper.title, paper.date) for paper in found] == [("A Title Here", None)] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A Title Here\n\nAn abstract of it.\n", True, id="a pair"),
        pytest.param("Just one line of prose.\n", False, id="a line"),
        pytest.param("# Notes\n\n- buy tea\n- buy milk\n\nSee you.\n", False, id="notes"),
        pytest.param("first.json\n  from a repository, licence MIT.\n", False, id="a list of files"),
    ],
)
def test_is_page(text: str, expected: bool) -> None:
    assert is_page(text.splitlines(keepends=True)) is expected


@pytest.mark.parametrize(
    "line", ["[" * 300_000, "[ " * 300_000, "](" * 300_000, "." * 300_000, "#" * 300_000]
)
def test_hostile_lines_do_not_hang(line: str) -> None:
    assert classify(1, line).kind in (Kind.TEXT, Kind.NOISE)
    assert not is_page([line])


words = st.text("ABCXYZabcxyzéñøł", min_size=2, max_size=12)
titles = st.lists(words, min_size=2, max_size=12).map(lambda some: "Paper " + " ".join(some))
abstracts = st.lists(words, min_size=3, max_size=60).map(lambda some: "We " + " ".join(some) + ".")
days = st.none() | st.dates(date(2001, 1, 1), date(2020, 12, 31))
records = st.lists(
    st.tuples(titles, abstracts, days, st.none() | st.integers(1, 900)), min_size=1, max_size=6
)


def _written(title: str, abstract: str, day: date | None, authors: int | None, gap: str) -> str:
    framed = f"{gap}  • {authors or 1} authors\n·\n{day:%b} {day.day}, {day.year}\n" if day else ""
    return f"{title}\n{gap}{abstract}\n{framed}{gap}"


@pytest.mark.parametrize("gap", ["\n", ""], ids=["blank lines", "none"])
@given(some=records)
def test_what_is_written_as_a_page_is_read_again(
    gap: str, some: list[tuple[str, str, date | None, int | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = HEADER + "".join(_written(*record, gap=gap) for record in some)
    found = papers_of(page(tmp_path_factory.mktemp("law"), text))
    assert [(paper.title, paper.abstract, paper.date) for paper in found] == [
        (title, abstract, day.isoformat() if day else None) for title, abstract, day, _ in some
    ]


@needs_seeds
def test_the_customers_pages() -> None:
    found = {path.name[:3]: papers_of(path) for path in sorted(SEEDS.glob("*.txt"))}
    assert {name: len(papers) for name, papers in found.items()} == {
        "000": 85, "001": 83, "002": 67, "003": 237, "004": 34,
    }  # fmt: skip
    every = [paper for papers in found.values() for paper in papers]
    assert len({paper.title for paper in every}) == 454
    assert not any(rejects_of(path) for path in SEEDS.glob("*.txt"))
    assert min(len(paper.title) for paper in every) == 17
    assert max(len(paper.title) for paper in every) == 145
    assert min(len(paper.abstract) for paper in every) == 432
    assert sum(paper.date is not None for paper in found["004"]) == 33
    assert all(paper.date is None for name in ("000", "001", "002", "003") for paper in found[name])


@needs_seeds
def test_the_fifth_page_was_saved_in_2025() -> None:
    path = next(SEEDS.glob("004*"))
    inferred, given_day = papers_of(path), papers_of(path, "2025-12-11")
    assert [paper.date for paper in inferred] == [paper.date for paper in given_day]
    assert {paper.date[:4] for paper in inferred if paper.date and paper.date_inferred} == {"2025"}
    assert sum(paper.date_inferred for paper in inferred) == 9
    assert max(paper.date for paper in inferred if paper.date) == "2025-09-18"


def test_a_page_with_more_strays_than_papers_is_read_all_the_same(tmp_path: Path) -> None:
    papers = "".join(f"Title Number {number}\n\nThe abstract of it.\n\n" for number in range(100))
    strays = "".join(f"A stray caption {number}\n\n" for number in range(300))
    path = page(tmp_path, papers + strays)
    assert (len(papers_of(path)), len(rejects_of(path))) == (100, 300)
