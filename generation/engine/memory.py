"""How a loaded pipeline is fitted into memory and made faster, as the registry says for its model.

These switches are a model's, never a job's: some change pixels. What a device or a family of
checkpoints cannot do is refused when the model is loaded, not found out in the middle of a job.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from diffusers import (
    FirstBlockCacheConfig,
    PyramidAttentionBroadcastConfig,
    TaylorSeerCacheConfig,
)

from generation.model_registry import Memory

# Which step caches a family works with. FasterCache wants another layout of guided batches, and
# MagCache a calibration for each checkpoint: neither is offered.
STEP_CACHES = {
    "LTX": ("first_block", "pyramid", "taylor"),
    "Wan": ("first_block", "pyramid"),
    "Flux": ("first_block", "taylor"),
}


def place(pipeline: Any, memory: Memory, device: str) -> None:
    """Bring a pipeline onto its device. Raises ValueError for what cannot be done there."""
    name = type(pipeline).__name__
    on_cpu = device == "cpu"
    if on_cpu and (memory.offload == "model" or memory.compile):
        wanted = "offload = 'model'" if memory.offload == "model" else "compile"
        raise ValueError(f"{wanted} needs an accelerator, and this worker runs on the CPU")
    if memory.quantised:
        _quantise(pipeline)
    if memory.tiling:
        _tile(pipeline, name)
    if memory.step_cache:
        _cache_steps(pipeline, memory.step_cache, name)
    if memory.compile:
        denoiser_of(pipeline).compile_repeated_blocks(fullgraph=True)
    if memory.offload == "model":
        pipeline.enable_model_cpu_offload(device=device)
    elif memory.offload == "group":
        pipeline.enable_group_offload(
            onload_device=torch.device(device),
            offload_device=torch.device("cpu"),
            offload_type="leaf_level",
            use_stream=device.startswith("cuda"),
        )
    else:
        pipeline.to(device)


def denoiser_of(pipeline: Any) -> Any:
    """The part of a pipeline that runs once for each step."""
    return getattr(pipeline, "transformer", None) or pipeline.unet


@contextmanager
def tiled(pipeline: Any) -> Iterator[None]:
    """The pipeline decoding in tiles for a while: slower, in less memory."""
    pipeline.vae.enable_tiling()
    try:
        yield
    finally:
        pipeline.vae.disable_tiling()


def can_tile(pipeline: Any) -> bool:
    """Whether it could decode in tiles and does not already."""
    vae = getattr(pipeline, "vae", None)
    return hasattr(vae, "enable_tiling") and not getattr(vae, "use_tiling", True)


def _quantise(pipeline: Any) -> None:
    denoiser = denoiser_of(pipeline)
    denoiser.enable_layerwise_casting(
        storage_dtype=torch.float8_e4m3fn, compute_dtype=denoiser.dtype
    )


def _tile(pipeline: Any, name: str) -> None:
    if not hasattr(getattr(pipeline, "vae", None), "enable_tiling"):
        raise ValueError(f"{name} cannot decode in tiles")
    pipeline.vae.enable_tiling()


def _cache_steps(pipeline: Any, cache: str, name: str) -> None:
    allowed = next((them for family, them in STEP_CACHES.items() if name.startswith(family)), ())
    if cache not in allowed:
        can = ", ".join(allowed) or "none"
        raise ValueError(f"step_cache {cache!r} does not work with {name}; what does: {can}")
    configs = {
        "first_block": lambda: FirstBlockCacheConfig(threshold=0.05),
        "pyramid": lambda: PyramidAttentionBroadcastConfig(
            spatial_attention_block_skip_range=2,
            cross_attention_block_skip_range=2,
            current_timestep_callback=lambda: pipeline.current_timestep,
        ),
        "taylor": lambda: TaylorSeerCacheConfig(cache_interval=4),
    }
    denoiser_of(pipeline).enable_cache(configs[cache]())
