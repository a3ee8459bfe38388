"""The extractor: the tagger, then the rules that need a whole paper; in one process or several."""

import hashlib
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.resources import as_file, files
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kgraph.extraction.cues import is_introduced
from kgraph.extraction.definitions import Definition, find_definitions
from kgraph.extraction.features import Floats
from kgraph.extraction.grouping import Span, Thing, group, without_head
from kgraph.extraction.network import Judged
from kgraph.extraction.relations import find_statements
from kgraph.extraction.tagger import Reading, Tagger
from kgraph.extraction.things import Things, describe_things
from kgraph.keys import alias_key
from kgraph.lexicon import Lexicon, read_lexicon
from kgraph.records import ROLES, TYPES, Extraction, Mention, Paper

if TYPE_CHECKING:
    from spacy.language import Language

LEAST_DEFINED = 350  # for both forms of a definition to count
LEAST_TITLE = 300  # for a name before the colon of a title to count
# chosen on a held-out fifth of the training papers
LEAST_SCORE = 800  # of the best mention of a thing
DOUBT = 12  # times the logarithm of that score is what a paper's own name must make up for
_SURROGATES = re.compile("[\ud800-\udfff]")
_EDGES = frozenset("-‐‑‒–—―,;:.!?/\\'\"`“”‘’ \n\t")
_JOINTS = frozenset("_-")
_SIGNS = re.compile(r"[+*]{1,2}(?![\w+*])")
_REST_OF_TEX = re.compile(r"[^$\s]{0,12}\$\w*")  # of "M$^" in "M$^2$AD"
_REST_OF_BRACE = re.compile(r"[^{}\s]{0,12}\}")  # of "G_{st" in "G_{stack}"
_TAIL = re.compile(r"-(?=[A-Z0-9])\w+(?!\w)")
_NO_NAME = re.compile(
    r"|[1-4]D|Sec(?:tion)?s?|Fig(?:ure)?s?|Tables?|Eqs?|Equations?|Appendix|Algorithms?"
    r"|[$^#x-]*\d[\d.,]*\s?(?:[BKMT]|[kMG]?Hz|m?s|Mbps|[KMGT]B|DOFs?)?"  # a quantity
)
_DANGLING = re.compile(
    r"(?:,? (?:a|an|the|and|or|of|for|with|by|to|in|on|via)|, (?:a|an|the) .*)\Z"  # of "ImageNet, a database"
)
_EXAMPLE = re.compile(r"[eg]\.,? (?=\S)")  # what a span of "e.g., BERT" may begin with
_SEVERAL = re.compile(r"(?<=\d)[A-Za-z]*(/[\d.]+[A-Za-z]*)+\Z")
_DIMENSIONED = ("method", "model")
_DIMENSION = re.compile(r"(?<![\w-])[1-4]D[ -]\Z")
_COINED = re.compile(r"(?=.*(?:[A-Z].*[A-Z]|[a-z][A-Z]|[A-Za-z]\d))[\w$^{}\\+*.-]+(?: [\w.-]+)?")
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
    with extractor.tagger.network.one_thread():
        return _extract(paper, extractor)


def _extract(paper: Paper, extractor: Extractor) -> Extraction:
    text = _SURROGATES.sub("\ufffd", paper.text)  # halves of characters, which spaCy cannot hold
    reading, named = _named(text, extractor)
    definitions = list(find_definitions(text))
    coined = {d.short for d in definitions} | {title_name(text)}
    spans = [
        span
        for span in (without_head(_without_edges(found), extractor.lexicon) for found in named)
        if not _NO_NAME.fullmatch(span.text)
        and any(c.isalnum() for c in span.text)
        and ((span.start, span.end) in coined or not extractor.tagger.denies(span.text, text))
    ]
    spans = [_whole_word(span, text, extractor.lexicon) for span in spans]
    spans = [span for span in spans if sum(c.isalnum() for c in span.text) > 1]  # no "T"
    certain = [
        *_own_names(reading, extractor),
        *_defined(definitions, spans, reading, extractor.tagger),
        *_title_names(spans, reading, extractor.tagger),
    ]
    spans = _with_repeats(_apart([*certain, *spans]), text)
    things = [thing for thing in group(spans, definitions, extractor.lexicon) if thing.score >= LEAST_SCORE]
    if not things:
        return Extraction(paper.id, (), ())
    return _extraction(paper, things, reading, extractor)


