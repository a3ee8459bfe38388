"""PubMed's and MEDLINE's tagged text (nbib): a tag of up to four letters, and lines that go on below it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from kgraph.identifiers import normalise_id
from kgraph.records import Paper, Reject
from kgraph.sources.files import InputFile
from kgraph.sources.mapping import given_first, make_paper, most_exact
from kgraph.sources.values import excerpt

_FIELD = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
_DOI = re.compile(r"(\S+) \[doi\]", re.IGNORECASE)


def is_nbib(text: str) -> bool:
    """Tell whether a text begins as a record does: with one of its ids, and more tags below."""
    begins = re.match(r"\s*(?:PMID|PMC |OWN |STAT|OCI )- ?\S", text)
    return bool(begins and re.search(r"^PMID- ?\d", text, re.MULTILINE))


def read_nbib(file: InputFile) -> Iterator[Paper | Reject]:
    """Yield the records: each begins below an empty line, or with another PMID."""
    start = 0
    held: dict[str, list[str]] = defaultdict(list)
    last = ""
    for number, line in file.lines():
        match = _FIELD.match(line)
        if not line.strip() or (match and match[1] == "PMID" and "PMID" in held):
            if held:
                yield _read_record(held, f"{file.name}:{start}")
            held, last = defaultdict(list), ""
        if match:
            start = start if held else number
            last = match[1]
            held[last].append(match[2].strip())
        elif last and line.strip():
            held[last][-1] = f"{held[last][-1]} {line.strip()}".strip()
        elif line.strip():
            yield Reject(f"{file.name}:{number}", "belongs to no record", excerpt(line))
    if held:
        yield _read_record(held, f"{file.name}:{start}")


def _read_record(record: Mapping[str, list[str]], source: str) -> Paper | Reject:
    pmid = _first(record, "PMID")
    dois = [match[1] for one in (*_all(record, "AID"), *_all(record, "LID")) if (match := _DOI.match(one))]
    return make_paper(
        source,
        own=pmid,
        title=_first(record, "TI") or _first(record, "BTI"),
        abstract=_first(record, "AB"),
        authors=map(given_first, _all(record, "FAU") or _all(record, "AU")),
        date=most_exact([_first(record, "DP"), _first(record, "DEP")]),
        venue=_first(record, "JT") or _first(record, "TA"),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid.isdigit() else "",
        ids=(
            normalise_id(pmid, "pmid"),
            normalise_id(_first(record, "PMC"), "pmcid"),
            *(normalise_id(doi, "doi") for doi in dois),
        ),
        language=_first(record, "LA"),
        keywords=_all(record, "OT"),
    )


def _all(record: Mapping[str, list[str]], tag: str) -> list[str]:
    return [value for value in record.get(tag, ()) if value]


def _first(record: Mapping[str, list[str]], tag: str) -> str:
    return next(iter(_all(record, tag)), "")
