"""What a person may want to correct: nodes that look like one thing, and names that look like several.

Nothing here merges. A pair is proposed for what it says in common (the same words in other forms, initials, a
slip of one letter) and only if it keeps the same company, or if one paper writes both a name and what that
is short for; a name is called a homonym if texts spell it out by
words that have nothing in common, or if its papers fall into groups that share no other name. What the
lexicon or a person already told apart is not proposed again.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from sqlite3 import Connection

from kgraph.evidence import read_files
from kgraph.extraction.definitions import abbreviates, contracts, find_definitions
from kgraph.forms import bare
from kgraph.keys import SHORTEST_SLIP, alias_key, only_difference
from kgraph.names import Row, select
from kgraph.spellings import is_short, stems, telling_stems

_LONGEST_ACRONYM = 6  # letters
_HUB = 0.05  # share of the papers from which on company says nothing
_LEAST_SCORE = {"duplicate": 0.35, "homonym": 0.25}  # by looking at what comes below
_WORD = re.compile(r"[^\W\d_]+")
_SIGN = re.compile(r"[\d+*$\\^]")
_DIRECTED = re.compile(r"\b(?:to|from|2)\b", re.IGNORECASE)
_THE = re.compile(r"the\s+", re.IGNORECASE)
_FIRST_VERSION = re.compile(r"(.*[^\W\d_])[ -]?v?1(?:\.0)?")
_TIMES = re.compile(r"([a-z])([2-4])")  # M2: Monarch Mixer
_ALIKE = ({"method", "model"},)  # types between which texts waver about one thing
_DOUBT = 3  # entities: so much company is taken to differ where little is known
_LARGEST_BLOCK = 50  # entities that one blocking key may hold


@dataclass(frozen=True, slots=True)
class _Node:
    id: str
    name: str
    type: str
    papers: int
    key: str
    spellings: tuple[str, ...]  # commonest first

    @property
    def acronyms(self) -> frozenset[str]:
        return frozenset(alias_key(spelling) for spelling in self.spellings if _is_coined(spelling))

    @property
    def main_phrases(self) -> tuple[str, ...]:
        """Its name, if that is a phrase, else the commonest: others may be what papers say in passing."""
        phrases = [spelling for spelling in self.spellings if _is_phrase(spelling)]
        return (self.name,) if _is_phrase(self.name) else tuple(phrases[:1])


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two that may be one; where `beside`, a paper that names both does not tell them apart."""

    weight: float
    reason: str
    one: _Node
    other: _Node
    beside: bool = False


def suggest(db: Connection, *, limit: int | None = None) -> list[Row]:
    """Return likely duplicates and likely homonyms, the surest first, each with reasons and a command."""
    collection = _Collection(db)
    rows = [*collection.duplicates(), *collection.homonyms()]
    rows.sort(key=_surest_first)
    return [row for row in rows if row["score"] >= _LEAST_SCORE[row["kind"]]][:limit]


def _surest_first(row: Row) -> tuple[object, ...]:
    ids = [node["id"] for node in row["nodes"]]
    return -row["score"], -sum(node["papers"] for node in row["nodes"]), row["kind"], ids


