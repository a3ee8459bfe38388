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
