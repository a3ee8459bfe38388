"""What is proposed to a person, and what must not be."""

from pathlib import Path
from typing import Any

import pytest
from conftest import fill

from kgraph.store import Store
from kgraph.suggestions import suggest

CORPUS = ["GLUE", "SQuAD", "MNLI", "RTE"]
OTHERS = ["octrees", "voxels", "meshes", "point clouds"]


def entity(name: str, *aliases: str, node: str = "") -> dict[str, Any]:
    node = node or f"entity:x-{name.lower().replace(' ', '-')}"
    return {"node": node, "type": "method", "role": "uses", "name": name, "aliases": list(aliases)}


def paper(number: int, *entities: dict[str, Any]) -> dict[str, Any]:
    names = [name for one in entities for name in (one["name"], *one["aliases"])]
    return {
        "id": f"p:{number}",
        "title": f"Paper {number}",
        "abstract": f"We use {', '.join(names)}.",
        "date": "2024",
        "entities": list(entities),
        "relations": [],
    }


def suggested(folder: Path, *papers: tuple[dict[str, Any], ...]) -> list[tuple[str, list[str]]]:
    db = folder / "k.db"
    fill(db, [paper(number, *entities) for number, entities in enumerate(papers)])
    with Store(db) as store:
        return [
            (row["kind"], sorted(node["name"] for node in row["nodes"])) for row in suggest(store.connection)
        ]


def beside(one: dict[str, Any], *names: str) -> tuple[dict[str, Any], ...]:
    return (one, *map(entity, names))


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        pytest.param("graph pooling network", "Graph Pooling", CORPUS, id="a kind at the end"),
        pytest.param("linear fuzzy pooling", "fuzzy linear pooling", CORPUS, id="another order"),
        pytest.param("fuzzy embedding", "fuzzy embebdding", CORPUS, id="a slip"),
        pytest.param("ZFP", "zonal fuzzy pooling", CORPUS, id="initials"),
    ],
)
def test_duplicates(one: str, other: str, names: list[str], tmp_path: Path) -> None:
    found = suggested(tmp_path, beside(entity(one), *names), beside(entity(other), *names))
    assert found == [("duplicate", sorted([one, other]))]


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        pytest.param("fuzzy pooling 2", "fuzzy pooling 3", CORPUS, id="numbers"),
        pytest.param("image-to-text pooling", "text-to-image pooling", CORPUS, id="a direction"),
        pytest.param("graph block pooling", "graph pooling", CORPUS, id="a kind in the middle"),
        pytest.param("QLoRAX", "LoRAX", CORPUS, id="one letter in front"),
        pytest.param("CogBERTA", "CxGBERTA", CORPUS, id="coined names"),
        pytest.param("fuzzy embedding", "fuzzy embebdding", OTHERS, id="a slip in other company"),
        pytest.param("ZFP", "zonal fuzzy pooling", OTHERS, id="initials in other company"),
    ],
)
def test_what_stays_apart(one: str, other: str, names: list[str], tmp_path: Path) -> None:
    assert suggested(tmp_path, beside(entity(one), *CORPUS), beside(entity(other), *names)) == []


def test_what_one_paper_names_beside_each_other_is_two_things(tmp_path: Path) -> None:
    both = beside(entity("graph pooling"), "graph pooling network", *CORPUS)
    assert suggested(tmp_path, both, beside(entity("graph pooling"), *CORPUS)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("xZORM", "extended ZORM", id="an x for ex"),
        pytest.param("Z2", "Zonal Zebra", id="a letter twice"),
        pytest.param("ZONDE", "Zonal-Based Decision Tree Ensembles", id="letters in order"),
        pytest.param("MaxZor", "Max Zorble", id="a contraction"),
        pytest.param("ZORBLE", "The ZORBLE", id="an article"),
        pytest.param("Zorble", "Zorble 1.0", id="the first version"),
    ],
)
def test_what_one_paper_names_in_short_and_in_full(one: str, other: str, tmp_path: Path) -> None:
    assert suggested(tmp_path, beside(entity(one), other, *CORPUS)) == [("duplicate", sorted([one, other]))]


