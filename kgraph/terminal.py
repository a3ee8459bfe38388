"""Answers for eyes: tables and marked sentences; in colour on a terminal, plain and never cut in a pipe.

rich is loaded only where something is drawn on a terminal.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from kgraph.display import readable, sparkline
from kgraph.keys import alias_key

if TYPE_CHECKING:
    from kgraph.building import BuildReport, Progress
    from kgraph.exporting import Export
    from kgraph.records import Reject

MAX_REJECTS = 10  # so many are listed
MAX_NODES = 10  # of those that a correction takes, brings or changes
MAX_SOURCES = 3  # files of which the doctor shows what is known of their papers
MAX_EXAMPLES = 2  # of conflicts, missed papers and kinds of rejects on its one screen
MAX_DOUBTS = 3  # names, on the same

MAX_EMPTY_YEARS = 5  # a line each

_STYLES = {
    "method": "cyan",
    "model": "magenta",
    "dataset": "green",
    "task": "yellow",
    "metric": "blue",
    "paper": "bold",
}
_BOLD_MARKS = "\x02", "\x03"  # of one column, as long as a line is not broken; then codes
_AS_CODES = str.maketrans(dict(zip(_BOLD_MARKS, ("\x1b[1;36m", "\x1b[0m"), strict=True)))
_NARROW = frozenset({"id", "type", "relation", "role", "date", "since", "coupling", "cocited"})
_ID_WIDTH = 24  # columns on a terminal: whole for arXiv ids and most entities
_TREE_WIDTH = 40  # columns of names, beside which titles begin
_YEARS_WIDTH = len("1951 to 2019")
_GAP = 3  # columns between two of a table
_NUMBER = re.compile(r"-|\d+(\.\d+)?")
_FACT_WIDTH = 66  # columns beside the names of the doctor's facts
_LISTED = {
    "sources": ("papers", "ids", "abstract", "date", "references", "source"),
    "conflicts": ("paper", "field", "kept", "value", "sources"),
    "rejects": ("source", "reason", "excerpt"),
}
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
    """Print what `doctor` found, on one screen: papers, references, names, what was rejected, the store."""
    _show_known(report["known"])
    click.echo()
    extractor, doubtful = report["extractor"], report["doubtful"]
    facts = {
        "references": _reference_facts(report["references"]),
        "most missed": [
            _wanted(row) for row in report["references"]["wanted"][:MAX_EXAMPLES] if row["papers"] > 1
        ],
        "inferred": _inferred_fact(report["references"]["inferred"]),
        "papers": f"{report['without_mentions']} name nothing, {report['without_edges']} have no edge"
        + _merged_fact(report["merged"]),
        "conflicts": _conflict_facts(report["conflicts"]),
        "names": f"{report['lone_entities']} in one paper only",
        "in doubt": ", ".join(
            f"{row['name']} ({row['score']} of 1000)" for row in doubtful["names"][:MAX_DOUBTS]
        ),
        "unclear": _unclear_fact(report["unresolved_mentions"], doubtful["unclear"]),
        "rejected": _reject_facts(report["rejected"], report["rejects"]),
        "store": f"version {report['store_version']}, extractor {extractor['fingerprint']}",
        "made with": [*extractor["lexicon"], *filter(None, [extractor["nlp"]])],
    }
    show_facts({name: fact for name, fact in facts.items() if fact not in ([], "")})


def show_reasons(answer: Mapping[str, Any]) -> None:
    """Print what ties two things, and the reasons why nothing else does, each with its sentence."""
    for end in (answer["a"], answer["b"]):
        what = "in no paper" if end["type"] is None else f"{end['type']}, {_papers(end['papers'])}"
        click.echo(f"{_cell(end['name'])} ({'paper' if end['type'] == 'paper' else what})")
    click.echo()
    ends = (answer["a"], answer["b"])
    names = {end["id"]: end["id"] if end["type"] == "paper" else _cell(end["name"]) for end in ends}
    for edge in answer["edges"]:
        said = f"{names[edge['source']]} {edge['relation']} {names[edge['target']]}"
        _print_wrapped(f"edge: {said} ({_papers(edge['papers'])}, since {_cell(edge['since'])})", "  ")
    if not answer["edges"]:
        click.echo("no edge")
    for reason in answer["reasons"]:
        _print_wrapped(f"- {readable(reason['says'])}", "  ")
        if "sentence" in reason:
            _print_sentence(reason, "  ")


def _papers(count: int) -> str:
    return f"{count} paper{'s' * (count != 1)}"


def _show_known(known: Mapping[str, Any]) -> None:
    """Print of which share of the papers what is known, of all and of each of the greatest files."""
    files = known["by_source"] if len(known["by_source"]) > 1 else []
    rows = [{**known, "source": "all papers"}, *files[:MAX_SOURCES]]
    columns = ("ids", "abstract", "date", "references")
    shown = [
        {"known of": _short(row["source"].rpartition("/")[2], 17), "papers": row["papers"]}
        | {key: f"{row[key]} ({_percent(row[key], row['papers'])})" for key in columns}
        for row in rows
    ]
    show_table(shown, ["known of", "papers", *columns])
    if len(files) > MAX_SOURCES:
        click.echo(f"and {len(files) - MAX_SOURCES} more (kgraph doctor --list sources)")


def _reference_facts(counts: Mapping[str, Any]) -> list[str]:
    total = counts["inside"] + counts["outside"]
    lines = [f"{counts['inside']} of {total} ({_percent(counts['inside'], total)}) lead to papers here"]
    if counts["outside"]:
        ids = counts["unresolved_ids"]
        schemes = ", ".join(f"{n} {scheme}" for scheme, n in ids.items())
        known_by = f"{sum(ids.values())} known by an id ({schemes})" if ids else "none known by an id"
        lines.append(f"{counts['outside']} to {_papers(counts['stubs'])} outside: {known_by}")
    return lines


def _wanted(stub: Mapping[str, Any]) -> str:
    return f"{_short(stub['name'], 46)} (cited by {_papers(stub['papers'])})"


def _short(text: str, width: int) -> str:
    """Cut a text that is longer.

    >>> _short("abc", 3), _short("abcd", 3)
    ('abc', 'ab…')
    """
    return text if len(text) <= width else text[: width - 1] + "…"


def _unclear_fact(mentions: int, names: Sequence[Mapping[str, Any]]) -> str:
    foremost = ", ".join(f"{row['name']} ({_papers(row['papers'])})" for row in names)
    return f"what {mentions} mentions name: {foremost}" if mentions else ""


def _reject_facts(count: int, rejects: Sequence[Sequence[str]]) -> list[str]:
    """Count the rejects, and those that are listed by reason, each with an example."""
    by_reason: dict[str, list[str]] = {}
    for source, reason, _ in rejects:
        by_reason.setdefault(re.split(r"[:(]", reason)[0].strip(), []).append(source.rpartition("/")[2])
    kinds = sorted(by_reason.items(), key=lambda kind: (-len(kind[1]), kind))
    lines = [_short(f"{len(sources)} × {reason}: {sources[0]}", _FACT_WIDTH) for reason, sources in kinds]
    what = "rejects" if len(rejects) == count else f"rejects: the first {len(rejects):,}"
    return [_listed(str(count), count, what), *lines[:MAX_EXAMPLES]]


def _listed(head: str, count: int, what: str) -> str:
    """Say, behind the count of what is shown by a few examples, how to see all."""
    return f"{head} (--list {what})" if count > MAX_EXAMPLES else head


def _merged_fact(counts: Mapping[str, Any]) -> str:
    records, papers = counts["records"], counts["papers"]
    return f"; {papers} made of {records} records" if papers else ""


def _inferred_fact(figures: Mapping[str, Any]) -> str:
    checked = (
        f"of {figures['comparable']} that can be checked {figures['both']} are stated, too"
        if figures["comparable"]
        else "none by a paper with references"
    )
    return f"{figures['inferred']} builds_on; {checked}" if figures["inferred"] else "0 builds_on"


def _percent(part: int, whole: int) -> str:
    """Round so that only all is 100%, and only nothing 0%.

    >>> _percent(1, 3), _percent(999, 1000), _percent(1, 1000), _percent(0, 0)
    ('33%', '99%', '1%', '0%')
    """
    share = 100 * part / whole if whole else 0
    return f"{min(max(round(share), int(share > 0)), 99 if part < whole else 100)}%"


def _conflict_facts(conflicts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Count what sources contradict each other on, and show the first, the kept value before the others."""
    if not conflicts:
        return ["0"]
    fields = Counter(conflict["field"] for conflict in conflicts)
    kinds = ", ".join(f"{count} {field}" for field, count in fields.most_common())
    lines = [
        _short(
            f"{conflict['paper']} {conflict['field']}: "
            + ", not ".join(_cell(one["value"]) for one in conflict["values"]),
            _FACT_WIDTH,
        )
        for conflict in conflicts
    ]
    return [_listed(f"{len(conflicts)} ({kinds})", len(conflicts), "conflicts"), *lines[:MAX_EXAMPLES]]


