"""The project as it is handed out: its wheel holds what it needs, its versions and licences agree."""

import re
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import Distribution, distribution, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import kgraph

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kgraph"
MAX_FILE_BYTES = 2**20
LARGE = {
    "kgraph/data/tagger/weights.npz",  # the trained extractor, since nothing is downloaded
    "pipelines/annotations.jsonl",  # what it was trained on: the names in some 34,000 papers
    "pipelines/made_up.jsonl",  # and some 3,000 texts that were made up for that
}
COPYLEFT = re.compile(r"\bA?GPL|Affero|(?<!Lesser )General Public")
MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z.])/(?:work|farm|home|root|tmp)/[a-z]")
TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)(.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def setup() -> ConfigParser:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    return config


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    try:
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git, or no clone")
    return [path for name in names.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_versions_agree(setup: ConfigParser) -> None:
    assert setup["metadata"]["version"] == "attr: kgraph.__version__"
    assert f"## {kgraph.__version__}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_wheel_holds_every_file_of_the_package(setup: ConfigParser) -> None:
    patterns = setup["options.package_data"]["kgraph"].split()
    packed = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    code = {path for path in files if path.suffix == ".py"}
    assert files - packed - code == set()
    assert {path.parent for path in code} == {path.parent for path in code if path.name == "__init__.py"}


def test_core_dependencies_are_permissive() -> None:
    assert {name for name, licence in _licences("kgraph-papers") if COPYLEFT.search(licence)} == set()


def _licences(root: str) -> Iterator[tuple[str, str]]:
    """Yield what is installed with a distribution, without extras, and under which licence."""
    seen, waiting = set(), [root]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        yield name, _licence(distribution(name))
        for line in requires(name) or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)


def _licence(installed: Distribution) -> str:
    """Return what the metadata say: an expression, or the classifiers, or else the first line of a text."""
    told = installed.metadata.get_all
    if expression := told("License-Expression"):
        return " ".join(expression)
    if classifiers := [line for line in told("Classifier") or () if line.startswith("License")]:
        return " ".join(classifiers)
    return " ".join(text.strip().partition("\n")[0] for text in told("License") or ())


def test_every_target_says_what_it_does() -> None:
    targets = dict(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    assert {"check", "demo", "dist", "test"} <= targets.keys()
    assert [name for name, rest in targets.items() if "## " not in rest] == []


def test_ci_runs_what_the_readme_names() -> None:
    assert "`make test`" in (ROOT / "README.md").read_text("utf-8")
    assert re.search(r"for target in .*\btest\b", (ROOT / ".ci" / "run").read_text("utf-8"))


def test_no_large_files(tracked: list[Path]) -> None:
    large = {path.relative_to(ROOT).as_posix() for path in tracked if path.stat().st_size > MAX_FILE_BYTES}
    assert large <= LARGE


def test_no_paths_of_one_machine(tracked: list[Path]) -> None:
    assert [hit for path in tracked for hit in _machine_paths(path)] == []


def _machine_paths(path: Path) -> Iterator[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line) and "MACHINE_PATH" not in line:
            yield f"{path.relative_to(ROOT)}:{number}"
