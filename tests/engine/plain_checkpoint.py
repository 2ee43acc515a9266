"""A tiny random Stable Diffusion checkpoint: `python -m tests.engine.plain_checkpoint DIR`.

It stands for the plain picture models an operator may configure.
"""

from __future__ import annotations

import string
import sys

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer


def build(folder: str) -> None:
    """Save the pipeline into `folder`."""
    torch.manual_seed(0)
    letters = [*string.printable[:94], *(letter + "</w>" for letter in string.printable[:94])]
    pieces = [*letters, "<|startoftext|>", "<|endoftext|>"]
    start, end = len(letters), len(letters) + 1
    text = CLIPTextConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=32,
        bos_token_id=start,
        eos_token_id=end,
        pad_token_id=end,
    )
    StableDiffusionPipeline(
        tokenizer=CLIPTokenizer(
            vocab={piece: n for n, piece in enumerate(pieces)}, merges=[], model_max_length=77
        ),
        text_encoder=CLIPTextModel(text).eval(),
        unet=UNet2DConditionModel(
            sample_size=8,
            block_out_channels=(32, 64),
            layers_per_block=1,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            cross_attention_dim=32,
            norm_num_groups=8,
            attention_head_dim=8,
        ),
        vae=AutoencoderKL(
            block_out_channels=(16, 16, 32, 32),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            norm_num_groups=8,
        ),
        scheduler=DDIMScheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)


if __name__ == "__main__":
    build(sys.argv[1])
