"""Which records are one paper, and what it is called."""

import pytest

from kgraph.identity import merge_records, title_key
from kgraph.records import Paper

MAMBA = "Mamba: Linear-Time Sequence Modeling with Selective State Spaces"
ABOUT_MAMBA = (
    "Foundation models rest on attention. Selective state spaces let Mamba scale linearly with length."
)
ABOUT_TALKS = (
    "Plenary speakers: Alice on grasping objects, Bob on legged robots; keynotes follow after lunch."
)
OTHER_TALKS = (
    "This conference welcomes three invited lecturers from industry, surgery and underwater exploration."
)


def ids(*records: Paper) -> list[str]:
    return [paper.id for paper in merge_records(records)]


@pytest.mark.parametrize(
    ("title", "other", "same"),
    [
        pytest.param("Attention Is All You Need", "attention is all you need.", True, id="case, punctuation"),
        pytest.param("On the Erdős–Rényi Model", "On the Erdos-Renyi model", True, id="accents, dashes"),
        pytest.param("Qwen2 Technical Report", "Qwen2.5 Technical Report", False, id="digits"),
        pytest.param("SAM 2: Segment Anything", "SAM 3: Segment Anything", False, id="versions"),
        pytest.param("A Theory, Part I", "A Theory, Part II", False, id="parts"),
        pytest.param("LoRA+: Low-Rank Adaptation", "LoRA: Low-Rank Adaptation", False, id="a plus"),
        pytest.param("论文", "另一篇", False, id="another script"),
        pytest.param(r"On $\beta$-VAE", "On β-VAE", True, id="Greek"),
        pytest.param(
            r"On the Schr{\"o}dinger bridge", "On the Schrödinger Bridge", True, id="accents of TeX"
        ),
        pytest.param("{B}ERT: {P}re-training", "BERT: Pre-training", True, id="braces of BibTeX"),
        pytest.param("Bits &amp; <i>bytes</i>", "Bits & Bytes", True, id="HTML"),
        pytest.param("If a<b then c>d", "If a then d", False, id="no tag"),
    ],
)
def test_title_key(title: str, other: str, same: bool) -> None:
    assert (title_key(title) == title_key(other)) is same


@pytest.mark.parametrize(
    ("record", "id_"),
    [
        pytest.param(
            Paper("7", "A", ids=("arxiv:2312.00752", "doi:10.1/x")), "arxiv:2312.00752", id="arXiv first"
        ),
        pytest.param(Paper("7", "A", ids=("s2:9", "doi:10.1/x")), "doi:10.1/x", id="then DOI"),
        pytest.param(Paper("7", "A", ids=("pmid:3", "dblp:conf/x/Y")), "pmid:3", id="PubMed before DBLP"),
        pytest.param(
            Paper("7", "A", ids=("doi:10.1/y", "doi:10.1/x")), "doi:10.1/x", id="the smaller of two DOIs"
        ),
        pytest.param(Paper("iclr2017:Bk", "A"), "iclr2017:Bk", id="its own as it stands"),
        pytest.param(Paper("None", "β-VAE"), "title:beta-vae-022cd677", id="None is no id"),
        pytest.param(Paper("", "A" * 200), f"title:{'a' * 60}-a955c32c", id="a slug is cut"),
    ],
)
def test_id(record: Paper, id_: str) -> None:
    assert ids(record) == [id_]


