"""Facts about networks and states, as JSON: run in a process of its own, since it loads torch.

usage: python -m tests.demo_model.facts networks | states FOLDER FOLDER
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from generation.demo_model import networks, progress
from generation.demo_model.recipe import RECIPES


def network_facts() -> dict[str, Any]:
    """Size of the full model, and what its tokenizer and its shortcut for stills do."""
    recipe = RECIPES["full"]
    torch.manual_seed(0)
    autoencoder = networks.autoencoder(recipe, recipe.decoder_channels)
    parts = (autoencoder, networks.transformer(recipe), networks.text_encoder(recipe))
    tokens = networks.tokenizer()
    still = torch.randn(1, 3, 1, 64, 64)
    with torch.no_grad():
        usual = autoencoder.encode(still).latent_dist.mode()
        drawn = autoencoder.decode(usual, return_dict=False)[0]
        networks.shorten_stills(autoencoder)
        short = autoencoder.encode(still).latent_dist.mode()
        redrawn = autoencoder.decode(short, return_dict=False)[0]
    return {
        "bytes": sum(2 * value.numel() for part in parts for value in part.parameters()),
        "shortcut": max(float((usual - short).abs().max()), float((drawn - redrawn).abs().max())),
        "known": tokens.tokenize("a red ring , camera pans left"),
        "typed": tokens("A Grey star at the centre, camera zooms in.")["input_ids"],
        "caption": tokens("a gray star at the center , camera zooms in")["input_ids"],
        "unknown": tokens.tokenize("zebra"),
    }


def largest_difference(left: Any, right: Any) -> float:
    """Between two states of one form; infinite where the forms differ."""
    if isinstance(left, torch.Tensor):
        return float((left.double() - right.double()).abs().max()) if left.numel() else 0.0
    pairs = list(_pairs(left, right))
    if not pairs:
        return 0.0 if left == right else float("inf")
    return max(largest_difference(*pair) for pair in pairs)


def _pairs(left: Any, right: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(left, dict):
        yield from ((left[key], right[key]) for key in left.keys() | right.keys())
    elif isinstance(left, list | tuple):
        yield from zip(left, right, strict=True)


def main() -> None:
    what, *folders = sys.argv[1:]
    if what == "networks":
        facts: dict[str, Any] = network_facts()
    else:
        left, right = (Path(folder) for folder in folders)
        assert {path.name for path in left.iterdir()} == {path.name for path in right.iterdir()}
        facts = {
            path.name: largest_difference(progress.load(path), progress.load(right / path.name))
            for path in left.iterdir()
        }
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main()
