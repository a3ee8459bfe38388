"""The command line as a user and as a program meets it: arguments -> exit code, stdout, stderr."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from conftest import fill

from kgraph.cli import main

TOY = Path(__file__).parent / "toy" / "papers.jsonl"

MAMBA = """\
name               type    relation       papers  strength  since
state-space model  method  → is_a              2     0.268  2023-12-01
Transformer        method  compared_with       2     0.236  2023-12-01
Mamba-2            model   ← extends           1     0.156  2024-05-31
S4                 method  → extends           1     0.143  2023-12-01
"""
DATED = {"arxiv:2305.14314", "arxiv:2201.08239"}  # alone, in a store where most have no date
COMMANDS = sorted(main.commands)


@pytest.fixture(autouse=True)
def _toy_is_the_default(toy_db: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("KGRAPH_DB", str(toy_db))
    yield


def kgraph(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def process(*args: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "kgraph", *map(str, args)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, **options)


# ------------------------------------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    ("args", "stdout"),
    [
        pytest.param(["neighbors", "Mamba"], MAMBA, id="neighbors"),
        pytest.param(
            ["neighbors", "mamba", "--type", "model", "--since", "2024"],
            "name     type   relation   papers  strength  since\n"
            "Mamba-2  model  ← extends       1     0.156  2024-05-31\n",
            id="neighbors, filtered",
        ),
        pytest.param(
            ["show", "LoRA"],
            "name           LoRA\n"
            "id             entity:lora\n"
            "type           method\n"
            "aliases        Low-Rank Adaptation, low-rank adaptation\n"
            "papers         4\n"
            "since          2021-06-17\n"
            "introduced by  LoRA: Low-Rank Adaptation of Large Language Models (2021-06-17)"
            " arxiv:2106.09685\n"
            "roles          1 introduces\n"
            "               1 extends\n"
            "               1 compares\n"
            "               1 uses\n",
            id="show",
        ),
        pytest.param(
            ["papers", "LoRA", "--role", "extends"],
            "date        role     title                                          id\n"
            "2023-05-23  extends  QLoRA: Efficient Finetuning of Quantized LLMs  arxiv:2305.14314\n",
            id="papers",
        ),
        pytest.param(
            ["why", "LoRA", "GPT-3"],
            "LoRA: Low-Rank Adaptation of Large Language Models (2021-06-17) arxiv:2106.09685  [used_for]\n"
            "  «Low-Rank Adaptation» («LoRA») trains two small matrices beside each frozen weight of"
            " «GPT-3».\n",
            id="why",
        ),
        pytest.param(
            ["why", "QLoRA"],
            "QLoRA  exact       1 paper\n",
            id="why a name",
        ),
        pytest.param(
            ["path", "QLoRA", "GPT-3"],
            "QLoRA  method\n"
            "  → extends (1 paper, strength 0.143)\n"
            "LoRA  method\n"
            "  → used_for (1 paper, strength 0.143)\n"
            "GPT-3  model\n",
            id="path",
        ),
        pytest.param(
            ["search", "qlora"],
            "name                                           type    papers  since       id\n"
            "QLoRA                                          method       1  2023-05-23  entity:qlora\n"
            "QLoRA: Efficient Finetuning of Quantized LLMs  paper        1  2023-05-23  arxiv:2305.14314\n",
            id="search",
        ),
        pytest.param(
            ["top", "--type", "dataset"],
            "name      type     papers  since\n"
            "MNIST     dataset       1  2014-12-22\n"
            "WMT 2014  dataset       1  2017-06-12\n",
            id="top",
        ),
        pytest.param(
            ["trends", "Mamba", "LoRA"],
            "year     Mamba  LoRA\n"
            "2021         0     1\n"
            "2022         0     0\n"
            "2023         1     1\n"
            "2024         1     1\n"
            "undated      0     1\n",
            id="trends",
        ),
    ],
)  # fmt: skip
def test_answers(args: list[str], stdout: str) -> None:
    result = kgraph(*args)
    assert (result.stdout, result.stderr, result.exit_code) == (stdout, "", 0)


@pytest.mark.parametrize(
    ("args", "stderr"),
    [
        pytest.param(["neighbors", "Mamba", "--type", "metric"], "Nothing found.\n", id="no neighbour"),
        pytest.param(["path", "Mamba", "β-VAE"], "Nothing found.\n", id="no path"),
        pytest.param(["why", "Mamba", "β-VAE"], "Nothing found.\n", id="no evidence"),
        pytest.param(["search", "zebra"], "Nothing found.\n", id="no match"),
    ],
)
def test_an_empty_answer_is_an_answer(args: list[str], stderr: str) -> None:
    result = kgraph(*args)
    assert (result.stdout, result.stderr, result.exit_code) == ("", stderr, 0)
    answer = json.loads(kgraph(*args, "--json").stdout)
    assert (answer["neighbors"] if isinstance(answer, dict) else answer) == []


def test_what_a_limit_leaves_out_is_said() -> None:
    result = kgraph("neighbors", "Mamba", "--limit", 1)
    assert result.stdout.count("\n") == 2
    assert result.stderr == "The first 1; there are more (--limit).\n"
    assert kgraph("neighbors", "Mamba", "--limit", 4).stderr == ""
    assert kgraph("neighbors", "Mamba", "--limit", 0).stderr == "The first 0; there are more (--limit).\n"


# ------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("args", "exit_code", "stderr"),
    [
        pytest.param(
            ["neighbors", "Mumba"],
            4,
            "Error: nothing here is called 'Mumba'; did you mean: Mamba, Mamba-2?\n",
            id="near names",
        ),
        pytest.param(["show", "zzzzz"], 4, "Error: nothing here is called 'zzzzz'\n", id="nothing near"),
        pytest.param(["why", "Mamba", "zzzzz"], 4, "Error: nothing here is called 'zzzzz'\n", id="second"),
        pytest.param(
            ["cites", "LoRA"],
            4,
            "Error: 'LoRA' is a method, and a paper is wanted; it was introduced by arxiv:2106.09685"
            " (LoRA: Low-Rank Adaptation of Large Language Models);"
            " papers that name it: kgraph papers LoRA\n",
            id="a method for a paper",
        ),
        pytest.param(
            ["similar", "SSM"],
            4,
            "Error: 'SSM' is a method, and a paper is wanted; papers that name it: kgraph papers SSM\n",
            id="a method that none introduces",
        ),
        pytest.param(
            ["neighbors", "LaMDA"],
            3,
            "Error: 'LaMDA' names several things; ask for one by its id:\n"
            "entity:lamda-language-models-for-dialog-applications  LaMDA  model        1\n"
            "entity:lamda-low-dimensional-adaptation               LaMDA  method       1\n",
            id="ambiguous",
        ),
        pytest.param(
            ["stats", "--db", "no/such.db"],
            1,
            "Error: no/such.db: there is no store here: run `kgraph build` first,"
            " or give its path with --db\n",
            id="no store",
        ),
        pytest.param(["stats", "--db", "."], 1, None, id="a folder for a store"),
        pytest.param(["neighbors"], 2, None, id="no name"),
        pytest.param(["neighbors", "Mamba", "--since", "x"], 2, None, id="no year"),
        pytest.param(["neighbors", "Mamba", "--type", "x"], 2, None, id="no type"),
        pytest.param(["neighbors", "Mamba", "--hops", "0"], 2, None, id="no hop"),
        pytest.param(["nonsense"], 2, None, id="no command"),
        pytest.param(["export", "graph.doc"], 1, None, id="no format"),
        pytest.param(["build", "no-such-file.txt"], 1, None, id="no source"),
        pytest.param(["remove", "zzzzz"], 4, None, id="no paper"),
        pytest.param(["eval", "no-such-file.jsonl"], 1, None, id="no gold"),
    ],
)  # fmt: skip
def test_errors(
    args: list[str], exit_code: int, stderr: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = kgraph(*args)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert isinstance(result.exception, SystemExit)
    assert result.stderr == stderr if stderr is not None else "Error: " in result.stderr


def test_errors_as_json_stand_on_stdout() -> None:
    unknown = kgraph("neighbors", "Mumba", "--json")
    assert (unknown.exit_code, json.loads(unknown.stdout)) == (
        4,
        {"error": "unknown", "name": "Mumba", "near": ["Mamba", "Mamba-2"]},
    )
    ambiguous = kgraph("show", "LaMDA", "--json")
    assert ambiguous.exit_code == 3
    assert json.loads(ambiguous.stdout)["error"] == "ambiguous"
    assert json.loads(ambiguous.stdout)["candidates"][0] == {
        "id": "entity:lamda-language-models-for-dialog-applications",
        "name": "LaMDA",
        "type": "model",
        "papers": 1,
    }
    assert unknown.stderr == ambiguous.stderr == ""


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"no database at all" * 100, id="text"),
        pytest.param(b"SQLite format 3\0" + b"\0" * 4000, id="a broken header"),
    ],
)
def test_a_file_that_is_no_store(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(content)
    result = kgraph("stats", "--db", tmp_path / "x.db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_a_store_that_was_cut_off(toy_db: Path, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(toy_db.read_bytes()[:20_000])
    result = kgraph("top", "--db", tmp_path / "x.db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_a_name_of_bytes_that_are_no_text() -> None:
    run = process(b"neighbors".decode(), os.fsdecode(b"\xff\xfe"))
    assert run.returncode == 4
    assert b"Traceback" not in run.stderr


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kgraph.queries.stats", interrupted)
    assert kgraph("stats").exit_code == 130


def test_a_reader_who_leaves_early_sees_no_traceback(toy_db: Path) -> None:
    command = f"{sys.executable} -m kgraph top --json --limit 1000 | head -c 1"
    run = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=120)
    assert (run.stdout, run.stderr) == (b"[", b"")


# -------------------------------------------------------------------------------------------------- JSON


@pytest.mark.parametrize(
    ("args", "keys"),
    [
        pytest.param(["show", "Mamba"], "id name type aliases papers since introduced_by roles", id="show"),
        pytest.param(["show", "page:7"], "id name type aliases papers since introduced_by roles", id="paper"),
        pytest.param(["stats"], "papers entities mentions edges", id="stats"),
        pytest.param(["doctor"], "papers without_abstract without_mentions extractor rejected", id="doctor"),
        pytest.param(["papers", "Mamba"], "id title date role", id="papers"),
        pytest.param(["why", "Mamba", "S4"], "paper title date sentence spans", id="why"),
        pytest.param(["why", "Mamba"], "spelling rule papers", id="why a name"),
        pytest.param(["search", "mamba"], "id name type papers", id="search"),
        pytest.param(["top"], "id name type papers", id="top"),
        pytest.param(["top", "--by", "pagerank"], "id name type papers pagerank", id="top by pagerank"),
        pytest.param(["top", "--by", "rising"], "id name type papers rising", id="top by growth"),
        pytest.param(["trends"], "name years", id="trends"),
    ],
)  # fmt: skip
def test_json_has_these_keys(args: list[str], keys: str) -> None:
    answer = json.loads(kgraph(*args, "--json").stdout)
    first = answer[0] if isinstance(answer, list) else answer
    assert set(keys.split()) <= set(first)


def test_json_of_neighbors_and_path() -> None:
    answer = json.loads(kgraph("neighbors", "Mamba", "--json", "--limit", 1).stdout)
    assert answer == {
        "node": {"id": "entity:mamba", "name": "Mamba", "type": "model", "papers": 2, "since": "2023-12-01"},
        "neighbors": [
            {
                "id": "entity:ssm",
                "name": "state-space model",
                "type": "method",
                "relation": "is_a",
                "direction": "out",
                "papers": 2,
                "strength": 0.268,
                "since": "2023-12-01",
            }
        ],
    }
    way = json.loads(kgraph("path", "Mamba", "S4", "--json").stdout)
    assert [
        set(step) >= keys
        for step, keys in zip(way, [{"id", "name", "type"}, {"relation"}, {"id"}], strict=True)
    ]
    assert [way[0]["id"], way[1]["relation"], way[2]["id"]] == ["entity:mamba", "extends", "entity:s4"]


def test_an_unknown_date_is_null() -> None:
    (paper,) = [
        row for row in json.loads(kgraph("papers", "Transformer", "--json").stdout) if row["id"] == "page:7"
    ]
    assert paper["date"] is None


# ------------------------------------------------------------------------------------ terminals and pipes


@pytest.mark.parametrize(
    "command", [["show", "β-VAE"], ["papers", "VAE"], ["why", "β-VAE", "VAE"], ["search", "alert"]]
)
@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_hostile_text_steers_no_terminal(command: list[str], json_flag: list[str]) -> None:
    for text in (kgraph(*command, *json_flag).stdout, on_terminal([*command, *json_flag], NO_COLOR="1")):
        assert "alert(1)" in text.replace("\n", "")
        assert not {"\x1b", "\u202e"} & set(text)


def on_terminal(args: list[str], columns: int = 80, **env: str) -> str:
    """Run a command with a terminal of so many columns as its stdout, and return what that shows."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color", **env}
    command = [sys.executable, "-m", "kgraph", *args]
    with subprocess.Popen(command, stdout=follower, stderr=subprocess.PIPE, env=environment) as run:
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:  # how Linux says that the other end was closed
                break
            if not part:
                break
            shown += part
    os.close(leader)
    assert run.returncode == 0
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    "args", [["neighbors", "Mamba"], ["papers", "Mamba"], ["why", "Mamba", "S4"], ["show", "page:7"]]
)
def test_80_columns_are_enough(args: list[str]) -> None:
    shown = on_terminal(args, NO_COLOR="1")
    assert max(map(len, shown.split("\n"))) <= 80


