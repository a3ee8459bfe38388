"""The file of rejects: every record that was left out, where it stands, why, and how it begins."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from kgraph.records import Reject
from kgraph.views.files import atomic_write


@contextmanager
def listing_rejects(path: str | Path | None) -> Iterator[Callable[[Reject], None]]:
    """Yield what writes a reject as a line of JSON, into a file that is there once the block ends well."""
    if path is None:
        yield lambda reject: None
        return
    with atomic_write(Path(path)) as file:
        yield lambda reject: print(json.dumps(asdict(reject), ensure_ascii=False), file=file)
