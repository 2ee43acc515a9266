"""Sizes and lengths of the training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """How large the networks are and how long each stage runs.

    autoencoder_stills, denoiser_stills: steps on stills before clips join in. A shard is one file
    of cached latents. denoiser_batch: clips, or a quarter of the stills, in one step. save_every:
    steps between checkpoints, which bounds what a kill loses.
    """

    channels: tuple[int, int, int] = (24, 40, 56)
    decoder_channels: tuple[int, int, int] = (64, 72, 80)
    latents: int = 32
    width: int = 160
    heads: int = 4
    layers: int = 6
    text_width: int = 96
    autoencoder_steps: int = 6000
    autoencoder_stills: int = 1500
    decoder_steps: int = 3000
    still_batch: int = 16
    clip_batch: int = 6
    still_shards: int = 6
    shard_stills: int = 3000
    clip_shards: int = 60
    shard_clips: int = 200
    denoiser_steps: int = 40000
    denoiser_stills: int = 3300
    denoiser_batch: int = 8
    save_every: int = 50


RECIPES: Mapping[str, Recipe] = {
    "full": Recipe(),
    # For tests: every stage in seconds, and nothing worth looking at.
    "tiny": Recipe(
        channels=(8, 8, 16),
        decoder_channels=(8, 16, 16),
        latents=8,
        width=48,
        heads=4,
        layers=1,
        text_width=16,
        autoencoder_steps=6,
        autoencoder_stills=3,
        decoder_steps=3,
        still_batch=2,
        clip_batch=1,
        still_shards=1,
        shard_stills=4,
        clip_shards=2,
        shard_clips=4,
        denoiser_steps=6,
        denoiser_stills=3,
        denoiser_batch=1,
        save_every=2,
    ),
}
