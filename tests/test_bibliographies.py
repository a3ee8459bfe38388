"""Papers as BibTeX and RIS, read back by the libraries that others read them with."""

import re
from pathlib import Path
from typing import Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import kgraph
from kgraph.bibliographies import _kind, write_bibtex, write_ris
from kgraph.cli import main
from kgraph.records import Paper

ATTENTION = Paper(
    "arxiv:1706.03762",
    "Attention Is All You Need: a BLEU of 28 & more",
    "It is 5% better_than the rest.\nOn {WMT 2014}, ~3^2.",
    ("Ashish Vaswani", "Łukasz Kaiser", "Aäron van den Oord", "Gemini Team"),
    "2017-06-12",
    venue="NeurIPS 2017",
    url="https://arxiv.org/abs/1706.03762",
    ids=("arxiv:1706.03762", "doi:10.1000/a_b", "pmcid:PMC12"),
    extra={"keywords": ["attention", "R&D"], "language": "en"},
)


def entries(text: str) -> list[dict[str, Any]]:
    library = parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    assert not library.failed_blocks
    return [
        {"type": entry.entry_type, "key": entry.key, **{field.key: field.value for field in entry.fields}}
        for entry in library.entries
    ]


def test_bibtex() -> None:
    assert write_bibtex([ATTENTION]) == (
        "@inproceedings{vaswani2017attention,\n"
        "  title = {Attention Is All You Need: a {BLEU} of 28 \\& more},\n"
        "  author = {Ashish Vaswani and Łukasz Kaiser and Aäron van den Oord and {Gemini Team}},\n"
        "  year = {2017},\n"
        "  month = jun,\n"
        "  date = {2017-06-12},\n"
        "  booktitle = {NeurIPS 2017},\n"
        "  doi = {10.1000/a_b},\n"
        "  eprint = {1706.03762},\n"
        "  archiveprefix = {arXiv},\n"
        "  pmcid = {PMC12},\n"
        "  url = {https://arxiv.org/abs/1706.03762},\n"
        "  keywords = {attention, R\\&D},\n"
        "  language = {en},\n"
        "  abstract = {It is 5\\% better\\_than the rest. On \\{WMT 2014\\},"
        " \\textasciitilde{}3\\textasciicircum{}2.},\n"
        "}\n"
    )


def test_ris() -> None:
    assert write_ris([ATTENTION]) == (
        "TY  - CPAPER\n"
        "TI  - Attention Is All You Need: a BLEU of 28 & more\n"
        "AU  - Vaswani, Ashish\n"
        "AU  - Kaiser, Łukasz\n"
        "AU  - van den Oord, Aäron\n"
        "AU  - Gemini Team\n"
        "PY  - 2017\n"
        "DA  - 2017/06/12/\n"
        "T2  - NeurIPS 2017\n"
        "DO  - 10.1000/a_b\n"
        "AN  - arXiv:1706.03762\n"
        "UR  - https://arxiv.org/abs/1706.03762\n"
        "KW  - attention\n"
        "KW  - R&D\n"
        "LA  - en\n"
        "AB  - It is 5% better_than the rest. On {WMT 2014}, ~3^2.\n"
        "ER  - \n"
    )


def test_what_is_not_known_is_left_out() -> None:
    bare = Paper("title:x", "A title")
    assert write_bibtex([bare]) == "@misc{Title,\n  title = {A title},\n}\n"
    assert write_ris([bare]) == "TY  - GEN\nTI  - A title\nER  - \n"
    assert write_bibtex([]) == write_ris([]) == ""


@pytest.mark.parametrize(
    ("date", "fields"),
    [
        (None, {}),
        ("2017", {"year": "2017"}),
        ("2017-06", {"year": "2017", "month": "jun"}),
        ("2017-06-12", {"year": "2017", "month": "jun", "date": "2017-06-12"}),
    ],
)
def test_dates_are_as_exact_as_they_are_known(date: str | None, fields: dict[str, str]) -> None:
    (entry,) = entries(write_bibtex([Paper("x", "A title", date=date)]))
    assert {key: entry[key] for key in ("year", "month", "date") if key in entry} == fields


