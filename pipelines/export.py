"""Write the trained tagger as `kgraph.extraction.network` reads it: 8-bit word vectors, 16-bit weights.

The last step of `make train` but the model card: reads build/train/model.pt, the words' vectors and the
annotated papers, whose evidence goes with the weights; writes kgraph/data/tagger.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import torch

from kgraph.extraction.features import Counts
from pipelines.corpus import ALL, GOLD, read_training_papers
from pipelines.evidence import count_evidence, write_evidence
from pipelines.model import Model, read_words

LAYERS = (
    *(
        "same_word",
        "sentence",
        "whole",
        "label",
        "seek",
        "offer",
        "mention",
        "company",
        "judge",
        "role",
        "thing_type",
    ),
    "meeting",
    *("pair_first", "pair_second", "pair_flags", "pair_met", "pair", "pair_role"),
)


@click.command()
@click.option("--build", type=click.Path(path_type=Path), default=Path("build/train"), show_default=True)
@click.option(
    "--tagger", type=click.Path(path_type=Path), default=Path("kgraph/data/tagger"), show_default=True
)
@click.option("--papers", default=ALL, help="So many as the model has learnt from, if not from all.")
def main(build: Path, tagger: Path, papers: int) -> None:
    """Export what was trained."""
    gold, ours = read_training_papers(papers)
    export(read_model(build, build), count_evidence([*gold, *ours]), build, tagger)


def read_model(build: Path, folder: Path) -> Model:
    """Load the model.pt of a folder; `build` holds the words that it knows."""
    model = Model(read_words(build)[1])
    model.load_state_dict(torch.load(folder / "model.pt", weights_only=True))
    return model


def export(model: Model, evidence: Mapping[str, Counts], training: Path, folder: Path) -> None:
    """Write weights, words and evidence into a folder; `training` holds what pipelines.vectors wrote."""
    state = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    tables = np.load(training / "vectors.npz")
    vectors = state["vectors"][1:]
    scales = np.abs(vectors).max(axis=1) / 127
    weights: dict[str, npt.NDArray[np.generic]] = {
        "word_vectors": np.round(vectors / scales[:, None]).astype(np.int8),
        "word_scales": scales.astype(np.float16),
        "word_counts": tables["counts"].astype(np.int32),
        "word_capitalised": np.round(tables["capitalised"] * 255).astype(np.uint8),
    }
    weights |= {name: value.astype(np.float16) for name, value in _named(state).items()}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "weights.npz", **weights)  # type: ignore[arg-type]  # numpy's stub
    write_evidence(evidence, folder / "evidence.tsv")
    words = (training / "words.txt").read_text("utf-8").split("\n")[:-1]
    (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False) + "\n", "utf-8", newline="\n")


def _named(state: dict[str, npt.NDArray[np.float32]]) -> dict[str, npt.NDArray[np.float32]]:
    """The arrays by the names and in the shapes that the network uses: inputs first."""
    named = {
        "enter": state["enter.weight"].T,
        "enter_shift0": state["enter.bias"],
        "enter_scale": state["enter_norm.weight"],
        "enter_shift": state["enter_norm.bias"],
    }
    for k in range(4):
        named[f"affix{k}"] = state[f"affixes.{k}.weight"]
        named[f"here{k}"] = state[f"convolutions.{k}.here.weight"].T
        named[f"here{k}_shift"] = state[f"convolutions.{k}.here.bias"]
        named[f"beside{k}"] = state[f"convolutions.{k}.beside.weight"].T
        named[f"norm{k}_scale"], named[f"norm{k}_shift"] = (
            state[f"norms.{k}.weight"],
            state[f"norms.{k}.bias"],
        )
    for name in LAYERS:
        named[name] = state[f"{name}.weight"].T
        if f"{name}.bias" in state:
            named[f"{name}_shift"] = state[f"{name}.bias"]
    named["far"] = state["far"]
    for name, shift in {
        "enter": "enter_shift0",
        "label": "label_shift",
        "role": "role_shift",
        "pair": "pair_shift",
    }.items():
        named[shift] = named[shift] + state[f"habits.{name}.weight"][GOLD]
    return named


if __name__ == "__main__":
    main()
