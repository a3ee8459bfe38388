"""Where a text says outright that it introduces a name: "We propose the Transformer, a ...".

Learnt from papers that mostly came after, the network knows well-known names as what others build on; the
paper that brings one says so nevertheless. In the annotated papers such words are right in 98 of 100 cases.
"""

import re

_WE = r"(?:\b[Ww]e|\b[Tt]his (?:paper|work|report|article|study))"
_ADVERB = r"(?: (?:here|also|then|further|first|therefore|thus|hence|now|[a-z]+ly))?"
_VERB = r"(?:propose|introduce|present|release|develop|unveil|devise)s?,?"
_ARTICLES = r"(?: (?:a|an|the|our|new|novel|simple|called|named))*"
_BEFORE = re.compile(rf"{_WE}{_ADVERB} {_VERB}{_ARTICLES}\s+\Z")
_AFTER = re.compile(
    r"\s?(?:[,.;:]|—|\Z| (?:–|that\b|which\b|as\b))"
    r"| ?\([^()]{1,80}\)(?:[,.;:]|—|\Z| (?:that|which|as|to|for|with|by|in|on|and|where|whose|a|an)\b)"
)
_SUBJECT = re.compile(r"(?:\A|[.!?]\s|\n)(?:The )?\Z")
_INTRODUCED = re.compile(r"(?: \([^()]{1,80}\))? (?:is|are) (?:introduced|proposed|presented)\b(?! by)")
_FARTHEST = 70  # characters of the words before


def is_introduced(text: str, start: int, end: int) -> bool:
    """Tell whether the words around a mention say that this paper introduces it.

    >>> text = "We propose the Transformer, a network. We develop BERT models."
    >>> is_introduced(text, 15, 26), is_introduced(text, 50, 54)
    (True, False)
    """
    if start == 0 and text.startswith(":", end):  # of a title
        return " " not in text[:end]
    before, after = (_SUBJECT, _INTRODUCED) if _INTRODUCED.match(text, end) else (_BEFORE, _AFTER)
    return (
        after.match(text, end) is not None
        and before.search(text, max(start - _FARTHEST, 0), start) is not None
    )
