"""The one composition: sources -> records -> papers -> mentions -> entities -> edges, all of it in the store.

Whatever was given, taken or interrupted, the rest follows from the records anew. Only mentions are kept, each
as long as its paper's text and the extractor stay the same. Hence adding equals building again, to the byte.
"""

import gc
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Unpack

from kgraph.arguments import at_least, files
from kgraph.config import Config
from kgraph.corrections import Corrections, own_lexicon, read_corrections
from kgraph.edges import find_introducers, relate_builds_on
from kgraph.entities import find_senses, resolve
from kgraph.errors import StoreError
from kgraph.extraction import Extractor, find_mentions, load_extractor
from kgraph.families import find_families
from kgraph.identity import identify, merge, record_key
from kgraph.lexicon import Lexicon
from kgraph.names import find_paper
from kgraph.readings import Forms
from kgraph.records import ROLES, Extraction, Paper, Reject, Usage, common_label
from kgraph.references import Collection, find_citations
from kgraph.rejects import listing_rejects
from kgraph.senses import Senses
from kgraph.sources import ReadOptions, find_files, read_papers
from kgraph.sources.language import is_english
from kgraph.store import Store, building, changing

# Told of a stage, how much of it is done and the total if that is known. The stages are read (in bytes),
# extract (in papers), resolve and relate (which only begin and end).
Progress = Callable[[str, int, int | None], None]

MAX_REJECTS = 1000  # so many are listed; all are counted

