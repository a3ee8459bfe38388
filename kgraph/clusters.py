"""Union-find over forms of names that refuses to unite what is known to differ.

Known to differ are two rows of the lexicon, a row and its `not_aliases`, and two forms with the
same letters but other numbers or signs (GPT-3 and GPT-4, ResNet and ResNet-50, LoRA and LoRA+). What a
person says goes before all of these: `join` asks nothing, and what is kept `apart` never meets.

A person joins whole clusters, and each goes on gathering what belongs to it as if it were alone; so taking
the word back restores what was before. Only what is kept apart from one is kept apart from all.
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

    def differs(self, other: "_Cluster") -> bool:
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
        for letters, marks in other.marks.items():
            self.marks.setdefault(letters, set()).update(marks)


@dataclass(slots=True)
class _Kept:
    """What a person says of the clusters that are joined to one."""

    apart: set[str] = field(default_factory=set)  # nodes kept out
    nodes: set[str] = field(default_factory=set)  # own nodes that are kept out of others
    size: int = 1

    def differs(self, other: "_Kept") -> bool:
        return not self.nodes.isdisjoint(other.apart)

    def take(self, other: "_Kept") -> None:
        self.apart |= other.apart
        self.nodes |= other.nodes
        self.size += other.size


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
        self._joined: dict[str, str] = {}  # by a person: such parents of nodes that stand for clusters
        self._kept: dict[str, _Kept] = {}

    def add(self, row: Row) -> str:
        """Return the node of a row; a tab keeps it apart from all forms."""
        node = f"\t{row.id}"
        if node not in self._cluster and node not in self._parent:
            banned = {alias_key(name) for name in row.not_aliases}
            self._cluster[node] = _Cluster(row, banned=banned)
        return node

    def find(self, node: str) -> str:
        """Return the node that stands for the cluster of this one and all that a person joined to it."""
        return _root(self._joined, self.own(node))

    def own(self, node: str) -> str:
        """Return the node that stands for the cluster of this one, whatever a person joined to it."""
        return _root(self._parent, node)

    def row(self, node: str) -> Row | None:
        """Return the row of the cluster of a node, whatever a person joined to it."""
        cluster = self._cluster.get(self.own(node))
        return cluster.row if cluster else None

    def differ(self, a: str, b: str) -> bool:
        """Tell whether the clusters of two nodes are known to be different things."""
        if self.find(a) == self.find(b):
            return False
        return self._kept_apart(a, b) or self._at(self.own(a)).differs(self._at(self.own(b)))

    def keeps_out(self, node: str, forms: Iterable[str]) -> bool:
        """Tell whether a person keeps one of these forms out of the cluster of a node."""
        return not self._kept_at(self.find(node)).apart.isdisjoint(forms)

    def apart(self, form: str) -> frozenset[str]:
        """Return what a person keeps a form apart from."""
        return self._apart.get(form, frozenset())

    def unite(self, a: str, b: str, *, known: bool = False) -> None:
        """Make one cluster of two unless they differ; the lexicon (`known`) only a person overrules."""
        one, other = self.own(a), self.own(b)
        if one == other or self._kept_apart(one, other):
            return
        if known or not self._at(one).differs(self._at(other)):
            if self._joined or self._apart:  # else a person said nothing, as mostly
                self.join(one, other)
            large, small = sorted((one, other), key=lambda node: (-len(self._at(node).forms), node))
            self._parent[small] = large  # small under large keeps every way to the root short
            self._at(large).take(self._cluster.pop(small))

    def join(self, a: str, b: str) -> None:
        """Join two clusters, as a person says, whatever speaks against it."""
        a, b = self.find(a), self.find(b)
        if a != b:
            large, small = sorted((a, b), key=lambda node: (-self._kept_at(node).size, node))
            self._joined[small] = large
            self._kept_at(large).take(self._kept.pop(small))

    def _at(self, node: str) -> _Cluster:
        if node not in self._cluster:
            form = bare(node)
            letters, marks = _NUMBER_OR_SIGN.sub("", form), "|".join(_NUMBER_OR_SIGN.findall(form))
            self._cluster[node] = _Cluster(forms={node}, marks={letters: {marks}})
        return self._cluster[node]

    def _kept_apart(self, a: str, b: str) -> bool:
        if not self._apart:
            return False
        a, b = self.find(a), self.find(b)
        return a != b and self._kept_at(a).differs(self._kept_at(b))

    def _kept_at(self, node: str) -> _Kept:
        if node not in self._kept:
            told = node in self._apart
            self._kept[node] = _Kept(set(self._apart[node]), {node}) if told else _Kept()
        return self._kept[node]


def _root(parent: Mapping[str, str], node: str) -> str:
    while (above := parent.get(node, node)) != node:
        node = above
    return node
