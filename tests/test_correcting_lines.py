"""A line means the thing that was asked for, and nothing else, however loosely papers tie its names.

The collections are what is left of random ones in which it once did not.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from test_building import dump, load_names, write

import kgraph.building
import kgraph.correcting
from kgraph.building import build
from kgraph.correcting import apply, forbid, ignore, merge, retype, split
from kgraph.extraction import Extractor
from kgraph.lexicon import Lexicon, Row
from kgraph.records import Extraction, Mention, Paper
from kgraph.store import Store

ROWS = [
    Row("glue", "dataset", "GLUE", ("General Language Understanding Evaluation",)),
    Row("lora", "method", "LoRA", ("low-rank adaptation",)),
    Row("rope", "method", "RoPE", ("rotary position embedding",)),
    Row("bert", "model", "BERT"),
]


def find(papers: Iterable[Paper], extractor: Extractor, jobs: int = 1) -> Iterator[Extraction]:
    """Read "model!: VAE = CLs; task: CL": what a paper names (! if it coins it), by all its spellings."""
    for paper in papers:
        mentions, start = [], len(paper.title) + 1
        for said in re.finditer(r"(\w+)(!?): ([^;]+)", paper.abstract):
            role = "introduces" if said[2] else "uses"
            first = said[3].split(" = ")[0]
            for name in re.finditer(r"(?:(?! = ).)+", said[3].replace(" = ", "\n")):
                at = start + said.start(3) + 2 * said[3].replace(" = ", "\n")[: name.start()].count("\n")
                at += name.start()
                place = paper.id, at, at + len(name[0])
                mentions.append(Mention(*place, name[0], first, said[1], role, 900, "t", 0, len(paper.text)))
        yield Extraction(paper.id, tuple(mentions), ())


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    monkeypatch.setattr(kgraph.building, "find_mentions", find)
    monkeypatch.setattr(kgraph.building, "load_extractor", load_names)
    monkeypatch.setattr(kgraph.correcting, "read_lexicon", lambda paths: Lexicon.of(ROWS))

    def make(*texts: str) -> Path:
        papers: list[dict[str, object]] = [
            {"id": f"p{number}", "title": f"Title {number}", "abstract": text}
            for number, text in enumerate(texts)
        ]
        build([write(tmp_path / "a.jsonl", papers)], tmp_path / "k.db")
        apply(tmp_path / "k.db")
        return tmp_path / "k.db"

    return make


def types(db: Path) -> dict[str, str]:
    with Store(db) as store:
        return {entity.id: entity.type for entity in store.entities()}


def tables(db: Path) -> dict[str, object]:
    return {name: rows for name, rows in dump(db).items() if name != "meta"}


LOOSE = ("model: GPT-3", "method: General Language Understanding Evaluation", "model: GPT-3 = beta-VAE")
PLURAL = ("model!: VAE = CLs; task: CL",)
TWO_COINED = (
    "metric!: General Language Understanding Evaluation = BERT; metric!: BERT = beta-VAE; method: QLoRA",
)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(LOOSE, id="a name that evidence alone ties"),
        pytest.param(PLURAL, id="a plural that only one thing has"),
        pytest.param(TWO_COINED, id="one name of two things that a paper coins"),
    ],
)
def test_of_every_two_things_merge_makes_one_and_split_restores(
    texts: tuple[str, ...], made: Callable[..., Path]
) -> None:
    db = made(*texts)
    before, nodes = tables(db), types(db)
    for a in nodes:
        for b in nodes.keys() - {a}:
            merge(db, a, b)
            assert len(types(db)) == len(nodes) - 1
            (merged,) = types(db).keys() - (nodes.keys() - {a, b})
            split(db, merged)
            assert tables(db) == before


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(LOOSE, id="a name that evidence alone ties"),
        pytest.param(PLURAL, id="a plural beside another name"),
        pytest.param(("dataset: RoPEs", "metric!: RoPEs; task: RoPE = RoPEs"), id="the plural is coined"),
        pytest.param(TWO_COINED, id="one name of two things that a paper coins"),
        pytest.param(("model: VPT = GLUE; model!: GLUE = VPT",), id="one thing twice"),
    ],
)
@pytest.mark.parametrize("verb", ["ignore", "retype"])
def test_of_every_thing_a_line_means_it_alone(
    texts: tuple[str, ...], verb: str, made: Callable[..., Path]
) -> None:
    db = made(*texts)
    before = types(db)
    for node in before:
        if verb == "ignore":
            ignore(db, node)
            expected = {id_: type_ for id_, type_ in before.items() if id_ != node}
        else:
            retype(db, node, "metric")
            expected = before | {node: "metric"}
        assert types(db) == expected
        kgraph.correcting.undo(db)
        assert types(db) == before


def test_a_merged_thing_is_meant_by_what_papers_say_who_choose_no_sense(made: Callable[..., Path]) -> None:
    db = made(
        "model: General Language Understanding Evaluation; method!: GLUE;"
        " model: low-rank adaptation = GLUE = BERT"
    )
    coined = "entity:glue-method"
    assert types(db)[coined] == "method"
    merge(db, coined, "entity:lora")
    retype(db, coined, "task")
    assert types(db)[coined] == "task"


@pytest.mark.parametrize("paper", ["x | 1", "a\tb  c", "x%20y", "in paper:z in other papers", "10.1/a%b"])
def test_what_a_paper_means_is_corrected_whatever_its_id_holds(
    paper: str, made: Callable[..., Path], tmp_path: Path
) -> None:
    db = made("model: GLUE")
    coins: dict[str, object] = {"id": paper, "title": "Another title", "abstract": "method!: GLUE"}
    build([write(tmp_path / "a.jsonl", [coins])], db)
    apply(db)
    (coined,) = types(db)
    (line,) = retype(db, coined, "task").added
    assert line.startswith("retype GLUE in paper:")
    assert types(db) == {coined: "task"}
    ignore(db, coined)
    assert types(db) == {}
    kgraph.correcting.undo(db)
    kgraph.correcting.undo(db)
    assert types(db) == {coined: "method"}
    (db.parent / "kgraph.lexicon").write_text(f"{line}\n", "utf-8")
    apply(db)
    assert types(db) == {coined: "task"}


def test_what_is_forbidden_elsewhere_divides_what_one_paper_takes_for_one(made: Callable[..., Path]) -> None:
    db = made("metric!: GLUE", "model: VAE; model: GLUE = VAE", "model: VAE; model: GLUE = VAE")
    (db.parent / "kgraph.lexicon").write_text("forbid VAE | GLUE in other papers\n", "utf-8")
    apply(db)
    with Store(db) as store:
        rows = store.connection.execute("SELECT text, entity FROM mentions WHERE paper != 'p0'").fetchall()
    (vae,) = {entity for text, entity in rows if text == "VAE"}
    assert vae not in {entity for text, entity in rows if text == "GLUE"}


def test_what_is_forbidden_elsewhere_is_not_what_a_paper_coins(made: Callable[..., Path]) -> None:
    db = made("dataset!: GPT-3 = beta-VAE", "model: GPT-3", "model: GPT-3", "model: beta-VAE")
    (coined,) = (id_ for id_, type_ in types(db).items() if type_ == "dataset")
    others = types(db).keys() - {coined}
    for other in sorted(others):
        forbid(db, other, coined)
    retype(db, coined, "task")
    assert types(db)[coined] == "task"