_COUNTS = ("read", "rejected", "left_out", "without_abstract", "not_english")
_BATCH = 200  # papers: a killed build loses at most the work on so many


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build, an addition or a removal did, and what the store holds now."""

    read: int  # records
    new: int  # papers that the store did not hold before
    duplicates: int  # records of papers that it held, or that another record had brought
    removed: int  # papers
    rejected: int
    left_out: int  # papers that `where` and `since` do not take
    without_abstract: int  # records: only their titles were read for names
    not_english: int  # records: as their sources say, or their words
    rejects: tuple[Reject, ...] = field(repr=False)  # the first MAX_REJECTS
    re_extracted: bool  # the extractor is another one now, so all texts were read again
    papers: int
    mentions: int
    entities: dict[str, int]  # by type
    edges: dict[str, int]  # by relation
    seconds: float


def build(
    sources: str | Path | Iterable[str | Path],
    db: str | Path = Config.db,
    *,
    jobs: int = Config.jobs,
    lexicon: str | Path | Sequence[str | Path] = (),
    nlp: str | None = None,
    rejects: str | Path | None = None,
    progress: Progress | None = None,
    **reading: Unpack[ReadOptions],
) -> BuildReport:
    """Make the store from these sources alone; `rejects` is a file for all records that are left out.

    A build that was killed is taken up again: what the same extractor found in the same texts stays.
    The other options are those of `read_papers`.
    """
    at_least(1, jobs=jobs)
    run = _Run(progress)
    steps = _steps(db)
    with building(db) as store:
        extractor = run.load(store, nlp, files(lexicon))
        with store.transaction():
            store.drop_records()
            run.read(store, files(sources), rejects, reading)
            store.put_meta(steps=steps)
            _settle(store)
        run.derive(store, extractor, jobs)
        return run.report(store)


def add(
    sources: str | Path | Iterable[str | Path],
    db: str | Path = Config.db,
    *,
    jobs: int = Config.jobs,
    lexicon: str | Path | Sequence[str | Path] = (),
    nlp: str | None = None,
    rejects: str | Path | None = None,
    progress: Progress | None = None,
    **reading: Unpack[ReadOptions],
) -> BuildReport:
    """Add the papers of these sources to the store: the same as building it anew with them.

    Lexicons and pipeline are those of the build unless given; another extractor reads every text again.
    """
    at_least(1, jobs=jobs)
    run = _Run(progress)
    with changing(db) as store:
        run.before = set(store.dates())
        extractor = run.load_again(store, nlp, files(lexicon))
        with store.transaction():
            run.read(store, files(sources), rejects, reading)
            _settle(store)
        run.derive(store, extractor, jobs)
        return run.report(store)


def remove(
    papers: str | Iterable[str],
    db: str | Path = Config.db,
    *,
    jobs: int = Config.jobs,
    progress: Progress | None = None,
) -> BuildReport:
    """Remove papers, given by id, URL or title: the same as building the store without them.

    Raises UnknownName or AmbiguousName, and leaves the store as it was, if one of them is not there.
    """
    at_least(1, jobs=jobs)
    run = _Run(progress)
    with changing(db) as store:
        run.before = set(store.dates())
        gone = [
            str(find_paper(store.connection, paper)["id"])
            for paper in ([papers] if isinstance(papers, str) else papers)
        ]
        extractor = run.load_again(store)
        with store.transaction():
            store.drop_records(gone)
            _settle(store)
        run.derive(store, extractor, jobs)
        return run.report(store)


class _Run:
    """One command's way through the stages: its clock, its counts and whom it tells."""

    def __init__(self, progress: Progress | None) -> None:
        self.started = time.monotonic()
        self.tell: Progress = progress or (lambda stage, done, total: None)
        self.counts: Counter[str] = Counter()
        self.rejects: list[Reject] = []
        self.re_extracted = False
        self.before: set[str] = set()  # the papers that the store held
        self.corrections = Corrections()

    def load(self, store: Store, nlp: str | None, lexicon: Sequence[str | Path]) -> Extractor:
        """Load an extractor and make it the store's; forget what another one had found."""
        paths = [Path(path).resolve() for path in lexicon]
        if nlp is not None and Path(nlp).exists():
            nlp = str(Path(nlp).resolve())
        every = [*paths, *own_lexicon(store.path)]
        extractor = load_extractor(nlp, every)
        self.corrections = read_corrections(every)
        with store.transaction():
            last = store.meta("extractor")
            if last and last["fingerprint"] != extractor.fingerprint:
                store.forget_extractions()
                self.re_extracted = bool(self.before)
            lexicon = [str(path) for path in paths]
            store.put_meta(extractor={"nlp": nlp, "lexicon": lexicon, "fingerprint": extractor.fingerprint})
        return extractor

    def load_again(
        self, store: Store, nlp: str | None = None, lexicon: Sequence[str | Path] = ()
    ) -> Extractor:
        """Load the store's extractor as it is now, or as it is given here."""
        last = store.meta("extractor")
        return self.load(store, nlp or last["nlp"], lexicon or last["lexicon"])

    def read(
        self,
        store: Store,
        sources: Iterable[str | Path],
        rejects: str | Path | None,
        reading: ReadOptions,
    ) -> None:
        """Put the records of these sources into the store."""
        sources = list(sources)
        total, done = find_files(sources, store.path).total_bytes, 0

        def tell(count: int) -> None:
            nonlocal done
            done += count
            self.tell("read", done, total)

        def leave_out(_: Paper) -> None:
            self.counts["left_out"] += 1

        found = read_papers(sources, on_bytes=tell, on_left_out=leave_out, own=store.path, **reading)
        with listing_rejects(rejects) as list_reject:
            store.put_records(self._without_rejects(found, list_reject))
        earlier = (store.meta("rejects") or []) if self.before else []
        store.put_meta(
            rejected=self.counts["rejected"] + (store.meta("rejected") if earlier else 0),
            rejects=[*earlier, *map(astuple, self.rejects)][:MAX_REJECTS],
        )

    def _without_rejects(
        self, found: Iterable[Paper | Reject], list_reject: Callable[[Reject], None]
    ) -> Iterator[Paper]:
        for one in found:
            if isinstance(one, Paper):
                self.counts["read"] += 1
                self.counts["without_abstract"] += not one.abstract
                self.counts["not_english"] += not is_english(one)
                yield one
            else:
                self.counts["rejected"] += 1
                self.rejects += [one][: MAX_REJECTS - len(self.rejects)]
                list_reject(one)

    def derive(self, store: Store, extractor: Extractor, jobs: int) -> None:
        """Find what papers name, as far as that is not known yet, and all that follows."""
        total, done = store.unextracted(), 0
        self.tell("extract", done, total)
        for batch in _batches(find_mentions(store.papers_to_extract(), extractor, jobs)):
            with store.transaction():
                store.put_extractions(batch)
            done += len(batch)
            self.tell("extract", done, total)
        resolve_again(store, extractor.lexicon, self.corrections, self.tell)

    def report(self, store: Store) -> BuildReport:
        counts: dict[str, Any] = {name: self.counts[name] for name in _COUNTS}
        now = set(store.dates())
        new = len(now - self.before)
        return BuildReport(
            **counts,
            new=new,
            duplicates=max(0, self.counts["read"] - new),
            removed=len(self.before - now),
            rejects=tuple(self.rejects),
            re_extracted=self.re_extracted,
            **store.counts(),
            seconds=round(time.monotonic() - self.started, 2),
        )


