"""Measure speed and memory, each beside something outside the project or a limit; `make bench`, no test.

Reads the pages, the corpus and the annotated papers in ../shared, as far as they are there; writes stores
under build/bench. Prints a table; a figure that misses its limit says so, and nothing fails.
"""

import argparse
import gzip
import json
import os
import platform
import subprocess
import sys
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

    from kgraph import Paper
    from kgraph.building import Progress

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
SEEDS = SHARED / "seeds"
CORPUS = SHARED / "corpora" / "conference-abstracts.jsonl.gz"
GOLD = SHARED / "gold" / "dev.jsonl"
WORK = ROOT / "build" / "bench"

KGRAPH = (sys.executable, "-m", "kgraph")
WATCHED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, used.ru_utime + used.ru_stime, file=sys.stderr)
sys.exit(code)
"""  # a small process between, since a child's peak begins at that of the process it was forked from
TYPES = ("method", "model", "dataset", "task", "metric")
ROUNDS = 5  # of each way to extract, in turn
STARTS = 21  # of each process, in turn
READ_RECORDS = 5_000
ONE_MORE = {
    "title": "Zorble: pruning by drawing lots",
    "abstract": "We propose Zorble, which prunes ResNet-50 and BERT at random; we test on ImageNet and GLUE.",
}


LARGE = (50_000, 100_000)  # nodes and edges of the page that is timed
VISITS = 4  # of each page, in turn; the first warms up
FRAMES = 4  # of each visit: without a graphics card, one takes seconds
BARE = """<!doctype html><meta charset="utf-8"><style>#map {{ position: fixed; inset: 0 0 0 292px }}</style>
<div id="map"></div><script id="data" type="application/json">{data}</script><script>{script}</script>"""
# A frame counts as drawn once a pixel of it can be read: until then it may only have been queued.
WATCH = """
window.frame = () => new Promise(requestAnimationFrame);
window.drawn = async () => {
    await frame();
    await frame();
    for (const canvas of document.querySelectorAll("#map canvas")) {
        const gl = canvas.getContext("webgl2");
        if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    }
};
new MutationObserver(async (_, watcher) => {
    if (!document.documentElement.dataset.ready) return;
    watcher.disconnect();
    await drawn();
    window.firstFrame = performance.now();
}).observe(document, { attributes: true, childList: true, subtree: true });
"""
MOVE = """async (frames) => {
    const camera = landscape.map.sigma.getCamera();
    const took = [];
    for (let i = 0; i < frames; i += 1) {
        const started = performance.now();
        camera.setState({ x: 0.5 + 0.004 * i, ratio: 0.9 + 0.01 * i });
        await drawn();
        took.push(performance.now() - started);
    }
    return took;
}"""  # the camera pans and zooms; milliseconds of each frame


@dataclass(frozen=True)
class Figure:
    """One line of the table; ok is None where there is no limit."""

    name: str
    value: str
    limit: str = ""
    ok: bool | None = None


@dataclass(frozen=True)
class Run:
    """What a build took, as a whole process."""

    seconds: float
    processor_seconds: float  # the same where nothing else runs
    megabytes: float  # at the peak; of its largest process
    report: dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--full", action="store_true", help="build all papers of the corpus, too")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part; may be repeated")
    args = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for part in args.only or PARTS:
        print(f"\n{part}", flush=True)
        try:
            for figure in PARTS[part](args.full):
                _show(figure)
        except subprocess.CalledProcessError as error:
            last = (error.stderr.strip() or "no message").splitlines()[-1]
            _show(Figure("failed", f"{' '.join(error.cmd[-3:])}: {last}", ok=False))


def _show(figure: Figure) -> None:
    verdict = {True: "ok", False: "NOT ok", None: ""}[figure.ok]
    print(f"  {figure.name:<44}{figure.value:>14}  {figure.limit:<12}{verdict}".rstrip(), flush=True)


# ------------------------------------------------------------------------------------------------- parts


def measure_seeds(_: bool) -> Iterator[Figure]:
    """Build the saved pages, the whole process."""
    if not SEEDS.exists():
        yield _skipped(SEEDS)
        return
    took = _build(_pages(), "seeds")
    yield Figure("papers of the saved pages", str(took.report["papers"]))
    yield Figure("kgraph build", f"{took.seconds:.2f} s", "<= 15 s", took.seconds <= 15)
    yield Figure("of it on the processor", f"{took.processor_seconds:.2f} s")
    yield Figure("peak memory", f"{took.megabytes:.0f} MB")


def measure_extraction(_: bool) -> Iterator[Figure]:
    """Extract in this process, in turn with spaCy's default ner and its bare tokeniser; all on one thread."""
    if not SEEDS.exists():
        yield _skipped(SEEDS)
        return
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[threads] = "1"  # before numpy is loaded; so that cores do not decide
    import kgraph
    from kgraph.extraction import find_mentions, load_extractor

    papers = [found for found in kgraph.read_papers(_pages()) if isinstance(found, kgraph.Paper)]
    started = time.perf_counter()
    extractor = load_extractor()
    loading = time.perf_counter() - started
    seconds = _race(
        {
            "kgraph": lambda: sum(1 for _ in find_mentions(papers, extractor)),
            "spaCy ner": _spacy_ner(papers),
            "spaCy tokeniser": _spacy_tokeniser(papers),
        }
    )
    ours, ner, tokeniser = seconds.values()
    yield Figure("load the extractor, once", f"{loading:.2f} s")
    for name, took in seconds.items():
        yield Figure(name, f"{len(papers) / took:,.0f} papers/s")
    yield Figure("speed / spaCy ner's", f"{ner / ours:.2f}", ">= 3", ner >= 3 * ours)
    yield Figure("speed / spaCy tokeniser's", f"{tokeniser / ours:.3f}", ">= 0.15", tokeniser >= 0.15 * ours)
    yield from _quality()


