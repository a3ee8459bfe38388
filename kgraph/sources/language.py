"""Whether a paper is in English, which the extractor reads: as its source says, else by its words."""

import re

from kgraph.records import Paper

_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_FEWEST_WORDS = 12  # a short text is English unless its letters say otherwise

_ENGLISH = "a an and are as by for from in is of on or that the this to we which with"
_OTHERS = (  # German, French, Spanish and Portuguese, Italian, Dutch; as far as they are no English words
    "auf das dem den der des ein eine einer für mit und von werden wird zur"
    " au aux avec ce cette dans est et la le les nous par pour que qui sont sur un une"
    " con del el en entre esta las los para por se sus y ao com da dos e em foi não os uma"
    " che dei della di gli il nella per sono de een het van voor zijn"
)
_ENGLISH_WORDS, _OTHER_WORDS = frozenset(_ENGLISH.split()), frozenset(_OTHERS.split())


def is_english(paper: Paper) -> bool:
    """Tell whether a paper is in English.

    >>> abstract = "Wir zeigen, dass die Methode auf allen Daten der Reihe mit und ohne Rauschen besser wird."
    >>> is_english(Paper("", "Über das Lernen", abstract))
    False
    >>> is_english(Paper("", "当商业模式嫁接职业规划")), is_english(Paper("", "Attention Is All You Need"))
    (False, True)
    """
    stated = paper.extra.get("language")
    if stated:
        return stated == "en"
    words = _WORD.findall(paper.text[:2000].lower())
    latin = sum(1 for word in words if _LATIN.match(word))
    if 2 * latin < len(words):
        return False
    if len(words) < _FEWEST_WORDS:
        return True
    return sum(word in _ENGLISH_WORDS for word in words) >= sum(word in _OTHER_WORDS for word in words)
