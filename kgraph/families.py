"""Versions and sizes: which entity is the family of another, as their names alone prove.

"Llama-2-7B" is a Llama 2 and "Llama 2" a Llama: what follows the longest name that is another
entity's is nothing but numbers, sizes and words that number versions. LoRA+ and QLoRA are no
versions of LoRA, and what shares no whole words, as SuperGLUE and GLUE, is nothing of the kind.
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
_SIZES = "nano tiny mini small medium base large big huge giant xs xxs xl xxl s m b l h g k t"
_VERSIONS = "v lite light pro plus turbo preview hard extra ultra flash"
_AFTER_NUMBER = frozenset(["max", "next", "o", "e", "p"])  # PPO-Max is no version of PPO
_STATES = "instruct chat it base cased uncased full dev test val opus sonnet haiku"
_UNITS = ("b", "m", "k", "t")
_LETTER = re.compile(r"-[A-Z]\Z")  # ImageNet-C, ROUGE-L; but GPT-J is another model, and DALL-E no DALL
_VARIANT = frozenset(f"{_SIZES} {_VERSIONS} {_STATES}".split())
_LEAST_FAMILY = (
    3  # characters; 2 with a digit or before a size: "F1" is no F, but "T5-11B" a T5, "Yi-34B" a Yi
)
_COINED = re.compile(r"[a-z]+\d[a-z]")
_SIZE = re.compile(r"\d[\d.]*[BMK]\b")
_KINDS = ({"method", "model"},)  # a version may be of another type than its family


def find_families(entities: Iterable[Entity]) -> Iterator[tuple[str, str]]:
    """Yield the ids of an entity and of its family, by id; only names that mean one entity prove it."""
    entities = list(entities)
    bearers: dict[str, set[str]] = defaultdict(set)
    for entity in entities:
        for spelling in _family_names(entity):
            bearers[alias_key(spelling)].add(entity.id)
    type_of = {entity.id: entity.type for entity in entities}
    for entity in sorted(entities, key=lambda entity: entity.id):
        lettered = entity.type in ("dataset", "metric")
        for spelling in filter(is_versioned, (entity.name, *entity.aliases)):
            family = next(
                (
                    bearer
                    for key in _families(spelling, lettered)
                    for bearer in bearers.get(key, ())
                    if len(bearers[key]) == 1 and bearer != entity.id
                ),
                None,
            )
            if family is not None and _akin(entity.type, type_of[family]):
                yield entity.id, family
                break


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
        return True
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
