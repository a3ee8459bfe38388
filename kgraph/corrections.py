"""What a person says of names: which are one thing, which are not, and what a thing is.

A user's lexicon file holds it beside rows of names, one case a line:

    merge A | B         B is A: its papers, spellings and edges become A's
    forbid A | B        A and B are two things, whatever else speaks for one
    rename A | NAME     A is shown under this name
    retype A | TYPE     A is of this type
    ignore A            A is no entity

A and B are spellings as they stand in texts, folded as everywhere (`keys.alias_key`). What has no spelling to
itself is named by

    entity:ID               a row of a lexicon
    NAME in paper:PAPER     what this paper alone means by a name; in its id %20, %7C, %25 for a blank, |, %
    NAME in other papers    what a name means where no paper says what it means by it

A plain name means the last of these, or, where no paper uses it so, what single papers mean by it; `ignore
NAME` means both. Such a line wins over texts and over rows. Of two lines on the same names in several files
the later file's counts; within one they must not contradict each other, and no chain of merges may join what
a line forbids.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, unquote

from kgraph.config import Config
from kgraph.errors import BadInput
from kgraph.forms import ELSEWHERE, NONE, bare, own_sense, paper_of, sense_in, with_sense
from kgraph.keys import alias_key
from kgraph.lexicon import VERBS, Lexicon, Row, read_text
from kgraph.records import TYPES
from kgraph.spellings import known_key

PAIRED = ("merge", "forbid")
NODE = "entity:"  # begins a reference to a row
_IN_PAPER, _IN_OTHERS = " in paper:", " in other papers"
_NOT_IN_A_LINE = re.compile(r"[\s|%\x00-\x1f]")  # of the id of a paper


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line: what is said of a name, or of two."""

    verb: str
    name: str
    other: str = ""  # the second name, the new name or the type
    place: str = ""  # file and line
    note: str = ""  # the comment above it

    def __str__(self) -> str:
        return f"{self.verb} {self.name} | {self.other}" if self.other else f"{self.verb} {self.name}"

    @property
    def subject(self) -> tuple[str, ...]:
        """What it decides: two lines of one subject say the same or contradict each other."""
        if self.verb in PAIRED:
            return tuple(sorted((key(self.name), key(self.other))))
        return self.verb, key(self.name)


def key(name: str) -> str:
    """Return what a reference is compared by: a folded spelling, or the node of a row.

    >>> key("Low-Rank Adaptation"), key("entity:lora")
    ('lowrankadaptation', '\\tlora')
    >>> key("LaMDA in paper:arxiv:2201.08239"), key("LaMDA in other papers")
    ('lamda\\x0bown:arxiv:2201.08239', 'lamda\\x0belsewhere')
    """
    if name.startswith(NODE):
        return f"\t{name.removeprefix(NODE)}"
    spelling, _, paper = name.partition(_IN_PAPER)
    if paper:
        sense = own_sense(unquote(paper.strip()))
    else:
        spelling = name.removesuffix(_IN_OTHERS)
        sense = ELSEWHERE if spelling != name else NONE
    return with_sense(alias_key(spelling) or spelling, sense)


def in_paper(spelling: str, paper: str) -> str:
    """Return how to refer to what one paper means by a name; what a line cannot hold of its id is escaped.

    >>> in_paper("LaMDA", "arxiv:2201.08239"), in_paper("LaMDA", "x | 1")
    ('LaMDA in paper:arxiv:2201.08239', 'LaMDA in paper:x%20%7C%201')
    """
    return f"{spelling}{_IN_PAPER}{_NOT_IN_A_LINE.sub(lambda sign: quote(sign[0]), paper)}"


def elsewhere(spelling: str) -> str:
    """Return how to refer to what a name means where no paper says so."""
    return f"{spelling}{_IN_OTHERS}"


def _keys_in_others(spelling: str) -> frozenset[str]:
    """Return the keys by which a line means a spelling where its paper does not say what it means."""
    plain = key(spelling)
    return frozenset([plain, with_sense(plain, ELSEWHERE)])


def _spelling(name: str) -> str:
    """Return the spelling that a reference holds."""
    return name.partition(_IN_PAPER)[0].removesuffix(_IN_OTHERS)


