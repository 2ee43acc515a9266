"""Fetch a production checkpoint: `python -m generation.engine.pull REPOSITORY COMMIT`.

The only part of the engine that downloads. It takes the files that loading needs and no others:
safetensors, never pickles.
"""

from __future__ import annotations

import sys

import diffusers

from generation.model_registry import COMMIT


def main() -> None:
    """Download into the Hugging Face cache of this user and print where it lies."""
    if len(sys.argv) != 3 or not COMMIT.fullmatch(sys.argv[2]):
        sys.exit("usage: python -m generation.engine.pull REPOSITORY COMMIT (40 hex digits)")
    folder = diffusers.DiffusionPipeline.download(
        sys.argv[1], revision=sys.argv[2], use_safetensors=True
    )
    sys.stdout.write(f"{sys.argv[1]} at {sys.argv[2]} is in {folder}\n")


if __name__ == "__main__":
    main()
