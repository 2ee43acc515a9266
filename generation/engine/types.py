"""What the engine is asked for and what it gives back. Standard library only at run time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generation.engine.errors import EngineFailure, RenderCanceled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IMAGE = "image"
VIDEO = "video"
SEED_MAX = 2**63 - 1
SIDE_MIN = 64


@dataclass(frozen=True, slots=True)
class RenderSpec:
    """One piece of work. `None` means: as the checkpoint's engine profile says.

    width, height: delivered pixels. seconds: contracted length of a clip, 0 for a picture.
    Raises ValueError for a value no engine could mean.
    """

    kind: str
    prompt: str
    negative_prompt: str = ""
    seed: int = 0
    width: int | None = None
    height: int | None = None
    seconds: int = 0
    guidance: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in (IMAGE, VIDEO):
            raise ValueError(f"kind must be {IMAGE} or {VIDEO}, not {self.kind!r}")
        if not 0 <= self.seed <= SEED_MAX:
            raise ValueError("seed must be from 0 to 2**63 - 1")
        if (self.seconds > 0) != (self.kind == VIDEO):
            raise ValueError("a video lasts at least a second, a picture none")
        if (self.width is None) != (self.height is None):
            raise ValueError("width and height are given together or not at all")
        if min(self.width or SIDE_MIN, self.height or SIDE_MIN) < SIDE_MIN:
            raise ValueError(f"width and height are at least {SIDE_MIN} pixels")
        if self.steps is not None and self.steps < 1:
            raise ValueError("steps must be at least 1")

    @property
    def batch_key(self) -> tuple[object, ...]:
        """Pieces with equal keys can be rendered in one call of a pipeline."""
        return (self.kind, self.width, self.height, self.seconds, self.guidance, self.steps)


@dataclass(frozen=True, slots=True)
class Progress:
    """A real event of a render: stage `load`, `denoise` (step of) or `decode`."""

    stage: str
    step: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """The unstamped result. It exists in this process only: its file has no name.

    frames: uint8 [frames, height, width, 3], read-only. fps: 0 for a picture.
    seconds_contract: what was asked; frames / fps is what there is.
    revision: the commit of a repository, or the sha256 of a folder's manifest.
    render_seconds: wall time in the child, loading of the checkpoint not counted; of a piece
    that was rendered with others, its share. rendered_with: how many pieces that call rendered.
    """

    frames: NDArray[np.uint8]
    fps: int
    width: int
    height: int
    seconds_contract: int
    model: str
    revision: str
    versions: Mapping[str, str]
    render_seconds: float
    device: str
    rendered_with: int


# What became of a piece.
Outcome = Rendered | EngineFailure | RenderCanceled


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Which checkpoints serve which kind, and where they run.

    A model is a folder, or a repository id with its commit as revision. device: a torch device,
    "" for CUDA where there is any and the CPU elsewhere. batch_max: pictures rendered in one call.
    """

    image_model: str
    image_revision: str | None
    video_model: str
    video_revision: str | None
    device: str
    scratch_dir: Path
    batch_max: int = 1
