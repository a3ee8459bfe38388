"""Papers and the entities that they name -> edges between papers.

The edges that only count (roles, what is stated, what appears with what) are counted by the store, in SQL:
over 87,000 papers these are millions of pairs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from kgraph.records import Edge

Dates = Mapping[str, str | None]  # by paper


def certainly_later(one: str | None, other: str | None) -> bool:
    """Tell whether a date lies after another as far as both are known.

    >>> certainly_later("2021-03", "2020"), certainly_later("2021-03", "2021"), certainly_later("2021", None)
    (True, False, False)
    """
    if one is None or other is None:
        return False
    known = min(len(one), len(other))
    return one[:known] > other[:known]


def find_introducers(roles: Iterable[Edge], dates: Dates) -> dict[str, list[str]]:
    """Return the papers that introduce each entity, the earliest first, the undated last."""
    introducers: dict[str, list[str]] = defaultdict(list)
    for edge in roles:
        if edge.relation == "introduces":
            introducers[edge.target].append(edge.source)
    return {
        entity: sorted(papers, key=lambda paper: (dates[paper] is None, dates[paper], paper))
        for entity, papers in introducers.items()
    }


def relate_builds_on(
    roles: Iterable[Edge], introducers: Mapping[str, Sequence[str]], dates: Dates
) -> Iterator[Edge]:
    """Yield a `builds_on` edge from a paper to each paper that introduced what it names, by paper.

    That is the earliest introducer, and never a later paper; where a date is missing, only a sole introducer.
    """
    for paper, named in _by_source(roles):
        origins = {
            introducers[edge.target][0]
            for edge in named
            if edge.relation != "introduces"
            and _origin_is_known(paper, introducers.get(edge.target, ()), dates)
        }
        for origin in sorted(origins - {paper}):
            yield Edge(paper, origin, "builds_on", 1, dates[paper], dates[paper])


def _origin_is_known(paper: str, introducers: Sequence[str], dates: Dates) -> bool:
    if not introducers or certainly_later(dates[introducers[0]], dates[paper]):
        return False
    return len(introducers) == 1 or None not in (dates[paper], *(dates[one] for one in introducers))


def _by_source(edges: Iterable[Edge]) -> Iterator[tuple[str, list[Edge]]]:
    return ((source, list(group)) for source, group in groupby(edges, lambda edge: edge.source))
