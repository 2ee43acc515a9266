"""A worker's pulse: reports an attempt's progress and renews its lease until the attempt ends."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from generation.engine.types import Progress
from generation.errors import AttemptLost
from generation.models import Job
from generation.services import attempts

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.25
# Beats in a lease: some may be missed while the database restarts.
BEATS = 6


class Pulse:
    """Beats from a thread of its own, because stamping and storing do not come back for long.

    `lost` turns true when the attempt is no longer the job's; a database that is away is not that.
    """

    def __init__(self, job: Job) -> None:
        assert job.attempt_id is not None
        self._job_id, self._attempt_id = job.id, job.attempt_id
        self._at = Progress("load")
        self._written_at = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self.lost = False

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

    def should_cancel(self) -> bool:
        """Whether to stop; asked many times a second."""
        return self.lost

    def _beat(self) -> None:
        while not self._over.wait(settings.LEASE_SECONDS / BEATS):
            self._write()
        connection.close()

    def _write(self) -> None:
        self._written_at = time.monotonic()
        try:
            attempts.heartbeat(
                job_id=self._job_id,
                attempt_id=self._attempt_id,
                stage=self._at.stage,
                step=self._at.step,
                step_of=self._at.of,
                now=timezone.now(),
            )
        except AttemptLost:
            self.lost = True
        except (OperationalError, InterfaceError):
            # The lease outlives a short absence; a long one ends it, and rightly.
            log.warning("job %s: the database did not take a heartbeat", self._job_id)
            connection.close()
