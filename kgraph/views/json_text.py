"""JSON as a stream, one row a line: a file of any size is written as it is made, and lives well in git."""

import json
from collections.abc import Iterable, Iterator, Mapping

dumps = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode


def rows_of(rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield what stands between the brackets of an array."""
    comma = "\n"
    for row in rows:
        yield comma + dumps(row)
        comma = ",\n"
    yield "\n"
