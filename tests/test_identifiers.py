"""Identifiers of papers: every spelling that people write, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.identifiers import find_ids, known_ids, normalise_id, own_id

HASH = "649def34f8be52c8b66281af98ae884c09aef38b"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        pytest.param("1706.03762", "arxiv:1706.03762", id="bare arXiv id"),
        pytest.param("1706.03762v5", "arxiv:1706.03762", id="with version"),
        pytest.param("arXiv:1706.03762", "arxiv:1706.03762", id="with prefix"),
        pytest.param("arxiv: 1706.03762 ", "arxiv:1706.03762", id="with blanks"),
        pytest.param("arXiv.2203.02155", "arxiv:2203.02155", id="with a dot"),
        pytest.param("oai:arXiv.org:0704.0001", "arxiv:0704.0001", id="OAI"),
        pytest.param("http://arxiv.org/abs/1706.03762v1", "arxiv:1706.03762", id="address"),
        pytest.param("https://arxiv.org/pdf/1706.03762v5.pdf", "arxiv:1706.03762", id="PDF"),
        pytest.param("https://www.arxiv.org/pdf/1706.03762", "arxiv:1706.03762", id="PDF without suffix"),
        pytest.param("https://huggingface.co/papers/1706.03762", "arxiv:1706.03762", id="Hugging Face"),
        pytest.param("10.48550/arXiv.1706.03762", "arxiv:1706.03762", id="DOI of arXiv"),
        pytest.param("https://doi.org/10.48550/arxiv.1706.03762", "arxiv:1706.03762", id="its address"),
        pytest.param("math/0309136", "arxiv:math/0309136", id="old style"),
        pytest.param("math.GT/0309136v2", "arxiv:math/0309136", id="old style with class and version"),
        pytest.param("https://arxiv.org/abs/hep-th/9901001", "arxiv:hep-th/9901001", id="old style address"),
        pytest.param("2101.1140", None, id="lost zero"),
        pytest.param("0704.00011", None, id="a digit too many"),
        pytest.param("1713.03762", None, id="no such month"),
        pytest.param("704.0001", None, id="read as a number"),
        pytest.param("foo/0309136", None, id="no such archive"),
        pytest.param("10.1000/X.Y", "doi:10.1000/x.y", id="bare DOI"),
        pytest.param("DOI:10.1000/X", "doi:10.1000/x", id="DOI with prefix"),
        pytest.param("doi: https://doi.org/10.1000/X", "doi:10.1000/x", id="prefix and address"),
        pytest.param("http://dx.doi.org/10.1000/x", "doi:10.1000/x", id="old address"),
        pytest.param("https://doi.org/10.1000%2Fx", "doi:10.1000/x", id="escaped"),
        pytest.param("10.1016/S0004-3702(97)00043-X.", "doi:10.1016/s0004-3702(97)00043-x", id="full stop"),
        pytest.param("10.1000/x)", "doi:10.1000/x", id="stray bracket"),
        pytest.param("10.1", None, id="no DOI"),
        pytest.param("https://openalex.org/W2741809807", "openalex:W2741809807", id="OpenAlex address"),
        pytest.param("https://api.openalex.org/works/w2741809807", "openalex:W2741809807", id="its API"),
        pytest.param("W2741809807", "openalex:W2741809807", id="OpenAlex"),
        pytest.param("W2", None, id="too short for OpenAlex"),
        pytest.param(f"https://www.semanticscholar.org/paper/A-Title/{HASH}", f"s2:{HASH}", id="S2 address"),
        pytest.param("CorpusId:13756489", "s2:13756489", id="S2 corpus id"),
        pytest.param(f"s2:{HASH}", f"s2:{HASH}", id="S2"),
        pytest.param(HASH, None, id="a bare hash may be anything"),
        pytest.param("https://aclanthology.org/2022.acl-long.1/", "acl:2022.acl-long.1", id="ACL address"),
        pytest.param("https://www.aclweb.org/anthology/P18-1001.pdf", "acl:P18-1001", id="old ACL address"),
        pytest.param("2022.acl-long.1", "acl:2022.acl-long.1", id="ACL"),
        pytest.param("acl:p18-1001", "acl:P18-1001", id="old ACL id"),
        pytest.param("https://pubmed.ncbi.nlm.nih.gov/38799228/", "pmid:38799228", id="PubMed address"),
        pytest.param("PMID: 38799228", "pmid:38799228", id="PubMed"),
        pytest.param("38799228", None, id="a bare number may be anything"),
        pytest.param("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC11116106/", "pmcid:PMC11116106", id="PMC"),
        pytest.param("https://pmc.ncbi.nlm.nih.gov/articles/PMC11116106", "pmcid:PMC11116106", id="its site"),
        pytest.param("pmcid:11116106", "pmcid:PMC11116106", id="PMC number"),
        pytest.param("PMC11116106", None, id="a bare PMC number is no word of ours"),
        pytest.param("https://openreview.net/forum?id=B11bwYgfM", "openreview:B11bwYgfM", id="OpenReview"),
        pytest.param("https://openreview.net/pdf?x=1&id=B11b-YgfM", "openreview:B11b-YgfM", id="its PDF"),
        pytest.param("https://openreview.net/group?id=ICLR.cc", None, id="no paper of it"),
        pytest.param("https://dblp.org/rec/conf/nips/VaswaniSP17.html", "dblp:conf/nips/VaswaniSP17",
                     id="DBLP address"),
        pytest.param("DBLP:journals/x/Turing50", "dblp:journals/x/Turing50", id="DBLP"),
        pytest.param("https://github.com/state-spaces/mamba", None, id="another address"),
        pytest.param("iclr2018:B11bwYgfM", None, id="another id"),
        pytest.param("Attention Is All You Need", None, id="a title"),
        pytest.param("", None, id="nothing"),
    ],
)  # fmt: skip
def test_normalise_id(text: str, normal: str | None) -> None:
    assert normalise_id(text) == normal
    if normal is not None:
        assert normalise_id(normal) == normal


@pytest.mark.parametrize(
    ("text", "scheme", "normal"),
    [
        pytest.param("038799228", "pmid", "pmid:38799228", id="number"),
        pytest.param("PMC6055010", "pmid", None, id="another archive's"),
        pytest.param(HASH, "s2", f"s2:{HASH}", id="hash"),
        pytest.param("journals/x/Turing50", "dblp", "dblp:journals/x/Turing50", id="key"),
        pytest.param("persons/Codd74", "dblp", "dblp:persons/Codd74", id="short key"),
        pytest.param("and/or", "dblp", None, id="no key"),
        pytest.param("1706.03762", "doi", "arxiv:1706.03762", id="in the wrong column"),
        pytest.param("P18-1001", "acl", "acl:P18-1001", id="old ACL"),
    ],
)
def test_a_column_says_what_its_bare_ids_are(text: str, scheme: str, normal: str | None) -> None:
    assert normalise_id(text, scheme) == normal


def test_known_ids_are_distinct_and_the_best_known_first() -> None:
    texts = [
        "pmid:7",
        "no id",
        "W2741809807",
        "10.1000/X",
        "doi:10.1000/x",
        "arXiv:1706.03762v2",
        "1706.03762",
    ]
    assert known_ids(texts) == ("arxiv:1706.03762", "doi:10.1000/x", "openalex:W2741809807", "pmid:7")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("as in arXiv:1706.03762v5.", ["arxiv:1706.03762"], id="arXiv id"),
        pytest.param("(arXiv 1706.03762, 2017)", ["arxiv:1706.03762"], id="bare arXiv id"),
        pytest.param("[code](https://arxiv.org/abs/1706.03762).", ["arxiv:1706.03762"], id="arXiv address"),
        pytest.param("see arxiv.org/pdf/1706.03762.pdf", ["arxiv:1706.03762"], id="address without a scheme"),
        pytest.param("hep-th/9901001 and math.GT/0309136", ["arxiv:hep-th/9901001", "arxiv:math/0309136"],
                     id="old arXiv ids"),
        pytest.param("doi:10.1093/MIND/L.236.", ["doi:10.1093/mind/l.236"], id="DOI"),
        pytest.param("https://doi.org/10.1016/S0140(05)), and", ["doi:10.1016/s0140(05)"], id="DOI address"),
        pytest.param("10.48550/arXiv.2312.07559", ["arxiv:2312.07559"], id="DOI of arXiv"),
        pytest.param("https://aclanthology.org/N19-1423/", ["acl:N19-1423"], id="address of an archive"),
        pytest.param("https://github.com/a/1706.03762", [], id="another address"),
        pytest.param("from 0.1706 to 1999.12345 and 1706.037621 or 3.1706.03762", [], id="numbers"),
        pytest.param("in 2017.", [], id="a year"),
    ],
)  # fmt: skip
def test_find_ids(text: str, found: list[str]) -> None:
    assert list(find_ids(text)) == found


@pytest.mark.parametrize(
    ("value", "own"),
    [(" a b ", "a b"), (42, "42"), ("None", ""), ("null", ""), ("", ""), (None, ""), (True, ""), (["x"], "")],
)
def test_own_id(value: object, own: str) -> None:
    assert own_id(value) == own


@given(st.text())
def test_any_text_is_taken_and_normal_forms_stay(text: str) -> None:
    normal = normalise_id(text)
    assert normal is None or normalise_id(normal) == normal