@pytest.mark.parametrize(
    ("one", "others"),
    [
        pytest.param("ZFP", ["zonal fuzzy pooling", "zero field prior"], id="two that it may be short for"),
        pytest.param("ZFP", ["fuzzy pooling zones"], id="other initials"),
        pytest.param("ScaZet", ["ScaZet segmentation"], id="the name and a word"),
        pytest.param("ZI", ["zonal-influenced guided pooling"], id="two letters in order"),
        pytest.param("ZFPW", ["ZFP with pooling"], id="a name that begins with a name"),
        pytest.param("Zorble", ["Zorble 2.0"], id="another version"),
        pytest.param("Zorble", ["Zorble 1", "Zorble 2"], id="a family"),
        pytest.param("orble", ["Theorble"], id="letters of an article"),
    ],
)
def test_what_one_paper_names_beside_each_other(one: str, others: list[str], tmp_path: Path) -> None:
    assert suggested(tmp_path, beside(entity(one), *others, *CORPUS)) == []


def test_what_is_spelled_out_otherwise_is_not_short_for_what_stands_beside_it(tmp_path: Path) -> None:
    short = entity("ZFP", "zonal fuzzy pooling")
    assert suggested(tmp_path, beside(short, "zero field prior", *CORPUS)) == []


@pytest.mark.parametrize(
    ("short", "long"),
    [
        pytest.param("Z2", "Zonal Zebra", id="two letters"),
        pytest.param("ZONDE", "Zonal-Based Decision Tree Ensembles", id="letters in order"),
    ],
)
def test_what_little_ties_is_one_only_if_always_named_together(short: str, long: str, tmp_path: Path) -> None:
    both = beside(entity(short), long, *CORPUS)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert len(suggested(tmp_path / "one", both)) == 1
    assert suggested(tmp_path / "two", both, beside(entity(short), *OTHERS)) == []


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        pytest.param("maximal zonal parametrization", "Maximum zonal parameterization", True, id="alike"),
        pytest.param("self-sorted pooling", "semi-sorted pooling", False, id="other words"),
    ],
)
def test_nodes_of_one_name(one: str, other: str, found: bool, tmp_path: Path) -> None:
    said = suggested(
        tmp_path, (entity("zuP", one, node="entity:zup-1"),), (entity("zuP", other, node="entity:zup-2"),)
    )
    assert said == [("duplicate", ["zuP", "zuP"])] * found


@pytest.mark.parametrize(("rest", "found"), [("position embeddings", True), ("scaling", False)])
def test_a_short_name_before_words_that_it_stands_for(rest: str, found: bool, tmp_path: Path) -> None:
    short = entity("RoZE", "rotary zonal position embedding")
    said = suggested(tmp_path, beside(short, *CORPUS), beside(entity(f"RoZE {rest}"), *OTHERS))
    assert said == [("duplicate", ["RoZE", f"RoZE {rest}"])] * found


def test_what_a_person_forbade_is_not_proposed_again(tmp_path: Path) -> None:
    papers = beside(entity("graph pooling network"), *CORPUS), beside(entity("Graph Pooling"), *CORPUS)
    (tmp_path / "kgraph.lexicon").write_text("forbid graph pooling network | graph pooling\n", "utf-8")
    assert suggested(tmp_path, *papers) == []


def test_a_name_spelled_out_in_two_ways_is_a_homonym(tmp_path: Path) -> None:
    twice = entity("ZFP", "zonal fuzzy pooling", "zero field prior")
    assert suggested(tmp_path, beside(twice, *CORPUS)) == [("homonym", ["ZFP"])]


def test_a_name_spelled_out_in_one_way_is_none(tmp_path: Path) -> None:
    once = entity("ZFP", "zonal fuzzy pooling", "zonal fuzzy poolings")
    assert suggested(tmp_path, beside(once, *CORPUS)) == []


def test_a_name_of_two_far_contexts_is_a_homonym(tmp_path: Path) -> None:
    near = [beside(entity("ZFP"), *CORPUS)] * 4
    assert suggested(tmp_path, *near, *[beside(entity("ZFP"), *OTHERS)] * 3) == [("homonym", ["ZFP"])]


def test_a_name_of_one_context_is_none(tmp_path: Path) -> None:
    assert suggested(tmp_path, *[beside(entity("ZFP"), *CORPUS)] * 7) == []