@pytest.mark.parametrize("args", [["papers", "Mamba"], ["top"], ["top", "--type", "paper"]], ids=" ".join)
def test_a_list_says_whether_it_was_cut(args: list[str]) -> None:
    for limit in ("0", "1"):
        assert f"The first {limit}; there are more" in kgraph(*args, "--limit", limit).stderr
    assert "there are more" not in kgraph(*args, "--limit", "1000").stderr


def test_a_build_that_leaves_nothing_says_so(tmp_path: Path) -> None:
    source, db = tmp_path / "papers.jsonl", tmp_path / "store.db"
    source.write_text('{"id": "1", "title": "We Use LoRA", "date": "2023"}\n', "utf-8")
    said = "The store holds no paper now.\n"
    assert said not in kgraph("build", source, "--db", db).stderr
    assert kgraph("build", source, "--db", db, "--since", "2024").stderr.endswith(said)


def test_why_says_what_the_names_alone_tell() -> None:
    told = "Mamba-2 is_a Mamba: their names tell; no sentence says so.\n"
    for pair in (["Mamba-2", "Mamba"], ["Mamba", "Mamba-2"]):
        assert kgraph("why", *pair).stderr.endswith(told)
    assert "is_a" in kgraph("why", "Mamba", "SSM").stdout
    assert kgraph("why", "Mamba", "SSM").stderr == ""
    assert kgraph("why", "Mamba-2", "LoRA").stderr == "Nothing found.\n"


