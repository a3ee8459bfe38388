"""What annotated papers say of spellings: how many hold one, and how many of these name something by it.

"variance reduction" stands in fifteen papers, and twelve name it as a method: this is knowledge of the field
that one abstract does not hold. Reads the annotated papers; writes evidence.tsv, sorted by spelling.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kgraph.extraction.features import Counts, Evidence
from kgraph.extraction.tokens import token_spans
from kgraph.keys import name_key
from kgraph.matching import names_of
from kgraph.records import GRAPH_TYPES
from pipelines.corpus import MADE_UP, Annotated

LEAST_PAPERS = 2
PARTS = 10


def evidence_of_others(papers: Sequence[Annotated]) -> Iterator[tuple[Annotated, Evidence]]:
    """Yield each paper with the evidence of the nine tenths of the papers that it is not among.

    What a paper itself adds must not be seen in training, nor be missed: either would give its names away.
    """
    for part in range(PARTS):
        others = [paper for i, paper in enumerate(papers) if i % PARTS != part]
        evidence = Evidence(count_evidence(others))
        for paper in papers[part::PARTS]:
            yield paper, evidence


def count_evidence(papers: Sequence[Annotated]) -> dict[str, Counts]:
    """Count the spellings that LEAST_PAPERS or more real papers hold, by their commonest form."""
    papers = [annotated for annotated in papers if annotated.annotators != MADE_UP]
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for annotated in papers:
        for entity in annotated.entities:
            for spelling in set(names_of(entity)):
                forms[_key(_words(spelling))][" ".join(spelling.split())] += 1
    spelled = {key: min(form, key=lambda text: (-form[text], text)) for key, form in forms.items() if key}
    for _ in range(2):  # without the rare ones, the shorter spellings in them are found oftener
        counts = _count(papers, spelled)
        spelled = {key: form for key, form in spelled.items() if counts[form].papers >= LEAST_PAPERS}
    return {form: counts[form] for form in spelled.values()}


def _count(papers: Iterable[Annotated], spelled: Mapping[str, str]) -> dict[str, Counts]:
    evidence = Evidence({spelling: Counts(0, 0, 0) for spelling in spelled.values()})
    counts: dict[str, list[int]] = {key: [0, 0, 0] for key in spelled}
    for annotated in papers:
        keys = [name_key(word) for word in _words(annotated.paper.text)]
        own = _own_counts(annotated)
        for key in {key for _, _, key in evidence.find(keys)} & counts.keys():
            for place, count in enumerate(own.get(key, Counts(1, 0, 0))):
                counts[key][place] += count
    return {spelled[key]: Counts(*count) for key, count in counts.items()}


def _own_counts(annotated: Annotated) -> dict[str, Counts]:
    """Return what a paper that holds its names adds to the counts of each, by key."""
    own = {}
    for entity in annotated.entities:
        thing = int(entity["type"] in GRAPH_TYPES)
        for spelling in names_of(entity):
            own[_key(_words(spelling))] = Counts(1, thing, 1 - thing)
    return own


def write_evidence(counts: Mapping[str, Counts], path: Path) -> None:
    lines = ["spelling\tpapers\tthings\tothers"]
    lines += ["\t".join((spelling, *map(str, counts[spelling]))) for spelling in sorted(counts)]
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def _words(text: str) -> list[str]:
    return [text[start:end] for start, end in token_spans(text)]


def _key(words: Sequence[str]) -> str:
    return "".join(map(name_key, words))
