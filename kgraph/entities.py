"""Usages to entities: which spellings of a whole collection name one thing.

Spellings are one entity when they are one form (`spellings`), when the lexicon says so, or when
a text defines one by the other. Nothing else merges, and no chain of these puts two things into
one that are known to differ: two rows of the lexicon, a row and its `not_aliases`, two forms that
differ in a number or a sign (GPT-3 and GPT-4, LoRA and LoRA+).

A short form that texts define by different long forms has several senses. A usage that holds a
long form goes where the long form goes; a bare short form goes to the sense that overwhelms the
others or that the lexicon gives it, else it stays apart, unresolved.

Everything is a function of the pooled usages, so their order and division change nothing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from kgraph.keys import alias_key, slug
from kgraph.lexicon import Lexicon, Row
from kgraph.records import Entity, Usage
from kgraph.spellings import fold_spellings

_NUMBER_OR_SIGN = re.compile(r"\d[\d.-]*(?:[bkm](?![a-z]))?|(?:plus|star)$")
_PARTICLE = re.compile(r"^(auto|cross|fine|inter|multi|non|pre|self|semi|sub|super)(?=[a-z]{4})")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_ENDING = re.compile(r"(?<=\w{4})(?:ations?|ions?|ers?|ors?)$|(?<=\w{3})(?:ings?|ed|es?|s)$")
_FUNCTION_WORDS = frozenset("a an and as at by for from in of on or over the to under using via with".split())  # noqa: SIM905 - reads better


@dataclass(frozen=True, slots=True)
class Spelling:
    """One spelling of an entity, and the rule by which it is one."""

    spelling: str
    entity: str
    rule: str  # against the entity's name: exact, folded, plural, lexicon or defined
    papers: int  # 0: known from the lexicon only


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the usages of a collection name."""

    entities: list[Entity]  # by id
    entity_of: dict[tuple[str, ...], str]  # the spellings of a usage -> id of its entity
    spellings: list[Spelling]  # by entity, then commonest first


@dataclass(slots=True)
class _Pooled:
    """All usages of the same spellings."""

    papers: int = 0
    papers_by_label: Counter[str] = field(default_factory=Counter)
    score_by_label: Counter[str] = field(default_factory=Counter)


def resolve(usages: Iterable[Usage], lexicon: Lexicon) -> Resolution:
    """Tell which usages name one thing, and give each thing its id, name and type."""
    pooled = _pool(usages)
    collection = _Collection(pooled, lexicon)
    clusters = _cluster(collection)
    members: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for spellings in pooled:
        members[clusters.find(collection.anchor(spellings))].append(spellings)
    drafts = [
        _draft(node, {spellings: pooled[spellings] for spellings in members[node]}, collection, clusters)
        for node in sorted(members)
    ]
    ids = _ids(drafts, collection, lexicon)
    named = sorted(zip(ids, drafts, strict=True), key=lambda pair: pair[0])
    return Resolution(
        [Entity(id_, draft.name, draft.type, draft.aliases, draft.other_types) for id_, draft in named],
        {spellings: id_ for id_, draft in named for spellings in draft.usages},
        [spelling for id_, draft in named for spelling in _spellings(id_, draft, collection)],
    )


def _pool(usages: Iterable[Usage]) -> dict[tuple[str, ...], _Pooled]:
    pooled: dict[tuple[str, ...], _Pooled] = {}
    for usage in usages:
        pool = pooled.setdefault(usage.spellings, _Pooled())
        pool.papers += usage.papers
        pool.papers_by_label[usage.label] += usage.papers
        pool.score_by_label[usage.label] += usage.score
    return dict(sorted(pooled.items()))


