"""The notebooks run from top to bottom, and are kept without their output."""

import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))

notebooks = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


@notebooks
def test_is_kept_without_output(notebook: Path) -> None:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.notebook
@pytest.mark.filterwarnings("default")  # what the kernel's machinery warns of is not ours
@notebooks
def test_runs(notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = pytest.importorskip("nbclient").NotebookClient
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    read = pytest.importorskip("nbformat").read(notebook, as_version=4)
    client(read, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert _figures(read) >= 3
    written = {path.name for path in (tmp_path / "build").iterdir()}
    assert {"landscape.graphml", "mamba.html", "entities.csv"} <= written


def _figures(notebook: Any) -> int:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return sum("image/png" in output.get("data", {}) for output in outputs)
