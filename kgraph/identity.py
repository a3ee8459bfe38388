"""Which records are one paper, and what it is called: decided by ids and titles, in no order of arrival.

Records that share an id are one. Then records of one title are, unless they are known to differ. An id that
records of different titles share is no id.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain
from typing import TypeVar

from kgraph.identifiers import SCHEMES, own_id
from kgraph.keys import slug
from kgraph.records import Paper

Item = TypeVar("Item")
AbstractOf = Callable[[str], str]  # the abstract of a record; asked for only where titles do not decide

# Of the long words of the shorter text, the share in the other: of 15 pairs of conference papers that share a
# title, 14 have 0.7 and more, the last ("Plenary and Keynote Talks") none; of 5,000 random pairs one has 0.3.
_ALIKE = 0.3
_LONG = re.compile(r"\w{5,}")
_FEWEST_WORDS = 8


@dataclass(frozen=True, slots=True)
class RecordKey:
    """What a record is known by."""

    record: str  # any text that tells it from the others
    own: str  # the record's own id, "" if it has none
    ids: tuple[str, ...]
    title: str  # normalised


@dataclass(frozen=True, slots=True)
class Identity:
    """One paper: its id, every id that it is known by, and its records."""

    id: str
    ids: tuple[str, ...]
    records: tuple[str, ...]


def merge_records(records: Iterable[Paper]) -> list[Paper]:
    """Return the papers that records are of, by id, whatever the order of the records.

    >>> [paper.id for paper in merge_records([Paper("1", "On A"), Paper("None", "On B"), Paper("", "On a.")])]
    ['1', 'title:on-b-57a3f7d2']
    """
    numbered = {str(number): record for number, record in enumerate(records)}
    keys = (record_key(number, record) for number, record in numbered.items())
    papers = identify(keys, lambda number: numbered[number].abstract)
    return [merge(paper.id, paper.ids, [numbered[number] for number in paper.records]) for paper in papers]


def title_key(title: str) -> str:
    """Normalise a title: case, accents and punctuation go, words, digits and `+` stay.

    >>> title_key("SAM 2: Segment Anything!"), title_key("Qwen2.5  Report"), title_key("Erdős–Rényi")
    ('sam 2 segment anything', 'qwen2 5 report', 'erdos renyi')
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[^\w+]+|_", " ", bare).strip() or title.strip()


def record_key(record: str, paper: Paper) -> RecordKey:
    """Return what a source record is known by."""
    own = own_id(paper.id)
    return RecordKey(
        record, "" if own in paper.ids else own, tuple(sorted(set(paper.ids))), title_key(paper.title)
    )


def identify(keys: Iterable[RecordKey], abstract_of: AbstractOf) -> list[Identity]:
    """Return the papers that these records are of, by id."""
    keys = sorted(keys, key=lambda key: key.record)
    bad = _shared_by_different(keys, abstract_of)
    good = [key if bad.isdisjoint(_known(key)) else _without(key, bad) for key in keys]
    by_ids = _connected([(key, _known(key) or {title_id(key.title)}) for key in good])
    by_titles = _connected([(group, {key.title for key in group}) for group in by_ids])
    groups = chain.from_iterable(
        [[*chain.from_iterable(groups)]] if _one_paper(groups, abstract_of) else groups
        for groups in by_titles
    )
    return sorted(map(_identity, groups), key=lambda paper: paper.id)


def _known(key: RecordKey) -> set[str]:
    return {*key.ids, key.own} - {""}


def _without(key: RecordKey, bad: set[str]) -> RecordKey:
    ids = tuple(id_ for id_ in key.ids if id_ not in bad)
    return replace(key, own="" if key.own in bad else key.own, ids=ids)


def title_id(title: str) -> str:
    """Return the id of a paper that is known by nothing but its title, normalised."""
    digest = blake2b(title.encode(), digest_size=4).hexdigest()
    return f"title:{slug(title)[:60].strip('-')}-{digest}"


def _connected(items: Iterable[tuple[Item, Iterable[str]]]) -> list[list[Item]]:
    """Return the items in groups: two that bear the same mark are in one, and so on from these."""
    leader: dict[str, str] = {}

    def find(mark: str) -> str:
        while (above := leader.setdefault(mark, mark)) != mark:
            leader[mark] = leader[above]
            mark = above
        return mark

    placed = []
    for item, marks in items:
        first, *others = (find(mark) for mark in marks)
        for other in others:
            leader[find(other)] = find(first)
        placed.append((item, first))
    groups: dict[str, list[Item]] = defaultdict(list)
    for item, mark in placed:
        groups[find(mark)].append(item)
    return list(groups.values())


