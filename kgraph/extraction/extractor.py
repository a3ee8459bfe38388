"""The walking skeleton: names of the lexicon, found by exact tokens."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgraph.keys import alias_key
from kgraph.lexicon import Lexicon, read_lexicon
from kgraph.records import Extraction, Mention, Paper

_TOKEN = re.compile(r"\w+(?:[.]\d+)*|[^\w\s]")
_SENTENCE = re.compile(r"[^\n]+?(?:[.!?](?=\s+[A-Z0-9])|$)", re.MULTILINE)


@dataclass(frozen=True)
class Extractor:
    lexicon: Lexicon
    fingerprint: str  # changes whenever weights, lexicons or configuration do


def load_extractor(nlp: str | None = None, lexicon: Sequence[Path] = ()) -> Extractor:
    """Load the shipped pipeline, or the spaCy pipeline `nlp` by name or path, with further lexicon files."""
    read = read_lexicon(lexicon)
    return Extractor(read, hashlib.sha256(repr((nlp, read.rows)).encode()).hexdigest()[:16])


def find_mentions(papers: Iterable[Paper], extractor: Extractor, jobs: int = 1) -> Iterator[Extraction]:
    """Yield what each paper names, in the order of the papers, as they come."""
    for paper in papers:
        yield Extraction(paper.id, tuple(_find(paper, extractor.lexicon)))


def _find(paper: Paper, lexicon: Lexicon) -> Iterator[Mention]:
    text = paper.text
    tokens = [m.span() for m in _TOKEN.finditer(text)]
    sentences = [m.span() for m in _SENTENCE.finditer(text)]
    done = 0
    for i, (start, _) in enumerate(tokens):
        if start < done:
            continue
        for j in range(min(i + 7, len(tokens)), i, -1):
            end = tokens[j - 1][1]
            rows = lexicon.by_key.get(alias_key(text[start:end]))
            if rows and any(c.isupper() for c in text[start:end]):
                sentence = next((s for s in sentences if s[0] <= start < s[1]), (start, end))
                role = "introduces" if end <= len(paper.title) else "mentions"
                yield Mention(paper.id, start, end, text[start:end], rows[0].name if rows[0].name in text else text[start:end],
                              rows[0].type, role, 1000, "lexicon", *sentence)
                done = end
                break