class _Collection:
    """The forms of a collection: how often and how each is spelled, which rows claim it."""

    def __init__(self, pooled: Mapping[tuple[str, ...], _Pooled], lexicon: Lexicon) -> None:
        self.papers: Counter[str] = Counter()
        for spellings, pool in pooled.items():
            for spelling in spellings:
                self.papers[spelling] += pool.papers
        together = [spellings for spellings in pooled if len(spellings) > 1]
        self.form_of = fold_spellings(self.papers, together, lexicon.by_key)
        self.text_of: dict[str, str] = {}  # form -> its commonest spelling
        for spelling in sorted(self.papers, key=lambda s: (-self.papers[s], s)):
            self.text_of.setdefault(self.form_of[spelling], spelling)
        self.rows_of = {form: lexicon.by_key[form] for form in self.text_of if form in lexicon.by_key}
        self.groups: Counter[tuple[str, ...]] = Counter()  # the forms of usages -> papers
        for spellings, pool in pooled.items():
            self.groups[self.forms(spellings)] += pool.papers
        self.form_papers: Counter[str] = Counter()
        for forms, papers in self.groups.items():
            self.form_papers.update(dict.fromkeys(forms, papers))

    def forms(self, spellings: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({self.form_of[spelling] for spelling in spellings}))

    def anchor(self, spellings: Iterable[str]) -> str:
        """Return the form that decides what a usage names."""
        return self.read(self.forms(spellings))[0][0]

    def own_forms(self, spellings: Iterable[str]) -> Iterator[str]:
        """Yield the forms of a usage without those that it bears in passing."""
        longs, shorts = self.read(self.forms(spellings))
        yield from (*longs, *shorts)

    def read(self, forms: tuple[str, ...]) -> tuple[list[str], list[str]]:
        """Return the long forms of a usage, the one that decides first, and the short ones that they define.

        Left out are forms that hold all words of another or the reverse ("Transformer
        architecture"): a paper may call its thing so in passing. Where all are short, the
        longest is taken for long.
        """
        if len(forms) == 1:
            return [forms[0]], []
        shorts = {form for form in forms if _is_short(self.text_of[form])}
        kept: dict[str, frozenset[str]] = {}
        for form in sorted(forms, key=lambda form: (not self._spells_out(form, shorts), *self._rank(form))):
            words = frozenset(_stems(self.text_of[form]))
            if not any(words < other or other < words for other in kept.values()):
                kept[form] = words
        longs = [form for form in kept if form not in shorts] or [max(sorted(kept), key=len)]
        return longs, [form for form in kept if form not in longs]

    def _spells_out(self, form: str, shorts: set[str]) -> bool:
        return form not in shorts and "".join(word[0] for word in _stems(self.text_of[form])) in shorts

    def _rank(self, form: str) -> tuple[int, int, str]:
        """Sort forms that one row claims before unknown ones, and homonyms last."""
        rows = len(self.rows_of.get(form, ()))
        return (1, 0, 2)[min(rows, 2)], -self.papers[self.text_of[form]], form


def _is_short(text: str) -> bool:
    """Tell a name like an acronym (LoRA, GPT-4, MS-COCO) from a phrase (state-space, vision transformer)."""
    return " " not in text and ("-" not in text or bool(re.search(r"[A-Z].*[A-Z]|\d", text)))


# ---------------------------------------------------------------------------------------------- clusters


@dataclass(slots=True)
class _Cluster:
    row: Row | None = None
    forms: set[str] = field(default_factory=set)
    marks: dict[str, set[str]] = field(default_factory=dict)  # letters of a form -> its numbers and signs
    banned: set[str] = field(default_factory=set)  # forms that must never come in

    def differs(self, other: "_Cluster") -> bool:
        """Tell whether the two are known to be different things."""
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


