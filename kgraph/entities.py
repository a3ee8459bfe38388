"""Usages to entities: which spellings of a whole collection name one thing.

Spellings are one entity when they are one form (`spellings`), when the lexicon says so, or when
a text defines one by the other. Nothing else merges, and no chain of these puts two things into
one that are known to differ: two rows of the lexicon, a row and its `not_aliases`, two forms that
differ in a number or a sign (GPT-3 and GPT-4, LoRA and LoRA+).

A short form that texts define by different long forms has several senses. A usage that holds a
long form goes where the long form goes; a bare short form goes to the sense that its paper chose
(`senses`), to the one that overwhelms the others or that the lexicon gives it, else it stays apart,
unresolved.

What a person says (`corrections`) goes before all of it.

Everything is a function of the pooled usages, so their order and division change nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from kgraph.clusters import Clusters
from kgraph.corrections import Corrections
from kgraph.forms import ELSEWHERE, bare, is_own, paper_of, sense_in, with_sense
from kgraph.keys import alias_key, slug
from kgraph.lexicon import Lexicon, Row
from kgraph.readings import Forms, Reading, spells_out
from kgraph.records import Entity, Usage
from kgraph.spellings import is_short, telling_stems

Use = tuple[tuple[str, ...], str]  # the spellings of a usage, and its sense


@dataclass(frozen=True, slots=True)
class Spelling:
    """One spelling of an entity, and the rule by which it is one."""

    spelling: str
    entity: str
    rule: str  # against the entity's name: exact, folded, plural, alias (a person), lexicon or defined
    papers: int  # 0: known from the lexicon only


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the usages of a collection name."""

    entities: list[Entity]  # by id
    entity_of: dict[Use, str]  # -> id of its entity
    spellings: list[Spelling]  # by entity, then commonest first
    rule_of: dict[tuple[str, str], str] = field(default_factory=dict)  # entity, spelling -> rule
    shared: frozenset[str] = frozenset()  # spellings of several entities
    ignored: frozenset[Use] = frozenset()  # that a person says are no entities

    def decide(self, use: Use, spelling: str) -> tuple[str | None, str]:
        """Return what one spelling of a usage names, and the rule that decided so."""
        entity = self.entity_of.get(use)
        spellings, sense = use
        if entity is None:
            return None, "ignored" if use in self.ignored else "unresolved"
        if sense:
            return entity, "context"
        if spelling in self.shared and len(spellings) > 1:
            return entity, "defined"
        return entity, self.rule_of[entity, spelling]


@dataclass(slots=True)
class _Pooled:
    """All usages of the same spellings."""

    papers: int = 0
    by_label: dict[str, tuple[int, int]] = field(default_factory=dict)  # papers and score


def resolve(
    usages: Iterable[Usage],
    lexicon: Lexicon,
    corrections: Corrections | None = None,
    forms: Forms | None = None,
) -> Resolution:
    """Tell which usages name one thing, and give each thing its id, name and type.

    `forms` are those of the same usages, without or with their senses.
    """
    corrections = corrections or Corrections()
    usages = list(usages)
    pooled = _pool(usages)
    collection = _Collection(pooled, forms or Forms(usages, lexicon, corrections))
    clusters = _cluster(collection, corrections)
    members = _members(pooled, collection, clusters)
    merges = {clusters.find(merge.nodes[0]): merge for merge in _merges(collection, clusters, corrections)}
    drafts = [
        _whole(merges.get(node), node, {use: pooled[use] for use in members[node]}, collection, clusters)
        for node in sorted(members)
    ]
    drafts = _overruled(drafts, sorted(members), collection, clusters, corrections)
    ids = _ids(drafts, collection)
    nothing = {clusters.find(node) for name in corrections.ignored for node in collection.every_node(name)}
    by_id = sorted(zip(ids, drafts, sorted(members), strict=True), key=lambda one: one[0])
    named = [(id_, draft) for id_, draft, node in by_id if node not in nothing]
    said = {bare(node) for names in corrections.merged for name in names for node in collection.nodes(name)}
    rows = [row for id_, draft in named for row in _spellings(id_, draft, collection, said)]
    owners = Counter(row.spelling for row in rows if row.papers)
    return Resolution(
        [Entity(id_, draft.name, draft.type, draft.aliases, draft.other_types) for id_, draft in named],
        {use: id_ for id_, draft in named for use in draft.usages},
        rows,
        {(row.entity, row.spelling): row.rule for row in rows},
        frozenset(spelling for spelling, entities in owners.items() if entities > 1),
        frozenset(use for node in nothing & members.keys() for use in members[node]),
    )


