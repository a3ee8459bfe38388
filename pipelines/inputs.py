"""What the trainings depend on and where they write, and how they tell how far they are.

A checkpoint of other inputs is not taken up; project.yml declares the same ones.
"""

import sys
import time
from pathlib import Path

from pipelines.corpus import ANNOTATIONS, CORPUS, DEV, SEEDS, TRAIN
from pipelines.schedule import CONFIG

BUILD = Path("build/train")
OF_WORDS = ("vectors.npz", "words.txt", "word_contexts.npz")
PRETRAINED = "pretrained.pt"
_HERE, _PACKAGE = Path(__file__).parent, Path(__file__).parents[1] / "kgraph"
_EXTRACTION = (
    *("candidates", "decoding", "definitions", "features", "grouping"),
    *("network", "tagger", "things", "tokens"),
)
EXAMPLES = (
    *(CORPUS, TRAIN, ANNOTATIONS, CONFIG, _PACKAGE / "data" / "lexicon.tsv"),
    *(_HERE / f"{name}.py" for name in ("candidates", "checkpoint", "corpus", "evidence")),
    *(_HERE / f"{name}.py" for name in ("inputs", "model", "schedule")),
    *(_PACKAGE / f"{name}.py" for name in ("keys", "lexicon", "matching", "records")),
    *(_PACKAGE / "extraction" / f"{name}.py" for name in _EXTRACTION),
)
STAGES = (
    *EXAMPLES,
    *(DEV, SEEDS),  # of these the titles and beginnings: they stay out
    *(_HERE / f"{name}.py" for name in ("contexts", "export", "learning", "made_up", "teacher", "train")),
    _HERE / "made_up.jsonl",
    *(_PACKAGE / "sources" / f"{name}.py" for name in ("page_lines", "pages")),
)


class Progress:
    """Tells after each pass of a training how it went, and when its last may end."""

    def __init__(self, training: str, passes: int) -> None:
        self._training, self._passes = training, passes
        self._ran, self._started = 0, time.monotonic()

    def __call__(self, done: int, loss: float) -> None:
        self._ran += 1
        left = (time.monotonic() - self._started) / self._ran * (self._passes - done) / 60
        said = f"{self._training}: pass {done} of {self._passes}, loss {loss:.1f}, {left:.0f} min left"
        print(said, file=sys.stderr, flush=True)