class _Clusters:
    """Union-find over forms that refuses to unite what is known to differ."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._cluster: dict[str, _Cluster] = {}

    def __getitem__(self, node: str) -> _Cluster:
        return self._cluster[self.find(node)]

    def add(self, form: str) -> None:
        letters, marks = _NUMBER_OR_SIGN.sub("", form), "|".join(_NUMBER_OR_SIGN.findall(form))
        self._parent[form] = form
        self._cluster[form] = _Cluster(forms={form}, marks={letters: {marks}})

    def add_row(self, row: Row) -> str:
        """Return the node of a row; a tab keeps it apart from all forms."""
        node = f"\t{row.id}"
        if node not in self._parent:
            self._parent[node] = node
            self._cluster[node] = _Cluster(row=row, banned={alias_key(name) for name in row.not_aliases})
        return node

    def find(self, node: str) -> str:
        while (parent := self._parent[node]) != node:
            self._parent[node] = node = self._parent[parent]
        return node

    def differ(self, a: str, b: str) -> bool:
        a, b = self.find(a), self.find(b)
        return a != b and self._cluster[a].differs(self._cluster[b])

    def unite(self, a: str, b: str, *, known: bool = False) -> None:
        """Make one cluster of two unless they differ; what the lexicon says (`known`) needs no check."""
        a, b = self.find(a), self.find(b)
        large, small = sorted((a, b), key=lambda node: (-len(self._cluster[node].forms), node))
        if a == b or (not known and self.differ(a, b)):
            return
        self._parent[small] = large
        self._cluster[large].take(self._cluster.pop(small))


def _cluster(collection: _Collection) -> _Clusters:
    clusters = _Clusters()
    for form in collection.text_of:
        clusters.add(form)
    for form, rows in collection.rows_of.items():
        nodes = [clusters.add_row(row) for row in rows]
        default = [row for row in rows if not row.cues] if len(rows) > 1 else rows
        if len(default) == 1:
            clusters.unite(form, nodes[rows.index(default[0])], known=True)
    defined: dict[str, Counter[str]] = defaultdict(Counter)  # short form -> long form -> papers
    for forms, papers in sorted(collection.groups.items(), key=lambda item: (-item[1], item[0])):
        longs, shorts = collection.read(forms)
        for long in longs[1:]:
            clusters.unite(longs[0], long)
        for short in shorts:
            defined[short][longs[0]] += papers
    for _, longs_of_short in sorted(defined.items()):
        _unite_same_words(longs_of_short, collection, clusters)
    bare_senses = [
        (short, _bare_sense(short, longs, collection, clusters)) for short, longs in sorted(defined.items())
    ]
    for short, sense in bare_senses:
        if sense is not None:
            clusters.unite(short, sense)
    return clusters


def _unite_same_words(longs: Iterable[str], collection: _Collection, clusters: _Clusters) -> None:
    """Unite the long forms of one short form that differ only in endings, function words and order."""
    first: dict[tuple[str, ...], str] = {}
    for long in sorted(longs):
        clusters.unite(first.setdefault(tuple(sorted(_stems(collection.text_of[long]))), long), long)


def _stems(text: str) -> tuple[str, ...]:
    """Reduce a phrase to what its words share with their other endings, numbers apart.

    >>> _stems("Masked Auto-Encoders"), _stems("masking autoencoder 2")
    (('mask', 'auto', 'encod'), ('mask', 'auto', 'encod', '2'))
    >>> _stems("continual learning"), _stems("contrastive learning")
    (('continual', 'learn'), ('contrastiv', 'learn'))
    """
    words = (part for word in _WORD.findall(text.lower()) for part in _PARTICLE.sub(r"\1 ", word).split())
    return tuple(_ENDING.sub("", alias_key(word)) for word in words if word not in _FUNCTION_WORDS) or (text,)


def _bare_sense(short: str, longs: Counter[str], collection: _Collection, clusters: _Clusters) -> str | None:
    """Return the sense that a short form has where nothing defines it, if there is one."""
    senses: Counter[str] = Counter()
    for long, papers in longs.items():
        if not clusters.differ(short, long):
            senses[clusters.find(long)] += papers
    if not senses:
        return None
    (sense, papers), total = max(senses.items(), key=lambda item: (item[1], item[0])), senses.total()
    overwhelming = papers >= 2 and papers * 10 >= total * 9
    rows = collection.rows_of.get(short, [])
    if not rows:
        trusted = overwhelming or (len(senses) == 1 and len(short) > 3)
    else:
        trusted = len(rows) == 1 and overwhelming and not rows[0].cues and not _has_long_form(rows[0])
    return sense if trusted else None


def _has_long_form(row: Row) -> bool:
    return not all(_is_short(spelling) for spelling in row.spellings)


# ------------------------------------------------------------------------------------- names, types, ids


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entity before it has an id."""

    row: Row | None
    name: str
    expansion: str | None  # its commonest long form, if it is not the name
    type: str
    aliases: tuple[str, ...]
    other_types: tuple[str, ...]
    papers: Counter[str]  # spelling -> papers
    own_forms: frozenset[str]  # those that its usages do not bear merely in passing
    usages: tuple[tuple[str, ...], ...]


def _draft(
    node: str, usages: Mapping[tuple[str, ...], _Pooled], collection: _Collection, clusters: _Clusters
) -> _Draft:
    row = clusters[node].row
    papers: Counter[str] = Counter()
    form_papers: Counter[str] = Counter()
    for spellings, pool in usages.items():
        for spelling in spellings:
            papers[spelling] += pool.papers
        for form in collection.own_forms(spellings):
            if not clusters.differ(node, form):
                form_papers[form] += pool.papers
    by_papers = sorted(papers, key=lambda spelling: (-papers[spelling], spelling))
    form, *others = _by_fitness(form_papers, collection)
    name = row.name if row else _text(form, papers, collection)
    expansions = (_text(other, papers, collection) for other in others)
    type_, other_types = _types(usages.values(), row)
    return _Draft(
        row=row,
        name=name,
        expansion=next((text for text in expansions if not _is_short(text)), None),
        type=type_,
        aliases=tuple(spelling for spelling in by_papers if spelling != name),
        other_types=other_types,
        papers=papers,
        own_forms=frozenset(form_papers),
        usages=tuple(usages),
    )


