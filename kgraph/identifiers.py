"""The identifiers of papers: many spellings and addresses, one normal form each.

Only what identifies itself is recognised: a bare number is a PubMed id only where a column says so
(`normalise_id(text, scheme)`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

SCHEMES = (  # the best known first
    *("arxiv", "doi", "openalex", "s2", "acl", "pmid", "dblp", "pmcid", "openreview"),
)

_LONGEST = 2000  # characters, of an address with its id
_NOTHING = frozenset({"", "none", "null", "nan", "n/a"})
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat"
    "|cs|dg-ga|econ|eess|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex"
    "|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|q-fin|quant-ph|solv-int|stat|supr-con"
)
_ARXIV = re.compile(
    rf"(?:(?P<year>\d\d)(?P<month>0[1-9]|1[0-2])\.(?P<number>\d{{4,5}})"
    rf"|(?P<archive>{_ARCHIVES})(?:\.[a-z]{{2}})?/(?P<old>\d{{7}}))(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE,
)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.", re.IGNORECASE)
_OPENALEX = re.compile(r"W\d{5,}", re.IGNORECASE)
_S2 = re.compile(r"(?:corpusid:)?(\d+)|([0-9a-f]{40})", re.IGNORECASE)
_ACL = re.compile(r"[A-Z]\d\d-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+", re.IGNORECASE)
_DBLP = re.compile(r"(?:[a-z]+/[\w.-]+|books|ms|persons|phd|tr)(?:/[\w.-]+)+", re.IGNORECASE)
_PMCID = re.compile(r"(?:PMC)?(\d+)(?:\.\d+)?", re.IGNORECASE)
_OPENREVIEW = re.compile(r"[\w-]{6,20}")

# What may be an id within a sentence: an address, a DOI, an arXiv id of the new form or of the old.
_ADDRESS = r"https?://[^\s<>\"{}|\\^`]+"
_ADDRESS_IN_TEXT = re.compile(_ADDRESS)
_ID_IN_TEXT = re.compile(
    _ADDRESS + r"|(?<![\w.])10\.\d{4,9}/[^\s<>\"{}|\\^`]+"
    r"|(?<![\d.])\d{4}\.\d{4,5}(?:v\d+)?(?!\d|\.\d)"
    r"|\b[a-z][a-z-]+(?:\.[A-Z]{2})?/\d{7}(?!\d)"
)
_ID_TRACES = [re.compile(r"\.[0-9]{4}"), re.compile(r"/[0-9]{7}")]  # 3 microseconds a text, not 300
_TRAILING = ".,;:!?]}'*_"  # ends a sentence, not an id

_PREFIXES = {
    "arxiv": "arxiv",
    "oai:arxiv.org": "arxiv",
    "doi": "doi",
    "openalex": "openalex",
    "s2": "s2",
    "corpusid": "s2",
    "acl": "acl",
    "pmid": "pmid",
    "dblp": "dblp",
    "pmcid": "pmcid",
    "openreview": "openreview",
}
_ADDRESSES = [
    (re.compile(address, re.IGNORECASE), scheme)
    for address, scheme in (
        (r"(?:\w+\.)?arxiv\.org/(?:abs|pdf|html|format|ps)/(?P<id>[^?#]+)", "arxiv"),
        (r"(?:huggingface\.co|hf\.co)/papers/(?P<id>\d{4}\.\d{4,5})", "arxiv"),
        (r"(?:\w+\.)?alphaxiv\.org/(?:abs|pdf|overview)/(?P<id>[^?#]+)", "arxiv"),
        (r"(?:dx\.)?doi\.org/(?P<id>.+)", "doi"),
        (r"(?:\w+\.)?openalex\.org/(?:works/)?(?P<id>w\d+)", "openalex"),
        (r"(?:\w+\.)?semanticscholar\.org/paper/(?:[^/?#]+/)?(?P<id>[0-9a-f]{40})", "s2"),
        (r"(?:\w+\.)?semanticscholar\.org/(?P<id>corpusid:\d+)", "s2"),
        (r"(?:www\.)?aclanthology\.org/(?P<id>[^/?#]+?)(?:\.pdf|\.bib)?/?(?:[?#].*)?$", "acl"),
        (r"(?:www\.)?aclweb\.org/anthology/(?:[^?#]*/)?(?P<id>[^/?#]+?)(?:\.pdf|\.bib)?/?$", "acl"),
        (r"pubmed\.ncbi\.nlm\.nih\.gov/(?P<id>\d+)", "pmid"),
        (r"(?:www\.)?ncbi\.nlm\.nih\.gov/pubmed/(?P<id>\d+)", "pmid"),
        (r"(?:www\.)?ncbi\.nlm\.nih\.gov/pmc/articles/(?P<id>PMC\d+)", "pmcid"),
        (r"pmc\.ncbi\.nlm\.nih\.gov/articles/(?P<id>PMC\d+)", "pmcid"),
        (r"openreview\.net/(?:forum|pdf)\?(?:[^#]*&)?id=(?P<id>[\w-]+)", "openreview"),
        (r"dblp\.(?:org|uni-trier\.de)/rec/(?P<id>[^?#]+?)(?:\.html|\.bib|\.xml)?$", "dblp"),
    )
]


def own_id(value: object) -> str:
    """Return a record's own id as it stands, or "" where it says that there is none.

    >>> own_id(" 42 "), own_id(None), own_id("None"), own_id("cvpr2019:None")
    ('42', '', '', 'cvpr2019:None')
    """
    usable = isinstance(value, str | int | float) and not isinstance(value, bool)
    text = str(value).strip() if usable else ""
    return "" if text.lower() in _NOTHING else text


def normalise_id(text: str, scheme: str | None = None) -> str | None:
    """Return the normal form of an identifier or address of a paper, None if it is not one that we know.

    With a scheme ("this column holds PubMed ids") a bare identifier of it is recognised too.

    >>> normalise_id("https://arxiv.org/pdf/1706.03762v5.pdf"), normalise_id("math.GT/0309136")
    ('arxiv:1706.03762', 'arxiv:math/0309136')
    >>> normalise_id("https://doi.org/10.48550/arXiv.2312.07559"), normalise_id("DOI: 10.1093/MIND/L.236.")
    ('arxiv:2312.07559', 'doi:10.1093/mind/l.236')
    >>> normalise_id("12345"), normalise_id("12345", "pmid"), normalise_id("Attention Is All You Need")
    (None, 'pmid:12345', None)
    """
    if len(text) > _LONGEST:
        return None
    text = text.strip().strip("<>")
    found = _from_address(text) or _from_prefix(text) or _bare(text)
    if found is None and scheme is not None:
        found = _NORMALISERS[scheme](text)
    return found


def known_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct identifiers among some texts, normalised, the best known scheme first.

    >>> known_ids(["W2741809807", "10.1000/X", "arXiv:1706.03762v1", "no id", "10.1000/x"])
    ('arxiv:1706.03762', 'doi:10.1000/x', 'openalex:W2741809807')
    """
    found = {one for text in texts if (one := normalise_id(text)) is not None}
    return tuple(sorted(found, key=lambda one: (SCHEMES.index(one.partition(":")[0]), one)))