def test_colours_take_no_room() -> None:
    plain, coloured = (on_terminal(["why", "Mamba", "S4"], columns=40, NO_COLOR=no) for no in ("1", ""))
    assert plain.count("\n") > 4
    assert coloured.replace("\x1b[1;36m", "«").replace("\x1b[0m", "»") == plain


def test_years_stand_beside_all_names_however_many() -> None:
    names = ["Mamba", "S4", "LoRA", "Adam", "MNIST", "Mamba-2"]
    shown = on_terminal(["trends", *names], columns=40, NO_COLOR="1")
    heads = [line.split() for line in shown.split("\n") if line.startswith("year")]
    assert len(heads) > 1
    assert [name for head in heads for name in head[1:]] == names
    assert sum(line.split()[:1] == ["2023"] for line in shown.split("\n")) == len(heads)
    assert kgraph("trends", *names).stdout.split("\n")[0].split() == ["year", *names]


def test_long_ids_are_cut_on_a_terminal_alone() -> None:
    lamda = "entity:lamda-language-models-for-dialog-applications"
    shown = on_terminal(["search", "lamda"], NO_COLOR="1")
    assert "entity:lamda-l…lications" in shown
    assert lamda not in shown
    assert lamda in kgraph("search", "lamda").stdout


def test_a_terminal_gets_colour_unless_it_is_not_wanted() -> None:
    assert "\x1b[" in on_terminal(["neighbors", "Mamba"])
    assert "\x1b[1;36mMamba\x1b[0m" in on_terminal(["why", "Mamba", "S4"])
    assert "\x1b" not in on_terminal(["neighbors", "Mamba"], NO_COLOR="1")
    assert "«Mamba»" in on_terminal(["why", "Mamba", "S4"], NO_COLOR="1")


