"""The weights of the demo checkpoint: random, but chosen so that they are pleasant to look at."""

from __future__ import annotations

import math
import string
from pathlib import Path
from typing import Any

import torch
import transformers
from diffusers import (
    AutoencoderKLLTXVideo,
    FlowMatchEulerDiscreteScheduler,
    LTXConditionPipeline,
    LTXVideoTransformer3DModel,
)
from diffusers.models.autoencoders.autoencoder_kl_ltx import (
    LTXVideoResnetBlock3d,
    LTXVideoUpsampler3d,
)

SEED = 5
LATENT_CHANNELS = 16
TEXT_WIDTH = 32
PATCH = 4
# Gains of the random layers, chosen by looking: shapes with edges, colours that seldom clip, and
# a prompt that changes the palette more than the seed does.
BLOCK_GAIN, UPSAMPLE_GAIN, COLOUR_GAIN = 2.0, 3.0, 1.2
PROMPT_GAIN, VELOCITY_GAIN = 2.0, 1.5


def save(folder: Path) -> None:
    """Save the whole pipeline into `folder`, which does not exist yet."""
    transformers.logging.disable_progress_bar()
    _pipeline().save_pretrained(folder, safe_serialization=True)


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
        patch_size=PATCH,
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
    _smoothen(vae.decoder)
    _heed_the_prompt(transformer)
    return LTXConditionPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=vae,
        text_encoder=_text_encoder(),
        tokenizer=_tokenizer(),
        transformer=transformer,
    )


def _smoothen(decoder: Any) -> None:
    """Give the decoder random colours and smooth shapes: plain random kernels make grey noise."""
    for module in decoder.modules():
        if isinstance(module, LTXVideoResnetBlock3d):
            _mix_smoothly(module.conv1.conv, BLOCK_GAIN)
            _mix_smoothly(module.conv2.conv, BLOCK_GAIN)
        elif isinstance(module, LTXVideoUpsampler3d):
            _mix_smoothly(module.conv.conv, UPSAMPLE_GAIN, module.stride)
    _mix_smoothly(decoder.conv_in.conv, BLOCK_GAIN)
    # The last layer unfolds its patch with width before height.
    _mix_smoothly(decoder.conv_out.conv, COLOUR_GAIN, (1, PATCH, PATCH), swap_sides=True)


@torch.no_grad()
def _mix_smoothly(
    conv: Any,
    gain: float,
    strides: tuple[int, int, int] = (1, 1, 1),
    swap_sides: bool = False,
) -> None:
    """Set a 3×3×3 kernel to a random mix of channels times a quadratic B-spline.

    strides: by how much the layer's channels are unfolded into time, height and width. The
    spline is sampled between the pixels, so that the unfolded result has no grid.
    """
    splines = []
    for stride in strides:
        offset = (torch.arange(stride) + 0.5) / stride - 0.5
        weights = ((0.5 - offset) ** 2 / 2, 0.75 - offset**2, (0.5 + offset) ** 2 / 2)
        splines.append(torch.stack(weights, dim=1))
    spline = torch.einsum("at,bh,cw->abcthw", *splines)
    if swap_sides:
        spline = spline.transpose(1, 2)
    outputs, inputs = conv.weight.shape[:2]
    mix = torch.randn(outputs // math.prod(strides), inputs)
    # SiLU leaves a positive mean in every channel, which would tint all pictures alike.
    mix -= mix.mean(dim=1, keepdim=True)
    mix *= gain / math.sqrt(inputs)
    conv.weight.copy_(torch.einsum("oi,abcthw->oabcithw", mix, spline).reshape(conv.weight.shape))
    conv.bias.zero_()


@torch.no_grad()
def _heed_the_prompt(transformer: LTXVideoTransformer3DModel) -> None:
    """Raise what the text contributes; at random it would hardly show."""
    for block in transformer.transformer_blocks:
        block.attn2.to_v.weight *= PROMPT_GAIN
        block.attn2.to_out[0].weight *= PROMPT_GAIN
    transformer.proj_out.weight *= VELOCITY_GAIN


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
