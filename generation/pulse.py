"""A worker's pulse: reports a batch's progress and renews its leases until each attempt ends."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from generation.engine.types import Progress
from generation.models import Job
from generation.services import attempts

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.25
# Beats in a lease: some may be missed while the database restarts.
BEATS = 6


class Pulse:
    """Beats from a thread of its own, because stamping and storing do not come back for long.

    An attempt that is no longer its job's is lost; a database that is away is not that.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._beating = {job.attempt_id for job in jobs if job.attempt_id is not None}
        self._lost: set[UUID] = set()
        self._at = Progress("load")
        self._written_at = time.monotonic()
        self._over = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def progress(self, at: Progress) -> None:
        """The engine is at `at`: written at once on a new stage, else four times a second."""
        new_stage = at.stage != self._at.stage
        self._at = at
        if new_stage or time.monotonic() - self._written_at >= PROGRESS_SECONDS:
            self._write()

    def lost(self, job: Job) -> bool:
        """Whether the attempt at `job` is no longer the job's; asked many times a second."""
        return job.attempt_id in self._lost

    def end(self, job: Job) -> None:
        """No more beats for `job`: its attempt has ended."""
        with self._writing:
            self._beating.discard(job.attempt_id)

    def _beat(self) -> None:
        while not self._over.wait(settings.LEASE_SECONDS / BEATS):
            self._write()
        connection.close()

    def _write(self) -> None:
        with self._writing:
            self._written_at = time.monotonic()
            beating = self._beating - self._lost
            if not beating:
                return
            try:
                self._lost |= attempts.heartbeat(
                    attempt_ids=beating,
                    stage=self._at.stage,
                    step=self._at.step,
                    step_of=self._at.of,
                    now=timezone.now(),
                )
            except (OperationalError, InterfaceError):
                # The lease outlives a short absence; a long one ends it, and rightly.
                log.warning("the database did not take a heartbeat")
                connection.close()