def _shared_by_different(keys: Iterable[RecordKey], abstract_of: AbstractOf) -> set[str]:
    """Return the ids that are none: own ids of records of different titles, known ids of unlike records."""
    bearers: dict[str, list[RecordKey]] = defaultdict(list)
    for key in keys:
        for id_ in _known(key):
            bearers[id_].append(key)
    return {
        id_
        for id_, records in bearers.items()
        if len({key.title for key in records}) > 1
        and (any(key.own == id_ for key in records) or not _alike_to_first(records, abstract_of))
    }


def _alike_to_first(records: Sequence[RecordKey], abstract_of: AbstractOf) -> bool:
    """Tell whether records that share a known id may be one work.

    A paper may change its title; but a publisher may also give all papers of a volume one DOI.
    """
    first, *rest = records
    return all(
        _alike(first.title, other.title, fewest=1)
        or _alike(abstract_of(first.record), abstract_of(other.record), fewest=_FEWEST_WORDS)
        for other in rest
    )


def _one_paper(groups: Sequence[Sequence[RecordKey]], abstract_of: AbstractOf) -> bool:
    """Tell whether groups that a title joins are one paper: not with two arXiv ids, nor unlike abstracts."""
    if len(groups) == 1:
        return True
    if sum(any(id_.startswith("arxiv:") for key in group for id_ in key.ids) for group in groups) > 1:
        return False
    abstracts = [max((abstract_of(key.record) for key in group), key=_length_then_text) for group in groups]
    longest = max(abstracts, key=_length_then_text)
    return all(_alike(longest, abstract, fewest=_FEWEST_WORDS, unsure=True) for abstract in abstracts)


def _alike(one: str, other: str, *, fewest: int, unsure: bool = False) -> bool:
    """Tell whether two texts share their words; `unsure` is the answer where one has fewer words."""
    words = [set(_LONG.findall(text.casefold())) for text in (one, other)]
    shorter = min(map(len, words))
    return unsure if shorter < fewest else len(words[0] & words[1]) >= _ALIKE * shorter


def _length_then_text(text: str) -> tuple[int, str]:
    return len(text), text


def _identity(keys: Sequence[RecordKey]) -> Identity:
    ids = {id_ for key in keys for id_ in key.ids}
    own = {key.own for key in keys} - {""}
    best = min(ids, key=_preference, default="")
    if not best or _preference(best)[0] == len(SCHEMES):
        best = min(own or ids or {min(title_id(key.title) for key in keys)})
    return Identity(best, tuple(sorted(ids | own)), tuple(sorted(key.record for key in keys)))


def _preference(id_: str) -> tuple[int, str]:
    scheme = id_.partition(":")[0]
    return (SCHEMES.index(scheme) if scheme in SCHEMES else len(SCHEMES)), id_


def merge(id_: str, ids: tuple[str, ...], records: Sequence[Paper]) -> Paper:
    """Return the paper that records of it give together, whatever their order.

    Title and abstract are those of the record with the longest abstract; what it lacks comes from the next.
    """
    ranked = sorted(records, key=_fullness) if len(records) > 1 else records
    best = ranked[0]
    date, inferred = _date(ranked)
    return Paper(
        id_,
        best.title,
        best.abstract,
        max((record.authors for record in ranked), key=len),
        date,
        inferred,
        next((record.venue for record in ranked if record.venue), None),
        next((record.url for record in ranked if record.url), None),
        ids,
        tuple(dict.fromkeys(chain.from_iterable(record.references for record in ranked))),
        {key: value for record in reversed(ranked) for key, value in record.extra.items()},
        min(record.source for record in ranked),
    )


def _fullness(record: Paper) -> tuple[int, str]:
    return -len(record.abstract), repr(replace(record, extra=dict(sorted(record.extra.items())), source=""))


def _date(records: Iterable[Paper]) -> tuple[str | None, bool]:
    """Return the earliest stated date, else the earliest inferred; within one year the most exact."""
    dates = [(record.date_inferred, record.date + "~", record.date) for record in records if record.date]
    inferred, _, date = min(dates, default=(False, "", None))
    return date, inferred
