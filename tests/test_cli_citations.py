"""The commands about citations and gaps: arguments -> exit code, stdout, stderr."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import fill

from kgraph.cli import main


@pytest.fixture(autouse=True)
def _toy_is_the_default(toy_db: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("KGRAPH_DB", str(toy_db))
    yield


def kgraph(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.mark.parametrize(
    ("args", "stdout", "stderr"),
    [
        pytest.param(
            ["cites", "arxiv:2312.00752", "--out"],
            "date        relation   cited  title" + 61 * " " + "id\n"
            "2017-06-12  → cites *      2  Attention Is All You Need" + 41 * " " + "arxiv:1706.03762\n"
            "2021-10-31  → cites *      1  Efficiently Modeling Long Sequences with Structured State Spaces"
            "  arxiv:2111.00396\n",
            "",
            id="cites",
        ),
        pytest.param(
            ["cites", "arxiv:2312.00752", "--limit", "1"],
            "date        relation   cited  title                      id\n"
            "2017-06-12  → cites *      2  Attention Is All You Need  arxiv:1706.03762\n"
            "2024-05-31  ← cites *      0  Transformers are SSMs      arxiv:2405.21060\n",
            "The first 1; there are more (--limit).\n",
            id="cites, cut",
        ),
        pytest.param(
            ["cites", "On the Sleep of Bees"], "", "Nothing found.\n", id="cites nothing"
        ),
        pytest.param(
            ["similar", "On the Sleep of Bees"],
            "",
            "Nothing found: no references of it are known, and no paper here cites it.\n",
            id="similar to nothing",
        ),
        pytest.param(
            ["similar", "arxiv:2312.00752"],
            "strength  coupling   cocited    title"
            "                                                                    id\n"
            "   0.078  0.707 (1)  0.000 (0)  Efficiently Modeling Long Sequences with Structured State Spaces"
            " (2021)  arxiv:2111.00396\n",
            "",
            id="similar",
        ),
        pytest.param(
            ["lineage", "S4"],
            "2021  S4             Efficiently Modeling Long Sequences with Structured State Spaces\n"
            "2023  └─ Mamba       Mamba: Linear-Time Sequence Modeling with Selective State Spaces\n"
            "2024     └─ Mamba-2  Transformers are SSMs\n"
            "main path  S4 (2021) → Mamba (2023) → Mamba-2 (2024)\n",
            "",
            id="lineage",
        ),
        pytest.param(
            ["lineage", "S4", "--limit", "1"],
            "2021  S4                Efficiently Modeling Long Sequences with Structured State Spaces\n"
            "2023  └─ Mamba          Mamba: Linear-Time Sequence Modeling with Selective State Spaces\n"
            "         └─ and 1 more\n"
            "main path  S4 (2021) → Mamba (2023) → Mamba-2 (2024)\n",
            "",
            id="lineage, cut",
        ),
        pytest.param(
            ["lineage", "MNIST"],
            "2014  MNIST\n",
            "",
            id="lineage of what nothing extends",
        ),
        pytest.param(
            ["top", "--type", "paper", "--by", "citations", "--limit", "2"],
            "name                                        cited  year  id\n"
            "Attention Is All You Need                       2  2017  arxiv:1706.03762\n"
            "Adam: A Method for Stochastic Optimization      1  2014  arxiv:1412.6980\n",
            "The first 2; there are more (--limit).\n",
            id="top papers",
        ),
        pytest.param(["top", "--type", "stub"], "", "Nothing found.\n", id="top stubs"),
        pytest.param(
            ["eval", "--citations"],
            "builds on, by  inferred  stated  precision\n"
            "all                   6       5      0.833\n",
            "",
            id="eval",
        ),
        pytest.param(
            ["doctor", "Adam", "LoRA"],
            "Adam (method, 1 paper)\nLoRA (method, 4 papers)\n\nno edge\n"
            "- No paper names both: Adam is named by 1 paper, LoRA by 4 papers.\n"
            "- No text holds a spelling of each.\n",
            "",
            id="doctor",
        ),
    ],
)  # fmt: skip
def test_answers(args: list[str], stdout: str, stderr: str) -> None:
    result = kgraph(*args)
    assert (result.exit_code, result.stderr) == (0, stderr)
    assert result.stdout.startswith(stdout)
    assert bool(result.stdout) == bool(stdout)


@pytest.mark.parametrize(
    ("args", "exit_code"),
    [
        pytest.param(["cites", "zzzzz"], 4, id="no paper"),
        pytest.param(["cites", "Mamba"], 4, id="an entity is no paper"),
        pytest.param(["cites"], 2, id="no argument"),
        pytest.param(["similar", "zzzzz"], 4, id="nothing is like no paper"),
        pytest.param(["similar", "arxiv:2312.00752", "--limit", "x"], 2, id="no number"),
        pytest.param(["lineage", "Mumba"], 4, id="no name"),
        pytest.param(["lineage", "LaMDA"], 3, id="two senses"),
        pytest.param(["lineage", "On the Sleep of Bees"], 1, id="a paper that introduces nothing"),
        pytest.param(["lineage", "S4", "--db", "no/such.db"], 1, id="no store"),
        pytest.param(["top", "--type", "paper", "--type", "model"], 2, id="papers and models"),
        pytest.param(["top", "--by", "citations"], 2, id="no citations of entities"),
        pytest.param(["doctor", "LoRA"], 2, id="half a pair"),
        pytest.param(["doctor", "LoRA", "Adam", "--list", "rejects"], 2, id="a pair and a list"),
        pytest.param(["doctor", "LoRA", "zzzzz"], 4, id="an unknown half"),
        pytest.param(["eval"], 2, id="nothing to score"),
        pytest.param(["eval", "--citations", "gold.jsonl"], 2, id="two things to score"),
        pytest.param(["export", "x.html", "--stubs", "0"], 2, id="stubs of no paper"),
    ],
)
def test_errors(args: list[str], exit_code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = kgraph(*args)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert "Error: " in result.stderr
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("args", "keys"),
    [
        (
            ["cites", "arxiv:2312.00752"],
            {"id", "title", "date", "direction", "citations", "builds_on", "stub"},
        ),
        (["similar", "arxiv:2312.00752"], {"id", "strength", "coupling", "cocitation", "shared_references"}),
        (["papers", "Mamba", "--by", "date"], {"id", "title", "date", "role", "citations"}),
        (["top", "--type", "paper"], {"id", "name", "type", "papers", "citations", "pagerank", "since"}),
    ],
)
def test_json_rows(args: list[str], keys: set[str]) -> None:
    rows: list[dict[str, Any]] = json.loads(kgraph(*args, "--json").stdout)
    assert rows
    assert all(keys <= row.keys() for row in rows)


@pytest.mark.parametrize(
    ("args", "keys"),
    [
        (["lineage", "S4"], {"id", "name", "children", "main_path", "extends", "hidden"}),
        (["doctor"], {"papers", "known", "references", "merged", "doubtful", "rejected"}),
        (["doctor", "Adam", "LoRA"], {"a", "b", "edges", "reasons"}),
        (["eval", "--citations"], {"inferred", "stated", "precision", "recall", "by_role", "not_stated"}),
    ],
)
def test_json_objects(args: list[str], keys: set[str]) -> None:
    assert keys <= json.loads(kgraph(*args, "--json").stdout).keys()


def test_the_doctor_fits_a_screen() -> None:
    lines = kgraph("doctor").stdout.splitlines()
    assert len(lines) <= 24
    assert lines[0].split() == ["known", "of", "papers", "ids", "abstract", "date", "references"]


def test_every_reason_is_shown_with_its_sentence() -> None:
    shown = kgraph("doctor", "weights", "LoRA").stdout
    assert "not taken for a name" in shown
    assert "«weights»" in shown


def test_papers_that_nothing_ranks_are_said_to_come_by_date(
    toy_rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    alone = tmp_path / "alone.db"
    fill(alone, [{**row, "references": []} for row in toy_rows])
    said = "No paper here has references to others here"
    asked = ("top", "--type", "paper", "--db", alone)
    assert kgraph(*asked).stderr == f"{said}, so nothing ranks them: the earliest come first.\n"
    assert kgraph(*asked, "--by", "rising").stderr == f"Nothing found.\n{said}.\n"
    assert (kgraph("top", "--type", "paper").stderr, kgraph(*asked, "--json").stderr) == ("", "")
    dates = [row["since"] for row in json.loads(kgraph(*asked, "--json").stdout) if row["since"]]
    assert dates == sorted(dates)


@pytest.mark.parametrize("command", ["cites", "similar", "lineage"])
def test_shells_complete_the_new_commands(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"_KGRAPH_COMPLETE": "bash_complete", "COMP_WORDS": f"kgraph {command[:3]}", "COMP_CWORD": "1"}
    result = CliRunner().invoke(main, [], prog_name="kgraph", env=words)
    assert f"plain,{command}" in result.output
