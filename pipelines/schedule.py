"""How the tagger learns, as pipelines/train.cfg says it."""

from dataclasses import dataclass, replace
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
    teacher_passes: int
    taught_passes: int
    rate: float
    last_rate: float
    encoder_rate: float
    teacher_last_rate: float
    taught_rate: float
    taught_last_rate: float
    batch: int
    gold_times: int
    rare_times: int
    mean_decay: float
    teacher_mean_decay: float

    def of_half(self) -> "Schedule":
        return replace(self, passes=self.half_passes)

    def of_guessing(self) -> "Schedule":
        return replace(self, passes=self.guessing_passes)

    def of_teacher(self) -> "Schedule":
        return replace(
            self,
            passes=self.teacher_passes,
            last_rate=self.teacher_last_rate,
            mean_decay=self.teacher_mean_decay,
        )

    def of_taught(self) -> "Schedule":
        return replace(
            self, passes=self.taught_passes, rate=self.taught_rate, last_rate=self.taught_last_rate
        )


def read_schedule(path: Path = CONFIG) -> Schedule:
    """Read a config; raise TypeError for a name that is missing or unknown."""
    return Schedule(**Config().from_disk(path)["training"])
