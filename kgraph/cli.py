"""The command line: every command is its options and a call; errors are shown here and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from io import TextIOWrapper
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from kgraph import __version__
from kgraph.arguments import RELATIONS, since
from kgraph.config import Config
from kgraph.errors import AmbiguousName, BadInput, Contradiction, KGraphError, UnknownName
from kgraph.records import ROLES, TYPES

if TYPE_CHECKING:
    from sqlite3 import Connection

    from kgraph.citations import PaperFigure, Way
    from kgraph.queries import By, Order
    from kgraph.records import Paper, Reject

Command = TypeVar("Command", bound=Callable[..., Any])

FAILED, USAGE, AMBIGUOUS, UNKNOWN, INTERRUPTED = 1, 2, 3, 4, 130


class Commands(click.Group):
    """The commands in the order in which they stand here, and what becomes of an error."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        for stream in sys.stdout, sys.stderr:
            _write_utf8(stream)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except KGraphError as error:
            sys.exit(_show_error(error, as_json=ctx.meta.get("json", False)))
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise  # click ends quietly
            said = error.strerror or str(error)
            sys.exit(_fail(f"{error.filename}: {said}" if error.filename else said))
        except Exception as error:
            if not _is_sqlite_error(error):
                raise
            sys.exit(_fail(f"the store cannot be read ({error}); make it anew with `kgraph build`"))


def _write_utf8(stream: TextIO) -> None:
    """Write UTF-8 into pipes and files wherever we run, and never fail for a character."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _is_sqlite_error(error: Exception) -> bool:
    sqlite3 = sys.modules.get("sqlite3")
    return sqlite3 is not None and isinstance(error, sqlite3.Error)


def _fail(message: str) -> int:
    from kgraph.display import clean

    click.echo(f"Error: {clean(message)}", err=True)
    return FAILED


def _show_error(error: KGraphError, as_json: bool) -> int:
    """Print an error as text on stderr; with --json, names that lead nowhere as an object on stdout."""
    from kgraph.terminal import show_json, show_near

    match error:
        case AmbiguousName():
            code = AMBIGUOUS
            answer = {"error": "ambiguous", "name": error.name, "candidates": list(error.candidates)}
        case UnknownName():
            code = UNKNOWN
            answer = {"error": "unknown", "name": error.name, "near": list(error.near)}
        case Contradiction():
            _fail(str(error))
            return USAGE
        case _:
            return _fail(str(error))
    if as_json:
        show_json(answer)
    elif isinstance(error, AmbiguousName):
        show_near(f"Error: {error.name!r} names several things; ask for one by its id:", error.candidates)
    else:
        _fail(str(error))
    return code


# ------------------------------------------------------------------------------------------------ options


class Name(click.ParamType[str]):
    """What a user calls a thing; a byte that is no text is replaced."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value).encode("utf-8", "replace").decode("utf-8").strip()


