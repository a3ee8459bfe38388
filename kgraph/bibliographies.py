"""Papers -> BibTeX or RIS: a list that goes back into Zotero, JabRef or a LaTeX document.

bibtexparser and rispy write the formats; here is what of a paper goes into which field. What a paper lacks is
left out, and nothing in its texts can end a field or an entry.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Literal

from kgraph.display import clean
from kgraph.keys import slug
from kgraph.records import Paper

if TYPE_CHECKING:
    from bibtexparser.model import Entry

Kind = Literal["article", "inproceedings", "misc"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RIS_TYPES: dict[Kind, str] = {"article": "JOUR", "inproceedings": "CPAPER", "misc": "GEN"}
_ADDRESSES = {
    "arxiv": "https://arxiv.org/abs/{}",
    "doi": "https://doi.org/{}",
    "openalex": "https://openalex.org/{}",
    "acl": "https://aclanthology.org/{}",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "dblp": "https://dblp.org/rec/{}",
}

_MEETING = re.compile(r"proceedings|conference|workshop|symposium|advances in|findings of", re.IGNORECASE)
_INITIALS = re.compile(r"[A-Z]\w*[A-Z]\w*(?:[ -]?'?\d{2,4})?")  # NeurIPS, ICML 2019; journals have them too
_JOURNALS = re.compile(
    r"(?:JMLR|TMLR|TACL|PNAS|T?PAMI|IJCV|JAIR|TNNLS|PLOS|IEEE Trans|ACM Trans)\w*\b"
    r"|Proceedings of the (?:IEEE|National Academy.*|Royal Society.*)\Z"
)
_ARCHIVE = re.compile(r"arxiv|corr\b", re.IGNORECASE)
_GROUP = re.compile(r"\b(?:team|group|collaboration|consortium|project|initiative|lab|ai)\b", re.IGNORECASE)
_LITTLE_WORD = re.compile(
    r"an?|all|and|are|as|at|be|by|can|do|does|for|from|how|in|into|is|its?|of|on|or|our|the|to|towards?"
    r"|using|via|we|what|when|why|with|your?"
)
_CAPITALS = re.compile(
    r"[\w+*-]*\w[A-Z][\w+*-]*|(?<!^)\b[A-Z]\b"
)  # styles write what stands in no braces small
_ESCAPES = str.maketrans(
    {sign: f"\\{sign}" for sign in "&%$#_"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)
# BibTeX counts braces whether or not a backslash stands before them.
_BALANCED = {"{": r"\{", "}": r"\}"}
_LONE = {"{": r"$\lbrace$", "}": r"$\rbrace$"}


def write_bibtex(papers: Iterable[Paper]) -> str:
    """Return papers as BibTeX, an entry each, in their order; keys as in vaswani2017attention.

    Of papers without an author: as in AttentionNeed2017.
    """
    from bibtexparser.library import Library
    from bibtexparser.writer import BibtexFormat, write

    papers = list(papers)
    library = Library([_entry(paper, key) for paper, key in zip(papers, _keys(papers), strict=True)])
    layout = BibtexFormat()  # type: ignore[no-untyped-call]
    layout.indent, layout.trailing_comma, layout.block_separator = "  ", True, "\n"
    return write(library, layout)


def write_ris(papers: Iterable[Paper]) -> str:
    """Return papers as RIS, a record each, in their order."""
    from rispy import RisWriter, dumps

    class Unnumbered(RisWriter):  # type: ignore[misc]  # rispy has no types
        def set_header(self, count: int) -> str:
            return ""

    return str(dumps(list(map(_record, papers)), implementation=Unnumbered))


WRITERS: dict[str, Callable[[Iterable[Paper]], str]] = {"bib": write_bibtex, "ris": write_ris}


# ------------------------------------------------------------------------------------------------- fields


def _kind(paper: Paper) -> Kind:
    """Tell an article of a journal from one of a conference, and both from what has no venue, by its name.

    >>> [_kind(Paper("", "", venue=venue)) for venue in ("NeurIPS 2017", "Nature", "arXiv", None)]
    ['inproceedings', 'article', 'misc', 'misc']
    """
    venue = paper.venue or ""
    if not venue or _ARCHIVE.match(venue):
        return "misc"
    meeting = _INITIALS.fullmatch(venue) or _MEETING.search(venue)
    return "inproceedings" if meeting and not _JOURNALS.match(venue) else "article"


def _id(paper: Paper, scheme: str) -> str | None:
    """Return a paper's identifier of a scheme, without its name."""
    ids = (id_.partition(":") for id_ in (paper.id, *paper.ids))
    return next((rest for prefix, _, rest in ids if prefix == scheme), None)


def _url(paper: Paper) -> str | None:
    """Return a paper's address, as given or by the best known of its ids."""
    if paper.url:
        return _verbatim(paper.url)
    return next(
        (address.format(id_) for scheme, address in _ADDRESSES.items() if (id_ := _id(paper, scheme))), None
    )


def _language(paper: Paper) -> str:
    return clean(str(paper.extra.get("language") or ""))


def _keywords(paper: Paper) -> list[str]:
    given = paper.extra.get("keywords")
    return [clean(str(word)) for word in given] if isinstance(given, list | tuple) else []


