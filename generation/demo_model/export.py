"""The trained model as a checkpoint folder: `python -m generation.demo_model.export FOLDER`.

Weights in half precision and safetensors, the engine profile, and a model card with the scores
on the held-out captions as they were just measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import torch
import transformers
from diffusers import LTXConditionPipeline

from generation.demo_model import networks, train_decoder, train_denoiser
from generation.demo_model.card import card, figures
from generation.demo_model.drawing import FPS, SIDE
from generation.demo_model.evaluate import evaluate
from generation.demo_model.recipe import RECIPES, Recipe
from generation.demo_model.train import (
    AUTOENCODER_STATE,
    DECODER_STATE,
    DENOISER_STATE,
    training_folder,
)
from generation.engine.profiles import PROFILE_FILE, Profile

# The card for people, and its figures for programs.
CARD, FIGURES = "README.md", "card.json"
SAMPLING_STEPS = 20
PROFILE = Profile(
    name="demo",
    steps=SAMPLING_STEPS,
    guidance=4.0,
    size_multiple=SIDE,
    frame_ratio=4,
    fps=FPS,
    image_size=(512, 512),
    video_size=(512, 512),
    render_long_side=SIDE,
    # The length it was taught; longer clips go on from themselves.
    seconds_native=5,
    call={
        "max_sequence_length": networks.WORDS_MAX,
        # Equal steps; the pipeline's own spend half of them on what is nearly pure noise.
        "timesteps": [1000 * (1 - step / SAMPLING_STEPS) for step in range(SAMPLING_STEPS)],
        "image_cond_noise_scale": 0.0,
    },
)


def export(training: Path, folder: Path, recipe: Recipe) -> int:
    """Write the checkpoint into `folder`, which must not exist yet. Returns its steps.

    Raises FileExistsError, or FileNotFoundError before the training has saved anything.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already")
    autoencoder = train_decoder.trained(
        training / AUTOENCODER_STATE, training / DECODER_STATE, recipe
    )
    denoiser, steps, mean, deviation = train_denoiser.trained(training / DENOISER_STATE, recipe)
    with torch.no_grad():
        autoencoder.latents_mean.copy_(mean.flatten())
        autoencoder.latents_std.copy_(deviation.flatten())
    pipeline = LTXConditionPipeline(
        scheduler=networks.scheduler(),
        vae=autoencoder.half(),
        text_encoder=denoiser.text_encoder.half(),
        tokenizer=networks.tokenizer(),
        transformer=denoiser.transformer.half(),
    )
    transformers.logging.disable_progress_bar()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        fresh = Path(scratch) / "checkpoint"
        pipeline.save_pretrained(fresh, safe_serialization=True)
        (fresh / PROFILE_FILE).write_text(json.dumps(asdict(PROFILE), indent=2) + "\n")
        fresh.rename(folder)
    return steps


def main() -> None:
    parser = argparse.ArgumentParser(description="Export the demonstration model.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--training", type=Path, default=training_folder())
    parser.add_argument("--recipe", choices=RECIPES, default="full")
    parser.add_argument("--unscored", action="store_true", help="without scores in the card")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0: torch decides")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        steps = export(options.training, options.folder, RECIPES[options.recipe])
    except (FileExistsError, FileNotFoundError) as error:
        sys.exit(str(error))
    scores = {} if options.unscored else evaluate(options.folder)
    size = sum(os.path.getsize(path) for path in options.folder.rglob("*.safetensors"))
    (options.folder / CARD).write_text(card(steps, size, scores))
    (options.folder / FIGURES).write_text(json.dumps(figures(steps, size, scores), indent=2) + "\n")


if __name__ == "__main__":
    main()
