"""A page of findings, as HTML that needs nothing beside it, or as Markdown: the same sections in both.

Every section names the command that gives its figures, and a paper leads to where it can be read. Texts are
strangers': each is escaped where it is written.
"""

import re
import shlex
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape
from math import ceil
from pathlib import Path
from typing import Any

from kgraph.display import readable, sparkline
from kgraph.views.files import atomic_write
from kgraph.views.scene import link_of
from kgraph.views.style import COLORS, DARK

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Theme:
    """A region of the map: the names that it goes by, and its foremost entities."""

    names: tuple[str, ...]
    members: tuple[Row, ...]  # id, name, type, papers
    size: int  # nodes, papers too


@dataclass(frozen=True, slots=True)
class Findings:
    """What the report says; rows are those of the queries of the same names."""

    stats: Row
    coverage: Row
    years: Mapping[str, int]
    undated: int
    foremost: Mapping[str, Sequence[Row]]  # by type
    rising: Sequence[Row]  # with `years`: papers a year
    themes: Sequence[Theme]
    introduced: Sequence[Row]  # name, type, papers; paper, title, date, url
    compared: Sequence[Row]  # a, b, papers, since; called: what a command takes for the two

    @property
    def few_dated(self) -> bool:
        """Tell whether most papers have no date, so that those of a year say little."""
        return self.undated > sum(self.years.values())


@dataclass(frozen=True, slots=True)
class Cell:
    """A text that leads somewhere, bears the colour of a type, or is a command."""

    text: str
    url: str | None = None
    type: str | None = None
    command: bool = False
    bars: tuple[int, ...] = ()  # drawn instead of the text