class Since(click.ParamType[str]):
    """A year, a month or a day, as the store writes dates."""

    name = "year"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return str(since(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Day(click.ParamType[str]):
    """A day; a bare year or month means its last."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from datetime import date, timedelta

        try:
            year, month, day = [*map(int, str(value).split("-")), 0, 0][:3]
            if day:
                return date(year, month, day).isoformat()
            following = date(year + (month in (0, 12)), month % 12 + 1, 1)
            return (following - timedelta(days=1)).isoformat()
        except ValueError:
            self.fail(f"{value!r} is no date: write 2025, 2025-12 or 2025-12-11", param, ctx)


def _remember_json(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    ctx.meta["json"] = value
    return value


def _several(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Join options into one decorator that keeps their order in the help."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _check_conditions(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Let `sources` check what is said of fields; a mistake is one of usage."""
    if value:
        from kgraph.sources.choice import choose
        from kgraph.sources.reading import read_names

        try:
            (choose if param.name == "where" else read_names)(value)
        except BadInput as error:
            raise click.BadParameter(
                f"{error.source.partition(' ')[2]!r} {error.reason}", ctx, param
            ) from None
    return value


db_option = click.option(
    "--db", default=Config.db, envvar="KGRAPH_DB", show_default=True, show_envvar=True, help="The store."
)
json_option = click.option("--json", "as_json", is_flag=True, callback=_remember_json, help="Print JSON.")
query_options = _several(json_option, db_option)
limit_option = click.option(
    "--limit", type=click.IntRange(min=0), default=Config.limit, show_default=True, help="At most so many."
)
entity_type_option = click.option(
    "--type", multiple=True, type=click.Choice(TYPES), help="Only these entities; may be repeated."
)
type_option = click.option(
    "--type", multiple=True, type=click.Choice((*TYPES, "paper")), help="Only these; may be repeated."
)
relation_option = click.option(
    "--relation", multiple=True, type=click.Choice(RELATIONS), metavar="RELATION",
    help=f"Only these; may be repeated. One of {', '.join(RELATIONS)}.",
)  # fmt: skip
since_option = click.option("--since", type=Since(), help="Only what was first seen in that year or later.")
hops_option = click.option(
    "--hops", type=click.IntRange(min=1), default=Config.hops, show_default=True, help="How far to walk."
)
extractor_options = _several(
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        default=Config.jobs,
        show_default=True,
        help="Processes to extract in.",
    ),
    click.option(
        "--lexicon",
        multiple=True,
        type=click.Path(dir_okay=False),
        help="A file of further names, in the columns of the packaged one; may be repeated.",
    ),
    click.option("--nlp", metavar="PIPELINE", help="A spaCy pipeline to find names with, by name or path."),
)
part_options = _several(
    click.option("--kind", type=click.Choice(["all", "entities", "papers"]), default="all", show_default=True,
                 help="Which nodes."),
    entity_type_option,
    relation_option,
    since_option,
    click.option("--min-papers", type=click.IntRange(min=1), default=Config.min_papers, show_default=True,
                 help="Only entities in so many papers."),
    click.option("--around", metavar="NAME", type=Name(), help="Only what lies near NAME."),
    hops_option,
    click.option("--top", type=click.IntRange(min=1), help="Only so many entities, those in most papers."),
    click.option("--stubs", type=click.IntRange(min=1), metavar="N",
                 help="Also papers outside the collection that N of its papers cite."),
    click.option("--layout", type=click.Choice(["own", "igraph", "fa2"]), default="own", show_default=True,
                 help="Who places the nodes: we, or a library that you have installed."),
)  # fmt: skip
reading_options = _several(
    click.option(
        "--map", "names", multiple=True, callback=_check_conditions, metavar="FIELD=NAME",
        help="What a field is called, as title=Titel; may be repeated.",
    ),
    click.option(
        "--where", multiple=True, callback=_check_conditions, metavar="FIELD=VALUE",
        help="Only papers like category=cs.CL; may be repeated.",
    ),
    click.option("--since", type=Since(), help="Only papers of that year or later."),
    click.option("--limit", type=click.IntRange(min=0), help="Only so many papers."),
    click.option(
        "--as-of",
        type=Day(),
        help="When the pages were saved: dates without a year count back from there.",
    ),
    click.option("--skip-bad-files", is_flag=True, help="Leave out files that cannot be read, and say so."),
    click.option(
        "--rejects", type=click.Path(dir_okay=False), metavar="FILE",
        help="List there every record that is left out, as JSON lines.",
    ),
)  # fmt: skip
sources_argument = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
name_argument = click.argument("name", type=Name())
paper_argument = click.argument("paper", type=Name())


# ------------------------------------------------------------------------------------------------ answers


@contextmanager
def _reading(db: str) -> Iterator[Connection]:
    from kgraph.store import Store

    with Store(db) as store:
        yield store.connection


def _without_rejects(
    found: Iterable[Paper | Reject], list_reject: Callable[[Reject], None]
) -> Iterator[Paper]:
    from kgraph.records import Paper
    from kgraph.terminal import show_reject

    for one in found:
        if isinstance(one, Paper):
            yield one
        else:
            show_reject(one)
            list_reject(one)


def _answer(
    as_json: bool,
    answer: Any,
    show: Callable[[Any], None],
    limit: int | None = None,
    nothing: str = "Nothing found.",
) -> None:
    """Print an answer as JSON or by `show`; say so where it is empty, or was cut at a limit."""
    from kgraph.terminal import say, show_json

    if as_json:
        show_json(answer)
    elif answer:
        show(answer)
    elif limit is None:
        say(nothing)
    if limit is not None:
        say(f"The first {limit}; there are more (--limit).")


def _table(*columns: str) -> Callable[[Sequence[Mapping[str, Any]]], None]:
    from kgraph.terminal import show_table

    return lambda rows: show_table(rows, columns)


def _cut(rows: list[Any], limit: int | None) -> int | None:
    """Cut rows that were asked for with one to spare; return the limit if that left any out."""
    if limit is None or len(rows) <= limit:
        return None
    del rows[limit:]
    return limit


# ----------------------------------------------------------------------------------------------- commands


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Shell completion: eval "$(_KGRAPH_COMPLETE=bash_source kgraph)", or zsh_source, fish_source.',
)
@click.version_option(__version__, prog_name="kgraph")
def main() -> None:
    """Turn paper abstracts into a graph of methods, models and datasets, and ask it questions.

    \b
    kgraph build papers.jsonl pages/*.txt
    kgraph neighbors Mamba
    kgraph export landscape.html
    """


