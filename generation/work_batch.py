"""Jobs on their way through the engine together: their pieces in one row, each with its own end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from generation.engine.errors import RUN_TIMEOUT, EngineFailure, RenderCanceled
from generation.engine.types import Outcome, RenderSpec
from generation.models import Job
from generation.pulse import Pulse
from generation.sources import specs_of

# Before its deadline a job of many pieces stops, so that those which are ready can be delivered.
SAVING = timedelta(seconds=5)


class WorkBatch:
    """Which piece is whose, and until when anybody waits for it.

    `now` and `clock` are the same moment on the wall and on time.monotonic(); `prefix_frames` is
    what the engine wants of a clip that it continues.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        pulse: Pulse,
        *,
        now: datetime,
        clock: float,
        prefix_frames: int = 0,
    ) -> None:
        self._pulse = pulse
        self._owners: list[Job] = []
        # Jobs that cannot even be asked for, because what they work from is gone.
        self._failed: dict[UUID, EngineFailure] = {}
        self._ends_at = {job.id: clock + (_ready_by(job) - now).total_seconds() for job in jobs}
        self.specs: list[RenderSpec] = []
        for job in jobs:
            try:
                specs = specs_of(job, prefix_frames=prefix_frames)
            except EngineFailure as failure:
                self._failed[job.id] = failure
                continue
            self.specs += specs
            self._owners += [job] * len(specs)

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
        if job.id in self._failed:
            return [self._failed[job.id]]
        return [
            EngineFailure(RUN_TIMEOUT, "it was not ready by its deadline")
            if isinstance(outcome, RenderCanceled) and not self._pulse.lost(job)
            else outcome
            for owner, outcome in zip(self._owners, outcomes, strict=True)
            if owner is job
        ]


def _ready_by(job: Job) -> datetime:
    return job.deadline_at - (SAVING if job.pieces > 1 else timedelta(0))
