"""Answers for eyes: tables and marked sentences; in colour on a terminal, plain and never cut in a pipe.

rich is loaded only where something is drawn on a terminal.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from kgraph.display import readable

if TYPE_CHECKING:
    from kgraph.building import BuildReport, Progress
    from kgraph.exporting import Export
    from kgraph.records import Reject

MAX_REJECTS = 10  # so many are listed

_STYLES = {
    "method": "cyan",
    "model": "magenta",
    "dataset": "green",
    "task": "yellow",
    "metric": "blue",
    "paper": "bold",
}
_BOLD, _PLAIN = "\x1b[1;36m", "\x1b[0m"
_ID_WIDTH = 24  # columns on a terminal: whole for arXiv ids and most entities
_NUMBER = re.compile(r"-|\d+(\.\d+)?")
_ARROWS = {"out": "→ ", "in": "← "}
_UNSAFE_JSON = re.compile(r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def say(message: str) -> None:
    """Talk to the user, on stderr."""
    click.echo(message, err=True)


def show_near(message: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Say on stderr which things a user may have meant."""
    cells = [[_cell(row[column]) for column in ("id", "name", "type", "papers")] for row in rows]
    for line in [message, *list(_aligned(["id", "name", "type", "papers"], cells, [False] * 3 + [True]))[1:]]:
        say(line)


def show_json(value: object) -> None:
    """Print JSON as UTF-8, but with everything escaped that a terminal would obey."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    click.echo(_UNSAFE_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print rows under the names of their columns; None is shown as "-"."""
    cells = [[_cell(_directed(row, column)) for column in columns] for row in rows]
    numeric = [all(map(_NUMBER.fullmatch, cell)) and {*cell} != {"-"} for cell in zip(*cells, strict=True)]
    if _on_terminal():
        _draw(columns, cells, numeric)
    else:
        click.echo("\n".join(_aligned(columns, cells, numeric)))


def _directed(row: Mapping[str, Any], column: str) -> object:
    """Return what stands in a column; a relation with an arrow that leads from the one asked for."""
    value = row.get(column)
    return _ARROWS.get(row.get("direction", ""), "") + str(value) if column == "relation" else value


def show_facts(facts: Mapping[str, Any]) -> None:
    """Print one fact a line, names before values; a dict's entries, and a list's, stand below each other."""
    shown = {name.replace("_", " "): _lines(value) for name, value in facts.items()}
    width = max(map(len, shown))
    for name, lines in shown.items():
        first, *rest = lines or ["-"]
        for line in [f"{name:<{width}}  {first}", *(" " * (width + 2) + line for line in rest)]:
            _print_wrapped(line, " " * (width + 2))


def _lines(value: object) -> list[str]:
    match value:
        case Mapping():
            width = max((len(_cell(count)) for count in value.values()), default=0)
            return [f"{_cell(count):>{width}} {_cell(name)}" for name, count in value.items()]
        case list():
            return [_cell(item) for item in value]
        case _:
            return [_cell(value)]


def show_health(report: Mapping[str, Any]) -> None:
    """Print what `doctor` found: counts, the extractor, and the first rejects."""
    extractor = {f"extractor_{name}": value for name, value in report["extractor"].items()}
    rejects = [": ".join(map(str, reject)) for reject in report["rejects"][:MAX_REJECTS]]
    facts = {**report, "rejects": rejects, **extractor}
    show_facts({name: value for name, value in facts.items() if name != "extractor"})


def show_card(card: Mapping[str, Any]) -> None:
    """Print the card of an entity or a paper."""
    show_facts(_paper_facts(card) if card["type"] == "paper" else _entity_facts(card))


def _entity_facts(card: Mapping[str, Any]) -> dict[str, Any]:
    also = f" (also seen as {', '.join(card['other_types'])})" if card["other_types"] else ""
    return {
        "name": card["name"],
        "id": card["id"],
        "type": card["type"] + also,
        "aliases": ", ".join(card["aliases"]),
        "papers": card["papers"],
        "since": card["since"],
        "introduced_by": [_reference(paper) for paper in card["introducers"]],
        "roles": card["roles"],
    }


def _paper_facts(card: Mapping[str, Any]) -> dict[str, Any]:
    named = {role: [row["name"] for row in card["entities"] if row["role"] == role] for role in card["roles"]}
    return {
        "title": card["title"],
        "id": card["id"],
        "date": f"{card['date']} (inferred)" if card["date_inferred"] else card["date"],
        "authors": ", ".join(card["authors"]),
        "venue": card["venue"],
        "url": card["url"],
        **{role: ", ".join(names) for role, names in named.items()},
        **{key: card[key] for key in ("cites", "cited_by", "builds_on", "built_on_by") if card[key]},
        "abstract": card["abstract"],
    }


