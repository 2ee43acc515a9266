"""What the engine is asked for and what it gives back. Standard library only at run time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generation.engine.errors import EngineFailure, RenderCanceled
from generation.model_registry import FIRST_FRAME, IMAGE, LAST_FRAME, PREFIX, VIDEO, Registry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STANDARD, HIGH = "standard", "high"
SEED_MAX = 2**63 - 1
SIDE_MIN = 64
AXIS_MAX = 10


@dataclass(frozen=True, slots=True)
class Camera:
    """How the camera moves while a clip lasts, -10 to 10 on each axis; 0: not at all.

    It goes right and up, comes nearer (zoom), turns right (pan) and up (tilt), and rolls clockwise
    for numbers above 0. Raises ValueError.
    """

    horizontal: int = 0
    vertical: int = 0
    zoom: int = 0
    pan: int = 0
    tilt: int = 0
    roll: int = 0

    def __post_init__(self) -> None:
        for axis, amount in self.amounts.items():
            if type(amount) is not int or not -AXIS_MAX <= amount <= AXIS_MAX:
                raise ValueError(f"{axis} must be a whole number from -{AXIS_MAX} to {AXIS_MAX}")

    @property
    def amounts(self) -> dict[str, int]:
        """The amount of each axis by its name."""
        return {axis: getattr(self, axis) for axis in AXES}

    @property
    def moves(self) -> bool:
        """Whether there is any move."""
        return any(self.amounts.values())


AXES = ("horizontal", "vertical", "zoom", "pan", "tilt", "roll")
# The moves of a cameraman, by the names of the wire. Forward is nearer, down and back is farther.
MASTER_MOVES: Mapping[str, Camera] = {
    "down_back": Camera(vertical=-6, zoom=-7),
    "forward_up": Camera(zoom=7, tilt=6),
    "right_turn_forward": Camera(pan=7, zoom=6),
    "left_turn_forward": Camera(pan=-7, zoom=6),
}


@dataclass(frozen=True, slots=True, eq=False)
class RenderSpec:
    """One piece of work. `None` means: as the checkpoint's engine profile says.

    width, height: delivered pixels. seconds: contracted length of a clip, 0 for a picture.
    quality: what `standard` and `high` mean is the profile's. first_frame, last_frame: uint8
    [height, width, 3], what a clip starts and ends with. prefix: uint8 [frames, height, width, 3],
    the last frames of a clip that is continued; what is rendered are the new frames only. Frames
    of any size are fitted. model: an id of the registry, None for the default of this work.
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
    quality: str = STANDARD
    first_frame: NDArray[np.uint8] | None = None
    last_frame: NDArray[np.uint8] | None = None
    prefix: NDArray[np.uint8] | None = None
    camera: Camera | None = None
    model: str | None = None

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
        if self.quality not in (STANDARD, HIGH):
            raise ValueError(f"quality must be {STANDARD} or {HIGH}, not {self.quality!r}")
        self._check_frames()

    def _check_frames(self) -> None:
        _check_array("first_frame", self.first_frame, dimensions=3)
        _check_array("last_frame", self.last_frame, dimensions=3)
        _check_array("prefix", self.prefix, dimensions=4)
        if self.last_frame is not None and self.first_frame is None:
            raise ValueError("a last frame must come with a first frame")
        if self.prefix is not None and self.first_frame is not None:
            raise ValueError("a clip must start with a first frame or with a prefix, not with both")
        if self.kind != VIDEO and (self.needs - {self.kind} or self.camera is not None):
            raise ValueError("frames and camera must be those of a video")

    @property
    def needs(self) -> frozenset[str]:
        """What a model must be able to do for this: names of `model_registry.ABILITIES`."""
        given = {
            FIRST_FRAME: self.first_frame,
            LAST_FRAME: self.last_frame,
            PREFIX: self.prefix,
        }
        return frozenset({self.kind, *(name for name, it in given.items() if it is not None)})

    @property
    def batch_key(self) -> tuple[object, ...]:
        """Pieces with equal keys can be rendered in one call of a pipeline."""
        return (
            *(self.kind, self.width, self.height, self.seconds, self.guidance, self.steps),
            *(self.quality, self.needs, self.camera, self.model),
            None if self.prefix is None else len(self.prefix),
        )


def _check_array(name: str, frames: NDArray[np.uint8] | None, *, dimensions: int) -> None:
    """Raises ValueError unless it is one frame, or several, of 8-bit colour."""
    if frames is None:
        return
    shape = frames.shape
    if frames.dtype != "uint8" or len(shape) != dimensions or shape[-1] != 3 or 0 in shape:
        raise ValueError(f"{name} must be 8-bit colour, not {frames.dtype} {shape}")


@dataclass(frozen=True, slots=True)
class Progress:
    """A real event of a render: stage `load`, `denoise` (step of) or `decode`."""

    stage: str
    step: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """The unstamped result. It exists in this process only: its file has no name.

    frames: uint8 [frames, height, width, 3], read-only; after a prefix only the new ones.
    fps: 0 for a picture.
    seconds_contract: what was asked; frames / fps is what there is.
    revision: the commit of a repository, or the sha256 of a folder's manifest.
    render_seconds: wall time in the child, loading of the checkpoint not counted; of a piece
    that was rendered with others, its share. rendered_with: how many pieces that call rendered.
    model_id: its id in the registry. camera: by which route the camera was moved, "" when not.
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
    model_id: str = ""
    camera: str = ""


# What became of a piece.
Outcome = Rendered | EngineFailure | RenderCanceled


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Which models there are, and where they run.

    device: a torch device, "" for CUDA where there is any and the CPU elsewhere. batch_max:
    pictures rendered in one call. cache_mb: how much the loaded models may occupy together, as the
    registry declares it; 0 for no bound.
    """

    registry: Registry
    device: str
    scratch_dir: Path
    batch_max: int = 1
    cache_mb: int = 0
