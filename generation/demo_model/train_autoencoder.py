"""First stage: the autoencoder learns to draw what it saw, stills first, then short clips."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKLLTXVideo
from numpy.typing import NDArray

from generation.demo_model import networks, progress
from generation.demo_model.drawing import CLIP_FRAMES, draw
from generation.demo_model.held_out import training_scenes
from generation.demo_model.optimisers import Orthogonal
from generation.demo_model.recipe import Recipe

RATE, SMALL_RATE = 3e-3, 3e-4
WARM_UP = 100
SHORT_CLIPS = (5, 9, 9, 13)
# The squared error, the edges and the posterior's divergence, beside the absolute error.
SQUARED, DIVERGENCE = 2.0, 1e-4
EDGES_FROM, DIVERGENCE_FROM = 400, 1000
# Half precision for this share of the steps; the last ones sharpen in full.
HALF_PRECISION = 0.8


def train(state: Path, recipe: Recipe, until: int, device: str, say: Callable[[str], None]) -> None:
    """Train to `until` steps (at most the recipe's), going on from `state` where it exists."""
    torch.manual_seed(0)
    model = networks.autoencoder(recipe).to(device).train()
    networks.shorten_stills(model)
    matrices = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    optimisers = (Orthogonal(matrices, RATE), torch.optim.AdamW(others, lr=SMALL_RATE))
    step = 0
    if saved := progress.load(state):
        model.load_state_dict(saved["model"])
        for optimiser, values in zip(optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(values)
        step = saved["step"]
    errors: dict[bool, float] = {}
    while step < min(until, recipe.autoencoder_steps):
        factor = _rate(step, recipe.autoencoder_steps)
        for optimiser, rate in zip(optimisers, (RATE, SMALL_RATE), strict=True):
            optimiser.param_groups[0]["lr"] = rate * factor
            optimiser.zero_grad(set_to_none=True)
        frames, noise = _batch(step, recipe)
        half = step < HALF_PRECISION * recipe.autoencoder_steps
        with torch.autocast(device, torch.bfloat16, enabled=half):
            loss, error = _loss(model, frames.to(device), noise, step)
        loss.backward()  # type: ignore[no-untyped-call]
        for optimiser in optimisers:
            optimiser.step()
        step += 1
        still = frames.shape[2] == 1
        errors[still] = error + 0.98 * (errors.get(still, error) - error)
        if step % recipe.save_every == 0 or step == min(until, recipe.autoencoder_steps):
            weights = [optimiser.state_dict() for optimiser in optimisers]
            progress.save(state, {"step": step, "model": model.state_dict(), "optimisers": weights})
            decibels = {kind: f"{10 * math.log10(4 / value):.1f}" for kind, value in errors.items()}
            say(f"autoencoder {step} stills {decibels.get(True)} clips {decibels.get(False)} dB")


def trained(state: Path, recipe: Recipe) -> AutoencoderKLLTXVideo:
    """The autoencoder as it is saved. Raises FileNotFoundError before its first checkpoint."""
    saved = progress.load(state)
    if saved is None:
        raise FileNotFoundError(f"no autoencoder has been trained at {state}")
    model = networks.autoencoder(recipe).eval()
    model.load_state_dict(saved["model"])
    return model


def pictures(rng: random.Random, count: int, frames: int, first: int = 0) -> torch.Tensor:
    """Training scenes as the networks see them: [count, 3, frames, side, side] in -1..1."""
    scenes = itertools.islice(training_scenes(rng), count)
    drawn = np.stack([draw(scene, frames, first) for scene in scenes])
    return as_tensor(drawn)


def as_tensor(drawn: NDArray[np.float32]) -> torch.Tensor:
    """Frames [count, frames, side, side, 3] in 0..1 as the networks see them."""
    return torch.from_numpy(drawn).permute(0, 4, 1, 2, 3).contiguous() * 2 - 1


def _batch(step: int, recipe: Recipe) -> tuple[torch.Tensor, torch.Generator]:
    rng, noise = progress.chance("autoencoder", step)
    if step < recipe.autoencoder_stills or step % 2:
        return pictures(rng, recipe.still_batch, 1, rng.randrange(CLIP_FRAMES)), noise
    frames = rng.choice(SHORT_CLIPS)
    return pictures(rng, recipe.clip_batch, frames, rng.randrange(CLIP_FRAMES - 5)), noise


def _loss(
    model: AutoencoderKLLTXVideo, frames: torch.Tensor, noise: torch.Generator, step: int
) -> tuple[torch.Tensor, float]:
    """What to lower, and the squared error of the pixels to report."""
    posterior = model.encode(frames).latent_dist
    mean, deviation = posterior.mean.float(), posterior.std.float()
    draws = torch.randn(mean.shape, generator=noise).to(frames.device)
    drawn = model.decode(mean + deviation * draws, return_dict=False)[0]
    wrong = drawn.float() - frames
    squared = wrong.square().mean()
    edges = wrong.diff(dim=-1).abs().mean() + wrong.diff(dim=-2).abs().mean()
    divergence = posterior.kl().float().mean() / mean[0].numel()
    loss = wrong.abs().mean() + SQUARED * squared
    loss = loss + min(1.0, step / EDGES_FROM) * edges
    loss = loss + min(1.0, step / DIVERGENCE_FROM) * DIVERGENCE * divergence
    return loss, squared.item()


def _rate(step: int, steps: int) -> float:
    """Warm up, then fall along a cosine to nearly nothing."""
    return min(1.0, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 0.003