def resolve_again(
    store: Store, lexicon: Lexicon, corrections: Corrections, progress: Progress | None = None
) -> None:
    """Let entities and edges follow from what was found in the papers, which are not read for it."""
    tell = progress or (lambda stage, done, total: None)
    with store.transaction(), _collector_paused():
        tell("resolve", 0, 1)
        _resolve(store, lexicon, corrections)
        tell("resolve", 1, 1)
        tell("relate", 0, 1)
        _relate(store)
        tell("relate", 1, 1)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the collector of cycles out of work that makes many objects and no cycle: a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _steps(db: str | Path) -> list[object]:
    """Return what `kgraph alias` can undo in the lexicon beside the store that a build replaces."""
    with suppress(StoreError), Store(db) as store:
        return list(store.meta("steps") or [])
    return []


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


def _resolve(store: Store, lexicon: Lexicon, corrections: Corrections) -> None:
    """Let the entities follow from the mentions: first what each paper means, then the spellings over all."""
    used = list(_used(store, corrections))
    usages = _pooled((use, "") for use in used)
    forms = Forms(usages, lexicon, corrections)
    senses = Senses(usages, lexicon, find_senses(usages, lexicon, corrections, forms))
    chosen: dict[_Place, str] = {}
    found = resolve(_pooled(_choose_senses(store, used, senses, chosen)), lexicon, corrections, forms)
    store.put_entities(
        found.entities,
        (
            (
                use.paper,
                use.name,
                spelling,
                *found.decide((use.spellings, chosen.get(use.place, "")), spelling),
            )
            for use in used
            for spelling in use.spellings
        ),
        ((row.spelling, row.entity, row.rule, row.papers) for row in found.spellings),
    )


def forms_of(store: Store, lexicon: Lexicon, corrections: Corrections) -> Forms:
    """Return the forms of what a store holds, as they are told apart under these corrections."""
    return Forms(_pooled((use, "") for use in _used(store, corrections)), lexicon, corrections)


_Place = tuple[str, str, tuple[str, ...]]  # a paper, what it names, and the spellings of that


def _choose_senses(
    store: Store, used: Iterable["_Use"], senses: Senses, chosen: dict[_Place, str]
) -> Iterator[tuple["_Use", str]]:
    """Yield what papers name with the sense that each chooses, "" for none; note those by their place."""
    texts, (paper, text) = store.texts(), ("", "")
    for use in used:
        sense = ""
        if senses.may_differ(use.spellings, use.label):
            while paper != use.paper:
                paper, text = next(texts)
            sense = senses.choose(use.paper, use.spellings, use.label, use.coined, text)
        if sense:
            chosen[use.place] = sense
        yield use, sense


def _pooled(uses: Iterable[tuple["_Use", str]]) -> list[Usage]:
    """Pool what papers name, each with its sense."""
    counts: dict[tuple[tuple[str, ...], str, str], tuple[int, int]] = {}
    for use, sense in uses:
        key = use.spellings, use.label, sense
        papers, scores = counts.get(key, (0, 0))
        counts[key] = papers + 1, scores + use.score
    return [
        Usage(spellings, label, papers, score, sense)
        for (spellings, label, sense), (papers, score) in sorted(counts.items())
    ]


class _Use(NamedTuple):
    """What one paper names."""

    paper: str
    name: str
    spellings: tuple[str, ...]  # that it has there
    label: str  # the type that they vote for
    score: int  # the best
    coined: bool  # the paper introduces it

    @property
    def place(self) -> _Place:
        return self.paper, self.name, self.spellings


def _used(store: Store, corrections: Corrections) -> Iterator[_Use]:
    """Yield what papers name; a name whose spellings a person says are several things, once for each."""
    for paper, rows in store.namings():
        by_name: dict[str, list[tuple[str, str, int, str]]] = defaultdict(list)
        for name, *mention in rows:
            by_name[name].append(tuple(mention))
        for name, mentions in by_name.items():
            if len(mentions) == 1:  # as most are
                ((text, label, score, role),) = mentions
                yield _Use(paper, name, (text,), label, score, role == ROLES[0])
                continue
            for spellings in corrections.divide(sorted({text for text, *_ in mentions})):
                of_these = [mention for mention in mentions if mention[0] in spellings]
                _, _, scores, roles = zip(*of_these, strict=True)
                label = common_label((label, score) for _, label, score, _ in of_these)
                yield _Use(paper, name, spellings, label, max(scores), ROLES[0] in roles)


def _relate(store: Store) -> None:
    """Let the edges follow from the papers, mentions and entities."""
    dates = store.dates()
    with store.replacing_edges():
        store.put_role_edges()
        introducers = find_introducers(store.role_edges(), dates)
        store.put_edges(relate_builds_on(store.role_edges(), introducers, dates))
        collection = Collection(store.paper_of(), store.titles())
        store.put_citations(find_citations(store.papers(), collection))
        store.put_stated_edges()
        store.put_company_edges()
        store.put_families(find_families(store.entities()))
    store.put_entity_counts(introducers)
