"""Build the demo checkpoint: `python -m generation.engine.demo_checkpoint DIR`.

A small LTX-shaped checkpoint with random weights: it takes every path a production checkpoint
takes, in a fraction of a second, and makes coloured textures that follow prompt and seed but
show nothing. The same version and seed build the same weights.
"""

from __future__ import annotations

import json
import string
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import torch
import transformers
from diffusers import (
    AutoencoderKLLTXVideo,
    FlowMatchEulerDiscreteScheduler,
    LTXConditionPipeline,
    LTXVideoTransformer3DModel,
)

from generation.engine.profiles import PROFILE_FILE, Profile

# Raise it whenever a change below changes a weight or the profile: a folder of another version
# is built anew.
VERSION = 1
VERSION_FILE = "demo_version.json"
SEED = 66
LATENT_CHANNELS = 16
TEXT_WIDTH = 32
PROFILE = Profile(
    name="demo",
    steps=10,
    guidance=3.0,
    size_multiple=32,
    frame_ratio=8,
    fps=8,
    image_size=(512, 512),
    video_size=(640, 360),
    render_long_side=128,
    call={"max_sequence_length": 64},
)


def build(folder: Path) -> bool:
    """Build the checkpoint into `folder` unless it is complete. Returns whether it was built.

    It appears in one rename: a folder that exists under its name is whole.
    """
    if _is_complete(folder):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        fresh = Path(scratch) / "checkpoint"
        _pipeline().save_pretrained(fresh, safe_serialization=True)
        (fresh / PROFILE_FILE).write_text(json.dumps(asdict(PROFILE), indent=2) + "\n")
        (fresh / VERSION_FILE).write_text(json.dumps({"version": VERSION}) + "\n")
        if folder.exists():
            folder.rename(Path(scratch) / "replaced")
        fresh.rename(folder)
    return True


def _is_complete(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / VERSION_FILE).read_text()) == {"version": VERSION})
    except (OSError, ValueError):
        return False


def _pipeline() -> LTXConditionPipeline:
    torch.manual_seed(SEED)
    vae = AutoencoderKLLTXVideo(
        latent_channels=LATENT_CHANNELS,
        block_out_channels=(16, 24, 32),
        decoder_block_out_channels=(16, 24, 32),
        down_block_types=("LTXVideoDownBlock3D",) * 3,
        layers_per_block=(1,) * 4,
        decoder_layers_per_block=(1,) * 4,
        spatio_temporal_scaling=(True, True, False),
        decoder_spatio_temporal_scaling=(True, True, False),
        decoder_inject_noise=(False,) * 4,
        downsample_type=("conv",) * 3,
        upsample_residual=(False,) * 3,
        upsample_factor=(1,) * 3,
        patch_size=4,
    )
    transformer = LTXVideoTransformer3DModel(
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        num_attention_heads=4,
        attention_head_dim=16,
        cross_attention_dim=64,
        num_layers=3,
        caption_channels=TEXT_WIDTH,
    )
    return LTXConditionPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=vae,
        text_encoder=_text_encoder(),
        tokenizer=_tokenizer(),
        transformer=transformer,
    )


def _tokenizer() -> transformers.T5TokenizerFast:
    """One piece per printable ASCII character; anything else is the unknown piece."""
    letters = string.ascii_letters + string.digits + string.punctuation
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    return transformers.T5TokenizerFast(
        vocab=pieces + [(letter, -3.0) for letter in letters], extra_ids=0, model_max_length=128
    )


def _text_encoder() -> transformers.T5EncoderModel:
    return transformers.T5EncoderModel(
        transformers.T5Config(
            vocab_size=128,
            d_model=TEXT_WIDTH,
            d_kv=8,
            num_heads=4,
            d_ff=64,
            num_layers=2,
            dropout_rate=0.0,
        )
    ).eval()


def main() -> None:
    """Build into the folder given as the only argument and say so in one line."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m generation.engine.demo_checkpoint DIR")
    folder = Path(sys.argv[1])
    built = build(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    state = "built" if built else "found"
    sys.stdout.write(f"demo checkpoint {state}: {folder} ({size / 1e6:.1f} MB)\n")


if __name__ == "__main__":
    main()
