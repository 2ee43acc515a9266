"""Files as the worker makes and delivers them: stamped, signed, stored, with their rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation import storage
from generation.delivery import settle
from generation.engine.types import Rendered
from generation.models import Artifact, Job
from tests.jobs_by_hand import claimed

FRAMES: Mapping[str, int] = {"image": 1, "video": 40}
SIDES = {"image": (320, 320), "video": (320, 192)}


def rendered(kind: str) -> Rendered:
    """What an engine would hand over for a job of this kind: a busy picture that slides."""
    width, height = SIDES[kind]
    small = np.random.default_rng(3).integers(0, 256, (9, 15, 3), np.uint8)
    frame = np.asarray(Image.fromarray(small).resize((width, height)))
    frames: NDArray[np.uint8] = np.stack(
        [np.roll(frame, 3 * step, axis=1) for step in range(FRAMES[kind])]
    )
    return Rendered(
        frames=frames,
        fps=8,
        width=width,
        height=height,
        seconds_contract=5,
        model="demo",
        revision="abc",
        device="cpu",
        versions={},
        render_seconds=1.0,
        rendered_with=1,
    )


def settled(now: datetime) -> Artifact:
    """The next queued job, taken through the worker's own settling; what it made."""
    job: Job = claimed(now)
    settle(job, [rendered(job.kind)], lost=False)
    return Artifact.objects.select_related("job").get(job_id=job.id)


def bytes_of(artifact: Artifact) -> bytes:
    """The stored file."""
    with storage.open_stored(artifact.stored_name) as file:
        return file.read()