def _entry(paper: Paper, key: str) -> Entry:
    from bibtexparser.model import Entry, Field

    kind = _kind(paper)
    year, month, day = ((paper.date or "") + "--").split("-")[:3]
    arxiv = _id(paper, "arxiv")
    venue = {"article": "journal", "inproceedings": "booktitle", "misc": "howpublished"}[kind]
    fields = {
        "title": _CAPITALS.sub(lambda word: f"{{{word[0]}}}", _tex(paper.title)),
        "author": " and ".join(map(_author, paper.authors)),
        "year": year,
        "month": _MONTHS[int(month) - 1] if month else "",
        "date": paper.date if day else "",
        venue: _tex(paper.venue or ""),
        "doi": _verbatim(_id(paper, "doi")),
        "eprint": _verbatim(arxiv),
        "archiveprefix": "arXiv" if arxiv else "",
        "pmid": _verbatim(_id(paper, "pmid")),
        "pmcid": _verbatim(_id(paper, "pmcid")),
        "url": _url(paper),
        "keywords": ", ".join(map(_tex, _keywords(paper))),
        "language": _tex(_language(paper)),
        "note": "Retracted" if paper.extra.get("retracted") else "",
        "abstract": _tex(paper.abstract),
    }
    return Entry(
        kind,
        key,
        [
            Field(name, value if name == "month" else f"{{{value}}}")
            for name, value in fields.items()
            if value
        ],
    )


def _record(paper: Paper) -> dict[str, Any]:
    year, month, day = ((paper.date or "") + "--").split("-")[:3]
    arxiv = _id(paper, "arxiv")
    fields = {
        "type_of_reference": _RIS_TYPES[_kind(paper)],
        "title": clean(paper.title),
        "authors": [_inverted(clean(author)) for author in paper.authors],
        "year": year,
        "date": f"{year}/{month}/{day}/" if year else "",
        "secondary_title": clean(paper.venue or ""),
        "doi": _verbatim(_id(paper, "doi")),
        "accession_number": f"arXiv:{arxiv}" if arxiv else "",
        "urls": [url for url in [_url(paper)] if url],
        "keywords": _keywords(paper),
        "language": _language(paper),
        "notes": ["Retracted"] if paper.extra.get("retracted") else [],
        "abstract": clean(paper.abstract),
    }
    return {name: value for name, value in fields.items() if value}


# ------------------------------------------------------------------------------------------- texts and names


def _tex(text: str) -> str:
    r"""Escape what TeX would obey.

    >>> _tex("100% of {a} & b_c ~ $5"), _tex("a } b {")
    ('100\\% of \\{a\\} \\& b\\_c \\textasciitilde{} \\$5', 'a $\\rbrace$ b $\\lbrace$')
    """
    depths, depth = [0], 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        depths.append(depth)
    braces = _BALANCED if depth == 0 and min(depths) == 0 else _LONE
    return clean(text).translate(_ESCAPES | {ord(sign): escape for sign, escape in braces.items()})


def _verbatim(text: str | None) -> str:
    """Return an id or address for a field that TeX does not read, without what BibTeX would count."""
    return re.sub(r"[\s{}\\]", "", clean(text or ""))


def _author(name: str) -> str:
    """Write an author as BibTeX reads one: in braces if it is a group, or holds what would divide it."""
    written = _tex(name)
    return f"{{{written}}}" if _GROUP.search(name) or re.search(r",|\band\b", name) else written


def _inverted(name: str) -> str:
    """Put a family name first, as RIS has it, by BibTeX's rule.

    >>> _inverted("Aaron van den Oord"), _inverted("OpenAI"), _inverted("Gemini Team"), _inverted("Li, Fei")
    ('van den Oord, Aaron', 'OpenAI', 'Gemini Team', 'Li, Fei')
    """
    from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts

    if "," in name or _GROUP.search(name):
        return name
    try:
        parts = parse_single_name_into_parts(name)
    except InvalidNameError:
        return name
    family = " ".join([*parts.von, *parts.last])
    return f"{family}, {' '.join(parts.first)}" if parts.first else family


def _keys(papers: Iterable[Paper]) -> Iterator[str]:
    """Yield keys that differ also for those who do not tell capitals: equals have a, b, ... behind them."""
    names = [_key(paper) for paper in papers]
    counts = Counter(name.lower() for name in names)
    taken = {name for name, count in counts.items() if count == 1}
    for name in names:
        key, number = name, 0
        while counts[name.lower()] > 1 and (key == name or key.lower() in taken):
            key, number = name + _letters(number), number + 1
        taken.add(key.lower())
        yield key


def _key(paper: Paper) -> str:
    """Join a family name, a year and the first long word of a title; without an author, words and a year.

    >>> _key(Paper("", "3D Scenes as a Field of Light", authors=("Ben Mill",), date="2020-03"))
    'mill2020scenes'
    >>> _key(Paper("", "3D Scenes as a Field of Light", date="2020-03")), _key(Paper("", "1984"))
    ('ScenesFieldLight2020', 'paper')
    """
    family = slug(_inverted(clean(paper.authors[0])).partition(",")[0]) if paper.authors else ""
    family = _plain(family).lstrip("0123456789")
    year = (paper.date or "")[:4]
    words = [word for word in map(_plain, slug(paper.title).split("-")) if word]
    if family:
        return family + year + next((word for word in words if len(word) > 3), "".join(words[:1]))
    telling = [word for word in words if not _LITTLE_WORD.fullmatch(word)] or words
    while telling and telling[0][0].isdigit():
        del telling[0]
    return ("".join(word.capitalize() for word in telling[:3]) or "paper") + year


def _plain(text: str) -> str:
    return re.sub(r"\W", "", text, flags=re.ASCII)


def _letters(number: int) -> str:
    """Count in letters: a, b, ..., z, ba, bb, ..."""
    high, low = divmod(number, len(ascii_lowercase))
    return (_letters(high) if high else "") + ascii_lowercase[low]
