"""The real records in ../shared/samples against what their files hold, parsed anew.

Texts and names are compared by their letters and digits, so that this file needs no rule for markup; dates,
ids, venues and references as they are. `VALUES` in test_samples.py has some in full.
"""

import csv
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ftfy import fix_encoding

from kgraph.records import Paper
from kgraph.sources import read_papers

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples in ../shared are not here")

Raw = dict[str, Any]
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COMMANDS = re.compile(r"\\(?:emph|sim|text\w+)\b")


def letters(text: str) -> str:
    """Fold a text to its letters and digits, without tags and accents; some hold UTF-8 read as Latin-1."""
    bare = re.sub(r"<[^<>]+>", "", fix_encoding(unescape(unescape(text))))
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", _COMMANDS.sub("", bare)).casefold()))


def name(author: str) -> list[str]:
    """Fold a name to its words in the order of the alphabet, so that "Last, First" is "First Last"."""
    return sorted(filter(None, map(letters, re.split(r"[\s,]+", fix_encoding(author)))))


def day(*parts: object) -> str | None:
    """Return a date as kgraph writes it, of a year, a month by number or name, and a day."""
    given = [str(part) for part in parts if part]
    if len(given) > 1 and not given[1].isdigit():
        given[1] = str(_MONTHS.index(given[1][:3].lower()) + 1)
    return "-".join([given[0], *(part.zfill(2) for part in given[1:])]) if given else None


def arxiv(text: str) -> str:
    """Return the id at the end of an address of arXiv's, without its version."""
    return "arxiv:" + re.sub(r"v\d+$", "", text.partition("/abs/")[2] or text)


def doi(text: str | None) -> list[str]:
    if not text or not (found := re.search(r"10\.\d{4,}/\S+", text)):
        return []
    own = found[0].lower()
    return [own.replace("10.48550/arxiv.", "arxiv:") if "arxiv." in own else f"doi:{own}"]


# ------------------------------------------------------------------------------------------- the formats


def elements(path: Path) -> ElementTree.Element:
    """Parse a file of XML, its names without namespaces."""
    root = ElementTree.fromstring(path.read_bytes())
    for one in root.iter():
        one.tag = one.tag.rpartition("}")[2]
    return root


