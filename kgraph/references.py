"""What papers cite: the references that came with them, and the ids and addresses in their texts.

A reference is an id, an address, a title, or a line of a bibliography. What it names is a paper of the
collection, or else a stub: a paper outside, known by no more than this.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from kgraph.identifiers import find_ids, normalise_id
from kgraph.identity import title_id, title_key
from kgraph.records import Citation, Paper

_FEWEST_WORDS = 3  # of a title within a line: "Machine Learning" is a journal more often than a title
_MOST_PIECES = 8  # that a title with full stops and commas falls into
_BREAK = re.compile(r"([.,;:?!()\[\]{}\"“”„«»\n]+)")
# Archives of data and software: Zenodo, figshare, Dryad, Dataverse, Mendeley, IEEE DataPort, Hugging Face.
_NO_PAPERS = tuple(
    f"doi:{prefix}/"
    for prefix in ("10.5281", "10.6084", "10.5061", "10.7910", "10.17632", "10.21227", "10.57967")
)


class Collection:
    """What a reference may lead to: papers, by each id and by each title that only one of them bears."""

    def __init__(self, paper_of: Mapping[str, str], titles: Iterable[tuple[str, str]]) -> None:
        """Take the paper of each id, and pairs of title and paper."""
        self._paper_of = paper_of
        self._titled: dict[str, str | None] = {}
        for title, paper in titles:
            key = title_key(title)
            self._titled[key] = paper if self._titled.get(key, paper) == paper else None

    def by_id(self, id_: str) -> str | None:
        return self._paper_of.get(id_)

    def by_title(self, text: str) -> str | None:
        """Return the paper whose title this text is, or holds between stops, commas, brackets or quotes."""
        return self._titled.get(title_key(text)) or next(self._within(text), None)

    def _within(self, text: str) -> Iterator[str]:
        parts = _BREAK.split(text)
        words = [title_key(part) for part in parts[::2]]
        breaks = [*parts[1::2], "."]
        for first in range(len(words)):
            for last in range(first, min(first + _MOST_PIECES, len(words))):
                title = " ".join(filter(None, words[first : last + 1]))
                # before a colon stands the beginning of a title, after it may stand a whole one
                if breaks[last].strip() != ":" and title.count(" ") + 1 >= _FEWEST_WORDS:
                    found = self._titled.get(title)
                    if found:
                        yield found


def find_citations(papers: Iterable[Paper], collection: Collection) -> Iterator[Citation]:
    """Yield whom each paper cites, each once and by id, in the order of the papers."""
    for paper in papers:
        cited: dict[str, str | None] = {}
        for id_, name in _cited(paper, collection):
            if id_ != paper.id and id_ not in paper.ids:
                cited.setdefault(id_, name)
        yield from (Citation(paper.id, paper.date, id_, name) for id_, name in sorted(cited.items()))


def _cited(paper: Paper, collection: Collection) -> Iterator[tuple[str, str | None]]:
    """Yield paper and None, or stub and its name."""
    for reference in filter(str.strip, paper.references):
        yield _resolve(reference, collection)
    for id_ in find_ids(paper.text):
        known = collection.by_id(id_)
        if known or not id_.startswith(_NO_PAPERS):
            yield (known, None) if known else (id_, id_)


def _resolve(reference: str, collection: Collection) -> tuple[str, str | None]:
    """Return the paper that a reference names and None, or else a stub's id and name."""
    known = collection.by_id(reference)
    if known:
        return known, None
    own = normalise_id(reference)
    ids = [own] if own else list(find_ids(reference))
    known = next(filter(None, map(collection.by_id, ids)), None) or (
        None if own else collection.by_title(reference)
    )
    if known:
        return known, None
    return (ids[0] if ids else title_id(reference)), own or reference
