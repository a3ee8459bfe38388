"""The texts that training reads, all in ../shared, none of them copied: annotated papers and the corpus."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgraph.extraction.tokens import token_spans
from kgraph.records import Paper

SHARED = Path(__file__).parents[1].parent / "shared"
CORPUS = SHARED / "corpora" / "conference-abstracts.jsonl.gz"
TRAIN = SHARED / "gold" / "train.jsonl"
DEV = SHARED / "gold" / "dev.jsonl"


@dataclass(frozen=True)
class Annotated:
    """A paper and what annotators found in it."""

    paper: Paper
    entities: Sequence[Mapping[str, Any]]
    relations: Sequence[tuple[str, str, str]]

    def spans(self) -> list[tuple[int, int, int]]:
        """Return (first token, token after the last, index of the entity) wherever a spelling stands.

        The annotations are names without places: every occurrence at token edges counts, a plural
        s is taken in, and where two overlap the longer wins.
        """
        text = self.paper.text
        tokens = token_spans(text)
        starts = {start: i for i, (start, _) in enumerate(tokens)}
        ends = {end: i + 1 for i, (_, end) in enumerate(tokens)}
        found = []
        for index, entity in enumerate(self.entities):
            for spelling in sorted({entity["name"], *entity.get("aliases", ())}):
                for match in re.finditer(re.escape(spelling) + "s?", text):
                    for end in (match.end(), match.start() + len(spelling)):
                        if match.start() in starts and end in ends:
                            found.append((starts[match.start()], ends[end], index))
                            break
        taken: set[int] = set()
        kept = []
        for start, end, index in sorted(found, key=lambda span: (span[0] - span[1], span)):
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                kept.append((start, end, index))
        return sorted(kept)


def read_annotated(path: Path) -> list[Annotated]:
    documents = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Annotated(
            Paper(document["id"], document["title"], document["abstract"]),
            document["entities"],
            [tuple(relation) for relation in document["relations"]],
        )
        for document in documents
    ]


def read_corpus() -> Iterator[Paper]:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            record = json.loads(line)
            yield Paper(f"corpus:{number}", record["title"], record["abstract"])
