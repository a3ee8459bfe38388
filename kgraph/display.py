"""Text from papers -> text fit for a screen: TeX leftovers made legible, nothing that steers a terminal."""

import re
from collections.abc import Sequence

_SPACES = re.compile(r"[\t\n\r\v\f\u0085\u2028\u2029]+")
# Controls, marks that turn the reading direction, and lone surrogates: none of them is meant for reading.
_STEERING = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)

_BARS = " ▁▂▃▄▅▆▇█"
_TEX = (
    (re.compile(r"\\?\b(?:text(?:bf|it|sc|tt|rm)|math(?:cal|bf|rm)|emph)\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\{\\(?:it|bf|sc|em|tt|rm)\s+([^{}]*)\}"), r"\1"),
    (re.compile(r"\\?\bell(?=[_^ ]|$)"), "ℓ"),
    (re.compile(r"(?<=\d)\\?times\b"), "×"),
    (re.compile(r"\\([%&#_$])"), r"\1"),
    (re.compile(r"\$([^$\s](?:[^$]{0,40}[^$\s])?)\$"), r"\1"),
    (re.compile(r"\b~(?=\w)(?!\d)"), " "),
)


def clean(text: str) -> str:
    """Put text on one line and replace what a terminal would obey instead of showing.

    >>> clean("a\\x1b[31mb\\nc")
    'a�[31mb c'
    """
    return _STEERING.sub("�", _SPACES.sub(" ", text))


def readable(text: str) -> str:
    """Make a name or title legible: modestly, since half of TeX may be lost and a percent sign may be one.

    >>> readable("ell_p regression"), readable("$M^2$"), readable(r"{\\it Mamba} is 5times faster by 3\\%")
    ('ℓ_p regression', 'M^2', 'Mamba is 5× faster by 3%')
    >>> readable("cells for $5 and $10"), readable("BERT~base, ~10 papers")
    ('cells for $5 and $10', 'BERT base, ~10 papers')
    """
    for pattern, replacement in _TEX:
        text = pattern.sub(replacement, text)
    return clean(text)


def sparkline(counts: Sequence[int]) -> str:
    """Draw counts as bars as high as a letter, the highest full; 0 is a blank at the foot.

    >>> sparkline([0, 1, 4, 8])
    ' ▁▄█'
    """
    most = max(counts, default=0)
    return "".join(_BARS[-(-8 * count // most) if most else 0] for count in counts)
