"""Versions and sizes: which entity is the family of another, as their names alone prove.

"Llama-2-7B" is a Llama 2 and "Llama 2" a Llama: what follows the longest name that is another
entity's is nothing but numbers, sizes and words that number versions. LoRA+ and QLoRA are no
versions of LoRA, and what shares no whole words, as SuperGLUE and GLUE, is nothing of the kind.
A letter before the number (DeepSeek-R1) makes a version if a family has several such, and a version of
another thing behind a model (CLIP ViT-L/14) tells which of that model.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from kgraph.keys import alias_key, fold
from kgraph.records import Entity
from kgraph.spellings import is_short

# numbers, as 8x7 too; the V of a version; words, without such a V at their end
_PART = re.compile(r"\d+(?:[.x]\d+)*|v(?=\d)|(?<=[a-z])V(?=\d)|[^\W\d_]+?(?=v\d|(?<=[a-z])V\d)|[^\W\d_]+")
_GAP = re.compile(r"[\s_/@.:()‐-―-]*")
_NUMBER = re.compile(r"\d")
_SIZES = "nano tiny mini small medium base large big huge giant xs xxs xl xxl s m b l h g t"
_VERSIONS = "v lite light pro plus turbo preview hard extra ultra flash"
_AFTER_NUMBER = frozenset(["max", "next", "o", "e", "p", "k"])  # PPO-Max is no PPO, Top-k no ToP
_STATES = "instruct chat it base cased uncased full dev test val opus sonnet haiku"
_UNITS = ("b", "m", "k", "t")
_LETTER = re.compile(r"-[A-Z]\Z")  # ImageNet-C, ROUGE-L; but GPT-J is another model, and DALL-E no DALL
_VARIANT = frozenset(f"{_SIZES} {_VERSIONS} {_STATES}".split())
_LEAST_FAMILY = (
    3  # characters; 2 with a digit or before a size: "F1" is no F, but "T5-11B" a T5, "Yi-34B" a Yi
)
_ANOTHER = re.compile(r"[Tt]\d")  # no size before a number: VL-T5 is no VL
_LETTER_AND_NUMBER = re.compile(r"(.+)[ -]([A-Za-z]\d[\d.]*)")
_COINED = re.compile(r"[a-z]+\d[a-z]")
_SIZE = re.compile(r"\d[\d.]*[BMK]\b")
_KINDS = ({"method", "model"},)  # a version may be of another type than its family


def find_families(entities: Iterable[Entity]) -> Iterator[tuple[str, str]]:
    """Yield the ids of an entity and of its family, by id; only names that mean one entity prove it."""
    entities = sorted(entities, key=lambda entity: entity.id)
    names = _Names(entities)
    for entity in entities:
        family = next(names.families(entity), None)
        if family is not None:
            yield entity.id, family


class _Names:
    """What the names of a collection say of each other."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._bearers: dict[str, list[Entity]] = defaultdict(list)  # by the key of a name
        self._lettered: dict[str, set[str]] = defaultdict(set)  # key of a family -> R1, V3
        for entity in entities:
            for spelling in _family_names(entity):
                self._bearers[alias_key(spelling)].append(entity)
                lettered = _LETTER_AND_NUMBER.fullmatch(spelling)
                if lettered:
                    self._lettered[alias_key(lettered[1])].add(fold(lettered[2]))

    def families(self, entity: Entity) -> Iterator[str]:
        """Yield the ids of what an entity is a version of by one of its names."""
        for spelling in filter(is_versioned, (entity.name, *entity.aliases)):
            bearers = map(self._bearer, self._keys(spelling, entity.type))
            family = next((one for one in bearers if one is not None and one.id != entity.id), None)
            if family is not None and _akin(entity.type, family.type):
                yield family.id

    def _bearer(self, key: str) -> Entity | None:
        bearers = {entity.id: entity for entity in self._bearers.get(key, ())}
        return next(iter(bearers.values())) if len(bearers) == 1 else None

    def _keys(self, spelling: str, type_: str) -> Iterator[str]:
        yield from _families(spelling, type_ in ("dataset", "metric"))
        lettered = _LETTER_AND_NUMBER.fullmatch(spelling)
        if lettered and len(self._lettered[alias_key(lettered[1])]) > 1:
            yield alias_key(lettered[1])
        if type_ == "model":
            yield from self._before_another(spelling)

    def _before_another(self, spelling: str) -> Iterator[str]:
        """Yield the key of a model before a version of another: that of CLIP for "CLIP ViT-L/14"."""
        for gap in re.finditer(" ", spelling):
            key, version = alias_key(spelling[: gap.start()]), spelling[gap.end() :]
            model = self._bearer(key)
            if model is not None and model.type == "model" and any(map(self._bearer, _families(version))):
                yield key