@pytest.mark.parametrize("args", [["search", "LoRA"], ["top"], ["show", "LoRA"], ["neighbors", "LLaMA"]])
def test_since_of_few_dates_is_marked_for_eyes_alone(
    args: list[str], toy_rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    rows = [{**row, "date": row["date"] if row["id"] in DATED else None} for row in toy_rows]
    fill(tmp_path / "few.db", rows)
    few = [*args, "--db", tmp_path / "few.db"]
    assert "≤" in kgraph(*few).stdout
    assert "≤" not in kgraph(*args).stdout
    assert "≤" not in kgraph(*few, "--json").stdout


def test_a_pipe_gets_whole_names_and_utf8() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "40"}
    run = process("papers", "VAE", env=environment)
    assert "β-VAE �[31mred�[0m [bold]<script>alert(1)</script>" in run.stdout.decode("utf-8")
    assert b"\x1b" not in run.stdout


# ---------------------------------------------------------------------------------------------- the rest


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    assert kgraph(command, "--help").exit_code == 0
    text = main.commands[command].help or ""
    assert f"kgraph {command} " in text or f"kgraph {command}\n" in f"{text}\n"
    options = [one for one in main.commands[command].params if isinstance(one, click.Option)]
    assert all(option.help for option in options)


def test_commands_of_the_design_are_there() -> None:
    names = (
        "build add remove extract neighbors show papers why path search top trends stats doctor export eval"
        " alias view"
    )
    assert set(names.split()) <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_query_takes_json_and_db(command: str) -> None:
    parts = getattr(main.commands[command], "commands", {command: main.commands[command]})
    for part in parts.values():
        names = {name for option in part.params for name in option.opts}
        assert command in ("extract", "eval") or "--db" in names
        assert command in ("extract", "export", "view") or "--json" in names