def measure_reading(_: bool) -> Iterator[Figure]:
    """Read records as arXiv and OpenAlex write them, in turn with orjson and ftfy alone on the same."""
    if not CORPUS.exists():
        yield _skipped(CORPUS)
        return
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, READ_RECORDS)]
    for name, make in (("arXiv's snapshot", _snapshot_record), ("OpenAlex's works", _openalex_record)):
        path = WORK / f"{make.__name__.strip('_')}.jsonl"
        with path.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(make(number, row)) + "\n" for number, row in enumerate(rows))
        ways: dict[str, Callable[[], object]] = {"ours": _our_reading(path)}
        ways["libraries"] = _bare_reading(path, rows)
        seconds = _race(ways, clock=time.process_time)
        ratio = seconds["ours"] / seconds["libraries"]
        yield Figure(f"{name}, a second", f"{len(rows) / seconds['ours']:,.0f} records/s")
        yield Figure("  time / orjson and ftfy alone", f"{ratio:.2f}", "<= 2.5", ratio <= 2.5)
        peaks = [_peak_of_reading(path, count) for count in (READ_RECORDS // 10, READ_RECORDS)]
        growth = peaks[1] - peaks[0]
        yield Figure("  memory, a tenth and all of it", f"{growth:+.1f} MB", "<= 10 MB", growth <= 10)


def measure_starts(_: bool) -> Iterator[Figure]:
    """Start whole processes, in turn, against an import of click."""
    store = str(WORK / "example.db")
    _run(*KGRAPH, "build", str(ROOT / "kgraph/data/example/papers.jsonl"), "--db", store)
    seconds = _race(
        {
            "python -c 'import click'": lambda: _run(sys.executable, "-c", "import click"),
            "kgraph --help": lambda: _run(*KGRAPH, "--help"),
            "kgraph neighbors Mamba": lambda: _run(*KGRAPH, "neighbors", "Mamba", "--db", store),
        },
        STARTS,
    )
    click, help_, neighbors = seconds.values()
    for name, took in seconds.items():
        yield Figure(name, f"{took * 1000:.0f} ms")
    yield Figure("kgraph --help / import click", f"{help_ / click:.2f}", "<= 2", help_ <= 2 * click)
    yield Figure(
        "kgraph neighbors / import click", f"{neighbors / click:.2f}", "<= 5", neighbors <= 5 * click
    )


def measure_scale(full: bool) -> Iterator[Figure]:
    """Build ever more papers of the corpus in one process."""
    if not CORPUS.exists():
        yield _skipped(CORPUS)
        return
    last: tuple[int, float] | None = None
    for sample, count, distinct in _samples(full):
        took = _build([sample], sample.stem)
        yield Figure(f"{count:,} papers", f"{took.seconds:.1f} s")
        yield Figure("  of it on the processor", f"{took.processor_seconds:.1f} s")
        yield Figure("  a second", f"{count / took.seconds:,.0f} papers/s")
        yield Figure("  peak memory", f"{took.megabytes:.0f} MB", "<= 1500 MB", took.megabytes <= 1500)
        kept = took.report["papers"]
        yield Figure(f"  kept of {distinct:,} distinct", f"{kept:,}", f"{distinct:,}", kept == distinct)
        yield from _growth("seconds / those", (count, took.seconds), last)
        last = count, took.seconds


def _samples(full: bool) -> Iterator[tuple[Path, int, int]]:
    """Write ever more papers of the corpus; yield the file, how many it holds and how many are distinct."""
    for size in (10_000, 20_000, *([None] if full else [])):
        sample = WORK / f"corpus-{size or 'all'}.jsonl"
        yield sample, *_sample(size, sample)


def measure_resolution(full: bool) -> Iterator[Figure]:
    """Build ever more papers, add one, and set what follows anew beside what all texts took to be read."""
    if not CORPUS.exists():
        yield _skipped(CORPUS)
        return
    last: tuple[int, float] | None = None
    for sample, count, _ in _samples(full):
        script = f"from pipelines import bench; bench.time_stages({str(sample)!r})"
        process = _run(sys.executable, "-c", WATCHED, sys.executable, "-c", script)
        took, megabytes = json.loads(process.stdout), int(process.stderr.split()[-2]) / 2**10
        resolve, share = took["resolve"], took["resolve"] / took["extract"]
        yield Figure(f"{count:,} papers, on the processor: extract", f"{took['extract']:.1f} s")
        yield Figure("  one added: resolve all, with writing", f"{resolve:.1f} s")
        yield Figure("    / extract", f"{share:.3f}", "<= 0.1", share <= 0.1)
        yield Figure("  one added: relate all, with writing", f"{took['relate']:.1f} s")
        yield Figure("  peak memory", f"{megabytes:.0f} MB")
        yield from _growth("resolve / that", (count, resolve), last)
        last = count, resolve


def time_stages(sample: str) -> None:
    """Build a store, add a paper; print how long the processor extracted, and what followed anew took."""
    import kgraph

    store, more = WORK / "stages.db", WORK / "one.jsonl"
    more.write_text(json.dumps(ONE_MORE) + "\n", encoding="utf-8")
    store.unlink(missing_ok=True)
    extract = _stage_seconds(lambda tell: kgraph.build([sample], store, progress=tell))["extract"]
    print(json.dumps(time_again(store, more) | {"extract": extract}))


def time_again(store: Path, more: Path) -> dict[str, float]:
    """Return the processor's seconds of resolving and of relating all papers anew after an addition."""
    import kgraph

    seconds = _stage_seconds(lambda tell: kgraph.add([more], store, progress=tell))
    return {stage: seconds[stage] for stage in ("resolve", "relate")}


def _stage_seconds(run: "Callable[[Progress], object]") -> dict[str, float]:
    """Return how long the processor was at each stage of a build, by what its progress tells."""
    began: dict[str, float] = {}
    ended: dict[str, float] = {}

    def tell(stage: str, done: int, total: int | None) -> None:
        began.setdefault(stage, time.process_time())
        ended[stage] = time.process_time()

    run(tell)
    return {stage: ended[stage] - began[stage] for stage in began}


def measure_titles(_: bool) -> Iterator[Figure]:
    """Tell which of ever more records are one paper, by ids and titles, a fifth of them known twice."""
    last: tuple[int, float] | None = None
    for count in (250_000, 1_000_000):
        script = f"from pipelines import bench; bench.identify_titles({count})"
        process = _run(sys.executable, "-c", WATCHED, sys.executable, "-c", script)
        took, megabytes = json.loads(process.stdout), int(process.stderr.split()[-2]) / 2**10
        seconds, right = took["processor_seconds"], took["papers"] == took["distinct"]
        yield Figure(f"identify {count:,} records", f"{took['seconds']:.1f} s")
        yield Figure("  of it on the processor", f"{seconds:.1f} s", "<= 60 s", seconds <= 60)
        yield Figure("  papers", f"{took['papers']:,}", f"{took['distinct']:,}", right)
        yield Figure("  peak memory", f"{megabytes:.0f} MB")
        yield Figure("  of it the records themselves", f"{took['megabytes_of_records']:.0f} MB")
        yield from _growth("seconds / those", (count, seconds), last)
        last = count, seconds


def _growth(what: str, now: tuple[int, float], before: tuple[int, float] | None) -> Iterator[Figure]:
    """Yield how a cost grew since a smaller number, at most a tenth faster than the number did."""
    if before is not None:
        growth, limit = now[1] / before[1], 1.1 * now[0] / before[0]
        yield Figure(f"  {what} of {before[0]:,}", f"{growth:.2f}", f"<= {limit:.1f}", growth <= limit)


def identify_titles(count: int) -> None:
    """Print how long it takes to tell which of made-up records are one paper: what `measure_titles` runs."""
    import resource

    from kgraph.identity import identify, record_key

    records = list(_records(count))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    started, busy = time.perf_counter(), time.process_time()
    keys = (record_key(str(number), record) for number, record in enumerate(records))
    papers = identify(keys, lambda number: records[int(number)].abstract)
    took = {"seconds": time.perf_counter() - started, "processor_seconds": time.process_time() - busy}
    distinct = len({record.title.lower() for record in records})
    print(json.dumps(took | {"papers": len(papers), "distinct": distinct, "megabytes_of_records": held}))


def _records(count: int) -> "Iterator[Paper]":
    """Yield records of made-up titles, every fifth of them under other ids and in capitals again."""
    import random
    from string import ascii_lowercase

    from kgraph import Paper

    chance = random.Random(0)
    words = ["".join(chance.choices(ascii_lowercase, k=chance.randint(3, 10))) for _ in range(20_000)]
    for number in range(count * 5 // 6 + 1):
        title = " ".join(chance.choices(words, k=9))
        yield Paper("", title.capitalize(), ids=(f"doi:10.1000/{number}",))
        if number % 5 == 0:
            yield Paper(str(number), title.upper())


MANY_EDGES = """
import json, random, sys, time
import networkx as nx
from pathlib import Path
from kgraph.views import FORMATS
from kgraph.views.layout import positions

draw, graph = random.Random(0), nx.MultiDiGraph()
for number in range(50_000):
    graph.add_node(f"entity:{number}", label=f"Thing {number}", kind="entity", type="method",
                   papers=draw.randrange(1, 40), since="2020-03-04", aliases="a|b")
figures = dict(papers=2, weight=2.0, strength=0.2, since="2020-03-04", until="2023-01-01", symmetric=True)
pairs = set()
while len(pairs) < 500_000:
    pairs.add((draw.randrange(50_000), int(50_000 * draw.random() ** 2)))
for ends in sorted(pairs):
    graph.add_edge(*(f"entity:{end}" for end in ends), "appears_with", relation="appears_with", **figures)
(write,) = (format.write for format in FORMATS if format.name == sys.argv[1])
started = time.process_time()
write(graph, Path(sys.argv[2]))
written = time.process_time()
positions(graph)
took = {"seconds": written - started, "layout": time.process_time() - written}
print(json.dumps({"edges": graph.number_of_edges(), **took}))
"""


def measure_exports(_: bool) -> Iterator[Figure]:
    """Write 500,000 edges between 50,000 nodes, the layout included, each format in a process of its own."""
    for name in ("graphml", "gexf"):
        path = WORK / f"many.{name}"
        process = _run(sys.executable, "-c", WATCHED, sys.executable, "-c", MANY_EDGES, name, str(path))
        peak = process.stderr.split()[-2]
        megabytes, took = int(peak) / 2**10, json.loads(process.stdout)
        yield Figure(f"{name}, {took['edges']:,} edges", f"{path.stat().st_size / 2**20:.0f} MB")
        yield Figure("  on the processor", f"{took['seconds']:.1f} s", "<= 30 s", took["seconds"] <= 30)
        yield Figure("  of it, the layout", f"{took['layout']:.1f} s")
        yield Figure(
            "  peak memory, the graph included", f"{megabytes:.0f} MB", "<= 1000 MB", megabytes <= 1000
        )


def measure_layout(_: bool) -> Iterator[Figure]:
    """Place the nodes of graphs whose degrees are spread as in ours."""
    from kgraph.views.layout import positions

    for nodes, edges, limit in ((10_000, 40_000, 5), (100_000, 400_000, 60)):
        graph = _scale_free(nodes, edges)
        started = time.perf_counter()
        positions(graph)
        took = time.perf_counter() - started
        yield Figure(f"{nodes:,} nodes, {edges:,} edges", f"{took:.1f} s", f"<= {limit} s", took <= limit)


def measure_page(_: bool) -> Iterator[Figure]:
    """Open the page of 50,000 nodes, in turn with sigma.js alone on the same graph, in one browser."""
    import shutil

    from kgraph.views.page import BUNDLE, write_html

    if not BUNDLE.exists() or shutil.which("chromium") is None:
        yield Figure("skipped", "needs make bundle and chromium")
        return
    page, bare = WORK / "page.html", WORK / "bare.html"
    write_html(_scale_free(*LARGE), page, max_nodes=1)
    bundled = WORK / "bare.js"
    _run("node", str(ROOT / "web" / "bundle.mjs"), str(bundled), "bare.js")
    data = (
        page.read_text("utf-8").split('<script id="data" type="application/json">')[1].split("</script>")[0]
    )
    bare.write_text(BARE.format(data=data, script=bundled.read_text("utf-8")), encoding="utf-8")
    first, frame = _race_pages(page, bare)
    for name, (ours, alone), limit in (("first frame", first, 1.3), ("a frame", frame, 1.5)):
        yield Figure(f"{name}, sigma alone", f"{alone:,.0f} ms")
        yield Figure(f"{name}, the page", f"{ours:,.0f} ms")
        yield Figure(
            f"{name}: page / sigma alone", f"{ours / alone:.2f}", f"<= {limit}", ours <= limit * alone
        )


PARTS: dict[str, Callable[[bool], Iterator[Figure]]] = {
    "seeds": measure_seeds,
    "extraction": measure_extraction,
    "reading": measure_reading,
    "starts": measure_starts,
    "scale": measure_scale,
    "resolution": measure_resolution,
    "titles": measure_titles,
    "exports": measure_exports,
    "layout": measure_layout,
    "page": measure_page,
}


# ------------------------------------------------------------------------------------------- what is timed


def _spacy_ner(papers: "Sequence[Paper]") -> Callable[[], int]:
    """Return a run of spaCy's default ner (tok2vec of width 96 and depth 4), initialised with our types."""
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner")
    for type_ in TYPES:
        ner.add_label(type_)  # type: ignore[attr-defined]
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc(papers[0].text), {"entities": []})])
    return lambda: sum(len(doc.ents) for doc in nlp.pipe(paper.text for paper in papers))


