"""Everything that kgraph raises on purpose; `cli.py` alone shows it."""

from collections.abc import Sequence
from shlex import quote


class KGraphError(Exception):
    """The base: its text says what is wrong and how to mend it."""


class BadInput(KGraphError):
    """A file that cannot be read at all; single bad records are `Reject`s instead."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source, self.reason = source, reason

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class StoreError(KGraphError):
    """The store is missing, busy, foreign or of another version."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class UnknownName(KGraphError):
    """No entity or paper bears this name; `near` holds names that look like it."""

    def __init__(self, name: str, near: Sequence[str]) -> None:
        super().__init__(name, near)
        self.name, self.near = name, tuple(near)

    def __str__(self) -> str:
        hint = f"; did you mean: {', '.join(self.near)}?" if self.near else ""
        return f"nothing here is called {self.name!r}{hint}"


class NotAPaper(UnknownName):
    """An entity bears this name where a paper is wanted; `near` holds the ids of those that introduce it."""

    def __init__(self, name: str, type: str, papers: Sequence[tuple[str, str]]) -> None:
        super().__init__(name, [id_ for id_, _ in papers])
        self.type, self.papers = type, tuple(papers)

    def __str__(self) -> str:
        introduced = ", ".join(f"{id_} ({title})" for id_, title in self.papers)
        by = f"; it was introduced by {introduced}" if introduced else ""
        article = "an" if self.type[0] in "aeiou" else "a"
        said = f"{self.name!r} is {article} {self.type}, and a paper is wanted{by}"
        return f"{said}; papers that name it: kgraph papers {quote(self.name)}"


class AmbiguousName(KGraphError):
    """Several entities or papers bear this name; `candidates` are rows with id, name, type, papers."""

    def __init__(self, name: str, candidates: Sequence[dict[str, object]]) -> None:
        super().__init__(name, candidates)
        self.name, self.candidates = name, tuple(candidates)

    def __str__(self) -> str:
        ids = ", ".join(str(row["id"]) for row in self.candidates)
        return f"{self.name!r} names {len(self.candidates)} things; ask for one of: {ids}"


class Contradiction(KGraphError):
    """Options of one command that leave nothing between them."""


class MissingExtra(KGraphError):
    """A package that this call needs is not installed; it comes with an extra, or is to be had by itself."""

    def __init__(self, package: str, extra: str | None = None) -> None:
        super().__init__(package, extra)
        self.package, self.extra = package, extra

    def __str__(self) -> str:
        if self.extra is None:
            return f"this needs {self.package}: pip install {self.package}"
        command = f"pip install 'kgraph-papers[{self.extra}]', or in a clone pip install '.[{self.extra}]'"
        return f"this needs {self.package}: {command}"
