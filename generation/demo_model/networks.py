"""The parts of the model: standard classes of diffusers and transformers in small sizes."""

from __future__ import annotations

import functools
import string
from typing import Any

import torch
import torch.nn.functional as functional
import transformers
from diffusers import (
    AutoencoderKLLTXVideo,
    FlowMatchEulerDiscreteScheduler,
    LTXVideoTransformer3DModel,
)
from diffusers.models.autoencoders.autoencoder_kl_ltx import LTXVideoCausalConv3d
from tokenizers import normalizers

from generation.demo_model.recipe import Recipe
from generation.demo_model.words import KNOWN, SPELLINGS

WORDS_MAX = 32
# The posterior starts narrow: with a wide one the decoder learns to ignore the latents.
LOG_VARIANCE_AT_START = -6.0


def autoencoder(
    recipe: Recipe, decoder_channels: tuple[int, int, int] | None = None
) -> AutoencoderKLLTXVideo:
    """16 pixels a side and 4 frames to one latent; the decoder as wide as the encoder, or wider."""
    model = AutoencoderKLLTXVideo(
        latent_channels=recipe.latents,
        block_out_channels=recipe.channels,
        decoder_block_out_channels=decoder_channels or recipe.channels,
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
        patch_size_t=1,
        encoder_causal=True,
        decoder_causal=False,
    )
    with torch.no_grad():
        model.encoder.conv_out.conv.bias[-1].fill_(LOG_VARIANCE_AT_START)
    return model


def transformer(recipe: Recipe) -> LTXVideoTransformer3DModel:
    """The denoiser; at the start it answers nothing."""
    model = LTXVideoTransformer3DModel(
        in_channels=recipe.latents,
        out_channels=recipe.latents,
        num_attention_heads=recipe.heads,
        attention_head_dim=recipe.width // recipe.heads,
        cross_attention_dim=recipe.width,
        num_layers=recipe.layers,
        caption_channels=recipe.text_width,
    )
    with torch.no_grad():
        model.proj_out.weight.zero_()
        model.proj_out.bias.zero_()
    return model


def text_encoder(recipe: Recipe) -> transformers.T5EncoderModel:
    return transformers.T5EncoderModel(
        transformers.T5Config(
            vocab_size=len(tokenizer()),
            d_model=recipe.text_width,
            d_kv=recipe.text_width // 4,
            num_heads=4,
            d_ff=2 * recipe.text_width,
            num_layers=2,
            feed_forward_proj="gated-gelu",
            dropout_rate=0.0,
            pad_token_id=0,
            eos_token_id=1,
        )
    )


def tokenizer() -> transformers.PreTrainedTokenizerFast:
    """One piece per known word; of other words their letters, which mean nothing to the model.

    Captions are all in small letters with a comma standing alone; what people type is read so.
    """
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -4.0)]
    pieces += [(f"▁{word}", -1.0) for word in KNOWN]
    letters = string.ascii_lowercase + string.digits + ",.'-!?"
    pieces += [(letter, -8.0) for letter in letters]
    plain = transformers.T5TokenizerFast(vocab=pieces, extra_ids=0).backend_tokenizer
    others = [normalizers.Replace(written, read) for written, read in SPELLINGS.items()]
    plain.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace(",", " , "),
            normalizers.Replace(".", " "),
            *others,
        ]
    )
    # A class of T5's own would forget how to read when it is loaded again.
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain,
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=WORDS_MAX,
    )


def scheduler() -> FlowMatchEulerDiscreteScheduler:
    return FlowMatchEulerDiscreteScheduler(shift=1.0)


def shorten_stills(model: AutoencoderKLLTXVideo) -> None:
    """Let the convolutions of `model` take single frames as flat pictures: exact, and faster.

    All temporal taps of a convolution see the same repeated frame, so their sum does the work.
    """
    for module in model.modules():
        if isinstance(module, LTXVideoCausalConv3d):
            module.forward = functools.partial(_convolve, module, module.forward)


def _convolve(module: Any, usual: Any, frames: torch.Tensor) -> torch.Tensor:
    if frames.shape[2] != 1:
        result: torch.Tensor = usual(frames)
        return result
    conv = module.conv
    flat = functional.conv2d(
        frames[:, :, 0],
        conv.weight.sum(2),
        conv.bias,
        stride=conv.stride[1:],
        padding=conv.padding[1:],
    )
    return flat.unsqueeze(2)
