"""Mine the corpus for names, and write what was judged of them into the lexicon: `make lexicon`.

Reads the corpus, pipelines/verdicts.tsv (what was judged, a spelling a line) and kgraph/data/lexicon.tsv;
writes the lexicon's rows of source "mined" anew, and build/candidates.tsv: what three papers or more hold,
the tagger half takes for a name, and no one has judged yet. Every other row of the lexicon is a person's
and stays: to correct a mined row, change it and its source. About five minutes.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kgraph.extraction.extractor import load_extractor
from kgraph.extraction.tagger import Tagger
from kgraph.keys import alias_key, name_key, slug
from kgraph.lexicon import COLUMNS, Lexicon, read_lexicon
from kgraph.records import TYPES, Paper
from pipelines.corpus import DEV, read_annotated, read_corpus

DATA = Path("kgraph/data")
VERDICTS = Path(__file__).with_name("verdicts.tsv")
CANDIDATES = Path("build/candidates.tsv")
LEAST_PAPERS = 3
GENEROUS_BIAS = -1.5  # of the tagger's against "outside": what it half believes is a candidate too
_ACRONYM = re.compile(r"[A-Z0-9-]{1,6}s?")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was judged of one spelling: a type, "none", or a type and "?" for a name in some texts only."""

    spelling: str
    verdict: str
    name: str  # the usual name of the thing, if this is another spelling of it
    papers: int

    @property
    def sure(self) -> bool:
        """Whether it makes a row; an acronym is too often another thing's as well."""
        return self.verdict in TYPES and len(self.spelling) > 3 and not _ACRONYM.fullmatch(self.spelling)


def main() -> None:
    """Write the lexicon and the candidates."""
    verdicts = list(_read_verdicts())
    rows = _other_rows(DATA / "lexicon.tsv")
    mined = _mined_rows([v for v in verdicts if v.sure], rows)
    _write_rows(DATA / "lexicon.tsv", rows | mined)
    print(f"{len(rows)} rows kept, {len(mined)} mined", file=sys.stderr)
    CANDIDATES.parent.mkdir(exist_ok=True)
    judged = {name_key(verdict.spelling) for verdict in verdicts}
    with CANDIDATES.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in _candidates(read_lexicon(), judged))


def _read_verdicts() -> Iterator[Verdict]:
    for line in VERDICTS.read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "spelling\t")):
            spelling, verdict, name, papers = line.split("\t")
            yield Verdict(spelling, verdict, name, int(papers))


def _other_rows(path: Path) -> dict[str, list[str]]:
    """Read the rows that were not mined, by id."""
    lines = (
        line for line in path.read_text("utf-8").splitlines() if line and not line.startswith(("#", "id\t"))
    )
    rows = (line.split("\t") for line in lines)
    return {row[0]: row for row in rows if row[COLUMNS.index("source")] != "mined"}


def _mined_rows(verdicts: Iterable[Verdict], rows: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return a row for every thing that no other row names, by id, with all spellings judged to be its."""
    taken = {
        alias_key(spelling) for row in rows.values() for spelling in (row[2], *row[3].split("|")) if spelling
    }
    mined: dict[str, list[str]] = {}
    id_of: dict[str, str] = {}  # of mined rows, by key
    for verdict in verdicts:
        key, name = alias_key(verdict.spelling), alias_key(verdict.name)
        if key in taken or key in id_of or name in taken:
            continue
        id_ = id_of.get(name)
        if id_ is None:
            id_ = slug(verdict.name or verdict.spelling)
            if id_ in rows or id_ in mined:
                id_ += f"-{verdict.verdict}"
            assert id_ not in rows and id_ not in mined, id_
            mined[id_] = _row(id_, verdict)
        elif mined[id_][1] == verdict.verdict:
            mined[id_][3] = "|".join(filter(None, (mined[id_][3], verdict.spelling)))
        for known in filter(None, (key, name)):
            id_of[known] = id_
    return mined


def _row(id_: str, verdict: Verdict) -> list[str]:
    alias = verdict.spelling if verdict.name else ""
    name = verdict.name or verdict.spelling
    return [id_, verdict.verdict, name, alias, "", "", "mined", f"{verdict.papers} papers"]


def _write_rows(path: Path, rows: dict[str, list[str]]) -> None:
    head = [line for line in path.read_text("utf-8").splitlines() if line.startswith(("#", "id\t"))]
    path.write_text(
        "\n".join([*head, *("\t".join(rows[id_]) for id_ in sorted(rows))]) + "\n", "utf-8", newline="\n"
    )


def _candidates(lexicon: Lexicon, judged: set[str]) -> Iterator[str]:
    """Yield spelling, papers and likeliest type of what no row and no verdict names, the commonest first."""
    tagger = load_extractor().tagger
    known = {name_key(spelling) for row in lexicon.rows for spelling in row.spellings} | judged
    papers: Counter[str] = Counter()
    types: dict[str, Counter[str]] = defaultdict(Counter)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for paper in _recent_papers():
        found = {(name_key(text), text, type_) for text, type_ in _half_believed(paper, tagger)}
        papers.update({key for key, _, _ in found if key and key not in known})
        for key, text, type_ in found:
            forms[key][text] += 1
            types[key][type_] += 1
    for key, count in sorted(papers.items(), key=lambda item: (-item[1], item[0])):
        if count >= LEAST_PAPERS:
            form = min(forms[key], key=lambda text: (-forms[key][text], text))
            type_ = min(types[key], key=lambda type_: (-types[key][type_], type_))
            yield f"{form}\t{count}\t{type_}"


def _half_believed(paper: Paper, tagger: Tagger) -> Iterator[tuple[str, str]]:
    with tagger.network.one_thread():
        found = list(tagger.find(tagger.read(paper.text), GENEROUS_BIAS))
    for start, end, type_, _ in found:
        yield paper.text[start:end].strip("-–—,;:. "), type_


def _recent_papers() -> Iterator[Paper]:
    """Yield the papers since 2014 that no figures are measured on."""
    measured = {alias_key(annotated.paper.title) for annotated in read_annotated(DEV)}
    for paper in read_corpus():
        if (paper.date or "") >= "2014" and alias_key(paper.title) not in measured:
            yield paper


if __name__ == "__main__":
    main()
