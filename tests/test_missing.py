"""Why a pair has no edge: for each reason a pair that has it, and one that has not."""

from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from conftest import fill

import kgraph
from kgraph.config import Config
from kgraph.errors import AmbiguousName, UnknownName
from kgraph.extraction import load_extractor
from kgraph.extraction.relations import LEAST_PROBABILITY
from kgraph.missing import _extractor, _likeliest_relation, explain
from kgraph.store import Store

EXAMPLE = Path(__file__).parents[1] / "kgraph" / "data" / "example" / "papers.jsonl"
Row = dict[str, Any]


def reasons(db: Connection, a: str, b: str) -> list[str]:
    return [row["reason"] for row in explain(db, a, b)["reasons"]]


def entity(node: str, role: str = "uses", type_: str = "method") -> Row:
    return {"node": f"entity:{node.lower()}", "type": type_, "role": role, "name": node,
            "aliases": []}  # fmt: skip


def paper(number: int, abstract: str, *entities: Row, date: str | None = "2020", **more: Any) -> Row:
    return {"id": f"arxiv:{number}", "title": f"Paper {number}", "abstract": abstract, "date": date,
            "entities": list(entities), "relations": [], **more}  # fmt: skip


def explained(tmp_path: Path, a: str, b: str, *papers: Row) -> Row:
    fill(tmp_path / "m.db", list(papers))
    with Store(tmp_path / "m.db") as store:
        return explain(store.connection, a, b)


# ------------------------------------------------------------------------------------------------ entities


def test_a_pair_with_a_stated_edge_needs_no_reason(toy: Connection) -> None:
    answer = explain(toy, "Mamba", "S4")
    assert answer["a"] == {"id": "entity:mamba", "name": "Mamba", "type": "model", "papers": 2}
    assert [edge["relation"] for edge in answer["edges"]] == ["appears_with", "extends"]
    assert answer["reasons"] == []


def test_named_together_but_nothing_is_stated(toy: Connection) -> None:
    stated, below = explain(toy, "Transformer", "state-space model")["reasons"][:2]
    assert stated["reason"] == "nothing_stated"
    assert stated["says"].startswith("3 papers name both, but no sentence")
    assert below["reason"] == "below_threshold"
    assert 0 <= below["probability"] < 1
    assert below["spans"] and "SSM" in below["sentence"]


def test_never_together_and_in_no_text(toy: Connection) -> None:
    answer = explain(toy, "Adam", "LoRA")
    assert [row["reason"] for row in answer["reasons"]] == ["never_together", "no_text", "nearest_way"]
    assert answer["reasons"][0]["says"] == (
        "No paper names both: Adam is named by 1 paper, LoRA by 4 papers."
    )
    assert answer["reasons"][2]["way"][0] == "Adam"


def test_no_way_at_all(toy: Connection) -> None:
    assert reasons(toy, "β-VAE", "LoRA") == ["never_together", "no_text"]


ADAM = paper(1, "We train with Adam.", entity("Adam"))


def test_a_text_that_holds_it_though_it_was_not_found(tmp_path: Path) -> None:
    answer = explained(
        tmp_path, "Adam", "Foo", ADAM,
        paper(2, "Foo is tuned. Here Adam is slow.", entity("Foo")),
    )  # fmt: skip
    (reason,) = [row for row in answer["reasons"] if row["reason"] == "not_found"]
    assert {key: reason[key] for key in ("paper", "sentence", "spans")} == {
        "paper": "arxiv:2",
        "sentence": "Here Adam is slow.",
        "spans": [[5, 9, None]],
    }
    assert 0 <= reason["score"] <= 1000


def test_a_text_that_holds_another_word(tmp_path: Path) -> None:
    text = "Foo is tuned by Adamant people, and by AdamW, Adam+ and VAdam."
    answer = explained(tmp_path, "Adam", "Foo", ADAM, paper(2, text, entity("Foo")))
    assert [row["reason"] for row in answer["reasons"]] == ["never_together", "no_text"]


def test_what_was_taken_for_another(tmp_path: Path) -> None:
    other = entity("Adam Smith", type_="dataset")
    answer = explained(
        tmp_path, "Adam", "Foo", ADAM, paper(2, "Foo is about Adam Smith.", entity("Foo"), other)
    )
    (reason,) = [row for row in answer["reasons"] if row["reason"] == "taken_for"]
    assert reason["found"] == "entity:adam smith"


def test_a_name_that_was_never_found(tmp_path: Path, toy: Connection) -> None:
    answer = explain(toy, "weights", "LoRA")
    assert answer["a"] == {"id": None, "name": "weights", "type": None, "papers": 0}
    assert [row["reason"] for row in answer["reasons"]] == ["never_found", "not_found", "not_found"]
    with pytest.raises(UnknownName):
        explain(toy, "zzzzz", "LoRA")
    with pytest.raises(AmbiguousName):
        explain(toy, "LaMDA", "LoRA")


def test_below_the_limit_of_a_list(tmp_path: Path) -> None:
    names = [entity(f"N{n:02}") for n in range(35)]
    text = "Foo beats " + ", ".join(one["name"] for one in names) + ". Far away is Zed."
    answer = explained(tmp_path, "Foo", "Zed", paper(50, text, entity("Foo"), *names, entity("Zed")))
    (far,) = [row for row in answer["reasons"] if row["reason"] == "below_limit" and "of Foo" in row["says"]]
    assert far["says"].startswith("Zed is number 36 of the 36 neighbours of Foo")
    near = explain_again(tmp_path, "Foo", "N00")
    assert not [row for row in near["reasons"] if row["reason"] == "below_limit" and "of Foo" in row["says"]]