def _named(text: str, extractor: Extractor) -> tuple[Reading, Iterable[Span]]:
    """Read a text, and find the names in it, with the tagger or a foreign pipeline."""
    if extractor.nlp is None:
        reading = extractor.tagger.read(text)
        found = extractor.tagger.find(reading)
        return reading, (Span(a, b, text[a:b], type_, score, "tagger") for a, b, type_, score in found)
    from kgraph.extraction.component import named_spans, reading_of

    doc = extractor.nlp(text)
    return reading_of(doc) or extractor.tagger.read(text), named_spans(doc)


def _without_edges(span: Span) -> Span:
    """Cut what belongs to no name off both ends: the hyphen of "Mamba-", a bracket without its other half."""
    start, end = span.start, span.end
    text = span.text
    if example := _EXAMPLE.match(text):
        start, text = start + example.end(), text[example.end() :]
    text = _DANGLING.sub("", text)
    end = start + len(text)
    while text and (text[-1] in _EDGES or _lone(text, text[-1])):
        text, end = text[:-1], end - 1
    while text and (text[0] in _EDGES or _lone(text, text[0])):
        text, start = text[1:], start + 1
    several = _SEVERAL.search(text)
    if several is not None:  # of "CIFAR-10/100" and "Llama 2 7B/13B" only the first is written as it is named
        text = text.partition("/")[0]
        end = start + len(text)
    return replace(span, start=start, end=end, text=text)


def _lone(text: str, sign: str) -> bool:
    return sign in "()[]{}" and any(
        sign in pair and text.count(pair[0]) != text.count(pair[1]) for pair in ("()", "[]", "{}")
    )


def title_name(text: str) -> tuple[int, int]:
    """Return the span of what stands before a colon in the title: there a paper coins a name."""
    title, _, _ = text.partition("\n")
    name, colon, _ = title.partition(":")
    return (0, len(name)) if colon else (0, 0)


def _whole_word(span: Span, text: str, lexicon: Lexicon) -> Span:
    """Take in what makes another name of it: "3D" before it, the signs of "LoRA+", the half of "SEE-Few"."""
    span = _whole_tex(span, text)
    dimension = (
        _DIMENSION.search(text[max(span.start - 4, 0) : span.start]) if span.type in _DIMENSIONED else None
    )
    if dimension is not None:
        start = span.start - len(dimension[0])
        span = replace(span, start=start, text=text[start : span.end])
    signs = _SIGNS.match(text, span.end)
    if signs is not None and text[max(span.start - 1, 0) : span.start] != "*":  # "*LoRA*" is emphasis
        return replace(span, end=signs.end(), text=text[span.start : signs.end()])
    tail = _TAIL.match(text, span.end)
    if tail is not None and alias_key(span.text) not in lexicon.by_key:
        whole = text[span.start : tail.end()]
        if text.count(whole) > 1:
            return replace(span, end=tail.end(), text=whole)
    return span


def _whole_tex(span: Span, text: str) -> Span:
    """Take in the rest of a formula or of a brace that a name ends in; else leave the lone sign out."""
    formula = span.text.count("$") % 2
    if not formula and span.text.count("{") <= span.text.count("}"):
        return span
    rest = (_REST_OF_TEX if formula else _REST_OF_BRACE).match(text, span.end)
    if rest is not None:
        return replace(span, end=rest.end(), text=text[span.start : rest.end()])
    bare = span.text.strip("$ ") if formula else span.text
    start = span.start + span.text.index(bare)
    return replace(span, start=start, end=start + len(bare), text=bare)


def _own_names(reading: Reading, extractor: Extractor) -> Iterator[Span]:
    """Yield what the user's own lexicon names."""
    for start, end, type_ in extractor.tagger.own_names(reading):
        yield Span(start, end, reading.text[start:end], type_, 1000, "lexicon")


def _defined(
    definitions: Iterable[Definition], spans: Iterable[Span], reading: Reading, tagger: Tagger
) -> Iterator[Span]:
    """Yield both forms of every definition of which the tagger takes one for a name."""
    found = {(span.start, span.end): (span.type, span.score) for span in spans}
    for definition in definitions:
        forms = (definition.long, definition.short)
        type_, score = max(
            (found.get(form) or tagger.judge(reading, *form) for form in forms), key=lambda judged: judged[1]
        )
        if score >= LEAST_DEFINED:
            for start, end in forms:
                yield Span(start, end, reading.text[start:end], type_, max(score, LEAST_SCORE), "definition")


