"""What annotated papers say of spellings, as counted and as the tagger sees it."""

from pathlib import Path

import numpy as np
import pytest

from kgraph.extraction.features import Counts, Evidence, read_evidence
from kgraph.extraction.tokens import token_spans
from kgraph.keys import name_key
from kgraph.records import Paper
from pipelines.corpus import Annotated
from pipelines.evidence import count_evidence, evidence_of_others, write_evidence


def annotated(text: str, *names: tuple[str, str]) -> Annotated:
    return Annotated(Paper(text, "", text), [{"name": name, "type": type_} for name, type_ in names], [])


def keys_of(text: str) -> list[str]:
    return [name_key(text[start:end]) for start, end in token_spans(text)]


PAPERS = [
    annotated("We like beam search.", ("beam search", "method")),
    annotated("Beam Search is slow, and so is parsing.", ("Beam Search", "method"), ("parsing", "task")),
    annotated("A beam search for words.", ("words", "dataset")),
    annotated("Parsing is hard."),
]


def test_counts_papers_that_hold_a_spelling_and_that_name_something_by_it() -> None:
    assert count_evidence(PAPERS) == {
        "Beam Search": Counts(papers=3, things=2, others=0),
        "parsing": Counts(papers=2, things=0, others=1),
    }


def test_evidence_survives_its_file(tmp_path: Path) -> None:
    counts = count_evidence(PAPERS)
    write_evidence(counts, tmp_path / "evidence.tsv")
    assert read_evidence(tmp_path / "evidence.tsv") == counts


def test_flags_of_a_known_spelling_and_of_no_other() -> None:
    keys = keys_of("a beam search here")
    flags = Evidence({"beam search": Counts(3, 2, 1)}).flags(keys)
    assert flags[1].tolist() == pytest.approx([1, 0, 2 / 3, 1 / 3, 0.277], abs=0.001)
    assert flags[2].tolist() == pytest.approx([0, 1, 2 / 3, 1 / 3, 0.277], abs=0.001)
    assert not flags[[0, 3]].any()


def test_a_paper_learns_from_others_only() -> None:
    papers = [annotated(f"Paper {i} has beam search.", ("beam search", "method")) for i in range(25)]
    seen = list(evidence_of_others(papers))
    assert sorted(paper.paper.title for paper, _ in seen) == sorted(paper.paper.title for paper in papers)
    counted = {round(float(np.expm1(5 * evidence.flags(["beam", "search"])[0, 4]))) for _, evidence in seen}
    assert counted == {22, 23}  # of 25 papers, without the two or three of its own tenth


def test_the_longest_spelling_counts() -> None:
    evidence = Evidence({"beam": Counts(2, 0, 0), "beam search": Counts(2, 2, 0)})
    assert [key for _, _, key in evidence.find(keys_of("a beam search and a beam"))] == ["beamsearch", "beam"]
