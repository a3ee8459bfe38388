"""Union-find over forms of names that refuses to unite what is known to differ.

Known to differ are two rows of the lexicon, a row and its `not_aliases`, and two forms with the
same letters but other numbers or signs (GPT-3 and GPT-4, ResNet and ResNet-50, LoRA and LoRA+). What a
person says goes before all of these: `join` asks nothing, and what is kept `apart` never meets.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kgraph.forms import bare
from kgraph.keys import alias_key
from kgraph.lexicon import Row

_NUMBER_OR_SIGN = re.compile(r"\d[\d.-]*(?:[bkm](?![a-z]))?|(?:plus|star)$")


@dataclass(slots=True)
class _Cluster:
    row: Row | None = None
    forms: set[str] = field(default_factory=set)
    marks: dict[str, set[str]] = field(default_factory=dict)  # letters of a form -> its numbers and signs
    banned: set[str] = field(default_factory=set)  # forms that must never come in
    apart: set[str] = field(default_factory=set)  # nodes that a person keeps out
    nodes: set[str] = field(default_factory=set)  # its own nodes that a person keeps out of others

    def differs(self, other: "_Cluster") -> bool:
        if not self.nodes.isdisjoint(other.apart):
            return True
        if self.row is not None and other.row is not None:
            return True
        small, large = sorted((self, other), key=lambda cluster: len(cluster.forms))
        return (
            any(form in large.banned for form in small.forms)
            or any(form in large.forms for form in small.banned)
            or any(
                marks.isdisjoint(large.marks.get(letters, marks)) for letters, marks in small.marks.items()
            )
        )

    def take(self, other: "_Cluster") -> None:
        self.row = self.row or other.row
        self.forms |= other.forms
        self.banned |= other.banned
        self.apart |= other.apart
        self.nodes |= other.nodes
        for letters, marks in other.marks.items():
            self.marks.setdefault(letters, set()).update(marks)


class Clusters:
    """Sets of forms, each with at most one row of the lexicon; a form not seen before is alone in its own.

    >>> clusters = Clusters()
    >>> clusters.unite("gpt4", "generativepretrainedtransformer4")
    >>> clusters.unite("gpt4", "gpt3")
    >>> [clusters.find(form) for form in ("gpt3", "gpt4", "generativepretrainedtransformer4")]
    ['gpt3', 'generativepretrainedtransformer4', 'generativepretrainedtransformer4']
    """

    def __init__(self, apart: Mapping[str, frozenset[str]] | None = None) -> None:
        """Start with no clusters; `apart` holds, both ways, the nodes that must never meet."""
        self._apart = apart or {}
        self._parent: dict[str, str] = {}
        self._cluster: dict[str, _Cluster] = {}

    def add(self, row: Row) -> str:
        """Return the node of a row; a tab keeps it apart from all forms."""
        node = f"\t{row.id}"
        if node not in self._cluster and node not in self._parent:
            banned = {alias_key(name) for name in row.not_aliases}
            self._cluster[node] = self._kept_out(node, _Cluster(row, banned=banned))
        return node

    def find(self, node: str) -> str:
        """Return the node that stands for the cluster of this one."""
        while (parent := self._parent.get(node, node)) != node:
            node = parent
        return node

    def row(self, node: str) -> Row | None:
        cluster = self._cluster.get(self.find(node))
        return cluster.row if cluster else None

    def differ(self, a: str, b: str) -> bool:
        """Tell whether the clusters of two nodes are known to be different things."""
        a, b = self.find(a), self.find(b)
        return a != b and self._at(a).differs(self._at(b))

    def keeps_out(self, node: str, forms: Iterable[str]) -> bool:
        """Tell whether a person keeps one of these forms out of the cluster of a node."""
        return not self._at(self.find(node)).apart.isdisjoint(forms)

    def apart(self, form: str) -> frozenset[str]:
        """Return what a person keeps a form apart from."""
        return self._apart.get(form, frozenset())

    def unite(self, a: str, b: str, *, known: bool = False) -> None:
        """Make one cluster of two unless they differ; the lexicon (`known`) only a person overrules."""
        a, b = self.find(a), self.find(b)
        if a != b and not (self._kept_apart(a, b) if known else self.differ(a, b)):
            self.join(a, b)

    def join(self, a: str, b: str) -> None:
        """Make one cluster of two, whatever speaks against it."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        large, small = sorted((a, b), key=lambda node: (-len(self._at(node).forms), node))
        self._parent[small] = large  # small under large keeps every way to the root short
        self._at(large).take(self._cluster.pop(small))

    def _at(self, node: str) -> _Cluster:
        if node not in self._cluster:
            form = bare(node)
            letters, marks = _NUMBER_OR_SIGN.sub("", form), "|".join(_NUMBER_OR_SIGN.findall(form))
            self._cluster[node] = self._kept_out(node, _Cluster(forms={node}, marks={letters: {marks}}))
        return self._cluster[node]

    def _kept_apart(self, a: str, b: str) -> bool:
        return not self._at(a).nodes.isdisjoint(self._at(b).apart)

    def _kept_out(self, node: str, cluster: _Cluster) -> _Cluster:
        if node in self._apart:
            cluster.apart |= self._apart[node]
            cluster.nodes.add(node)
        return cluster
