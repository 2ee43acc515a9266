"""Builds the engine the GPU worker uses; `settings.GENERATION_ENGINE` names this function."""

from __future__ import annotations

import os

from django.conf import settings

from generation.engine.routing import RoutedEngine
from generation.engine.types import EngineConfig


def child_engine() -> RoutedEngine:
    """One inference child for this process, and the servers of the registry.

    The child starts with the first render.
    """
    return RoutedEngine(
        EngineConfig(
            registry=settings.MODEL_REGISTRY,
            device=settings.ENGINE_DEVICE,
            scratch_dir=settings.ENGINE_SCRATCH_DIR,
            batch_max=settings.ENGINE_BATCH_MAX,
            cache_mb=settings.ENGINE_CACHE_MB,
        ),
        os.environ,
    )
