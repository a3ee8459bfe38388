"""What may be the things of a text: the tagger's spans, mended and completed by rules, in groups.

Many are none: which of them are things is judged once all are known (judging.py).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kgraph.extraction.definitions import TEX_FONT, Definition, find_definitions
from kgraph.extraction.grouping import GIVEN, SEVERAL, Span, Thing, group, without_head
from kgraph.extraction.tagger import Reading, Tagger
from kgraph.keys import alias_key
from kgraph.lexicon import Lexicon

if TYPE_CHECKING:
    from spacy.language import Language

# chosen on a held-out fifth of the training papers
LEAST_SCORE = 600  # of the best mention of a candidate that no definition or title coins
LEAST_DEFINED = 250  # for both forms of a definition to be a candidate
LEAST_TITLE = 150  # for a name before the colon of a title to be one
_COINED_SCORE = 400  # that these have at least
_EDGES = frozenset("-‐‑‒–—―,;:.!?/\\'\"`“”‘’ \n\t")
_JOINTS = frozenset("_-")
_SIGNS = re.compile(r"[+*]{1,2}(?![\w+*])")
_REST_OF_TEX = re.compile(r"[^$\s]{0,12}\$\w*")  # of "M$^" in "M$^2$AD"
_REST_OF_BRACE = re.compile(r"[^{}\s]{0,12}\}")  # of "G_{st" in "G_{stack}"
_TAIL = re.compile(r"-(?=[A-Z0-9])\w+(?!\w)")
_NO_NAME = re.compile(
    r"|[1-4]D|Sec(?:tion)?s?|Fig(?:ure)?s?|Tables?|Eqs?|Equations?|Appendix|Algorithms?"
    r"|(?i:(?:invited|keynote) (?:talk|speech|address)(?:es|s)?|keynotes?|panel discussions?|poster sessions?"
    r"|(?:author|subject) index)"
    r"|[$^#x-]*\d[\d.,]*\s?(?:[BKMT]|[kMG]?Hz|m?s|Mbps|[KMGT]B|DOFs?)?"  # a quantity
)
_DANGLING = re.compile(
    r"(?:,? (?:a|an|the|and|or|of|for|with|by|to|in|on|via)|, (?:a|an|the) .*)\Z"  # of "ImageNet, a database"
)
_LEAD_IN = re.compile(rf"(?:[eg]\.,? (?=\S)|{TEX_FONT})+")  # what "e.g., BERT" and "rm BERT" begin with
_SEVERAL = re.compile(r"(?<=\d)[A-Za-z]*(/[\d.]+[A-Za-z]*)+\Z")
_OTHERS = re.compile(r"/[\d.]+[A-Za-z]*\b")  # what follows the first of several names written as one
_DIMENSIONED = ("method", "model")
_DIMENSION = re.compile(r"(?<![\w-])[1-4]D[ -]\Z")
_COINED = re.compile(r"(?=.*(?:[A-Z].*[A-Z]|[a-z][A-Z]|[A-Za-z]\d))[\w$^{}\\+*.-]+(?: [\w.-]+)?")


def find_candidates(
    text: str,
    tagger: Tagger,
    lexicon: Lexicon,
    nlp: "Language | None" = None,
    least_score: int = LEAST_SCORE,
) -> tuple[Reading, list[Thing]]:
    """Read a text and find what may be its things: which of them are is judged once all are known.

    `nlp` is a foreign pipeline that finds the names in the tagger's place.
    """
    reading, named = _named(text, tagger, nlp)
    definitions = list(find_definitions(text))
    coined = {d.short for d in definitions} | {title_name(text)}
    spans = [
        span
        for span in (without_head(_without_edges(found), lexicon) for found in named)
        if not _NO_NAME.fullmatch(span.text)
        and any(c.isalnum() for c in span.text)
        and ((span.start, span.end) in coined or span.rule in GIVEN or not tagger.denies(span.text, text))
    ]
    spans = [_whole_word(span, text, lexicon) for span in spans]
    spans = [span for span in spans if sum(c.isalnum() for c in span.text) > 1]  # no "T"
    certain = [
        *_own_names(reading, tagger),
        *(span for span in spans if span.rule in GIVEN),
        *_defined(definitions, spans, reading, tagger),
        *_title_names(spans, reading, tagger),
    ]
    spans = _with_repeats(_apart([*certain, *spans]), text)
    things = group(spans, definitions, lexicon)
    return reading, [thing for thing in things if thing.score >= least_score or _is_coined(thing)]


def _is_coined(thing: Thing) -> bool:
    return any(span.rule in ("definition", "title") for span in thing.spans)


def _named(text: str, tagger: Tagger, nlp: "Language | None") -> tuple[Reading, Iterable[Span]]:
    """Read a text, and find the names in it, with the tagger or a foreign pipeline."""
    if nlp is None:
        reading = tagger.read(text)
        found = tagger.find(reading)
        return reading, (Span(a, b, text[a:b], type_, score, "tagger") for a, b, type_, score in found)
    from kgraph.extraction.component import named_spans

    return tagger.read(text), named_spans(nlp(text))


def _without_edges(span: Span) -> Span:
    """Cut what belongs to no name off both ends: the hyphen of "Mamba-", a bracket without its other half."""
    start, end = span.start, span.end
    text = span.text
    if lead_in := _LEAD_IN.match(text):
        start, text = start + lead_in.end(), text[lead_in.end() :]
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
    if span.rule not in GIVEN and span.text[-1:].isalnum() and _OTHERS.match(text, span.end):
        span = replace(span, rule=SEVERAL)
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


def _own_names(reading: Reading, tagger: Tagger) -> Iterator[Span]:
    """Yield what the user's own lexicon names."""
    for start, end, type_ in tagger.own_names(reading):
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
                text = reading.text[start:end]
                yield Span(start, end, text, type_, max(score, _COINED_SCORE), "definition")


def _title_names(spans: Iterable[Span], reading: Reading, tagger: Tagger) -> Iterator[Span]:
    """Yield the name before the colon of a title, if it is written like one."""
    start, end = title_name(reading.text)
    name = reading.text[start:end]
    if _COINED.fullmatch(name) is None or _NO_NAME.fullmatch(name):
        return
    if any(span.start == start and span.end > end for span in spans):
        return
    type_, score = tagger.judge(reading, start, end)
    if score >= LEAST_TITLE:
        yield Span(start, end, name, type_, max(score, _COINED_SCORE), "title")


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