def _family_names(entity: Entity) -> Iterator[str]:
    """Yield by what versions may call an entity.

    Of the aliases of a phrase only the word that it begins with: Swin-B is a Swin Transformer, but GLM-130B
    is no generalized linear model.
    """
    yield entity.name
    begin = entity.name.split()[0]
    yield from (alias for alias in entity.aliases if is_short(entity.name) or alias == begin)


def is_versioned(spelling: str) -> bool:
    """Tell whether a name may end in a version: one word, or words that begin like a name.

    >>> [is_versioned(name) for name in ("GPT-4o", "Llama 2 7B", "SQuAD 2.0", "top k", "ImageNet Large")]
    [True, True, True, False, True]
    >>> is_versioned("wav2vec 2.0")
    True
    """
    return is_short(spelling) or any(c.isupper() for c in spelling) or bool(_COINED.match(spelling))


def _families(spelling: str, lettered: bool = False) -> Iterator[str]:
    """Yield keys of what a name may be a version of, the longest first; a letter is a version if `lettered`.

    >>> list(_families("Llama-2-7B")), list(_families("ViT-B/16")), list(_families("GPT-4o"))
    (['llama2', 'llama'], ['vitb', 'vit'], ['gpt4', 'gpt'])
    >>> list(_families("LoRA+")), list(_families("MMLU-Pro")), list(_families("BERT score"))
    ([], ['mmlu'], [])
    """
    parts = list(_PART.finditer(spelling))
    for last in range(len(parts) - 1, 0, -1):
        if not _is_version(spelling, parts, last, lettered):
            return
        begun = spelling[: parts[last].start()]
        if _ends_whole(spelling, parts, last) and len(_PART.sub("", begun)) < len(begun):
            key = alias_key(begun)
            sure = not key.isalpha() or _SIZE.match(spelling, parts[last].start())
            if len(key) + bool(sure) >= _LEAST_FAMILY and not key.isdigit():
                yield key


def _is_version(spelling: str, parts: list[re.Match[str]], at: int, lettered: bool) -> bool:
    """Say whether one part is a number or a word of versions, and only gaps stand between it and the last."""
    part = parts[at]
    after = parts[at + 1].start() if at + 1 < len(parts) else len(spelling)
    if not _GAP.fullmatch(spelling, part.end(), after):
        return False
    if _NUMBER.match(part[0]) or fold(part[0]) in _VARIANT:
        return not _ANOTHER.match(spelling, part.start())
    if fold(part[0]) in _AFTER_NUMBER:
        return bool(_NUMBER.match(parts[at - 1][0]))
    return lettered and bool(_LETTER.search(spelling, part.start() - 1, part.end()))


def _ends_whole(spelling: str, parts: list[re.Match[str]], at: int) -> bool:
    """Say whether what stands before a part may end there: at a gap, or at digits but for 7B."""
    before, part = parts[at - 1], parts[at]
    if before.end() < part.start() or part[0] in ("v", "V"):
        return True
    return before[0][-1].isdigit() != part[0][0].isdigit() and fold(part[0]) not in _UNITS


def _akin(one: str, other: str) -> bool:
    return one == other or any({one, other} <= kinds for kinds in _KINDS)
