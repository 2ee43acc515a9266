"""Train the demonstration model: `python -m generation.demo_model.train [STAGE …]`.

Stages in order: autoencoder, decoder, stills and clips (as latents), denoiser. Each goes on where
it stopped, so the same command resumes after any interruption, a kill included. Everything is
kept in one folder outside the repository, INKLING_HOME/training unless `--folder` says otherwise.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import os
import sys
import time
from pathlib import Path

import torch

from generation.demo_model import latents, train_autoencoder, train_decoder, train_denoiser, workers
from generation.demo_model.recipe import RECIPES, Recipe

STAGES = ("autoencoder", "decoder", latents.STILLS, latents.CLIPS, "denoiser")
AUTOENCODER_STATE, DECODER_STATE, DENOISER_STATE = "autoencoder.pt", "decoder.pt", "denoiser.pt"


def main() -> None:
    options = _options()
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        recipe = RECIPES[options.recipe]
        if options.batch:
            recipe = dataclasses.replace(recipe, denoiser_batch=options.batch)
        for stage in options.stages or STAGES:
            work = functools.partial(
                _run, stage, options.folder, recipe, options.until, options.device
            )
            workers.start(work, options.workers if stage == "denoiser" else 1)
    except FileNotFoundError as error:
        sys.exit(str(error))


def _run(stage: str, folder: Path, recipe: Recipe, until: int, device: str) -> None:
    """Run one stage, from where it stopped."""
    autoencoder, denoiser = folder / AUTOENCODER_STATE, folder / DENOISER_STATE
    if stage == "autoencoder":
        train_autoencoder.train(autoencoder, recipe, until, device, _say)
    elif stage == "decoder":
        train_decoder.train(autoencoder, folder / DECODER_STATE, recipe, until, device, _say)
    elif stage in (latents.STILLS, latents.CLIPS):
        latents.Encoder(folder, autoencoder, recipe, device).write(stage, until, _say)
    else:
        train_denoiser.train(folder, denoiser, recipe, until, device, _say)


def training_folder() -> Path:
    """Where training keeps its state unless told otherwise."""
    home = os.environ.get("INKLING_HOME", str(Path.home() / ".local" / "share" / "inkling"))
    return Path(home) / "training"


def _say(line: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the demonstration model.")
    parser.add_argument("stages", nargs="*", choices=[*STAGES, []], help="all in order, if none")
    parser.add_argument("--folder", type=Path, default=training_folder())
    parser.add_argument("--recipe", choices=RECIPES, default="full")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0: torch decides")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", choices=("cpu", "cuda"), default=device)
    parser.add_argument(
        "--workers", type=int, default=1, help="processes for the denoiser, one core each; CPU only"
    )
    parser.add_argument(
        "--batch", type=int, default=0, help="clips in a step of the denoiser; 0: the recipe's"
    )
    parser.add_argument("--until", type=int, default=10**9, help="stop a stage after this step")
    options = parser.parse_args()
    if options.workers > 1 and options.device != "cpu":
        parser.error("--workers is for the CPU: on a GPU raise --batch instead")
    return options


if __name__ == "__main__":
    main()