@pytest.mark.parametrize(
    ("ids", "url"),
    [
        (("doi:10.1000/x",), "https://doi.org/10.1000/x"),
        (("openalex:W12345",), "https://openalex.org/W12345"),
        (("pmid:12",), "https://pubmed.ncbi.nlm.nih.gov/12/"),
        (("page:7",), None),
    ],
)
def test_an_address_follows_from_an_id(ids: tuple[str, ...], url: str | None) -> None:
    (entry,) = entries(write_bibtex([Paper(ids[0], "A title", ids=ids)]))
    assert entry.get("url") == url


@pytest.mark.parametrize(
    ("venue", "kind"),
    [
        ("ICML 2019", "inproceedings"),
        ("Proceedings of the IEEE Conference on Vision", "inproceedings"),
        ("Findings of ACL", "inproceedings"),
        ("Proceedings of the IEEE", "article"),
        ("JMLR", "article"),
        ("Nature", "article"),
        ("arXiv preprint", "misc"),
        ("", "misc"),
    ],
)
def test_kind_by_venue(venue: str, kind: str) -> None:
    assert _kind(Paper("x", "A title", venue=venue)) == kind


def test_a_retracted_paper_says_so() -> None:
    assert "note = {Retracted}" in write_bibtex([Paper("x", "A title", extra={"retracted": True})])
    assert "note" not in write_bibtex([Paper("x", "A title", extra={"retracted": False})])


@pytest.mark.parametrize(
    ("title", "authors", "date", "key"),
    [
        pytest.param("Deep Ponds for Large Frogs", (), "2022", "DeepPondsLarge2022", id="no author"),
        pytest.param("A Large Frog", (), None, "LargeFrog", id="no author, no date"),
        pytest.param("3D Ponds, Complete", (), "2022", "PondsComplete2022", id="no digit first"),
        pytest.param("Of the", (), "2022", "OfThe2022", id="little words alone"),
        pytest.param("404", (), "2022", "paper2022", id="digits alone"),
        pytest.param("Deep Ponds", ("Ann Lee",), "2022-01", "lee2022deep", id="an author"),
        pytest.param("Deep Ponds", ("01.AI",), "2022-01", "ai2022deep", id="an author of digits"),
        pytest.param("Deep Ponds", ("李四",), None, "DeepPonds", id="an author in other letters"),
    ],
)  # fmt: skip
def test_keys_say_what_is_known(title: str, authors: tuple[str, ...], date: str | None, key: str) -> None:
    (entry,) = entries(write_bibtex([Paper("x", title, authors=authors, date=date)]))
    assert entry["key"] == key


def test_keys_of_several_differ_whatever_follows_them() -> None:
    papers = [
        Paper(str(n), title) for n, title in enumerate(["Deep Pond", "Deep Pond", "Deep Ponda", "Frog"])
    ]
    assert [entry["key"] for entry in entries(write_bibtex(papers))] == [
        "DeepPondb", "DeepPondc", "DeepPonda", "Frog",
    ]  # fmt: skip


def test_keys_are_unique_and_plain() -> None:
    papers = [
        Paper(str(n), "Die Größe: α", authors=("Émile Müller-Lüdenscheidt",), date="2020") for n in "12"
    ]
    papers.append(Paper("3", "???"))
    keys = [entry["key"] for entry in entries(write_bibtex(papers))]
    assert len(set(keys)) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", key) for key in keys)
    assert keys[0].startswith("mullerludenscheidt2020")


