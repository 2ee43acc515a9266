"""Second and third stage: encode training scenes once, in shards, for the denoiser.

Clips last seven seconds. Most begin with their scene; the others are windows into its later
course, as an extension meets them.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from generation.demo_model import networks, progress
from generation.demo_model.drawing import STEPS, draw
from generation.demo_model.held_out import training_scenes
from generation.demo_model.recipe import Recipe
from generation.demo_model.scenes import Scene, caption
from generation.demo_model.train_autoencoder import as_tensor, trained

# Two seconds that are known and five that an extension adds, and the latent frames they make.
WINDOW_FRAMES = 29
WINDOW, CLIP = 8, 6
STILLS, CLIPS = "stills", "clips"
LATER = 0.3
BATCH = 10


@dataclass(frozen=True, slots=True)
class Examples:
    """Latents [count, channels, time, height, width] and their captions."""

    latents: torch.Tensor
    captions: list[str]


class Encoder:
    """Writes shards with the autoencoder as it is in `state`."""

    def __init__(self, folder: Path, state: Path, recipe: Recipe, device: str) -> None:
        self._folder, self._recipe, self._device = folder, recipe, device
        self._model = trained(state, recipe).to(device)
        networks.shorten_stills(self._model)

    def write(self, kind: str, until: int, say: Callable[[str], None]) -> None:
        """Write the shards of `kind` ("stills" or "clips") that are missing, up to `until`."""
        shards = self._recipe.still_shards if kind == STILLS else self._recipe.clip_shards
        for index in range(min(until, shards)):
            path = shard_path(self._folder, kind, index)
            if not path.exists():
                found = self._stills(index) if kind == STILLS else self._clips(index)
                progress.save(path, {"latents": found.latents, "captions": found.captions})
                say(f"{kind} {index + 1}/{shards}")

    def _stills(self, index: int) -> Examples:
        rng, _ = progress.chance(STILLS, index)
        scenes = list(itertools.islice(training_scenes(rng), self._recipe.shard_stills))
        captions = [caption(scene, still=True) for scene in scenes]
        return Examples(self._encode(draw(scene, 1) for scene in scenes), captions)

    def _clips(self, index: int) -> Examples:
        rng, _ = progress.chance(CLIPS, index)
        scenes = itertools.islice(training_scenes(rng), self._recipe.shard_clips)
        windows = [_window(scene, rng) for scene in scenes]
        captions = [caption(scene) for scene, _ in windows]
        drawn = (draw(scene, WINDOW_FRAMES, first) for scene, first in windows)
        return Examples(self._encode(drawn), captions)

    @torch.no_grad()
    def _encode(self, drawn: Iterable[NDArray[np.float32]]) -> torch.Tensor:
        encoded = []
        drawings = iter(drawn)
        while batch := list(itertools.islice(drawings, BATCH)):
            frames = as_tensor(np.stack(batch)).to(self._device)
            encoded.append(self._model.encode(frames).latent_dist.mode().half().cpu())
        return torch.cat(encoded)


def shard_path(folder: Path, kind: str, index: int) -> Path:
    return folder / f"{kind}-{index:03d}.pt"


def read(folder: Path, kind: str) -> Examples:
    """All examples of a kind. Raises FileNotFoundError when there are none."""
    shards = [progress.load(path) or {} for path in sorted(folder.glob(f"{kind}-*.pt"))]
    if not shards:
        raise FileNotFoundError(f"no latents of {kind} in {folder}")
    captions = [words for shard in shards for words in shard["captions"]]
    return Examples(torch.cat([shard["latents"] for shard in shards]), captions)


def _window(scene: Scene, rng: random.Random) -> tuple[Scene, int]:
    """The scene from its beginning or from later on, where its place is no longer told."""
    if rng.random() >= LATER:
        return scene, 0
    return dataclasses.replace(scene, place=""), rng.randint(1, STEPS)
