"""What the fields of one format's record become in a paper: the part that all formats share."""

import re
from collections.abc import Iterable, Mapping

from kgraph.identifiers import SCHEMES, find_ids, known_ids, normalise_id, own_id
from kgraph.records import NoPaper, Paper, Reject
from kgraph.sources.dates import parse_date
from kgraph.sources.texts import MAX_MARKED_CHARACTERS, excess, plain_abstract, plain_title
from kgraph.sources.values import clean, excerpt

# The language of a record, as sources write it -> ISO 639-1; whatever else is kept as it stands.
_SUFFIX = re.compile(
    r"(?:[JS]r|I{2,3}|IV|Ph\.? ?D|M\.? ?D)\.?", re.IGNORECASE
)  # behind a name that is in order
_LANGUAGES = {
    **dict.fromkeys(("en", "eng", "english", "en-us", "en-gb", "en_us", "en_gb"), "en"),
    **dict.fromkeys(("de", "ger", "deu", "german", "de-de", "deutsch"), "de"),
    **dict.fromkeys(("fr", "fre", "fra", "french", "fr-fr", "français"), "fr"),
    **dict.fromkeys(("es", "spa", "spanish", "es-es", "español"), "es"),
    **dict.fromkeys(("zh", "chi", "zho", "chinese", "zh-cn"), "zh"),
    **dict.fromkeys(("ja", "jpn", "japanese"), "ja"),
    **dict.fromkeys(("ru", "rus", "russian"), "ru"),
    **dict.fromkeys(("pt", "por", "portuguese", "pt-br"), "pt"),
    **dict.fromkeys(("it", "ita", "italian"), "it"),
    **dict.fromkeys(("ko", "kor", "korean"), "ko"),
}


def make_paper(
    source: str,
    *,
    title: str,
    own: object = "",
    abstract: str = "",
    authors: Iterable[str] = (),
    date: str | None = None,
    venue: str = "",
    url: str = "",
    ids: Iterable[str | None] = (),
    references: Iterable[str] = (),
    language: str = "",
    **extra: object,
) -> Paper | Reject:
    """Return a paper of a record's fields as they were read, or say that it has no title, or too much text.

    Texts become readable here and nowhere else; `ids` are identifiers and addresses, of which those that are
    known are kept.
    """
    if reason := excess(title, abstract, most=MAX_MARKED_CHARACTERS):
        return Reject(source, reason, excerpt(title))
    readable = plain_title(title)
    summary = plain_abstract(abstract, readable) if abstract else ""
    if not readable:
        return NoPaper(source, "has no title", excerpt(abstract or str(own) or url))
    if reason := excess(readable, summary):
        return Reject(source, reason, excerpt(readable))
    return Paper(
        id=clean(own_id(own)),
        title=readable,
        abstract=summary,
        authors=tuple(filter(None, map(plain_title, authors))),
        date=date,
        venue=plain_title(venue) or None,
        url=clean(url) or None,
        ids=known_ids(filter(None, ids)),
        references=tuple(dict.fromkeys(filter(None, references))),
        extra=_extra(extra, language),
        source=source,
    )


def _extra(extra: Mapping[str, object], language: str) -> dict[str, object]:
    kept = {name: value for name, value in extra.items() if value not in (None, "", [], False)}
    if language:
        kept["language"] = language_code(language)
    return kept


def language_code(language: str) -> str:
    """Return the code of a language, however sources call it; one that we do not know stays."""
    return _LANGUAGES.get(language.lower(), language)


def reference(value: str, scheme: str | None = None) -> str:
    """Return a reference as papers bear their ids; one in words by an id in it, else as it stands.

    >>> reference("10.1000/X"), reference("Doe, J. Preprint at https://arxiv.org/abs/2108.07258 (2021)")
    ('doi:10.1000/x', 'arxiv:2108.07258')
    """
    text = clean(value)
    return normalise_id(text, scheme) or next(find_ids(text), text)


def is_id(text: str) -> bool:
    """Tell whether a reference is an identifier in its normal form."""
    return text.partition(":")[0] in SCHEMES and normalise_id(text) == text


def given_first(name: str) -> str:
    """Turn "Last, First" or "Last, Jr, First" about; anything else stays.

    >>> given_first("La Mura, Pierfrancesco"), given_first("King, Jr., Martin"), given_first("OpenAI")
    ('Pierfrancesco La Mura', 'Martin King Jr.', 'OpenAI')
    >>> given_first("Martin King, Jr.")
    'Martin King Jr.'
    """
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2 and _SUFFIX.fullmatch(parts[1]):
        return " ".join(parts)
    if len(parts) == 2:
        return f"{parts[1]} {parts[0]}".strip()
    return f"{parts[2]} {parts[0]} {parts[1]}" if len(parts) == 3 else name.strip()


def most_exact(values: Iterable[object]) -> str | None:
    """Return the first date, or a later one that lies within it.

    >>> most_exact(["2021", "2021/02/01/"]), most_exact(["2018 Apr", "20170728"])
    ('2021-02-01', '2018-04')
    """
    best: str | None = None
    for date in filter(None, map(parse_date, values)):
        if best is None or date.startswith(best):
            best = date
    return best


def earliest(values: Iterable[object]) -> str | None:
    """Return the earliest date; within one year or month the most exact.

    >>> earliest(["2012", "2012-05-03", "2013-01"])
    '2012-05-03'
    """
    return min(filter(None, map(parse_date, values)), key=lambda date: date + "~", default=None)


def split_names(text: str) -> list[str]:
    """Split authors in one string, as arXiv writes them: "A, B and C (1)", affiliations in brackets."""
    bare = " ".join(text.split())
    while (without := re.sub(r"\s*\([^()]*\)", "", bare)) != bare:  # brackets stand within brackets
        bare = without
    return [name for name in re.split(r",\s*(?:and\s+)?|\s+and\s+", bare) if name]