@dataclass(frozen=True, slots=True)
class Corrections:
    """All that holds, whatever the order of the lines; references are given by their keys."""

    verdicts: tuple[Verdict, ...] = ()
    merged: tuple[tuple[str, ...], ...] = ()  # sets of keys of one thing each; the first names it
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)  # both ways
    ignored: frozenset[str] = frozenset()
    heads: Mapping[str, str] = field(default_factory=dict)  # spellings of what is merged, by its first key
    names: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    second: frozenset[str] = frozenset()  # keys that a line tells apart from the one before it

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Corrections":
        """Raise BadInput with file and line of a verdict that others contradict."""
        verdicts = sorted(verdicts, key=lambda verdict: (verdict.verb, verdict.name, verdict.other))
        by_verb: dict[str, list[Verdict]] = {verb: [] for verb in VERBS}
        for verdict in verdicts:
            by_verb[verdict.verb].append(verdict)
        _check_chains(by_verb["merge"], by_verb["forbid"])
        merged = tuple(_components(by_verb["merge"]))
        texts = {key(verdict.name): verdict.name for verdict in by_verb["merge"]}
        apart: dict[str, set[str]] = defaultdict(set)
        for verdict in by_verb["forbid"]:
            a, b = key(verdict.name), key(verdict.other)
            apart[a].add(b)
            apart[b].add(a)
        return cls(
            tuple(verdicts),
            merged,
            {a: frozenset(others) for a, others in apart.items()},
            frozenset(key(verdict.name) for verdict in by_verb["ignore"]),
            {keys[0]: _spelling(texts[keys[0]]) for keys in merged if not keys[0].startswith("\t")},
            {key(verdict.name): verdict.other for verdict in by_verb["rename"]},
            {key(verdict.name): verdict.other for verdict in by_verb["retype"]},
            frozenset(key(verdict.other) for verdict in by_verb["forbid"]),
        )

    def divide(self, spellings: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the spellings that one paper gives to one thing in as many parts as it is things.

        >>> two = Corrections.of([Verdict("forbid", "GAN", "VAE")])
        >>> list(two.divide(("GAN", "VAE", "adversarial nets"))), list(two.divide(("GAN", "GANs")))
        ([('GAN', 'adversarial nets'), ('VAE',)], [('GAN', 'GANs')])
        """
        if len(spellings) == 1 or not self.apart:
            yield tuple(spellings)
            return
        keys = {spelling: _keys_in_others(spelling) for spelling in spellings}
        parts: list[list[str]] = []
        for spelling in sorted(spellings, key=lambda one: (not keys[one].isdisjoint(self.second), one)):
            others = {other for name in keys[spelling] for other in self.apart.get(name, ())}
            part = next((part for part in parts if all(others.isdisjoint(keys[one]) for one in part)), None)
            if part is None:
                parts.append([spelling])
            else:
                part.append(spelling)
        yield from (tuple(sorted(part)) for part in parts)


def own_lexicon(db: Path) -> list[Path]:
    """Return the lexicon that stands beside a store, if there is one."""
    beside = db.parent / Config.lexicon
    return [beside] if beside.exists() else []


def read_corrections(paths: Iterable[Path], *, packaged: bool = True) -> Corrections:
    """Read the verdicts of a user's lexicon files; raise BadInput with file and line.

    What is packaged counts for names of which these say nothing.
    """
    texts = ((str(path), read_text(path)) for path in paths)
    return join_to_packaged(texts) if packaged else join(texts)


def join_to_packaged(texts: Iterable[tuple[str, str]]) -> Corrections:
    """Join the verdicts of a user's files, given by name and content, and those that are packaged."""
    own = join(texts)
    said = {bare(key(name)) for verdict in own.verdicts for name in (verdict.name, verdict.other)}
    packaged = (files("kgraph") / "data" / "ignored.lexicon").read_text("utf-8")
    others = (
        one for one in parse(packaged, "kgraph/data/ignored.lexicon") if bare(key(one.name)) not in said
    )
    return Corrections.of([*own.verdicts, *others])


def join(texts: Iterable[tuple[str, str]]) -> Corrections:
    """Join the verdicts of several files, given by name and content; the later one's win."""
    latest: dict[tuple[str, ...], Verdict] = {}
    for source, text in texts:
        own: dict[tuple[str, ...], Verdict] = {}
        for verdict in parse(text, source):
            first = own.setdefault(verdict.subject, verdict)
            if (first.verb, first.other) != (verdict.verb, verdict.other) and not _same_pair(first, verdict):
                raise BadInput(verdict.place, f"{str(verdict)!r} contradicts {str(first)!r} ({first.place})")
        latest |= own
    return Corrections.of(latest.values())


def _same_pair(one: Verdict, other: Verdict) -> bool:
    return one.verb == other.verb and one.verb in PAIRED


def parse(text: str, source: str) -> Iterator[Verdict]:
    """Yield the verdicts of a file, each with its line and the comment that stands right above it."""
    comment: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            comment.append(line.lstrip("# ").rstrip())
            continue
        if line.strip() and "\t" not in line:
            yield _verdict(line, f"{source}:{number}", " ".join(comment))
        comment = []


def _verdict(line: str, place: str, note: str) -> Verdict:
    verb, _, rest = line.strip().partition(" ")
    if verb not in VERBS:
        raise BadInput(
            place,
            f"expected one of {', '.join(VERBS)} and a name, or a row of columns divided by tabs;"
            f" found {line.strip()[:60]!r}",
        )
    name, _, other = (part.strip() for part in rest.strip().partition(" | "))
    if not name or bool(other) is (verb == "ignore") or " | " in other:
        form = {"ignore": "ignore A", "rename": "rename A | NAME", "retype": "retype A | TYPE"}
        raise BadInput(place, f"expected '{form.get(verb, f'{verb} A | B')}', found {line.strip()[:60]!r}")
    if verb == "retype" and other not in TYPES:
        raise BadInput(place, f"type {other!r} is none of {', '.join(TYPES)}")
    if verb in PAIRED and key(name) == key(other):
        raise BadInput(place, f"{name!r} and {other!r} are one spelling but for case, spaces or hyphens")
    return Verdict(verb, name, other, place, note)


# ------------------------------------------------------------------------------------------- chains of merges


def _check_chains(merges: Sequence[Verdict], forbids: Iterable[Verdict]) -> None:
    """Refuse a forbidden pair that merges join, however far apart."""
    joined = _neighbours(merges)
    for verdict in forbids:
        chain = _chain(joined, key(verdict.name), key(verdict.other))
        if chain:
            said = ", ".join(
                f"{str(link)!r} ({link.place})" if link.place else repr(str(link)) for link in chain
            )
            raise BadInput(verdict.place or "corrections", f"{str(verdict)!r} contradicts {said}")


def _neighbours(merges: Iterable[Verdict]) -> dict[str, dict[str, Verdict]]:
    joined: dict[str, dict[str, Verdict]] = defaultdict(dict)
    for verdict in merges:
        a, b = key(verdict.name), key(verdict.other)
        joined[a][b] = joined[b][a] = verdict
    return joined


def _chain(joined: Mapping[str, Mapping[str, Verdict]], start: str, goal: str) -> list[Verdict]:
    """Return the fewest merges that lead from one key to another, [] if none do."""
    way: dict[str, list[Verdict]] = {start: []}
    waiting = deque([start])
    while waiting and goal not in way:
        at = waiting.popleft()
        for other, verdict in joined.get(at, {}).items():
            if other not in way:
                way[other] = [*way[at], verdict]
                waiting.append(other)
    return way.get(goal, [])


def _components(merges: Sequence[Verdict]) -> Iterator[tuple[str, ...]]:
    """Yield the keys that merges join, first the one that is merged into no other."""
    joined = _neighbours(merges)
    second = {key(verdict.other) for verdict in merges}
    done: set[str] = set()
    for head in sorted(joined, key=lambda name: (name in second, name)):
        if head in done:
            continue
        found, waiting = [head], [head]
        done.add(head)
        while waiting:
            for other in sorted(joined[waiting.pop()]):
                if other not in done:
                    done.add(other)
                    found.append(other)
                    waiting.append(other)
        yield (head, *sorted(found[1:]))


# ---------------------------------------------------------------------------------------------------- rows


def corrected(lexicon: Lexicon, corrections: Corrections) -> tuple[Lexicon, dict[str, str]]:
    """Return the lexicon without what the corrections forbid, and the key of rows for each that they name.

    What is merged is kept apart together.
    """
    pairs = [verdict for verdict in corrections.verdicts if verdict.verb in PAIRED]
    texts = {key(name): name for one in pairs for name in (one.name, one.other)}
    known = {name: _known(text, lexicon) for name, text in texts.items()}
    rows = {row.id: row for row in lexicon.rows}
    merged = {name: names for names in corrections.merged for name in names}
    for verdict in pairs:
        if verdict.verb == "forbid" and not any(map(sense_in, verdict.subject)):
            for name, other in (verdict.name, verdict.other), (verdict.other, verdict.name):
                for one in merged.get(key(name), (key(name),)):
                    if paper_of(one) is None:
                        _part_rows(rows, known[one], known[key(other)], other, row_meant(known[one], lexicon))
    return (Lexicon.of(rows.values(), lexicon.own) if pairs else lexicon), known


def _known(name: str, lexicon: Lexicon) -> str:
    """Return the key by which rows are found for a reference."""
    return key(name) if name.startswith(NODE) else known_key(_spelling(name), lexicon.by_key)


def row_meant(name: str, lexicon: Lexicon) -> Row | None:
    """Return the row that a reference, given by its key, means: of several senses the one without cues."""
    if name.startswith("\t"):
        return next((row for row in lexicon.rows if row.id == name[1:]), None)
    rows = lexicon.by_key.get(name, [])
    plain = rows if len(rows) == 1 else [row for row in rows if not row.cues]
    return plain[0] if len(plain) == 1 else None


def _part_rows(rows: dict[str, Row], name: str, other: str, text: str, meant: Row | None) -> None:
    """Take a spelling, given by key and text, from the rows that claim what it must stay apart from.

    A row's own name stays.
    """
    for row in list(rows.values()):
        if name not in map(alias_key, row.spellings) and name != f"\t{row.id}":
            continue
        kept = tuple(alias for alias in row.aliases if alias_key(alias) != other)
        banned = len(kept) < len(row.aliases) or (meant is not None and meant.id == row.id)
        if banned and not text.startswith(NODE) and other != alias_key(row.name):
            not_aliases = tuple(dict.fromkeys((*row.not_aliases, text)))
            rows[row.id] = replace(row, aliases=kept, not_aliases=not_aliases)
