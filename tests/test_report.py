"""The report: the same sections as HTML and as Markdown, and no text of a stranger's acts in either."""

import json
import re
import shlex
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import fill
from lxml import etree

import kgraph
from kgraph.cli import main
from kgraph.views.report import CHARTS, DIGIT, Findings, Theme, write_report
from kgraph.views.style import COLORS, DARK

HOSTILE = '<img src=x onerror=alert(1)> | `x` [a](javascript:alert(1)) & "q"'


def findings(name: str = "LoRA", url: str | None = None) -> Findings:
    row: dict[str, Any] = {
        "id": "entity:lora", "name": name, "type": "method", "papers": 3, "since": "2021-06-17",
        "rising": 2.5, "recent": 2, "before": 1, "years": [0, 1, 2],
    }  # fmt: skip
    doctor = ("papers", "without_abstract", "without_date", "without_mentions", "unresolved_mentions")
    return Findings(
        stats={"papers": 3, "entities": {"method": 1, "model": 0}},
        coverage=dict.fromkeys((*doctor, "lone_entities", "rejected"), 0),
        years={"2021": 1, "2023": 2},
        undated=0,
        foremost={"method": [row], "model": []},
        rising=[row],
        themes=[Theme((row["name"],), (row, row, row, row), 4)],
        introduced=[row | {"paper": "arxiv:2106.09685", "title": name, "date": "2021-06-17", "url": url}],
        compared=[{"a": name, "b": "BitFit", "papers": 2, "since": "2021", "called": [name, "BitFit"]}],
    )


def written(given: Findings, folder: Path, suffix: str) -> str:
    write_report(given, folder / f"report{suffix}", suffix)
    return (folder / f"report{suffix}").read_text("utf-8")


def test_both_say_the_same(tmp_path: Path) -> None:
    html, markdown = (written(findings(), tmp_path, suffix) for suffix in (".html", ".md"))
    headings = re.findall("<h2>(.*?)</h2>", html)
    assert headings == re.findall("^## (.*)$", markdown, re.MULTILINE)
    assert headings[0] == "Foremost methods"
    assert "Foremost models" not in headings, "nothing to show"
    for said in ("kgraph top --by rising", "kgraph why LoRA BitFit", "https://arxiv.org/abs/2106.09685"):
        assert said in html
        assert said in markdown


def test_hostile_names_are_text_in_html(tmp_path: Path) -> None:
    html = written(findings(HOSTILE, "javascript:alert(2)"), tmp_path, ".html")
    tree = etree.fromstring(html, etree.HTMLParser())
    assert not tree.findall(".//img")
    assert HOSTILE in {"".join(cell.itertext()) for cell in tree.iter("td")}
    links = [link.get("href") for link in tree.iter("a")]
    assert links == ["https://arxiv.org/abs/2106.09685"], "an address that is no web page's is not followed"


def test_hostile_names_are_text_in_markdown(tmp_path: Path) -> None:
    markdown = written(findings(HOSTILE), tmp_path, ".md")
    assert not re.search(r"(?<!\\)<img", re.sub("``.*?``", "", markdown))
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    columns = {len(re.findall(r"(?<!\\)\|", line)) for line in rows}
    assert columns <= {3, 4, 5, 6}
    assert r"\[a\](javascript" in markdown


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_a_store_without_papers_has_a_report(tmp_path: Path, suffix: str) -> None:
    empty = Findings({"papers": 0, "entities": {}}, findings().coverage, {}, 0, {}, [], [], [], [])
    assert "nothing that has a name" in written(empty, tmp_path, suffix)


def test_columns_of_unknown_dates_are_left_out(tmp_path: Path) -> None:
    known, unknown = findings(), findings()
    unknown.foremost["method"][0]["since"] = unknown.introduced[0]["date"] = None  # type: ignore[index]
    assert "since" in written(known, tmp_path, ".md")
    assert "since" not in written(unknown, tmp_path, ".md")
    assert "| method | papers |" in written(unknown, tmp_path, ".md")


def test_years_of_what_rises_are_bars(tmp_path: Path) -> None:
    assert 'aria-label="0 1 2"' in written(findings(), tmp_path, ".html")
    assert "` ▄█`" in written(findings(), tmp_path, ".md")


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_of_papers_mostly_without_a_date_no_years_are_compared(tmp_path: Path, suffix: str) -> None:
    half = written(replace(findings(), undated=3), tmp_path, suffix)
    few = written(replace(findings(), undated=4), tmp_path, suffix)
    for shown in ("On the rise", "kgraph trends"):
        assert shown in half
        assert shown not in few
    assert "too few have a date" in few
    assert "too few have a date" not in half


