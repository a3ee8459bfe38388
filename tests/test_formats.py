"""Every format, by a small file of our own: what each field becomes, and what is no paper."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources import read_papers
from kgraph.sources.files import open_file
from kgraph.sources.formats import FORMATS, SHAPES, find_shape
from kgraph.sources.recognise import recognise

HASH = "649def34f8be52c8b66281af98ae884c09aef38b"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def read(file: Path, content: str, encoding: str = "utf-8") -> list[Paper | Reject]:
    file.write_text(content, encoding=encoding, newline="")
    return list(read_papers([file]))


def lone(found: Sequence[Paper | Reject]) -> Paper:
    (paper,) = found
    assert isinstance(paper, Paper), paper
    return paper


def reasons(found: Sequence[Paper | Reject]) -> list[str]:
    return [one.reason for one in found if isinstance(one, Reject)]


def format_of(file: Path) -> str:
    with open_file(file, 10**6) as opened:
        return recognise(opened).name


# ----------------------------------------------------------------------------------------------- arXiv's

SNAPSHOT = {
    "id": "math/0211159",
    "submitter": "Ada Byron",
    "authors": "A. B\\'ezier, C. Noether",
    "title": "On $\\beta$-Cups\n  and Saucers",
    "comments": "8 pages",
    "journal-ref": "J. Tea 5 (2004)",
    "doi": "10.1000/TEA.1 10.1000/tea.2",
    "categories": "math.DG cs.LG",
    "abstract": "  We pour tea into\n$\\beta$-cups.\n",
    "versions": [
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
        {"version": "v1", "created": "Mon, 11 Nov 2002 16:11:49 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [["Bézier", "A.", ""], ["Noether", "C.", "Jr."]],
}


def test_arxiv_snapshot(file: Path) -> None:
    assert lone(read(file, json.dumps(SNAPSHOT) + "\n")) == Paper(
        id="math/0211159",
        title="On β-Cups and Saucers",
        abstract="We pour tea into β-cups.",
        authors=("A. Bézier", "C. Noether Jr."),
        date="2002-11-11",
        venue="J. Tea 5 (2004)",
        url="https://arxiv.org/abs/math/0211159",
        ids=("arxiv:math/0211159", "doi:10.1000/tea.1", "doi:10.1000/tea.2"),
        extra={"categories": ["math.DG", "cs.LG"]},
        source=f"{file}:1",
    )


def test_arxiv_snapshot_with_what_it_may_lack(file: Path) -> None:
    bare = {"id": "2101.11402", "title": "Tea", "update_date": "2021-01-30", "categories": "cs.LG"}
    paper = lone(read(file, json.dumps(bare) + "\n"))
    assert (paper.ids, paper.date, paper.authors, paper.abstract) == (("arxiv:2101.11402",), None, (), "")


ATOM = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x</id><title>arXiv Query</title>
  <entry>
    <id>http://arxiv.org/abs/2101.11402v3</id>
    <title>Cups &amp; Saucers:
      a Survey</title>
    <updated>2021-03-01T00:00:00Z</updated>
    <link href="https://arxiv.org/abs/2101.11402v3" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2101.11402v3" rel="related" type="application/pdf" title="pdf"/>
    <summary>  We pour
 tea.</summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <published>2021-01-27T18:20:00Z</published>
    <arxiv:comment>44 pages</arxiv:comment>
    <arxiv:primary_category term="cs.CL"/>
    <arxiv:journal_ref>J. Tea 7</arxiv:journal_ref>
    <arxiv:doi>10.1000/TEA</arxiv:doi>
    <author><name>Ada Byron</name></author>
    <author><name>George Boole</name></author>
  </entry>
  <entry>
    <id>https://arxiv.org/api/errors#incorrect_id_format_for_abc</id>
    <title>Error</title>
    <summary>incorrect id format for abc</summary>
    <author><name>arXiv api core</name></author>
  </entry>
</feed>
"""


def test_arxiv_atom(file: Path) -> None:
    paper, error = read(file, ATOM)
    assert paper == Paper(
        id="2101.11402",
        title="Cups & Saucers: a Survey",
        abstract="We pour tea.",
        authors=("Ada Byron", "George Boole"),
        date="2021-01-27",
        venue="J. Tea 7",
        url="https://arxiv.org/abs/2101.11402v3",
        ids=("arxiv:2101.11402", "doi:10.1000/tea"),
        extra={"categories": ["cs.CL", "cs.LG"]},
        source=f"{file}:record 1",
    )
    assert error == NoPaper(f"{file}:record 2", "is an error message of arXiv's: incorrect id format for abc")


def test_a_feed_without_entries(file: Path) -> None:
    assert read(file, '<feed xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title></feed>') == []


