"""Which spans of one paper name the same thing, and by what name the paper mostly calls it.

Only what this paper itself shows is used, and the lexicon: the full question, over all papers, is
`kgraph.entities`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kgraph.extraction.definitions import Definition, contracts, initials, letters_of
from kgraph.keys import SHORTEST_SLIP, alias_key, name_key, only_difference
from kgraph.lexicon import Lexicon

# A head that adds nothing to a name: "the GLUE benchmark" is GLUE.
_HEADS = re.compile(
    r"[\s-]+(?:algorithms?|approach(?:es)?|architectures?|attacks?|benchmarks?|blocks?|challenges?|corpora|corpus"
    r"|datasets?|data sets?|data|embeddings?|estimators?|framework|functions?|layers?|LLMs?|loss(?:es)?"
    r"|mechanisms?|methods?|models?|modules?|networks?|neural networks?|optimi[sz]ers?|problems?|procedures?"
    r"|process(?:es)?|prompting|regulari[sz]ation|regulari[sz]ers?|schemes?|scores?|suites?|systems?|tasks?"
    r"|techniques?|training|units?)$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
GIVEN = ("lexicon", "pipeline")  # the rules by which the user names things: they are not ours to judge
SEVERAL = "several"  # the rule that cuts the first name out of "CIFAR-10/100"


@dataclass(frozen=True, slots=True)
class Span:
    """A span that the tagger or a rule found, characters, half open."""

    start: int
    end: int
    text: str
    type: str
    score: int  # 0..1000
    rule: str


@dataclass(frozen=True, slots=True)
class Thing:
    """All spans of one paper that name one thing."""

    name: str
    type: str
    score: int
    spans: tuple[Span, ...]  # in reading order


def group(spans: Sequence[Span], definitions: Iterable[Definition], lexicon: Lexicon) -> list[Thing]:
    """Group spans into things, in order of their first span."""
    by_key: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_key[name_key(span.text)].append(span)
    leader = {key: key for key in by_key}

    def find(key: str) -> str:
        while leader[key] != key:
            key = leader[key]
        return key

    shorts: dict[str, int] = {}  # keys of short forms, with their rank as a name
    for short, long, rank in _same(by_key, spans, definitions, lexicon):
        leader[find(long)] = find(short)
        shorts[short] = rank
    things: dict[str, list[Span]] = defaultdict(list)
    for key, found in by_key.items():
        things[find(key)] += found
    return sorted(
        (_thing(found, shorts) for found in things.values()), key=lambda thing: thing.spans[0].start
    )


def without_head(span: Span, lexicon: Lexicon) -> Span:
    """Cut "optimizer" off "Adam optimizer" where the lexicon knows Adam and names nothing by the whole."""
    bare = _HEADS.sub("", span.text)
    known, whole = lexicon.by_key.get(alias_key(bare)), alias_key(span.text)
    if bare == span.text or not known:
        return span
    if any(row not in known or alias_key(row.name) == whole for row in lexicon.by_key.get(whole, ())):
        return span
    return replace(span, end=span.start + len(bare), text=bare)


def _same(
    by_key: dict[str, list[Span]], spans: Sequence[Span], definitions: Iterable[Definition], lexicon: Lexicon
) -> Iterable[tuple[str, str, int]]:
    """Yield pairs of keys that name one thing, the one that serves as its name first."""
    at = {(span.start, span.end): span.text for span in spans}
    forms = [(at[d.short], at[d.long]) for d in definitions if d.long in at and d.short in at]
    defined = {name_key(short) for short, _ in forms}
    for short, long in forms:
        yield name_key(short), name_key(long), 2
    texts = {key: found[0].text for key, found in by_key.items()}
    full_of = {short.removesuffix("s"): long for short, long in forms}
    for key, text in texts.items():
        for whole in _spelled_out(text, full_of):
            if whole in texts and whole != key:
                yield key, whole, 1
    shorts: dict[str, list[str]] = defaultdict(list)  # by their letters
    for key, text in texts.items():
        if _is_acronym(text) and key not in defined:
            shorts[letters_of(text)].append(key)
    defined_by = {initials(long): (name_key(short), long) for short, long in forms if initials(long)}
    spelled = {name_key(long) for _, long in forms}
    for key, text in texts.items():
        first_letters = initials(text)
        for short in (short for letters in first_letters for short in shorts.get(letters, ())):
            if short != key:
                yield short, key, 2
        short, long = defined_by.get(first_letters, ("", ""))
        if (
            short
            and key not in defined | spelled
            and not lexicon.by_key.get(alias_key(text))
            and _respelt(text, long)
        ):
            yield short, key, 2
        headless = name_key(_HEADS.sub("", text))
        if headless != key and headless in texts:
            yield headless, key, 1
    yield from _contracted(texts, defined, lexicon)
    yield from _same_row(texts, lexicon)


def _respelt(text: str, long: str) -> bool:
    """Say whether a text and a long form differ by one letter dropped from one long word, a slip of the pen.

    A letter changed makes another word too often: of "contrastive", "contractive".
    """
    shorter, longer = only_difference(*(_WORD.findall(name.lower()) for name in (text, long))) or ("", "")
    return len(shorter) >= SHORTEST_SLIP and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer) - 1)
    )


def _spelled_out(text: str, full_of: Mapping[str, str]) -> Iterator[str]:
    """Yield the keys of a name with a short form in it put in full: "monotone DBM" where DBM is defined."""
    words = text.split()
    for place, word in enumerate(words if len(words) > 1 else ()):
        if long := full_of.get(word.removesuffix("s")):
            for full in (long, long.removesuffix("s")):
                yield name_key(" ".join((*words[:place], full, *words[place + 1 :])))


def _contracted(texts: dict[str, str], defined: set[str], lexicon: Lexicon) -> Iterable[tuple[str, str, int]]:
    """What a paper coins and writes in full but never defines: one long form that fits, none of it known."""
    coined = [key for key, text in texts.items() if not lexicon.by_key.get(alias_key(text))]
    several: dict[str, list[str]] = defaultdict(list)  # names of several words by their first letter
    for key in coined:
        for letters in initials(texts[key])[:1]:
            several[letters[0]].append(key)
    for short in coined:
        if " " not in texts[short] and short not in defined:
            candidates = several.get(letters_of(texts[short])[:1], ())
            longs = [key for key in candidates if key != short and contracts(texts[short], texts[key])]
            if len(longs) == 1:
                yield short, longs[0], 2


def _same_row(texts: dict[str, str], lexicon: Lexicon) -> Iterable[tuple[str, str, int]]:
    """Spellings that the lexicon gives to one row, and to that one alone."""
    first: dict[str, str] = {}
    for key in texts:
        rows = lexicon.by_key.get(key) or lexicon.by_key.get(alias_key(texts[key])) or []
        if len(rows) == 1:
            other = first.setdefault(rows[0].id, key)
            if other != key:
                name, alias = sorted((other, key), key=lambda k: (len(k), k))
                yield name, alias, 1


def _is_acronym(text: str) -> bool:
    return " " not in text and sum(c.isupper() for c in text) >= 2


def _thing(spans: Sequence[Span], shorts: dict[str, int]) -> Thing:
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    forms = Counter(span.text for span in ordered)
    name = min(forms, key=lambda form: (-shorts.get(name_key(form), 0), -forms[form], len(form), form))
    votes: Counter[str] = Counter()
    for span in [span for span in ordered if span.rule in GIVEN] or ordered:
        votes[span.type] += span.score
    type_ = min(votes, key=lambda type_: (-votes[type_], type_))
    return Thing(name, type_, max(span.score for span in ordered), tuple(ordered))
