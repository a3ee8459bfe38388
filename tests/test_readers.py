"""Every format is judged by a reader that is not its writer: equal sets of nodes and edges, equal attributes.

Those of JavaScript are installed by `make readers`; without them, or without node, their tests are skipped.
"""

import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import networkit
import networkx as nx
import numpy as np
import pandas as pd
import pyoxigraph
import pytest
import rdflib
import rustworkx
import yaml
from lxml import etree

from kgraph.records import SYMMETRIC
from kgraph.views import FORMATS
from kgraph.views.regions import regions
from kgraph.views.rows import drawn_rows, edge_rows, node_rows

Attributes = dict[str, Any]
Nodes = dict[str, Attributes]
Edges = dict[tuple[str, str, str], Attributes]
Read = Callable[[tuple[Path, ...]], tuple[Nodes, Edges]]

READERS = Path(__file__).parent / "readers"
SCHEMA = Path(__file__).parents[2] / "shared" / "samples" / "xsd_gexf_1.3" / "gexf.xsd"
HOSTILE = {
    "markup": "A & B <i>x</i> \"q\" 'a' ]]> --> <![CDATA[ </script>",
    "scripts": "β-VAE 模型 модель نموذج 🐍 \u202etfel",
    "escapes": r"\u0027 \" \n $x$ {{7*7}} a\\",
    "signs": "=1+1; a, b\tc|d",
}

# ------------------------------------------------------------------------------------------------ the graphs