Value = Cell | str | int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what is below it, and the command that shows the same."""

    heading: str
    says: str
    command: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


def write_report(findings: Findings, path: Path, suffix: str) -> None:
    """Write HTML or, for the suffix `.md`, Markdown."""
    if findings.few_dated:
        findings = replace(findings, rising=[])
    years = {} if findings.few_dated else findings.years
    title, summary = _title(findings), _summary(findings)
    sections = [_without_unknown(section) for section in _sections(findings) if section.rows]
    with atomic_write(path) as file:
        file.writelines((_markdown if suffix == ".md" else _html)(title, summary, years, sections))


# ----------------------------------------------------------------------------------------------- what is said


def _title(findings: Findings) -> str:
    papers: int = findings.stats["papers"]
    return f"What {papers:,} paper{'s' * (papers != 1)} work with"


def _summary(findings: Findings) -> str:
    known = {type_: count for type_, count in findings.stats["entities"].items() if count}
    counts = [f"{count:,} {type_}{'s' * (count != 1)}" for type_, count in known.items()]
    named = ", ".join(counts) or "nothing that has a name"
    span = f" from {min(findings.years)} to {max(findings.years)}" if findings.years else ""
    undated = f" ({findings.undated:,} without a date)" if findings.undated and findings.years else ""
    few = " What rises, and papers a year, are left out: too few have a date." if findings.few_dated else ""
    return f"{f'Papers{span}{undated}; they' if span else 'They'} name {named}.{few}"


def _sections(findings: Findings) -> Iterator[Section]:
    for type_, rows in findings.foremost.items():
        yield Section(
            f"Foremost {type_}s",
            f"The {type_}s that most papers name.",
            f"kgraph top --type {type_}",
            [type_, "papers", "since"],
            [[_entity(row), row["papers"], row["since"] or UNKNOWN] for row in rows],
        )
    yield Section(
        "On the rise",
        "Named more often in the last two years than their share of earlier papers foretells.",
        "kgraph top --by rising",
        ["name", "papers a year", "lately", "before", "times"],
        [
            [_entity(row), _bars(row["years"]), row["recent"], row["before"], f"{row['rising']:.1f}"]
            for row in findings.rising
        ],
    )
    yield Section(
        "Themes",
        "Things that stand near each other: the regions of the map, which are VOSviewer's clusters.",
        "kgraph export themes.json --format vosviewer",
        ["theme", "its foremost members", "things and papers"],
        [_theme(theme) for theme in findings.themes],
    )
    yield Section(
        "Who introduced what",
        "Where the things that most papers name come from, if a paper here brought them.",
        "kgraph show NAME",
        ["name", "introduced by", "date"],
        [[_entity(row), _paper(row), row["date"] or UNKNOWN] for row in findings.introduced],
    )
    yield Section(
        "Most compared",
        "Pairs that papers set against each other; the command prints the sentences.",
        "kgraph neighbors NAME --relation compared_with",
        ["one", "other", "papers", "sentences"],
        [[row["a"], row["b"], row["papers"], _why(*row["called"])] for row in findings.compared],
    )
    yield Section(
        "Coverage",
        "What the graph does not hold, and what made it.",
        "kgraph doctor --json",
        ["", "count"],
        [[name, findings.coverage[key]] for key, name in COVERAGE.items()],
    )


UNKNOWN = "–"
COVERAGE = {
    "papers": "papers",
    "without_abstract": "papers without an abstract",
    "without_date": "papers without a date",
    "without_mentions": "papers in which nothing was found",
    "unresolved_mentions": "mentions that name no entity",
    "lone_entities": "entities of a single paper",
    "rejected": "records that could not be read",
}


def _entity(row: Row) -> Cell:
    return Cell(row["name"], type=row["type"])


def _bars(counts: Sequence[int]) -> Cell:
    return Cell(sparkline(counts), bars=tuple(counts))


def _without_unknown(section: Section) -> Section:
    """Drop the columns in which nothing is known, as dates of a collection without any."""
    columns = zip(section.columns, *section.rows, strict=True)
    kept = [column for column in columns if set(column[1:]) != {UNKNOWN}]
    names, *rows = zip(*kept, strict=True)
    return replace(section, columns=names, rows=rows)


def _paper(row: Row) -> Cell:
    url = row["url"] or ""
    return Cell(row["title"], url=url if url.startswith(("https://", "http://")) else link_of(row["paper"]))


def _theme(theme: Theme) -> list[Value]:
    rest = [row["name"] for row in theme.members if row["name"] not in theme.names]
    return [", ".join(map(readable, theme.names)), ", ".join(map(readable, rest)), theme.size]


def _why(a: str, b: str) -> Cell:
    return Cell(f"kgraph why {shlex.quote(a)} {shlex.quote(b)}", command=True)


# --------------------------------------------------------------------------------------------------- HTML

_COLORS = " ".join(f"--{type_}: light-dark({light}, {DARK[type_]});" for type_, light in COLORS.items())
_DOTS = " ".join(f"i.{type_} {{ background: var(--{type_}) }}" for type_ in COLORS)
STYLE = (
    f":root {{ {_COLORS} }}\n{_DOTS}"
    + """
