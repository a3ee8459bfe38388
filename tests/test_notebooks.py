"""The notebooks run from top to bottom; what they show is kept, and small."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.notebooks import NOTEBOOKS, dumped, run

LARGEST = 400_000  # bytes of a notebook, its pictures included

notebooks = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
run_notebooks = pytest.mark.parametrize(
    "notebook",
    [pytest.param(path, marks=[pytest.mark.slow] * (path.stem != "landscape")) for path in NOTEBOOKS],
    ids=lambda path: path.stem,
)


def cells(notebook: Path) -> list[dict[str, Any]]:
    code: list[dict[str, Any]] = json.loads(notebook.read_text("utf-8"))["cells"]
    return [cell for cell in code if cell["cell_type"] == "code"]


@notebooks
def test_is_kept_with_its_output_and_small(notebook: Path) -> None:
    assert [cell["execution_count"] for cell in cells(notebook)] == list(
        range(1, len(cells(notebook)) + 1)
    ), "run `make notebooks`"
    assert _figures(cells(notebook)) >= 1
    assert notebook.stat().st_size <= LARGEST
    assert str(Path.home()) not in notebook.read_text("utf-8")


@pytest.mark.notebook
@pytest.mark.filterwarnings("default")  # what the kernel's machinery warns of is not ours
@run_notebooks
def test_runs(notebook: Path, tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    again = json.loads(dumped(run(notebook, tmp_path)))
    shown = [cell for cell in again["cells"] if cell["cell_type"] == "code"]
    assert _figures(shown) == _figures(cells(notebook))
    assert [cell["source"] for cell in shown] == [cell["source"] for cell in cells(notebook)]
    assert any((tmp_path / "build").iterdir())


def _figures(code: list[dict[str, Any]]) -> int:
    outputs = [output for cell in code for output in cell["outputs"]]
    return sum("image/png" in output.get("data", {}) for output in outputs)