def sample() -> "nx.MultiDiGraph[str]":
    """Every kind of node and of edge, parallel ones, names in many scripts, gaps."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_node(
        "entity:mamba", label="Mamba", kind="entity", type="model", papers=12, since="2023-12-01",
        introduced_by="arxiv:2312.00752", aliases="mamba|Mamba SSM|曼巴",
    )  # fmt: skip
    graph.add_node("entity:s4", label="S4", kind="entity", type="method", papers=3)
    graph.add_node(
        "arxiv:2312.00752", label="Mamba", title="Mamba", kind="paper", type="paper", papers=1,
        since="2023-12", date="2023-12", url="https://arxiv.org/abs/2312.00752",
    )  # fmt: skip
    graph.add_node("title:a b/ü", label="Äther", title="Äther", kind="paper", type="paper", papers=1)
    for number, (kind, name) in enumerate(HOSTILE.items()):
        node = f"entity:{kind}"
        graph.add_node(node, label=name, kind="entity", type="task", papers=number + 1, aliases=name)
        link(graph, "entity:s4", "used_for", node, papers=number + 1)
    link(graph, "arxiv:2312.00752", "introduces", "entity:mamba")
    link(graph, "entity:mamba", "extends", "entity:s4", papers=2)
    link(graph, "entity:mamba", "appears_with", "entity:s4", papers=3, since="2021", until="2024-05")
    link(graph, "title:a b/ü", "cites", "arxiv:2312.00752", since=None)
    return graph


def link(
    graph: "nx.MultiDiGraph[str]",
    source: str,
    relation: str,
    target: str,
    papers: int = 1,
    since: str | None = "2023-12-01",
    until: str | None = None,
) -> None:
    dates = {name: date for name, date in (("since", since), ("until", until)) if date}
    graph.add_edge(
        source, target, relation, relation=relation, papers=papers, weight=float(papers), strength=0.25,
        symmetric=relation == "appears_with", **dates,
    )  # fmt: skip


def empty() -> "nx.MultiDiGraph[str]":
    return nx.MultiDiGraph()


def one_node() -> "nx.MultiDiGraph[str]":
    graph = empty()
    graph.add_node("entity:lora", label="LoRA", kind="entity", type="method", papers=1)
    return graph


def large() -> "nx.MultiDiGraph[str]":
    """100,000 edges between 20,000 nodes."""
    graph = empty()
    for number in range(20_000):
        graph.add_node(
            f"entity:{number}", label=f"Ünit β {number}", kind="entity", type="method",
            papers=1 + number % 40, since=f"{2000 + number % 25}", aliases=f"U{number}|第{number}",
        )  # fmt: skip
    for number in range(100_000):
        ends = f"entity:{number % 20_000}", f"entity:{(number * 7919 + 1) % 19_997}"
        link(graph, ends[0], "appears_with", ends[1], until=f"{2023 + number % 3}")
    return graph


@pytest.fixture(
    scope="module",
    params=[sample, empty, one_node, pytest.param(large, marks=pytest.mark.slow)],
    ids=lambda make: make.__name__,
)
def graph(request: pytest.FixtureRequest) -> "nx.MultiDiGraph[str]":
    """Every test that reads back does so with each of these."""
    made: nx.MultiDiGraph[str] = request.param()
    return made


def is_large(graph: "nx.MultiDiGraph[str]") -> bool:
    return len(graph) > 1000


def expected(graph: "nx.MultiDiGraph[str]", lists: bool, lost: Iterable[str] = ()) -> tuple[Nodes, Edges]:
    """The rows by id, lists joined where a format knows none, without the attributes that it lacks."""

    def shown(row: Attributes) -> Attributes:
        skipped = {"id", "source", "target", *lost}
        return {
            name: "|".join(value) if isinstance(value, list) and not lists else value
            for name, value in row.items()
            if name not in skipped
        }

    nodes = {row["id"]: shown(row) for row in node_rows(graph)}
    edges = {(row["source"], row["relation"], row["target"]): shown(row) for row in edge_rows(graph)}
    return nodes, edges


def write(graph: "nx.MultiDiGraph[str]", name: str, suffix: str, folder: Path) -> tuple[Path, ...]:
    (writer,) = (format.write for format in FORMATS if (format.name, format.suffix) == (name, suffix))
    assert writer is not None
    path = folder / f"graph{suffix}"
    return writer(graph, path) or (path,)


# ----------------------------------------------------------------------------------------------- the readers


def found(
    nodes: Iterable[Attributes],
    edges: Iterable[Attributes],
    node_names: dict[str, str] | None = None,
    edge_names: dict[str, str] | None = None,
) -> tuple[Nodes, Edges]:
    """Put what was read under the names of rows, without what is unknown or only drawn."""

    def known(row: Attributes, names: dict[str, str] | None) -> Attributes:
        named = {(names or {}).get(name, name): value for name, value in row.items()}
        left_out = {"x", "y", "size", "color", "key", "labels"}
        return {
            name: value for name, value in named.items() if name not in left_out and not _is_missing(value)
        }

    node_rows = [known(row, node_names) for row in nodes]
    edge_rows = [known(row, edge_names) for row in edges]
    ids = [row.pop("id") for row in node_rows]
    ends = [(row.pop("source"), row["relation"], row.pop("target")) for row in edge_rows]
    assert len(set(ids)) == len(ids)
    assert len(set(ends)) == len(ends)
    for row in edge_rows:
        row.pop("id", None)
    return dict(zip(ids, node_rows, strict=True)), dict(zip(ends, edge_rows, strict=True))


def _is_missing(value: Any) -> bool:
    return value is None or (not isinstance(value, list | np.ndarray) and bool(pd.isna(value)))


def read_rustworkx(paths: tuple[Path, ...]) -> tuple[list[Attributes], list[Attributes]]:
    graph = rustworkx.read_graphml(str(paths[0]))[0]
    nodes = graph.nodes()
    ids = [node["id"] for node in nodes]
    edges = [{**data, "source": ids[a], "target": ids[b]} for a, b, data in graph.weighted_edge_list()]
    return nodes, edges


def read_node(format: str, path: Path) -> Any:
    """Read by JavaScript; skip the test where that is not installed."""
    if not shutil.which("node") or not (READERS / "node_modules").exists():
        pytest.skip("the readers in JavaScript are not installed: `make readers`")
    command = ["node", str(READERS / "read.js"), format, str(path)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert not run.returncode, run.stderr
    return json.loads(run.stdout)


def of_node(format: str, node_names: dict[str, str], edge_names: dict[str, str]) -> Read:
    def read(paths: tuple[Path, ...]) -> tuple[Nodes, Edges]:
        graph = read_node(format, paths[0])
        assert graph.get("errors", []) == []
        return found(graph["nodes"], graph["edges"], node_names, edge_names)

    return read


def read_graphml(paths: tuple[Path, ...]) -> tuple[Nodes, Edges]:
    return found(*read_rustworkx(paths), {}, {"label": "relation"})


def read_gexf(paths: tuple[Path, ...]) -> tuple[Nodes, Edges]:
    read = nx.read_gexf(paths[0], version="1.3")
    times = {"start", "end", "viz", "id"}  # tested apart
    nodes = [{**_without(data, times), "id": node} for node, data in read.nodes(data=True)]
    edges = [{**_without(data, times), "source": a, "target": b} for a, b, data in read.edges(data=True)]
    return found(nodes, edges, {}, {"label": "relation"})


def _without(row: Attributes, names: set[str]) -> Attributes:
    return {name: value for name, value in row.items() if name not in names}


def read_cytoscape_graphml(paths: tuple[Path, ...]) -> tuple[Nodes, Edges]:
    return found(*read_rustworkx(paths), {"name": "label"}, {"interaction": "relation"})


def read_nodelink(paths: tuple[Path, ...]) -> tuple[Nodes, Edges]:
    graph = nx.node_link_graph(json.loads(paths[0].read_text("utf-8")), edges="edges")
    nodes = [{"id": node, **data} for node, data in graph.nodes(data=True)]
    edges = [{"source": a, "target": b, **data} for a, b, data in graph.edges(data=True)]
    return found(nodes, edges)


def read_neo4j(paths: tuple[Path, ...]) -> tuple[Nodes, Edges]:
    """Read as Neo4j's importer does: types from the header, an empty cell is no property."""
    tables = [pd.read_csv(path, keep_default_na=False, dtype=str) for path in paths]
    nodes, edges = ([_imported(row) for row in records(table)] for table in tables)
    kinds = {"Paper": "paper"}
    for row in nodes:
        row["kind"] = kinds.get(row[":LABEL"].split(";")[0], "entity")
        assert row[":LABEL"].split(";")[-1].lower() == row["type"]
        del row[":LABEL"]
    names = {":START_ID": "source", ":END_ID": "target", ":TYPE": "relation"}
    for row in edges:
        row[":TYPE"] = row[":TYPE"].lower()
    return found(nodes, edges, {"name": "label"}, names)