:root {
  color-scheme: light dark;
  --ink: light-dark(#1c2330, #e8eaef); --soft: light-dark(#5d6675, #a0a8b6);
  --ground: light-dark(#ffffff, #11141a); --rule: light-dark(#e2dfd8, #2e3440);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
}
* { box-sizing: border-box; }
body { max-width: 1080px; margin: 0 auto; padding: 48px 24px; background: var(--ground); color: var(--ink); }
h1 { margin: 0 0 4px; font-size: 30px; line-height: 1.2; letter-spacing: -.02em; }
h2 { margin: 0; font-size: 18px; }
p { margin: 2px 0 10px; color: var(--soft); }
main { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 40px 32px; margin-top: 32px; }
section { grid-column: span 6; break-inside: avoid; }
section.third { grid-column: span 2; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
th { padding: 4px 8px 4px 0; text-align: left; font-weight: 500; color: var(--soft); }
td { padding: 5px 8px 5px 0; border-top: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere }
th.number, td.number { padding-right: 20px; text-align: right; white-space: nowrap; }
td.date { white-space: nowrap; }
td.entity { padding-left: 16px; text-indent: -16px; }
th:last-child, td:last-child { padding-right: 0; }
td.bars { width: 150px; }
td.bars svg { width: 130px; height: 18px; }
code { font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
code { display: inline-block; color: var(--soft); overflow-wrap: anywhere; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: 2px; }
i { display: inline-block; width: 9px; height: 9px; margin-right: 7px; border-radius: 50% }
figure { margin: 24px 0 0; }
svg { display: block; width: 100%; height: auto; }
svg rect { fill: var(--method); } svg rect.ground { fill: var(--rule); }
figure svg.narrow { display: none }
svg text { fill: var(--soft); font-size: 11px; text-anchor: middle; }
@media (max-width: 760px) {
  section.third { grid-column: span 6 } body { padding: 24px 16px }
  figure svg.wide { display: none } figure svg.narrow { display: block; max-width: 560px }
  td.bars { width: 90px } td.bars svg { width: 80px } td code { display: inline }
}
@media print { body { padding: 0; max-width: none; } }
"""
)
_SPANS = {"method": "third", "model": "third", "dataset": "third"}
CHARTS = {"wide": 1032, "narrow": 358}  # widths of the chart of years, on a page and on a phone
CHART_HEIGHT = 120
DIGIT = 7  # width of one in the chart, which is in pixels


def _html(title: str, summary: str, years: Mapping[str, int], sections: Iterable[Section]) -> Iterator[str]:
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header><h1>{escape(title)}</h1><p>{escape(summary)} <code>kgraph stats</code></p></header>
"""
    yield from _chart(years)
    yield "<main>\n"
    for section in sections:
        yield from _html_section(section)
    yield "</main>\n</body>\n</html>\n"


def _chart(years: Mapping[str, int]) -> Iterator[str]:
    """Draw a bar for every year, once for a page and once for a phone; style shows one of them."""
    if len(years) < 2:
        return
    yield "<figure>"
    for class_, width in CHARTS.items():
        yield from _bars_of_years(years, class_, width)
    yield "<figcaption><p>Papers a year <code>kgraph trends</code></p></figcaption></figure>\n"


def _bars_of_years(years: Mapping[str, int], class_: str, width: int) -> Iterator[str]:
    """Draw the bars, empty ones too, the years below as far as there is room, the counts above.

    Where not every count has room the highest alone is written.
    """
    first, last, height = int(min(years)), int(max(years)), CHART_HEIGHT
    step, most = width / (last - first + 1), max(years.values())
    every = max(1 + (last - first) // 12, ceil(6 * DIGIT / step))
    crowded = len(str(most)) * DIGIT > step
    size = f'viewBox="0 0 {width} {height}"'
    yield f'<svg class="{class_}" {size} role="img" aria-label="Papers a year">\n'
    for place, year in enumerate(range(first, last + 1)):
        count = years.get(f"{year:04}", 0)
        tall, middle = (height - 34) * count / most, (place + 0.5) * step
        within = min(max(middle, 2 * DIGIT), width - 2 * DIGIT)  # of four digits, none beyond the edge
        yield (
            f'<rect x="{middle - step * 0.35:.1f}" y="{height - 18 - tall:.1f}" width="{step * 0.7:.1f}"'
            f' height="{tall:.1f}"><title>{year}: {count}</title></rect>\n'
        )
        if count == most or (count and not crowded):
            yield f'<text x="{within:.1f}" y="{height - 22 - tall:.1f}">{count}</text>\n'
        if (last - year) % every == 0:
            yield f'<text x="{within:.1f}" y="{height - 4}">{year}</text>\n'
    yield "</svg>"


def _html_section(section: Section) -> Iterator[str]:
    span = _SPANS.get(section.columns[0], "")
    numeric = _numeric(section)
    yield f'<section class="{span}"><h2>{escape(section.heading)}</h2>\n'
    yield f"<p>{escape(section.says)} <code>{escape(section.command)}</code></p>\n<table>\n<tr>"
    for column, right in zip(section.columns, numeric, strict=True):
        yield f"<th{_number(right)}>{escape(column)}</th>"
    yield "</tr>\n"
    for row in section.rows:
        cells = zip(row, numeric, strict=True)
        yield "<tr>" + "".join(_html_cell(value, right) for value, right in cells) + "</tr>\n"
    yield "</table>\n</section>\n"


def _number(right: bool) -> str:
    return ' class="number"' if right else ""


def _numeric(section: Section) -> list[bool]:
    return [
        all(isinstance(value, int) or bool(re.fullmatch(r"\d[\d,]*(\.\d+)?", str(value))) for value in column)
        for column in zip(*section.rows, strict=True)
    ]


def _html_cell(value: Value, right: bool) -> str:
    kind = "number" if right else _kind(value)
    class_ = f' class="{kind}"' if kind else ""
    return f"<td{class_}>{_html_value(value)}</td>"


def _kind(value: Value) -> str | None:
    if isinstance(value, Cell):
        return "bars" if value.bars else "entity" if value.type else None
    return "date" if isinstance(value, str) and re.fullmatch(r"≤?\d{4}(-\d\d){0,2}", value) else None


def _small_bars(counts: Sequence[int]) -> str:
    most = max(counts) or 1
    bars = "".join(
        f'<rect x="{7 * place}" y="{16 - 16 * count / most:.1f}" width="6" height="{16 * count / most:.1f}"/>'
        for place, count in enumerate(counts)
    )
    ground = f'<rect class="ground" y="16.5" width="{7 * len(counts)}" height="0.7"/>'
    said = " ".join(map(str, counts))
    box = f'viewBox="0 0 {7 * len(counts)} 18" preserveAspectRatio="xMinYMid"'
    return f'<svg {box} role="img" aria-label="{said}">{ground}{bars}</svg>'


def _html_value(value: Value) -> str:
    if not isinstance(value, Cell):
        return escape(f"{value:,}" if isinstance(value, int) else readable(value))
    text = escape(readable(value.text))
    if value.bars:
        return _small_bars(value.bars)
    if value.command:
        return f"<code>{text}</code>"
    if value.type is not None:
        return f'<i class="{escape(value.type)}" title="{escape(value.type)}"></i>{text}'
    return f'<a href="{escape(value.url)}">{text}</a>' if value.url else text


# ----------------------------------------------------------------------------------------------- Markdown


def _markdown(
    title: str, summary: str, years: Mapping[str, int], sections: Iterable[Section]
) -> Iterator[str]:
    yield f"# {title}\n\n{summary} `kgraph stats`\n"
    if len(years) > 1:
        span = range(int(min(years)), int(max(years)) + 1)
        bars = sparkline([years.get(f"{year:04}", 0) for year in span])
        yield f"\nPapers a year, {span[0]} to {span[-1]}: `{bars}` `kgraph trends`\n"
    for section in sections:
        yield f"\n## {section.heading}\n\n{section.says} `{section.command}`\n\n"
        yield "| " + " | ".join(section.columns) + " |\n"
        yield "| " + " | ".join("---:" if right else "---" for right in _numeric(section)) + " |\n"
        for row in section.rows:
            yield "| " + " | ".join(map(_markdown_value, row)) + " |\n"


def _markdown_value(value: Value) -> str:
    if not isinstance(value, Cell):
        return f"{value:,}" if isinstance(value, int) else plain_markdown(readable(value))
    if value.command:
        return "`` " + readable(value.text).replace("|", "\\|") + " ``"
    text = f"`{value.text}`" if value.bars else plain_markdown(readable(value.text))
    return f"[{text}](<{_address(value.url)}>)" if value.url else text


def _address(url: str) -> str:
    return re.sub(r"[<>\\|\s]", lambda found: f"%{ord(found[0]):02X}", url)


def plain_markdown(text: str) -> str:
    r"""Escape what Markdown, and HTML within it, would act on.

    >>> plain_markdown("a_b <i>|[x](y)")
    'a\\_b \\<i>\\|\\[x\\](y)'
    """
    return re.sub(r"([\\`*_\[\]<|#~$&])", r"\\\1", text)