def test_parts_of_alias_have_help() -> None:
    parts = main.commands["alias"].commands  # type: ignore[attr-defined]
    assert {"merge", "split", "forbid", "rename", "retype", "ignore", "undo", "apply", "list"} <= set(parts)
    for name, part in parts.items():
        assert f"kgraph alias {name}" in (part.help or "")
        assert all(option.help for option in part.params if isinstance(option, click.Option))


def test_version() -> None:
    result = kgraph("--version")
    assert (result.stdout, result.exit_code) == ("kgraph, version 0.1.0\n", 0)


def test_export_says_what_is_left_out(tmp_path: Path) -> None:
    result = kgraph("export", tmp_path / "graph.csv")
    files = f"{tmp_path / 'graph.nodes.csv'}\n{tmp_path / 'graph.edges.csv'}\n"
    assert (result.stdout, result.exit_code) == (files, 0)
    assert result.stderr == "27 nodes, 77 edges\nLeft out for want of an edge: 2 nodes.\n"


def test_trends_end_in_lines_on_a_terminal_alone() -> None:
    shown = on_terminal(["trends", "Mamba", "LoRA"], NO_COLOR="1")
    assert [line.rstrip() for line in shown.splitlines()[-3:]] == [
        "       2021 to 2024",
        "Mamba    ██",
        "LoRA   █ ██",
    ]
    assert "█" not in kgraph("trends", "Mamba", "LoRA").stdout


def test_trends_answer_for_the_names_that_are_known() -> None:
    known, some = kgraph("trends", "Mamba", "LoRA"), kgraph("trends", "Mamba", "Mumba", "LoRA", "LaMDA")
    assert some.stdout == known.stdout != ""
    unknown, ambiguous = kgraph("trends", "Mumba"), kgraph("trends", "LaMDA")
    assert some.stderr == unknown.stderr + ambiguous.stderr
    assert (some.exit_code, unknown.exit_code, ambiguous.exit_code) == (4, 4, 3)
    assert json.loads(kgraph("trends", "Mamba", "Mumba", "--json").stdout)["error"] == "unknown"
    nothing = kgraph("trends", "Mumba", "Momba")
    assert (nothing.stdout, nothing.exit_code) == ("", 4)


