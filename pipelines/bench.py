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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

    from kgraph import Paper

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


LARGE = (50_000, 100_000)  # nodes and edges of the page that is timed
FRAMES = 12
BARE = """<!doctype html><meta charset="utf-8"><style>#map {{ position: fixed; inset: 0 0 0 292px }}</style>
<div id="map"></div><script id="data" type="application/json">{data}</script><script>{script}</script>"""
MOVE = """(frames) => new Promise((done) => {
    const camera = landscape.map.sigma.getCamera();
    const started = performance.now();
    const step = (left) => {
        camera.setState({ x: 0.5 + 0.004 * left, ratio: 0.9 + 0.01 * left });
        requestAnimationFrame(() => (left ? step(left - 1) : done((performance.now() - started) / frames)));
    };
    step(frames - 1);
})"""  # the camera pans and zooms; milliseconds a frame


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
    for size in (10_000, 20_000, *([None] if full else [])):
        sample = WORK / f"corpus-{size or 'all'}.jsonl"
        count, distinct = _sample(size, sample)
        took = _build([sample], sample.stem)
        yield Figure(f"{count:,} papers", f"{took.seconds:.1f} s")
        yield Figure("  of it on the processor", f"{took.processor_seconds:.1f} s")
        yield Figure("  a second", f"{count / took.seconds:,.0f} papers/s")
        yield Figure("  peak memory", f"{took.megabytes:.0f} MB", "<= 1500 MB", took.megabytes <= 1500)
        kept = took.report["papers"]
        yield Figure(f"  kept of {distinct:,} distinct", f"{kept:,}", f"{distinct:,}", kept == distinct)
        if last is not None:
            growth, limit = took.seconds / last[1], 1.1 * count / last[0]
            yield Figure(
                f"  seconds / those of {last[0]:,}", f"{growth:.2f}", f"<= {limit:.1f}", growth <= limit
            )
        last = count, took.seconds


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
        ratio = ours / alone
        yield Figure(f"{name}: page / sigma alone", f"{ratio:.2f}", f"<= {limit}", ratio <= limit)


PARTS: dict[str, Callable[[bool], Iterator[Figure]]] = {
    "seeds": measure_seeds,
    "extraction": measure_extraction,
    "starts": measure_starts,
    "scale": measure_scale,
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
        for _ in range(ROUNDS):
            for path in pages:
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(path.as_uri())
                page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
                first[path].append(page.evaluate("() => performance.now()"))
                page.wait_for_timeout(1000)
                later[path].append(page.evaluate(MOVE, FRAMES))
                page.close()
        browser.close()
    return [median(first[page]) for page in pages], [median(later[page]) for page in pages]


# ----------------------------------------------------------------------------------------------- the clock


def _race(ways: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median seconds of each way, run in turn so that a busy moment strikes all.

    The first round warms up and does not count.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if number:
                seconds[name].append(time.perf_counter() - started)
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