@pytest.mark.parametrize(
    ("records", "papers"),
    [
        pytest.param(
            [Paper("1", "A", ids=("arxiv:1",)), Paper("2", "A", ids=("arxiv:1",))], 1, id="a shared id"
        ),
        pytest.param(
            [
                Paper("", "Old name of Mamba", ABOUT_MAMBA, ids=("arxiv:1",)),
                Paper("", "Selective spaces", ABOUT_MAMBA + " More.", ids=("arxiv:1",)),
            ],
            1,
            id="retitled: the abstract says so",
        ),
        pytest.param(
            [
                Paper("", "Grasping robots", ABOUT_TALKS, ids=("doi:10.1/volume",)),
                Paper("", "Deep proteins", OTHER_TALKS, ids=("doi:10.1/volume",)),
            ],
            2,
            id="one DOI for a whole volume",
        ),
        *(
            pytest.param(
                [
                    Paper("", title, ABOUT_MAMBA, ids=("doi:10.1/x",)),
                    Paper("", other, ABOUT_MAMBA, ids=("doi:10.1/x",)),
                ],
                papers,
                id=f"one DOI: {other}",
            )
            for title, other, papers in [
                ("Qwen2 Technical Report", "Qwen2.5 Technical Report", 2),
                ("SAM 2: Segmenting Videos", "SAM 3: Segmenting Videos", 2),
                ("A Theory of Spaces, Part I", "A Theory of Spaces, Part II", 2),
                ("Selective Spaces for 7B Models", "Selective Spaces for Models", 1),
                ("Selective Spaces of 2023", "Selective Spaces, of 2023", 1),
            ]
        ),
        pytest.param(
            [
                Paper("", "Word vectors of words", ids=("doi:10.18653/v1/p19-1001",)),
                Paper("", "Word vectors", ids=("acl:P19-1001",)),
            ],
            1,
            id="a DOI that holds an id of the ACL",
        ),
        pytest.param(
            [
                Paper("", "A", ids=("doi:1",)),
                Paper("", "B", ids=("s2:1",)),
                Paper("", "C", ids=("doi:1", "s2:1")),
            ],
            3,
            id="ids of different titles are none",
        ),
        pytest.param(
            [
                Paper("", "Mamba scales linearly", ids=("doi:1",)),
                Paper("", "Mamba scales", ids=("s2:1",)),
                Paper("", "Mamba scales linearly", ids=("doi:1", "s2:1")),
            ],
            1,
            id="a bridge",
        ),
        pytest.param([Paper("", MAMBA), Paper("", MAMBA.upper())], 1, id="one title, no ids"),
        pytest.param([Paper("", MAMBA), Paper("", MAMBA, ids=("arxiv:1",))], 1, id="one title, one id"),
        pytest.param(
            [Paper("", MAMBA, ids=("doi:1",)), Paper("", MAMBA, ids=("arxiv:1",))],
            1,
            id="preprint and article",
        ),
        pytest.param([Paper("a1", MAMBA), Paper("b2", MAMBA)], 1, id="one title, own ids of two files"),
        pytest.param(
            [Paper("", MAMBA, ids=("arxiv:2",)), Paper("", MAMBA, ids=("arxiv:1",))], 2, id="two arXiv ids"
        ),
        pytest.param(
            [Paper("", MAMBA, ids=("arxiv:2",)), Paper("", MAMBA, ids=("arxiv:1",)), Paper("", MAMBA)],
            3,
            id="two arXiv ids: which one a title means is unknown",
        ),
        pytest.param(
            [
                Paper("icra2017:1", "Plenary Talks", ABOUT_TALKS),
                Paper("icra2018:1", "Plenary Talks", OTHER_TALKS),
            ],
            2,
            id="one title, unlike abstracts",
        ),
        pytest.param(
            [Paper("x:None", "A"), Paper("x:None", "B"), Paper("x:None", "B.")],
            2,
            id="an own id of many titles",
        ),
        pytest.param([Paper("7", "A"), Paper("7", "a!")], 1, id="an own id of one title"),
    ],
)
def test_merge(records: list[Paper], papers: int) -> None:
    found = ids(*records)
    assert len(found) == len(set(found)) == papers
    assert ids(*reversed(records)) == found


def test_every_paper_of_a_bad_id_is_kept() -> None:
    found = ids(*(Paper("cvpr2019:None", f"Paper {number}") for number in range(1294)))
    assert len(found) == 1294
    assert all(id_.startswith("title:paper-") for id_ in found)


def test_fields_of_a_merged_paper() -> None:
    page = Paper(
        "", MAMBA, ABOUT_MAMBA[:-9], date="2023-11", date_inferred=True, extra={"comments": 4, "n": 1}
    )
    article = Paper(
        "m1", MAMBA.upper(), ABOUT_MAMBA, ("A. Gu",), "2024", ids=("doi:1",), references=("doi:2",)
    )
    preprint = Paper(
        "m2",
        MAMBA,
        "",
        ("Albert Gu", "Tri Dao"),
        "2024-05-31",
        venue="arXiv",
        url="https://x",
        ids=("arxiv:1",),
        references=("doi:3", "doi:2"),
        extra={"n": 2},
        source="b:1",
    )
    (paper,) = merge_records([page, article, preprint])
    assert paper == Paper(
        "arxiv:1",
        MAMBA.upper(),
        ABOUT_MAMBA,
        ("Albert Gu", "Tri Dao"),
        "2024-05-31",
        venue="arXiv",
        url="https://x",
        ids=("arxiv:1", "doi:1", "m1", "m2"),
        references=("doi:2", "doi:3"),
        extra={"comments": 4, "n": 1},
    )


@pytest.mark.parametrize(
    ("dates", "date", "inferred"),
    [
        pytest.param([("2021", False), ("2020-03", True)], "2021", False, id="stated before inferred"),
        pytest.param(
            [("2021", False), ("2021-03-05", False)], "2021-03-05", False, id="the most exact of a year"
        ),
        pytest.param([("2022-01", False), ("2021", False)], "2021", False, id="the earliest"),
        pytest.param([(None, False), ("2021", True)], "2021", True, id="better inferred than none"),
        pytest.param([(None, False), (None, False)], None, False, id="none"),
    ],
)
def test_date(dates: list[tuple[str | None, bool]], date: str | None, inferred: bool) -> None:
    (paper,) = merge_records(Paper("", "A", date=d, date_inferred=i) for d, i in dates)
    assert (paper.date, paper.date_inferred) == (date, inferred)
