"""Camera moves that a checkpoint learned as adapters (LoRA): one for an axis and a sign.

An adapter is part of the weights while it is on. It is on for one call and off afterwards; pieces
rendered together have the same camera, because it is part of their key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generation.engine.types import AXIS_MAX, Camera


def split(camera: Camera, loras: Mapping[str, str]) -> tuple[dict[str, int], Camera]:
    """The amounts that adapters do, by their names, and the moves without an adapter."""
    named = {_name(axis, amount): (axis, amount) for axis, amount in camera.amounts.items()}
    done = {name: abs(amount) for name, (_, amount) in named.items() if amount and name in loras}
    left = {axis: amount for name, (axis, amount) in named.items() if name not in done}
    return done, Camera(**left)


@contextmanager
def moved(pipeline: Any, amounts: Mapping[str, int], loras: Mapping[str, str]) -> Iterator[None]:
    """The pipeline with adapters on, each as strong as its amount. Loads those it meets first.

    Raises OSError when one is absent, ValueError when it is not safetensors.
    """
    if not amounts:
        yield
        return
    weights = {}
    for name, amount in amounts.items():
        path, _, full = loras[name].partition("@")
        weights[_loaded(pipeline, Path(path))] = float(full or 1) * amount / AXIS_MAX
    pipeline.set_adapters(list(weights), adapter_weights=list(weights.values()))
    pipeline.enable_lora()
    try:
        yield
    finally:
        pipeline.disable_lora()


def _loaded(pipeline: Any, path: Path) -> str:
    """The name under which the adapter of a file is loaded: other entries may name other files."""
    name = f"file_{hashlib.sha256(str(path).encode()).hexdigest()[:16]}"
    if name in {one for names in pipeline.get_list_adapters().values() for one in names}:
        return name
    if path.suffix != ".safetensors":
        raise ValueError(f"the adapter {path} is not safetensors")
    if not path.is_file():
        raise FileNotFoundError(f"there is no adapter {path}")
    pipeline.load_lora_weights(
        path.parent,
        weight_name=path.name,
        adapter_name=name,
        local_files_only=True,
        use_safetensors=True,
    )
    return name


def _name(axis: str, amount: int) -> str:
    return f"{axis}{'+' if amount > 0 else '-'}"
