"""Word vectors from the corpus: positive pointwise mutual information, reduced by a randomised SVD.

Levy and Goldberg 2014 (PPMI and SVD do what word2vec does); Halko, Martinsson, Tropp 2011 (the
randomised range finder). Reads the corpus and the training papers, writes build/train/vectors.npz
and words.txt; about a minute.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from kgraph.extraction.tokens import token_spans
from pipelines.corpus import ALL, TRAIN, read_annotated, read_corpus

SMALLEST_COUNT = 8
DIMENSIONS = 128
CONTEXTS = 6000  # the commonest words serve as contexts
NEAR = ((2, 1.0), (3, 0.8), (4, 0.6), (5, 0.4))  # distance and weight; distance 1 is kept apart, by side

Floats = npt.NDArray[np.float32]


@click.command()
@click.option("--build", type=click.Path(path_type=Path), default=Path("build/train"), show_default=True)
@click.option("--papers", default=ALL, help="Only so many papers of the corpus and of the gold, to try it.")
def main(build: Path, papers: int) -> None:
    """Write word vectors."""
    write_vectors(build, papers)


def write_vectors(folder: Path, limit: int = ALL) -> None:
    """Write the vocabulary, its counts, shares of capitals and vectors into a folder."""
    gold = (annotated.paper for annotated in read_annotated(TRAIN)[:limit])
    texts = (paper.text for paper in chain(read_corpus(limit), gold))
    words, counts, capitalised, stream, bounds = _count(texts)
    vectors = _vectors(_encode(stream, bounds, len(words)), len(words))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.txt").write_text("\n".join(words) + "\n", "utf-8", newline="\n")
    np.savez(folder / "vectors.npz", counts=counts, capitalised=capitalised, vectors=vectors)


def _count(
    texts: Iterable[str],
) -> tuple[list[str], npt.NDArray[np.int32], Floats, npt.NDArray[np.int32], list[int]]:
    """Number words by falling count; return them, counts, shares of capitals, the stream and text bounds."""
    ids: dict[str, int] = {}
    stream: list[int] = []
    bounds = [0]
    capitals: Counter[int] = Counter()
    for text in texts:
        for start, end in token_spans(text):
            word = text[start:end]
            lower = word.lower()
            id_ = ids.setdefault(lower, len(ids))
            stream.append(id_)
            if word != lower:
                capitals[id_] += 1
        bounds.append(len(stream))
    every = np.array(stream, np.int32)
    counts = np.bincount(every, minlength=len(ids))
    names = list(ids)
    kept = sorted(np.flatnonzero(counts >= SMALLEST_COUNT).tolist(), key=lambda i: (-counts[i], names[i]))
    renumber = np.full(len(ids), -1, np.int32)
    renumber[kept] = np.arange(len(kept))
    share = np.array([(capitals[i] + 0.5) / (counts[i] + 1) for i in kept], np.float32)
    return [names[i] for i in kept], counts[kept].astype(np.int32), share, renumber[every], bounds


def _encode(stream: npt.NDArray[np.int32], bounds: list[int], size: int) -> sp.csr_matrix:
    """Return PPMI of every word with its left, right and near contexts, shape (size, 3 * CONTEXTS)."""
    text = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))

    def pairs(distance: int, weight: float) -> sp.csr_matrix:
        left, right = stream[:-distance], stream[distance:]
        good = (left >= 0) & (right >= 0) & (text[:-distance] == text[distance:])
        ones = np.full(int(good.sum()), weight, np.float32)
        return sp.coo_matrix((ones, (left[good], right[good])), shape=(size, size)).tocsr()

    beside = pairs(1, 1.0)
    near = sum((pairs(*at) for at in NEAR[1:]), pairs(*NEAR[0]))
    return sp.hstack([_ppmi(beside), _ppmi(beside.T.tocsr()), _ppmi(near + near.T)]).tocsr()


def _ppmi(counts: sp.csr_matrix) -> sp.csr_matrix:
    pairs = counts[:, :CONTEXTS].tocoo()
    rows = np.bincount(pairs.row, pairs.data, pairs.shape[0])
    columns = np.bincount(pairs.col, pairs.data, pairs.shape[1]) ** 0.75
    columns /= columns.sum()
    values = np.maximum(np.log(pairs.data / (rows[pairs.row] * columns[pairs.col])), 0)
    return sp.csr_matrix((values.astype(np.float32), (pairs.row, pairs.col)), shape=pairs.shape)


def _vectors(matrix: sp.csr_matrix, size: int) -> Floats:
    basis = np.random.default_rng(0).standard_normal((matrix.shape[1], DIMENSIONS + 20)).astype(np.float32)
    for _ in range(4):
        basis, _ = np.linalg.qr(matrix.T @ (matrix @ basis))
    left, scale, _ = np.linalg.svd(matrix @ basis, full_matrices=False)
    vectors = left[:, :DIMENSIONS] * scale[:DIMENSIONS] ** 0.5
    unit: Floats = (vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6)).astype(np.float32)
    return unit


if __name__ == "__main__":
    main()
