"""What a Python user gets: the same answers as on the command line, as networkx and pandas."""

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

import kgraph
import kgraph.cli
from kgraph import queries
from kgraph.exporting import UnknownFormat, choose_format
from kgraph.records import Paper


@pytest.fixture
def landscape(toy_db: Path) -> Iterator[kgraph.Landscape]:
    with kgraph.open(toy_db) as opened:
        yield opened


@pytest.mark.parametrize("name", ["build", "add", "remove", "open", "extract", "read_papers"])
def test_no_module_hides_a_public_function(name: str) -> None:
    assert inspect.isfunction(getattr(kgraph, name))


def test_every_public_name_is_there() -> None:
    assert all(getattr(kgraph, name) is not None for name in kgraph.__all__)
    assert set(kgraph.__all__) <= set(dir(kgraph))
    with pytest.raises(AttributeError):
        kgraph.nothing  # noqa: B018


def test_importing_loads_nothing_heavy() -> None:
    heavy = {"spacy", "pandas", "networkx", "rich", "numpy"}
    code = f"import sys, kgraph.cli; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_graph(landscape: kgraph.Landscape) -> None:
    assert type(landscape.graph()) is nx.MultiDiGraph
    assert type(landscape.graph(kind="entities")) is nx.Graph
    assert set(landscape.graph(type="model", around="mamba", kind="all")) >= {
        "entity:mamba",
        "entity:mamba-2",
    }