def find_senses(
    usages: Iterable[Usage],
    lexicon: Lexicon,
    corrections: Corrections | None = None,
    forms: Forms | None = None,
) -> dict[str, dict[str, list[frozenset[str]]]]:
    """Return by what texts define short forms: short form -> a long form of each sense -> telling stems.

    The stems are those of all long forms of the sense.
    """
    corrections = corrections or Corrections()
    usages = list(usages)
    collection = _Collection(_pool(usages), forms or Forms(usages, lexicon, corrections))
    clusters = _cluster(collection, corrections)
    senses: dict[str, dict[str, list[frozenset[str]]]] = {}
    for short, longs in sorted(_defined(collection).items()):
        of_short = senses.setdefault(short, {})
        representative: dict[str, str] = {}
        for long in sorted(longs):
            if _means(short, long, longs[long], collection):
                first = representative.setdefault(clusters.find(long), long)
                of_short.setdefault(first, []).append(telling_stems(collection.text_of[long]))
    return {short: longs for short, longs in senses.items() if longs}


def _members(
    pooled: Mapping[Use, _Pooled], collection: "_Collection", clusters: Clusters
) -> dict[str, list[Use]]:
    """Return the usages of each cluster: a usage goes where its first form goes.

    If a person keeps one of its forms out of there, or apart from a form that another usage brought along, it
    goes where its next form goes, else into a cluster of its own.
    """
    members: dict[str, list[Use]] = defaultdict(list)
    brought: dict[str, set[str]] = defaultdict(set)  # cluster -> forms of its usages that a person told apart
    for use in sorted(pooled, key=lambda use: (-pooled[use].papers, use)):
        ways = [clusters.find(form) for form in sum(collection.reading_of[use], ())]
        home = ways[0]
        forms = [collection.form_of[spelling] for spelling in use[0]]
        told = {node for form in forms if clusters.apart(node := with_sense(form, use[1]))}
        if told:
            banned = {other for form in told for other in clusters.apart(form)}
            free = (
                way for way in ways if not clusters.keeps_out(way, told) and banned.isdisjoint(brought[way])
            )
            home = next(free, "\n".join((home, *sorted(told))))  # no form holds a line break
            brought[home] |= told
        members[home].append(use)
    return {home: sorted(uses) for home, uses in members.items()}


def _pool(usages: Iterable[Usage]) -> dict[Use, _Pooled]:
    pooled: dict[Use, _Pooled] = {}
    for usage in usages:
        pool = pooled.setdefault((usage.spellings, usage.sense), _Pooled())
        papers, score = pool.by_label.get(usage.label, (0, 0))
        pool.papers += usage.papers
        pool.by_label[usage.label] = papers + usage.papers, score + usage.score
    return dict(sorted(pooled.items()))


