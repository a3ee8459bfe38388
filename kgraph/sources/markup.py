"""HTML, JATS and MathML in titles and abstracts to plain text, by lxml's forgiving parser.

Only tags of a closed list are markup; any other `<` is a sign of its own ("n < m", "<image>").
"""

import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_BLOCKS = (
    "p|br|div|sec|title|li|ul|ol|list|list-item|h[1-6]|tr|td|table|label|disp-quote|disp-formula|blockquote"
)
_INLINE = (
    "b|i|u|a|em|strong|small|big|sub|sup|span|font|tt|code|italic|bold|sc|underline|monospace|roman|strike"
    "|ext-link|uri|xref|inline-formula|alternatives|tex-math|named-content|styled-content|scp|inline-graphic|math"
    "|m(?:row|i|o|n|sub|sup|subsup|text|frac|sqrt|over|under|stretchy|fenced|style|space|table|tr|td|padded)"
    "|semantics|annotation|fixed-case"
)
_ATTRIBUTES = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*"""
_TAG = re.compile(rf"</?(?:(?:jats|mml|xhtml|h):)?(?:{_BLOCKS}|{_INLINE}){_ATTRIBUTES}\s*/?>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->|<!\[CDATA\[|\]\]>", re.DOTALL)
_BLOCK = re.compile(rf"(?:{_BLOCKS})\Z")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|([A-Za-z][A-Za-z0-9]{1,30}));")
_BEFORE_STOP = re.compile(r"\s+(?=[,.;)\]](?:\s|$))|(?<=[(\[])\s+")
_HEADING_END = (".", ":", "?", "!")
_MAX_DEPTH = 200  # libxml2 drops what is nested deeper than 255

_HEADINGS = frozenset({"abstract", "summary", "zusammenfassung", "résumé", "resumen", "graphical abstract"})


def plain_markup(text: str, title: str = "") -> str:
    """Take the markup out of a text; a heading that repeats the title or says "Abstract" is dropped.

    >>> plain_markup("<jats:title>Abstract</jats:title><p>H<jats:sub>2</jats:sub>O &lt; <i>x</i>.</p>")
    'H2O < x.'
    >>> plain_markup("n<m &amp; p < 0.05 of <image>"), plain_markup("&lt;p&gt;Text&lt;/p&gt;")
    ('n<m & p < 0.05 of <image>', 'Text')
    """
    for _ in range(2):  # markup may itself be escaped
        if "<" in text and _TAG.search(text):
            text = _without_tags(text, title)
        elif "&" in text:
            text = _ENTITY.sub(_unescaped, text)
        else:
            break
    return text


def _unescaped(entity: re.Match[str]) -> str:
    known = entity[1] is None or f"{entity[1]};" in html5
    return html.unescape(entity[0]) if known else entity[0]


def _without_tags(text: str, title: str) -> str:
    from lxml import html as lxml_html
    from lxml.etree import ParserError

    text = _COMMENT.sub("", text)
    pieces, end, depth, deepest = [], 0, 0, 0
    for tag in _TAG.finditer(text):
        pieces += [text[end : tag.start()].replace("<", "&lt;"), _renamed(tag[0])]
        end = tag.end()
        depth += -1 if tag[0].startswith("</") else 1
        deepest = max(deepest, depth)
    pieces.append(text[end:].replace("<", "&lt;"))
    if deepest > _MAX_DEPTH:
        return _TAG.sub(" ", text)
    try:
        root = lxml_html.fragment_fromstring("".join(pieces), create_parent="div")
    except (ParserError, ValueError):
        return _TAG.sub(" ", text)
    return _BEFORE_STOP.sub("", " ".join("".join(_texts(root, title.casefold())).split()))


def _renamed(tag: str) -> str:
    """Free a tag from its namespace; a title within a text must not be taken for that of a page."""
    bare = re.sub(r"(?<=[</])[A-Za-z]+:", "", tag)
    return re.sub(r"(?<=[</])title\b", "h6", bare, flags=re.IGNORECASE)


def _texts(root: "_Element", title: str) -> Iterator[str]:
    from lxml.etree import iterwalk

    walk = iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if not isinstance(element.tag, str):  # a comment
            yield from (element.tail or "",) if event == "end" else ()
            continue
        if event == "start":
            taken = _whole(element, title)
            if taken is None:
                yield " " if _BLOCK.match(element.tag) else ""
                yield element.text or ""
            else:
                yield taken
                walk.skip_subtree()
        else:
            yield " " if _BLOCK.match(element.tag) else ""
            yield (element.tail or "") if element is not root else ""


def _whole(element: "_Element", title: str) -> str | None:
    """Return what stands for a whole element, None if its parts do."""
    if element.tag == "h6":
        return _heading(element, title)
    if element.tag == "tex-math":
        tex = "".join(element.itertext()).strip()
        return tex if "$" in tex else f"${tex}$"
    if element.tag == "math" and (parent := element.getparent()) is not None:
        return "" if parent.find("tex-math") is not None else None
    return "" if element.tag == "annotation" else None


def _heading(element: "_Element", title: str) -> str:
    text = " ".join("".join(element.itertext()).split())
    if not text or text.casefold().rstrip(".:") in _HEADINGS or text.casefold() == title:
        return " "
    return f" {text} " if text.endswith(_HEADING_END) else f" {text}: "