def explain_again(tmp_path: Path, a: str, b: str) -> Row:
    with Store(tmp_path / "m.db") as store:
        return explain(store.connection, a, b)


def test_probability_is_that_of_the_extraction(tmp_path: Path) -> None:
    """What is stated has at least the least probability, in the mentions that the store holds."""
    (tmp_path / "p.jsonl").write_text(
        '{"title": "QLoRA: Efficient Tuning", "abstract": "We present QLoRA, which extends LoRA."}\n', "utf-8"
    )
    kgraph.build([tmp_path / "p.jsonl"], tmp_path / "p.db")
    with Store(tmp_path / "p.db") as store:
        db = store.connection
        ((id_,),) = db.execute("SELECT id FROM papers").fetchall()
        found = _likeliest_relation(db, *_extractor(db), id_, "entity:lora", "entity:qlora")
    assert found is not None
    assert found[:3] == ("entity:qlora", "extends", "entity:lora")
    assert found[3] >= LEAST_PROBABILITY


def test_a_relation_that_would_be_stated_today(tmp_path: Path) -> None:
    text = "We present QLoRA, which extends LoRA."
    answer = explained(tmp_path, "QLoRA", "LoRA", paper(1, text, entity("QLoRA"), entity("LoRA")))
    (today,) = [row for row in answer["reasons"] if row["reason"] == "stated_today"]
    assert "today QLoRA extends LoRA would be, with probability 0." in today["says"]
    assert today["probability"] >= LEAST_PROBABILITY


def test_the_lexicon_beside_a_store_has_its_say(tmp_path: Path) -> None:
    own = tmp_path / Config.lexicon
    own.write_text("walrus\tdataset\twalrus way\n", "utf-8")
    fill(tmp_path / "p.db", [ADAM])
    with Store(tmp_path / "p.db") as store:
        extractor, pipeline = _extractor(store.connection)
    assert pipeline is None
    assert extractor.fingerprint == load_extractor(lexicon=[own]).fingerprint


def test_the_probability_shown_is_the_one_that_decides(tmp_path: Path) -> None:
    """Of pairs of the example without a relation: each is below what is needed."""
    kgraph.build([EXAMPLE], tmp_path / "e.db")
    with Store(tmp_path / "e.db") as store:
        db = store.connection
        pairs = db.execute(
            """
            SELECT source, target FROM edges AS e WHERE relation = 'appears_with' AND NOT EXISTS (
                SELECT 1 FROM edges AS o WHERE o.relation != 'appears_with'
                    AND (o.source, o.target) IN ((e.source, e.target), (e.target, e.source)))
            ORDER BY papers DESC, source, target LIMIT 12
            """
        ).fetchall()
        shown = [row for a, b in pairs for row in explain(db, a, b)["reasons"] if "probability" in row]
    assert len(shown) > 5
    assert all(row["probability"] < LEAST_PROBABILITY for row in shown)


def test_a_version_that_no_paper_names_with_its_family(tmp_path: Path) -> None:
    answer = explained(
        tmp_path,
        "GPT-4",
        "GPT",
        paper(1, "We use GPT-4.", entity("GPT-4")),
        paper(2, "GPT is.", entity("GPT")),
    )
    assert [edge["relation"] for edge in answer["edges"]] == ["is_a"]
    assert answer["reasons"] == []


# -------------------------------------------------------------------------------------------------- papers


def test_a_paper_and_what_it_does_not_name(toy: Connection) -> None:
    assert reasons(toy, "On the Sleep of Bees", "LoRA") == ["no_text"]
    assert reasons(toy, "LoRA", "On the Sleep of Bees") == ["no_text"]
    assert reasons(toy, "arxiv:2106.09685", "LoRA") == ["asked_apart"]


def test_a_paper_and_what_was_not_found_in_it(tmp_path: Path) -> None:
    answer = explained(tmp_path, "Adam", "arxiv:2", ADAM, paper(2, "Foo is tuned with Adam.", entity("Foo")))
    assert [row["reason"] for row in answer["reasons"]] == ["not_found"]


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        pytest.param(
            "arxiv:2305.14314", "arxiv:2106.09685", ["earlier"], id="cited and built on: only not back"
        ),
        pytest.param(
            "arxiv:2305.14314",
            "arxiv:2312.00752",
            ["earlier", "not_among_references", "no_text"],
            id="references lead elsewhere",
        ),
        pytest.param(
            "arxiv:2201.08239",
            "arxiv:1706.03762",
            ["no_references", "earlier"],
            id="built on, but without references",
        ),
        pytest.param(
            "On the Sleep of Bees",
            "A Title Without Abstract",
            ["earlier", "no_references", "introduces_nothing"],
            id="nothing introduced",
        ),
    ],
)
def test_two_papers(toy: Connection, a: str, b: str, found: list[str]) -> None:
    assert reasons(toy, a, b) == found


@pytest.mark.parametrize(
    ("new", "first_date", "reason"),
    [
        pytest.param(entity("Adam"), "2018", "another_origin", id="another paper introduced it before"),
        pytest.param(entity("Adam"), None, "undated", id="which was first is unknown"),
        pytest.param(entity("Adam", "introduces"), "2018", "introduces_too", id="both introduce it"),
    ],
)
def test_why_it_does_not_build_on_it(tmp_path: Path, new: Row, first_date: str | None, reason: str) -> None:
    own = entity("Adam", "introduces")
    answer = explained(
        tmp_path, "arxiv:3", "arxiv:2",
        paper(1, "Adam.", own, date=first_date),
        paper(2, "Adam.", own, date="2019"),
        paper(3, "Adam.", new, date="2020", references=["arxiv:2"]),
    )  # fmt: skip
    assert [row["reason"] for row in answer["reasons"]] == [reason, "earlier"]