def oai(
    metadata: str, header: str = "<header><identifier>oai:arXiv.org:2101.11402</identifier></header>"
) -> str:
    record = f"<record>{header}<metadata>{metadata}</metadata></record>"
    return (
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{record}</ListRecords></OAI-PMH>'
    )


RAW = """<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2101.11402</id><submitter>Ada</submitter>
 <version version="v1"><date>Wed, 27 Jan 2021 19:33:21 GMT</date></version>
 <version version="v2"><date>Mon, 1 Mar 2021 00:00:00 GMT</date></version>
 <title>Cups</title><authors>Ada Byron (1), George Boole and Emmy Noether ((1) Tea House)</authors>
 <categories>cs.CL cs.LG</categories><doi>10.1000/tea</doi><abstract>  We pour
tea.
</abstract></arXivRaw>"""
ARXIV = """<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2101.11402</id><created>2021-01-27</created>
 <updated>2021-03-01</updated><authors><author><keyname>Byron</keyname><forenames>Ada</forenames></author>
 <author><keyname>King</keyname><forenames>Martin</forenames><suffix>Jr.</suffix></author></authors>
 <title>Cups</title><categories>cs.CL cs.LG</categories><doi>10.1000/tea</doi>
 <abstract>We pour tea.</abstract></arXiv>"""
