"""Laws that hold for any papers: what is derived from records depends on them alone."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_building import dump, find_names, load_names, write

import kgraph.building
from kgraph.building import add, build, remove
from kgraph.identity import identify, merge_records, record_key
from kgraph.records import Paper
from kgraph.store import Store

TITLES = ["Deep LoRA", "deep  LoRA.", "On GPT-4 and LoRA", "QLoRA", "Plenary Talks"]
ABSTRACTS = [
    "",
    "We present LoRA. LoRA extends GPT-3 on GLUE for adapting large language models cheaply and quickly.",
    "We present LoRA. LoRA extends GPT-4 on GLUE for adapting large language models cheaply and quickly.",
    "Plenary speakers discuss grasping robots, underwater exploration, surgery, and legged BERT locomotion.",
]
IDS = ["arxiv:2106.09685", "arxiv:2305.14314", "doi:10.1/x", "doi:10.1/y", "s2:1"]
DATES = [None, "2020", "2020-05", "2021-06-17", "2019-12"]

records = st.builds(
    Paper,
    st.sampled_from(["", "a1", "b2", "c3", "None"]),
    st.sampled_from(TITLES),
    st.sampled_from(ABSTRACTS),
    date=st.sampled_from(DATES),
    ids=st.lists(st.sampled_from(IDS), max_size=2, unique=True).map(tuple),
    references=st.lists(st.sampled_from(IDS), max_size=2, unique=True).map(tuple),
)
collections = st.lists(records, min_size=1, max_size=7)
few = settings(max_examples=15, deadline=None)  # each builds a store or three


def as_json(record: Paper) -> dict[str, object]:
    row: dict[str, object] = {"id": record.id, "title": record.title, "abstract": record.abstract}
    row |= {"date": record.date} if record.date else {}
    return row | {"ids": list(record.ids), "references": list(record.references)}


@contextmanager
def folder() -> Iterator[Path]:
    """Yield an empty folder, anew for each example of a law."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(kgraph.building, "find_mentions", find_names)
        patch.setattr(kgraph.building, "load_extractor", load_names)
        yield Path(name)


@given(collections, st.randoms(use_true_random=False))
def test_papers_do_not_depend_on_the_order_of_records(found: list[Paper], chance: random.Random) -> None:
    shuffled = chance.sample(found, len(found))
    assert merge_records(shuffled) == merge_records(found)


@given(collections)
def test_every_record_is_of_one_paper(found: list[Paper]) -> None:
    keys = [record_key(str(number), record) for number, record in enumerate(found)]
    papers = identify(keys, lambda number: found[int(number)].abstract)
    assert sorted(record for paper in papers for record in paper.records) == sorted(
        key.record for key in keys
    )
    assert len({paper.id for paper in papers}) == len(papers)


@few
@given(collections, st.randoms(use_true_random=False))
def test_stores_do_not_depend_on_the_order_of_papers(found: list[Paper], chance: random.Random) -> None:
    rows = [as_json(record) for record in found]
    with folder() as here:
        build([write(here / "a.jsonl", rows)], here / "a.db")
        build([write(here / "b.jsonl", chance.sample(rows, len(rows)))], here / "b.db")
        assert dump(here / "a.db") == dump(here / "b.db")


@few
@given(collections, collections)
def test_adding_equals_building_anew(first: list[Paper], rest: list[Paper]) -> None:
    with folder() as here:
        sources = [write(here / f"{n}.jsonl", map(as_json, part)) for n, part in enumerate((first, rest))]
        build(sources, here / "whole.db")
        build(sources[:1], here / "k.db")
        add(sources[1:], here / "k.db")
        assert dump(here / "k.db") == dump(here / "whole.db")


@few
@given(collections, st.integers(0, 100))
def test_removing_equals_building_without(found: list[Paper], choice: int) -> None:
    with folder() as here:
        build([write(here / "a.jsonl", map(as_json, found))], here / "k.db")
        with Store(here / "k.db") as store:
            papers = [paper.id for paper in store.papers()]
            gone = papers[choice % len(papers)]
            left = [record for _, paper, record in store.records() if paper != gone]
        assume(left)
        remove([gone], here / "k.db")
        build([write(here / "b.jsonl", map(as_json, left))], here / "whole.db")
        assert dump(here / "k.db") == dump(here / "whole.db")