REFUSED = {
    "export(OUT, kind='foo')": "no kind 'foo'",
    "export(OUT, type='foo')": "no type 'foo'",
    "export(OUT, type=['model', 'foo'])": "no type 'foo'",
    "export(OUT, layout='foo')": "no layout 'foo'",
    "export(OUT, top=0)": "top is 0",
    "export(OUT, stubs=0)": "stubs is 0",
    "export(OUT, around='mamba', hops=0)": "hops is 0",
    "graph('foo')": "no kind 'foo'",
    "graph(relation='foo')": "no relation 'foo'",
    "graph(since='20x3')": "'20x3' is no year",
    "graph(min_papers=0)": "min_papers is 0",
    "graph('entities', type='model')": "there is no type",
    "graph('entities', min_papers=0)": "min_papers is 0",
    "frame('foo')": "no table 'foo'",
    "neighbors('mamba', type='foo')": "no type 'foo'",
    "neighbors('mamba', relation='foo')": "no relation 'foo'",
    "neighbors('mamba', since='abc')": "'abc' is no year",
    "neighbors('mamba', hops=0)": "hops is 0",
    "neighbors('mamba', limit=-1)": "limit is -1",
    "papers('mamba', role='foo')": "no role 'foo'",
    "papers('mamba', by='foo')": "no order 'foo'",
    "papers('mamba', limit=-1)": "limit is -1",
    "bibliography('mamba', format='foo')": "no format 'foo'",
    "bibliography('mamba', role='foo')": "no role 'foo'",
    "cites('Mamba', 'foo')": "no way 'foo'",
    "cites('Mamba', limit=-1)": "limit is -1",
    "similar('Mamba', limit=-1)": "limit is -1",
    "lineage('mamba', limit=-1)": "limit is -1",
    "why('mamba', limit=-1)": "limit is -1",
    "search('mamba', type='foo')": "no type 'foo'",
    "search('mamba', limit=-1)": "limit is -1",
    "top(type='foo')": "no type 'foo'",
    "top(limit=-1)": "limit is -1",
    "doctor('mamba')": "two names",
    "doctor(b='mamba')": "two names",
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_means_nothing_is_refused(call: str, landscape: kgraph.Landscape, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=REFUSED[call]):
        eval(f"landscape.{call}", {"landscape": landscape, "OUT": tmp_path / "out.graphml"})
    assert not list(tmp_path.glob("out*"))


def test_the_least_that_may_be_asked_for_is_taken(landscape: kgraph.Landscape) -> None:
    for answer in (
        landscape.neighbors("mamba", limit=0),
        landscape.top(limit=0),
        landscape.papers("mamba", limit=0),
    ):
        assert answer.empty
    assert len(landscape.graph("entities", min_papers=2)) < len(landscape.graph("entities", min_papers=1))
    assert len(landscape.neighbors("mamba", type="paper", relation=["introduces"], since=2023))
    assert landscape.doctor() == landscape.doctor(None, None)


@pytest.mark.parametrize("wrong", [{"since": "20x3"}, {"limit": -1}, {"jobs": 0}])
def test_a_wrong_word_leaves_the_store_as_it_was(wrong: dict[str, Any], toy_db: Path, tmp_path: Path) -> None:
    db, source = tmp_path / "store.db", tmp_path / "papers.jsonl"
    source.write_text('{"id": "1", "title": "We Use LoRA", "date": "2023-05"}\n', "utf-8")
    kgraph.build(source, db)
    before = db.read_bytes()
    for change in (kgraph.build, kgraph.add):
        with pytest.raises((ValueError, kgraph.BadInput), match=r"since 20x3: is no year|must be at least"):
            change(source, db, **wrong)
        assert db.read_bytes() == before
    kgraph.build(source, db, since="2023", limit=1, jobs=1)
    with kgraph.open(db) as landscape:
        assert landscape.stats()["papers"] == 1


def test_one_may_stand_for_several(tmp_path: Path) -> None:
    db, source, names = tmp_path / "store.db", tmp_path / "papers.jsonl", tmp_path / "names.tsv"
    source.write_text('{"id": "1", "title": "We Use Zorbling"}\n', "utf-8")
    names.write_text(
        "id\ttype\tname\taliases\tvariants\tcues\tsource\tcount\nz\tmethod\tZorbling\t\t\t\tus\t\n", "utf-8"
    )
    kgraph.build(str(source), db, lexicon=str(names))
    with kgraph.open(db) as landscape:
        assert landscape.stats()["papers"] == 1
        assert "Zorbling" in set(landscape.frame("entities")["name"])
    assert kgraph.extract("We Use Zorbling", lexicon=names)["entities"]
    assert kgraph.remove("We Use Zorbling", db).removed == 1


@pytest.mark.parametrize(
    ("table", "rows"), [("entities", 16), ("papers", 13), ("edges", 77), ("mentions", 43)]
)
def test_frames(landscape: kgraph.Landscape, table: kgraph.landscape.Table, rows: int) -> None:
    assert len(landscape.frame(table)) == rows


def test_frame_of_entities_holds_lists(landscape: kgraph.Landscape) -> None:
    entities = landscape.frame("entities").set_index("id")
    assert entities.loc["entity:lora", "aliases"] == ["Low-Rank Adaptation", "low-rank adaptation"]
    with pytest.raises(ValueError, match="entities, papers, edges, mentions"):
        landscape.frame("nothing")  # type: ignore[arg-type]


def test_answers_are_frames(landscape: kgraph.Landscape) -> None:
    near = landscape.neighbors("Mamba", type="method", since=2023)
    assert list(near["name"]) == ["state-space model", "Transformer", "S4"]
    assert "<table" in near._repr_html_()  # type: ignore[operator]
    assert list(landscape.neighbors("Mamba", type="metric").columns) == list(near.columns)
    assert list(landscape.papers("LoRA", role="extends")["id"]) == ["arxiv:2305.14314"]
    assert len(landscape.why("Mamba", "Transformer")) == 2
    spellings = ["spelling", "rule", "papers", "mentions", "evidence", "paper", "sentence"]
    assert list(landscape.why("LoRA").columns) == spellings
    assert landscape.search("bees")["type"].tolist() == ["paper"]
    assert landscape.top(by="rising", limit=1)["name"].tolist() == ["Mamba"]
    assert landscape.path("Mamba", "β-VAE") == []
    assert landscape.show("Mamba")["type"] == "model"
    assert landscape.doctor()["papers"] == 13


def test_trends_are_a_frame_of_years(landscape: kgraph.Landscape) -> None:
    trends = landscape.trends("Mamba", "LoRA")
    expected = pd.DataFrame(
        {"Mamba": [0, 1, 1], "LoRA": [1, 1, 1]}, index=pd.Index([2021, 2023, 2024], name="year")
    )
    pd.testing.assert_frame_equal(trends, expected)


def test_it_shows_itself(landscape: kgraph.Landscape) -> None:
    assert repr(landscape).endswith("toy.db: 13 papers, 16 entities>")
    assert "<b>13 papers</b>: 7 methods, 7 models, 2 datasets<br>Transformer" in landscape._repr_html_()


def test_answers_equal_the_queries(landscape: kgraph.Landscape) -> None:
    assert landscape.stats() == queries.stats(landscape._db)


@pytest.mark.parametrize("suffix", ["csv", "graphml", "html", "json", "jsonl"])
def test_export_is_the_same_every_time(landscape: kgraph.Landscape, tmp_path: Path, suffix: str) -> None:
    one = landscape.export(tmp_path / "new" / f"one.{suffix}")
    two = landscape.export(tmp_path / f"two.{suffix}")
    assert [path.read_bytes() for path in one.paths] == [path.read_bytes() for path in two.paths]
    assert (one.nodes, one.lone) == ((13, 0) if suffix == "jsonl" else (27, 2))


def test_export_names_the_formats_that_there_are(landscape: kgraph.Landscape, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"suffix.*graphml.*papers"):
        landscape.export(tmp_path / "graph.doc")
    with pytest.raises(UnknownFormat, match=r"doc: no format has this name.*graphml"):
        landscape.export(tmp_path / "graph.doc", format="doc")
    assert landscape.export(tmp_path / "graph.doc", format="graphml").nodes == 27


@pytest.mark.parametrize(
    ("name", "format", "chosen"),
    [
        pytest.param("map.GEXF", None, ("gexf", ".gexf"), id="suffix"),
        pytest.param("graph.json", None, ("node-link", ".json"), id="first of a suffix"),
        pytest.param("graph.json", "vosviewer", ("vosviewer", ".json"), id="name"),
        pytest.param("graph.txt", "vosviewer", ("vosviewer", ".txt"), id="name and suffix"),
        pytest.param("graph.graphml", "cytoscape", ("cytoscape", ".graphml"), id="name before suffix"),
        pytest.param("graph", "cytoscape", ("cytoscape", ".cyjs"), id="name alone"),
        pytest.param("graph", "csv", ("gephi", ".csv"), id="suffix as a name"),
        pytest.param("vault", "obsidian", ("obsidian", ""), id="folder"),
        pytest.param("page.html", None, ("html", ".html"), id="page"),
        pytest.param("report.html", None, ("report", ".html"), id="report by its name"),
        pytest.param("report.html", "html", ("html", ".html"), id="page of the report's name"),
        pytest.param("x.md", None, ("report", ".md"), id="report"),
    ],
)
def test_a_format_is_chosen(name: str, format: str | None, chosen: tuple[str, str]) -> None:
    found = choose_format(Path(name), format)
    assert (found.name, found.suffix) == chosen


def test_export_counts_what_it_leaves_out(landscape: kgraph.Landscape, tmp_path: Path) -> None:
    whole = landscape.export(tmp_path / "all.gexf")
    assert (whole.filtered, whole.filtered_edges) == (0, 0)
    part = landscape.export(tmp_path / "part.gexf", kind="entities", type="method")
    assert part.nodes + part.lone + part.filtered == whole.nodes + whole.lone
    assert part.edges is not None and whole.edges is not None
    assert part.edges + part.filtered_edges == whole.edges


def test_exported_papers_name_their_nodes(landscape: kgraph.Landscape, tmp_path: Path) -> None:
    (path,) = landscape.export(tmp_path / "papers.jsonl").paths
    papers = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    assert [paper["id"] for paper in papers] == sorted(paper["id"] for paper in papers)
    lora = next(paper for paper in papers if paper["id"] == "arxiv:2106.09685")
    assert lora["entities"][0] == {
        "name": "LoRA",
        "type": "method",
        "role": "introduces",
        "aliases": ["Low-Rank Adaptation"],
        "mentions": [
            {"start": 0, "end": 4, "text": "LoRA"},
            {"start": 6, "end": 25, "text": "Low-Rank Adaptation"},
            {"start": 51, "end": 70, "text": "Low-Rank Adaptation"},
            {"start": 72, "end": 76, "text": "LoRA"},
        ],
        "node": "entity:lora",
    }
    assert lora["relations"] == [["LoRA", "used_for", "GPT-3"]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("We fine-tune BERT on GLUE.", id="a line"),
        pytest.param("A title\nWe fine-tune BERT on GLUE.", id="a title and an abstract"),
    ],
)
def test_offsets_count_into_the_text_as_given(text: str) -> None:
    found = kgraph.extract(text)
    assert f"{found['title']}\n{found['abstract']}".rstrip("\n") == text
    for entity in found["entities"]:
        for mention in entity["mentions"]:
            assert text[mention["start"] : mention["end"]] == mention["text"]


def test_extract_takes_papers_and_several() -> None:
    one, two = kgraph.extract([Paper("a", "A title", "BERT."), "BERT."])
    assert (one["id"], two["id"]) == ("a", "")
    assert kgraph.extract([]) == []
