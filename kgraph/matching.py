"""Which annotated entity a found name is of, as the measure has it: each at most once.

Names are folded in its way, whatever keys the project has.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

_PUNCTUATION = re.compile(r"[\s_/$^{}().,'`\"\\‐-―−-]")
_PLURAL = re.compile(r"(?<=...)(?<!s)s$")
# Greek as the measure spells it, from the names of the characters: λ is "lamda" here, unlike in keys
_SPELLED = {ord(c): unicodedata.name(c).split()[-1].lower() for c in "αβγδεζηθικλμνξοπρστυφχψω"}
_SIGNS = {ord("+"): "plus", ord("*"): "star"}


def finders(annotated: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[int, int]:
    """Return which of some names finds each annotated entity that one does: its place -> that of the name."""
    spellings = [spellings_of(one) for one in annotated]
    return _match([[i for i, known in enumerate(spellings) if fold(name) in known] for name in names])


def _match(choices: Sequence[Sequence[int]]) -> dict[int, int]:
    """Give as many as possible one of their choices each, earlier ones first; return chosen -> chooser.

    >>> _match([[0, 1], [0], [0]])
    {0: 1, 1: 0}
    """
    chooser_of: dict[int, int] = {}

    def settle(chooser: int, tried: set[int]) -> bool:
        for choice in choices[chooser]:
            if choice in tried:
                continue
            tried.add(choice)
            if choice not in chooser_of or settle(chooser_of[choice], tried):
                chooser_of[choice] = chooser
                return True
        return False

    for chooser in range(len(choices)):
        settle(chooser, set())
    return dict(sorted(chooser_of.items()))


def spellings_of(entity: Mapping[str, Any]) -> set[str]:
    return {fold(name) for name in names_of(entity)}


def names_of(entity: Mapping[str, Any]) -> list[str]:
    return [entity["name"], *entity.get("aliases", ())]


def fold(name: str) -> str:
    """Fold as the measure does: keys of the project may change, the measure must not.

    >>> fold("β-VAEs"), fold("GPT-3.5"), fold("loss"), fold("Q*")
    ('betavae', 'gpt35', 'loss', 'qstar')
    """
    name = unicodedata.normalize("NFKC", name).lower().translate(_SIGNS).translate(_SPELLED)
    return _PLURAL.sub("", _PUNCTUATION.sub("", name))
