"""What was found in one paper -> the object that `extract` prints, `export` writes and gold files hold."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, overload

from kgraph.arguments import at_least, files
from kgraph.config import Config
from kgraph.extraction import Extractor, find_mentions, load_extractor
from kgraph.records import ROLES, Extraction, Mention, Paper, common_label

Document = dict[str, Any]
Paths = str | Path | Sequence[str | Path]
Spans = Mapping[tuple[int, int], str]  # start and end of a mention -> the entity that it names


@overload
def extract(  # type: ignore[overload-overlap]  # a string is an iterable of strings, but one text
    papers: str | Paper, *, lexicon: Paths = ..., nlp: str | None = ..., jobs: int = ...
) -> Document: ...


@overload
def extract(
    papers: Iterable[str | Paper], *, lexicon: Paths = ..., nlp: str | None = ..., jobs: int = ...
) -> list[Document]: ...


def extract(
    papers: str | Paper | Iterable[str | Paper],
    *,
    lexicon: Paths = (),
    nlp: str | None = None,
    jobs: int = Config.jobs,
) -> Document | list[Document]:
    """Find what a text, a paper or several of them name; no store is needed.

    Offsets count into the text as given. Of a text with several lines the first is the title.
    """
    at_least(1, jobs=jobs)
    given = [papers] if isinstance(papers, str | Paper) else list(papers)
    extractor = _load_once(nlp, tuple((Path(path), _changed(path)) for path in files(lexicon)))
    found = list(find_documents(map(_as_paper, given), extractor, jobs))
    whole = [
        _of_one_line(text, one) if _is_line(text) else one for text, one in zip(given, found, strict=True)
    ]
    return whole[0] if isinstance(papers, str | Paper) else whole


@lru_cache(maxsize=1)
def _load_once(nlp: str | None, lexicon: tuple[tuple[Path, float], ...]) -> Extractor:
    """Keep the last extractor: loading one takes a second, a sentence in a notebook a moment."""
    return load_extractor(nlp, [path for path, _ in lexicon])


def _changed(path: str | Path) -> float:
    return Path(path).stat().st_mtime if Path(path).exists() else 0.0


def find_documents(
    papers: Iterable[Paper], extractor: Extractor, jobs: int = Config.jobs
) -> Iterator[Document]:
    """Yield what each paper names, in the order of the papers, as they come."""
    kept: deque[Paper] = deque()

    def keep() -> Iterator[Paper]:
        for paper in papers:
            kept.append(paper)
            yield paper

    for found in find_mentions(keep(), extractor, jobs):
        yield document(kept.popleft(), found)


def _is_line(text: str | Paper) -> bool:
    return isinstance(text, str) and "\n" not in text


def _as_paper(text: str | Paper) -> Paper:
    if isinstance(text, Paper):
        return text
    title, newline, abstract = text.partition("\n")
    return Paper("", title, abstract) if newline else Paper("", "", text)


def _of_one_line(text: str | Paper, found: Document) -> Document:
    """Undo that a lone line was read as an abstract under an empty title, which sets it off by one."""
    for entity in found["entities"]:
        for mention in entity["mentions"]:
            mention["start"] -= 1
            mention["end"] -= 1
    return {**found, "title": text, "abstract": ""}


def document(paper: Paper, found: Extraction, entity_of: Spans | None = None) -> Document:
    """Return a paper with its entities, in order of first mention, and its relations.

    With `entity_of` each entity carries the id of its graph node, None if it has none.
    """
    by_name = groupby(sorted(found.mentions, key=attrgetter("name")), attrgetter("name"))
    named = sorted((list(mentions) for _, mentions in by_name), key=lambda mentions: mentions[0].start)
    names = {(mention.start, mention.end): mention.name for mention in found.mentions}
    relations = ([names[said.source], said.relation, names[said.target]] for said in found.statements)
    return {
        "id": paper.id or next(iter(paper.ids), ""),
        "title": paper.title,
        "abstract": paper.abstract,
        "entities": [_entity(mentions, entity_of) for mentions in named],
        "relations": [list(relation) for relation in sorted(set(map(tuple, relations)))],
    }


def _entity(mentions: list[Mention], entity_of: Spans | None) -> dict[str, Any]:
    name = mentions[0].name
    entity: Document = {
        "name": name,
        "type": common_label((mention.label, mention.score) for mention in mentions),
        "role": min((mention.role for mention in mentions), key=ROLES.index),
        "aliases": list(dict.fromkeys(mention.text for mention in mentions if mention.text != name)),
        "mentions": [{"start": m.start, "end": m.end, "text": m.text} for m in mentions],
    }
    if entity_of is not None:
        nodes = [entity_of.get((mention.start, mention.end)) for mention in mentions]
        entity["node"] = next(filter(None, nodes), None)
    return entity
