"""Training state on disk: whole or absent, whenever the process is killed."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import torch


def save(path: Path, state: dict[str, Any]) -> None:
    """Write `state` so that `path` holds either the old or the new state, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".fresh")
    with fresh.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def load(path: Path) -> dict[str, Any] | None:
    """The state at `path`, or None. Tensors and plain values only: no code is run."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def chance(stage: str, step: int) -> tuple[random.Random, torch.Generator]:
    """The randomness of one step. It depends on the step alone, so a resumed training goes on
    exactly as if it had never stopped."""
    rng = random.Random(f"{stage} {step}")
    return rng, torch.Generator().manual_seed(rng.getrandbits(62))