def _reference(paper: Mapping[str, Any]) -> str:
    return f"{paper['title']} ({paper['date'] or '-'}) {paper['id']}"


def show_passages(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print each sentence under its paper, the spans marked: in colour on a terminal, else «so»."""
    for row in rows:
        said = {None: "", "appears_with": ""}.get(row["relation"], f"  [{row['relation']}]")
        _print_wrapped(readable(_reference({**row, "id": row["paper"]})) + said, "    ")
        start, end = (_BOLD, _PLAIN) if _in_colour() else ("«", "»")
        _print_wrapped("  " + marked(row["sentence"], row["spans"], start, end), "  ")


def marked(sentence: str, spans: Iterable[list[Any]], start: str, end: str) -> str:
    """Put marks around the spans of a sentence; of two that overlap only the first counts.

    >>> marked("S4 and Mamba.", [[7, 12, "entity:mamba"], [0, 2, "entity:s4"]], "<", ">")
    '<S4> and <Mamba>.'
    """
    text, done = "", 0
    for from_, to, _ in sorted(spans):
        if from_ >= done:
            text += readable(sentence[done:from_]) + start + readable(sentence[from_:to]) + end
            done = to
    return text + readable(sentence[done:])


def show_reject(reject: Reject) -> None:
    """Say on stderr what was left out, and why."""
    excerpt = f" ({reject.excerpt})" if reject.excerpt else ""
    say(f"rejected {readable(f'{reject.source}: {reject.reason}{excerpt}')}")


def show_report(report: BuildReport) -> None:
    """Print what a build, an addition or a removal did; list the first rejects on stderr."""
    for reject in report.rejects[:MAX_REJECTS]:
        show_reject(reject)
    if report.rejected > MAX_REJECTS:
        say(f"and {report.rejected - MAX_REJECTS} more")
    if report.re_extracted:
        say("The extractor is another one than before: all texts were read again.")
    show_facts(
        {
            "records read": report.read,
            "new papers": report.new,
            "duplicates": report.duplicates,
            **({"removed papers": report.removed} if report.removed else {}),
            "rejected": report.rejected,
            "papers": report.papers,
            "mentions": report.mentions,
            "entities": report.entities,
            "edges": report.edges,
            "seconds": f"{report.seconds:.1f}",
        }
    )


@contextmanager
def progress() -> Iterator[Progress | None]:
    """Yield what draws the stages of a build on stderr, None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, bars.TaskID] = {}

        def advance(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield advance


def show_export(written: Export) -> None:
    """Print the files that were written; say on stderr what they hold and what is left out."""
    click.echo("\n".join(str(path) for path in written.paths))
    say(
        f"{written.nodes} nodes, {written.edges} edges"
        if written.edges is not None
        else f"{written.nodes} papers"
    )
    if written.lone:
        say(f"{written.lone} nodes without an edge are left out.")
    hidden = [
        f"{count} {what}"
        for count, what in ((written.hidden, "nodes"), (written.hidden_edges, "edges"))
        if count
    ]
    if hidden:
        say(f"The page shows the strongest part of the graph; {' and '.join(hidden)} are not on it.")
    if written.why:
        say(written.why)


def show_scores(scores: Mapping[str, Any]) -> None:
    """Print the figures by slice, which types are confused, and the worst errors with their sentences."""
    show_table(list(_slices(scores)), ["slice", "precision", "recall", "f1", "gold"])
    click.echo()
    show_facts({name: value for name, value in scores.items() if not isinstance(value, Mapping)})
    click.echo("\nannotated as, and found as")
    types = list(scores["types_found"])
    rows = [
        {"type": type_, **dict.fromkeys(types, 0), **taken} for type_, taken in scores["types_found"].items()
    ]
    show_table(rows, ["type", *types])
    for error in scores["errors"]["worst"]:
        click.echo()
        found = f", found as {error['found']}" if "found" in error else ""
        what = f"{error['error']}: {_cell(error['name'])} ({error['role']}, {error['type']}{found})"
        click.echo(f"{what} in {_cell(error['paper'])}")
        click.echo(f"  {_cell(error['sentence'])}")


def show_pairs(scores: Mapping[str, Any]) -> None:
    """Print how many judged pairs the resolution gets right, by kind, and those it gets wrong."""
    named = {**{name: scores[name] for name in ("all", "same", "different")}, **scores["by_kind"]}
    rows = [{"judged": name, **figures} for name, figures in named.items()]
    show_table(rows, ["judged", "pairs", "not_found", "accuracy"])
    for pair in scores["errors"]:
        wrong = "apart, but the same" if pair["same"] else "one node, but two things"
        click.echo(f"\n{wrong} ({_cell(pair.get('kind'))}): {_cell(pair.get('why'))}")
        for end, node in zip("ab", pair["nodes"], strict=True):
            click.echo(f"  {_cell(pair[end]['spelling'])} in {_cell(pair[end]['paper'])}: {_cell(node)}")


def _slices(scores: Mapping[str, Any], within: str = "") -> Iterator[dict[str, Any]]:
    for name, figures in scores.items():
        if isinstance(figures, Mapping):
            if "f1" in figures:
                yield {"slice": within + name, **figures}
            else:
                yield from _slices(figures, f"{within}{name}: ".replace("_", " "))


def show_way(steps: Sequence[Mapping[str, Any]]) -> None:
    """Print nodes and, indented, the relations between them."""
    for step in steps:
        if "relation" in step:
            papers = f"{step['papers']} paper{'s' * (step['papers'] != 1)}"
            click.echo(f"  {_directed(step, 'relation')} ({papers}, strength {_cell(step['strength'])})")
        else:
            click.echo(f"{_cell(step['name'])}  {step['type']}")


def show_years(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print one year a line, one name a column; a single name gets bars."""
    years = sorted({year for row in rows for year in row["years"]})
    lines = [
        {"year": year, **{_cell(row["name"]): row["years"].get(year, 0) for row in rows}} for year in years
    ]
    if any(row["undated"] for row in rows):
        lines.append({"year": "undated", **{_cell(row["name"]): row["undated"] for row in rows}})
    if len(rows) == 1:
        counts = [*rows[0]["years"].values(), *[rows[0]["undated"]] * (len(lines) > len(years))]
        lines = [
            line | {" ": "▇" * round(40 * n / max(counts))} for line, n in zip(lines, counts, strict=True)
        ]
    show_table(lines, list(lines[0]))


def _cell(value: object) -> str:
    match value:
        case None | "":
            return "-"
        case float():
            return f"{value:.3f}" if value == 0 or value >= 0.001 else f"{value:.6f}"
        case list() | tuple():
            return ", ".join(map(_cell, value)) or "-"
        case _:
            return readable(str(value))


def _aligned(columns: Sequence[str], cells: list[list[str]], numeric: Sequence[bool]) -> Iterator[str]:
    table = [list(columns), *cells]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    for row in table:
        padded = (" " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        sides = zip(row, padded, numeric, strict=True)
        yield "  ".join(pad + cell if right else cell + pad for cell, pad, right in sides).rstrip()


def _width(text: str) -> int:
    """Count the columns that a text takes on a screen."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def _shortened(id_: str) -> str:
    """Cut the middle out of an id that would leave no room beside it; one that says least is a slug.

    >>> _shortened("arxiv:2312.00752"), _shortened("title:is-mamba-effective-for-time-series-c6185969")
    ('arxiv:2312.00752', 'title:is-mamba…-c6185969')
    """
    return id_ if len(id_) <= _ID_WIDTH else f"{id_[: _ID_WIDTH - 10]}…{id_[-9:]}"


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def _in_colour() -> bool:
    return _on_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _print_wrapped(text: str, indent: str) -> None:
    """Print a line, broken at the terminal's width; in a pipe whole."""
    if not _on_terminal():
        click.echo(text)
        return
    from shutil import get_terminal_size
    from textwrap import wrap

    width = max(len(indent) + 20, get_terminal_size().columns)
    for line in wrap(text, width, subsequent_indent=indent, break_on_hyphens=False):
        click.echo(line)


def _draw(columns: Sequence[str], cells: list[list[str]], numeric: Sequence[bool]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column, right in zip(columns, numeric, strict=True):
        narrow = right or column in ("id", "type", "relation", "role", "date", "since")
        table.add_column(column, justify="right" if right else "left", no_wrap=narrow, overflow="fold")
    for row in cells:
        shown = (
            _shortened(cell) if column == "id" else cell for column, cell in zip(columns, row, strict=True)
        )
        table.add_row(*(Text(cell, _STYLES.get(cell, "")) for cell in shown))
    Console(highlight=False, color_system="auto" if _in_colour() else None).print(table)
