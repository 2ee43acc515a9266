"""Checkpoints into pipelines, through diffusers' own `from_pretrained`.

Weights are data: safetensors only, and no code that a checkpoint brings is run.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import torch

from generation.engine.profiles import Profile, profile_of

COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded checkpoint. parameters: names the pipeline's call takes."""

    source: str
    revision: str
    pipeline: Any
    profile: Profile
    parameters: frozenset[str]

    @property
    def makes_video(self) -> bool:
        return "num_frames" in self.parameters


def load(source: str, revision: str | None, device: str) -> Checkpoint:
    """Load a folder, or a repository id at a pinned commit that is on this machine already.

    Raises OSError when it is absent, incomplete or not safetensors, ValueError when it is not
    pinned or cannot be driven step by step.
    """
    folder = find(source, revision)
    pipeline = diffusers.DiffusionPipeline.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        trust_remote_code=False,
        dtype=torch.float32 if device == "cpu" else torch.bfloat16,
    )
    pipeline.to(device)
    pipeline.set_progress_bar_config(disable=True)
    parameters = frozenset(inspect.signature(type(pipeline).__call__).parameters)
    if "callback_on_step_end" not in parameters:
        raise ValueError(f"{type(pipeline).__name__} cannot report its steps or be canceled")
    return Checkpoint(
        # A folder is named without its path: the name goes into files that users get.
        source=folder.name if Path(source).is_dir() else source,
        revision=revision if revision and not Path(source).is_dir() else manifest_sha256(folder),
        pipeline=pipeline,
        profile=profile_of(folder, type(pipeline).__name__),
        parameters=parameters,
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
