"""A knowledge graph of machine-learning methods, models and datasets from paper abstracts.

`build` makes a store, `open` reads it: `kgraph.open("kgraph.db").neighbors("Mamba")`. What a name here needs
is loaded when it is first used, so that `import kgraph` and `kgraph --help` stay quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kgraph.building import BuildReport, add, build, remove
    from kgraph.documents import extract
    from kgraph.errors import AmbiguousName, BadInput, KGraphError, MissingExtra, StoreError, UnknownName
    from kgraph.landscape import Landscape, open
    from kgraph.records import Paper
    from kgraph.sources import read_papers

__version__ = "0.1.0"
__all__ = [
    "AmbiguousName",
    "BadInput",
    "BuildReport",
    "KGraphError",
    "Landscape",
    "MissingExtra",
    "Paper",
    "StoreError",
    "UnknownName",
    "__version__",
    "add",
    "build",
    "extract",
    "open",
    "read_papers",
    "remove",
]

_HOMES = {
    "kgraph.building": ("BuildReport", "add", "build", "remove"),
    "kgraph.documents": ("extract",),
    "kgraph.errors": (
        "AmbiguousName",
        "BadInput",
        "KGraphError",
        "MissingExtra",
        "StoreError",
        "UnknownName",
    ),
    "kgraph.landscape": ("Landscape", "open"),
    "kgraph.records": ("Paper",),
    "kgraph.sources": ("read_papers",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'kgraph' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