def test_trends_have_a_row_for_years_without_papers() -> None:
    assert [line.split()[:2] for line in kgraph("trends", "Adam", "S4").stdout.splitlines()[1:]] == [
        ["2014", "1"], ["2015", "to"], ["2021", "0"], ["2022", "0"], ["2023", "0"],
    ]  # fmt: skip
    assert [line.split() for line in kgraph("trends", "S4").stdout.splitlines()[1:]] == [
        ["2021", "1", "▇" * 40], ["2022", "0"], ["2023", "1", "▇" * 40],
    ]  # fmt: skip


def test_trends_are_drawn(tmp_path: Path) -> None:
    result = kgraph("trends", "Mamba", "LoRA", "--png", tmp_path / "years.png")
    assert (result.stderr, result.exit_code) == (f"drawn: {tmp_path / 'years.png'}\n", 0)
    assert (tmp_path / "years.png").read_bytes().startswith(b"\x89PNG")


def test_export_in_a_format_of_many_suffixes(tmp_path: Path) -> None:
    result = kgraph("export", tmp_path / "graph.csv", "--format", "neo4j", "--type", "method")
    assert result.exit_code == 0
    assert (tmp_path / "graph.nodes.csv").read_text("utf-8").startswith("id:ID,name,")
    assert re.search(r"Left out by the filters: \d+ nodes, \d+ edges\.", result.stderr)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        pytest.param("a.gexf", "--kind papers --type method", "papers leaves none", id="types of papers"),
        pytest.param("a.csv", "--kind papers --top 5", "--kind papers leaves none", id="top of papers"),
        pytest.param("a.net", "--kind papers --relation uses", "leaves only the relations cites", id="roles"),
        pytest.param("a.ttl", "--kind entities --relation cites", "only the relations extends", id="cites"),
        pytest.param("a.html", "--kind entities --stubs 2", "--stubs adds papers", id="stubs of entities"),
        pytest.param("a.json", "--relation uses --stubs 2", "leaves no citation", id="stubs without cites"),
        pytest.param("a.svg", "--hops 2", "give that with --around", id="hops from nowhere"),
        pytest.param("a.bib", "--kind entities", "this format holds papers", id="papers of entities"),
        pytest.param("a.jsonl", "--kind entities", "this format holds papers", id="found in entities"),
        pytest.param("a.bib", "--stubs 2", "--stubs adds others", id="stubs in a library"),
        pytest.param("a.csv", "--kind papers --around Mamba", "mamba is not among", id="around an entity"),
        pytest.param("a.csv", "--kind entities --around arxiv:2312.00752", "arxiv:2312.00752 is not among",
                     id="around a paper"),
        *(pytest.param(f"a.{suffix}", "--kind papers --around Mamba", "mamba is not among",
                       id=f"{suffix} around an entity") for suffix in ("bib", "ris", "jsonl")),
    ],
)  # fmt: skip
def test_filters_that_leave_nothing_are_refused(tmp_path: Path, name: str, options: str, said: str) -> None:
    result = kgraph("export", tmp_path / "new" / "folder" / name, *options.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ") and said in result.stderr
    assert not list(tmp_path.iterdir())


def test_an_export_that_fails_leaves_no_new_folders(tmp_path: Path) -> None:
    (tmp_path / "old" / "a.edges.csv").mkdir(parents=True)
    assert kgraph("export", tmp_path / "old" / "a.csv").exit_code == 1
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["a.edges.csv"]
    assert kgraph("export", tmp_path / "new" / "sub" / "a.none", "--format", "bib").exit_code == 0
    assert (tmp_path / "new" / "sub" / "a.none").exists()
    assert kgraph("export", tmp_path / "other" / "sub" / ("a" * 300 + ".bib")).exit_code == 1
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("suffix", ["jsonl", "bib", "ris"])
def test_filters_choose_papers(tmp_path: Path, suffix: str) -> None:
    everything, some = (kgraph("export", tmp_path / f"{name}.{suffix}", *options)
                        for name, options in (("all", ()), ("some", ("--around", "LoRA"))))  # fmt: skip
    assert everything.stderr == "13 papers\n"
    kept, left = map(int, re.findall(r"\d+", some.stderr))
    assert some.stderr == f"{kept} papers\nLeft out by the filters: {left} papers.\n"
    assert kept + left == 13
    assert "LoRA" in (tmp_path / f"some.{suffix}").read_text("utf-8")
    assert (tmp_path / f"some.{suffix}").stat().st_size < (tmp_path / f"all.{suffix}").stat().st_size


@pytest.mark.parametrize("format", ["md", "report", "bib", "graphml", "node-link", "html"])
def test_export_to_standard_output(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    suffix = {"report": "html", "node-link": "json"}.get(format, format)
    printed = kgraph("export", "-", "--format", format)
    assert not list(tmp_path.iterdir())
    written = kgraph("export", f"graph.{suffix}", "--format", format)
    assert printed.stdout_bytes == Path(f"graph.{suffix}").read_bytes()
    assert (printed.stderr, printed.exit_code) == (written.stderr, 0)


@pytest.mark.parametrize("format", [None, "gephi", "neo4j", "txt", "obsidian", "parquet", "pdf", "png"])
def test_standard_output_takes_one_text_alone(
    format: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = kgraph("export", "-", *(["--format", format] if format else []))
    assert (result.exit_code, result.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert "standard output" in result.stderr


def test_export_around_a_name(tmp_path: Path) -> None:
    result = kgraph("export", tmp_path / "mamba.json", "--kind", "entities", "--around", "mamba", "--top", 5)
    assert result.exit_code == 0
    graph = json.loads((tmp_path / "mamba.json").read_text("utf-8"))
    assert {node["id"] for node in graph["nodes"]} >= {"entity:mamba", "entity:transformer"}


# ------------------------------------------------------------------------------------------- the store made


def test_build_add_and_remove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KGRAPH_DB")
    lines = TOY.read_text("utf-8").split("\n")
    Path("one.jsonl").write_text("\n".join(lines[:3]) + "\nno paper\n", "utf-8")
    Path("two.jsonl").write_text("\n".join(lines[2:5]) + "\n", "utf-8")
    built = kgraph("build", "one.jsonl")
    assert built.exit_code == 0
    assert "papers        3\n" in built.stdout
    assert built.stderr.startswith("rejected one.jsonl:4: ")
    added = json.loads(kgraph("add", "two.jsonl", "--json").stdout)
    assert (added["read"], added["new"], added["duplicates"], added["papers"]) == (3, 2, 1, 5)
    removed = json.loads(kgraph("remove", "Attention Is All You Need", "2106.09685", "--json").stdout)
    assert (removed["removed"], removed["papers"]) == (2, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kgraph.db", "one.jsonl", "two.jsonl"]


def test_a_bad_file_ends_the_command(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(b"\xff\xfe\xff\x00\x01")
    result = kgraph("add", tmp_path / "bad.jsonl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {tmp_path / 'bad.jsonl'}")


def test_extract_prints_or_writes_one_object_a_line(tmp_path: Path) -> None:
    printed = kgraph("extract", TOY)
    assert printed.exit_code == 0
    found = [json.loads(line) for line in printed.stdout.split("\n") if line]
    assert [one["id"] for one in found] == [
        json.loads(line)["id"] for line in TOY.read_text("utf-8").split("\n") if line
    ]
    assert set(found[0]) == {"id", "title", "abstract", "entities", "relations"}
    written = kgraph("extract", TOY, "-o", tmp_path / "found.jsonl", "--jobs", 2)
    assert (written.exit_code, written.stdout) == (0, "")
    assert (tmp_path / "found.jsonl").read_text("utf-8") == printed.stdout


def test_view_opens_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    import webbrowser

    opened: list[str] = []

    def remember(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", remember)
    result = kgraph("view", "--around", "mamba")
    assert result.exit_code == 0
    (url,) = opened
    assert url.startswith("file://")
    assert "<!doctype html>" in Path(result.stdout.strip()).read_text("utf-8")
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    assert "open the file" in kgraph("view").stderr
