"""The one composition: sources -> records -> papers -> mentions -> entities -> edges, all of it in the store.

Whatever was given, taken or interrupted, the rest follows from the records anew. Only mentions are kept, each
as long as its paper's text and the extractor stay the same. Hence adding equals building again, to the byte.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from kgraph.config import Config
from kgraph.edges import find_introducers, find_paper_of, relate_builds_on, relate_cites
from kgraph.entities import resolve
from kgraph.extraction import Extractor, find_mentions, load_extractor
from kgraph.identity import identify, merge, record_key
from kgraph.lexicon import Lexicon
from kgraph.names import find_paper
from kgraph.records import TYPES, Extraction, Paper, Reject, Usage
from kgraph.sources import read_papers
from kgraph.store import Naming, Store, building, changing

Progress = Callable[[str, int, int | None], None]  # stage, done, total if that is known

STAGES = ("read", "extract", "resolve", "relate")
MAX_REJECTS = 1000  # so many are listed; all are counted

_BATCH = 200  # papers: a killed build loses at most the work on so many


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build, an addition or a removal did, and what the store holds now."""

    read: int  # records
    new: int  # papers that the store did not hold before
    duplicates: int  # records of papers that it held, or that another record had brought
    removed: int  # papers
    rejected: int
    rejects: tuple[Reject, ...] = field(repr=False)  # the first MAX_REJECTS
    re_extracted: bool  # the extractor is another one now, so all texts were read again
    papers: int
    mentions: int
    entities: dict[str, int]  # by type
    edges: dict[str, int]  # by relation
    seconds: float


