"""Parts of Semantic Scholar's data set that speak of papers by number: abstracts and citations.

The papers that they may complete are held in a file, not in memory, and so is what the parts say of just
these; of the 2.4 billion citations no others are kept.
"""

import pickle
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Self

from kgraph.records import Paper, Reject
from kgraph.sources.files import InputFile
from kgraph.sources.json_records import read_lines
from kgraph.sources.reading import Reading
from kgraph.sources.semantic_scholar import corpus_id
from kgraph.sources.texts import excess, plain_abstract
from kgraph.sources.values import excerpt, raw_text

_TABLES = """
CREATE TABLE papers (number INTEGER PRIMARY KEY, paper BLOB NOT NULL);
CREATE TABLE ids (
    corpus_id INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (corpus_id, number)
) WITHOUT ROWID;
CREATE TABLE abstracts (corpus_id INTEGER PRIMARY KEY, abstract TEXT NOT NULL);
CREATE TABLE citations (
    corpus_id INTEGER NOT NULL, cited INTEGER NOT NULL, PRIMARY KEY (corpus_id, cited)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What a line says of a paper that stands elsewhere."""

    corpus_id: int
    abstract: str = ""
    cited: int | None = None


def read_abstracts(file: InputFile, _: Reading) -> Iterator[Part | Reject]:
    """Yield the abstracts."""
    return _read_parts(file, lambda row: Part(_number(row, "corpusid"), raw_text(row.get("abstract"))))


def read_citations(file: InputFile, _: Reading) -> Iterator[Part | Reject]:
    """Yield the citations of papers that have a number; a release has them as numbers or as strings."""
    return _read_parts(
        file, lambda row: Part(_number(row, "citingcorpusid"), cited=_number(row, "citedcorpusid"))
    )


def _number(row: Mapping[str, Any], name: str) -> int:
    found = corpus_id(row.get(name))
    if found is None:
        raise ValueError(name)
    return found


def _read_parts(file: InputFile, read: Callable[[Mapping[str, Any]], Part]) -> Iterator[Part | Reject]:
    for source, line, row in read_lines(file):
        if isinstance(row, Reject):
            yield row
            continue
        try:
            part = read(row)
            reason = excess(part.abstract)
            yield Reject(source, reason, excerpt(line)) if reason else part
        except (ValueError, AttributeError) as error:
            yield Reject(source, f"has no number as {error}", excerpt(line))


class Held:
    """Papers that wait for their parts."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # "": a file of its own, gone when closed
        self._db.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def take(self, paper: Paper) -> bool:
        """Hold a paper, and tell whether it has a number that parts may speak of."""
        numbers = [int(id_[3:]) for id_ in paper.ids if id_.startswith("s2:") and id_[3:].isdigit()]
        if not numbers:
            return False
        row = self._db.execute("INSERT INTO papers (paper) VALUES (?)", (pickle.dumps(paper),)).lastrowid
        self._db.executemany("INSERT INTO ids VALUES (?, ?)", ((number, row) for number in numbers))
        return True

    def put(self, part: Part) -> bool:
        """Keep what is said of a paper that is held, and tell whether it is."""
        if self._db.execute("SELECT 1 FROM ids WHERE corpus_id = ?", (part.corpus_id,)).fetchone() is None:
            return False
        if part.cited is not None:
            self._db.execute("INSERT OR IGNORE INTO citations VALUES (?, ?)", (part.corpus_id, part.cited))
        elif part.abstract:
            self._db.execute(
                "INSERT INTO abstracts VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET abstract = max(abstract, excluded.abstract)",
                (part.corpus_id, part.abstract),
            )
        return True

    def papers(self) -> Iterator[Paper]:
        """Yield the papers in the order in which they came, completed."""
        for row, content in self._db.execute("SELECT number, paper FROM papers ORDER BY number"):
            paper: Paper = pickle.loads(content)  # written above, by this process
            numbers = self._db.execute(
                "SELECT cited FROM citations JOIN ids USING (corpus_id) WHERE number = ? ORDER BY cited",
                (row,),
            )
            cited = (f"s2:{number}" for (number,) in numbers)
            abstract = self._db.execute(
                "SELECT max(abstract) FROM abstracts JOIN ids USING (corpus_id) WHERE number = ?", (row,)
            ).fetchone()[0]
            yield replace(
                paper,
                abstract=paper.abstract or plain_abstract(abstract or "", paper.title),
                references=tuple(dict.fromkeys(chain(paper.references, cited))),
            )
