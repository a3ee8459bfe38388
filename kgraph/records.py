"""The records that flow from stage to stage: papers, mentions, statements, entities, edges.

Every character offset counts into `Paper.text` and is half open.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

TYPES = ("method", "model", "dataset", "task", "metric")
GRAPH_TYPES = TYPES[:3]  # what the graph is about; tasks and metrics are secondary
ROLES = ("introduces", "extends", "compares", "evaluates", "uses", "mentions")  # strongest first
STATED = ("extends", "is_a", "part_of", "trained_on", "evaluated_on", "compared_with", "used_for")
SYMMETRIC = ("compared_with", "appears_with")
PAPER_RELATIONS = ("cites", "builds_on")


def common_label(votes: Iterable[tuple[str, int]]) -> str:
    """Return the label with the greatest sum of scores; of equals the first of TYPES."""
    sums: Counter[str] = Counter()
    for label, score in votes:
        sums[label] += score
    return min(sums, key=lambda label: (-sums[label], TYPES.index(label)))


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, or one source record of it.

    A reader leaves `id` as the record's own id ("" if it has none) and puts every known
    identifier, normalised ("arxiv:1706.03762", "doi:10.1000/x"), into `ids`;
    `identity.merge_records` settles the final id.
    """

    id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    date: str | None = None  # YYYY, YYYY-MM or YYYY-MM-DD
    date_inferred: bool = False
    venue: str | None = None
    url: str | None = None
    ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # as given: ids, normalised where they are recognised
    extra: Mapping[str, object] = field(default_factory=dict, hash=False)  # JSON values only
    source: str = ""  # file and position, for messages; never exported

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.abstract}"


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not be read: counted and listed, never silently dropped."""

    source: str  # file:line, or file:record N
    reason: str
    excerpt: str = ""  # the first 80 characters


@dataclass(frozen=True, slots=True)
class NoPaper(Reject):
    """What is in order and yet no paper: without a title, deleted, an error message, a volume, a caption."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of a paper's text that names something.

    `name` is the commonest form of the thing in this paper, equal in all its mentions, so
    that "Low-Rank Adaptation (LoRA)" yields two mentions of the name "LoRA". `role` is
    what this very mention proves; the role of the thing is the strongest of them.
    """

    paper: str
    start: int
    end: int
    text: str
    name: str
    label: str
    role: str
    score: int  # 0..1000, the probability that it names a thing; whole, so that sums do not depend on order
    rule: str  # what found it: tagger, several, definition, title, repeat, lexicon or pipeline
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A relation said in one paper between two of its mentions, given by their spans."""

    paper: str
    source: tuple[int, int]
    relation: str
    target: tuple[int, int]
    score: int  # 0..1000


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was found in one paper, mentions in reading order."""

    paper: str
    mentions: tuple[Mention, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """A set of spellings that papers give to one thing, pooled over the papers that use just these."""

    spellings: tuple[str, ...]  # distinct, sorted
    label: str
    papers: int
    score: int  # sum of the best mention's score over these papers
    sense: str = ""  # what else tells it apart from others of the same spellings: see kgraph.senses


@dataclass(frozen=True, slots=True)
class Entity:
    """What mentions name: one node of the graph."""

    id: str
    name: str
    type: str
    aliases: tuple[str, ...] = ()  # every other spelling, commonest first
    other_types: tuple[str, ...] = ()  # seen too, but outvoted


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation between two nodes, with the papers that support it counted."""

    source: str
    target: str
    relation: str
    papers: int
    since: str | None = None
    until: str | None = None
    # Papers that tie the two closely: one sentence names both, or the paper introduces one of them and does
    # more than mention the other.
    near: int = 1


@dataclass(frozen=True, slots=True)
class Citation:
    """A paper says that it rests on another: one of the collection, or a stub outside it."""

    paper: str
    date: str | None  # of that paper
    cited: str
    stub: str | None = None  # the name of what is cited where the collection lacks it
