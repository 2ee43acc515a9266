"""Loaded models, kept warm within a budget; the one that was idle longest goes first."""

from __future__ import annotations

import gc
from collections import OrderedDict

import torch

from generation.engine.loader import Checkpoint, find, load
from generation.model_registry import Model

Key = tuple[object, ...]


class Cache:
    """budget_mb: what all models together may occupy; 0 for no bound.

    Room is made before a model is loaded: two large ones never have to fit at once.
    """

    def __init__(self, device: str, budget_mb: int) -> None:
        self._device = device
        self._budget_mb = budget_mb
        self._loaded: OrderedDict[Key, tuple[Checkpoint, int]] = OrderedDict()

    def get(self, model: Model) -> Checkpoint:
        """The loaded model. Entries of the registry with the same weights share them.

        Raises what `load` raises.
        """
        key = (model.source, model.revision, model.dtype, model.memory)
        if key not in self._loaded:
            size_mb = model.vram_mb or _stored_mb(model)
            self._make_room(size_mb)
            self._loaded[key] = load(model, self._device), size_mb
        self._loaded.move_to_end(key)
        checkpoint = self._loaded[key][0]
        return checkpoint if checkpoint.model == model else checkpoint.seen_as(model)

    def _make_room(self, size_mb: int) -> None:
        used_mb = sum(size for _, size in self._loaded.values())
        while self._budget_mb and self._loaded and used_mb + size_mb > self._budget_mb:
            _, (evicted, freed_mb) = self._loaded.popitem(last=False)
            used_mb -= freed_mb
            del evicted
            gc.collect()
            if self._device != "cpu":
                torch.cuda.empty_cache()


def _stored_mb(model: Model) -> int:
    """The size of the weights on disk, rounded up."""
    files = find(model.source, model.revision).rglob("*.safetensors")
    return -(-sum(path.stat().st_size for path in files) // 10**6)
