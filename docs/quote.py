"""What the documents quote: commands and Python, run on the bundled example as in a terminal of 80 columns.

Commands run in this process, since to start one takes longer than most answers.

cog calls these functions from comments in README.md, docs/commands.md and pipelines/README.md (`make docs`).
"""

import ast
import contextlib
import io
import json
import os
import re
import shlex
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "kgraph" / "data" / "example" / "papers.jsonl"
EVAL = ROOT / "kgraph" / "data" / "eval.json"
PIPELINES = ROOT / "pipelines"


def shell(*commands: str) -> None:
    """Print commands of kgraph and what they answer."""
    print("```console")
    for command in commands:
        print(f"$ {command}\n{_run(command)}", end="")
    print("```")


def failing(command: str) -> None:
    """Print a command that is refused, and what it says."""
    said = _kgraph(_folder().name, *shlex.split(command)[1:], fails=True)
    print(f"```console\n$ {command}\n{_trimmed(said)}```")


def file(name: str) -> None:
    """Print a file that commands wrote."""
    print(f"```\n{(Path(_folder().name) / name).read_text('utf-8')}```")


def session(code: str) -> None:
    """Print Python statements and what they show, as the interactive interpreter would."""
    space: dict[str, object] = {}
    print("```python")
    with contextlib.chdir(_folder().name):
        for statement in ast.parse(code).body:
            lines = code.splitlines()[statement.lineno - 1 : statement.end_lineno]
            print(">>> " + "\n... ".join(lines))
            with contextlib.redirect_stdout(io.StringIO()) as shown:
                exec(compile(ast.Interactive([statement]), "README.md", "single"), space)
            print(_trimmed(shown.getvalue()), end="")
    print("```")


def format_table() -> None:
    """Print a row for every format that papers are read from, and for every shape of JSON records."""
    from kgraph.sources.formats import FORMATS, JSON, JSON_LINES, SHAPES

    files = [format for format in FORMATS if format not in (JSON, JSON_LINES)]
    rows = [(row.name, row.origin, row.references) for row in files]
    rows += [(row.name, row.origin, row.references) for row in SHAPES]
    rows += [(row.name, row.origin, row.references) for row in (JSON_LINES, JSON)]
    print("| Format | Where from | Cited works |\n| --- | --- | --- |")
    for name, origin, references in rows:
        print(f"| {name} | {origin.replace('|', '&#124;')} | {references or '–'} |")


def command_table() -> None:
    """Print a row for every command: what it is called with and what it does."""
    print("| Command | |\n| --- | --- |")
    for name, command, context in _commands():
        usage = " ".join(command.collect_usage_pieces(context)[1:]).replace("|", "\\|")
        summary = (command.help or "").split("\n\n")[0].replace("\n", " ")
        print(f"| `kgraph {name} {usage}`".rstrip("` ") + f"` | {summary} |")


def command_helps() -> None:
    """Print the help of kgraph, then that of every command under a heading of its own."""
    shell("kgraph --help")
    for name, command, _ in _commands():
        print(f"\n## kgraph {name}\n")
        shell(f"kgraph {name} --help")
        for part in getattr(command, "commands", ()):
            print(f"\n### kgraph {name} {part}\n")
            shell(f"kgraph {name} {part} --help")


def figure_table() -> None:
    """Print how well the shipped extractor does, from the file that `make train` leaves."""
    if not EVAL.exists():
        print("Not measured yet.")
        return
    scores: dict[str, Any] = json.loads(EVAL.read_text("utf-8"))
    rows = {
        "methods, models and datasets": scores["entities"],
        "– of these, proper names": scores["proper"],
        "– of these, phrases": scores["phrases"],
        "what a paper introduces": scores["introduces"],
        "relations that a text states": scores["relations"],
    }
    print("| | precision | recall | F1 |\n| --- | --- | --- | --- |")
    for name, row in rows.items():
        print(f"| {name} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1']:.2f} |")
    right = f"type right {scores['type_accuracy']:.2f}, role right {scores['role_accuracy']:.2f}"
    print(f"\nOf what was found: {right} ({scores['papers']} papers).")


def export_table() -> None:
    """Print a row for every format of `kgraph export`: what asks for it, and who opens it."""
    from kgraph.exporting import ALL_FORMATS

    default = {format.suffix: format.name for format in reversed(ALL_FORMATS) if format.suffix}
    print("| `kgraph export` | opened by |\n| --- | --- |")
    for format in ALL_FORMATS:
        asked = "" if default.get(format.suffix) == format.name else f" --format {format.name}"
        print(f"| `OUT{format.suffix}{asked}` | {format.opens} |")


def recipes() -> None:
    """Print what every recipe says of itself under a heading of its own."""
    for path in sorted(PIPELINES.glob("*.py")):
        source = path.read_text("utf-8")
        if "__main__" in source:
            print(f"\n## {path.name}\n\n{ast.get_docstring(ast.parse(source))}")


def _commands() -> list[tuple[str, click.Command, click.Context]]:
    from kgraph.cli import main

    parent = click.Context(main, info_name="kgraph", **main.context_settings)
    return [
        (name, command, click.Context(command, info_name=name, parent=parent))
        for name in main.list_commands(parent)
        if (command := main.get_command(parent, name)) and not command.hidden
    ]


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder with the example and its store in it; it goes when we end."""
    folder = tempfile.TemporaryDirectory()
    shutil.copy(EXAMPLE, folder.name)
    _kgraph(folder.name, "build", EXAMPLE.name)
    return folder


def _run(command: str) -> str:
    program, *arguments = shlex.split(command)
    assert program == "kgraph", command
    folder = tempfile.gettempdir() if "--help" in arguments else _folder().name  # help needs no store
    return _trimmed(_kgraph(folder, *arguments))


def _kgraph(folder: str, *arguments: str, fails: bool = False) -> str:
    from kgraph.cli import main

    env: dict[str, str | None] = {name: None for name in os.environ if name.startswith("KGRAPH_")}
    env |= {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    with contextlib.chdir(folder):
        # 78: the help of a terminal of 80 columns leaves two free
        run = CliRunner().invoke(main, arguments, prog_name="kgraph", env=env, terminal_width=78)
    if bool(run.exit_code) is not fails:
        raise RuntimeError(f"kgraph {shlex.join(arguments)}: {run.stderr}") from run.exception
    return run.stderr if fails else run.stdout


def _trimmed(text: str) -> str:
    return re.sub(r" +$", "", text, flags=re.MULTILINE)
