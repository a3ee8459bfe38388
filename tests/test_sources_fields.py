"""Records of any source to papers: usual names of fields, shapes of values, dates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.records import Paper, Reject
from kgraph.sources.dates import parse_date
from kgraph.sources.fields import read_fields
from kgraph.sources.values import clean, read_list, read_names, read_text

HASH = "649def34f8be52c8b66281af98ae884c09aef38b"


def paper(record: dict[str, object]) -> Paper:
    found = read_fields({"title": "A Title", **record}, "here:1")
    assert isinstance(found, Paper)
    return found


def test_a_whole_record() -> None:
    record = {
        "id": "https://arxiv.org/abs/1706.03762v7",
        "title": " Attention Is\n All You Need ",
        "abstract": "We propose a $d_k$~model.\n\nIt works.",
        "authors": [{"name": "A. Vaswani"}, "Noam Shazeer"],
        "date": "2017-06-12",
        "venue": {"name": "NeurIPS"},
        "url": "https://doi.org/10.48550/arXiv.1706.03762",
        "doi": "10.1000/Attention",
        "references": ["https://arxiv.org/abs/1409.0473", {"title": "Old work"}, None, "arxiv:1409.0473"],
        "keywords": "attention; transformers",
        "upvotes": 7,
    }
    assert read_fields(record, "here:1") == Paper(
        id="https://arxiv.org/abs/1706.03762v7",
        title="Attention Is All You Need",
        abstract="We propose a d_k model. It works.",
        authors=("A. Vaswani", "Noam Shazeer"),
        date="2017-06-12",
        venue="NeurIPS",
        url="https://doi.org/10.48550/arXiv.1706.03762",
        ids=("arxiv:1706.03762", "doi:10.1000/attention"),
        references=("arxiv:1409.0473", "Old work"),
        extra={"keywords": ["attention", "transformers"], "upvotes": 7},
        source="here:1",
    )


def test_the_texts_of_an_annotated_paper_stay() -> None:
    record: dict[str, object] = {
        "title": "On $d_k$",
        "abstract": "Abstract. \\emph{We}  win.",
        "entities": [],
    }
    found = paper(record)
    assert (found.title, found.abstract) == ("On $d_k$", "Abstract. \\emph{We} win.")
    del record["entities"]
    found = paper(record)
    assert (found.title, found.abstract) == ("On d_k", "We win.")


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"abstract": "Text."}, id="no title"),
        pytest.param({"title": "  ", "abstract": "Text."}, id="blank title"),
        pytest.param({"title": None, "abstract": "Text."}, id="null title"),
        pytest.param({"title": [], "abstract": "Text."}, id="empty list for a title"),
        pytest.param({"title": True, "abstract": "Text."}, id="flag for a title"),
    ],
)
def test_a_record_without_title_is_rejected(record: dict[str, object]) -> None:
    found = read_fields(record, "here:1")
    assert isinstance(found, Reject)
    assert (found.source, found.reason) == ("here:1", "has no title")
    assert '"abstract": "Text."' in found.excerpt


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        pytest.param({"Paper Title ": "T", "title": ""}, "title", "T", id="name with blanks"),
        pytest.param({"title": 1984}, "title", "1984", id="number for a title"),
        pytest.param({"title": ["First", "Second"]}, "title", "First", id="list of titles"),
        pytest.param({"summary": "S."}, "abstract", "S.", id="summary"),
        pytest.param({"summary": "S.", "abstract": "A."}, "abstract", "A.", id="abstract before summary"),
        pytest.param({"Author Names": "Liu R.; Adler D.G."}, "authors", ("Liu R.", "Adler D.G."), id="names"),
        pytest.param({"Author": "Byron, Ada; Hay, P."}, "authors", ("Ada Byron", "P. Hay"), id="last, first"),
        pytest.param({"Author": "Ada Byron, Phil Hay"}, "authors", ("Ada Byron", "Phil Hay"), id="two names"),
        pytest.param({"publication_year": "2014//"}, "date", "2014", id="year"),
        pytest.param({"year": 2017, "publicationDate": "2017-06-12"}, "date", "2017-06-12", id="day"),
        pytest.param({"year": 2017, "date": "soon"}, "date", "2017", id="what can be read"),
        pytest.param({"journal-ref": "Nature 1"}, "venue", "Nature 1", id="journal"),
        pytest.param({"link": "https://x.org"}, "url", "https://x.org", id="link"),
        pytest.param({"id": 42}, "id", "42", id="number for an id"),
        pytest.param({"id": "None", "paperId": "p7"}, "id", "p7", id="the next id"),
        pytest.param({"id": "cvpr2019:None"}, "id", "cvpr2019:None", id="as it stands"),
        pytest.param({"id": "None"}, "id", "", id="none"),
        pytest.param({"id": "2101.11402"}, "ids", ("arxiv:2101.11402",), id="own arXiv id"),
        pytest.param({"id": "38799228"}, "ids", (), id="own number"),
        pytest.param({"id": HASH}, "ids", (), id="own hash"),
        pytest.param({"paperId": HASH}, "ids", (f"s2:{HASH}",), id="Semantic Scholar's hash"),
        pytest.param({"PMID": "38799228"}, "ids", ("pmid:38799228",), id="number in its column"),
        pytest.param({"doi": "10.1000/a 10.1000/b"}, "ids", ("doi:10.1000/a", "doi:10.1000/b"), id="two"),
        pytest.param({"doi": "10.1"}, "ids", (), id="no DOI"),
        pytest.param({"externalIds": {"ArXiv": "1706.03762", "CorpusId": 13756489, "MAG": "1"}}, "ids",
                     ("arxiv:1706.03762", "s2:13756489"), id="object of ids"),
        pytest.param({"ids": ["doi:10.1000/x", "y"]}, "ids", ("doi:10.1000/x",), id="list of ids"),
        pytest.param({"references": "1409.0473; doi:10.1000/X; A Book"}, "references",
                     ("arxiv:1409.0473", "doi:10.1000/x", "A Book"), id="separated references"),
        pytest.param({"references": "1409.0473, 10.1000/X"}, "references",
                     ("arxiv:1409.0473", "doi:10.1000/x"), id="ids between commas"),
        pytest.param({"references": "One, Two and Three"}, "references", ("One, Two and Three",), id="title"),
        pytest.param({"references": '["1409.0473"]'}, "references", ("arxiv:1409.0473",), id="a cell"),
        pytest.param({"references": [{"externalIds": {"DOI": "10.1000/X"}, "title": "T"}]}, "references",
                     ("doi:10.1000/x",), id="objects"),
        pytest.param({"citations": ["1409.0473"]}, "references", ("arxiv:1409.0473",), id="citations"),
        pytest.param({"citations": [{"paperId": HASH}]}, "references", (), id="papers that cite this one"),
        pytest.param({"citations": "17"}, "references", (), id="their number"),
        pytest.param({"num_comments": "3", "is_retracted": False}, "extra",
                     {"comments": 3, "retracted": False}, id="numbers and flags"),
        pytest.param({"keywords": "a, b"}, "extra", {"keywords": ["a", "b"]}, id="keywords between commas"),
        pytest.param({"emails": "x@example.org", "gender": "f"}, "extra", {}, id="nothing about persons"),
        pytest.param({"paper": {"id": "2602.23229", "summary": "S."}, "numComments": 2}, "abstract", "S.",
                     id="a record within a record"),
    ],
)  # fmt: skip
def test_fields(record: dict[str, object], field: str, value: object) -> None:
    assert getattr(paper(record), field) == value


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2017", "2017"), ("2017.0", "2017"), (2017, "2017"), (2017.0, "2017"), ("2014//", "2014"),
        ("2017-06", "2017-06"), ("2017/6/1", "2017-06-01"), ("2019/10//undefined", "2019-10"),
        ("2017-06-12T17:57:34Z", "2017-06-12"), ("20180330", "2018-03-30"), ("2017-06-31", "2017-06"),
        ("2017-13-01", "2017"), ("2017-2018", "2017"), ("June 2017", "2017-06"),
        ("12 Jun 2017", "2017-06-12"),
        ("Jun 12, 2017", "2017-06-12"), ("June 3rd, 2017", "2017-06-03"),
        ("Mon, 2 Apr 2007 19:18:42 GMT", "2007-04-02"), ("13/06/2017", "2017-06-13"),
        ("06/13/2017", "2017-06-13"), ("05/06/2017", "2017"), (1517443200000, "2018-02-01"),
        ({"date-parts": [[2014, 12, 31], [2015, 1, 1]]}, "2014-12-31"), ({"date-parts": [[None]]}, None),
        ({"raw": "2012"}, "2012"), ({}, None), ("soon", None), ("", None), (None, None), (True, None),
        (["2017"], None), ("0000", None), ("9999", None), ("12", None), ("May", None), (1e300, None),
        (float("nan"), None),
    ],
)  # fmt: skip
def test_dates(value: object, date: str | None) -> None:
    assert parse_date(value) == date


@pytest.mark.parametrize(
    ("value", "names"),
    [
        pytest.param("A B; C D", ["A B", "C D"], id="semicolons"),
        pytest.param("A B, C D and E F", ["A B", "C D", "E F"], id="commas and and"),
        pytest.param("A B, C D, and E F", ["A B", "C D", "E F"], id="comma before and"),
        pytest.param("Last, First and Other, Second", ["Last, First", "Other, Second"], id="BibTeX"),
        pytest.param("Ferdinand Alexander", ["Ferdinand Alexander"], id="and within a name"),
        pytest.param("['Marx, Karl', 'Lindgren, Astrid']", ["Marx, Karl", "Lindgren, Astrid"], id="Python"),
        pytest.param('["A B"]', ["A B"], id="JSON"),
        pytest.param(r"['Ren\e']", [r"Ren\e"], id="odd escape"),
        pytest.param("[Anonymous]", ["[Anonymous]"], id="brackets that are no list"),
        pytest.param([["Last", "First", "Jr."]], ["First Last Jr."], id="parts"),
        pytest.param([{"author": {"display_name": "A B"}}], ["A B"], id="OpenAlex"),
        pytest.param([{"family": "B", "given": "A"}, {"name": "Team"}], ["A B", "Team"], id="Crossref"),
        pytest.param([{"name": "A", "hidden": True}, {"name": "B", "hidden": False}], ["B"], id="hidden"),
        pytest.param([None, "", 7, {}], ["7"], id="oddities"),
        pytest.param(None, [], id="none"),
        pytest.param({"name": "A"}, [], id="no list"),
    ],
)
def test_names(value: object, names: list[str]) -> None:
    assert read_names(value) == names


@given(st.text())
def test_clean_texts_are_on_one_line_and_stay(text: str) -> None:
    once = clean(text)
    assert clean(once) == once == once.strip()
    assert len(once.splitlines()) < 2
    once.encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(
    [
        "title",
        "abstract",
        "authors",
        "date",
        "id",
        "ids",
        "doi",
        "references",
        "citations",
        "keywords",
        "paper",
    ]
)


@given(st.dictionaries(names, json_values))
def test_any_record_is_a_paper_or_a_reject(record: dict[str, object]) -> None:
    found = read_fields(record, "here:1")
    assert found.source == "here:1"
    assert isinstance(found, Reject) or found.title


@given(json_values)
def test_any_value_can_be_read(value: object) -> None:
    assert isinstance(read_text(value), str)
    assert isinstance(read_list(value), list)
    parse_date(value)