DUBLIN_CORE = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Cups</dc:title><dc:creator>Byron, Ada</dc:creator>
 <dc:subject>Computer Science - Computation and Language</dc:subject>
 <dc:description>Comment: 8 pages</dc:description><dc:description>We pour tea.</dc:description>
 <dc:date>2021-01-27</dc:date><dc:date>2021-03-01</dc:date>
 <dc:identifier>http://arxiv.org/abs/2101.11402</dc:identifier><dc:identifier>J. Tea 7 (2021)</dc:identifier>
 <dc:identifier>doi:10.1000/TEA</dc:identifier></oai_dc:dc>"""


@pytest.mark.parametrize(
    ("metadata", "authors", "venue", "url"),
    [
        pytest.param(RAW, ("Ada Byron", "George Boole", "Emmy Noether"), None, "https", id="arXivRaw"),
        pytest.param(ARXIV, ("Ada Byron", "Martin King Jr."), None, "https", id="arXiv"),
        pytest.param(DUBLIN_CORE, ("Ada Byron",), "J. Tea 7 (2021)", "http", id="oai_dc"),
    ],
)  # fmt: skip
def test_arxiv_oai(file: Path, metadata: str, authors: tuple[str, ...], venue: str | None, url: str) -> None:
    paper = lone(read(file, oai(metadata)))
    assert (paper.id, paper.title, paper.abstract, paper.date) == (
        "2101.11402", "Cups", "We pour tea.", "2021-01-27",
    )  # fmt: skip
    assert (paper.authors, paper.venue, paper.url) == (authors, venue, f"{url}://arxiv.org/abs/2101.11402")
    assert paper.ids == ("arxiv:2101.11402", "doi:10.1000/tea")


def test_a_record_that_was_deleted(file: Path) -> None:
    header = '<header status="deleted"><identifier>oai:arXiv.org:cs/0112001</identifier></header>'
    (gone,) = read(file, oai("", header))
    assert gone == NoPaper(f"{file}:record 1", "was deleted at the source", "oai:arXiv.org:cs/0112001")


def test_an_answer_without_records(file: Path) -> None:
    error = '<error code="noRecordsMatch">Nothing since then</error>'
    text = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{error}</OAI-PMH>'
    assert reasons(read(file, text)) == ["is an error message of arXiv's: Nothing since then"]


# ---------------------------------------------------------------------------------------------- OpenAlex

WORK = {
    "id": "https://openalex.org/W2741809807",
    "doi": "https://doi.org/10.48550/arXiv.2101.11402",
    "title": "Cups and <i>Saucers</i>",
    "display_name": "Cups and <i>Saucers</i>",
    "publication_year": 2021,
    "publication_date": "2021-01-01",
    "language": "en",
    "ids": {
        "openalex": "https://openalex.org/W2741809807",
        "pmid": "https://pubmed.ncbi.nlm.nih.gov/38799228",
    },
    "primary_location": {
        "source": {"display_name": "Journal of Tea"},
        "landing_page_url": "https://tea.org/1",
    },
    "locations": [
        {"landing_page_url": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC11116106"},
        {"landing_page_url": "https://doi.org/10.1000/another-work-by-its-page"},
        None,
    ],
    "authorships": [
        {"author": {"display_name": "Ada Byron"}, "raw_author_name": "Byron, Ada"},
        {"author": {}, "raw_author_name": "George Boole"},
    ],
    "abstract_inverted_index": {"Abstract": [0], "We": [1], "pour": [2], "tea,": [3, 5], "then": [4]},
    "referenced_works": ["https://openalex.org/W19995", "openalex.org/W2000000002", None],
    "keywords": [{"display_name": "Tea", "score": 0.4}],
    "is_retracted": True,
    "cited_by_count": 7,
}


def test_openalex(file: Path) -> None:
    expected = Paper(
        id="https://openalex.org/W2741809807",
        title="Cups and Saucers",
        abstract="We pour tea, then tea,",
        authors=("Ada Byron", "George Boole"),
        date="2021",
        venue="Journal of Tea",
        url="https://doi.org/10.48550/arXiv.2101.11402",
        ids=("arxiv:2101.11402", "openalex:W2741809807", "pmid:38799228", "pmcid:PMC11116106"),
        references=("openalex:W19995", "openalex.org/W2000000002"),
        extra={"keywords": ["Tea"], "language": "en", "retracted": True},
        source=f"{file}:1",
    )
    assert lone(read(file, json.dumps(WORK))) == expected
    page = read(file, json.dumps({"meta": {"count": 1}, "results": [WORK], "group_by": []}))
    assert [one.source for one in page] == [f"{file}:record 1"]


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        pytest.param({"publication_date": "2021-03-04"}, "date", "2021-03-04", id="a day"),
        pytest.param({"publication_date": None}, "date", "2021", id="a year"),
        pytest.param({"abstract_inverted_index": None}, "abstract", "", id="no abstract"),
        pytest.param({"abstract_inverted_index": {"b": [7], "a": [2, "x", -1, True], "c": None}}, "abstract",
                     "a b", id="holes and oddities"),
        pytest.param({"title": None, "display_name": "Shown"}, "title", "Shown", id="another title"),
        pytest.param({"primary_location": None}, "venue", None, id="no place"),
        pytest.param({"doi": None}, "url", "https://tea.org/1", id="no DOI"),
        pytest.param({"referenced_works": None}, "references", (), id="no references"),
    ],
)  # fmt: skip
def test_openalex_with_what_it_may_lack(
    file: Path, changes: dict[str, object], field: str, value: object
) -> None:
    assert getattr(lone(read(file, json.dumps({**WORK, **changes}))), field) == value


# --------------------------------------------------------------------------------------- Semantic Scholar

S2 = {
    "paperId": HASH,
    "externalIds": {
        **{"ArXiv": "2101.11402", "DOI": "10.1000/TEA", "ACL": "P19-1001", "DBLP": "journals/tea/ByronB21"},
        **{"PubMed": "38799228", "PubMedCentral": "11116106", "CorpusId": 258059792, "MAG": "155"},
    },
    "url": f"https://www.semanticscholar.org/paper/{HASH}",
    "title": "Cups",
    "abstract": None,
    "venue": "J. Tea",
    "year": 2021,
    "publicationDate": None,
    "publicationVenue": {"name": "Journal of Tea"},
    "authors": [{"authorId": "1", "name": "Ada Byron"}],
    "references": [
        {"paperId": "f" * 40, "title": "Kettles"},
        {"paperId": None, "title": "An Old Book"},
        {"paperId": "e" * 40, "externalIds": {"DOI": "10.1000/Y"}, "title": "Pots"},
        None,
    ],
    "citations": [{"paperId": "d" * 40, "title": "Later"}],
}


def test_semantic_scholar(file: Path) -> None:
    expected = Paper(
        id=HASH,
        title="Cups",
        authors=("Ada Byron",),
        date="2021",
        venue="Journal of Tea",
        url=f"https://www.semanticscholar.org/paper/{HASH}",
        ids=(
            *("arxiv:2101.11402", "doi:10.1000/tea", "s2:258059792", f"s2:{HASH}", "acl:P19-1001"),
            *("pmid:38799228", "dblp:journals/tea/ByronB21", "pmcid:PMC11116106"),
        ),
        references=(f"s2:{'f' * 40}", "An Old Book", "doi:10.1000/y"),
        source=f"{file}:record 1",
    )
    assert lone(read(file, json.dumps(S2, indent=1))) == expected
    assert lone(read(file, json.dumps({"total": 1, "data": [S2]}))) == expected
    assert lone(read(file, json.dumps({"data": [{"isInfluential": False, "citingPaper": S2}]}))) == expected


def test_semantic_scholar_without_anything(file: Path) -> None:
    (nothing,) = read(file, json.dumps({"paperId": HASH, "title": None, "references": None}))
    assert nothing == NoPaper(f"{file}:1", "has no title", HASH)


def s2ag(number: int, title: str, **more: object) -> str:
    row = {"corpusid": number, "externalids": {"CorpusId": str(number)}, "title": title, "year": 2020}
    return json.dumps({**row, **more}) + "\n"


class TestSemanticScholarParts:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "papers.jsonl").write_text(s2ag(11, "Cups") + s2ag(12, "Pots") + s2ag(13, "Kettles"))
        (tmp_path / "abstracts.jsonl").write_text(
            '{"corpusid": 11, "openaccessinfo": null, "abstract": "We pour $\\\\beta$-tea."}\n'
            '{"corpusid": 99, "openaccessinfo": null, "abstract": "Nobody asked."}\n'
        )
        (tmp_path / "citations.jsonl").write_text(
            '{"citationid": "1", "citingcorpusid": "12", "citedcorpusid": "11", "isinfluential": false}\n'
            '{"citationid": 2, "citingcorpusid": 12, "citedcorpusid": 500}\n'
            '{"citationid": 3, "citingcorpusid": 12, "citedcorpusid": null}\n'
            '{"citationid": 4, "citingcorpusid": 98, "citedcorpusid": 97}\n'
        )
        return tmp_path

    def test_papers_are_completed_whatever_the_order_of_files(self, folder: Path) -> None:
        found = list(read_papers([folder]))
        papers = {one.title: one for one in found if isinstance(one, Paper)}
        assert list(papers) == ["Cups", "Pots", "Kettles"]
        assert papers["Cups"].abstract == "We pour β-tea."
        assert papers["Pots"].references == ("s2:11", "s2:500")
        assert papers["Kettles"].references == ()
        assert [(Path(one.source).name, one.reason) for one in found if isinstance(one, Reject)] == [
            ("abstracts.jsonl", "1 lines are about papers of no other source"),
            ("citations.jsonl:3", "has no number as citedcorpusid"),
            ("citations.jsonl", "1 lines are about papers of no other source"),
        ]

    def test_parts_of_papers_that_are_left_out_are_not_kept(self, folder: Path) -> None:
        found = list(read_papers([folder], where=["title=cups"]))
        assert [(one.title, one.references) for one in found if isinstance(one, Paper)] == [("Cups", ())]

    def test_a_part_alone_has_no_papers(self, folder: Path) -> None:
        found = list(read_papers([folder / "abstracts.jsonl"]))
        assert reasons(found) == ["2 lines are about papers of no other source"]


# ---------------------------------------------------------------------------------- Crossref and CSL-JSON

CROSSREF = {
    "DOI": "10.1000/TEA",
    "prefix": "10.1000",
    "member": "297",
    "type": "journal-article",
    "title": ["Cups\n   and <i>Saucers</i>"],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>We pour H<jats:sub>2</jats:sub>O.</jats:p>",
    "author": [{"given": "Ada", "family": "Byron"}, {"name": "The Tea Team"}],
    "container-title": ["Journal of Tea"],
    "published-online": {"date-parts": [[2021, 3, 4]]},
    "published-print": {"date-parts": [[2021, 5]]},
    "issued": {"date-parts": [[2021, 3, 4]]},
    "URL": "https://doi.org/10.1000/tea",
    "language": "en",
    "relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2101.11402"}],
                 "has-review": [{"id-type": "doi", "id": "10.1000/review"}]},
    "reference": [
        {"key": "1", "DOI": "10.1000/Kettle"},
        {"key": "2", "article-title": "Pots", "author": "Boole"},
        {"key": "3", "unstructured": "Noether, E. Spoons. At https://arxiv.org/abs/2002.00001 (2020)."},
        {"key": "4", "unstructured": "A private letter."},
        {"key": "5"},
    ],
}  # fmt: skip


def test_crossref(file: Path) -> None:
    answer = {"status": "ok", "message-type": "work", "message": CROSSREF}
    assert lone(read(file, json.dumps(answer))) == Paper(
        id="10.1000/TEA",
        title="Cups and Saucers",
        abstract="We pour H2O.",
        authors=("Ada Byron", "The Tea Team"),
        date="2021-03-04",
        venue="Journal of Tea",
        url="https://doi.org/10.1000/tea",
        ids=("arxiv:2101.11402", "doi:10.1000/tea"),
        references=("doi:10.1000/kettle", "Pots", "arxiv:2002.00001", "A private letter."),
        extra={"language": "en"},
        source=f"{file}:record 1",
    )
    listed = {"status": "ok", "message": {"total-results": 2, "items": [CROSSREF, {**CROSSREF, "title": []}]}}
    assert reasons(read(file, json.dumps(listed))) == ["has no title"]
    assert lone(read(file, json.dumps(CROSSREF) + "\n")).title == "Cups and Saucers"


def test_csl_json(file: Path) -> None:
    items = [
        {
            "id": "byron2021",
            "type": "article-journal",
            "title": "Cups: <span class=\"nocase\">de</span> <b>Novo</b>",
            "abstract": "We pour tea.",
            "author": [{"family": "Byron", "given": "Ada"}, {"literal": "The Tea Team"}],
            "container-title": "Journal of Tea",
            "issued": {"date-parts": [[2021, 3, 4], [2021, 4, 1]]},
            "DOI": "10.1000/TEA",
            "PMID": "38799228",
            "URL": "https://arxiv.org/abs/2101.11402",
            "language": "German",
        },
        {"id": "old", "type": "book", "title": "Pots", "issued": {"raw": "circa 1883"}},
    ]  # fmt: skip
    first, second = read(file, json.dumps(items))
    assert first == Paper(
        id="byron2021",
        title="Cups: de Novo",
        abstract="We pour tea.",
        authors=("Ada Byron", "The Tea Team"),
        date="2021-03-04",
        venue="Journal of Tea",
        url="https://arxiv.org/abs/2101.11402",
        ids=("arxiv:2101.11402", "doi:10.1000/tea", "pmid:38799228"),
        extra={"language": "de"},
        source=f"{file}:record 1",
    )
    assert isinstance(second, Paper)
    assert (second.title, second.id) == ("Pots", "old")


# --------------------------------------------------------------------------------------- lists of papers


def test_daily_papers(file: Path) -> None:
    item = {
        "paper": {
            "id": "2101.11402",
            "title": "Cups",
            "summary": "We pour tea.",
            "ai_summary": "A machine says so.",
            "ai_keywords": ["tea"],
            "authors": [{"name": "Ada Byron", "hidden": False}, {"name": "Nobody", "hidden": True}],
            "publishedAt": "2021-01-27T17:08:18.000Z",
            "upvotes": 10,
            "organization": {"name": "tea", "fullname": "Tea House"},
        },
        "publishedAt": "2021-01-28T12:08:18.000Z",
        "title": "Cups",
        "numComments": 3,
    }
    assert lone(read(file, json.dumps([item]))) == Paper(
        id="2101.11402",
        title="Cups",
        abstract="We pour tea.",
        authors=("Ada Byron",),
        date="2021-01-27",
        url="https://huggingface.co/papers/2101.11402",
        ids=("arxiv:2101.11402",),
        extra={"keywords": ["tea"], "upvotes": 10, "comments": 3, "organisation": "Tea House"},
        source=f"{file}:record 1",
    )


NOTE = {
    "id": "B11bwYgfM",
    "forum": "B11bwYgfM",
    "replyto": None,
    "cdate": 1517443200000,
    "invitations": ["Tea.org/2018/Conference/-/Submission"],
    "content": {
        "title": {"value": "Cups"},
        "abstract": {"value": "We pour tea."},
        "authors": {"value": ["Ada Byron", "George Boole"]},
        "keywords": {"value": ["tea"]},
        "venue": {"value": "Tea 2018 poster"},
        "venueid": {"value": "Tea.org/2018/Conference"},
    },
}


def test_openreview(file: Path) -> None:
    review = {
        "id": "rev1",
        "forum": "B11bwYgfM",
        "replyto": "B11bwYgfM",
        "content": {"title": {"value": "Good"}},
    }
    paper, reply = read(file, json.dumps({"notes": [NOTE, review], "count": 2}))
    assert paper == Paper(
        id="B11bwYgfM",
        title="Cups",
        abstract="We pour tea.",
        authors=("Ada Byron", "George Boole"),
        date="2018-02-01",
        venue="Tea 2018 poster",
        url="https://openreview.net/forum?id=B11bwYgfM",
        ids=("openreview:B11bwYgfM",),
        extra={"keywords": ["tea"]},
        source=f"{file}:record 1",
    )
    assert reply == NoPaper(f"{file}:record 2", "is a reply to a submission", "Good")


def test_openreview_of_the_first_version_and_a_rejected_submission(file: Path) -> None:
    content = {
        "title": "Cups",
        "authors": ["Ada Byron"],
        "venueid": "Tea.org/2018/Conference/Rejected_Submission",
    }
    paper = lone(read(file, json.dumps({"notes": [{"id": "x1y2z3", "forum": "x1y2z3", "content": content}]})))
    assert (paper.title, paper.authors, paper.extra) == ("Cups", ("Ada Byron",), {"status": "Rejected"})


def test_a_list_of_a_conference(tmp_path: Path) -> None:
    row = {
        "id": "B11bwYgfM",
        "title": "Cups",
        "abstract": "We pour tea.",
        "author": "Ada Byron;George Boole; Emmy Noether",
        "site": "https://openreview.net/forum?id=B11bwYgfM",
        "status": "Poster",
        "keywords": "tea;cups",
        "email": "ada@tea.org",
        "gender": "F",
        "gs_citation": -1,
    }
    assert lone(read(tmp_path / "tea2018.json", json.dumps([row]))) == Paper(
        id="B11bwYgfM",
        title="Cups",
        abstract="We pour tea.",
        authors=("Ada Byron", "George Boole", "Emmy Noether"),
        date="2018",
        date_inferred=True,
        venue="TEA 2018",
        url="https://openreview.net/forum?id=B11bwYgfM",
        ids=("openreview:B11bwYgfM",),
        extra={"keywords": ["tea", "cups"], "status": "Poster"},
        source=f"{tmp_path / 'tea2018.json'}:record 1",
    )


def test_a_list_may_name_the_forum_beside_the_conference_s_own_page(tmp_path: Path) -> None:
    row = {
        "title": "Cups",
        "author": "Ada Byron",
        "site": "https://tea.org/virtual/2018/poster/307",
        "openreview": "https://openreview.net/forum?id=B12Js_yRb",
    }
    paper = lone(read(tmp_path / "tea2018.json", json.dumps([row])))
    assert (paper.url, paper.ids) == (row["site"], ("openreview:B12Js_yRb",))


# ----------------------------------------------------------------------------------------------- BibTeX

BIB = r"""% Encoding: UTF-8
@string{jot = "Journal of Tea"}
@comment{ @article{hidden, title = {Hidden}} }

