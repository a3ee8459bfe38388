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
from html import unescape
from itertools import chain
from typing import TypeVar

from kgraph.identifiers import SCHEMES, normalise_id, own_id
from kgraph.keys import slug, spell_greek
from kgraph.records import Paper

Item = TypeVar("Item")
AbstractOf = Callable[[str], str]  # the abstract of a record; asked for only where titles do not decide

# Of the long words of the shorter text, the share in the other: of 15 pairs of conference papers that share a
# title, 14 have 0.7 and more, the last ("Plenary and Keynote Talks") none; of 5,000 random pairs one has 0.3.
_ALIKE = 0.3
_LONG = re.compile(r"\w{5,}")
_FEWEST_WORDS = 8

_NO_WORD = re.compile(r"[^\w+]+|_+")
_MARKUP = re.compile(r"[\\&<{]")
_BRACES = str.maketrans("", "", "{}")
_TEX_ACCENT = re.compile(r"\\(?:[\"'`^~=.]|[uvhckrbd](?=[{\s]))\s*\{?\s*\\?(\w)\s*\}?")
_TAG = re.compile(r"</?(?:i|b|em|strong|su[bp]|scp?|tt|span|italic|bold)\b[^<>]*>")
_NUMBERS = re.compile(r"\d+|(?<=\bpart )[ivx]+\b|(?<=\bvolume )[ivx]+\b|\b[ivx]+$")
_ACL_DOI = "doi:10.18653/v1/"


@dataclass(frozen=True, slots=True)
class RecordKey:
    """What a record is known by."""

    record: str  # any text that tells it from the others
    own: str  # the record's own id, "" if it has none
    ids: tuple[str, ...]
    title: str  # normalised
    plain_title: str  # without case, accents and punctuation: what ids are made of


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
    r"""Normalise a title: case, accents, TeX, punctuation go; words, digits, `+` stay; Greek is spelled.

    >>> title_key("SAM 2: Segment Anything!"), title_key("Qwen2.5  Report"), title_key("Erdős–Rényi")
    ('sam 2 segment anything', 'qwen2 5 report', 'erdos renyi')
    >>> title_key(r"$\beta$-VAE") == title_key("β-VAE"), title_key(r"Schr\"{o}dinger <i>bridges</i> &amp; co")
    (True, 'schrodinger bridges co')
    """
    bare = title.casefold()
    if not bare.isascii() or _MARKUP.search(bare):
        bare = _TAG.sub("", spell_greek(_TEX_ACCENT.sub(r"\1", unescape(bare)).translate(_BRACES)))
    return _plain(bare) or title.strip()


def _plain(title: str) -> str:
    title = title.casefold()
    if not title.isascii():
        title = "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
    return _NO_WORD.sub(" ", title).strip()


def record_key(record: str, paper: Paper) -> RecordKey:
    """Return what a source record is known by."""
    own = own_id(paper.id)
    ids = set(paper.ids)
    ids.update(filter(None, (_acl_id(id_) for id_ in paper.ids if id_.startswith(_ACL_DOI))))
    return RecordKey(record, "" if own in ids else own, tuple(sorted(ids)), *_titles(paper.title))


def _titles(title: str) -> tuple[str, str]:
    plain = _plain(title) or title.strip()
    return (plain if title.isascii() and not _MARKUP.search(title) else title_key(title)), plain


def _acl_id(doi: str) -> str | None:
    """Return the id in the ACL Anthology that its DOIs hold."""
    return normalise_id(doi.removeprefix(_ACL_DOI), "acl")


def identify(keys: Iterable[RecordKey], abstract_of: AbstractOf) -> list[Identity]:
    """Return the papers that these records are of, by id."""
    keys = sorted(keys, key=lambda key: key.record)
    bad = _shared_by_different(keys, abstract_of)
    good = [key if bad.isdisjoint(_known(key)) else _without(key, bad) for key in keys]
    by_ids = _connected([(key, _known(key) or {_title_id(key.plain_title)}) for key in good])
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
    """Return the id of a paper that is known by nothing but its title."""
    return _title_id(_titles(title)[1])


def _title_id(plain_title: str) -> str:
    digest = blake2b(plain_title.encode(), digest_size=4).hexdigest()
    return f"title:{slug(plain_title)[:60].strip('-')}-{digest}"


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

    A paper may change its title; but a publisher may also give all papers of a volume one DOI, and a report
    on the next version is another work, however much it says the same.
    """
    first, *rest = records
    return all(
        not _other_version(first.title, other.title)
        and (
            _alike(first.title, other.title, fewest=1)
            or _alike(abstract_of(first.record), abstract_of(other.record), fewest=_FEWEST_WORDS)
        )
        for other in rest
    )


def _other_version(one: str, other: str) -> bool:
    """Tell whether two titles both have numbers, and different ones: SAM 2 and SAM 3, part I and II."""
    mine, theirs = _NUMBERS.findall(one), _NUMBERS.findall(other)
    return bool(mine and theirs) and mine != theirs


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
        best = min(own or ids or {min(_title_id(key.plain_title) for key in keys)})
    return Identity(best, tuple(sorted(ids | own)), tuple(sorted(key.record for key in keys)))


def _preference(id_: str) -> tuple[int, str]:
    scheme = id_.partition(":")[0]
    return (SCHEMES.index(scheme) if scheme in SCHEMES else len(SCHEMES)), id_


def merge(id_: str, ids: tuple[str, ...], records: Sequence[Paper]) -> Paper:
    """Return the paper that records of it give together, whatever their order.

    Title and abstract are those of the record with the longest abstract; what it lacks comes from the next.
    """
    ranked = sorted(records, key=_fullness) if len(records) > 1 else records
    given = _givers(ranked)
    return Paper(
        id_,
        given["title"].title,
        given["abstract"].abstract,
        given["authors"].authors,
        given["date"].date,
        given["date"].date_inferred,
        given["venue"].venue or None,
        given["url"].url or None,
        ids,
        tuple(dict.fromkeys(chain.from_iterable(record.references for record in ranked))),
        {key: value for record in reversed(ranked) for key, value in record.extra.items()},
        min(record.source for record in ranked),
    )


def givers(records: Iterable[Paper]) -> dict[str, Paper]:
    """Return, for each field of a paper that not all its records give together, the record that gave it."""
    return _givers(sorted(records, key=_fullness))


def _givers(ranked: Sequence[Paper]) -> dict[str, Paper]:
    best = ranked[0]
    return {
        "title": best,
        "abstract": best,
        "authors": max(ranked, key=lambda record: len(record.authors)),
        "date": min(ranked, key=_earliness),
        "venue": next((record for record in ranked if record.venue), best),
        "url": next((record for record in ranked if record.url), best),
    }


def _fullness(record: Paper) -> tuple[int, str]:
    return -len(record.abstract), repr(replace(record, extra=dict(sorted(record.extra.items())), source=""))


def _earliness(record: Paper) -> tuple[bool, bool, str]:
    """Order the earliest stated date first, else the earliest inferred; within one year the most exact."""
    return record.date is None, record.date_inferred, f"{record.date}~"