def _imported(row: dict[str, str]) -> Attributes:
    of: dict[str, Callable[[str], object]] = {
        "int": int, "double": float, "string[]": lambda text: text.split(";"), "boolean": "true".__eq__,
    }  # fmt: skip
    values: Attributes = {}
    for column, text in row.items():
        name, _, type_ = column.partition(":")
        if name and text:
            values[name] = of.get(type_, str)(text)
        elif text:
            values[column] = text
    return values


def read_cypher(paths: tuple[Path, ...]) -> tuple[Nodes, Edges]:
    nodes, edges = of_node("cypher", {"name": "label"}, {})(paths)
    read = read_node("cypher", paths[0])["nodes"]
    for row in read:
        nodes[row["id"]]["kind"] = row["labels"][0].lower()
        assert row["labels"][-1].lower() == row["type"]
    return nodes, {(a, relation.lower(), b): {**row, "relation": relation.lower()}
                   for (a, relation, b), row in edges.items()}  # fmt: skip


def read_duckdb(paths: tuple[Path, ...]) -> tuple[Nodes, Edges]:
    nodes, edges = (duckdb.read_parquet(str(path)) for path in paths)
    return found(
        [dict(zip(nodes.columns, row, strict=True)) for row in nodes.fetchall()],
        [dict(zip(edges.columns, row, strict=True)) for row in edges.fetchall()],
    )