def text(element: ElementTree.Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else " ".join("".join(found.itertext()).split())


def texts(element: ElementTree.Element, path: str) -> list[str]:
    return ["".join(one.itertext()) for one in element.findall(path)]


def acl_xml(path: Path) -> Iterator[Raw]:
    root = elements(path)
    for volume in root.iter("volume"):
        for paper in volume.iter("paper"):
            own = f"{root.get('id')}-{volume.get('id')}.{paper.get('id')}"
            yield {
                "title": text(paper, "title"),
                "abstract": text(paper, "abstract"),
                "authors": [f"{text(one, 'first')} {text(one, 'last')}" for one in paper.iter("author")],
                "date": day(text(volume, "meta/year"), text(volume, "meta/month")),
                "venue": text(volume, "meta/venue"),
                "ids": [f"acl:{own}", *doi(text(paper, "doi"))],
            }


def arxiv_atom(path: Path) -> Iterator[Raw]:
    for entry in elements(path).iter("entry"):
        if "/api/errors" not in text(entry, "id"):
            yield {
                "title": text(entry, "title"),
                "abstract": text(entry, "summary"),
                "authors": texts(entry, "author/name"),
                "date": text(entry, "published")[:10],
                "venue": text(entry, "journal_ref") or None,
                "ids": [arxiv(text(entry, "id")), *doi(text(entry, "doi"))],
            }


def arxiv_kaggle(path: Path) -> Iterator[Raw]:
    for record in map(json.loads, path.read_text("utf-8").splitlines()):
        yield {
            "title": record["title"],
            "abstract": record["abstract"],
            "authors": [" ".join(one) for one in record["authors_parsed"]],
            "date": f"{parsedate_to_datetime(record['versions'][0]['created']):%Y-%m-%d}",
            "venue": record["journal-ref"],
            "ids": [arxiv(record["id"]), *doi(record["doi"])],
        }


def arxiv_oai(path: Path) -> Iterator[Raw]:
    for record in elements(path).iter("record"):
        if record.find("header").get("status") == "deleted":  # type: ignore[union-attr]
            continue
        if (dc := record.find("metadata/dc")) is not None:
            others = [one for one in texts(dc, "identifier") if "arxiv.org" not in one and "doi:" not in one]
            yield {
                "title": text(dc, "title"),
                "abstract": text(dc, "description"),
                "authors": texts(dc, "creator"),
                "date": text(dc, "date"),
                "venue": next(iter(others), None),
                "ids": [
                    arxiv(text(dc, "identifier")),
                    *(id_ for one in texts(dc, "identifier") for id_ in doi(one)),
                ],
            }
        elif (raw := record.find("metadata/arXivRaw")) is not None:
            yield {
                "title": text(raw, "title"),
                "abstract": text(raw, "abstract"),
                "authors": text(raw, "authors").split(" and "),
                "date": f"{parsedate_to_datetime(text(raw, 'version/date')):%Y-%m-%d}",
                "ids": [arxiv(text(raw, "id")), *doi(text(raw, "doi"))],
            }


def bibtex(path: Path) -> Iterator[Raw]:
    found = re.findall(r"(\w+)=(?:\{([^{}]*)\}|(\w+))", path.read_text("utf-8"))
    fields = {key: braced or bare for key, braced, bare in found}
    if "title" in fields:
        yield {
            "title": fields["title"],
            "abstract": "",
            "authors": fields["author"].split(" and "),
            "date": day(fields["year"], fields["month"]),
            "venue": fields.get("journal"),
            "ids": doi(fields["DOI"]),
        }


def crossref(path: Path) -> Iterator[Raw]:
    lines = path.read_text("utf-8").splitlines() if path.suffix == ".jsonl" else [path.read_text("utf-8")]
    for given in map(json.loads, lines):
        message = given.get("message", given)
        work = message["items"][0] if "items" in message else message
        dates = [
            [day(*parts) for parts in work[kind]["date-parts"]]
            for kind in ("published-print", "published-online", "published", "posted", "issued")
            if kind in work
        ]

        def heads(match: re.Match[str], title: str = work["title"][0]) -> str:
            """Leave out a heading that only says that this is the abstract, or of what."""
            return "" if letters(match[0]) in ("abstract", letters(title)) else match[0]

        preprint_of = (work.get("relation") or {}).get("is-preprint-of", [])
        yield {
            "title": work["title"][0],
            "abstract": re.sub(r"<jats:title>.*?</jats:title>", heads, work.get("abstract", "")),
            "authors": [f"{one.get('given', '')} {one['family']}" for one in work.get("author", [])],
            "date": min((one for (one,) in dates if one), key=lambda one: one + "~"),
            "venue": next(iter(work.get("container-title", [])), None) or work["institution"][0]["name"],
            "ids": [*doi(work["DOI"]), *(id_ for one in preprint_of for id_ in doi(one["id"]))],
            # A year and an author alone are no reference that anything could be found by.
            "references": [
                next(iter(doi(one.get("DOI"))), None)
                for one in work.get("reference", [])
                if one.keys() & {"DOI", "unstructured", "article-title", "volume-title"}
            ],
        }


def csl_json(path: Path) -> Iterator[Raw]:
    for item in json.loads(path.read_text("utf-8")):
        yield {
            "title": item["title"],
            "abstract": item.get("abstract", ""),
            "authors": [f"{one['given']} {one['family']}" for one in item.get("author", [])],
            "date": day(*item["issued"]["date-parts"][0]),
            "venue": item.get("container-title"),
            "ids": doi(item.get("DOI")),
        }


def table(path: Path) -> Iterator[Raw]:
    sign = {"semicolon": ";", "duplicate": ";", "tab": "\t"}
    delimiter = next((sign[kind] for kind in sign if kind in path.name), ",")
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in _whole_rows(csv.DictReader(file, delimiter=delimiter, strict=True)):
            cells = {
                re.sub(r"\W", "_", key.strip()).lower(): (cell or "").strip()
                for key, cell in row.items()
                if key
            }
            people = cells.get("first_authors", "")
            years = cells.get("publication_year", "").strip("/")
            if cells["title"]:
                yield {
                    "title": cells["title"],
                    "abstract": cells["abstract"],
                    "authors": re.findall(r"'([^']+)'", people) or cells.get("author_names", "").split(", "),
                    "date": years or None,
                    "ids": doi(cells.get("doi")),
                }


def _whole_rows(rows: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    try:
        yield from rows
    except csv.Error:
        return  # the last row is cut off


def dblp(path: Path) -> Iterator[Raw]:
    source = path.read_text("latin-1").replace('<!DOCTYPE dblp SYSTEM "dblp.dtd">', "").partition("?>")[2]
    for one in ElementTree.fromstring(source):
        yield {
            "title": text(one, "title").removesuffix("."),
            "abstract": "",
            "authors": texts(one, "author"),
            "date": day(text(one, "year"), text(one, "month")),
            "venue": text(one, "booktitle"),
            "ids": [f"dblp:{one.get('key')}", *doi(text(one, "ee"))],
        }


def hf_daily_papers(path: Path) -> Iterator[Raw]:
    given = json.loads(path.read_text("utf-8"))
    for record in given if isinstance(given, list) else [given]:
        yield {
            "title": record["paper"]["title"],
            "abstract": record["paper"]["summary"],
            "authors": [one["name"] for one in record["paper"]["authors"]],
            "date": record["paper"]["publishedAt"][:10],
            "ids": [arxiv(record["paper"]["id"])],
        }


def nbib(path: Path) -> Iterator[Raw]:
    unfolded = re.sub(r"\n {6}", " ", path.read_text("utf-8"))
    for record in filter(str.strip, unfolded.split("\n\n")):
        tags = by_tag(re.findall(r"^(\w+) *- ?(.*)$", record, re.MULTILINE))
        printed, electronic = tags["DP"][0], (tags["DEP"] or [""])[0]
        within = electronic.startswith(printed) and printed.isdigit()
        yield {
            "title": tags["TI"][0],
            "abstract": " ".join(tags["AB"]),
            "authors": tags["FAU"],
            "date": day(electronic[:4], electronic[4:6], electronic[6:]) if within else day(*printed.split()),
            "venue": tags["JT"][0],
            "ids": [
                *(f"pmid:{one}" for one in tags["PMID"]),
                *(f"pmcid:{one}" for one in tags["PMC"]),
                *(id_ for one in (*tags["AID"], *tags["LID"]) if "[doi]" in one for id_ in doi(one)),
            ],
        }


def by_tag(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of each tag, without line breaks and empty ones."""
    tags: dict[str, list[str]] = defaultdict(list)
    for tag, value in fields:
        if words := " ".join(value.split()):
            tags[tag].append(words)
    return tags


def openalex(path: Path) -> Iterator[Raw]:
    lines = path.read_text("utf-8").splitlines() if path.suffix == ".jsonl" else [path.read_text("utf-8")]
    for given in map(json.loads, lines):
        for work in given.get("results", [given]):
            index = work["abstract_inverted_index"] or {}
            placed = sorted((at, word) for word, places in index.items() for at in places)
            date = work["publication_date"]
            pages = "\n".join(one["landing_page_url"] or "" for one in work["locations"])
            yield {
                "title": work["title"],
                "abstract": " ".join(word for _, word in placed),
                "authors": [one["author"]["display_name"] for one in work["authorships"]],
                "date": date[:4] if date.endswith("-01-01") else date,
                "venue": work["primary_location"]["source"]["display_name"],
                "ids": [
                    work["id"].replace("https://openalex.org/", "openalex:"),
                    *doi(work["doi"]),
                    *(f"pmid:{one.rpartition('/')[2]}" for key, one in work["ids"].items() if key == "pmid"),
                    *(f"pmcid:PMC{one}" for one in re.findall(r"/articles/(?:PMC)?(\d+)", pages)),
                    *(arxiv(one) for one in re.findall(r"arxiv\.org(/abs/\S+)", pages)),
                ],
                "references": [
                    one.replace("https://openalex.org/", "openalex:") for one in work["referenced_works"]
                ],
            }


def paperlists(path: Path) -> Iterator[Raw]:
    conference, year = re.match(r"([a-z]+)(\d+)", path.name).groups()  # type: ignore[union-attr]
    for record in json.loads(path.read_text("utf-8")):
        addresses = (record["site"], record.get("openreview", ""))
        forums = {one.partition("id=")[2] for one in addresses if "openreview.net" in one}
        yield {
            "title": record["title"],
            "abstract": record["abstract"],
            "authors": record["author"].split(";"),
            "date": year,
            "venue": f"{conference.upper()} {year}",
            "ids": [f"openreview:{forum}" for forum in forums],
        }


def ris(path: Path) -> Iterator[Raw]:
    if "_wos" in path.name:
        yield from web_of_science(path)
        return
    source = path.read_text("utf-8-sig")
    for record in re.findall(r"^TY  - .*?^ER  -", source, re.MULTILINE | re.DOTALL):
        tags = by_tag(re.findall(r"^([A-Z]\w)  -(.*(?:\n(?![A-Z]\w  -).*)*)", record, re.MULTILINE))
        if title := tags["TI"] or tags["T1"] or tags["ST"]:
            dates = [re.findall(r"\d+", one) for one in (*tags["PY"], *tags["Y1"], *tags["DA"])]
            cited = re.search(r"^N1  - References: (.*?)\n(?=[A-Z]\w  -)", record, re.MULTILINE | re.DOTALL)
            yield {
                "title": title[0],
                "abstract": " ".join(tags["AB"] or tags["N2"]),
                "authors": tags["AU"] or tags["A1"],
                "date": day(*max(dates, key=len)),
                "venue": next(iter(tags["T2"] or tags["JF"] or tags["JO"]), None),
                "ids": [id_ for one in tags["DO"] for id_ in doi(one)],
                "references": [None] * (len(cited[1].splitlines()) if cited else 0),
            }


def web_of_science(path: Path) -> Iterator[Raw]:
    for record in path.read_text("utf-8-sig").split("\nER\n")[:-1]:
        fields = {
            tag: lines.split("\n   ") for tag, lines in re.findall(r"^(\w\w) (.*(?:\n   .*)*)", record, re.M)
        }
        (month, number), (year,) = fields["PD"][0].split(), fields["PY"]
        yield {
            "title": " ".join(fields["TI"]),
            "abstract": " ".join(fields["AB"]),
            "authors": fields["AF"],
            "date": day(year, month, number),
            "venue": fields["SO"][0],
            "ids": [*doi(fields["DI"][0]), f"pmid:{fields['PM'][0]}"],
            "references": [next(iter(doi(one.partition(" DOI ")[2])), None) for one in fields["CR"]],
        }


def s2_graph(path: Path) -> Iterator[Raw]:
    given = json.loads(path.read_text("utf-8"))
    records = given.get("data", [given])
    for record in (one.get("citingPaper") or one.get("citedPaper") or one for one in records):
        if record.get("title"):
            yield _of_s2(record, record["paperId"], record.get("publicationDate"))


def s2ag(path: Path) -> Iterator[Raw]:
    for record in map(json.loads, path.read_text("utf-8").splitlines()):
        if "title" in record:
            yield _of_s2(record, record["url"].rpartition("/")[2], record["publicationdate"])


def _of_s2(record: Raw, hash_: str, date: str | None) -> Raw:
    others = {**record.get("externalIds", {}), **record.get("externalids", {})}
    shapes: Mapping[str, Callable[[str], str]] = {
        "ArXiv": arxiv,
        "CorpusId": "s2:{}".format,
        "DBLP": "dblp:{}".format,
        "PubMed": "pmid:{}".format,
        "PubMedCentral": "pmcid:PMC{}".format,
    }
    ids = [shapes[kind](str(one)) for kind, one in others.items() if one and kind in shapes]
    return {
        "title": record["title"],
        "abstract": record.get("abstract") or "",
        "authors": [one["name"] for one in record.get("authors") or []],
        "date": date or day(record.get("year")),
        "venue": record.get("venue") or (record.get("journal") or {}).get("name") or None,
        "ids": [f"s2:{hash_}", *ids, *doi(others.get("DOI"))],
        "references": [
            (*doi((one.get("externalIds") or {}).get("DOI")), None)[0]
            for one in record.get("references") or []
        ],
    }


# Folder -> what parses its files, but those named in `OTHERS`.
READERS: dict[str, Callable[[Path], Iterator[Raw]]] = {
    "acl_xml": acl_xml,
    "arxiv_atom": arxiv_atom,
    "arxiv_kaggle": arxiv_kaggle,
    "arxiv_oai": arxiv_oai,
    "bibtex": bibtex,
    "crossref": crossref,
    "csl_json": csl_json,
    "csv": table,
    "dblp": dblp,
    "hf_daily_papers": hf_daily_papers,
    "nbib": nbib,
    "openalex": openalex,
    "paperlists": paperlists,
    "ris": ris,
    "s2_graph": s2_graph,
    "s2ag": s2ag,
}
OTHERS = ("SOURCE.txt", "citations.jsonl")
FILES = sorted(
    f"{folder}/{path.name}"
    for folder in READERS
    for path in (SAMPLES / folder).glob("*")
    if path.name not in OTHERS
)


def papers_in(file: str) -> list[Paper]:
    return [one for one in read_papers([SAMPLES / file], skip_bad_files=True) if isinstance(one, Paper)]


@pytest.mark.parametrize("file", FILES)
def test_what_is_read_is_what_the_file_holds(file: str) -> None:
    raw = list(READERS[file.partition("/")[0]](SAMPLES / file))
    papers = papers_in(file)
    assert [letters(paper.title) for paper in papers] == [letters(one["title"]) for one in raw]
    for paper, one in zip(papers, raw, strict=True):
        assert _differences(paper, one) == {}


def _differences(paper: Paper, raw: Raw) -> dict[str, tuple[object, object]]:
    """Return each field in which a paper is not what its file says: as read, and as it stands there."""
    abstract = letters(raw["abstract"]).removeprefix("abstract")
    pairs: dict[str, tuple[object, object]] = {
        "abstract": (letters(paper.abstract), abstract),
        "authors": (list(map(name, paper.authors)), list(filter(None, map(name, raw["authors"])))),
        "date": (paper.date, raw["date"]),
        "ids": (sorted(set(paper.ids)), sorted(set(raw["ids"]))),
    }
    if "venue" in raw:
        pairs["venue"] = (letters(paper.venue or ""), letters(raw["venue"] or ""))
    if "references" in raw:
        known = [one for one in raw["references"] if one]
        pairs["references"] = (len(paper.references), len(raw["references"]))
        pairs["references by id"] = ([one for one in known if one not in paper.references], [])
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


# Page -> of each paper: how its title begins, its date, its ids, its number of authors.
PAGES: dict[str, list[tuple[str, str | None, list[str], int | None]]] = {
    "V1_plain_blank_separated.txt": [
        ("Dynamic Constrained Submodular Optimization", None, [], None),
        ("DSEE: Dually Sparsity-embedded", None, [], None),
    ],
    "V2_glued_no_blank.txt": [
        ("Extended Linear Regression: A Kalman", None, [], None),
        ("Unleashing the Power of Pre-trained", None, [], None),
        ("OBESEYE: Interpretable Diet", None, [], None),
    ],
    "V3_bullets_dates.txt": [
        ("Collapsible Linear Blocks", "2021-03-16", [], 9),
        ("Global Convergence of Sub-gradient", "2022-02-17", [], 2),
        ("Liger: Linearizing", "2025-03-03", [], 5),
        ("Self-Tuning Networks", "2019-03-07", [], 5),
        ("MoM: Linear Sequence", "2025-02-19", [], 5),
        ("Quartet: Native FP4", None, [], None),
        ("Identifying Representations", "2023-10-06", [], 5),
        ("Fantastic Generalization", "2023-09-24", [], 4),
    ],
    "V4_notebooklm_urls.txt": [
        ("Better than Your Teacher", "2024-10-07", ["arxiv:2410.05434"], 2),
        ("Arctic-SnowCoder", "2024-09-03", ["arxiv:2409.02326"], 3),
        ("Soft Instruction De-escalation", "2025-10-23", ["arxiv:2510.21057"], None),
    ],
    "V6_markdown_inline_links.txt": [
        ("OCC-RAG: Optimal Cognitive", "2026-05-29", ["arxiv:2606.00683"], None),
        ("The Noisy Path from Source", "2025-02-27", ["arxiv:2502.20581"], 3),
    ],
}


@pytest.mark.parametrize("page", PAGES)
def test_what_is_read_of_a_page_stands_there(page: str) -> None:
    """Each title and each abstract is a paragraph of the page, or a line of it."""
    papers = papers_in(f"hf_text/{page}")
    shown = [(p.date, list(p.ids), p.extra.get("author_count")) for p in papers]
    assert shown == [(date, ids, count) for _, date, ids, count in PAGES[page]]
    whole = (SAMPLES / "hf_text" / page).read_text("utf-8").replace("SubscribeExtended", "Extended")
    plain = re.sub(r"\]\([^)]*\)|\\\\", "", whole)
    parts = {letters(part) for between in (r"\n", r"\n\s*\n") for part in re.split(between, plain)}
    for paper, (begins, *_) in zip(papers, PAGES[page], strict=True):
        assert paper.title.startswith(begins)
        assert {letters(paper.title), letters(paper.abstract)} <= parts


def test_no_folder_is_left_out() -> None:
    without_papers = {"gephi_cases", "xsd_gexf_1.3"}
    assert {path.name for path in SAMPLES.iterdir()} == {*READERS, "hf_text", *without_papers}