class _Collection:
    """The entities of a store, what they are called and what they appear with."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._lexicon, self._corrections = read_files(db)
        self._nodes = list(_read_nodes(db))
        (self._papers,) = db.execute("SELECT count(*) FROM papers").fetchone()
        self._known = {f"entity:{row.id}" for row in self._lexicon.rows}

    @cached_property
    def _company(self) -> dict[str, set[str]]:
        """What each entity appears with, but for what appears with nearly everything."""
        found: dict[str, set[str]] = defaultdict(set)
        hubs = {node.id for node in self._nodes if node.papers > max(10, _HUB * self._papers)}
        sql = "SELECT source, target FROM edges WHERE relation = 'appears_with'"
        for source, target in self._db.execute(sql):
            if target not in hubs:
                found[source].add(target)
            if source not in hubs:
                found[target].add(source)
        return found

    # ---------------------------------------------------------------------------------------- duplicates

    def duplicates(self) -> Iterator[Row]:
        """Yield pairs of entities that may be one, each once."""
        seen: set[tuple[str, str]] = set()
        for pair in self._candidates():
            a, b = sorted((pair.one, pair.other), key=lambda node: (-node.papers, len(node.name), node.id))
            if (a.id, b.id) in seen or self._told_apart(a, b):
                continue
            seen.add((a.id, b.id))
            shared = self._company[a.id] & self._company[b.id]
            if (b.id in self._company[a.id] and not pair.beside) or not (shared or pair.weight >= 1):
                continue  # a paper that names both tells them apart
            near = len(shared) / (min(len(self._company[a.id]), len(self._company[b.id])) + _DOUBT)
            names = [self._names[id_] for id_ in sorted(shared)[:3]]
            both = [f"both appear with {', '.join(names)}"] if names else []
            yield {
                "kind": "duplicate",
                "score": round(pair.weight * (0.4 + 0.6 * min(1.0, 2 * near)), 3),
                "nodes": [_shown(a), _shown(b)],
                "reasons": [pair.reason, *both],
                "command": f"kgraph alias merge {self._called(a)} {self._called(b)}",
            }

    @cached_property
    def _names(self) -> dict[str, str]:
        return {node.id: node.name for node in self._nodes}

    def _called(self, node: _Node) -> str:
        """Return what a command may call a node: its name, if no other bears it."""
        return _quoted(node.name if len(self._by_key[node.key]) == 1 else node.id)

    @cached_property
    def _by_key(self) -> dict[str, list[_Node]]:
        found: dict[str, list[_Node]] = defaultdict(list)
        for node in self._nodes:
            found[node.key].append(node)
        return found

    @cached_property
    def _forbidden(self) -> set[tuple[str, str]]:
        apart = self._corrections.apart.items()
        return {(bare(one), bare(other)) for one, others in apart for other in others}

    def _told_apart(self, a: _Node, b: _Node) -> bool:
        """Tell whether the lexicon has both, a person spoke of the two, or they are senses of one name."""
        if a.id in self._known and b.id in self._known:
            return True
        mine, theirs = (
            {*map(alias_key, node.spellings), "\t" + node.id.removeprefix("entity:")} for node in (a, b)
        )
        if mine & theirs and a.key != b.key:
            return True
        return any((one, other) in self._forbidden for one in mine for other in theirs)

    def _candidates(self) -> Iterator[_Pair]:
        yield from self._same_words()
        yield from self._same_names()
        yield from self._spelt_beside()
        yield from self._with_its_own_words()
        yield from self._initials()
        yield from self._slips()

    def _same_names(self) -> Iterator[_Pair]:
        """Nodes of one name but for "The" or a first number, not spelled out by different words."""
        for node in self._nodes:
            base = alias_key(_THE.sub("", node.name, count=1)) if _THE.match(node.name) else ""
            for other in self._by_key.get(base, ()):
                if node.type == other.type:
                    yield _Pair(1.0, "the same name but for an article", other, node, beside=True)
            first = _FIRST_VERSION.fullmatch(node.name)
            for other in self._by_key.get(alias_key(first[1]), ()) if first else ():
                if self._count_beside(node, other) and not self._has_versions(other, node):
                    yield _Pair(1.0, "a first version, and no other is known", other, node, beside=True)
        for nodes in self._by_key.values():
            for a, b in combinations(nodes[:_LARGEST_BLOCK], 2):
                if a.type == b.type and (weight := self._says_the_same(a, b)):
                    yield _Pair(weight, "shown under one name", a, b, beside=True)

    def _says_the_same(self, a: _Node, b: _Node) -> float:
        """Return how much speaks for two nodes of one name: 0 if one is spelled out by other words."""
        phrases = [self._phrases(node) for node in (a, b)]
        if not all(phrases):
            return 0.0 if any(node.id in self._known for node in (a, b)) else 0.8
        begun = [{frozenset(stem[:4] for stem in stems(text)) for text in texts} for texts in phrases]
        return 1.0 if begun[0] & begun[1] else 0.0

    def _phrases(self, node: _Node) -> list[str]:
        """Return by what words papers and the lexicon spell a node out."""
        rows = (row for row in self._lexicon.by_key.get(node.key, ()) if f"entity:{row.id}" == node.id)
        return [
            text
            for text in (*node.spellings, *(s for row in rows for s in row.spellings))
            if _is_phrase(text)
        ]

    def _has_versions(self, node: _Node, first: _Node) -> bool:
        number = re.compile(re.escape(node.key) + r"v?\d.*")
        return any(number.fullmatch(key) for key in self._by_key if key != first.key)

    @cached_property
    def _beside(self) -> dict[tuple[str, str], int]:
        """How many papers name both of two nodes."""
        sql = "SELECT source, target, papers FROM edges WHERE relation = 'appears_with'"
        return {(source, target): papers for source, target, papers in self._db.execute(sql)}

    def _count_beside(self, a: _Node, b: _Node) -> int:
        return max(self._beside.get((a.id, b.id), 0), self._beside.get((b.id, a.id), 0))

    def _spelt_beside(self) -> Iterator[_Pair]:
        """A short name that no other words spell out, and the only words beside it that may do so."""
        by_id = {node.id: node for node in self._nodes}
        phrases = {node.id for node in self._nodes if _is_phrase(node.name) and not node.acronyms}
        for short in self._nodes:
            if not (_is_coined(short.name) or (is_short(short.name) and _SIGN.search(short.name))):
                continue
            said = {stems(text)[0][:4] for text in self._phrases(short)}
            near = (by_id[id_] for id_ in sorted(self._company[short.id] & phrases))
            longs = [(sure, long) for long in near if (sure := _shortens(short.name, long.name))]
            longs = [(sure, long) for sure, long in longs if said <= {stems(long.name)[0][:4]}]
            if len(longs) == 1:
                sure, long = longs[0]
                if _types_agree(short, long) and self._belongs(short, long, sure):
                    reason = f"one paper names both, and {short.name} may be short for the other"
                    yield _Pair(sure, reason, short, long, beside=True)

    def _belongs(self, short: _Node, long: _Node, sure: float) -> bool:
        """Tell whether papers mostly name the words beside the name; always both, if little ties them."""
        both = self._count_beside(short, long)
        always = sure < 1 or len(short.key) == 2
        return both == max(short.papers, long.papers) if always else 2 * both >= long.papers

    def _with_its_own_words(self) -> Iterator[_Pair]:
        """A short name, and the same followed by the last words of what it stands for."""
        for node in self._nodes:
            first, _, rest = node.name.partition(" ")
            last = stems(rest) if rest and _is_coined(first) else ()
            for short in self._by_key.get(alias_key(first), ()) if last else ():
                if short.type == node.type and any(
                    stems(text)[-len(last) :] == last for text in self._phrases(short)
                ):
                    yield _Pair(1.0, f"{rest} is what {first} ends in, spelled out", short, node, beside=True)

    def _same_words(self) -> Iterator[_Pair]:
        """Names of the same words but for their endings, their order and words that only say a kind."""
        blocks: dict[frozenset[str], dict[str, _Node]] = defaultdict(dict)
        for node in self._nodes:
            for spelling in node.main_phrases:
                words = _words(spelling)
                if len(words) > 1:
                    blocks[words][node.id] = node
        for nodes in blocks.values():
            for a, b in combinations(list(nodes.values())[:_LARGEST_BLOCK], 2):
                if not (a.acronyms and b.acronyms and a.acronyms.isdisjoint(b.acronyms)):
                    yield _Pair(1.0, "the same words but for endings, order and what only says a kind", a, b)

    def _initials(self) -> Iterator[_Pair]:
        """A short name and words whose initials spell it."""
        shorts: dict[str, list[_Node]] = defaultdict(list)
        for node in self._nodes:
            if _is_acronym(node.name) and not any(map(_is_phrase, node.spellings)):
                shorts[node.key].append(node)
        for node in self._nodes:
            for phrase in () if node.acronyms else node.main_phrases:
                letters = "".join(word[0] for word in stems(phrase))
                for short in shorts.get(letters, ()) if _is_plain(phrase) else ():
                    if len(letters) > 2 and short.type == node.type:
                        yield _Pair(0.9, f"{short.name} are the initials of {phrase}", short, node)

    def _slips(self) -> Iterator[_Pair]:
        """Names that differ in one inner letter of a plain word, one of them rare."""
        blocks: dict[str, dict[str, _Node]] = defaultdict(dict)
        for node in self._nodes:
            if len(node.key) >= SHORTEST_SLIP:
                for at in range(1, len(node.key) - 1):
                    blocks[node.key[:at] + node.key[at + 1 :]][node.id] = node
                blocks[node.key][node.id] = node
        for nodes in blocks.values():
            for a, b in combinations(list(nodes.values())[:_LARGEST_BLOCK], 2):
                if min(a.papers, b.papers) <= 2 and _is_slip(a.name, b.name):
                    yield _Pair(0.8, "one letter apart", a, b)

    # ------------------------------------------------------------------------------------------ homonyms

    def homonyms(self) -> Iterator[Row]:
        """Yield names that may stand for several things."""
        for node in self._nodes:
            if not _is_acronym(node.name):
                continue
            found = self._other_words(node) or self._far_contexts(node)
            if found is not None:
                score, reasons, command = found
                yield {
                    "kind": "homonym",
                    "score": round(score, 3),
                    "nodes": [_shown(node)],
                    "reasons": reasons,
                    "command": command,
                }

    def _other_words(self, node: _Node) -> tuple[float, list[str], str] | None:
        """Spelled out by words that have nothing in common, and by no row of the lexicon."""
        rows = {
            key
            for row in self._lexicon.rows
            if f"entity:{row.id}" == node.id
            for key in map(alias_key, row.spellings)
        }
        phrases = [spelling for spelling in node.spellings if _is_phrase(spelling)]
        letters = node.key
        for one, other in combinations(phrases, 2):
            mine, theirs = telling_stems(one), telling_stems(other)
            new = [spelling for spelling in (other, one) if alias_key(spelling) not in rows]
            spelt = all("".join(word[0] for word in stems(text)) == letters for text in (one, other))
            if new and spelt and not mine & theirs:
                command = f"kgraph alias split {_quoted(node.name)} {_quoted(new[0])}"
                return 0.9, [f"spelled out as {one} and as {other}"], command
        return None

    def _far_contexts(self, node: _Node) -> tuple[float, list[str], str] | None:
        """Never spelled out, and in papers that fall into groups without another name or word in common."""
        if node.id in self._known or any(map(_is_phrase, node.spellings)) or not 6 <= node.papers <= 200:
            return None
        groups = sorted(self._groups(node.id), key=lambda group: (-len(group), sorted(group)))[:2]
        if len(groups) < 2 or len(groups[1]) < 3 or sum(map(len, groups)) < 0.8 * node.papers:
            return None
        named = self._named(node.id)
        words = [
            {word for p in group for id_ in named[p] for word in stems(self._names[id_])} for group in groups
        ]
        if len(words[0] & words[1]) > 0.1 * min(map(len, words)):
            return None
        reasons = [
            f"{len(group)} papers with {', '.join(self._most_common(named, group))}" for group in groups
        ]
        share = len(groups[1]) / node.papers
        return 0.25 + share, reasons, f"kgraph papers {_quoted(node.name)}"

    def _groups(self, entity: str) -> list[set[str]]:
        """Return the papers of an entity in groups: two that name another entity both are in one."""
        hubs = max(10, _HUB * self._papers)
        groups: list[tuple[set[str], set[str]]] = []
        for paper, names in self._named(entity).items():
            telling = {id_ for id_, papers in names.items() if papers <= hubs}
            mine, rest = ({paper}, telling), []
            for group in groups:
                if group[1] & mine[1]:
                    mine = (mine[0] | group[0], mine[1] | group[1])
                else:
                    rest.append(group)
            groups = [*rest, mine]
        return [papers for papers, _ in groups]

    def _named(self, entity: str) -> dict[str, dict[str, int]]:
        """Return the papers of an entity with the other entities that each names and their papers."""
        rows = self._db.execute(
            """
            SELECT mine.source, other.target, entities.papers FROM edges AS mine
            JOIN papers ON papers.id = mine.source
            JOIN edges AS other ON other.source = mine.source AND other.target != mine.target
            JOIN entities ON entities.id = other.target
            WHERE mine.target = ?
            """,
            (entity,),
        )
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for paper, other, papers in rows:
            found[paper][other] = papers
        return found

    def _most_common(self, named: dict[str, dict[str, int]], papers: Iterable[str]) -> list[str]:
        counts = Counter(other for paper in papers for other in named[paper])
        return [self._names[id_] for id_ in sorted(counts, key=lambda id_: (-counts[id_], id_))[:3]]


def _read_nodes(db: Connection) -> Iterator[_Node]:
    spellings: dict[str, list[str]] = defaultdict(list)
    for row in select(
        db, "SELECT spelling, entity FROM spellings WHERE papers > 0 ORDER BY entity, papers DESC, spelling"
    ):
        spellings[row["entity"]].append(row["spelling"])
    for row in select(db, "SELECT id, name, type, papers FROM entities WHERE papers > 0 ORDER BY id"):
        own = tuple(spellings[row["id"]])
        yield _Node(row["id"], row["name"], row["type"], row["papers"], alias_key(row["name"]), own)


def _is_acronym(text: str) -> bool:
    return is_short(text) and text.isalpha() and text[:-1].isupper() and 1 < len(text) <= _LONGEST_ACRONYM


def _is_phrase(text: str) -> bool:
    return not is_short(text)


def _is_coined(text: str) -> bool:
    """Tell a name with inner capitals or all of them."""
    return is_short(text) and any(c.isupper() for c in text[1:])


def _is_plain(text: str) -> bool:
    """Tell words that hold no capitals but at their beginning, no digits and no signs."""
    return all(word[1:].islower() or len(word) == 1 for word in _WORD.findall(text)) and not _SIGN.search(
        text
    )


def _words(phrase: str) -> frozenset[str]:
    """Return the stems of a phrase but for a kind at its end; in order where that means something."""
    words, telling = list(stems(phrase)), telling_stems(phrase)
    while len(words) > 1 and words[-1] not in telling:
        words.pop()
    return frozenset(["-".join(words), ""]) if _DIRECTED.search(phrase) else frozenset(words)


def _is_slip(one: str, other: str) -> bool:
    """Tell whether two names differ in one word only, and that in one inner letter, dropped or changed."""
    mine, theirs = (_WORD.findall(name.lower()) for name in (one, other))
    different = only_difference(mine, theirs)
    if different is None or not (_is_plain(one) and _is_plain(other)):
        return False
    short, long = different
    if len(short) < SHORTEST_SLIP or len(long) - len(short) > 1:
        return False
    at = next((n for n, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    rest = short[at + (len(short) == len(long)) :]
    return at > 0 and rest != "" and rest == long[at + 1 :]


def _types_agree(a: _Node, b: _Node) -> bool:
    return a.type == b.type or {a.type, b.type} in _ALIKE


def _shortens(short: str, long: str) -> float:
    """Return how surely a name is short for words of which a paper says no more, 0 if it is not.

    >>> [_shortens(*pair) for pair in (("xLSTM", "extended LSTM"), ("M2", "Monarch Mixer"), ("DS", "DS law"))]
    [1.0, 1.0, 0.0]
    >>> _shortens("GRANDE", "GRAdieNt-Based Decision Tree Ensembles")
    0.9
    """
    if alias_key(short) in map(alias_key, long.split()):
        return 0.0  # ScanNet segmentation
    words = long.lower().replace("ex", "x", 1) if long.lower().startswith("ex") else long
    letters = _TIMES.sub(lambda times: times[1] * int(times[2]), short.lower())
    if abbreviates(letters, words) or contracts(short, words):
        return 1.0
    if len(short) < 3 or alias_key(short).startswith(alias_key(long.split()[0])):
        return 0.0  # SGDW, SGD with momentum
    said = next(find_definitions(f"{long} ({short})"), None)
    return 0.9 if said is not None and said.long == (0, len(long)) else 0.0


def _shown(node: _Node) -> Row:
    return {"id": node.id, "name": node.name, "type": node.type, "papers": node.papers}


def _quoted(name: str) -> str:
    from shlex import quote

    return quote(name)