def find_ids(text: str) -> Iterator[str]:
    """Yield the normal form of each arXiv id, DOI or address of a paper that stands in a text.

    >>> list(find_ids("See arXiv:1706.03762v5 (https://doi.org/10.1093/mind/l.236)."))
    ['arxiv:1706.03762', 'doi:10.1093/mind/l.236']
    """
    may_hold_bare_ids = any(trace.search(text) for trace in _ID_TRACES)
    for match in (_ID_IN_TEXT if may_hold_bare_ids else _ADDRESS_IN_TEXT).finditer(text):
        found = match[0].rstrip(_TRAILING)
        while found.endswith(")") and found.count("(") < found.count(")"):
            found = found[:-1].rstrip(_TRAILING)
        if normal := normalise_id(found):
            yield normal


def _from_address(text: str) -> str | None:
    if not text.lower().startswith(("http://", "https://")):
        return None
    address = unquote(text.partition("://")[2])
    for pattern, scheme in _ADDRESSES:
        if match := pattern.match(address):
            return _NORMALISERS[scheme](match["id"])
    return None


def _from_prefix(text: str) -> str | None:
    for separator in (":", "."):  # "arXiv.2203.02155" occurs as well
        prefix, found, rest = (
            text.rpartition(separator) if text.startswith("oai:") else text.partition(separator)
        )
        scheme = _PREFIXES.get(prefix.strip().lower()) if found else None
        if scheme is not None and (separator == ":" or scheme == "arxiv"):
            return _from_address(rest.strip()) or _NORMALISERS[scheme](rest.strip())
    return None


def _bare(text: str) -> str | None:
    """Recognise what needs no prefix: an arXiv id, a DOI, an OpenAlex work, a new ACL id."""
    if _OPENALEX.fullmatch(text):
        return _openalex(text)
    if text[:4].isdigit() and text[4:5] == "." and "-" in text:
        return _acl(text)
    return _arxiv(text) or _doi(text)


def _arxiv(text: str) -> str | None:
    match = _ARXIV.fullmatch(text.removeprefix("abs/").rstrip("/"))
    if match is None:
        return None
    if match["old"]:
        return f"arxiv:{match['archive'].lower()}/{match['old']}"
    digits = 5 if match["year"] + match["month"] >= "1501" else 4  # a shorter one has lost a zero
    return f"arxiv:{match[0][:5]}{match['number']}" if len(match["number"]) == digits else None


def _doi(text: str) -> str | None:
    match = _DOI.match(text.removeprefix("doi:").strip())
    if match is None:
        return None
    doi = match[0].rstrip(".,;>\"'")
    if doi.endswith(")") and doi.count("(") < doi.count(")"):
        doi = doi[:-1]
    if _ARXIV_DOI.match(doi):
        return _arxiv(_ARXIV_DOI.sub("", doi))
    return f"doi:{doi.lower()}"


def _openalex(text: str) -> str | None:
    return f"openalex:{text.upper()}" if _OPENALEX.fullmatch(text) else None


def _s2(text: str) -> str | None:
    match = _S2.fullmatch(text)
    return f"s2:{(match[1] or match[2]).lower()}" if match else None


def _acl(text: str) -> str | None:
    if not _ACL.fullmatch(text):
        return None
    return f"acl:{text.upper() if text[0].isalpha() else text.lower()}"


def _pmid(text: str) -> str | None:
    return f"pmid:{text.lstrip('0')}" if text.isascii() and text.isdigit() and text.strip("0") else None


def _dblp(text: str) -> str | None:
    return f"dblp:{text}" if _DBLP.fullmatch(text) else None


def _pmcid(text: str) -> str | None:
    match = _PMCID.fullmatch(text)
    return f"pmcid:PMC{match[1].lstrip('0')}" if match and match[1].strip("0") else None


def _openreview(text: str) -> str | None:
    return f"openreview:{text}" if _OPENREVIEW.fullmatch(text) else None


_NORMALISERS: dict[str, Callable[[str], str | None]] = {
    "arxiv": _arxiv,
    "doi": _doi,
    "openalex": _openalex,
    "s2": _s2,
    "acl": _acl,
    "pmid": _pmid,
    "dblp": _dblp,
    "pmcid": _pmcid,
    "openreview": _openreview,
}
