"""Jobs on their way through the engine together: their pieces in one row, each with its own end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from generation.engine.errors import RUN_TIMEOUT, EngineFailure, RenderCanceled
from generation.engine.types import Outcome, RenderSpec
from generation.models import Job
from generation.pulse import Pulse
from generation.types import KINDS, piece_seed

# Before its deadline a job of many pieces stops, so that those which are ready can be delivered.
SAVING = timedelta(seconds=5)


class WorkBatch:
    """Which piece is whose, and until when anybody waits for it.

    `now` and `clock` are the same moment on the wall and on time.monotonic().
    """

    def __init__(self, jobs: Sequence[Job], pulse: Pulse, *, now: datetime, clock: float) -> None:
        self._pulse = pulse
        self._owners = [job for job in jobs for _ in range(job.pieces)]
        self._ends_at = {job.id: clock + (_ready_by(job) - now).total_seconds() for job in jobs}
        self.specs = [_spec(job, piece) for job in jobs for piece in range(job.pieces)]

    @property
    def ends_at(self) -> float:
        """When nobody waits for anything any more, a reading of time.monotonic()."""
        return max(self._ends_at.values())

    def unwanted(self) -> list[int]:
        """Pieces whose job was taken away or is out of time."""
        clock = time.monotonic()
        return [
            index
            for index, job in enumerate(self._owners)
            if self._pulse.lost(job) or self._ends_at[job.id] <= clock
        ]

    def outcomes_of(self, job: Job, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """What became of the pieces of `job`, in their order."""
        return [
            EngineFailure(RUN_TIMEOUT, "it was not ready by its deadline")
            if isinstance(outcome, RenderCanceled) and not self._pulse.lost(job)
            else outcome
            for owner, outcome in zip(self._owners, outcomes, strict=True)
            if owner is job
        ]


def _ready_by(job: Job) -> datetime:
    return job.deadline_at - (SAVING if job.pieces > 1 else timedelta(0))


def _spec(job: Job, piece: int) -> RenderSpec:
    return RenderSpec(
        kind=job.kind,
        prompt=job.params["prompt"],
        negative_prompt=job.params.get("negative_prompt", ""),
        seed=piece_seed(job.seed, piece),
        seconds=KINDS[job.kind].seconds,
    )
