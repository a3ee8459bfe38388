r"""Text to text: the keys by which spellings are compared, and the slugs of ids.

A key drops only what never carries meaning. What does carry it stays: `+` and `*` and Greek
letters (spelled out), whatever stands between two digits, so that "Llama 3.1", "Llama 31" and
"Llama 3 1B" are three things, and the hyphen of a lone s, so that "ViT-S" is no plural.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# unicodedata says LAMDA, TeX and texts say lambda
_GREEK = {c: unicodedata.name(c).split()[-1].lower() for c in "αβγδεζηθικλμνξοπρσςτυφχψω"} | {"λ": "lambda"}
_GREEK_SPELLED = str.maketrans(_GREEK)
_SPELLED = str.maketrans(_GREEK | {"+": "plus", "*": "star"})
_TEX_FONT = re.compile(
    r"\\(?:text(?:bf|it|sc|tt|rm|sf|sl|up)?|math(?:bf|it|cal|rm|bb|sf|tt|frak|scr)|emph|mbox|operatorname"
    r"|boldsymbol|bm|it|bf|rm|tt|em|sc|sf)(?![A-Za-z])"
)
_TEX_GREEK = re.compile(
    r"\\(?:var)?(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau"
    r"|upsilon|phi|chi|psi|omega)(?![a-z])",
    re.IGNORECASE,
)
_ACCENT = re.compile("[\u0300-\u036f]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SIGN = r"[\s_/~$^{}().,'`\"\\‐-―−-]"
_BETWEEN_DIGITS = re.compile(rf"(?<=\d){_SIGN}+(?=\d)")
_ELSEWHERE = re.compile(rf"(?<!\d){_SIGN}|{_SIGN}(?!\d)")
_LONE_S = re.compile(rf"(?<=[^\W\d_]{{2}})[\s_‐-―−-](?=s(?:{_SIGN}|\Z))")  # of "ViT-S" and "ViT-S/16"
_LARGE_S = re.compile(r"[\d\s_‐-―−-]S\Z")  # of "YOLOv8-S"
_PLURAL_Y = re.compile(r"(?<=[a-z]{3})(?<![Mm]ov)(?<![Cc]ook)ies\Z")
_PLURAL_SS = re.compile(r"(?<=[a-z]{2})sses\Z")

_ISE_VERBS = """
    amort anonym binar categor character contextual custom diagonal discret equal factor final formal general
    initial kernel linear local marginal maxim memor minim normal optim organ orthogonal parallel parameter
    parametr penal personal quant random real recogn regular serial special stabil standard styl summar
    symmetr synchron token util vector visual"""
_L_VERBS = "cancel channel label level model signal travel"
_OUR_NOUNS = "behavi col fav neighb tum"
_BRITISH = (
    {f"{stem}is": f"{stem}iz" for stem in _ISE_VERBS.split()}
    | {f"{stem}l": stem for stem in _L_VERBS.split()}
    | {f"{stem}our": f"{stem}or" for stem in _OUR_NOUNS.split()}
    | {"isation": "ization", "artefact": "artifact", "centre": "center", "fibre": "fiber"}
    | {"dialogue": "dialog", "catalogue": "catalog"}
)
_BRITISH_WORD = re.compile(
    f"(?:{'|'.join(word for word in _BRITISH if word.endswith(('is', 'll')))})(?=e|ing)"
    f"|{'|'.join(word for word in _BRITISH if not word.endswith(('is', 'll')))}"
)
_BRITISH_TRACE = re.compile("is[aei]|ll[ei]|our|[bt]re|gue|efa")  # a third of the time of the search itself

SHORTEST_SLIP = 7  # letters: in shorter words one letter makes another word too often

FUNCTION_WORDS = frozenset(
    "a an and as at by for from in of on or over the to under using via with".split()  # noqa: SIM905  one line, not 19
)


def fold(name: str) -> str:
    r"""Spell a name in lower case, Greek letters, `+` and `*` in words, without TeX fonts and accents.

    Punctuation is kept.

    >>> fold("β-VAE"), fold("LoRA+"), fold(r"$\beta$-VAE"), fold(r"{\it Nyström}")
    ('beta-vae', 'loraplus', '$beta$-vae', '{ nystrom}')
    """
    if "\\" in name:
        name = _TEX_GREEK.sub(lambda m: m[1], _TEX_FONT.sub("", name))
    if not name.isascii():
        name = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
        name = unicodedata.normalize("NFKC", _ACCENT.sub("", name))
    return name.lower().translate(_SPELLED)


def spell_greek(text: str) -> str:
    r"""Write Greek letters, plain or of TeX, in Latin ones.

    >>> spell_greek("β-VAE"), spell_greek(r"$\beta$-VAE")
    ('beta-VAE', '$beta$-VAE')
    """
    return _TEX_GREEK.sub(lambda m: m[1], text).translate(_GREEK_SPELLED)


@lru_cache(1 << 16)  # names come again and again, and this is asked several times of each
def alias_key(name: str) -> str:
    r"""Fold the spellings of one name that differ only in case, spaces, hyphens, TeX or British spelling.

    The hyphen, or space, before a lone s counts.

    A plural s is not folded here: that needs the whole collection (`spellings.fold_spellings`).

    >>> alias_key("GPT–4"), alias_key("gpt 4"), alias_key(r"$\beta$-VAE"), alias_key("Q*")
    ('gpt4', 'gpt4', 'betavae', 'qstar')
    >>> alias_key("Qwen 2.5"), alias_key("Qwen25"), alias_key("Llama-2-7B"), alias_key("Llama 27B")
    ('qwen2.5', 'qwen25', 'llama2-7b', 'llama27b')
    >>> alias_key("ViT-S"), alias_key("vit s"), alias_key("ViT-S/16"), alias_key("ViTs"), alias_key("ViT-B")
    ('vit-s', 'vit-s', 'vit-s16', 'vits', 'vitb')
    >>> alias_key("Optimised Quantisation") == alias_key("optimized quantization")
    True
    """
    name = fold(name)
    if not name.isalnum():
        name = _THOUSANDS.sub("", name) if "," in name else name
        name = _BETWEEN_DIGITS.sub(lambda gap: "." if gap[0] == "." else "-", name)
        name = "-".join(_ELSEWHERE.sub("", part) for part in _LONE_S.split(name))
    if _BRITISH_TRACE.search(name):
        name = _BRITISH_WORD.sub(lambda word: _BRITISH[word[0]], name)
    return name


def name_key(name: str) -> str:
    """Fold as `alias_key` does, and a plural s besides: enough within one paper, too much over a collection.

    >>> name_key("Transformers"), name_key("GANs"), name_key("loss"), name_key("ViT-S")
    ('transformer', 'gan', 'loss', 'vit-s')
    >>> name_key("Gaussian processes"), name_key("evolution strategies"), name_key("SSEs"), name_key("movies")
    ('gaussianprocess', 'evolutionstrategy', 'sse', 'movie')
    """
    key = alias_key(name)
    if len(key) <= 3 or not key.endswith("s") or key.endswith(("ss", "-s")) or _LARGE_S.search(name):
        return key
    if _PLURAL_SS.search(name):
        return key[:-2]
    return f"{key[:-3]}y" if _PLURAL_Y.search(name) else key[:-1]


def only_difference(words: Sequence[str], others: Sequence[str]) -> tuple[str, str] | None:
    """Return the two words, the shorter first, in which alone two names of as many words differ.

    >>> only_difference(["a", "net"], ["a", "nest"]), only_difference(["a", "net"], ["an", "nest"])
    (('net', 'nest'), None)
    """
    pairs = [pair for pair in zip(words, others, strict=False) if pair[0] != pair[1]]
    if len(words) != len(others) or len(pairs) != 1:
        return None
    shorter, longer = sorted(pairs[0], key=len)
    return shorter, longer


def slug(name: str) -> str:
    """Make a name fit for an id: lower-case words of letters and digits, joined by hyphens.

    >>> slug("Low-Rank Adaptation"), slug("β-VAE"), slug("LoRA+"), slug("GPT-3.5")
    ('low-rank-adaptation', 'beta-vae', 'loraplus', 'gpt-3-5')
    """
    return re.sub(r"[\W_]+", "-", fold(name)).strip("-")
