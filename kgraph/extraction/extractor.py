"""The extractor: candidates are found in each paper, then judged; in one process or several."""

import hashlib
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import as_file, files
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.extraction.candidates import find_candidates
from kgraph.extraction.judging import judge
from kgraph.extraction.tagger import Tagger
from kgraph.lexicon import Lexicon, read_lexicon
from kgraph.records import Extraction, Paper

if TYPE_CHECKING:
    from spacy.language import Language

_SURROGATES = re.compile("[\ud800-\udfff]")
_CHUNK = 32  # papers a worker takes at once


@dataclass(frozen=True)
class Extractor:
    """What `find_mentions` needs. `tagger` reads roles and relations also for a foreign pipeline's names."""

    nlp: "Language | None"  # a foreign pipeline; None: the tagger finds the names itself
    tagger: Tagger
    lexicon: Lexicon
    fingerprint: str  # changes whenever weights, lexicons or code of the extraction do
    arguments: tuple[str | None, tuple[Path, ...]] = field(default=(None, ()))  # to load it again in a worker


def load_extractor(nlp: str | None = None, lexicon: Sequence[Path] = ()) -> Extractor:
    """Load the shipped tagger, or the spaCy pipeline `nlp` by name or path, with further lexicon files.

    Of a foreign pipeline the entities count whose label is one of our types, in any case; raise
    BadInput if it cannot be loaded.
    """
    read = read_lexicon(lexicon)
    tagger = Tagger.shipped(read)
    language = None
    if nlp is not None:
        from kgraph.extraction.component import foreign_pipeline

        language = foreign_pipeline(nlp)
    return Extractor(language, tagger, read, _fingerprint(nlp, read), (nlp, tuple(lexicon)))


def _fingerprint(nlp: str | None, lexicon: Lexicon) -> str:
    """Digest the rows, the weights and our code; a foreign pipeline counts by its name or meta.json."""
    digest = hashlib.sha256(repr((lexicon.rows, sorted(lexicon.own))).encode())
    with as_file(files("kgraph")) as package:
        code = [package / "keys.py", package / "lexicon.py", *(package / "extraction").glob("*.py")]
        for path in sorted([*code, *(package / "data" / "tagger").glob("*.*")]):
            digest.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    if nlp is not None:
        meta = Path(nlp) / "meta.json"
        digest.update(nlp.encode() + (meta.read_bytes() if meta.is_file() else b""))
    return digest.hexdigest()[:16]


def find_mentions(papers: Iterable[Paper], extractor: Extractor, jobs: int = 1) -> Iterator[Extraction]:
    """Yield what each paper names, in the order of the papers, as they come.

    A paper's result depends on nothing but its text and the extractor, so `jobs` processes give
    what one does.
    """
    if jobs <= 1:
        yield from (extract_paper(paper, extractor) for paper in papers)
        return
    chunks = iter(partial(_chunk, iter(papers)), [])
    with ProcessPoolExecutor(jobs, get_context("spawn"), _start_worker, extractor.arguments) as pool:
        waiting: deque[Future[list[Extraction]]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(_extract_chunk, chunk))
            if len(waiting) > 2 * jobs:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _chunk(papers: Iterator[Paper]) -> list[Paper]:
    return list(islice(papers, _CHUNK))


_worker: list[Extractor] = []  # the extractor of this process, loaded once


def _start_worker(nlp: str | None, lexicon: Sequence[Path]) -> None:
    _worker[:] = [load_extractor(nlp, lexicon)]


def _extract_chunk(papers: Sequence[Paper]) -> list[Extraction]:
    return [extract_paper(paper, _worker[0]) for paper in papers]


def extract_paper(paper: Paper, extractor: Extractor) -> Extraction:
    """Find the mentions and statements of one paper."""
    text = _SURROGATES.sub("\ufffd", paper.text)  # halves of characters, which spaCy cannot hold
    tagger, lexicon = extractor.tagger, extractor.lexicon
    with tagger.network.one_thread():
        reading, candidates = find_candidates(text, tagger, lexicon, extractor.nlp)
        return judge(paper, candidates, reading, tagger, lexicon)
