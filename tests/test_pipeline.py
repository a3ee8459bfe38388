"""The whole way with the extractor that ships: what the names in a few abstracts come to be."""

import json
import random
from collections.abc import Iterator
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest

from kgraph.building import add, build, remove
from kgraph.landscape import Landscape
from kgraph.landscape import open as open_store
from kgraph.names import find_paper
from kgraph.store import Store

Row = dict[str, object]

PAPERS: list[Row] = [
    {
        "title": "Adapters, side by side",
        "abstract": "We compare LoRA, QLoRA, LoRA+ and AdaLoRA for fine-tuning LLaMA-2 on GLUE and SuperGLUE."
        " LoRA+ trains fastest, while QLoRA needs the least memory and AdaLoRA adapts the rank.",
    },
    {
        "title": "Four generations of language models",
        "abstract": "We evaluate GPT-2, GPT-3, GPT-4 and GPT-4o on GLUE. GPT-4o is faster than GPT-4, and"
        " both outperform GPT-3; GPT-2 trails. BERT and RoBERTa serve as encoders.",
    },
    {
        "title": "Small images again",
        "abstract": "A VAE and a β-VAE are trained on CIFAR-10 and CIFAR-100 with Adam and AdamW. The β-VAE"
        " disentangles better than the VAE. AdamW improves over Adam on CIFAR-100 but not on CIFAR-10.",
    },
    {
        "title": "Sequence models revisited",
        "abstract": "Mamba, Mamba-2 and LaMamba are compared with Transformers. A Transformer trained with"
        " low-rank adaptation is slower. Mamba-2 refines the state-space model (SSM) of Mamba, and LaMamba"
        " adds local attention.",
    },
    {
        "title": "Open weights",
        "abstract": "We fine-tune Llama 2 and Llama 3 with Low-Rank Adaptation (LoRA). Llama 3 outperforms"
        " LLaMA2 on MMLU. SSMs such as Mamba are compared with Transformers.",
    },
    {
        "title": "Segmentation in video",
        "abstract": "We build on SAM 2 and compare it with SAM, the Segment Anything Model, for segmentation."
        " SAM 2 is faster than SAM.",
    },
    {
        "title": "A study of Low Rank Adaptation",
        "abstract": "Low Rank Adaptation of LLaMA-2 is studied. The Transformer and a state-space model are"
        " fine-tuned by low-rank adaptation on SuperGLUE.",
    },
    {
        "id": "2312.00001",
        "title": "ZebraLoRA: striped adapters",
        "abstract": "We propose ZebraLoRA, which extends LoRA. ZebraLoRA outperforms LoRA on GLUE.",
        "date": "2023-12",
    },
    {
        "id": "2401.00002",
        "title": "TurboLoRA: faster adapters",
        "abstract": "We propose TurboLoRA, which extends ZebraLoRA (arXiv:2312.00001) with momentum."
        " TurboLoRA outperforms ZebraLoRA on GLUE.",
        "date": "2024",
    },
]


def write(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def landscape(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landscape]:
    here = tmp_path_factory.mktemp("names")
    build([write(here / "papers.jsonl", PAPERS)], here / "k.db")
    with open_store(here / "k.db") as opened:
        yield opened


# ------------------------------------------------------------------------------------------ names and edges


@pytest.mark.parametrize(
    "names",
    [
        "LoRA|QLoRA|LoRA+|AdaLoRA",
        "GPT-2|GPT-3|GPT-4|GPT-4o",
        "BERT|RoBERTa",
        "CIFAR-10|CIFAR-100",
        "VAE|β-VAE",
        "GLUE|SuperGLUE",
        "Mamba|Mamba-2|LaMamba",
        "Llama 2|Llama 3",
        "SAM|SAM 2",
        "Adam|AdamW",
    ],
)
def test_what_stays_apart(landscape: Landscape, names: str) -> None:
    ids = [landscape.show(name)["id"] for name in names.split("|")]
    assert all(one != other for one, other in combinations(ids, 2))


@pytest.mark.parametrize(
    "names",
    [
        "LLaMA-2|Llama 2|LLaMA2",
        "low-rank adaptation|Low Rank Adaptation|LoRA",
        "Transformers|Transformer",
        "state-space model|SSM|SSMs",
    ],
)
def test_what_comes_together(landscape: Landscape, names: str) -> None:
    cards = [landscape.show(name) for name in names.split("|")]
    assert len({card["id"] for card in cards}) == 1
    assert cards[0]["papers"] > 1
    assert not {*names.split("|")} - {cards[0]["name"], *cards[0]["aliases"]}


def test_a_paper_builds_on_and_cites_the_one_that_introduces_what_it_names(landscape: Landscape) -> None:
    card = landscape.show("arxiv:2401.00002")
    assert (card["builds_on"], card["cites"]) == (["arxiv:2312.00001"], ["arxiv:2312.00001"])
    assert landscape.show("ZebraLoRA")["introduced_by"] == ["arxiv:2312.00001"]


# --------------------------------------------------------------------------------------- the same, whatever


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    example = files("kgraph").joinpath("data", "example", "papers.jsonl").read_text("utf-8")
    known = [json.loads(line) for line in example.splitlines()]
    return [*PAPERS, *known[-16:]]


def exported(db: Path) -> tuple[bytes, bytes]:
    """Return the .jsonl and the .graphml of a store."""
    with open_store(db) as opened:
        for suffix in ("jsonl", "graphml"):
            opened.export(db.with_suffix(f".{suffix}"))
    return db.with_suffix(".jsonl").read_bytes(), db.with_suffix(".graphml").read_bytes()


@pytest.fixture(scope="module")
def whole(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    here = tmp_path_factory.mktemp("whole")
    build([write(here / "papers.jsonl", rows)], here / "k.db")
    return exported(here / "k.db")


@pytest.mark.parametrize("seed", [1, 2])
def test_exports_of_papers_in_another_order(
    rows: list[Row], whole: tuple[bytes, bytes], seed: int, tmp_path: Path
) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    build([write(tmp_path / f"{seed}.jsonl", shuffled)], tmp_path / "k.db")
    assert exported(tmp_path / "k.db") == whole


@pytest.mark.parametrize("seed", [3, 4])
def test_exports_of_papers_in_two_steps(
    rows: list[Row], whole: tuple[bytes, bytes], seed: int, tmp_path: Path
) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    build([write(tmp_path / "one.jsonl", shuffled[:7])], tmp_path / "k.db")
    add([write(tmp_path / "two.jsonl", shuffled[7:])], tmp_path / "k.db")
    assert exported(tmp_path / "k.db") == whole


@pytest.mark.parametrize("seed", [5, 6])
def test_exports_after_an_addition_and_its_removal(
    rows: list[Row], whole: tuple[bytes, bytes], seed: int, tmp_path: Path
) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    db = tmp_path / "k.db"
    build([write(tmp_path / "one.jsonl", shuffled[:-3])], db)
    before = exported(db)
    add([write(tmp_path / "two.jsonl", shuffled[-3:])], db)
    assert exported(db) == whole
    with Store(db) as store:
        added = [str(find_paper(store.connection, str(row["title"]))["id"]) for row in shuffled[-3:]]
    remove(added, db)
    assert exported(db) == before