def test_since_of_few_dates_is_marked(toy_db: Path, toy_rows: list[dict[str, Any]], tmp_path: Path) -> None:
    fill(
        tmp_path / "few.db",
        [{**row, "date": row["date"] if n == 2 else None} for n, row in enumerate(toy_rows)],
    )
    for db, marked in (tmp_path / "few.db", True), (toy_db, False):
        with kgraph.open(db) as landscape:
            (path,) = landscape.export(tmp_path / "report.html").paths
        assert ('<td class="date">≤2023-12-01</td>' in path.read_text("utf-8")) is marked


def labels(html: str, chart: str) -> tuple[list[float], list[str], list[str]]:
    """Return the middles of the years below a chart, these years, and the counts above."""
    tree = etree.fromstring(html, etree.HTMLParser())
    (drawn,) = (svg for svg in tree.iter("svg") if svg.get("class") == chart)
    assert drawn.get("viewbox", drawn.get("viewBox")).split()[2] == str(CHARTS[chart])
    below = [text for text in drawn.iter("text") if text.get("y") == "116"]
    above = [text.text or "" for text in drawn.iter("text") if text.get("y") != "116"]
    return [float(text.get("x", "")) for text in below], [text.text or "" for text in below], above


@pytest.mark.parametrize("chart", list(CHARTS))
@pytest.mark.parametrize("first", [1985, 2015, 2023])
def test_labels_of_the_years_have_room(tmp_path: Path, chart: str, first: int) -> None:
    years = {str(year): 100 + year - first for year in range(first, 2025)}
    middles, shown, _ = labels(written(replace(findings(), years=years), tmp_path, ".html"), chart)
    assert shown[-1] == "2024"
    assert len(shown) > 1
    assert all(b - a >= 5 * DIGIT for a, b in pairwise(middles))
    assert all(2 * DIGIT <= middle <= CHARTS[chart] - 2 * DIGIT for middle in middles)


def test_of_counts_without_room_the_highest_is_written(tmp_path: Path) -> None:
    years = {str(year): 100 + year - 2000 for year in range(2000, 2025)}
    html = written(replace(findings(), years=years), tmp_path, ".html")
    assert labels(html, "narrow")[2] == ["124"]
    assert len(labels(html, "wide")[2]) == 25


def test_every_command_of_a_report_answers(toy_db: Path, tmp_path: Path) -> None:
    with kgraph.open(toy_db) as landscape:
        (path,) = landscape.export(tmp_path / "report.md").paths
    commands = set(re.findall(r"``? ?(kgraph [^`]+?) ?``?(?= |$)", path.read_text("utf-8"), re.MULTILINE))
    assert len(commands) >= 10
    for command in commands:
        name, *options = shlex.split(
            command.replace("NAME", "Mamba").replace("themes.", f"{tmp_path}/themes.")
        )
        result = CliRunner().invoke(main, [*options, "--db", str(toy_db)])
        assert (name, result.exit_code) == ("kgraph", 0), command
        assert result.stdout.strip(), command


def test_the_command_of_the_themes_gives_their_names_and_sizes(toy_db: Path, tmp_path: Path) -> None:
    with kgraph.open(toy_db) as landscape:
        landscape.export(tmp_path / "report.md")
        landscape.export(tmp_path / "themes.json", format="vosviewer")
    section = (tmp_path / "report.md").read_text("utf-8").split("## Themes")[1].split("##")[0]
    network = json.loads((tmp_path / "themes.json").read_text("utf-8"))["network"]
    sizes = Counter(item["cluster"] for item in network["items"])
    told = re.findall(r"^\| (?!theme|-)(.*?) \|.*\| (\d+) \|$", section, re.MULTILINE)
    assert told
    assert told == [(each["label"], str(sizes[each["cluster"]])) for each in network["clusters"]]


def test_colours_are_those_of_every_view(tmp_path: Path) -> None:
    html = written(findings(), tmp_path, ".html")
    assert {type_: re.findall(rf"--{type_}: light-dark\((.*?), (.*?)\)", html) for type_ in COLORS} == {
        type_: [(light, DARK[type_])] for type_, light in COLORS.items()
    }
    assert "i.method { background: var(--method) }" in html


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_the_report_of_a_store(toy_db: Path, tmp_path: Path, name: str) -> None:
    with kgraph.open(toy_db) as landscape:
        one, two = (landscape.export(tmp_path / folder / name) for folder in "ab")
    assert one.paths[0].read_bytes() == two.paths[0].read_bytes()
    text = one.paths[0].read_text("utf-8")
    assert "13 papers" in text
    assert "Who introduced what" in text
