"""Last stage: transformer and text encoder learn together to turn noise into what a caption says.

Rectified flow on cached latents. Every token has a time of its own, so one set of weights learns
stills, clips, clips from a first frame, and the continuation of a known beginning.
"""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import LTXConditionPipeline
from torch import Tensor

from generation.demo_model import latents, networks, progress, workers
from generation.demo_model.drawing import FPS
from generation.demo_model.optimisers import Orthogonal
from generation.demo_model.recipe import Recipe

RATE, SMALL_RATE, DECAY = 8e-3, 8e-4, 0.01
WARM_UP, CONSTANT = 200, 1000
# A share of captions is left out, so that guidance has something to compare with.
CAPTION_LEFT_OUT = 0.12
# Of clips, how many know their first frame; of windows, how many know a beginning of 5 or 9 frames.
FIRST_FRAME_KNOWN, BEGINNING_KNOWN = 0.35, 0.8
KNOWN_NOISE = 0.05
AVERAGE = 0.9985
PIXELS, FRAMES = 16, 4
# Latent frames of the batches after the stills: mostly clips, some stills so that none is lost.
MIXTURE = (
    1, latents.CLIP, latents.CLIP, latents.CLIP,
    latents.WINDOW, latents.CLIP, latents.CLIP, latents.CLIP,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """known: 1 where a latent frame is given, [count, 1, time, 1, 1]; noise: its level."""

    clean: Tensor
    words: Tensor
    mask: Tensor
    known: Tensor
    level: Tensor


@dataclass(frozen=True, slots=True)
class Examples:
    """Latents as they were encoded, and their captions as numbers with a mask."""

    latents: Tensor
    words: Tensor
    mask: Tensor


@dataclass(frozen=True, slots=True)
class Material:
    """All there is to learn from. nothing: words and mask of the empty caption."""

    clips: Examples
    stills: Examples
    nothing: tuple[Tensor, Tensor]
    mean: Tensor
    deviation: Tensor


class Denoiser(torch.nn.Module):
    """Transformer and text encoder as one module."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.transformer = networks.transformer(recipe)
        self.text_encoder = networks.text_encoder(recipe)

    def forward(self, noisy: Tensor, times: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """The velocity, as packed tokens. times: [count, tokens] in 0..1."""
        text = self.text_encoder(input_ids=words, attention_mask=mask)[0]
        answer: Tensor = self.transformer(
            hidden_states=packed(noisy),
            encoder_hidden_states=text,
            encoder_attention_mask=mask,
            timestep=times * 1000,
            video_coords=_coordinates(noisy),
            return_dict=False,
        )[0]
        return answer


def train(
    folder: Path,
    state: Path,
    recipe: Recipe,
    until: int,
    device: str,
    say: Callable[[str], None],
) -> None:
    """Train to `until` steps (at most the recipe's) on the latents in `folder`."""
    torch.manual_seed(1)
    model = Denoiser(recipe).to(device).train()
    average = copy.deepcopy(model).eval().requires_grad_(False)
    optimisers = _optimisers(model)
    material = _material(folder)
    step = 0
    if saved := progress.load(state):
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        for optimiser, values in zip(optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(values)
        step = saved["step"]
    losses: dict[bool, float] = {}
    last = min(until, recipe.denoiser_steps)
    while step < last:
        for optimiser, rate in zip(optimisers, (RATE, SMALL_RATE), strict=True):
            optimiser.param_groups[0]["lr"] = rate * _rate(step)
            optimiser.zero_grad(set_to_none=True)
        batch, noise = _batch(step, recipe, material)
        loss = _loss(model, batch, noise, device)
        loss.backward()  # type: ignore[no-untyped-call]
        workers.share_gradients(model)
        torch.nn.utils.clip_grad_norm_(optimisers[1].param_groups[0]["params"], 1.0)
        for optimiser in optimisers:
            optimiser.step()
        step += 1
        _follow(average, model, step)
        still, value = batch.clean.shape[2] == 1, loss.item()
        losses[still] = value + 0.98 * (losses.get(still, value) - value)
        if workers.rank() == 0 and (step % recipe.save_every == 0 or step == last):
            weights = [optimiser.state_dict() for optimiser in optimisers]
            values = {"model": model.state_dict(), "average": average.state_dict()}
            latent = {"mean": material.mean, "deviation": material.deviation}
            progress.save(state, {"step": step, "optimisers": weights, **values, **latent})
            told = {kind: f"{loss:.4f}" for kind, loss in losses.items()}
            say(f"denoiser {step} stills {told.get(True)} clips {told.get(False)}")


def trained(state: Path, recipe: Recipe) -> tuple[Denoiser, int, Tensor, Tensor]:
    """The averaged networks, their step, and mean and deviation of the latents.

    Raises FileNotFoundError before the first checkpoint.
    """
    saved = progress.load(state)
    if saved is None:
        raise FileNotFoundError(f"no denoiser has been trained at {state}")
    model = Denoiser(recipe).eval()
    model.load_state_dict(saved["average"])
    return model, saved["step"], saved["mean"], saved["deviation"]


def packed(frames: Tensor) -> Tensor:
    """Latents [count, channels, time, height, width] as tokens [count, tokens, channels]."""
    return frames.flatten(2).transpose(1, 2)


def _coordinates(frames: Tensor) -> Tensor:
    """Seconds and pixels of every token, as the pipeline counts them."""
    count, _, time, height, width = frames.shape
    places = LTXConditionPipeline._prepare_video_ids(
        count, time, height, width, device=frames.device
    )
    scaled: Tensor = LTXConditionPipeline._scale_video_ids(places, PIXELS, FRAMES).float()
    scaled[:, 0] /= FPS
    return scaled


def _optimisers(model: Denoiser) -> tuple[Orthogonal, torch.optim.AdamW]:
    matrices = [
        parameter
        for name, parameter in model.transformer.named_parameters()
        if parameter.ndim == 2 and "transformer_blocks" in name and "scale_shift" not in name
    ]
    taken = {id(parameter) for parameter in matrices}
    others = [parameter for parameter in model.parameters() if id(parameter) not in taken]
    adam = torch.optim.AdamW(others, lr=SMALL_RATE, betas=(0.9, 0.98), weight_decay=DECAY)
    return Orthogonal(matrices, RATE, DECAY), adam


def _material(folder: Path) -> Material:
    """Read the latents. The first shard of clips alone gives their mean and deviation, so that
    these stay when shards are added."""
    tokens = networks.tokenizer()
    found = []
    for kind in (latents.CLIPS, latents.STILLS):
        examples = latents.read(folder, kind)
        found.append(Examples(examples.latents, *_words(tokens, examples.captions)))
    shard = progress.load(latents.shard_path(folder, latents.CLIPS, 0))
    if shard is None:
        raise FileNotFoundError(f"no first shard of clips in {folder}")
    first = shard["latents"].float()
    mean = first.mean((0, 2, 3, 4)).view(1, -1, 1, 1, 1)
    deviation = first.std((0, 2, 3, 4)).clamp(min=0.05).view(1, -1, 1, 1, 1)
    return Material(found[0], found[1], _words(tokens, [""]), mean, deviation)


def _words(tokens: Any, captions: list[str]) -> tuple[Tensor, Tensor]:
    told = tokens(captions, padding="max_length", max_length=networks.WORDS_MAX, truncation=True)
    return torch.tensor(told["input_ids"]), torch.tensor(told["attention_mask"]).bool()


def _batch(step: int, recipe: Recipe, material: Material) -> tuple[Batch, torch.Generator]:
    """The examples of a step: stills first, then mostly clips and windows."""
    rng, noise = progress.chance("denoiser" + "+" * workers.rank(), step)
    time = 1 if step < recipe.denoiser_stills else MIXTURE[step % len(MIXTURE)]
    count = recipe.denoiser_batch * (4 if time == 1 else 1)
    source = material.stills if time == 1 else material.clips
    chosen = torch.randint(len(source.latents), (count,), generator=noise)
    clean = (source.latents[chosen][:, :, :time].float() - material.mean) / material.deviation
    words, mask = source.words[chosen], source.mask[chosen]
    told = torch.rand(count, 1, generator=noise) >= CAPTION_LEFT_OUT
    words = torch.where(told, words, material.nothing[0])
    mask = torch.where(told, mask, material.nothing[1])
    known = torch.zeros(count, 1, time, 1, 1)
    for row in range(count):
        known[row, :, : _known_frames(rng, time)] = 1
    # Words decide while there is much noise; clips have more to settle then.
    level = torch.randn(count, generator=noise) * 1.2 + (0.5 if time == 1 else 1.3)
    return Batch(clean, words, mask, known, level.sigmoid().view(-1, 1, 1, 1, 1)), noise


def _known_frames(rng: random.Random, time: int) -> int:
    """How many latent frames an example is given."""
    if time == latents.CLIP:
        return int(rng.random() < FIRST_FRAME_KNOWN)
    if time == latents.WINDOW:
        return rng.choice((2, 3)) if rng.random() < BEGINNING_KNOWN else 0
    return 0


def _loss(model: Denoiser, batch: Batch, noise: torch.Generator, device: str) -> Tensor:
    """The squared error of the velocity where nothing was known."""
    known = batch.known
    level = batch.level * (1 - known)
    pure = torch.randn(batch.clean.shape, generator=noise)
    noisy = (1 - level) * batch.clean + level * pure
    noisy = noisy + known * KNOWN_NOISE * torch.randn(batch.clean.shape, generator=noise)
    times = level.expand(-1, 1, -1, *batch.clean.shape[3:]).flatten(1)
    wanted = packed(pure - batch.clean)
    share = packed((1 - known).expand(-1, 1, -1, *batch.clean.shape[3:]))
    tensors = (noisy, times, batch.words, batch.mask)
    # On a CPU half precision costs more than it saves.
    with torch.autocast(device, torch.bfloat16, enabled=device != "cpu"):
        answer = model(*(tensor.to(device) for tensor in tensors))
    wrong = (answer.float() - wanted.to(device)).square() * share.to(device)
    loss: Tensor = wrong.sum() / (share.sum().to(device) * wanted.shape[2])
    return loss


@torch.no_grad()
def _follow(average: Denoiser, model: Denoiser, step: int) -> None:
    """Move the average towards the model; quickly at first."""
    share = 1 - min(AVERAGE, 1 - 1 / (step * 0.1 + 1))
    for behind, ahead in zip(average.parameters(), model.parameters(), strict=True):
        behind.lerp_(ahead, share)


def _rate(step: int) -> float:
    """Warm up, stay, then fall with the root of the steps: no end has to be known."""
    return min(1.0, (step + 1) / WARM_UP) / math.sqrt(max(1.0, step / CONSTANT))