def _title_names(spans: Iterable[Span], reading: Reading, tagger: Tagger) -> Iterator[Span]:
    """Yield the name before the colon of a title, if it is written like one."""
    start, end = title_name(reading.text)
    name = reading.text[start:end]
    if _COINED.fullmatch(name) is None or any(span.start == start and span.end > end for span in spans):
        return
    type_, score = tagger.judge(reading, start, end)
    if score >= LEAST_TITLE:
        yield Span(start, end, name, type_, max(score, LEAST_SCORE), "title")


def _with_repeats(spans: Sequence[Span], text: str) -> list[Span]:
    """Add further places where a name stands that was found elsewhere in this paper."""
    best: dict[str, Span] = {}
    for span in spans:
        if span.text not in best or span.score > best[span.text].score:
            best[span.text] = span
    known = {(span.start, span.end) for span in spans}
    added = [
        Span(start, start + len(name), name, span.type, span.score, "repeat")
        for name, span in best.items()
        for start in _places(name, text)
        if (start, start + len(name)) not in known
    ]
    return _apart([*spans, *sorted(added, key=lambda span: (span.start - span.end, span.start))])


def _places(name: str, text: str) -> Iterator[int]:
    """Yield where a name stands as a whole: in "Mamba-based", but not in "Mamba-2" or "Vision-Mamba"."""
    start = text.find(name)
    while start >= 0:
        before, after = text[max(start - 1, 0) : start], text[start + len(name) : start + len(name) + 2]
        joined = after.startswith("-") and not after[1:].islower()
        if not (before.isalnum() or before in _JOINTS or after[:1].isalnum() or after[:1] == "_" or joined):
            yield start
        start = text.find(name, start + 1)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Keep the earlier in the list of any two that overlap; return them in reading order."""
    kept: list[Span] = []
    taken: set[int] = set()
    for span in spans:
        place = range(span.start, span.end)
        if taken.isdisjoint(place):
            taken.update(place)
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _extraction(paper: Paper, things: Sequence[Thing], reading: Reading, extractor: Extractor) -> Extraction:
    spans = sorted(
        ((span, number) for number, thing in enumerate(things) for span in thing.spans),
        key=lambda one: one[0].start,
    )
    places = [(*reading.token_range(span.start, span.end), number) for span, number in spans]
    described = describe_things(reading.tokens, places, [TYPES.index(thing.type) for thing in things])
    judged = extractor.tagger.judge_things(reading, described)
    sure = np.array([thing.score / 1000 for thing in things], np.float32)
    by_key = extractor.lexicon.by_key
    known = [any(alias_key(span.text) in by_key for span in thing.spans) for thing in things]
    introduced = [known[number] and is_introduced(paper.text, span.start, span.end) for span, number in spans]
    roles = _roles(described, judged, sure, introduced)
    mentions = tuple(
        Mention(
            paper.id,
            span.start,
            span.end,
            paper.text[span.start : span.end],
            things[number].name,
            things[number].type,
            roles[place],
            span.score,
            span.rule,
            *reading.sentence_of(span.start),
        )
        for place, (span, number) in enumerate(spans)
    )
    return Extraction(paper.id, mentions, tuple(find_statements(mentions, described, judged, sure)))


def _roles(things: Things, judged: Judged, sure: Floats, introduced: Sequence[bool]) -> list[str]:
    """Give each thing's role to the mention that shows it best; its others only mention.

    What is hardly a name, `sure` says how far each is one, is hardly what a paper introduces; but what a
    mention is said outright to introduce is that.
    """
    scores = judged.roles.copy()
    scores[:, 0] += DOUBT * np.log(sure)
    best = scores.argmax(axis=1)
    owners = things.mentions[:, 2]
    shown = judged.mention_roles()[np.arange(len(owners)), best[owners]]
    roles = [ROLES[-1]] * len(owners)
    for thing, role in enumerate(best.tolist()):
        own = np.flatnonzero(owners == thing)
        said = next((place for place in own.tolist() if introduced[place]), None)
        if said is not None:
            roles[said] = ROLES[0]
        else:
            roles[own[shown[own].argmax()]] = ROLES[role]
    return roles
