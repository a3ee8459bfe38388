r"""Text to text: the keys by which spellings are compared, and the slugs of ids."""

import re
import unicodedata

_GREEK = {c: unicodedata.name(c).split()[-1].lower() for c in "αβγδεζηθικλμνξοπρστυφχψω"}
_TEX_GREEK = re.compile(
    r"\\(?:var)?(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau"
    r"|upsilon|phi|chi|psi|omega)(?![a-z])",
    re.IGNORECASE,
)
_DROPPED = re.compile(r"[\s_/$^{}().,'`\"\\‐-―−-]")


def fold(name: str) -> str:
    """Spell a name in lower case with Greek letters, `+` and `*` spelled out, punctuation kept.

    >>> fold("β-VAE"), fold("LoRA+"), fold(r"$\\beta$-VAE")
    ('beta-vae', 'loraplus', '$beta$-vae')
    """
    name = _TEX_GREEK.sub(lambda m: m[1].lower(), name)
    name = unicodedata.normalize("NFKC", name).lower()
    name = "".join(_GREEK.get(c, c) for c in name)
    return name.replace("+", "plus").replace("*", "star")


def alias_key(name: str) -> str:
    """Fold the spellings of one name that differ only in case, spaces, hyphens and TeX.

    A plural s is not folded here: that needs the whole collection (`entities.resolve`).

    >>> alias_key("GPT–4"), alias_key("gpt 4"), alias_key(r"$\\beta$-VAE"), alias_key("Q*")
    ('gpt4', 'gpt4', 'betavae', 'qstar')
    """
    return _DROPPED.sub("", fold(name))


def slug(name: str) -> str:
    """Make a name fit for an id: lower-case words of letters and digits, joined by hyphens.

    >>> slug("Low-Rank Adaptation"), slug("β-VAE"), slug("LoRA+"), slug("GPT-3.5")
    ('low-rank-adaptation', 'beta-vae', 'loraplus', 'gpt-3-5')
    """
    return re.sub(r"[\W_]+", "-", fold(name)).strip("-")
