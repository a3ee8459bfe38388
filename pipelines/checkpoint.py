"""Where a training stands after a pass, so that one that was stopped goes on and ends in the same bytes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch


class Stateful(Protocol):
    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any], /) -> object: ...


@dataclass(frozen=True)
class Checkpoint:
    """One file; what another training left there is not taken up."""

    path: Path
    training: str  # names what is learnt from and how: see `fingerprint`

    def save(self, passes: int, parts: Mapping[str, Stateful], rng: np.random.Generator) -> None:
        """Keep the state of all parts and of both sources of chance after so many passes."""
        kept = {
            "training": self.training,
            "passes": passes,
            "parts": {name: part.state_dict() for name, part in parts.items()},
            "chance": (torch.get_rng_state(), rng.bit_generator.state),
        }
        save_whole(kept, self.path)

    def resume(self, parts: Mapping[str, Stateful], rng: np.random.Generator) -> int:
        """Put the parts where they stood, if this training was begun; return the passes that are done."""
        if not self.path.exists():
            return 0
        kept = torch.load(self.path, weights_only=True)
        if kept["training"] != self.training:
            return 0
        for name, part in parts.items():
            part.load_state_dict(kept["parts"][name])
        torch_state, rng.bit_generator.state = kept["chance"]
        torch.set_rng_state(torch_state)
        return int(kept["passes"])


def save_whole(content: object, path: Path) -> None:
    """Write a file that is complete or, if this is stopped, as it was."""
    partial = path.with_suffix(".partial")
    torch.save(content, partial)
    partial.replace(path)


def fingerprint(files: Iterable[Path], *choices: object) -> str:
    """Digest the names and contents of files, or of all in a folder, and what else was chosen."""
    digest = hashlib.sha256(repr(choices).encode())
    every = (one for path in files for one in (sorted(path.iterdir()) if path.is_dir() else [path]))
    for path in every:
        content = path.read_bytes()
        digest.update(repr((path.name, len(content))).encode())  # so that no file passes into the next
        digest.update(content)
    return digest.hexdigest()