@main.command()
@sources_argument
@db_option
@extractor_options
@reading_options
@json_option
def build(db: str, as_json: bool, **options: Any) -> None:
    """Make the store from SOURCES alone.

    SOURCES are files, folders, globs, or - for standard input; what is in them is recognised by itself.

    \b
    kgraph build papers.jsonl pages/*.txt
    kgraph build library/ --db library.db --jobs 2
    """
    from kgraph.building import build
    from kgraph.terminal import progress, show_report

    with progress() as advance:
        report = build(db=db, progress=advance, **options)
    _answer(as_json, asdict(report) if as_json else report, show_report)


@main.command()
@sources_argument
@db_option
@extractor_options
@reading_options
@json_option
def add(db: str, as_json: bool, **options: Any) -> None:
    """Add the papers of SOURCES to the store.

    \b
    kgraph add today.txt

    The store is the same as if it had been built with them.
    """
    from kgraph.building import add
    from kgraph.terminal import progress, show_report

    with progress() as advance:
        report = add(db=db, progress=advance, **options)
    _answer(as_json, asdict(report) if as_json else report, show_report)


@main.command()
@click.argument("papers", nargs=-1, required=True, type=Name(), metavar="PAPER...")
@db_option
@json_option
def remove(papers: Sequence[str], db: str, as_json: bool) -> None:
    """Remove papers from the store, each given by id, URL or title.

    \b
    kgraph remove arxiv:2312.00752

    The store is the same as if it had been built without them.
    """
    from kgraph.building import remove
    from kgraph.terminal import progress, show_report

    with progress() as advance:
        report = remove(papers, db=db, progress=advance)
    _answer(as_json, asdict(report) if as_json else report, show_report)


@main.command()
@sources_argument
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file.")
@extractor_options
@reading_options
def extract(
    sources: Sequence[str],
    output: str | None,
    jobs: int,
    lexicon: Sequence[str],
    nlp: str | None,
    rejects: str | None,
    **reading: Any,
) -> None:
    """Print what each paper of SOURCES names, as JSON lines.

    \b
    kgraph extract papers.jsonl -o found.jsonl

    No store is needed, none is touched.
    """
    import json
    from pathlib import Path

    from kgraph.documents import find_documents
    from kgraph.extraction import load_extractor
    from kgraph.rejects import listing_rejects
    from kgraph.sources import read_papers
    from kgraph.terminal import say
    from kgraph.views.files import atomic_write

    extractor = load_extractor(nlp, [Path(file) for file in lexicon])
    left_out: list[None] = []
    found = read_papers(sources, on_left_out=lambda _: left_out.append(None), **reading)
    with (
        listing_rejects(rejects) as list_reject,
        nullcontext(sys.stdout) if output is None else atomic_write(Path(output)) as file,
    ):
        for document in find_documents(_without_rejects(found, list_reject), extractor, jobs):
            file.write(json.dumps(document, ensure_ascii=False) + "\n")
    if left_out:
        say(f"{len(left_out)} papers were left out.")


@main.command()
@query_options
@name_argument
@type_option
@relation_option
@since_option
@hops_option
@limit_option
@click.option("--family", is_flag=True, help="Count the versions and sizes of NAME as NAME.")
def neighbors(db: str, as_json: bool, name: str, hops: int, limit: int, **filters: Any) -> None:
    """List what stands near NAME, the strongest first.

    \b
    kgraph neighbors Mamba
    kgraph neighbors LoRA --type method --since 2023 --limit 50
    kgraph neighbors Mamba --type paper
    kgraph neighbors GPT --family

    Strength is the share of their papers that two have in common: a cosine, lower where papers are few. A
    paper counts half that names both in passing: in no one sentence, nor one of them as its own.
    """
    from kgraph.queries import at_latest, neighbors

    with _reading(db) as store:
        answer = neighbors(store, name, hops=hops, limit=limit + 1, **filters)
        rows = answer["neighbors"] if as_json else at_latest(store, answer["neighbors"])
    cut = _cut(rows, limit)
    columns = ["name", "type", "relation", "papers", "strength", "since"]
    show = _table(*columns, *["via"] * (hops > 1))
    _answer(as_json, answer if as_json else rows, show, cut)


