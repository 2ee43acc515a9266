"""What the engine is asked for, from what a job says: its words, its pixels and its size.

Pictures are read from storage here, in the worker; what is gone fails the job, uncharged. That
they are its user's was seen when the job was submitted.
"""

from __future__ import annotations

from typing import Any, BinaryIO
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from generation import sizes, storage
from generation.engine.errors import EngineFailure
from generation.engine.types import Camera, RenderSpec
from generation.kinds.camera import amounts
from generation.models import Artifact, Job, Upload
from generation.stamp.decoding import Unreadable, last_frames, read_picture
from generation.types import piece_seed

Pixels = NDArray[np.uint8]

SOURCE_GONE = "INPUT.GONE"


def specs_of(job: Job, *, prefix_frames: int) -> list[RenderSpec]:
    """One for each piece of a job. `prefix_frames`: how many last frames the engine wants of a clip
    that it continues. Raises EngineFailure when what it works from is gone."""
    asked = job.request
    shared: dict[str, Any] = {
        "kind": asked.spec.makes,
        "prompt": asked.values.get("prompt", ""),
        "negative_prompt": asked.values.get("negative_prompt", ""),
        "seconds": asked.seconds,
        "guidance": asked.values.get("guidance"),
        **_shape(job),
        **_pixels(job, prefix_frames),
    }
    if asked.quality:
        shared["quality"] = asked.quality
    camera = amounts(asked.values.get("camera"))
    if camera:
        shared["camera"] = Camera(**camera)
    if "prefix" in shared and not shared["prompt"]:
        # Continued without words: it goes on as it began.
        shared["prompt"] = _first_words(job)
    return [RenderSpec(**shared, seed=piece_seed(job.seed, piece)) for piece in range(job.pieces)]


def _shape(job: Job) -> dict[str, int]:
    """Width and height where the product decides them."""
    values = job.params
    size: sizes.Size | None = None
    if job.request.spec.makes == "image":
        size = sizes.picture_size(values.get("aspect_ratio"), values.get("resolution"))
    elif job.kind == "extension":
        parent = parent_of(job)
        size = (parent.width, parent.height)
    elif "image" in values:
        picture = _picture_row(job, "image")
        size = sizes.like(picture.width, picture.height)
    else:
        size = sizes.clip_size(values.get("aspect_ratio"))
    return {"width": size[0], "height": size[1]} if size else {}


def _pixels(job: Job, prefix_frames: int) -> dict[str, Pixels]:
    if job.kind == "extension":
        return {"prefix": _end_of(parent_of(job), prefix_frames)}
    frames = {"first_frame": "image", "last_frame": "image_tail"}
    return {field: picture(job, name) for field, name in frames.items() if name in job.params}


def picture(job: Job, name: str) -> Pixels:
    """A picture a job works from, by the parameter that names it. Raises EngineFailure."""
    row = _picture_row(job, name)
    try:
        with storage.open_stored(row.stored_name) as file:
            return read_picture(file)
    except (FileNotFoundError, Unreadable) as error:
        raise EngineFailure(SOURCE_GONE, f"{name}: {error}") from error


def parent_of(job: Job) -> Artifact:
    """The clip a job continues. Raises EngineFailure when it is gone."""
    parent = Artifact.objects.select_related("job").filter(id=job.params["video"]).first()
    if parent is None:
        raise EngineFailure(SOURCE_GONE, "video: the clip is gone")
    return parent


def _picture_row(job: Job, name: str) -> Upload | Artifact:
    found = (
        Upload.objects.filter(id=UUID(job.params[name])).first()
        or Artifact.objects.filter(id=UUID(job.params[name])).first()
    )
    if found is None:
        raise EngineFailure(SOURCE_GONE, f"{name}: the picture is gone")
    return found


def opened(clip: Artifact) -> BinaryIO:
    """The file of a clip. Raises EngineFailure when it is gone."""
    try:
        return storage.open_stored(clip.stored_name)
    except FileNotFoundError as error:
        raise EngineFailure(SOURCE_GONE, f"video: {error}") from error


def _end_of(clip: Artifact, count: int) -> Pixels:
    with opened(clip) as file:
        try:
            return last_frames(file, count)
        except Unreadable as error:
            raise EngineFailure(SOURCE_GONE, f"video: {error}") from error


def _first_words(job: Job) -> str:
    """The prompt of the nearest ancestor that had one."""
    parent = job.parent
    while parent is not None:
        if parent.job.params.get("prompt"):
            return str(parent.job.params["prompt"])
        parent = parent.job.parent
    return ""
