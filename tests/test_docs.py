"""The documents say what the code does: every command is in them, and what they quote is fresh."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kgraph.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
FOLDERS = ("docs", "kgraph", "pipelines", "tests")
DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for path in (
        *ROOT.glob("*.md"),
        *(
            found
            for folder in FOLDERS
            for found in (ROOT / folder).rglob("*.md")
            if "node_modules" not in found.parts
        ),
    )
)
COMMANDS = main.list_commands(click.Context(main))
SLOW_TO_LOAD = {"matplotlib", "networkx", "numpy", "pandas", "pyvis", "scipy", "spacy", "sqlite3"}


@pytest.mark.parametrize("name", COMMANDS)
def test_command_says_what_it_does_and_how(name: str) -> None:
    command = main.commands[name]
    assert command.help and f"kgraph {name}" in command.help, "its help has no example"
    assert all(option.help for option in command.params if isinstance(option, click.Option)), (
        "an option says nothing"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_in_the_readme(name: str) -> None:
    assert re.search(rf"^\| `kgraph {name}[ `]", README, re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    text = (ROOT / document).read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    missing = [
        link for link in links if not (ROOT / document).parent.joinpath(link.partition("#")[0]).exists()
    ]
    assert not missing


@pytest.mark.parametrize(
    "document", ["README.md", "docs/commands.md", "docs/correcting.md", "pipelines/README.md"]
)
def test_quotes_are_fresh(document: str) -> None:
    command = [
        sys.executable,
        "-m",
        "cogapp",
        "-P",
        "-I",
        "docs",
        "-n",
        "utf-8",
        "--check",
        "--diff",
        document,
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert not run.returncode, f"stale; run `make docs`\n{run.stdout}{run.stderr}"


@pytest.mark.parametrize("module", ["kgraph", "kgraph.cli"])
def test_starts_quickly(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({SLOW_TO_LOAD!r} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert loaded.stdout.split() == []