def show_list(what: str) -> Callable[[Sequence[Mapping[str, Any]]], None]:
    """Return what prints all sources, conflicts or rejects that the doctor knows of."""
    marks = {True: "yes", False: None}

    def show(rows: Sequence[Mapping[str, Any]]) -> None:
        show_table([{**row, "kept": marks.get(row.get("kept", False))} for row in rows], _LISTED[what])

    return show


def say_unlisted(listed: int, rejected: int) -> None:
    """Say if not all rejects are listed."""
    if rejected > listed:
        say(f"the first {listed:,} of {rejected:,}; build with --rejects FILE for all")


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
        **(
            {"sources": [f"{field}: {source}" for field, source in card["sources"].items()]}
            if card["sources"]
            else {}
        ),
        "abstract": card["abstract"],
    }


def _reference(paper: Mapping[str, Any]) -> str:
    return f"{paper['title']} ({paper['date'] or '-'}) {paper['id']}"


def show_passages(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print each sentence under its paper, the spans marked."""
    for row in rows:
        said = {None: "", "appears_with": ""}.get(row["relation"], f"  [{row['relation']}]")
        _print_wrapped(readable(_reference({**row, "id": row["paper"]})) + said, "    ")
        _print_sentence(row, "  ")


def show_spellings(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print each spelling with its papers and the rule that took it in, and below its like the evidence."""
    seen = [row for row in rows if row["papers"]]
    by_key: dict[str, list[Mapping[str, Any]]] = {}
    for row in seen:
        by_key.setdefault(alias_key(row["spelling"]), []).append(row)
    width = max((_width(_cell(row["spelling"])) for row in seen), default=0)
    for alike in by_key.values():
        for row in alike:
            spelling = _cell(row["spelling"])
            gap = " " * (width - _width(spelling))
            click.echo(f"{spelling}{gap}  {row['rule']:<8}  {_papers(row['papers']):>9}")
        for reason in dict.fromkeys(row["evidence"] for row in alike if row["evidence"]):
            _print_wrapped(f"  {_cell(reason)}", "    ")
        _show_defining(next((row for row in alike if row["sentence"]), None))
    unseen = [_cell(row["spelling"]) for row in rows if not row["papers"]]
    if unseen:
        _print_wrapped(f"In no paper here: {', '.join(unseen)}", "  ")


def _show_defining(row: Mapping[str, Any] | None) -> None:
    if row is not None:
        _print_wrapped(f"  {readable(_reference({**row, 'id': row['paper']}))}", "    ")
        _print_sentence(row, "    ")


def _print_sentence(row: Mapping[str, Any], indent: str) -> None:
    """Print a sentence with its spans marked: in colour on a terminal, else «so»."""
    start, end = _BOLD_MARKS if _in_colour() else ("«", "»")
    _print_wrapped(indent + marked(row["sentence"], row["spans"], start, end), indent)


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


def show_correction(correction: Mapping[str, Any]) -> None:
    """Print what a correction wrote, and what becomes of the graph."""
    nodes, edges, papers = (correction["changes"][part] for part in ("nodes", "edges", "papers"))
    lines = [f"+ {_cell(line)}" for line in correction["added"]]
    lines += [f"- {_cell(line)}" for line in correction["removed"]]
    changed = [_node_change(row["before"], row["after"]) for row in nodes["changed"]]
    show_facts(
        {
            **({_cell(correction["file"]): lines} if lines else {}),
            "nodes gone": _first_lines([_node(row) for row in nodes["gone"]]),
            "nodes new": _first_lines([_node(row) for row in nodes["new"]]),
            "nodes changed": _first_lines(changed),
            "edges": ", ".join(f"{count} {kind}" for kind, count in edges.items()),
            "papers": len(papers),
        }
    )
    if not (papers or any(nodes.values()) or any(edges.values())):
        say("This changes nothing in the graph.")
    for remark in correction["remarks"]:
        say(f"Note: {_cell(remark)}.")
    if correction["dry_run"]:
        say("Nothing was changed: this is a dry run.")


def show_suggestions(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print each suggestion with its reasons and, below, the command that follows it."""
    for row in rows:
        nodes = (
            f"{_cell(node['name'])} ({node['type']}, {_papers(node['papers'])})" for node in row["nodes"]
        )
        _print_wrapped(f"{_cell(row['score'])}  {row['kind']}: {' and '.join(nodes)}", "       ")
        _print_wrapped(f"       {_cell('; '.join(row['reasons']))}", "       ")
        click.echo(f"       {_cell(row['command'])}")


def _first_lines(lines: list[str]) -> list[str]:
    more = len(lines) - MAX_NODES
    return [*lines[:MAX_NODES], f"and {more} more"] if more > 0 else lines


def _node(row: Mapping[str, Any]) -> str:
    return f"{row['name']} ({row['type']}, {_papers(row['papers'])}) {row['id']}"


def _node_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say what differs, the spellings where nothing else does."""
    said = [
        f"{before[key]} -> {after[key]}" + " papers" * (key == "papers")
        for key in ("type", "papers")
        if before[key] != after[key]
    ]
    if before["name"] == after["name"]:
        return f"{after['name']}: {', '.join(said) or 'other spellings'}"
    return ": ".join([f"{before['name']} -> {after['name']}", *([", ".join(said)] if said else [])])


def show_reject(reject: Reject) -> None:
    """Say on stderr what was left out, and why."""
    excerpt = f" ({reject.excerpt})" if reject.excerpt else ""
    say(f"rejected {readable(f'{reject.source}: {reject.reason}{excerpt}')}")


def show_report(report: BuildReport) -> None:
    """Print what a build, an addition or a removal did; list the first rejects on stderr."""
    for reject in report.rejects[:MAX_REJECTS]:
        show_reject(reject)
    if report.rejected > MAX_REJECTS:
        say(f"and {report.rejected - MAX_REJECTS} more (--rejects FILE lists them all)")
    if report.re_extracted:
        say("The extractor is another one than before: all texts were read again.")
    show_facts(
        {
            "records read": report.read,
            "new papers": report.new,
            "duplicates": report.duplicates,
            **({"removed papers": report.removed} if report.removed else {}),
            "rejected": report.rejected,
            **{
                name: count
                for name, count in (
                    ("left out", report.left_out),
                    ("without abstract", report.without_abstract),
                    ("not in English", report.not_english),
                )
                if count
            },
            "papers": report.papers,
            "mentions": report.mentions,
            "entities": report.entities,
            "edges": report.edges,
            "seconds": f"{report.seconds:.1f}",
        }
    )
    if not report.papers:
        say("The store holds no paper now.")


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
    for path in written.paths:
        click.echo(str(path))
    if written.edges is None:
        say(_counted(papers=written.nodes))
        if written.filtered:
            say(f"Left out by the filters: {_counted(papers=written.filtered)}.")
        return
    say(_counted(nodes=written.nodes, edges=written.edges))
    if written.lone:
        say(f"Left out for want of an edge: {_counted(nodes=written.lone)}.")
    if written.filtered or written.filtered_edges:
        filtered = _counted(nodes=written.filtered, edges=written.filtered_edges)
        say(f"Left out by the filters: {filtered}.")
    if written.hidden or written.hidden_edges:
        hidden = _counted(nodes=written.hidden or None, edges=written.hidden_edges or None)
        say(f"Left out for want of room, the weakest: {hidden}.")
    if written.why:
        say(written.why)


def _counted(**counts: int | None) -> str:
    """Spell counts of things whose names are plurals by an s.

    >>> _counted(nodes=1, edges=0, papers=None)
    '1 node, 0 edges'
    """
    known = {name: count for name, count in counts.items() if count is not None}
    return ", ".join(f"{count} {name[:-1] if count == 1 else name}" for name, count in known.items())


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


def show_inferred(figures: Mapping[str, Any]) -> None:
    """Print how often what is inferred between papers is stated, by role, and where it is not."""
    total = {"inferred": figures["comparable"], "stated": figures["both"], "precision": figures["precision"]}
    rows = [{"builds on, by": role, **row} for role, row in {"all": total, **figures["by_role"]}.items()]
    show_table(rows, ["builds on, by", "inferred", "stated", "precision"])
    recall = f"recall {_cell(figures['recall'])}: {figures['both']} of {figures['stated']} citations"
    click.echo(f"\n{recall} between papers of the collection are inferred, too")
    aside = figures["inferred"] - figures["comparable"]
    if aside:
        click.echo(f"{aside} are inferred of papers without a known reference, and do not count")
    if figures["not_stated"]:
        click.echo("\ninferred, but not stated")
        show_table(figures["not_stated"], ["paper", "on_paper", "role", "entity"])


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
            papers = _papers(step["papers"])
            click.echo(f"  {_directed(step, 'relation')} ({papers}, strength {_cell(step['strength'])})")
        else:
            click.echo(f"{_cell(step['name'])}  {step['type']}")


def show_foremost(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print ranked rows in narrow columns, since titles are long."""
    shown = [{**row, "cited": row.get("citations"), "year": (row.get("since") or "")[:4]} for row in rows]
    show_table(shown, ["cited" if column == "citations" else column for column in columns])


def show_cited(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print who cites whom, an asterisk where it is inferred too."""
    marked_rows = [{**row, "relation": "cites" + " *" * row["builds_on"]} for row in rows]
    show_foremost(marked_rows, ["date", "relation", "citations", "title", "id"])


def show_similar(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print papers that are alike, each cosine with the number that it comes from."""
    shown = [
        {
            "strength": row["strength"],
            "coupling": f"{row['coupling']:.3f} ({row['shared_references']})",
            "cocited": f"{row['cocitation']:.3f} ({row['shared_citations']})",
            "title": f"{row['title']} ({(row['date'] or '-')[:4]})",
            "id": row["id"],
        }
        for row in rows
    ]
    show_table(shown, ["strength", "coupling", "cocited", "title", "id"])


def show_lineage(tree: Mapping[str, Any]) -> None:
    """Print a tree, one node a line: its year, its name under its parent's, and the paper behind it."""
    lines = list(_branches(tree, "", ""))
    width = min(max(_width(line[1]) for line in lines), _TREE_WIDTH)
    for year, name, title in lines:
        pad = " " * max(0, width - _width(name))
        _print_cut(f"{year:<4}  {name}{pad}  {title}".rstrip())
    for label, rows, joint in ("extends", tree["extends"], ", "), ("main path", tree["main_path"], " → "):
        if rows and rows[-1]["id"] != tree["id"]:
            _print_wrapped(f"{label:<9}  " + joint.join(map(_dated, rows)), " " * 11)


def _branches(node: Mapping[str, Any], before: str, below: str) -> Iterator[tuple[str, str, str]]:
    """Yield year, name behind the lines that lead to it, and title, of a node and all under it."""
    is_paper = node["type"] == "paper"
    name, title = ("·" if is_paper else _cell(node["name"])), readable(node["title"] or "")
    yield (node["date"] or "-")[:4], before + name, title
    rows = [*node["children"], *([None] if node["hidden"] else [])]
    for row in rows:
        last = row is rows[-1]
        joint, further = ("└─ ", "   ") if last else ("├─ ", "│  ")
        if row is None:
            yield "", f"{below}{joint}and {node['hidden']} more", ""
        else:
            yield from _branches(row, below + joint, below + further)


def _dated(row: Mapping[str, Any]) -> str:
    return f"{_cell(row['name'])} ({(row['date'] or '-')[:4]})"


def show_years(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print one year a line, one name a column, and below what each looks like; a single name gets bars."""
    years = sorted({year for row in rows for year in row["years"]})
    lines = [
        {"year": year, **{_cell(row["name"]): row["years"].get(year, 0) for row in rows}}
        for year in _with_gaps(years)
    ]
    if any(row["undated"] for row in rows):
        lines.append({"year": "undated", **{_cell(row["name"]): row["undated"] for row in rows}})
    if len(rows) == 1:
        counts = [line[_cell(rows[0]["name"])] for line in lines]
        lines = [
            line | {" ": "▇" * round(40 * n / max(counts)) or " "}
            for line, n in zip(lines, counts, strict=True)
        ]
    columns = list(lines[0])[1:] if lines else []
    parts = [columns] if len(rows) == 1 and lines else _beside_years(columns)
    for place, names in enumerate(parts):
        if place:
            click.echo()
        show_table(lines, ["year", *names])
    if len(rows) > 1 and years and _on_terminal():  # in a pipe a table stays a table
        _show_sparks(rows, range(int(years[0]), int(years[-1]) + 1))


def _beside_years(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield the names in parts for which a terminal has room beside the years; in a pipe all."""
    from shutil import get_terminal_size

    room = get_terminal_size().columns - _YEARS_WIDTH if _on_terminal() else sys.maxsize
    part: list[str] = []
    for name in names:
        if part and sum(_width(one) + _GAP for one in (*part, name)) > room:
            yield part
            part = []
        part.append(name)
    if part:
        yield part


def _with_gaps(years: Sequence[str]) -> Iterator[str]:
    """Yield years and those between them; many in a row as one.

    >>> list(_with_gaps(["1950", "2020", "2022"])), list(_with_gaps([]))
    (['1950', '1951 to 2019', '2020', '2021', '2022'], [])
    """
    for i, year in enumerate(years):
        missing = range(int(years[max(i - 1, 0)]) + 1, int(year))
        if len(missing) > MAX_EMPTY_YEARS:
            yield f"{missing[0]:04} to {missing[-1]:04}"
        else:
            yield from (f"{empty:04}" for empty in missing)
        yield year


def _show_sparks(rows: Sequence[Mapping[str, Any]], years: range) -> None:
    """Draw a line for each name over the same years, those without a paper too, each to its own height."""
    width = max(_width(_cell(row["name"])) for row in rows)
    click.echo(f"\n{'':<{width}}  {years[0]} to {years[-1]}")
    for row in rows:
        bars = sparkline([row["years"].get(f"{year:04}", 0) for year in years])
        name = _cell(row["name"])
        click.echo(f"{name}{' ' * (width - _width(name))}  {bars}")


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
        click.echo(line.translate(_AS_CODES))


def _print_cut(text: str) -> None:
    """Print a line, cut at the terminal's width; in a pipe whole."""
    if _on_terminal():
        from shutil import get_terminal_size

        width = get_terminal_size().columns
        if _width(text) > width:
            while _width(text) > width - 1:
                text = text[:-1]
            text += "…"
    click.echo(text)


def _draw(columns: Sequence[str], cells: list[list[str]], numeric: Sequence[bool]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column, right in zip(columns, numeric, strict=True):
        narrow = right or column in _NARROW
        table.add_column(column, justify="right" if right else "left", no_wrap=narrow, overflow="fold")
    for row in cells:
        shown = (
            _shortened(cell) if column == "id" else cell for column, cell in zip(columns, row, strict=True)
        )
        table.add_row(*(Text(cell, _STYLES.get(cell, "")) for cell in shown))
    Console(highlight=False, color_system="auto" if _in_colour() else None).print(table)