class _Collection:
    """The forms of a collection, those with senses too, and what usages say by them."""

    def __init__(self, pooled: Mapping[Use, _Pooled], forms: Forms) -> None:
        self.forms, self.papers, self.key_of, self.form_of = forms, forms.papers, forms.key_of, forms.form_of
        self.rows_of = forms.rows_of
        self.text_of = dict(forms.text_of)
        self.sense_of: dict[str, str] = {}  # form with a sense -> the sense
        self._sensed: dict[str, list[str]] = defaultdict(list)  # form -> the same with its senses
        self.reading_of: dict[Use, Reading] = {}  # -> what it says
        self.readings: Counter[Reading] = Counter()  # -> papers
        self.form_papers: Counter[str] = Counter()
        for use, pool in pooled.items():
            spellings, sense = use
            if sense:
                named: Collection[str] = {
                    self._with_sense(self.form_of[spelling], sense) for spelling in spellings
                }
                reading = forms.read(named, self.text_of)
            else:
                named, reading = forms.reading(spellings)
            self.reading_of[use] = reading
            self.readings[reading] += pool.papers
            for form in named:
                self.form_papers[form] += pool.papers

    def _with_sense(self, form: str, sense: str) -> str:
        sensed = with_sense(form, sense)
        if sense:
            self.text_of.setdefault(sensed, self.text_of[form])
            if sensed not in self.sense_of:
                self._sensed[form].append(sensed)
            self.sense_of[sensed] = sense
        return sensed

    def nodes(self, key: str) -> list[str]:
        """Return what corrections mean by the key of a name.

        Its form; where no paper uses it bare, what single papers mean by it.
        """
        form, *own = self.every_node(key)
        return [form] if self.form_papers[form] or not own else own

    def every_node(self, key: str) -> list[str]:
        """Return the form of a name, or the node of a row, and what single papers mean by the name."""
        said = sense_in(key)
        form = self.forms.form_of_key.get(bare(key), bare(key))
        if said:
            return [form if said == ELSEWHERE else with_sense(form, said)]
        own = (sensed for sensed in self._sensed.get(form, ()) if is_own(self.sense_of[sensed]))
        return [form, *sorted(own)]

    def in_use(self, nodes: Iterable[str]) -> bool:
        """Tell whether a paper uses one of these forms, or a name of one of these rows."""
        return any(
            any(alias_key(name) in self.forms.form_of_key for name in self.forms.rows[node[1:]].spellings)
            if node.startswith("\t")
            else self.form_papers[node]
            for node in nodes
        )

    def row_meant(self, key: str) -> Row | None:
        """Return the row that corrections mean by the key of a name, if there is one."""
        return None if paper_of(key) is not None else self.forms.row_meant(key)

    def spells_out(self, form: str, short: str) -> bool:
        return spells_out(form, {short}, self.text_of)


# ---------------------------------------------------------------------------------------------- clusters


def _cluster(collection: _Collection, corrections: Corrections) -> Clusters:
    clusters = Clusters(_apart(collection, corrections))
    for merge in _merges(collection, clusters, corrections):
        for other in (*merge.nodes, *merge.others):
            clusters.join(merge.nodes[0], other)
    for form, rows in collection.rows_of.items():
        nodes = [clusters.add(row) for row in rows]
        default = [row for row in rows if not row.cues] if len(rows) > 1 else rows
        default = default or [row for row in rows if collection.text_of[form] in row.spellings]
        if len(default) == 1:
            clusters.unite(form, nodes[rows.index(default[0])], known=True)
    for form, sense in sorted(collection.sense_of.items()):
        kind, _, chosen = sense.partition(":")
        if kind == "row":
            clusters.unite(form, clusters.add(collection.forms.rows[chosen]), known=True)
        elif kind == "long":
            clusters.unite(form, chosen)
    defined = _defined(collection)
    said = (reading for reading in collection.readings if len(reading.longs) > 1)
    for longs, _ in sorted(said, key=lambda reading: (-collection.readings[reading], reading)):
        for long in longs[1:]:
            clusters.unite(longs[0], long)
    for short, longs_of_short in sorted(defined.items()):
        _unite_same_words(short, longs_of_short, collection, clusters)
    bare_senses = [
        (short, _bare_sense(short, longs, collection, clusters)) for short, longs in sorted(defined.items())
    ]
    for short, bare_sense in bare_senses:
        if bare_sense is not None:
            clusters.unite(short, bare_sense)
    return clusters


@dataclass(frozen=True, slots=True)
class _Merge:
    """What a person made one."""

    nodes: tuple[str, ...]  # of the name that it goes by
    others: tuple[str, ...]
    text: str | None  # that name, as a person wrote it
    rows: tuple[Row, ...]
    refused: frozenset[str]  # keys that a person keeps apart from it


def _merges(collection: _Collection, clusters: Clusters, corrections: Corrections) -> Iterator[_Merge]:
    for names in corrections.merged:
        nodes, rows = [], []
        for name in names:
            of_name = [] if name.startswith("\t") else collection.nodes(name)
            row = collection.row_meant(name)
            if row is not None:
                rows.append(row)
                of_name.append(clusters.add(row))
            nodes.append(tuple(of_name))
        first = next((of_name for of_name in nodes if of_name), None)
        gone = sense_in(names[0]) and not collection.in_use(nodes[0])
        if gone:  # with its paper; a plain name in no paper is one that a person gave to all of it
            first = next(filter(collection.in_use, nodes), first)
        if first is not None:
            yield _Merge(
                first,
                tuple(node for of_name in nodes for node in of_name if node not in first),
                None if gone else corrections.heads.get(names[0]),
                tuple(dict.fromkeys(rows)),
                frozenset(other for name in names for other in corrections.apart.get(name, ())),
            )


