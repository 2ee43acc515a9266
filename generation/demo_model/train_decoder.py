"""Second stage: a wider decoder learns to draw sharp edges from latents that stay as they are.

The first stage settles what a latent means, with a small decoder; points of a star come out
rounded there. Nothing learned on the latents is lost by this stage, so it can run at any time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as functional
from diffusers import AutoencoderKLLTXVideo

from generation.demo_model import networks, progress, train_autoencoder
from generation.demo_model.drawing import CLIP_FRAMES
from generation.demo_model.optimisers import Orthogonal
from generation.demo_model.recipe import Recipe
from generation.demo_model.train_autoencoder import pictures

RATE, SMALL_RATE = 3e-3, 6e-4
WARM_UP = 100
CLIPS = (9, 13, 21)
# How much more an edge counts than a plain surface.
EDGES = 6.0


def train(
    autoencoder: Path,
    state: Path,
    recipe: Recipe,
    until: int,
    device: str,
    say: Callable[[str], None],
) -> None:
    """Train to `until` steps (at most the recipe's) for the encoder in `autoencoder`."""
    torch.manual_seed(2)
    model = _widened(autoencoder, recipe).to(device)
    networks.shorten_stills(model)
    decoder = model.decoder.train()
    matrices = [parameter for parameter in decoder.parameters() if parameter.ndim >= 2]
    others = [parameter for parameter in decoder.parameters() if parameter.ndim < 2]
    optimisers = (Orthogonal(matrices, RATE), torch.optim.AdamW(others, lr=SMALL_RATE))
    step, error = 0, 0.0
    if saved := progress.load(state):
        decoder.load_state_dict(saved["decoder"])
        for optimiser, values in zip(optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(values)
        step = saved["step"]
    last = min(until, recipe.decoder_steps)
    while step < last:
        for optimiser, rate in zip(optimisers, (RATE, SMALL_RATE), strict=True):
            optimiser.param_groups[0]["lr"] = rate * _rate(step, recipe.decoder_steps)
            optimiser.zero_grad(set_to_none=True)
        rng, noise = progress.chance("decoder", step)
        clip = step % 3 == 2
        count, frames = (2, rng.choice(CLIPS)) if clip else (recipe.still_batch, 1)
        drawn = pictures(rng, count, frames, rng.randrange(CLIP_FRAMES)).to(device)
        loss, squared = _loss(model, drawn, noise)
        loss.backward()  # type: ignore[no-untyped-call]
        for optimiser in optimisers:
            optimiser.step()
        step += 1
        error = squared + (0.98 * (error - squared) if error else 0.0)
        if step % recipe.save_every == 0 or step == last:
            weights = [optimiser.state_dict() for optimiser in optimisers]
            told = {"step": step, "decoder": decoder.state_dict(), "optimisers": weights}
            progress.save(state, told)
            say(f"decoder {step} {10 * math.log10(4 / error):.1f} dB")


def trained(autoencoder: Path, state: Path, recipe: Recipe) -> AutoencoderKLLTXVideo:
    """The autoencoder with its wider decoder. Raises FileNotFoundError before both are saved."""
    saved = progress.load(state)
    if saved is None:
        raise FileNotFoundError(f"no decoder has been trained at {state}")
    model = _widened(autoencoder, recipe).eval()
    model.decoder.load_state_dict(saved["decoder"])
    return model


def _widened(autoencoder: Path, recipe: Recipe) -> AutoencoderKLLTXVideo:
    """The trained encoder with a new decoder behind it."""
    small = train_autoencoder.trained(autoencoder, recipe)
    model = networks.autoencoder(recipe, recipe.decoder_channels)
    model.encoder.load_state_dict(small.encoder.state_dict())
    return model


def _loss(
    model: AutoencoderKLLTXVideo, frames: torch.Tensor, noise: torch.Generator
) -> tuple[torch.Tensor, float]:
    """What to lower, and the squared error of the pixels to report."""
    with torch.no_grad():
        posterior = model.encode(frames).latent_dist
        draws = torch.randn(posterior.mean.shape, generator=noise).to(frames.device)
        latents = posterior.mean + posterior.std * draws
    wrong = model.decode(latents, return_dict=False)[0] - frames
    weighed = (1 + EDGES * _edges(frames)) * wrong
    sloping = weighed.diff(dim=-1).abs().mean() + weighed.diff(dim=-2).abs().mean()
    loss = weighed.abs().mean() + weighed.square().mean() + 0.5 * sloping
    return loss, wrong.square().mean().item()


def _edges(frames: torch.Tensor) -> torch.Tensor:
    """Where a pixel differs from its neighbours, 0..1, a pixel wider each way."""
    light = frames.mean(1)
    across = functional.pad(light.diff(dim=-1).abs(), (0, 1))
    down = functional.pad(light.diff(dim=-2).abs(), (0, 0, 0, 1))
    sharp = functional.max_pool2d(torch.maximum(across, down), 3, stride=1, padding=1)
    return (sharp * 3).clamp(max=1).unsqueeze(1)


def _rate(step: int, steps: int) -> float:
    """Warm up, then fall along a cosine to nearly nothing."""
    return min(1.0, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 0.003