@article{byron2021,
  title = {{$\beta$-VAE} for {BERT}: \emph{Cups}},
  author = {Byron, Ada and {The Tea Team} and G{\"o}del, Kurt and others},
  journal = jot # " {B}",
  year = 2021, month = mar,
  doi = {10.1000/TEA\_1},
  eprint = {2101.11402v2}, archivePrefix = {arXiv}, primaryClass = {cs.LG},
  abstract = {We pour 5\% of \{0,1\} into
    {B}-cups. See {\url{https://tea.org}}.},
  keywords = {tea, cups},
}
@inproceedings{boole2020, title = "Pots of {"}Tea{"}", author = "George Boole", crossref = {tea2020} }
@misc{noether2019, title={Spoons}, journal={arXiv preprint arXiv:1901.00001}, year={2019}, date={2019-05-06}}
@proceedings{tea2020, title = {Proc. of Tea}, year = {2020}, month = 6}
"""


def test_bibtex(file: Path) -> None:
    first, second, third, volume = read(file, BIB)
    assert first == Paper(
        id="byron2021",
        title="β-VAE for BERT: Cups",
        abstract="We pour 5% of {0,1} into B-cups. See https://tea.org.",
        authors=("Ada Byron", "The Tea Team", "Kurt Gödel"),
        date="2021-03",
        venue="Journal of Tea B",
        ids=("arxiv:2101.11402", "doi:10.1000/tea_1"),
        extra={"keywords": ["tea", "cups"]},
        source=f"{file}:5",
    )
    assert isinstance(second, Paper)
    assert (second.title, second.venue, second.date) == ('Pots of "Tea"', "Proc. of Tea", "2020-06")
    assert isinstance(third, Paper)
    assert (third.ids, third.date) == (("arxiv:1901.00001",), "2019-05-06")
    assert volume == NoPaper(f"{file}:18", "is a volume, no paper", "Proc. of Tea")


@pytest.mark.parametrize(
    ("entry", "ids"),
    [
        pytest.param("volume={abs/1706.03762}, journal={CoRR}", ("arxiv:1706.03762",), id="DBLP's way"),
        pytest.param("url={https://aclanthology.org/P19-1001}", ("acl:P19-1001",), id="ACL"),
        pytest.param(
            "url={https://openreview.net/forum?id=B11bwYgfM}", ("openreview:B11bwYgfM",), id="OpenReview"
        ),
        pytest.param("eprint={38799228}, eprinttype={pubmed}", ("pmid:38799228",), id="PubMed"),
        pytest.param("eprint={hal-0123}, eprinttype={hal}", (), id="another archive"),
        pytest.param("doi={https://doi.org/10.48550/arXiv.1706.03762}", ("arxiv:1706.03762",), id="DOI"),
        pytest.param("note={with 3.1415 and 27 pages}", (), id="numbers"),
    ],
)
def test_ids_in_bibtex(file: Path, entry: str, ids: tuple[str, ...]) -> None:
    assert lone(read(file, f"@article{{x, title={{Cups}}, {entry}}}")).ids == ids


def test_every_paper_with_a_volume_of_its_own(file: Path) -> None:
    entries = "".join(
        f"@inproceedings{{p{n}, title={{Paper {n}}}, crossref={{V{n}}}}}\n"
        f"@proceedings{{v{n}, year={{{1900 + n}}}}}\n"
        for n in range(200)
    )
    papers = [one for one in read(file, entries) if isinstance(one, Paper)]
    assert [one.date for one in papers] == [str(1900 + n) for n in range(200)]


def test_broken_bibtex_costs_itself(file: Path) -> None:
    broken = (
        "@article{a, title={One}}\n@article{b, title={Two, year=2020}\n@article{c, title={Three}}\n"
        "@article{c, title={Four}, title={Again}}\n@article{, title={Five}}\n"
    )
    found = read(file, broken)
    assert [one.title for one in found if isinstance(one, Paper)] == ["One", "Three", "Four", "Five"]
    (reject,) = (one for one in found if isinstance(one, Reject))
    assert (reject.source, reject.excerpt) == (f"{file}:2", "@article{b, title={Two, year=2020}")
    assert reject.reason == "is no BibTeX entry (a brace, a quote or a comma is missing)"


# ------------------------------------------------------------------------------------------ tagged texts

RIS = """\ufeffRecord #1 of 2
TY  - JOUR
ID  - 42
T1  - Cups
A1  - Byron, Ada
A1  - Boole, George
PY  - 2021
DA  - 2021/03/04/
T2  - Journal of Tea
N2  - We pour tea
into cups.
DO  - https://doi.org/10.1000/TEA
UR  - https://arxiv.org/abs/2101.11402; https://tea.org
KW  - tea
KW  - cups
LA  - eng
N1  - References: Noether, E., Spoons (2020) https://doi.org/10.1000/spoon;
Boole, G., Pots (2019) Tea, 5
SP  -
ER  -

TY  - CHAP
ST  - Pots
AU  - Boole, George
TY  - CONF
DO  - 10.1000/nothing
ER  -
"""


def test_ris(file: Path) -> None:
    first, second, third = read(file, RIS)
    assert first == Paper(
        id="42",
        title="Cups",
        abstract="We pour tea into cups.",
        authors=("Ada Byron", "George Boole"),
        date="2021-03-04",
        venue="Journal of Tea",
        url="https://arxiv.org/abs/2101.11402",
        ids=("arxiv:2101.11402", "doi:10.1000/tea"),
        references=("doi:10.1000/spoon", "Boole, G., Pots (2019) Tea, 5"),
        extra={"keywords": ["tea", "cups"], "language": "en"},
        source=f"{file}:2",
    )
    assert isinstance(second, Paper)
    assert (second.title, second.source) == ("Pots", f"{file}:22")
    assert third == NoPaper(f"{file}:25", "has no title", "")


def test_web_of_science(file: Path) -> None:
    text = (
        "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Byron, A\n   Boole, G\nAF Byron, Ada\n"
        "   Boole, George\nTI Cups and\n   Saucers\nSO JOURNAL OF TEA\nAB We pour tea.\nDE tea; cups\n"
        "PD JUN 8\nPY 2004\nDI 10.1000/TEA\nPM 15170338\nUT WOS:000221807500019\n"
        "CR Boole G, 1999, TEA, V5, DOI 10.1000/pot\n   Noether E, 1918, SPOONS\n"
        "LA English\nER\n\nEF\n"
    )  # fmt: skip
    assert lone(read(file, text)) == Paper(
        id="WOS:000221807500019",
        title="Cups and Saucers",
        abstract="We pour tea.",
        authors=("Ada Byron", "George Boole"),
        date="2004-06-08",
        venue="JOURNAL OF TEA",
        ids=("doi:10.1000/tea", "pmid:15170338"),
        references=("doi:10.1000/pot", "Noether E, 1918, SPOONS"),
        extra={"keywords": ["tea", "cups"], "language": "en"},
        source=f"{file}:3",
    )


NBIB = """PMC - PMC6055010
PMID- 30042925
OWN - NLM
DP  - 2018
TI  - Cups and
      saucers.
AB  - We pour
      tea.
FAU - Byron, Ada
AU  - Byron A
FAU - Boole, George
AU  - Boole G
LA  - eng
DEP - 20180330
TA  - J Tea
JT  - Journal of Tea
AID - S2215-0161(18)30045-1 [pii]
AID - 10.1000/TEA [doi]
OT  - tea

PMID- 30042926
TI  - Pots
AB  -
OAB - Publisher: Abstract available from the publisher.
AU  - Boole G
DP  - 2014 Nov
"""


def test_nbib(file: Path) -> None:
    first, second = read(file, NBIB)
    assert first == Paper(
        id="30042925",
        title="Cups and saucers.",
        abstract="We pour tea.",
        authors=("Ada Byron", "George Boole"),
        date="2018-03-30",
        venue="Journal of Tea",
        url="https://pubmed.ncbi.nlm.nih.gov/30042925/",
        ids=("doi:10.1000/tea", "pmid:30042925", "pmcid:PMC6055010"),
        extra={"keywords": ["tea"], "language": "en"},
        source=f"{file}:1",
    )
    assert isinstance(second, Paper)
    assert (second.title, second.abstract, second.date) == ("Pots", "", "2014-11")


# ---------------------------------------------------------------------------------------------- ACL, DBLP

ACL = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2022.tea"><volume id="long"><meta><booktitle>Proceedings of Tea</booktitle><month>May</month>
<year>2022</year><venue>tea</venue></meta><frontmatter><url>2022.tea-long.0</url></frontmatter>
<paper id="7">
<title><fixed-case>A</fixed-case>dap<fixed-case>L</fixed-case>e<fixed-case>R</fixed-case> &amp; Cups</title>
<author><first>Ada</first><last>Byron</last></author><author><last>Boole</last></author>
<abstract>We pour <tex-math>\\beta</tex-math>-tea <i>slowly</i>, x &lt; y.</abstract>
<url hash="a">2022.tea-long.7</url>
<doi>10.18653/v1/2022.tea-long.7</doi><pwcdataset url="https://x.org">GLUE</pwcdataset>
<retracted date="2023-01-01">No
</retracted></paper></volume></collection>"""


def test_acl_anthology(file: Path) -> None:
    assert lone(read(file, ACL)) == Paper(
        id="2022.tea-long.7",
        title="AdapLeR & Cups",
        abstract="We pour β-tea slowly, x < y.",
        authors=("Ada Byron", "Boole"),
        date="2022-05",
        venue="tea",
        url="https://aclanthology.org/2022.tea-long.7",
        ids=("doi:10.18653/v1/2022.tea-long.7", "acl:2022.tea-long.7"),
        extra={"datasets": ["GLUE"], "retracted": True},
        source=f"{file}:record 1",
    )


@pytest.mark.parametrize(
    ("collection", "volume", "number", "id_"),
    [
        ("P19", "1", "7", "P19-1007"),
        ("W18", "3", "7", "W18-0307"),
        ("2020.acl", "main", "7", "2020.acl-main.7"),
    ],
)
def test_ids_of_the_acl_anthology(file: Path, collection: str, volume: str, number: str, id_: str) -> None:
    paper = f'<paper id="{number}"><title>Cups</title></paper>'
    text = f'<collection id="{collection}"><volume id="{volume}"><meta/>{paper}</volume></collection>'
    assert lone(read(file, text)).ids == (f"acl:{id_}",)


DBLP = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE dblp SYSTEM "dblp.dtd">
<dblp>
<article mdate="2017-05-24" key="journals/tea/ByronM21"><author>Ada Byron 0001</author>
<author>J&uuml;rgen M\xfcller</author><title>On H<sub>2</sub>O &amp; <i>Cups</i>.</title>
<year>2021</year><month>March</month>
<journal>Tea</journal><ee>https://doi.org/10.1000/TEA</ee><ee>https://arxiv.org/abs/2101.11402</ee></article>
<www key="homepages/b/Byron"><author>Ada Byron 0001</author><title>Home Page</title></www>
<proceedings key="conf/tea/2020"><title>Tea 2020.</title></proceedings>
</dblp>"""


def test_dblp(file: Path) -> None:
    paper, others = read(file, DBLP, encoding="latin-1")
    assert paper == Paper(
        id="journals/tea/ByronM21",
        title="On H2O & Cups",
        authors=("Ada Byron", "Jürgen Müller"),
        date="2021-03",
        venue="Tea",
        url="https://doi.org/10.1000/TEA",
        ids=("arxiv:2101.11402", "doi:10.1000/tea", "dblp:journals/tea/ByronM21"),
        source=f"{file}:record 1",
    )
    assert others == NoPaper(str(file), "holds 2 records that are no papers (1 proceedings, 1 www)")


# ------------------------------------------------------------------------------------------ recognising


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (json.dumps(SNAPSHOT), "JSON Lines"), (ATOM, "arXiv API"), (oai(RAW), "OAI-PMH of arXiv"),
        (json.dumps([WORK]), "JSON"), (BIB, "BibTeX, BibLaTeX"), (RIS, "RIS"), (NBIB, "PubMed, MEDLINE"),
        (ACL, "ACL Anthology"), (DBLP.replace("\xfc", "ue"), "DBLP"), ("title;doi\nCups;\n", "CSV, TSV"),
        ("FN x\nVR 1.0\nPT J\nTI Cups\nER\n", "Web of Science"),
        ('{"corpusid": 1, "abstract": "x"}\n', "Semantic Scholar abstracts"),
        ('{"citingcorpusid": 1, "citedcorpusid": 2}\n', "Semantic Scholar citations"),
        ("A Title\n\nThe abstract of it.\n", "page of papers"),
        ("Write to @home or @article, please\n\nThe abstract of it, a long text.\n", "page of papers"),
    ],
    ids=lambda value: value[:14].strip(),
)  # fmt: skip
def test_the_format_is_told_by_content(file: Path, content: str, name: str) -> None:
    file.write_text(content, encoding="utf-8")
    assert format_of(file) == name


def test_every_format_is_listed_once() -> None:
    names = [one.name for one in (*FORMATS, *SHAPES)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"title": "Cups", "authors": ["Ada Byron"], "year": 2021}, id="usual names"),
        pytest.param({"id": "1", "paperId": "2", "paper": None, "title": "Cups"}, id="an id of its own"),
        pytest.param({"title": "Cups", "DOI": "10.1000/x", "Author": "Ada Byron"}, id="capitals"),
        pytest.param({}, id="nothing"),
    ],
)
def test_plain_records_have_no_shape(record: dict[str, object]) -> None:
    assert find_shape(record) is None
