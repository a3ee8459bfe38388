r"""TeX in titles and abstracts to readable text: formulas between dollars, and a closed list of commands.

pylatexenc decodes formulas, and nothing else is given to it: of a whole abstract it takes every `%` for a
comment, so that of 454 abstracts 65 lost more than a twentieth of their text. Whatever is on no list here
stays as it is.
"""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

# Dollars around a formula touch it: "$5 and $10" is money.
_DOLLARS = re.compile(r"(?<!\\)(\$\$?)(?=\S)((?:[^$\\]|\\.){1,300}?)(?<=\S)\1", re.DOTALL)
_BRACKETS = re.compile(r"\\\((.{1,300}?)\\\)|\\\[(.{1,300}?)\\\]", re.DOTALL)
_PROSE = re.compile(r"\w[\w-]+ +\w+")  # words side by side stand in no formula
_SIGNS = re.compile(r"[\\^_={}<>|]")

_FONTS = (
    "text(?:bf|it|sc|tt|rm|sf|sl|md|up|normal)?|math(?:bf|it|rm|sf|tt|normal)|emph|mbox|underline|uline|uppercase"
    "|operatorname\\*?|boldsymbol|bm|ensuremath|hbox|textsuperscript|textsubscript"
)
_FONT = re.compile(rf"\\(?:{_FONTS})\s*\{{((?:[^{{}}\\]|\\[^A-Za-z]|\{{[^{{}}\\]*\}})*)\}}")
_OLD_FONT = re.compile(r"\{\s*\\(?:it|bf|em|sc|tt|rm|sf|sl|cal|small|large)(?![A-Za-z])\s*([^{}]*?)\}")
_LONE_FONT = re.compile(r"\\(?:it|bf|em|sc|tt|rm|sf|sl|cal)(?![A-Za-z])\s*")
_LINK = re.compile(r"\\(?:url|path)\s*\{([^{}]*)\}|\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_CITATION = re.compile(
    r"(?<![ ~])[ ~]*\\(?:cite[a-z]*\*?|ref|eqref|label)\s*(?:\[[^\]]{0,200}\]){0,2}\{[^{}]{0,2000}\}"
)
_ACCENT = re.compile(
    r"\\(?:[\"'`^~=.]\s*(?:\\[ij](?![A-Za-z])|[A-Za-z]|\{\s*(?:\\[ij]|[A-Za-z])\s*\})"
    r"|[cvuHkrdb](?:\s+[A-Za-z]|\s*\{\s*(?:\\[ij]|[A-Za-z])\s*\}))"
)
_ESCAPED_QUOTES = re.compile(r"(?<!\w)\\\"([^\"\\]{1,300})\\\"(?!\w)")  # of text escaped twice
_LETTER = re.compile(r"\\(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j|dh|DH|th|TH)(?![A-Za-z])(?:\{\}|\s+(?=[a-z]))?")
_SYMBOLS = re.compile(
    r"\\(?:alpha|beta|gamma|Gamma|delta|Delta|epsilon|varepsilon|zeta|eta|theta|Theta|iota|kappa|lambda|Lambda"
    r"|mu|nu|xi|Xi|pi|Pi|rho|sigma|Sigma|tau|upsilon|phi|varphi|Phi|chi|psi|Psi|omega|Omega|ell|infty|times|pm"
    r"|sim|approx|leq?|geq?|neq?|ll|gg|cdot|to|rightarrow|leftarrow|ldots|dots|cdots|textendash|textemdash"
    r"|textquoteright|textquoteleft|textregistered|texttrademark|textdegree|LaTeX|TeX)(?![A-Za-z])"
    r"(?:\{\})?"
)
_NAMES = {"asciicircum": "^", "asciitilde": "~", "backslash": "\\"}  # what has a meaning in TeX: decoded last
_NAMED = re.compile(rf"\\text({'|'.join(_NAMES)})(?![A-Za-z])(?:\{{\}})?")
_ESCAPED = re.compile(r"\\([%&#$_{}])")
_SPACING = re.compile(r"\\(?:[,;:! ]|\\|quad|qquad|newline|par|noindent|centering)(?![A-Za-z])")
_MATH_SPACING = re.compile(r"\\(?:left|right|big|Big|bigl|bigr|limits|displaystyle|textstyle)(?![A-Za-z])")
_LOST = "".join(f"(?<!{name})" for name in ("mathcal", "mathbb", "mathbf", "mathrm", "textbf", "textit"))
_BRACED = re.compile(  # a word, a dash, capitals within a word
    rf"(?<![\w^\\}}])\{{([^\W\d_][\w.+-]*)\}}|(?<=\w)\{{([–—-]+)\}}|{_LOST}(?<=[a-z])\{{([A-Z]+)\}}"
)
_TIE = re.compile(r"(?<=[^\W\d])~(?=[^\W\d]|[(\[$\\])|(?<=[.,)])~(?=[\w(])|(?<=\w)~(?=[(\[\\])")
_QUOTED = re.compile(r"``([^`]{1,300}?)''")
_OPENING = re.compile(r"``(?=\w)")
_COMMAND = re.compile(r"\\([A-Za-z]+)")

