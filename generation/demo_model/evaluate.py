"""Score a folder on the held-out captions: `python -m generation.demo_model.evaluate FOLDER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import torch

from generation.demo_model.checker import Tally, check, tally
from generation.demo_model.drawing import CLIP_FRAMES
from generation.demo_model.held_out import held_out_scenes
from generation.demo_model.sampling import Sampler
from generation.demo_model.scenes import caption

SEED = 1000


def evaluate(folder: Path, stills_only: bool = False) -> Mapping[str, Mapping[str, Tally]]:
    """What the checkpoint obeys, of stills and of clips: criterion to tally."""
    sampler = Sampler(folder)
    scenes = held_out_scenes()
    parts = {"stills": [scene for scene in scenes if scene.place]}
    if not stills_only:
        parts["clips"] = [scene for scene in scenes if not scene.place]
    scores = {}
    for part, asked in parts.items():
        frames = 1 if part == "stills" else CLIP_FRAMES
        made = sampler.clips([caption(scene) for scene in asked], frames, SEED)
        scores[part] = tally(check(*pair) for pair in zip(asked, made, strict=True))
    return scores


def lines(scores: Mapping[str, Mapping[str, Tally]]) -> list[str]:
    """One line per part and criterion."""
    return [
        f"{part} {name}: {found.percent:.0f} % ({found.obeyed} of {found.cases})"
        for part, found_by_name in scores.items()
        for name, found in found_by_name.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Score a checkpoint on the held-out captions.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stills-only", action="store_true")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0: torch decides")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    sys.stdout.write("\n".join(lines(evaluate(options.folder, options.stills_only))) + "\n")


if __name__ == "__main__":
    main()
