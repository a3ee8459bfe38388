"""Read saved pages; write their graph and its views: all of kgraph from end to end, by its public API.

Reads the files, folders or globs given, or the bundled example; writes a store, a page, GraphML and tables
to build/landscape, or to --out. `python -m pipelines.landscape pages/*.txt --around Mamba`
"""

import argparse
from pathlib import Path

import kgraph

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "kgraph" / "data" / "example" / "papers.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sources", nargs="*", default=[str(EXAMPLE)], help="what `kgraph build` takes")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build" / "landscape", help="the folder to write to"
    )
    parser.add_argument("--around", metavar="NAME", help="draw also what stands near this name")
    parser.add_argument("--jobs", type=int, default=1, help="processes to extract in")
    args = parser.parse_args()
    draw_landscape(args.sources, args.out, args.around, args.jobs)


def draw_landscape(sources: list[str], out: Path, around: str | None = None, jobs: int = 1) -> None:
    """Build the store of these sources and write every view of it into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    report = kgraph.build(sources, out / "kgraph.db", jobs=jobs)
    print(f"{report.papers} papers, {report.mentions} mentions, {sum(report.entities.values())} entities")
    with kgraph.open(out / "kgraph.db") as landscape:
        landscape.frame("entities").to_csv(out / "entities.csv", index=False)
        landscape.top(by="rising").to_csv(out / "rising.csv", index=False)
        landscape.export(out / "landscape.html")
        landscape.export(out / "landscape.graphml")
        landscape.export(out / "papers.jsonl")
        if around is not None:
            landscape.export(out / "around.html", around=around)
            print(landscape.neighbors(around).to_string(index=False))


if __name__ == "__main__":
    main()