def _apart(collection: _Collection, corrections: Corrections) -> dict[str, frozenset[str]]:
    """Return both ways which nodes a person keeps apart."""
    apart: dict[str, set[str]] = defaultdict(set)
    for name, others in corrections.apart.items():
        for node in collection.nodes(name):
            apart[node] |= {far for other in others for far in collection.nodes(other)} - {node}
    return {node: frozenset(others) for node, others in apart.items()}


def _defined(collection: _Collection) -> dict[str, Counter[str]]:
    """Return by which long forms papers define each short form: short form -> long form -> papers."""
    defined: dict[str, Counter[str]] = defaultdict(Counter)
    for (longs, shorts), papers in collection.readings.items():
        for short in shorts:
            defined[short][longs[0]] += papers
    return defined


def _means(short: str, long: str, papers: int, collection: _Collection) -> bool:
    """Say whether a long form is a sense of a short one for other papers too; a slip in one is none."""
    if is_short(collection.text_of[long]):
        return False
    return papers > 1 or (collection.spells_out(long, short) and short not in collection.rows_of)


def _unite_same_words(short: str, longs: Iterable[str], collection: _Collection, clusters: Clusters) -> None:
    """Unite the long forms of one short form that differ only in endings, order and words that say little.

    "General Language Understanding Evaluation benchmark" is GLUE as well.
    """
    first: dict[frozenset[str], str] = {}
    for row in collection.rows_of.get(short, ()):
        for spelling in row.spellings:
            first.setdefault(telling_stems(spelling), clusters.add(row))
    for long in sorted(longs):
        clusters.unite(first.setdefault(telling_stems(collection.text_of[long]), long), long)


def _bare_sense(short: str, longs: Counter[str], collection: _Collection, clusters: Clusters) -> str | None:
    """Return the sense that a short form has where nothing defines it, if there is one."""
    senses: Counter[str] = Counter()
    for long, papers in longs.items():
        if not clusters.differ(short, long):
            senses[clusters.find(long)] += papers
    if not senses:
        return None
    (sense, papers), total = max(senses.items(), key=lambda item: (item[1], item[0])), senses.total()
    foremost = max(
        (long for long in longs if clusters.find(long) == sense), key=lambda long: (longs[long], long)
    )
    overwhelming = papers >= 2 and papers * 10 >= total * 9
    rows = collection.rows_of.get(short, [])
    if not rows:
        trusted = overwhelming or (len(senses) == 1 and len(short) > 3)
    else:
        trusted = len(rows) == 1 and overwhelming and not rows[0].cues and not _has_long_form(rows[0])
    return foremost if trusted else None


def _has_long_form(row: Row) -> bool:
    return not all(is_short(spelling) for spelling in row.spellings)