@main.command()
@query_options
@name_argument
def show(db: str, as_json: bool, name: str) -> None:
    """Show the card of NAME, an entity or a paper.

    \b
    kgraph show LoRA
    kgraph show arxiv:2312.00752
    """
    from kgraph.queries import at_latest, show
    from kgraph.terminal import show_card

    with _reading(db) as store:
        card = show(store, name)
        if not as_json:
            (card,) = at_latest(store, [card])
    _answer(as_json, card, show_card)


@main.command()
@query_options
@name_argument
@click.option("--role", multiple=True, type=click.Choice(ROLES), help="Only these; may be repeated.")
@click.option("--by", type=click.Choice(["role", "date", "citations"]), default="role", show_default=True,
              help="What comes first: the strongest role, the oldest, or the most cited here.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), help="At most so many rows.")
@click.option("--format", type=click.Choice(["bib", "ris"]), help="Print them as BibTeX or RIS.")
def papers(
    db: str,
    as_json: bool,
    name: str,
    role: Sequence[str],
    by: Order,
    limit: int | None,
    format: str | None,
) -> None:
    """List the papers that name NAME, those that introduce it first.

    \b
    kgraph papers LoRA --role extends
    kgraph papers ImageNet --by citations --limit 20
    kgraph papers Mamba --format bib > mamba.bib

    Of a paper: those that cite it or build on it.
    """
    if format is not None:
        if as_json:
            raise click.UsageError("--format and --json are two formats; give one.")
        _print_bibliography(db, name, format, role=role, by=by, limit=limit)
        return
    from kgraph.queries import papers
    from kgraph.terminal import show_foremost

    with _reading(db) as store:
        rows = papers(store, name, role=role, by=by, limit=None if limit is None else limit + 1)
    cut = _cut(rows, limit)
    columns = ("date", "role", *["citations"] * (by == "citations"), "title", "id")
    _answer(as_json, rows, lambda rows: show_foremost(rows, columns), cut)


def _print_bibliography(db: str, name: str, format: str, **options: Any) -> None:
    from kgraph.landscape import Landscape

    with Landscape(db) as landscape:
        click.echo(landscape.bibliography(name, format=format, **options), nl=False)


@main.command()
@query_options
@paper_argument
@click.option("--in", "way", flag_value="in", help="Only those that cite it.")
@click.option("--out", "way", flag_value="out", help="Only those that it cites.")
@click.option("--stubs", is_flag=True, help="Also papers outside the collection that it cites.")
@limit_option
def cites(db: str, as_json: bool, paper: str, way: Way | None, stubs: bool, limit: int) -> None:
    """List what PAPER cites, and what cites it, the most cited first.

    \b
    kgraph cites arxiv:2312.00752
    kgraph cites "Attention Is All You Need" --in

    CITED counts the papers of the collection that cite a row's paper. An asterisk marks where the text of the
    citing paper shows it too, since it names what the other introduces (builds_on). --limit holds for what it
    cites and for what cites it, each.
    """
    from kgraph.citations import cites, count_stubs
    from kgraph.terminal import say, show_cited

    with _reading(db) as store:
        rows = cites(store, paper, way, stubs=stubs, limit=limit + 1)
        outside = 0 if stubs or way == "in" else count_stubs(store, paper)
    ways = [list(rows) for _, rows in groupby(rows, key=itemgetter("direction"))]
    cut = [limit for rows in ways if _cut(rows, limit) is not None]
    _answer(as_json, list(chain.from_iterable(ways)), show_cited, limit if cut else None)
    if outside:
        say(f"It also cites {outside} paper{'s' * (outside != 1)} outside the collection (--stubs).")


@main.command()
@query_options
@paper_argument
@limit_option
def similar(db: str, as_json: bool, paper: str, limit: int) -> None:
    """List the papers most like PAPER by their citations.

    \b
    kgraph similar arxiv:2106.09685

    COUPLING is the cosine of the references that two papers share (Kessler 1963; Sen and Gan 1983),
    COCITED that of the papers that cite both (Small 1973; Small and Sweeney 1985), each with the number
    that is shared. STRENGTH, the order, is the mean of both, lower where few are shared.
    """
    from kgraph.citations import similar, why_none_is_similar
    from kgraph.terminal import show_similar

    with _reading(db) as store:
        rows = similar(store, paper, limit=limit + 1)
        nothing = f"Nothing found: {why_none_is_similar(store, paper)}." if not rows else ""
    cut = _cut(rows, limit)
    _answer(as_json, rows, show_similar, cut, nothing)


@main.command()
@query_options
@name_argument
@limit_option
def lineage(db: str, as_json: bool, name: str, limit: int) -> None:
    """Draw what grew out of NAME: who introduced it, what extends it, and so on.

    \b
    kgraph lineage Mamba
    kgraph lineage Transformer --limit 100

    One thing extends another where a paper says so, or introduces it under a name made of the other's. It
    stands under the latest of those that it extends. The main path is the way from the root over which most
    ways lead (Hummon and Doreian 1989).
    """
    from kgraph.lineage import lineage
    from kgraph.terminal import show_lineage

    with _reading(db) as store:
        tree = lineage(store, name, limit=limit)
    _answer(as_json, tree, show_lineage)


@main.command()
@query_options
@click.argument("a", type=Name())
@click.argument("b", type=Name(), required=False)
@limit_option
def why(db: str, as_json: bool, a: str, b: str | None, limit: int) -> None:
    """Print the sentences that tie A to B.

    \b
    kgraph why Mamba Transformer
    kgraph why Mamba

    Of A alone: the spellings that were taken for it, how often, by which rule and on which evidence.
    """
    from kgraph.evidence import kind_by_name, why
    from kgraph.terminal import say, show_passages, show_spellings

    with _reading(db) as store:
        rows = why(store, a, b, limit=limit + 1)
        kind = kind_by_name(store, a, b) if b is not None else None
    cut = _cut(rows, limit)
    show = show_spellings if b is None else show_passages
    _answer(as_json, rows, show, cut, kind or "Nothing found.")
    if kind and (rows or cut is not None):
        say(kind)


@main.command()
@query_options
@click.argument("a", type=Name())
@click.argument("b", type=Name())
def path(db: str, as_json: bool, a: str, b: str) -> None:
    """Print a shortest way from A to B, the strongest of them.

    \b
    kgraph path LoRA ImageNet

    It leads through papers only where there is no other; between papers, over citations.
    """
    from kgraph.queries import path
    from kgraph.terminal import show_way

    with _reading(db) as store:
        steps = path(store, a, b)
    _answer(as_json, steps, show_way)


@main.command()
@query_options
@click.argument("words", nargs=-1, required=True, type=Name())
@type_option
@limit_option
def search(db: str, as_json: bool, words: Sequence[str], type: Sequence[str], limit: int) -> None:
    """List the entities and papers that have all WORDS in their name.

    \b
    kgraph search state space
    """
    from kgraph.queries import at_latest, search

    with _reading(db) as store:
        rows = search(store, " ".join(words), type=type, limit=limit + 1)
        rows = rows if as_json else at_latest(store, rows)
    cut = _cut(rows, limit)
    _answer(as_json, rows, _table("name", "type", "papers", "since", "id"), cut)


@main.command()
@query_options
@click.option(
    "--type",
    multiple=True,
    type=click.Choice((*TYPES, "paper", "stub")),
    help="Only these entities; may be repeated. Or paper; or stub: a paper outside the collection.",
)
@click.option(
    "--by",
    type=click.Choice(["papers", "pagerank", "rising", "citations"]),
    help="What counts: papers, place in the graph, growth in the last two years; of papers: citations, place"
    " among citations, or growth.  [default: papers; of papers: pagerank]",
)
@limit_option
def top(db: str, as_json: bool, type: Sequence[str], by: By | PaperFigure | None, limit: int) -> None:
    """List the foremost entities, or papers.

    \b
    kgraph top --type dataset
    kgraph top --by rising --limit 50
    kgraph top --type paper            by PageRank over citations
    kgraph top --type stub             what the collection cites and lacks
    """
    from kgraph.citations import foremost, has_citations
    from kgraph.queries import at_latest
    from kgraph.terminal import say, show_foremost

    with _reading(db) as store:
        try:
            rows, figures = foremost(store, type, by, limit + 1)
        except ValueError as error:
            raise click.UsageError(f"{error}.") from error
        cut = _cut(rows, limit)
        rows = rows if as_json or "stub" in type else at_latest(store, rows)
        unranked = "paper" in type and not has_citations(store)
    if "paper" in type:
        columns = ("name", *figures, "year", "id")
    elif "stub" in type:
        columns = ("name", *figures, "id")
    else:
        columns = ("name", "type", *figures, "since")
    _answer(as_json, rows, lambda rows: show_foremost(rows, columns), cut)
    if unranked and not as_json:
        order = ", so nothing ranks them: the earliest come first" if rows else ""
        say(f"No paper here has references to others here{order}.")


@main.command()
@query_options
@click.argument("names", nargs=-1, type=Name(), metavar="[NAME]...")
@click.option(
    "--png", metavar="FILE", type=click.Path(dir_okay=False), help="Draw the years into this file, too."
)
def trends(db: str, as_json: bool, names: Sequence[str], png: str | None) -> None:
    """Count papers a year, of each NAME or of the whole collection.

    \b
    kgraph trends Mamba Transformer
    kgraph trends LSTM Transformer Mamba --png trends.png

    A name that is not found, or names several things, is said at the end, and in the exit code; with --json
    it is all that is answered.
    """
    from kgraph.queries import trends
    from kgraph.terminal import say, show_years

    errors: list[AmbiguousName | UnknownName] = []
    rows: list[Mapping[str, Any]] = []
    with _reading(db) as store:
        for name in [[name] for name in names] or [[]]:
            try:
                rows += trends(store, name)
            except (AmbiguousName, UnknownName) as error:
                if as_json or len(names) == 1:
                    raise
                errors.append(error)
    if rows:
        _answer(as_json, rows, show_years)
    if rows and png is not None:
        from pathlib import Path

        from kgraph.views.years import write_years

        write_years(rows, Path(png))
        say(f"drawn: {png}")
    codes = [_show_error(error, as_json) for error in errors]
    if codes:
        sys.exit(codes[0])


@main.command()
@query_options
def stats(db: str, as_json: bool) -> None:
    """Count what the store holds.

    \b
    kgraph stats --json
    """
    from kgraph.queries import stats
    from kgraph.terminal import show_facts

    with _reading(db) as store:
        counts = stats(store)
    _answer(as_json, counts, show_facts)


@main.command()
@query_options
@click.argument("a", type=Name(), required=False)
@click.argument("b", type=Name(), required=False)
@click.option(
    "--list",
    "what",
    type=click.Choice(["sources", "conflicts", "rejects"]),
    help="All of these, a line each (rejects: the first 1,000).",
)
def doctor(db: str, as_json: bool, what: str | None, a: str | None, b: str | None) -> None:
    """Say what the graph does not cover: why is an edge missing?

    \b
    kgraph doctor
    kgraph doctor --list conflicts
    kgraph doctor GPT-3 S4

    Of A and B, entities or papers: what ties them, and why nothing else does.
    """
    from kgraph.coverage import count_rejects, examine, list_all
    from kgraph.missing import explain
    from kgraph.terminal import say_unlisted, show_health, show_list, show_reasons

    if a is not None and (b is None or what):
        raise click.UsageError("Give a pair A B, or what to list, or nothing.")
    with _reading(db) as store:
        if what:
            rows = list_all(store, what)
            _answer(as_json, rows, show_list(what))
            if what == "rejects":
                say_unlisted(len(rows), count_rejects(store))
        elif a is None or b is None:
            _answer(as_json, examine(store), show_health)
        else:
            _answer(as_json, explain(store, a, b), show_reasons)


@main.command()
@click.argument("out", type=click.Path())
@db_option
@click.option(
    "--format",
    metavar="FORMAT",
    help="Where the suffix does not say it: cytoscape, neo4j, vosviewer, graphology, report, obsidian, ...",
)
@part_options
def export(db: str, out: str, format: str | None, **part: Any) -> None:
    """Write the graph to OUT; its suffix chooses the format.

    \b
    kgraph export landscape.html
    kgraph export landscape.graphml --type method --min-papers 3
    kgraph export mamba.html --around Mamba --hops 2
    kgraph export map.svg                          the map for a paper; .pdf, .png
    kgraph export report.html                      one page of findings; .md
    kgraph export graph.csv --format neo4j         OUT.nodes.csv and OUT.edges.csv
    kgraph export vault --format obsidian          a folder with a note for every node
    kgraph export found.jsonl                      what was found in each paper
    kgraph export mamba.bib --around Mamba         its papers, as BibTeX; or .ris
    kgraph export - --format md                    to standard output, formats of one text

    What the filters leave out is said. The README lists every format and who opens it.
    """
    from kgraph.landscape import Landscape
    from kgraph.terminal import show_export

    if out == "-":
        _export_to_stdout(db, format, **part)
        return
    with Landscape(db) as landscape:
        written = landscape.export(out, format=format, **part)
    show_export(written)


def _export_to_stdout(db: str, format: str | None, **part: Any) -> None:
    """Print the bytes of the file that the format would be, and on stderr what they hold."""
    from dataclasses import replace
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from kgraph.exporting import choose_text
    from kgraph.landscape import Landscape
    from kgraph.terminal import show_export

    suffix = choose_text(format).suffix
    with Landscape(db) as landscape, TemporaryDirectory(prefix="kgraph-") as folder:
        written = landscape.export(Path(folder) / f"graph{suffix}", format=format, **part)
        click.echo(written.paths[0].read_bytes(), nl=False)
    show_export(replace(written, paths=()))


@main.command()
@db_option
@part_options
def view(db: str, **part: Any) -> None:
    """Open the page of the graph in the browser.

    \b
    kgraph view
    kgraph view --around Mamba --hops 2

    The page is a temporary file; `kgraph export landscape.html` writes one to keep.
    """
    import webbrowser
    from pathlib import Path
    from tempfile import mkdtemp

    from kgraph.landscape import Landscape
    from kgraph.terminal import say, show_export

    with Landscape(db) as landscape:
        written = landscape.export(Path(mkdtemp(prefix="kgraph-")) / "landscape.html", **part)
    show_export(written)
    if not webbrowser.open(written.paths[0].as_uri()):
        say("No browser could be opened; open the file in one.")


@main.command("eval")
@click.argument("gold", nargs=-1, type=click.Path(dir_okay=False))
@click.option(
    "--resolution",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Score instead which occurrences name one thing, by the pairs in FILE.",
)
@click.option(
    "--citations", is_flag=True, help="Compare instead, in the store, what builds on what with what cites it."
)
@db_option
@extractor_options
@click.option(
    "--errors",
    "max_errors",
    type=click.IntRange(0),
    default=Config.max_errors,
    show_default=True,
    metavar="N",
    help="Show the N worst errors, each with its sentence.",
)
@json_option
def evaluate(
    gold: tuple[str, ...], resolution: str | None, citations: bool, db: str, as_json: bool, **options: Any
) -> None:
    """Score the extractor on the annotated papers of GOLD.

    \b
    kgraph eval dev.jsonl
    kgraph eval dev.jsonl --errors 50
    kgraph eval --resolution pairs.jsonl train.jsonl dev.jsonl
    kgraph eval --citations
    """
    if citations:
        if gold or resolution is not None:
            raise click.UsageError("--citations looks at the store alone.")
        _compare_inferred(db, as_json, options["max_errors"])
        return
    if not gold:
        raise click.UsageError("Missing argument 'GOLD...'.")
    from kgraph.evaluation import evaluate
    from kgraph.judged_pairs import evaluate_resolution
    from kgraph.terminal import show_pairs, show_scores

    if resolution is not None:
        _answer(as_json, evaluate_resolution(resolution, gold, **options), show_pairs)
    elif len(gold) > 1:
        raise click.UsageError("One file of annotated papers at a time, or several with --resolution.")
    else:
        _answer(as_json, evaluate(gold[0], **options), show_scores)


def _compare_inferred(db: str, as_json: bool, max_errors: int) -> None:
    from kgraph.citations import compare_inferred
    from kgraph.terminal import show_inferred

    with _reading(db) as store:
        figures = compare_inferred(store, max_errors)
    _answer(as_json, figures, show_inferred)


# ------------------------------------------------------------------------------------------- corrections


class Corrections(click.Group):
    """The sub-commands in the order in which they stand here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


note_option = click.option("--note", default="", help="Why: kept as a comment in the lexicon.")
correcting_options = _several(
    click.option("--dry-run", is_flag=True, help="Change nothing; show what would change."),
    db_option,
    json_option,
)


@main.group(cls=Corrections)
def alias() -> None:
    """Correct which names are one thing, and what a thing is.

    \b
    kgraph alias merge LoRA "low-rank adapters"
    kgraph alias ignore "recent work" --dry-run
    kgraph alias suggest

    What is said is kept in kgraph.lexicon beside the store, a text file that lives well in git, and
    holds at once and in every later build. No paper is read again for it.
    """


def _correct(as_json: bool, correction: Any) -> None:
    from kgraph.terminal import show_correction

    _answer(as_json, asdict(correction), show_correction)


@alias.command("merge")
@click.argument("a", type=Name())
@click.argument("b", type=Name())
@note_option
@correcting_options
def alias_merge(db: str, as_json: bool, a: str, b: str, **options: Any) -> None:
    """Take B for A.

    \b
    kgraph alias merge LoRA "low-rank adapters"

    The node of B goes; its papers, spellings and edges become A's.
    """
    from kgraph import correcting

    _correct(as_json, correcting.merge(db, a, b, **options))


@alias.command("split")
@click.argument("name", type=Name())
@click.argument("spellings", nargs=-1, type=Name(), metavar="[SPELLING]...")
@note_option
@correcting_options
def alias_split(db: str, as_json: bool, name: str, spellings: Sequence[str], **options: Any) -> None:
    """Let SPELLINGs leave NAME.

    \b
    kgraph alias split LoRA
    kgraph alias split LoRA "low-rank adapters"

    Without SPELLING everything leaves that `alias merge` brought; if that is nothing, every spelling but
    those of the name itself. `kgraph why NAME` lists the spellings.
    """
    from kgraph import correcting

    _correct(as_json, correcting.split(db, name, spellings, **options))


@alias.command("forbid")
@click.argument("a", type=Name())
@click.argument("b", type=Name())
@note_option
@correcting_options
def alias_forbid(db: str, as_json: bool, a: str, b: str, **options: Any) -> None:
    """Keep A and B apart for good.

    \b
    kgraph alias forbid BERT RoBERTa

    A and B may be two entities, or two spellings of one.
    """
    from kgraph import correcting

    _correct(as_json, correcting.forbid(db, a, b, **options))


@alias.command("rename")
@click.argument("name", type=Name())
@click.argument("new", type=Name())
@note_option
@correcting_options
def alias_rename(db: str, as_json: bool, name: str, new: str, **options: Any) -> None:
    """Show NAME under the name NEW.

    \b
    kgraph alias rename "SGD optimizer" SGD
    """
    from kgraph import correcting

    _correct(as_json, correcting.rename(db, name, new, **options))


@alias.command("retype")
@click.argument("name", type=Name())
@click.argument("type_", metavar="TYPE", type=click.Choice(TYPES))
@note_option
@correcting_options
def alias_retype(db: str, as_json: bool, name: str, type_: str, **options: Any) -> None:
    """Make NAME a method, model, dataset, task or metric.

    \b
    kgraph alias retype ViT model
    """
    from kgraph import correcting

    _correct(as_json, correcting.retype(db, name, type_, **options))


@alias.command("ignore")
@name_argument
@note_option
@correcting_options
def alias_ignore(db: str, as_json: bool, name: str, **options: Any) -> None:
    """Say that NAME is no entity.

    \b
    kgraph alias ignore "recent work"
    """
    from kgraph import correcting

    _correct(as_json, correcting.ignore(db, name, **options))


@alias.command("undo")
@correcting_options
def alias_undo(db: str, as_json: bool, dry_run: bool) -> None:
    """Take back the last of these commands that is not undone yet.

    \b
    kgraph alias undo
    """
    from kgraph import correcting

    _correct(as_json, correcting.undo(db, dry_run=dry_run))


@alias.command("apply")
@correcting_options
def alias_apply(db: str, as_json: bool, dry_run: bool) -> None:
    """Follow kgraph.lexicon after it was changed by hand.

    \b
    kgraph alias apply --dry-run
    """
    from kgraph import correcting

    _correct(as_json, correcting.apply(db, dry_run=dry_run))


@alias.command("suggest")
@query_options
@limit_option
def alias_suggest(db: str, as_json: bool, limit: int) -> None:
    """List what may be one thing, and what may be several, the surest first.

    \b
    kgraph alias suggest --limit 10

    Nothing is merged: each line names a command that you may run.
    """
    from kgraph.suggestions import suggest
    from kgraph.terminal import show_suggestions

    with _reading(db) as store:
        rows = suggest(store, limit=limit + 1)
    cut = _cut(rows, limit)
    _answer(as_json, rows, show_suggestions, cut)


@alias.command("list")
@query_options
def alias_list(db: str, as_json: bool) -> None:
    """List what was said, and where it stands.

    \b
    kgraph alias list
    """
    from kgraph.correcting import verdicts

    _answer(as_json, verdicts(db), _table("verb", "name", "other", "note", "source"))
