"""Run the notebooks from top to bottom and keep what they show; `make notebooks`.

Reads and writes notebooks/*.ipynb; what they write themselves goes to build/notebooks. Outputs carry no clock
and no path.
"""

import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WORK = ROOT / "build" / "notebooks"


def main() -> None:
    for notebook in NOTEBOOKS:
        WORK.mkdir(parents=True, exist_ok=True)
        notebook.write_text(dumped(run(notebook, WORK)), "utf-8", newline="\n")
        print(f"{notebook.name}: {notebook.stat().st_size / 1024:.0f} KB")


def run(notebook: Path, folder: Path) -> Any:
    """Return the notebook as it is after a run in this folder; raise nbclient's CellExecutionError."""
    import nbformat
    from nbclient import NotebookClient

    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    read = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(
        read, timeout=120, record_timing=False, resources={"metadata": {"path": str(folder)}}
    ).execute()
    return read


def dumped(read: Any) -> str:
    """Spell a notebook as git likes it: nothing in it that changes by itself."""
    import nbformat

    for key in set(read.metadata) - {"kernelspec"}:
        del read.metadata[key]
    text: str = nbformat.writes(read)  # type: ignore[no-untyped-call]
    return f"{text}\n"


if __name__ == "__main__":
    main()