def _by_fitness(papers: Counter[str], collection: _Collection) -> list[str]:
    """Sort forms by papers, but first the one to name the entity by: short if that is half as common.

    A form that nearly always means another entity is no name.
    """
    ranked = sorted(papers, key=lambda form: (-papers[form], form))
    mine = [form for form in ranked if papers[form] * 10 > collection.form_papers[form]] or ranked
    shorts = (form for form in mine if _is_short(collection.text_of[form]))
    name = next((form for form in shorts if papers[form] * 2 >= papers[mine[0]]), mine[0])
    return [name, *(form for form in ranked if form != name)]


def _text(form: str, papers: Counter[str], collection: _Collection) -> str:
    """Return the commonest spelling of a form, a singular if it is a quarter as common as a plural."""
    ranked = sorted(
        (s for s in papers if collection.form_of[s] == form),
        key=lambda spelling: (-papers[spelling], spelling),
    )
    singular = next((s for s in ranked if alias_key(s) == form), ranked[0])
    return singular if papers[singular] * 4 >= papers[ranked[0]] else ranked[0]


def _types(pools: Iterable[_Pooled], row: Row | None) -> tuple[str, tuple[str, ...]]:
    """Return the type by pooled evidence and the others that were seen.

    The lexicon's type holds unless five times the evidence, from five papers or more, speaks against it.
    """
    papers: Counter[str] = Counter()
    scores: Counter[str] = Counter()
    for pool in pools:
        papers += pool.papers_by_label
        scores += pool.score_by_label
    ranked = sorted(papers, key=lambda label: (-scores[label], -papers[label], label))
    type_ = ranked[0]
    if row and not (papers[type_] >= 5 and scores[type_] > 5 * scores[row.type]):
        type_ = row.type
    return type_, tuple(label for label in ranked if label != type_)


def _ids(drafts: list[_Draft], collection: _Collection, lexicon: Lexicon) -> list[str]:
    """Return the id of each draft: its row's, else the slug of its name (a homonym's: and its expansion)."""
    owners = Counter(form for draft in drafts for form in draft.own_forms)
    slugs = [draft.row.id if draft.row else _slug(draft, collection, owners) for draft in drafts]
    bearers = Counter(slugs) + Counter(row.id for row in lexicon.rows) + Counter({"": 2})
    return [
        f"entity:{slug_}" if draft.row or bearers[slug_] == 1 else f"entity:{_with_digest(slug_, draft)}"
        for slug_, draft in zip(slugs, drafts, strict=True)
    ]


def _slug(draft: _Draft, collection: _Collection, owners: Mapping[str, int]) -> str:
    form = collection.form_of[draft.name]
    if owners[form] == 1 and form not in collection.rows_of:
        return slug(draft.name)
    return slug(f"{draft.name} {draft.expansion or 'unresolved'}")


def _with_digest(slug_: str, draft: _Draft) -> str:
    """Add what no other entity has: a digest of its first usage."""
    digest = sha256("\n".join(draft.usages[0]).encode()).hexdigest()[:6]
    return f"{slug_}-{digest}".lstrip("-")


def _spellings(id_: str, draft: _Draft, collection: _Collection) -> Iterator[Spelling]:
    name_key = alias_key(draft.name)
    name_form = collection.form_of.get(draft.name, name_key)
    row_keys = {alias_key(spelling) for spelling in draft.row.spellings} if draft.row else set()
    for spelling, papers in sorted(draft.papers.items(), key=lambda item: (-item[1], item[0])):
        if spelling == draft.name:
            rule = "exact"
        elif alias_key(spelling) == name_key:
            rule = "folded"
        elif collection.form_of[spelling] == name_form:
            rule = "plural"
        else:
            rule = "lexicon" if collection.form_of[spelling] in row_keys else "defined"
        yield Spelling(spelling, id_, rule, papers)
    if draft.row:
        for spelling in sorted(set(draft.row.spellings) - set(draft.papers)):
            yield Spelling(spelling, id_, "exact" if spelling == draft.name else "lexicon", 0)
