"""Builds the engine the GPU worker uses; `settings.GENERATION_ENGINE` names this function."""

from __future__ import annotations

from django.conf import settings

from generation.engine.process import ChildEngine
from generation.engine.types import EngineConfig


def child_engine() -> ChildEngine:
    """One inference child for this process; it starts with the first render."""
    return ChildEngine(
        EngineConfig(
            registry=settings.MODEL_REGISTRY,
            device=settings.ENGINE_DEVICE,
            scratch_dir=settings.ENGINE_SCRATCH_DIR,
            batch_max=settings.ENGINE_BATCH_MAX,
            cache_mb=settings.ENGINE_CACHE_MB,
        )
    )
