"""Which of the papers that are read are taken: by category, venue, language and the like, and by date."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import contains, eq

from kgraph.arguments import AS_DATE, DATE
from kgraph.errors import BadInput
from kgraph.identifiers import normalise_id
from kgraph.records import Paper

Values = Callable[[Paper], Iterable[str]]


def _listed(name: str) -> Values:
    def values(paper: Paper) -> Iterable[str]:
        listed = paper.extra.get(name)
        return map(str, listed) if isinstance(listed, list) else () if listed is None else (str(listed),)

    return values


def _in_category(category: str, wanted: str) -> bool:
    return category == wanted or category.startswith(f"{wanted}.")  # cs holds cs.CL


# A field -> its values in a paper, and when a value is the wanted one; both in lower case.
_FIELDS: dict[str, tuple[Values, Callable[[str, str], bool]]] = {
    "category": (_listed("categories"), _in_category),
    "keyword": (_listed("keywords"), eq),
    "language": (_listed("language"), eq),
    "status": (_listed("status"), eq),
    "venue": (lambda paper: filter(None, (paper.venue,)), contains),
    "author": (lambda paper: paper.authors, contains),
    "title": (lambda paper: (paper.title,), contains),
    "id": (lambda paper: (paper.id, *paper.ids), eq),
}
FIELDS = tuple(_FIELDS)


@dataclass(frozen=True, slots=True)
class Choice:
    """What papers must be like: of each field one of the values, and not before a date."""

    where: tuple[tuple[str, frozenset[str]], ...] = ()
    since: str | None = None

    def takes(self, paper: Paper) -> bool:
        """Tell whether a paper is taken; one without a date is not if a date is asked for."""
        if self.since is not None and (paper.date is None or paper.date < self.since):
            return False
        return all(_has(paper, field, wanted) for field, wanted in self.where)


def _has(paper: Paper, field: str, wanted: frozenset[str]) -> bool:
    values, fits = _FIELDS[field]
    return any(fits(value.casefold(), one) for value in values(paper) for one in wanted)


def choose(where: Iterable[str] = (), since: str | None = None) -> Choice:
    """Return the choice that conditions like `category=cs.CL` make; several on one field are alternatives.

    >>> paper = Paper("", "T", date="2023-05", extra={"categories": ["cs.CL"]})
    >>> choose(["category=cs.CL"], "2023").takes(paper)
    True
    """
    if since is not None and not DATE.fullmatch(since):
        raise BadInput(f"since {since}", f"is no year: {AS_DATE}")
    wanted: dict[str, set[str]] = defaultdict(set)
    for condition in where:
        field, _, value = (part.strip() for part in condition.partition("="))
        if field not in _FIELDS or not value:
            raise BadInput(f"where {condition}", f"is not FIELD=VALUE with a field of {', '.join(FIELDS)}")
        wanted[field].add((normalise_id(value) or value).casefold() if field == "id" else value.casefold())
    return Choice(tuple((field, frozenset(values)) for field, values in sorted(wanted.items())), since)