def read_pandas(paths: tuple[Path, ...]) -> tuple[Nodes, Edges]:
    nodes, edges = (records(pd.read_parquet(path)) for path in paths)
    return found(nodes, edges)


def records(table: pd.DataFrame) -> list[Attributes]:
    return [
        {str(name): value.tolist() if isinstance(value, np.ndarray) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


BOTH = {"name": "label"}, {"interaction": "relation"}
CASES = [
    # format, suffix, reader, keeps lists, attributes that the format does not hold
    pytest.param("graphml", ".graphml", read_graphml, False, ["kind"], id="graphml-rustworkx"),
    pytest.param(
        "graphml", ".graphml", of_node("graphml", {}, {"label": "relation"}), False, ["kind"],
        id="graphml-graphology",
    ),
    pytest.param(
        "gexf", ".gexf", of_node("gexf", {}, {"label": "relation", "kind": "key"}), False, ["kind"],
        id="gexf-graphology",
    ),
    pytest.param("gexf", ".gexf", read_gexf, False, ["kind"], id="gexf-networkx"),
    pytest.param("cytoscape", ".graphml", read_cytoscape_graphml, False, ["kind"], id="cytoscape-rustworkx"),
    pytest.param("cytoscape", ".cyjs", of_node("cyjs", *BOTH), True, [], id="cyjs-cytoscape"),
    pytest.param(
        "graphology", ".json", of_node("graphology", {"category": "type"}, {"label": "relation"}), True, [],
        id="graphology",
    ),
    pytest.param("node-link", ".json", read_nodelink, False, [], id="node-link-networkx"),
    pytest.param("neo4j", ".csv", read_neo4j, True, [], id="neo4j-pandas"),
    pytest.param("cypher", ".cypher", read_cypher, True, [], id="cypher-grammar"),
    pytest.param("parquet", ".parquet", read_duckdb, True, [], id="parquet-duckdb"),
    pytest.param("parquet", ".parquet", read_pandas, True, [], id="parquet-pandas"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "suffix", "read", "lists", "lost"), CASES)
def test_reads_back(
    graph: "nx.MultiDiGraph[str]",
    name: str,
    suffix: str,
    read: Read,
    lists: bool,
    lost: list[str],
    tmp_path: Path,
) -> None:
    if name == "cypher" and is_large(graph):
        pytest.skip("Cypher is for small graphs: the grammar takes minutes for so many statements")
    nodes, edges = read(write(graph, name, suffix, tmp_path))
    wanted_nodes, wanted_edges = expected(graph, lists, lost)
    if name == "neo4j":  # its sign between items cannot stand in one
        wanted_nodes = {id_: _without_semicolons(row) for id_, row in wanted_nodes.items()}
    assert nodes == wanted_nodes
    assert edges == wanted_edges


def _without_semicolons(row: Attributes) -> Attributes:
    return {
        name: [item.replace(";", ",") for item in value] if isinstance(value, list) else value
        for name, value in row.items()
    }


# ---------------------------------------------------------------------- formats that say it in their own way


def rows(graph: "nx.MultiDiGraph[str]") -> tuple[list[Attributes], list[Attributes]]:
    return list(node_rows(graph)), list(edge_rows(graph))


def test_gephi_tables_in_duckdb(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    """A text that a spreadsheet would run has a quote before it."""
    paths = write(graph, "gephi", ".csv", tmp_path)
    options = {"header": True, "all_varchar": True, "quotechar": '"', "escapechar": '"', "delimiter": ","}
    nodes, edges = (_table(duckdb.read_csv(str(path), **options)) for path in paths)
    assert {row["Type"] for row in edges} <= {"Directed", "Undirected"}
    assert all((row["Type"] == "Undirected") == (row["symmetric"] == "true") for row in edges)
    names = {"Id": "id", "Label": "label"}, {
        "Source": "source", "Target": "target", "Label": "relation", "Weight": "weight",
    }  # fmt: skip
    read = found(nodes, [_without(row, {"Type", "Id"}) for row in edges], *names)
    wanted_nodes, wanted_edges = expected(graph, lists=False)
    assert read[0] == {id_: _in_cells(row) for id_, row in wanted_nodes.items()}
    assert read[1] == {ends: _in_cells(row) for ends, row in wanted_edges.items()}


def _in_cells(row: Attributes) -> Attributes:
    return {name: _in_a_cell(value) for name, value in row.items()}


def _table(relation: Any) -> list[Attributes]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _in_a_cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value[0] in "=+-@" else str(value)


def test_neo4j_tables_in_duckdb(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    """What its importer asks for: ids without a repeat, ends that are there, labels, types in capitals."""
    paths = write(graph, "neo4j", ".csv", tmp_path)
    options = {"header": True, "all_varchar": True, "quotechar": '"', "escapechar": '"', "delimiter": ","}
    nodes, edges = (_table(duckdb.read_csv(str(path), **options)) for path in paths)
    ids = [row["id:ID"] for row in nodes]
    assert len(set(ids)) == len(ids) == len(graph)
    assert len(edges) == graph.number_of_edges()
    assert {row[end] for row in edges for end in (":START_ID", ":END_ID")} <= set(ids)
    assert all(
        re.fullmatch("Paper|Entity;(Method|Model|Dataset|Task|Metric)", row[":LABEL"]) for row in nodes
    )
    assert all(re.fullmatch("[A-Z]+(_[A-Z]+)*", row[":TYPE"]) for row in edges)


def test_gexf_keeps_to_its_schema(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    if not SCHEMA.exists():
        pytest.skip("no ../shared/samples/xsd_gexf_1.3")
    (path,) = write(graph, "gexf", ".gexf", tmp_path)
    tree = etree.parse(path)
    viz = "{http://gexf.net/1.3/viz}"
    for element in list(tree.iter(f"{viz}*")):  # the schema declares them in the wrong namespace
        element.tag = element.tag.replace(viz, "{http://gexf.net/1.3}")
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(tree)
    assert len(list(tree.iter("{*}position", "{*}size", "{*}color"))) == 3 * len(graph)


def test_gexf_keeps_to_what_gephi_imports(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    """It drops an edge of another `type`, a weight of 0, a bare year; a size must be the first attribute."""
    (path,) = write(graph, "gexf", ".gexf", tmp_path)
    tree = etree.parse(path)
    nodes, edges = list(tree.iter("{*}node")), list(tree.iter("{*}edge"))
    ids = {node.get("id") for node in nodes}
    assert len(ids) == len(nodes)
    assert len({edge.get("id") for edge in edges}) == len(edges)
    assert all({edge.get("source"), edge.get("target")} <= ids for edge in edges)
    assert all(edge.get("type") is None and float(edge.get("weight")) > 0 for edge in edges)
    assert len({tuple(edge.get(key) for key in ("source", "target", "kind")) for edge in edges}) == len(edges)
    for element in (*nodes, *edges):
        span = element.get("start"), element.get("end")
        assert span == (None, None) or re.fullmatch(r"(\d{4})-01-01 (\d{4})-12-31", " ".join(span))
        assert span[0] is None or span[0] < span[1]
    assert all(size.keys()[0] == "value" for size in tree.iter("{*}size"))
    assert all(0 <= int(color.get(part)) <= 255 for color in tree.iter("{*}color") for part in "rgb")
    declared = [attribute.get("id") for attribute in tree.iter("{*}attribute")]
    assert not {"id", "label", "timeset", "start", "end"} & set(declared)


def test_gexf_says_when(tmp_path: Path) -> None:
    (path,) = write(sample(), "gexf", ".gexf", tmp_path)
    tree = etree.parse(path)
    spans = {
        element.get("id"): (element.get("start"), element.get("end")) for element in tree.iter("{*}node")
    }
    assert spans["entity:mamba"] == ("2023-01-01", "2024-12-31")  # an edge of 2024 is its last sign of life
    assert spans["entity:s4"] == (None, None)
    (company,) = (edge for edge in tree.iter("{*}edge") if edge.get("kind") == "appears_with")
    assert (company.get("start"), company.get("end")) == ("2021-01-01", "2024-12-31")
    assert tree.find("{*}graph").get("timeformat") == "date"


def test_networkit_sees_the_structure(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    """It numbers nodes as they come, and keeps weights but no attributes.

    Its reader of GEXF takes whole numbers for ids only, and nodes with a time for events: not ours.
    """
    (path,) = write(graph, "graphml", ".graphml", tmp_path)
    seen = networkit.graphio.GraphMLReader().read(str(path))
    nodes, edges = rows(graph)
    number = {row["id"]: place for place, row in enumerate(nodes)}
    assert seen.numberOfNodes() == len(nodes)
    assert sorted(seen.iterEdgesWeights()) == sorted(
        (number[row["source"]], number[row["target"]], row["weight"]) for row in edges
    )


def test_the_drawing_reads_back(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    """Places, sizes and colours, where a program opens the file as a map."""
    wanted = {row["id"]: (row["x"], row["y"], row["size"], row["color"]) for row in drawn_rows(graph)}
    for name, suffix, read in DRAWN:
        nodes = read(write(graph, name, suffix, tmp_path))
        assert {row["id"]: tuple(row[key] for key in ("x", "y", "size", "color")) for row in nodes} == wanted


def _drawn_gexf(paths: tuple[Path, ...]) -> list[Attributes]:
    drawn = []
    for node, data in nx.read_gexf(paths[0], version="1.3").nodes(data=True):
        viz = data["viz"]
        color = "#" + bytes(viz["color"][part] for part in "rgb").hex()
        drawn.append({"id": node, **viz["position"], "size": viz["size"], "color": color})
    return drawn


DRAWN: list[tuple[str, str, Callable[[tuple[Path, ...]], list[Attributes]]]] = [
    ("graphml", ".graphml", lambda paths: read_rustworkx(paths)[0]),
    ("cytoscape", ".graphml", lambda paths: read_rustworkx(paths)[0]),
    ("gexf", ".gexf", _drawn_gexf),
    ("parquet", ".parquet", lambda paths: records(pd.read_parquet(paths[0]))),
    ("node-link", ".json", lambda paths: json.loads(paths[0].read_text("utf-8"))["nodes"]),
]


def test_pajek_in_networkx(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    """One relation a file is what networkx knows, so that it is given ours one by one."""
    (path,) = write(graph, "pajek", ".net", tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf*Network")
    vertices, *relations = re.split(r"(?m)^(?=\*(?:Arcs|Edges))", path.read_text("utf-8-sig"))
    nodes, edges = rows(graph)
    names = _pajek_names(nodes)
    assert set(nx.parse_pajek(vertices)) == set(names.values())
    found = set()
    for section in relations:
        (relation,) = re.findall(r'^\*\w+ :\d+ "(\w+)"', section)
        read = nx.parse_pajek(vertices + section)
        assert read.is_directed() == (relation not in SYMMETRIC)
        found |= {
            (frozenset((a, b)) if relation in SYMMETRIC else (a, b), relation, data["weight"])
            for a, b, data in read.edges(data=True)
        }
    assert found == {
        (frozenset(ends) if row["symmetric"] else ends, row["relation"], row["weight"])
        for row in edges
        for ends in [(names[row["source"]], names[row["target"]])]
    }


def _pajek_names(nodes: list[Attributes]) -> dict[str, str]:
    """Names without the signs that Pajek has no escape for; the two Mambas are told apart."""
    names = {row["id"]: row["label"].replace('"', "'").replace("\\", "/") for row in nodes}
    return {id_: f"{name} ({id_})" if name == "Mamba" else name for id_, name in names.items()}


def test_vosviewer_in_pandas(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    (path,) = write(graph, "vosviewer", ".json", tmp_path)
    network = json.loads(path.read_text("utf-8"))["network"]
    nodes, edges = rows(graph)
    label = {item["id"]: item["label"] for item in network["items"]}
    assert list(label.values()) == [row["label"] for row in nodes]
    assert [item["weights"]["Papers"] for item in network["items"]] == [row["papers"] for row in nodes]
    assert [item["scores"].get("First year") for item in network["items"]] == [
        row.get("year") for row in nodes
    ]
    assert all(-1 <= item[axis] <= 1 and item["cluster"] >= 1 for item in network["items"] for axis in "xy")
    number = {row["id"]: place for place, row in enumerate(nodes, 1)}
    pairs = {
        tuple(sorted((number[row["source"]], number[row["target"]])))
        for row in edges
        if row["source"] != row["target"]  # what ties a thing to itself is no link to VOSviewer
    }
    assert {(link["source_id"], link["target_id"]) for link in network["links"]} == pairs
    map_path, network_path = write(graph, "vosviewer", ".txt", tmp_path)
    table = pd.read_csv(map_path, sep="\t", quoting=3, keep_default_na=False)
    assert table["label"].tolist() == list(label.values())
    links = [line.split("\t") for line in network_path.read_text("utf-8").splitlines()]
    assert [[int(part) for part in line] for line in links] == [
        [link["source_id"], link["target_id"], link["strength"]] for link in network["links"]
    ]


def test_vosviewer_has_the_regions_of_the_map(tmp_path: Path) -> None:
    graph = empty()
    for group in "ab":
        names = [f"entity:{group}{number}" for number in range(9)]
        for number, name in enumerate(names):
            graph.add_node(name, label=name[7:], kind="entity", type="method", papers=9 - number)
        for one, other in itertools.combinations(names, 2):
            link(graph, one, "appears_with", other)
    (path,) = write(graph, "vosviewer", ".json", tmp_path)
    network = json.loads(path.read_text("utf-8"))["network"]
    label = {cluster["cluster"]: cluster["label"] for cluster in network["clusters"]}
    assert list(label.values()) == [region.name for region in regions(graph)] == ["a0, a1", "b0, b1"]
    assert {item["label"]: label[item["cluster"]][0] for item in network["items"]} == {
        item["label"]: item["label"][0] for item in network["items"]
    }


def test_vosviewer_takes_the_most_papers_of_a_pair(tmp_path: Path) -> None:
    (path,) = write(sample(), "vosviewer", ".json", tmp_path)
    network = json.loads(path.read_text("utf-8"))["network"]
    number = {item["label"]: item["id"] for item in network["items"] if "url" not in item}
    (strength,) = (
        link["strength"]
        for link in network["links"]
        if {link["source_id"], link["target_id"]} == {number["Mamba"], number["S4"]}
    )
    assert strength == 3


TERMS = "urn:kgraph:term:"
ASK = f"""
PREFIX kg: <{TERMS}> PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?source ?target ?relation ?papers ?weight ?strength ?symmetric ?since ?until {{
    ?link a kg:Link ; kg:source ?s ; kg:target ?t ; kg:relation ?relation ; kg:papers ?papers ;
          kg:weight ?weight ; kg:strength ?strength ; kg:symmetric ?symmetric .
    ?s ?relation ?t ; dcterms:identifier ?source . ?t dcterms:identifier ?target .
    OPTIONAL {{ ?link kg:since ?since }} OPTIONAL {{ ?link kg:until ?until }}
}}"""
NODES = f"""
PREFIX kg: <{TERMS}> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?id ?name ?papers ?date (group_concat(?alias; separator="|") AS ?aliases) {{
    ?node dcterms:identifier ?id {{ ?node skos:prefLabel ?name }} UNION {{ ?node dcterms:title ?name }}
    OPTIONAL {{ ?node kg:papers ?papers }} OPTIONAL {{ ?node skos:altLabel ?alias }}
    OPTIONAL {{ {{ ?node kg:since ?date }} UNION {{ ?node dcterms:date ?date }} }}
}} GROUP BY ?id ?name ?papers ?date"""


def test_turtle_answers_sparql(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    (path,) = write(graph, "turtle", ".ttl", tmp_path)
    store = pyoxigraph.Store()
    store.load(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
    ask: list[Callable[[str], Any]] = [store.query]
    if not is_large(graph):  # rdflib would take minutes for a million triples
        triples = rdflib.Graph().parse(path, format="turtle")
        assert len(store) == len(triples)
        ask.append(triples.query)
    nodes, edges = rows(graph)
    for query in ask:
        assert _answers(query(ASK)) == {
            (row["source"], row["target"], row["relation"], row["papers"], row["weight"], row["strength"],
             str(row["symmetric"]).lower(), row.get("since"), row.get("until"))
            for row in edges
        }  # fmt: skip
        found = {(*row[:4], frozenset((row[4] or "").split("|"))) for row in _answers(query(NODES)) if row[0]}
        assert found == {
            (row["id"], row["label"], row["papers"] if row["kind"] == "entity" else None,
             row.get("since") or row.get("date"), frozenset("|".join(row.get("aliases", ())).split("|")))
            for row in nodes
        }  # fmt: skip


def _answers(solutions: Any) -> set[tuple[Any, ...]]:
    """Spell answers of either engine alike: numbers as such, relations without what stands before them."""

    def plain(term: Any) -> Any:
        if term is None:
            return None
        text = str(term if isinstance(term, rdflib.term.Identifier) else term.value)
        if (type_ := str(getattr(term, "datatype", "") or "")).endswith(("integer>", "integer")):
            return int(text)
        if type_.endswith(("double>", "double")):
            return float(text)
        return re.sub("^(urn:kgraph:term:|http://purl.org/spar/cito/)", "", text)

    return {tuple(map(plain, solution)) for solution in solutions}


def test_turtle_uses_the_words_of_others(tmp_path: Path) -> None:
    (path,) = write(sample(), "turtle", ".ttl", tmp_path)
    triples = rdflib.Graph().parse(path, format="turtle")
    paper = rdflib.URIRef("https://arxiv.org/abs/2312.00752")
    mamba = rdflib.URIRef("urn:kgraph:entity:mamba")
    assert {str(name) for name in triples.objects(mamba, rdflib.SKOS.altLabel)} == {
        "mamba",
        "Mamba SSM",
        "曼巴",
    }
    assert (mamba, rdflib.RDF.type, rdflib.SKOS.Concept) in triples
    assert (paper, rdflib.DCTERMS.date, rdflib.Literal("2023-12", datatype=rdflib.XSD.gYearMonth)) in triples
    cited = list(triples.subjects(rdflib.URIRef("http://purl.org/spar/cito/cites"), paper))
    assert cited == [rdflib.URIRef("urn:kgraph:title:" + quote("a b/ü"))]


def test_obsidian_links_lead_to_notes(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    (vault,) = write(graph, "obsidian", "", tmp_path)
    notes = {file.relative_to(vault).with_suffix("").as_posix(): file for file in vault.rglob("*.md")}
    texts = {name: file.read_text("utf-8") for name, file in notes.items()}
    properties = {name: yaml.safe_load(text.split("---\n")[1]) for name, text in texts.items()}
    ids = {name: known["id"] for name, known in properties.items()}
    nodes, edges = rows(graph)
    assert sorted(ids.values()) == [row["id"] for row in nodes]
    for row in nodes:
        (known,) = (known for known in properties.values() if known["id"] == row["id"])
        assert known["aliases"][0] == row["label"]
        assert known["type"] == row["type"]
    links = {
        (ids[name], ids[target]) for name, text in texts.items()
        for target in re.findall(r"\[\[(.+?)\|", text.split("---\n", 2)[2])
    }  # fmt: skip
    assert links == {
        pair for row in edges for pair in ((row["source"], row["target"]), (row["target"], row["source"]))
    }
