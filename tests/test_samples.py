"""The real records in ../shared/samples: how many each folder holds, and what their fields say."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kgraph.bibliographies import WRITERS
from kgraph.building import build
from kgraph.errors import BadInput
from kgraph.identity import merge_records
from kgraph.landscape import Landscape
from kgraph.records import Paper, Reject
from kgraph.sources import read_papers
from kgraph.store import Store

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples in ../shared are not here")

# Folder -> papers, and records that are none; counted by hand and by grep in the files themselves.
COUNTS = {
    "acl_xml": (1, 0),
    "arxiv_atom": (13, 1),  # an error message
    "arxiv_kaggle": (2, 0),
    "arxiv_oai": (3, 1),  # a deleted record
    "bibtex": (6, 1),  # an entry without a title
    "crossref": (17, 0),
    "csl_json": (3, 0),
    "csv": (22, 7),  # six rows without a title, and a last row that is cut off
    "dblp": (3, 0),
    "gephi_cases": (0, 0),
    "hf_daily_papers": (1, 0),
    "hf_text": (18, 1),  # the words that were searched for
    "nbib": (4, 0),
    "openalex": (8, 0),
    "paperlists": (4, 0),
    "ris": (18, 4),  # records without a title
    "s2_graph": (16, 1),  # an answer that is null throughout
    "s2ag": (2, 1),  # two lines of citations between other papers
    "xsd_gexf_1.3": (0, 0),
}


def found_in(*sources: Path) -> Iterator[Paper | Reject]:
    """Read sources, but for the files that are passed over since they hold no papers."""
    for one in read_papers(sources, skip_bad_files=True):
        if isinstance(one, Paper) or "passed over" not in one.reason:
            yield one


def papers_in(source: str) -> list[Paper]:
    return [one for one in found_in(SAMPLES / source) if isinstance(one, Paper)]


def test_every_folder_is_counted() -> None:
    assert sorted(path.name for path in SAMPLES.iterdir()) == sorted(COUNTS)


@pytest.mark.parametrize("folder", COUNTS)
def test_counts(folder: str) -> None:
    kinds = Counter(isinstance(one, Paper) for one in found_in(SAMPLES / folder))
    assert (kinds[True], kinds[False]) == COUNTS[folder]


def test_the_cut_table_is_an_error_unless_bad_files_are_skipped() -> None:
    with pytest.raises(BadInput, match="a quote opened here is never closed; is the file cut off"):
        list(read_papers([SAMPLES / "csv"]))


def test_every_paper_is_in_order() -> None:
    for paper in (one for one in found_in(SAMPLES) if isinstance(one, Paper)):
        assert paper.title.strip(), paper.source
        assert not any(sign in paper.text for sign in ("<jats", "<i>", "</", "&amp;", "\\textbf", "\u00ad"))
        assert all(":" in id_ for id_ in paper.ids), paper.source
        assert all(paper.references), paper.source


VALUES: dict[str, dict[str, Any]] = {  # file -> fields of its first paper
    "acl_xml/2022.acl_head.xml": {
        "title": "AdapLeR: Speeding up Inference by Adaptive Length Reduction",
        "authors": ("Ali Modarressi", "Hosein Mohebbi", "Mohammad Taher Pilehvar"),
        "date": "2022-05",
        "ids": ("doi:10.18653/v1/2022.acl-long.1", "acl:2022.acl-long.1"),
        "url": "https://aclanthology.org/2022.acl-long.1",
        "extra": {"datasets": ["GLUE", "HateXplain", "IMDb Movie Reviews", "MRPC", "SST"]},
    },
    "arxiv_atom/id_quant-ph_0201082v1_s0_m100_86989fe779ef.xml": {
        "id": "quant-ph/0201082",
        "authors": ("Stephen Blaha",),
        "date": "2002-01-18",
        "ids": ("arxiv:quant-ph/0201082",),
        "extra": {"categories": ["quant-ph", "cs.PL"]},
    },
    "arxiv_kaggle/two.jsonl": {
        "id": "0704.0001",
        "title": "Calculation of prompt diphoton production cross sections at Tevatron and LHC energies",
        "authors": ("C. Balázs", "E. L. Berger", "P. M. Nadolsky", "C. -P. Yuan"),
        "date": "2007-04-02",
        "venue": "Phys.Rev.D76:013009,2007",
        "ids": ("arxiv:0704.0001", "doi:10.1103/physrevd.76.013009"),
        "extra": {"categories": ["hep-ph"]},
    },
    "arxiv_oai/arXivRaw_getrecord.xml": {
        "id": "1304.4214",
        "authors": ("Igor A. Zaliznyak", "John M. Tranquada"),
        "date": "2013-04-15",
        "ids": ("arxiv:1304.4214",),
    },
    "arxiv_oai/oai_dc_listrecords.xml": {
        "id": "0802.3300",
        "title": "Projective Expected Utility",
        "authors": ("Pierfrancesco La Mura",),
        "date": "2008-02-22",
        "venue": "J. of Math. Psychology, 53:5 (2009)",
        "ids": ("arxiv:0802.3300", "doi:10.1016/j.jmp.2009.02.001"),
    },
    "bibtex/crossref_bulk_doi_search_10.1038_2fs42256_024_00832_8.bib": {
        "id": "M_Bran_2024",
        "title": "Augmenting large language models with chemistry tools",
        "authors": ("Andres M. Bran", "Sam Cox", "Oliver Schilter", "Carlo Baldassari", "Andrew D. White",
                    "Philippe Schwaller"),
        "date": "2024-05",
        "venue": "Nature Machine Intelligence",
        "ids": ("doi:10.1038/s42256-024-00832-8",),
    },
    "crossref/10.1101_2024.04.01.587366__bulk_doi_search.json": {
        "date": "2024-04-01",
        "venue": "bioRxiv",
        "ids": ("doi:10.1016/j.xgen.2025.100814", "doi:10.1101/2024.04.01.587366"),  # it says of which it is
    },
    "csl_json/zotero_bbt_pandoc_citation.csl.json": {
        "id": "Adams2001",
        "title": "The physical volcanology of the 1600 eruption of Huaynaputina, southern Peru",
        "authors": ("Nancy K Adams", "Shanaka L DeSilva"),
        "date": "2014-12-31",
        "venue": "Bulletin of Volcanology",
    },
    "dblp/three.xml": {
        "title": "Testing Database-Centric Applications for Causes of Database Deadlocks",
        "authors": ("Mark Grechanik", "B. M. Mainul Hossain", "Ugo Buy"),
        "date": "2013",
        "venue": "ICST",
        "ids": ("doi:10.1109/icst.2013.19", "dblp:conf/icst/GrechanikHB13"),
    },
    "hf_daily_papers/one.json": {
        "title": "Large Multimodal Models as General In-Context Classifiers",
        "date": "2026-02-26",
        "ids": ("arxiv:2602.23229",),
        "url": "https://huggingface.co/papers/2602.23229",
    },
    "nbib/pubmed_one.nbib": {
        "id": "28754806",
        "authors": ("Waleed Brinjikji", "Vitor M Pereira", "David F Kallmes"),
        "date": "2018-04",
        "venue": "Journal of neurointerventional surgery",
        "ids": ("doi:10.1136/neurintsurg-2017-013179", "pmid:28754806"),
    },
    "openalex/title_search_paper_attributes1_.jsonl": {
        "id": "https://openalex.org/W4389761608",
        "title": "PaperQA: Retrieval-Augmented Generative Agent for Scientific Research",
        "date": "2023",
        "venue": "arXiv (Cornell University)",
        "ids": ("arxiv:2312.07559", "openalex:W4389761608"),
        "references": (),
    },
    "paperlists/iclr2018_head.json": {
        "date": "2018",
        "date_inferred": True,
        "venue": "ICLR 2018",
        "ids": ("openreview:B11bwYgfM",),
    },
    "ris/asreview_baseline_zotero.ris": {
        "date": "2021-02-01",
        "venue": "Nature Machine Intelligence",
        "ids": ("doi:10.1038/s42256-020-00287-7",),
    },
    "ris/example_wos.ris": {
        "id": "WOS:000221807500019",
        "date": "2004-06-08",
        "ids": ("doi:10.1021/bi049798f", "pmid:15170338"),
    },
    "s2_graph/354dcdebf3f8__bulk_doi_search.json": {
        "date": "2023-04-11",
        "venue": "Nat. Mac. Intell.",
        "ids": ("arxiv:2304.05376", "doi:10.1038/s42256-024-00832-8", "s2:258059792",
                "s2:354dcdebf3f8b5feeed5c62090e0bc1f0c28db06", "pmid:38799228",
                "dblp:journals/natmi/BranCSBWS24", "pmcid:PMC11116106"),
    },
    "s2ag/papers.jsonl": {
        "title": "当“商业模式”嫁接“职业规划”",
        "ids": ("s2:224735017", "s2:97abd35eb7d004e70a58652f2fa762620ad0ea73"),
    },
}  # fmt: skip


@pytest.mark.parametrize("file", VALUES)
def test_values(file: str) -> None:
    paper = papers_in(file)[0]
    assert {name: getattr(paper, name) for name in VALUES[file]} == VALUES[file]


def test_abstracts_of_openalex_are_put_in_order() -> None:
    abstract = papers_in("openalex/title_search_paper_attributes2_.jsonl")[0].abstract
    assert abstract.startswith(
        "Large language models (LLMs) have shown strong performance in tasks across domains"
    )
    assert abstract.endswith("experimental and computational chemistry.")


@pytest.mark.parametrize(
    ("file", "count", "first"),
    [
        ("openalex/doi_search_paper_attributes0_.jsonl", 59, "openalex:W1973260880"),
        ("openalex/title_search_paper_attributes2_.json", 57, "openalex:W1964666522"),
        (
            "crossref/10.1016_j.xgen.2025.100814__doi_search_paper_attributes0_.json",
            60,
            "doi:10.1038/gim.2015.30",
        ),
        ("s2_graph/Paper_cut.json", 3, "doi:10.2307/3610576"),
        ("ris/example_wos.ris", 59, "doi:10.1073/pnas.83.22.8589"),
    ],
)
def test_references(file: str, count: int, first: str) -> None:
    references = papers_in(file)[0].references
    assert (len(references), references[0]) == (count, first)


def test_references_of_crossref_by_doi_are_as_many_as_the_file_has() -> None:
    for path in sorted((SAMPLES / "crossref").glob("*.json")):
        message = json.loads(path.read_text("utf-8"))["message"]
        work = message["items"][0] if "items" in message else message
        given = {one["DOI"].lower() for one in work.get("reference", []) if "DOI" in one}
        read = {one.removeprefix("doi:") for one in papers_in(f"crossref/{path.name}")[0].references}
        assert given <= read | {one for one in given if "arxiv" in one}


def test_one_work_of_many_sources_is_one_paper() -> None:
    """ChemCrow stands in five sources, under two titles, as preprint and as article."""
    papers = merge_records(one for one in found_in(SAMPLES) if isinstance(one, Paper))
    (chemcrow,) = (paper for paper in papers if "doi:10.1038/s42256-024-00832-8" in paper.ids)
    assert chemcrow.id == "arxiv:2304.05376"
    assert {"openalex:W4396723768", "openalex:W4365597205", "s2:258059792", "pmid:38799228"} <= {
        *chemcrow.ids
    }
    assert chemcrow.date == "2023-04-11"
    (editing,) = (paper for paper in papers if "doi:10.1016/j.xgen.2025.100814" in paper.ids)
    assert {"doi:10.1101/2024.04.01.587366", "openalex:W4408732759", "pmcid:PMC12008803"} <= {*editing.ids}


@pytest.mark.parametrize("suffix", WRITERS)
def test_all_of_them_come_back_from_a_bibliography(suffix: str, tmp_path: Path) -> None:
    """Nothing is lost that the formats have a field for."""
    papers = merge_records(one for one in found_in(SAMPLES) if isinstance(one, Paper))
    (tmp_path / f"x.{suffix}").write_text(WRITERS[suffix](papers), "utf-8")
    back = list(read_papers([tmp_path / f"x.{suffix}"]))
    assert len(back) == len(papers)
    for paper, one in zip(papers, back, strict=True):
        assert isinstance(one, Paper)
        assert _kept(one) == _kept(paper)
        assert {*one.ids} <= {*paper.ids} | {paper.id}
        assert one.url == paper.url or paper.url is None
        assert one.venue == paper.venue or (one.venue is None and "arXiv" in str(paper.venue))


def _kept(paper: Paper) -> tuple[object, ...]:
    ids = [id_ for id_ in paper.ids if id_.startswith(("arxiv:", "doi:"))]
    extra = paper.extra.get("keywords"), paper.extra.get("language")
    return paper.title, paper.abstract, paper.authors, paper.date, ids, *extra


@pytest.mark.slow
def test_a_mixed_call_makes_one_store(tmp_path: Path) -> None:
    report = build([*sorted(SAMPLES.iterdir())], tmp_path / "k.db", skip_bad_files=True)
    assert report.read == sum(papers for papers, _ in COUNTS.values())
    papers = merge_records(one for one in found_in(SAMPLES) if isinstance(one, Paper))
    assert report.papers == len(papers)
    with Store(tmp_path / "k.db") as store:
        assert store.connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert store.connection.execute("SELECT count(*) FROM papers WHERE title = ''").fetchone() == (0,)
        ids = [
            id_ for (row,) in store.connection.execute("SELECT ids FROM papers") for id_ in json.loads(row)
        ]
        assert len(ids) == len(set(ids)), "two papers bear one id"
        stubs = {id_ for (id_,) in store.connection.execute("SELECT id FROM stubs")}
        assert stubs and stubs.isdisjoint(ids), "a stub is a paper of the collection"


@pytest.mark.slow
def test_another_order_of_the_files_makes_the_same_exports(tmp_path: Path) -> None:
    files = sorted(path for path in SAMPLES.glob("*/*") if path.name != "SOURCE.txt")
    for name, order in ("one", files), ("other", files[::-1]):
        build(order, tmp_path / f"{name}.db", skip_bad_files=True)
        with Landscape(tmp_path / f"{name}.db") as landscape:
            for suffix in ("jsonl", "graphml"):
                landscape.export(tmp_path / f"{name}.{suffix}")
    for suffix in ("jsonl", "graphml"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"other.{suffix}").read_bytes()
