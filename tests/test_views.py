"""What all views share: whole files, safe cells, every suffix."""

import csv
import inspect
import json
import shutil
from pathlib import Path

import networkx as nx
import pytest

import kgraph.views.obsidian
from kgraph.errors import KGraphError
from kgraph.records import PAPER_RELATIONS, ROLES, STATED, SYMMETRIC
from kgraph.views import FORMATS, Format
from kgraph.views.files import atomic_write, atomic_writes
from kgraph.views.nodelink import write_nodelink
from kgraph.views.obsidian import _READING, write_obsidian
from kgraph.views.rows import clean
from kgraph.views.style import LARGEST, SMALLEST, color, sizes
from kgraph.views.tables import write_tables


def small(name: str = "Mamba") -> "nx.MultiDiGraph[str]":
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_node("entity:mamba", label=name, kind="entity", type="model", papers=12, since="2023-12-01")
    graph.add_node("entity:s4", label="S4", kind="entity", type="method", papers=3, aliases="S4D|DSS")
    graph.add_node(
        "arxiv:1", label="A title", kind="paper", type="paper", papers=1, date="2023", url="https://x.y/1"
    )
    figures = {"papers": 2, "weight": 2.0, "strength": 0.25, "since": "2023"}
    graph.add_edge("entity:mamba", "entity:s4", "extends", relation="extends", symmetric=False, **figures)
    graph.add_edge(
        "entity:mamba", "entity:s4", "appears_with", relation="appears_with", symmetric=True, **figures
    )
    graph.add_edge("arxiv:1", "entity:mamba", "uses", relation="uses", symmetric=False, **figures)
    return graph


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_have_the_columns_that_gephi_knows(tmp_path: Path) -> None:
    nodes, edges = write_tables(small(), tmp_path / "graph.csv")
    assert (nodes.name, edges.name) == ("graph.nodes.csv", "graph.edges.csv")
    assert [(row["Id"], row["Label"], row["type"]) for row in rows(nodes)] == [
        ("arxiv:1", "A title", "paper"),
        ("entity:mamba", "Mamba", "model"),
        ("entity:s4", "S4", "method"),
    ]
    assert [
        (row["Source"], row["Target"], row["Type"], row["Label"], row["Weight"]) for row in rows(edges)
    ] == [
        ("arxiv:1", "entity:mamba", "Directed", "uses", "2.0"),
        ("entity:mamba", "entity:s4", "Undirected", "appears_with", "2.0"),
        ("entity:mamba", "entity:s4", "Directed", "extends", "2.0"),
    ]
    assert len({row["Id"] for row in rows(edges)}) == 3


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        pytest.param("=HYPERLINK(1)", "'=HYPERLINK(1)", id="formula"),
        pytest.param("-VAE", "'-VAE", id="minus"),
        pytest.param("@home", "'@home", id="at"),
        pytest.param("β-VAE", "β-VAE", id="inner minus"),
        pytest.param('a "b", c', 'a "b", c', id="quotes"),
    ],
)
def test_cells_run_nothing(tmp_path: Path, name: str, cell: str) -> None:
    nodes, _ = write_tables(small(name), tmp_path / "graph.csv")
    assert rows(nodes)[1]["Label"] == cell


@pytest.mark.parametrize("name", ["Mamba", "</script>", "β 🐍 \u202e", "\ud800 \x00"])
def test_networkx_reads_nodelink_back(tmp_path: Path, name: str) -> None:
    graph = small(name)
    write_nodelink(graph, tmp_path / "graph.json")
    back = nx.node_link_graph(json.loads((tmp_path / "graph.json").read_text("utf-8")), edges="edges")
    assert isinstance(back, nx.MultiDiGraph)
    assert set(back) == set(graph)
    assert set(back.edges(keys=True)) == set(graph.edges(keys=True))
    assert back.nodes["entity:s4"]["aliases"] == "S4D|DSS"
    for node, data in graph.nodes(data=True):
        assert {**data, "label": clean(data["label"])}.items() <= back.nodes[node].items()


def test_empty_nodelink_is_a_graph(tmp_path: Path) -> None:
    write_nodelink(nx.MultiDiGraph(), tmp_path / "graph.json")
    back = nx.node_link_graph(json.loads((tmp_path / "graph.json").read_text("utf-8")), edges="edges")
    assert isinstance(back, nx.MultiDiGraph)
    assert len(back) == 0


