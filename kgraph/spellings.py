"""Spellings to forms: which spellings of a collection differ only in ways that never carry meaning.

A form is named by its key. Case, hyphens, TeX and British spelling fold by `keys.alias_key`
alone; a plural s needs the whole collection, for Atlas is no plural of Atla.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import permutations

from kgraph.keys import FUNCTION_WORDS, alias_key

_WORD = re.compile(r"[^\W\d_]+|\d+")
_PARTICLE = re.compile(r"^(auto|cross|fine|inter|multi|non|pre|self|semi|sub|super)(?=[a-z]{4})")
_ENDING = re.compile(r"(?<=\w{4})(?:ations?|ions?|ers?|ors?)$|(?<=\w{3})(?:ings?|ed|es?|s)$")
_ACRONYM = re.compile(r"[A-Z].*[A-Z]|\d")
_PLURAL = re.compile(r"(?:[A-Z0-9]|[^\W\d_]{2}[a-rt-z])s\W*$")  # GANs, models; not DAVIS, loss


def fold_spellings(
    keys: Mapping[str, str],
    papers: Mapping[str, int],
    together: Iterable[Iterable[str]],
    known: Container[str],
) -> dict[str, str]:
    """Map every spelling to its form, given its alias key and in how many papers it stands.

    A plural folds if its singular stands in at least as many papers, or next to it as a
    spelling of one thing (`together`), or is a key of the lexicon (`known`). A key of the
    lexicon is itself never taken for a plural.

    >>> papers = {"GANs": 1, "GAN": 2, "Atlas": 3, "Atla": 1, "DPS": 1, "DP": 9}
    >>> fold_spellings({name: name.lower() for name in papers}, papers, [], ())
    {'GANs': 'gan', 'GAN': 'gan', 'Atlas': 'atlas', 'Atla': 'atla', 'DPS': 'dps', 'DP': 'dp'}
    """
    plurals = {
        spelling: key for spelling, key in keys.items() if key not in known and _PLURAL.search(spelling)
    }
    singulars_of = {key: list(_singulars(key)) for key in plurals.values()}
    counts: Counter[str] = Counter()
    plural_counts: Counter[str] = Counter()
    for spelling, key in keys.items():
        (plural_counts if spelling in plurals else counts)[key] += papers[spelling]
    seen_together = {
        (keys[a], keys[b]) for group in together for a, b in permutations(group, 2) if a in plurals
    }
    forms: dict[str, str] = {}
    for key, singulars in singulars_of.items():
        for singular in singulars:
            if (
                singular in known
                or counts[singular] >= plural_counts[key]
                or ((key, singular) in seen_together and counts[singular])
            ):
                forms[key] = singular
                break
    return {spelling: forms.get(key, key) if spelling in plurals else key for spelling, key in keys.items()}


def known_key(spelling: str, known: Container[str]) -> str:
    """Return the key of a spelling, or of what it is a plural of where only that is known.

    >>> [known_key(name, {"gan", "davis"}) for name in ("GANs", "DAVIS", "Atlas")]
    ['gan', 'davis', 'atlas']
    """
    key = alias_key(spelling) or spelling
    if key in known or not _PLURAL.search(spelling):
        return key
    return next((singular for singular in _singulars(key) if singular in known), key)


def may_fold(key: str) -> set[str]:
    """Return all keys that a collection might fold with this one: its plurals, or what it is the plural of.

    >>> sorted(may_fold("policy")), sorted(may_fold("gans"))
    (['policies', 'policy', 'policyes', 'policys'], ['gan', 'ganes', 'gans', 'ganses', 'ganss'])
    """
    bases = {key, *(_singulars(key) if key.endswith("s") else ())}
    return bases | {plural for base in bases for plural in _plurals(base)}


def _plurals(key: str) -> Iterator[str]:
    yield from (f"{key}s", f"{key}es")
    if key.endswith("y"):
        yield f"{key[:-1]}ies"


def _singulars(key: str) -> Iterator[str]:
    """Yield what a plural may be the plural of.

    >>> list(_singulars("policies")), list(_singulars("losses"))
    (['policie', 'policy'], ['losse', 'loss'])
    """
    yield key[:-1]
    if key.endswith("ies"):
        yield f"{key[:-3]}y"
    elif key.endswith("es"):
        yield key[:-2]


def is_short(text: str) -> bool:
    """Tell a name like an acronym from a phrase.

    >>> [is_short(text) for text in ("LoRA", "MS-COCO", "state-space", "Vision Transformer")]
    [True, True, False, False]
    """
    return " " not in text and ("-" not in text or bool(_ACRONYM.search(text)))


def telling_stems(text: str) -> frozenset[str]:
    """Return the stems of a phrase but for words that say only what kind of thing it names.

    >>> sorted(telling_stems("mixture-of-experts layers")), sorted(telling_stems("the model"))
    (['expert', 'mixtur'], ['model'])
    """
    words = frozenset(stems(text))
    return (words - _KINDS) or words


def stems(text: str) -> tuple[str, ...]:
    """Reduce a phrase to what its words share with their other endings, numbers apart.

    >>> stems("Masked Auto-Encoders"), stems("masking autoencoder 2")
    (('mask', 'auto', 'encod'), ('mask', 'auto', 'encod', '2'))
    >>> stems("continual learning"), stems("contrastive learning")
    (('continual', 'learn'), ('contrastiv', 'learn'))
    """
    return tuple(stem for word in _WORD.findall(text.lower()) for stem in _stems_of(word)) or (text,)


@lru_cache(1 << 16)  # the same words come again and again
def _stems_of(word: str) -> tuple[str, ...]:
    parts = _PARTICLE.sub(r"\1 ", word).split()
    return tuple(_ENDING.sub("", part) for part in parts if part not in FUNCTION_WORDS)


_KINDS = frozenset(
    stems(
        "algorithm approach architecture based benchmark block corpus dataset framework layer mechanism"
        " method model module network operator paradigm procedure project scheme strategy technique that"
    )
)
