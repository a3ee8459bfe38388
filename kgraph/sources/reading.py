"""What a user may say about the files to read: when pages were saved, and what fields are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kgraph.errors import BadInput
from kgraph.records import Paper, Reject
from kgraph.sources.fields import NAMES, field_key, read_fields

FIELDS = (  # that a user may name
    *("title", "abstract", "authors", "date", "venue", "url", "references", "categories", "keywords"),
    *("id", "arxiv", "doi", "openalex", "s2", "acl", "pmid", "dblp"),
)
_PLACES = {"id": "own id"}  # the field of NAMES that is called otherwise


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are to be read."""

    as_of: date | None = None
    names: Mapping[str, str] = field(default_factory=dict)  # folded name in the files -> the usual one

    def renamed(self, names: Iterable[str]) -> list[str]:
        """Return the names of fields or columns, those that the user gave replaced by the usual ones."""
        return [self.names.get(field_key(name), name) for name in names] if self.names else list(names)

    def read_fields(self, record: Mapping[str, Any], source: str) -> Paper | Reject:
        """Map a record by the names of its fields; what the user named wins over what is usual."""
        if self.names:
            given = {
                self.names[key]: value
                for name, value in record.items()
                if (key := field_key(name)) in self.names
            }
            usual = {key for name in given for key in NAMES[_PLACES.get(name, name)]}
            others = {name: value for name, value in record.items() if field_key(name) not in usual}
            record = {**others, **given}
        return read_fields(record, source)


def read_names(given: Iterable[str] | Mapping[str, str]) -> dict[str, str]:
    """Return the map of names in `title=Titel`, from the folded name in the files to the usual one.

    >>> read_names(["title=Titel", "date=Erschienen am"])
    {'titel': 'title', 'erschienenam': 'date'}
    """
    pairs = given.items() if isinstance(given, Mapping) else (one.partition("=")[::2] for one in given)
    found = {}
    for ours, theirs in pairs:
        if ours.strip() not in FIELDS or not field_key(theirs):
            raise BadInput(f"map {ours}={theirs}", f"is not FIELD=NAME with a field of {', '.join(FIELDS)}")
        found[field_key(theirs)] = ours.strip()
    return found