def written(format: Format, graph: "nx.MultiDiGraph[str]", path: Path) -> dict[str, bytes]:
    """Return what a writer leaves, by path within the folder."""
    path.parent.mkdir(exist_ok=True)
    assert format.write is not None
    format.write(graph, path)
    folder = path.parent
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


every_format = pytest.mark.parametrize("format", FORMATS, ids=lambda format: f"{format.name}{format.suffix}")


@every_format
def test_every_format_is_written_alike_twice(tmp_path: Path, format: Format) -> None:
    graph = small()
    before = graph.copy()
    first, second = (written(format, graph, tmp_path / name / f"graph{format.suffix}") for name in "ab")
    assert first == second
    assert all(first.values())
    assert not [name for name in first if "partial" in name]
    assert nx.utils.graphs_equal(graph, before)


@every_format
def test_order_of_building_does_not_show(tmp_path: Path, format: Format) -> None:
    graph = small()
    turned: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    turned.add_nodes_from(reversed(list(graph.nodes(data=True))))
    for source, target, key, data in reversed(list(graph.edges(keys=True, data=True))):
        turned.add_edge(source, target, key, **data)
    name = f"graph{format.suffix}"
    assert written(format, graph, tmp_path / "a" / name) == written(format, turned, tmp_path / "b" / name)


@every_format
def test_a_write_that_fails_leaves_the_old_files(tmp_path: Path, format: Format) -> None:
    path = tmp_path / "here" / f"graph{format.suffix}"
    before = written(format, small(), path)
    broken = small()
    broken.add_edge("entity:mamba", "entity:s4", key=7)
    with pytest.raises((TypeError, AttributeError)):
        written(format, broken, path)
    now = {
        file.relative_to(path.parent).as_posix(): file.read_bytes()
        for file in path.parent.rglob("*")
        if file.is_file()
    }
    assert now == before