def build(
    sources: Iterable[str | Path],
    db: str | Path = Config.db,
    *,
    jobs: int = Config.jobs,
    lexicon: Sequence[str | Path] = (),
    nlp: str | None = None,
    as_of: str | None = None,
    skip_bad_files: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Make the store from these sources alone.

    A build that was killed is taken up again: what the same extractor found in the same texts stays.
    """
    run = _Run(progress)
    extractor, options = _load(nlp, lexicon)
    with building(db) as store:
        with store.transaction():
            store.drop_records()
            run.read(store, read_papers(sources, as_of=as_of))
            _settle(store)
            _adopt(store, extractor, options)
        run.derive(store, extractor, jobs)
        return run.report(store, before=set())


def add(
    sources: Iterable[str | Path],
    db: str | Path = Config.db,
    *,
    jobs: int = Config.jobs,
    lexicon: Sequence[str | Path] | None = None,
    nlp: str | None = None,
    as_of: str | None = None,
    skip_bad_files: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Add the papers of these sources to the store: the same as building it anew with them.

    Lexicons and pipeline are those of the build unless given; another extractor reads every text again.
    """
    run = _Run(progress)
    with changing(db) as store:
        before = store.paper_ids()
        run.read(store, read_papers(sources, as_of=as_of))
        return run.change(store, before, jobs, lexicon, nlp)


def remove(
    papers: Iterable[str],
    db: str | Path = Config.db,
    *,
    jobs: int = Config.jobs,
    progress: Progress | None = None,
) -> BuildReport:
    """Remove papers, given by id, URL or title: the same as building the store without them.

    Raises UnknownName or AmbiguousName, and leaves the store as it was, if one of them is not there.
    """
    run = _Run(progress)
    with changing(db) as store:
        before = store.paper_ids()
        store.drop_records([str(find_paper(store.connection, paper)["id"]) for paper in papers])
        return run.change(store, before, jobs)


class _Run:
    """One command's way through the stages: its clock, its counts and whom it tells."""

    def __init__(self, progress: Progress | None) -> None:
        self.started = time.monotonic()
        self.tell: Progress = progress or (lambda stage, done, total: None)
        self.records = self.rejected = 0
        self.rejects: list[Reject] = []
        self.re_extracted = False

    def read(self, store: Store, found: Iterable[Paper | Reject]) -> None:
        store.put_records(self._papers(found))

    def _papers(self, found: Iterable[Paper | Reject]) -> Iterator[Paper]:
        for one in found:
            if isinstance(one, Reject):
                self.rejected += 1
                self.rejects += [one][: MAX_REJECTS - len(self.rejects)]
                continue
            self.records += 1
            yield one
            if self.records % _BATCH == 0:
                self.tell("read", self.records, None)
        self.tell("read", self.records, self.records)

    def change(
        self,
        store: Store,
        before: set[str],
        jobs: int,
        lexicon: Sequence[str | Path] | None = None,
        nlp: str | None = None,
    ) -> BuildReport:
        """Let all follow from the changed records, by the remembered extractor unless another is given."""
        remembered = store.meta("extractor")
        extractor, options = _load(
            remembered["nlp"] if nlp is None else nlp, remembered["lexicon"] if lexicon is None else lexicon
        )
        with store.transaction():
            _settle(store)
            self.re_extracted = _adopt(store, extractor, options)
        self.derive(store, extractor, jobs)
        return self.report(store, before)

    def derive(self, store: Store, extractor: Extractor, jobs: int) -> None:
        """Find what papers name, as far as that is not known yet, and all that follows."""
        total, done = store.unextracted(), 0
        self.tell("extract", done, total)
        for batch in _batches(find_mentions(store.papers_to_extract(), extractor, jobs)):
            with store.transaction():
                store.put_extractions(batch)
            done += len(batch)
            self.tell("extract", done, total)
        with store.transaction():
            self.tell("resolve", 0, None)
            _resolve(store, extractor.lexicon)
            self.tell("relate", 0, None)
            _relate(store)

    def report(self, store: Store, before: set[str]) -> BuildReport:
        now = store.paper_ids()
        new = len(now - before)
        report = BuildReport(
            read=self.records,
            new=new,
            duplicates=self.records - new if self.records > new else 0,
            removed=len(before - now),
            rejected=self.rejected,
            rejects=tuple(self.rejects),
            re_extracted=self.re_extracted,
            **store.counts(),
            seconds=round(time.monotonic() - self.started, 2),
        )
        store.put_meta(
            rejected=self.rejected, rejects=[[r.source, r.reason, r.excerpt] for r in self.rejects]
        )
        return report


def _load(nlp: str | None, lexicon: Sequence[str | Path]) -> tuple[Extractor, dict[str, object]]:
    """Return the extractor and how to load it again, from whatever working directory."""
    paths = [Path(path).resolve() for path in lexicon]
    if nlp is not None and Path(nlp).exists():
        nlp = str(Path(nlp).resolve())
    return load_extractor(nlp, paths), {"nlp": nlp, "lexicon": [str(path) for path in paths]}


def _adopt(store: Store, extractor: Extractor, options: dict[str, object]) -> bool:
    """Make this the store's extractor; forget what another one found and tell whether there was one."""
    last = store.meta("extractor")
    options = {**options, "fingerprint": extractor.fingerprint}
    changed = last is not None and last["fingerprint"] != extractor.fingerprint
    if changed:
        store.forget_extractions()
    store.put_meta(extractor=options)
    return changed


def _settle(store: Store) -> None:
    """Let the papers follow from the records."""
    before, keys = {}, []
    for digest, paper, record in store.records():
        before[digest] = paper
        keys.append(record_key(digest, record))
    papers = identify(keys, lambda digest: store.record(digest).abstract)
    store.assign_records(
        (digest, paper.id) for paper in papers for digest in paper.records if before[digest] != paper.id
    )
    ids = {paper.id: paper.ids for paper in papers}
    store.put_papers(merge(id_, ids[id_], records) for id_, records in store.records_by_paper())


def _batches(extractions: Iterator[Extraction]) -> Iterator[list[Extraction]]:
    while batch := list(islice(extractions, _BATCH)):
        yield batch


def _resolve(store: Store, lexicon: Lexicon) -> None:
    """Let the entities follow from the mentions."""
    papers: Counter[tuple[tuple[str, ...], str]] = Counter()
    scores: Counter[tuple[tuple[str, ...], str]] = Counter()
    for _, _, spellings, label, score in _used(store.namings()):
        papers[spellings, label] += 1
        scores[spellings, label] += score
    usages = (Usage(*use, papers[use], scores[use]) for use in sorted(papers))
    found = resolve(usages, lexicon)
    store.put_entities(
        found.entities,
        (
            (paper, name, found.entity_of.get(spellings))
            for paper, name, spellings, *_ in _used(store.namings())
        ),
        ((row.spelling, row.entity, row.rule, row.papers) for row in found.spellings),
    )


def _used(namings: Iterable[Naming]) -> Iterator[tuple[str, str, tuple[str, ...], str, int]]:
    """Yield paper, name, the spellings that it has there, the type that they vote for, and the best score."""
    for paper, rows in namings:
        by_name: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for name, *mention in rows:
            by_name[name].append(tuple(mention))
        for name, mentions in by_name.items():
            texts, _, scores = zip(*mentions, strict=True)
            yield paper, name, tuple(sorted(set(texts))), _label(mentions), max(scores)


def _label(mentions: Iterable[tuple[str, str, int]]) -> str:
    """Return the label with the greatest sum of scores; of equals the first of TYPES."""
    votes: Counter[str] = Counter()
    for _, label, score in mentions:
        votes[label] += score
    return min(votes, key=lambda label: (-votes[label], TYPES.index(label)))


def _relate(store: Store) -> None:
    """Let the edges follow from the papers, mentions and entities."""
    store.drop_edges()
    store.put_role_edges()
    dates = {paper.id: paper.date for paper in store.papers()}
    paper_of = find_paper_of(store.papers())
    introducers = find_introducers(store.role_edges(), dates)
    store.put_entity_counts(introducers)
    store.put_edges(relate_builds_on(store.role_edges(), introducers, dates))
    store.put_edges(relate_cites(store.papers(), paper_of))
    store.put_stated_edges()
    store.put_company_edges()