HOSTILE = [
    "} , note = {x",
    "{ unbalanced",
    "ends in a backslash \\",
    "line\nER  - \nTY  - JOUR\nTI  - other",
    '@article{a, title="b"}',
    "\x1b[31mred\x1b[0m",
    "100% & #1 ~ ^ _ $",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_ends_a_field(text: str) -> None:
    paper = Paper("arxiv:1706.03762", text, text, (text, "A B"), "2020", venue=text, url=f"https://x/{text}",
                  ids=("doi:10.1000/" + text,))  # fmt: skip
    (entry,) = entries(write_bibtex([paper]))
    assert set(entry) <= {"type", "key", "title", "author", "year", "journal", "doi", "eprint",
                          "archiveprefix", "url", "abstract"}  # fmt: skip
    (record,) = rispy.loads(write_ris([paper]))
    assert record["title"] == re.sub(r"\n", " ", text).replace("\x1b", "�")
    assert len(record["authors"]) == 2
    assert "\x1b" not in write_bibtex([paper]) + write_ris([paper])


words = st.text("abcXYZé 0189%&#_${}~^\\:;@=,.()[]", min_size=1).map(str.strip).filter(bool)


# What the library does not decode quite, and LaTeX does.
UNREAD = {"ˆ": "^", r"$\lbrace$": "{", r"$\rbrace$": "}"}


@given(words, words)
def test_texts_come_back(title: str, abstract: str) -> None:
    paper = Paper("x", title, abstract)
    (entry,) = entries(write_bibtex([paper]))
    for name, text in ("title", title), ("abstract", abstract):
        read = re.sub("|".join(map(re.escape, UNREAD)), lambda sign: UNREAD[sign[0]], entry[name])
        assert " ".join(read.split()) == " ".join(text.split())
    (record,) = rispy.loads(write_ris([paper]))
    assert (record["title"], record["abstract"]) == (title, abstract)


# ------------------------------------------------------------------------------------------ from the store


def test_papers_of_a_name(toy_db: Path) -> None:
    result = CliRunner().invoke(main, ["papers", "LoRA", "--format", "bib", "--db", str(toy_db)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert [entry["eprint"] for entry in entries(result.stdout) if "eprint" in entry] == [
        "2106.09685",
        "2305.14314",
    ]
    assert len(entries(result.stdout)) == 4
    ris = CliRunner().invoke(main, ["papers", "LoRA", "--format", "ris", "--limit", "2", "--db", str(toy_db)])
    assert len(rispy.loads(ris.stdout)) == 2
    both = CliRunner().invoke(main, ["papers", "LoRA", "--format", "ris", "--json", "--db", str(toy_db)])
    assert both.exit_code == 2


@pytest.mark.parametrize("suffix", ["bib", "ris"])
def test_export(toy_db: Path, tmp_path: Path, suffix: str) -> None:
    def count(path: Path) -> int:
        text = path.read_text("utf-8")
        return len(entries(text) if suffix == "bib" else rispy.loads(text))

    with kgraph.open(toy_db) as landscape:
        everything = landscape.export(tmp_path / f"all.{suffix}")
        near = landscape.export(tmp_path / f"near.{suffix}", around="Mamba")
    assert (everything.nodes, everything.edges, count(everything.paths[0])) == (13, None, 13)
    assert (near.nodes, count(near.paths[0])) == (2, 2)


def test_our_own_reader_takes_them_back(toy_db: Path, tmp_path: Path) -> None:
    """As soon as BibTeX and RIS are among the formats that are read."""
    sources = pytest.importorskip("kgraph.sources.bibtex", reason="BibTeX is not read yet")
    assert sources
    with kgraph.open(toy_db) as landscape:
        papers = [paper for paper in landscape._store.papers() if "\x1b" not in paper.title]
    for name, write in ("back.bib", write_bibtex), ("back.ris", write_ris):
        (tmp_path / name).write_text(write(papers), "utf-8")
        read = [one for one in kgraph.read_papers([tmp_path / name]) if isinstance(one, Paper)]
        assert [(one.title, one.abstract, one.authors, one.date) for one in read] == [
            (one.title, one.abstract, one.authors, one.date) for one in papers
        ]
        for one, original in zip(read, papers, strict=True):
            known = {id_ for id_ in original.ids if id_.startswith(("arxiv:", "doi:"))}
            assert known <= set(one.ids)