# ------------------------------------------------------------------------------------- names, types, ids


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entity before it has an id."""

    row: Row | None
    known: tuple[str, ...]  # spellings that the lexicon gives it
    name: str
    expansion: str | None  # its commonest long form, if it is not the name
    type: str
    own_type: str  # whatever a person says
    aliases: tuple[str, ...]
    other_types: tuple[str, ...]
    papers: Counter[str]  # spelling -> papers
    own_forms: frozenset[str]  # those that its usages do not bear merely in passing
    usages: tuple[Use, ...]
    coined: bool  # no paper that leaves open what it means names it
    slug: str = ""  # by which it goes, if it has no row and names alone do not tell


def _whole(
    merge: _Merge | None,
    node: str,
    usages: Mapping[Use, _Pooled],
    collection: _Collection,
    clusters: Clusters,
) -> _Draft:
    """Draft an entity; what a person merged is what its first name was, with all that the others bring."""
    if merge is None:
        return _draft(node, clusters.row(node), usages, collection, clusters)
    mine = {clusters.own(node) for node in merge.nodes}
    row = next((row for row in map(clusters.row, merge.nodes) if row is not None), None)
    first = {
        use: pool
        for use, pool in usages.items()
        if clusters.own(_home(use, node, collection, clusters)) in mine
    }
    rows = list(dict.fromkeys(one for one in (row, *merge.rows) if one is not None))
    whole = _draft(node, rows[0] if rows else None, usages, collection, clusters, joined=True)
    if first:
        head = _draft(node, row, first, collection, clusters, joined=True)
    else:
        name = row.name if row else merge.text or whole.name
        head = replace(whole, row=row, name=name, expansion=None)
    slug_ = "" if row or head.coined or not rows else slug(head.name)
    if slug_ in collection.forms.rows:
        slug_, row = "", replace(rows[0], name=head.name)
    spellings = dict.fromkeys(spelling for one in rows for spelling in one.spellings)
    headed = set(head.usages)
    return replace(
        _renamed(whole, head.name),
        row=row,
        slug=slug_,
        coined=head.coined,
        known=tuple(spelling for spelling in spellings if alias_key(spelling) not in merge.refused),
        expansion=head.expansion,
        own_type=head.own_type,
        usages=(*head.usages, *(use for use in whole.usages if use not in headed)),
    )


def _home(use: Use, node: str, collection: _Collection, clusters: Clusters) -> str:
    """Return the form of a usage that brought it to the cluster of a node, or the node."""
    forms = sum(collection.reading_of[use], ())
    return next((form for form in forms if clusters.find(form) == node), node)


def _draft(
    node: str,
    row: Row | None,
    usages: Mapping[Use, _Pooled],
    collection: _Collection,
    clusters: Clusters,
    joined: bool = False,
) -> _Draft:
    papers: Counter[str] = Counter()
    form_papers: Counter[str] = Counter()
    for use, pool in usages.items():
        for spelling in use[0]:
            papers[spelling] += pool.papers
        home = _home(use, node, collection, clusters) if joined else node
        for form in sum(collection.reading_of[use], ()):
            if not clusters.differ(home, form):
                form_papers[form] += pool.papers
    by_papers = sorted(papers, key=lambda spelling: (-papers[spelling], spelling))
    form, *others = _by_fitness(form_papers, collection)
    name = row.name if row else _text(form, papers, collection)
    expansions = (_text(other, papers, collection) for other in others)
    type_, other_types = _types(usages.values(), row)
    return _Draft(
        row=row,
        known=row.spellings if row else (),
        name=name,
        expansion=next((text for text in expansions if not is_short(text)), None),
        type=type_,
        own_type=type_,
        aliases=tuple(spelling for spelling in by_papers if spelling != name),
        other_types=other_types,
        papers=papers,
        own_forms=frozenset(form_papers),
        usages=tuple(usages),
        coined=all(sense for _, sense in usages),
    )


def _overruled(
    drafts: list[_Draft],
    nodes: Iterable[str],
    collection: _Collection,
    clusters: Clusters,
    corrections: Corrections,
) -> list[_Draft]:
    """Give entities the names and types that a person chose for them."""
    names, types = (
        {
            clusters.find(node): said[name]
            for name in sorted(said, key=lambda name: (bool(sense_in(name)), name))  # the closest last
            for node in collection.nodes(name)
            if not sense_in(name) or collection.in_use([node])
        }
        for said in (corrections.names, corrections.types)
    )
    return [
        _renamed(
            _retyped(draft, types.get(node, draft.type)),
            names.get(node) or draft.name,
        )
        for node, draft in zip(nodes, drafts, strict=True)
    ]


def _retyped(draft: _Draft, type_: str) -> _Draft:
    if type_ == draft.type:
        return draft
    return replace(
        draft, type=type_, other_types=(draft.type, *(other for other in draft.other_types if other != type_))
    )


def _renamed(draft: _Draft, name: str) -> _Draft:
    if name == draft.name:
        return draft
    by_papers = sorted(draft.papers, key=lambda spelling: (-draft.papers[spelling], spelling))
    return replace(draft, name=name, aliases=tuple(spelling for spelling in by_papers if spelling != name))


def _by_fitness(papers: Counter[str], collection: _Collection) -> list[str]:
    """Sort forms by papers, but first the one to name the entity by: short if that is half as common.

    A form that mostly means another entity is no name.
    """
    ranked = sorted(papers, key=lambda form: (-papers[form], form))
    mine = [form for form in ranked if papers[form] * 4 > collection.form_papers[form]] or ranked
    shorts = (form for form in mine if is_short(collection.text_of[form]))
    name = next((form for form in shorts if papers[form] * 2 >= papers[mine[0]]), mine[0])
    return [name, *(form for form in ranked if form != name)]


def _text(form: str, papers: Counter[str], collection: _Collection) -> str:
    """Return the commonest spelling of a form, a singular if it is a quarter as common as a plural."""
    ranked = sorted(
        (s for s in papers if collection.form_of[s] == bare(form)),
        key=lambda spelling: (-papers[spelling], spelling),
    )
    singular = next((s for s in ranked if collection.key_of[s] == bare(form)), ranked[0])
    return singular if papers[singular] * 4 >= papers[ranked[0]] else ranked[0]


def _types(pools: Iterable[_Pooled], row: Row | None) -> tuple[str, tuple[str, ...]]:
    """Return the type by pooled evidence and the others that were seen.

    The lexicon's type holds unless five times the evidence, from five papers or more, speaks against it.
    """
    papers: Counter[str] = Counter()
    scores: Counter[str] = Counter()
    for pool in pools:
        for label, (of_label, score) in pool.by_label.items():
            papers[label] += of_label
            scores[label] += score
    ranked = sorted(papers, key=lambda label: (-scores[label], -papers[label], label))
    type_ = ranked[0]
    if row and not (papers[type_] >= 5 and scores[type_] > 5 * scores[row.type]):
        type_ = row.type
    return type_, tuple(label for label in ranked if label != type_)


def _ids(drafts: list[_Draft], collection: _Collection) -> list[str]:
    """Return the id of each draft: its row's, else the slug of its name (a homonym's: and its expansion)."""
    owners = Counter(form for draft in drafts for form in {bare(form) for form in draft.own_forms})
    slugs = [
        draft.row.id if draft.row else draft.slug or _slug(draft, collection, owners) for draft in drafts
    ]
    bearers = Counter(slugs) + Counter(collection.forms.rows.keys()) + Counter({"": 2})
    return [
        f"entity:{slug_}" if draft.row or bearers[slug_] == 1 else f"entity:{_with_digest(slug_, draft)}"
        for slug_, draft in zip(slugs, drafts, strict=True)
    ]


def _slug(draft: _Draft, collection: _Collection, owners: Mapping[str, int]) -> str:
    form = collection.form_of.get(draft.name, alias_key(draft.name))
    if owners[form] <= 1 and form not in collection.rows_of:
        return slug(draft.name)
    return slug(f"{draft.name} {draft.expansion or (draft.own_type if draft.coined else 'unresolved')}")


def _with_digest(slug_: str, draft: _Draft) -> str:
    """Add what no other entity has: a digest of its first usage."""
    spellings, sense = draft.usages[0]
    digest = sha256("\n".join([*spellings, sense] if sense else spellings).encode()).hexdigest()[:6]
    return f"{slug_}-{digest}".lstrip("-")


def _spellings(id_: str, draft: _Draft, collection: _Collection, said: set[str]) -> Iterator[Spelling]:
    name_key = alias_key(draft.name)
    name_form = collection.form_of.get(draft.name, name_key)
    row_keys = {alias_key(spelling) for spelling in draft.known}
    for spelling, papers in sorted(draft.papers.items(), key=lambda item: (-item[1], item[0])):
        if spelling == draft.name:
            rule = "exact"
        elif collection.key_of[spelling] == name_key:
            rule = "folded"
        elif collection.form_of[spelling] == name_form:
            rule = "plural"
        elif collection.form_of[spelling] in said:
            rule = "alias"
        else:
            rule = "lexicon" if collection.form_of[spelling] in row_keys else "defined"
        yield Spelling(spelling, id_, rule, papers)
    for spelling in sorted(({*draft.known, draft.name}) - set(draft.papers)):
        yield Spelling(spelling, id_, "exact" if spelling == draft.name else "lexicon", 0)