def _spacy_tokeniser(papers: "Sequence[Paper]") -> Callable[[], int]:
    import spacy

    nlp = spacy.blank("en")
    return lambda: sum(len(nlp.make_doc(paper.text)) for paper in papers)


def _quality() -> Iterator[Figure]:
    """Say how well what was timed does, lest speed be bought."""
    if not GOLD.exists():
        yield _skipped(GOLD)
        return
    scores: dict[str, Any] = json.loads(_run(*KGRAPH, "eval", str(GOLD), "--json").stdout)
    for name, label, limit in (
        ("entities", "F1 of methods, models and datasets", 0.76),
        ("proper", "F1 of proper names", 0.85),
        ("introduces", "F1 of `introduces`", 0.8),
        ("relations", "F1 of relations", 0.4),
    ):
        f1 = scores[name]["f1"]
        yield Figure(label, f"{f1:.3f}", f">= {limit}", f1 >= limit)


def _snapshot_record(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """Write a paper as a line of arXiv's snapshot has it."""
    bare = f"{2101 + number // 90_000}.{number % 90_000:05}"
    return {
        **{"id": bare, "submitter": "Ada Byron", "authors": "A. Byron, G. Boole and E. Noether"},
        **{"title": row["title"], "comments": "8 pages, 3 figures", "journal-ref": None, "doi": None},
        **{"categories": "cs.LG stat.ML", "abstract": f"  {row['abstract']}\n", "update_date": "2022-11-07"},
        "versions": [{"version": "v1", "created": "Mon, 11 Jan 2021 20:31:27 GMT"}],
        "authors_parsed": [["Byron", "A.", ""], ["Boole", "G.", ""], ["Noether", "E.", ""]],
    }


def _openalex_record(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """Write a paper as OpenAlex has it: with fields that nobody reads, which are most of a work's bytes."""
    positions: dict[str, list[int]] = {}
    for position, word in enumerate(row["abstract"].split()):
        positions.setdefault(word, []).append(position)
    work, doi = f"https://openalex.org/W{4_000_000_000 + number}", f"https://doi.org/10.1234/bench.{number}"
    place = {"is_oa": True, "landing_page_url": doi, "source": {"id": None, "display_name": "Proceedings"}}
    author = {
        **{"author_position": "middle", "raw_author_name": "Byron, Ada", "countries": ["GB"]},
        "author": {"id": "https://openalex.org/A5067011895", "display_name": "Ada Byron", "orcid": None},
        "institutions": [{"id": "https://openalex.org/I2801081054", "display_name": "Analytical Institute"}],
    }
    concept = {"id": "https://openalex.org/C41008148", "display_name": "Computer science", "score": 0.71}
    return {
        **{"id": work, "doi": doi, "title": row["title"], "display_name": row["title"], "language": "en"},
        **{"publication_year": 2021, "publication_date": "2021-03-04", "ids": {"openalex": work, "doi": doi}},
        **{"primary_location": place, "locations": [place, place], "authorships": [author] * 5},
        **{"concepts": [concept] * 12, "topics": [concept] * 3, "is_retracted": False},
        "referenced_works": [f"https://openalex.org/W{2_000_000_000 + number + n}" for n in range(40)],
        "related_works": [f"https://openalex.org/W{3_000_000_000 + number + n}" for n in range(10)],
        "abstract_inverted_index": positions,
        "counts_by_year": [{"year": year, "cited_by_count": year - 2010} for year in range(2021, 2026)],
    }


def _our_reading(path: Path) -> Callable[[], int]:
    import kgraph

    return lambda: sum(1 for _ in kgraph.read_papers([path]))


def _bare_reading(path: Path, rows: Sequence[dict[str, Any]]) -> Callable[[], None]:
    """Return a run of the JSON library on each line, and of ftfy on each title and abstract."""
    import ftfy
    import orjson

    def read() -> None:
        with path.open("rb") as lines:
            for line, row in zip(lines, rows, strict=True):
                orjson.loads(line)
                ftfy.fix_text(row["title"])
                ftfy.fix_text(row["abstract"])

    return read


def _peak_of_reading(path: Path, records: int) -> float:
    """Return the most megabytes that reading the first records holds at a time."""
    import kgraph

    tracemalloc.start()
    deque(kgraph.read_papers([path], limit=records), maxlen=0)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return peak


def _sample(size: int | None, path: Path) -> tuple[int, int]:
    """Write the first papers of the corpus; return how many they are, and how many differ in id or title."""
    distinct, records = set(), 0
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines, path.open("w", encoding="utf-8") as out:
        for line in islice(lines, size):
            records += 1
            record = json.loads(line)
            distinct.add((record["id"], " ".join(record["title"].lower().split())))
            out.write(line)
    return records, len(distinct)


def _scale_free(nodes: int, edges: int) -> "nx.MultiDiGraph[str]":
    """Draw a graph of a few hubs and many leaves, always the same one."""
    import networkx as nx
    import numpy as np

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for number in range(nodes):
        kind = {"kind": "entity", "type": TYPES[number % 5], "papers": 1 + 300 // (number + 1)}
        graph.add_node(f"entity:{number}", label=f"Method {number}", since=f"{2000 + number % 25}", **kind)
    ends = (nodes * np.random.default_rng(7).random((edges, 2)) ** 2.5).astype(int)
    ends[:nodes, 0] = np.arange(nodes)[: len(ends)]  # so that none is alone
    for a, b in ends.tolist():
        graph.add_edge(f"entity:{a}", f"entity:{b}", "appears_with", strength=0.5, symmetric=True)
    return graph


def _race_pages(*pages: Path) -> tuple[list[float], list[float]]:
    """Return the median milliseconds of each page to its first frame, and of its later frames."""
    import shutil

    from playwright.sync_api import sync_playwright

    first: dict[Path, list[float]] = {page: [] for page in pages}
    later: dict[Path, list[float]] = {page: [] for page in pages}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        for visit in range(VISITS):
            for path in pages:
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.add_init_script(WATCH)
                page.goto(path.as_uri())
                while (took := page.evaluate("() => window.firstFrame")) is None:
                    page.wait_for_timeout(50)
                if visit:
                    first[path].append(took)
                    page.wait_for_timeout(500)  # what it does once it is seen
                    later[path] += page.evaluate(MOVE, FRAMES)
                page.close()
        browser.close()
    return [median(first[page]) for page in pages], [median(later[page]) for page in pages]


# ----------------------------------------------------------------------------------------------- the clock


def _race(
    ways: dict[str, Callable[[], object]],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return the median seconds of each way, run in turn so that a busy moment strikes all.

    The first round warms up and does not count.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            started = clock()
            way()
            if number:
                seconds[name].append(clock() - started)
    return {name: median(took) for name, took in seconds.items()}


def _build(sources: Sequence[Path], name: str) -> Run:
    """Build a store anew as a whole process."""
    store = WORK / f"{name}.db"
    store.unlink(missing_ok=True)
    command = (*KGRAPH, "build", *map(str, sources), "--db", str(store), "--json")
    started = time.perf_counter()
    process = _run(sys.executable, "-c", WATCHED, *command)
    seconds = time.perf_counter() - started
    *_, peak, busy = process.stderr.split()
    megabytes = int(peak) / (2**20 if sys.platform == "darwin" else 2**10)
    return Run(seconds, float(busy), megabytes, json.loads(process.stdout))


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8")


def _pages() -> list[Path]:
    return sorted(SEEDS.glob("*.txt"))


def _skipped(path: Path) -> Figure:
    return Figure("skipped", f"no ../shared/{path.relative_to(SHARED).as_posix()}")


if __name__ == "__main__":
    main()