_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_SMALL = re.compile(r"([\^_])(?:\{([+-]?\d+|[+-])\}|([\d+-]))(?![\w{])")
_STYLED_LETTER = re.compile("[\U0001d400-\U0001d7ffℋℐℒℛℬℰℱℳ]")


def plain_tex(text: str) -> str:
    r"""Make readable what a text holds of TeX.

    >>> plain_tex(r"$\beta$-VAE, M$^3$, {BERT} and \textsc{Glue} by Bal\'azs gain 5\% for $5 and $10")
    'β-VAE, M³, BERT and Glue by Balázs gain 5% for $5 and $10'
    >>> plain_tex(r"in $\mathcal{O}(n \log n)$ over {\it all} of {0, 1}, ~35% of ``each''")
    'in O(n log n) over all of {0, 1}, ~35% of "each"'
    """
    if "$" in text:
        text = _DOLLARS.sub(_formula, text)
    if "\\" in text:
        text = _commands(text)
    if "{" in text:
        text = _OLD_FONT.sub(r"\1", text)
        text = _BRACED.sub(lambda word: word[1] or word[2] or word[3], text)
    if "~" in text:
        text = _TIE.sub(" ", text)
    if "``" in text:
        text = _OPENING.sub('"', _QUOTED.sub(r'"\1"', text))
    if "\\text" in text:
        text = _NAMED.sub(lambda name: _NAMES[name[1]], text)
    return text


def without_braces(text: str) -> str:
    """Take away the braces that protect capitals in BibTeX; what is escaped stays.

    >>> without_braces(r"{The {BERT} Model}, \\{0, 1\\}")
    'The BERT Model, \\\\{0, 1\\\\}'
    """
    return re.sub(r"(?<!\\)[{}]", "", text)


def _commands(text: str) -> str:
    """Decode the listed commands outside of formulas."""
    text = _ESCAPED_QUOTES.sub(r'"\1"', _BRACKETS.sub(_formula, text))
    text = _CITATION.sub("", text)
    text = _LINK.sub(lambda link: link[1] or link[2] or "", text)
    text = _ACCENT.sub(lambda accent: _decoded(accent[0]), text)
    text = _LETTER.sub(lambda letter: _decoded(letter[0].strip().removesuffix("{}")), text)
    text = _SYMBOLS.sub(lambda symbol: _decoded(symbol[0].removesuffix("{}")), text)
    text = _OLD_FONT.sub(r"\1", text)
    text = _without_fonts(text)
    text = _SPACING.sub(" ", text)
    return _ESCAPED.sub(r"\1", text)


def _without_fonts(text: str) -> str:
    for _ in range(4):  # fonts within fonts, innermost first
        bare = _FONT.sub(r"\1", text)
        if bare == text:
            break
        text = bare
    return text


def _formula(match: re.Match[str]) -> str:
    """Decode a formula; leave what only looks like one, or cannot be decoded, as it stands."""
    formula = next(group for group in reversed(match.groups()) if group is not None).strip()
    if match[0].startswith("$") and not _may_be_formula(formula, match.string[match.end() : match.end() + 1]):
        return match[0]
    return _decoded_formula(formula) or match[0]


def _may_be_formula(text: str, following: str) -> bool:
    if _SIGNS.search(text):
        return True
    return not following.isdigit() and (text.isalnum() or not (text[0].isdigit() or _PROSE.search(text)))


@lru_cache(1 << 14)  # the same few formulas come again and again
def _decoded_formula(formula: str) -> str:
    text = _LONE_FONT.sub("", _without_fonts(_OLD_FONT.sub(r"\1", formula)))
    text = _MATH_SPACING.sub("", text)
    text = re.sub(r"(?<!\\)%", r"\\%", text)
    text = _SMALL.sub(_shrunk, text)
    known = _decoder().latex_context.get_macro_spec
    text = _COMMAND.sub(lambda word: word[0] if known(word[1]) is not None else word[1], text)
    text = _decoded(text)
    text = _STYLED_LETTER.sub(lambda letter: _upright(letter[0]), text)
    return " ".join(text.split())


def _shrunk(match: re.Match[str]) -> str:
    small = match[2] or match[3]
    return small.translate(_RAISED if match[1] == "^" else _LOWERED)


def _upright(letter: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", letter)


@lru_cache(1 << 14)
def _decoded(tex: str) -> str:
    """Decode TeX with pylatexenc; "" if it cannot."""
    from pylatexenc.latexwalker import LatexWalkerError

    try:
        return str(_decoder().latex_to_text(tex, tolerant_parsing=False))
    except (LatexWalkerError, RecursionError, ValueError, IndexError):
        return ""


@cache
def _decoder() -> "LatexNodes2Text":
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", strict_latex_spaces="based-on-source")
