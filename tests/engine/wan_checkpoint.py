"""A tiny random Wan checkpoint: `python -m tests.engine.wan_checkpoint DIR`.

It stands for video models whose pipeline for given frames is another class with the same weights.
"""

from __future__ import annotations

import string
import sys

import torch
import transformers
from diffusers import (
    AutoencoderKLWan,
    FlowMatchEulerDiscreteScheduler,
    WanPipeline,
    WanTransformer3DModel,
)


def build(folder: str) -> None:
    """Save the pipeline into `folder`."""
    torch.manual_seed(0)
    letters = [(letter, -3.0) for letter in string.ascii_letters + string.punctuation]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *letters]
    text = transformers.UMT5Config(
        vocab_size=128, d_model=32, d_kv=8, num_heads=4, d_ff=64, num_layers=1
    )
    WanPipeline(
        tokenizer=transformers.T5TokenizerFast(vocab=pieces, extra_ids=0),
        text_encoder=transformers.UMT5EncoderModel(text).eval(),
        transformer=WanTransformer3DModel(
            patch_size=(1, 2, 2),
            num_attention_heads=2,
            attention_head_dim=12,
            in_channels=16,
            out_channels=16,
            text_dim=32,
            freq_dim=32,
            ffn_dim=32,
            num_layers=2,
        ),
        vae=AutoencoderKLWan(
            base_dim=4,
            z_dim=16,
            dim_mult=[1, 1, 1, 1],
            num_res_blocks=1,
            temperal_downsample=[False, True, True],
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=5.0),
        expand_timesteps=True,
    ).save_pretrained(folder)


if __name__ == "__main__":
    build(sys.argv[1])
