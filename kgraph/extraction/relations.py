"""Relations that a paper states between two things: mentions of one sentence, judged by the network."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from kgraph.extraction.network import RELATION_CLASSES, REVERSED
from kgraph.extraction.tagger import Reading, Tagger
from kgraph.records import Mention, Statement

LEAST_PROBABILITY = 0.25  # chosen by cross-validation on the training papers
_MOST_PAIRS = 2000  # of mentions in one paper; a text with more is a list, not prose


def find_statements(mentions: Sequence[Mention], reading: Reading, tagger: Tagger) -> Iterator[Statement]:
    """Yield the relations between mentions, given in reading order, each with the pair that shows it best."""
    pairs = _pairs(mentions)
    if not pairs:
        return
    scores = tagger.pair_scores(reading, [(mentions[i], mentions[j]) for i, j in pairs])
    tied: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, (i, j) in enumerate(pairs):
        one, two = mentions[i].name, mentions[j].name
        if one > two:
            scores[place] = scores[place, REVERSED]
        tied[min(one, two), max(one, two)].append(place)
    for (lesser, _), places in tied.items():
        pooled = np.logaddexp.reduce(scores[places], axis=0)
        pooled = np.exp(pooled - pooled.max())
        probability = pooled / pooled.sum()
        best = int(probability[1:].argmax()) + 1
        if probability[best] >= LEAST_PROBABILITY:
            i, j = pairs[places[int(scores[places, best].argmax())]]
            yield _statement(mentions[i], mentions[j], lesser, best, float(probability[best]))


def _pairs(mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    pairs = []
    for i, one in enumerate(mentions):
        for j in range(i + 1, len(mentions)):
            if mentions[j].sentence_start != one.sentence_start:
                break
            if mentions[j].name != one.name:
                pairs.append((i, j))
        if len(pairs) > _MOST_PAIRS:
            break
    return pairs


def _statement(one: Mention, two: Mention, lesser: str, best: int, probability: float) -> Statement:
    relation = RELATION_CLASSES[best]
    source, target = (one, two) if one.name == lesser else (two, one)
    if relation.startswith("<"):
        source, target = target, source
    spans = (source.start, source.end), (target.start, target.end)
    return Statement(one.paper, spans[0], relation.lstrip("<"), spans[1], round(1000 * probability))
