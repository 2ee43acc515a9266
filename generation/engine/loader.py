"""Checkpoints into pipelines, through diffusers' own `from_pretrained`.

Weights are data: safetensors only, and no code that a checkpoint brings is run.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers
import torch

from generation.engine.memory import place
from generation.engine.profiles import Profile, profile_of
from generation.model_registry import COMMIT, Model

# Pipelines that take frames with the weights of others, by the class that is loaded.
TAKE_FRAMES = {"WanPipeline": "WanImageToVideoPipeline"}


class Checkpoint:
    """A loaded model. Its pipelines share one set of weights.

    source: what it is called in files that users get. revision: the commit of a repository, or
    the sha256 of a folder's manifest.
    """

    def __init__(
        self, model: Model, source: str, revision: str, pipeline: Any, profile: Profile
    ) -> None:
        self.model = model
        self.source = source
        self.revision = revision
        self.profile = profile
        self._pipeline = pipeline
        self._taking_frames: Any = None

    def pipeline_for(self, *, takes_frames: bool) -> Any:
        """The pipeline for work with given frames, or without."""
        other = TAKE_FRAMES.get(type(self._pipeline).__name__)
        if not takes_frames or other is None:
            return self._pipeline
        if self._taking_frames is None:
            self._taking_frames = getattr(diffusers, other).from_pipe(self._pipeline)
            self._taking_frames.set_progress_bar_config(disable=True)
        return self._taking_frames

    def seen_as(self, model: Model) -> Checkpoint:
        """The same weights under another entry of the registry."""
        return Checkpoint(model, self.source, self.revision, self._pipeline, self.profile)


def load(model: Model, device: str) -> Checkpoint:
    """Load a folder, or a repository id at a pinned commit that is on this machine already.

    Raises OSError when it is absent, incomplete or not safetensors, ValueError when it is not
    pinned, cannot be driven step by step, or not be placed as its registry entry says.
    """
    folder = find(model.source, model.revision)
    auto = torch.float32 if device == "cpu" else torch.bfloat16
    pipeline = diffusers.DiffusionPipeline.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        trust_remote_code=False,
        dtype=auto if model.dtype == "auto" else getattr(torch, model.dtype),
    )
    place(pipeline, model.memory, device)
    pipeline.set_progress_bar_config(disable=True)
    name = type(pipeline).__name__
    if "callback_on_step_end" not in inspect.signature(type(pipeline).__call__).parameters:
        raise ValueError(f"{name} cannot report its steps or be canceled")
    is_folder = Path(model.source).is_dir()
    return Checkpoint(
        model,
        # A folder is named without its path: the name goes into files that users get.
        source=folder.name if is_folder else model.source,
        revision=manifest_sha256(folder) if is_folder else str(model.revision),
        pipeline=pipeline,
        profile=profile_of(folder, name),
    )


def find(source: str, revision: str | None) -> Path:
    """The folder of a checkpoint. A repository id needs its commit: a branch may move."""
    folder = Path(source)
    if folder.is_dir():
        if not (folder / "model_index.json").is_file():
            raise OSError(f"{folder} holds no checkpoint: it has no model_index.json")
        return folder
    if revision is None or not COMMIT.fullmatch(revision):
        raise ValueError(f"{source} is not a folder, so it needs a commit of 40 hex digits")
    return Path(
        diffusers.DiffusionPipeline.download(
            source, revision=revision, local_files_only=True, use_safetensors=True
        )
    )


def manifest_sha256(folder: Path) -> str:
    """One sha256 over the names and the contents of every file of a folder."""
    manifest: Mapping[str, str] = {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