def test_a_vault_of_ours_is_replaced_and_keeps_its_settings(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    write_obsidian(small(), vault)
    (vault / ".obsidian").mkdir()
    (vault / ".obsidian" / "app.json").write_text("{}", "utf-8")
    write_obsidian(small("Jamba"), vault)
    assert (vault / "Models" / "Jamba.md").exists()
    assert not (vault / "Models" / "Mamba.md").exists()
    assert (vault / ".obsidian" / "app.json").read_text("utf-8") == "{}"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("Mine.md", "a note", id="a note of the user's"),
        pytest.param("Models/Mamba.md", "thoughts", id="a note of ours with the user's words"),
    ],
)
def test_a_vault_with_notes_of_others_is_left_alone(tmp_path: Path, file: str, text: str) -> None:
    vault = tmp_path / "vault"
    write_obsidian(small(), vault)
    (vault / file).write_text(text, "utf-8")
    with pytest.raises(KGraphError, match=file):
        write_obsidian(small("Jamba"), vault)
    assert (vault / file).read_text("utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


@pytest.mark.parametrize("existing", [False, True], ids=["new", "in place of one"])
@pytest.mark.parametrize("name", ["vault.old", "vault.partial"])
def test_folders_of_others_beside_the_vault_are_left_alone(tmp_path: Path, name: str, existing: bool) -> None:
    vault = tmp_path / "vault"
    if existing:
        write_obsidian(small(), vault)
    (tmp_path / name).mkdir()
    (tmp_path / name / "Mine.md").write_text("thoughts", "utf-8")
    with pytest.raises(KGraphError, match=f"{name}: is in the way"):
        write_obsidian(small("Jamba"), vault)
    assert (tmp_path / name / "Mine.md").read_text("utf-8") == "thoughts"
    assert vault.exists() == (vault / "Models" / "Mamba.md").exists() == existing


def test_a_backup_of_the_vault_with_notes_of_others_is_left_alone(tmp_path: Path) -> None:
    write_obsidian(small(), tmp_path / "vault")
    shutil.copytree(tmp_path / "vault", tmp_path / "vault.old")
    (tmp_path / "vault.old" / "Mine.md").write_text("thoughts", "utf-8")
    with pytest.raises(KGraphError, match=r"vault\.old: is in the way"):
        write_obsidian(small(), tmp_path / "vault")
    assert (tmp_path / "vault.old" / "Mine.md").exists()


def killed_between_renames(tmp_path: Path) -> Path:
    """Leave what a run leaves that is killed when the old vault is set aside and the new one is not there."""
    vault = tmp_path / "vault"
    write_obsidian(small(), vault)
    vault.rename(tmp_path / "vault.old")
    write_obsidian(small("Jamba"), tmp_path / "other")
    (tmp_path / "other").rename(tmp_path / "vault.partial")
    return vault


def test_after_a_killed_run_the_vault_is_written(tmp_path: Path) -> None:
    vault = killed_between_renames(tmp_path)
    write_obsidian(small("Samba"), vault)
    assert (vault / "Models" / "Samba.md").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


def test_after_a_killed_run_the_notes_of_others_are_back(tmp_path: Path) -> None:
    vault = killed_between_renames(tmp_path)
    (tmp_path / "vault.old" / "Mine.md").write_text("thoughts", "utf-8")
    with pytest.raises(KGraphError, match=r"Mine\.md"):
        write_obsidian(small("Samba"), vault)
    assert (vault / "Mine.md").read_text("utf-8") == "thoughts"
    assert (vault / "Models" / "Mamba.md").exists()


def test_a_run_killed_while_it_writes_notes_leaves_a_folder_that_is_known_as_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(kgraph.views.obsidian, "_note", die)
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        write_obsidian(small(), tmp_path / "vault")
    assert (tmp_path / "vault.partial").exists()
    write_obsidian(small(), tmp_path / "vault")
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


@pytest.mark.parametrize("letter", ["a", "β", "模", "🐍"])
def test_long_names_fit_every_file_system(tmp_path: Path, letter: str) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for end in "xy":
        name = letter * 150 + end
        graph.add_node(f"entity:{end}", label=name, kind="entity", type="method", papers=1, aliases=name)
    write_obsidian(graph, tmp_path / "vault")
    notes = list((tmp_path / "vault").rglob("*.md"))
    assert len(notes) == 2, "cut alike, and told apart"
    assert all(len(note.name.encode()) <= 255 and letter * 40 in note.name for note in notes)


def test_notes_whose_names_differ_in_case_alone_stand_apart(tmp_path: Path) -> None:
    graph = small("resnet")
    graph.add_node("entity:resnet-2", label="ResNet", kind="entity", type="model", papers=1)
    write_obsidian(graph, tmp_path / "vault")
    names = [path.name.casefold() for path in (tmp_path / "vault" / "Models").iterdir()]
    assert len(set(names)) == len(names) == 2


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old", "utf-8")
    with pytest.raises(RuntimeError), atomic_write(path) as file:
        file.write("new")
        raise RuntimeError
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_of_a_pair_none_is_replaced_if_one_cannot_be(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    (tmp_path / "out.edges.csv").mkdir()
    (tmp_path / "out.nodes.csv").write_text("old", "utf-8")
    with pytest.raises(IsADirectoryError) as caught:
        write_tables(small(), path)
    assert caught.value.filename == str(tmp_path / "out.edges.csv")
    assert (tmp_path / "out.nodes.csv").read_text("utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("before", [None, "old"], ids=["new", "in place of one"])
def test_of_a_pair_the_first_is_put_back_if_the_second_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    if before:
        first.write_text(before, "utf-8")
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target == second:
            raise PermissionError(13, "open elsewhere", str(self), None, str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(PermissionError) as caught, atomic_writes(first, second) as files:
        for file in files:
            file.write("new")
    assert caught.value.filename == str(second)
    assert [path.read_text("utf-8") for path in tmp_path.iterdir()] == ([before] if before else [])


def test_a_pair_takes_the_places_of_another(tmp_path: Path) -> None:
    for text in "xy":
        with atomic_writes(tmp_path / "a", tmp_path / "b") as files:
            for file in files:
                file.write(text)
        assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {"a": text, "b": text}


def test_a_file_that_cannot_be_made_is_named_as_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, atomic_write(tmp_path / "none" / "out.txt"):
        pass
    assert caught.value.filename == str(tmp_path / "none" / "out.txt")


def test_size_grows_with_papers() -> None:
    graph = small()
    graph.nodes["entity:s4"]["papers"] = 300
    radii = sizes(graph)
    assert radii["entity:s4"] == LARGEST > radii["entity:mamba"] > radii["arxiv:1"] == SMALLEST
    assert color("model") != color("method") != color("unheard of")


def test_every_relation_reads_in_a_note() -> None:
    assert set(_READING) >= {*ROLES, *STATED, *PAPER_RELATIONS, *SYMMETRIC}


def test_formats_that_hold_places_take_a_layout_and_no_others() -> None:
    takes = {
        (format.name, format.suffix): "layout" in inspect.signature(format.write).parameters
        for format in FORMATS
        if format.write is not None
    }
    assert takes == {(format.name, format.suffix): format.placed for format in FORMATS}
    assert set(takes.values()) == {True, False}
