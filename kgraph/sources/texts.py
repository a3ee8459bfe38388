"""Titles and abstracts as sources give them to readable text: one rule, whatever the format.

1. ftfy mends encodings (mojibake, ligatures, full-width letters, control characters), and leaves quotes;
2. tags and entities go (`markup`): sub- and superscripts close up, paragraphs and headings stand apart;
3. TeX in formulas, and the commands of a closed list, become text (`tex`);
4. words that a line's end has cut are joined, lines are joined, and a leading "Abstract" goes.

Plain text passes unchanged. What stands here is what is extracted from, stored, and counted into by offsets.
"""

import re

from kgraph.sources.markup import plain_markup
from kgraph.sources.tex import plain_tex
from kgraph.sources.values import clean

MAX_CHARACTERS = 50_000  # of a title and its abstract; of 87,284 conference abstracts the longest has 16,262
MAX_MARKED_CHARACTERS = 8 * MAX_CHARACTERS  # of the same with their markup, of which MathML has much

_MARKED = re.compile(r"[<&$\\{~]|``")
_SOFT_HYPHEN = "\u00ad"

_CUT_WORD = re.compile(r"(?<!\w)(?P<word>[^\W\d_]{2,})-[ \t]*\r?\n[ \t]*(?P<rest>[a-zß-öø-ÿ]+)")
_ENDINGS = re.compile(  # no word begins so: what follows a hyphen at a line's end is the rest of one
    r"[a-z]{0,2}(?:[ts]ions?|[ai]nces?|[ai]ncy|[mn]ents?|mently|ness|ities|ity|ables?|ibles?|ically|ical|ology"
    r"|i[sz]ations?|i[sz]es?|i[sz]ed|i[sz]ing)"
)
_LABEL = re.compile(
    r"(?i:abstract|summary)\s*(?:[.:]|[-–—]+(?=\s|[A-Z“\"]))\s*(?=\S)"
    r"|(?:ABSTRACT|Abstract)\s*\n\s*(?=\S)|ABSTRACT\s+(?=[A-Z])"
)
_LONE_LABEL = re.compile(r"Abstract\s+(?=[A-Z])(?P<next>\S+)\s+(?P<second>\S+)")
_THINGS = (  # "Abstract Meaning Representation" begins a sentence
    "Algebra Argumentation Concept Concepts Data Dialectical Domain Domains Interpretation Language Meaning"
    " Reasoning Rule Scene Scenes Semantic State States Summarization Syntax Visual Wikipedia World"
)
_ABSTRACT_THINGS = frozenset(_THINGS.split())


def excess(*texts: str, most: int = MAX_CHARACTERS) -> str:
    """Say that these are no title and abstract but a whole paper, or worse; "" where they may be.

    To read such a text would take long, and all the memory there is.
    """
    total = sum(map(len, texts))
    if total <= most:
        return ""
    return f"has a title and abstract of {total:,} characters, more than {most:,}: is it the whole paper?"


def plain_title(text: str) -> str:
    """Return a title as readable text on one line.

    >>> plain_title("The <i>In vivo</i> Role of $\\\\beta$-VAE and\\n {BERT}")
    'The In vivo Role of β-VAE and BERT'
    """
    return clean(_unmarked(text))


def plain_abstract(text: str, title: str = "") -> str:
    """Return an abstract as readable text on one line, without the word that says that it is one.

    >>> plain_abstract("Abstract. We use opti-\\nmization of low-\\nrank maps.")
    'We use optimization of low-rank maps.'
    >>> plain_abstract("Abstract Large models win."), plain_abstract("Abstract Meaning Representation helps.")
    ('Large models win.', 'Abstract Meaning Representation helps.')
    """
    text = _unmarked(text, title).strip()
    if "-" in text and "\n" in text:
        text = _with_whole_words(text)
    if text[:7].lower() in ("abstrac", "summary"):
        text = _without_label(text)
    return clean(text)


def _unmarked(text: str, title: str = "") -> str:
    if not text.isascii():
        text = _mended(text)
    if not _MARKED.search(text):
        return text
    if "<" in text or "&" in text:
        text = plain_markup(text, title)
    return plain_tex(text)


def _mended(text: str) -> str:
    import ftfy

    settings = ftfy.TextFixerConfig(unescape_html=False, uncurl_quotes=False, explain=False)
    return ftfy.fix_text(text, settings).replace(_SOFT_HYPHEN, "")  # before, it may be half of a letter


def _with_whole_words(text: str) -> str:
    """Join words that a line's end has cut; where the hyphen may be the word's own, only the line goes."""
    known: set[str] = set()

    def join(match: re.Match[str]) -> str:
        word, rest = match["word"], match["rest"]
        known.update(() if known else re.findall(r"\w+", text.lower()))
        is_one = f"{word}{rest}".lower() in known or _ENDINGS.fullmatch(rest)
        return f"{word}{rest}" if is_one else f"{word}-{rest}"

    return _CUT_WORD.sub(join, text)


def _without_label(text: str) -> str:
    if match := _LABEL.match(text):
        return text[match.end() :]
    match = _LONE_LABEL.match(text)
    if match and match["next"].strip(".,:;") not in _ABSTRACT_THINGS and not match["second"][0].isupper():
        return text[match.start("next") :]
    return text
