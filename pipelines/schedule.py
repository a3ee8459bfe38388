"""How the tagger learns, as pipelines/train.cfg says it."""

from dataclasses import dataclass
from pathlib import Path

from confection import Config

CONFIG = Path(__file__).with_name("train.cfg")


@dataclass(frozen=True)
class Schedule:
    """The section [training], by its names."""

    seed: int
    passes: int
    half_passes: int
    guessing_passes: int
    rate: float
    last_rate: float
    batch: int
    gold_times: int
    mean_decay: float


def read_schedule(path: Path = CONFIG) -> Schedule:
    """Read a config; raise TypeError for a name that is missing or unknown."""
    return Schedule(**Config().from_disk(path)["training"])
