"""The GPU worker: claim → the child renders → stamp → store → finish.

Celery loads this module in GPU workers only (`-I generation.worker`). It never imports torch; the
engine is built by the function a setting names and runs its models in a child process.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, Protocol

from celery import shared_task
from celery.signals import worker_init, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from generation import dispatch
from generation.delivery import settle
from generation.dispatch import RENDER_TASK
from generation.engine.errors import ENGINE_ERROR, EngineFailure
from generation.engine.types import Outcome, Progress, RenderSpec
from generation.models import Job
from generation.pulse import Pulse
from generation.services import attempts
from generation.work_batch import WorkBatch

log = logging.getLogger(__name__)


class Engine(Protocol):
    """What the worker needs of an engine: `generation.engine.process.ChildEngine` has it."""

    @property
    def batch_max(self) -> int: ...
    @property
    def prefix_frames(self) -> int: ...
    def warm(self, deadline: float | None = None) -> None: ...
    def close(self) -> None: ...
    def render_batch(
        self,
        specs: Sequence[RenderSpec],
        on_progress: Callable[[Progress], None],
        unwanted: Callable[[], Collection[int]],
        deadline: float | None = None,
    ) -> list[Outcome]: ...


class Worker:
    """Runs claimed jobs on one engine, one batch at a time."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self.stopping = False

    def run_queued(self) -> int:
        """Run jobs until none waits or the worker is asked to stop; returns how many were run."""
        ran = 0
        while not self.stopping:
            jobs = attempts.claim_jobs(
                worker=self.name, now=timezone.now(), pieces_max=self.engine.batch_max
            )
            if not jobs:
                break
            dispatch.ring()  # there may be more, and a worker that waits
            self.run(jobs)
            ran += len(jobs)
        return ran

    def run(self, jobs: Sequence[Job]) -> None:
        """Bring claimed jobs to their ends. Whatever goes wrong, nothing undelivered is charged."""
        with Pulse(jobs) as pulse:
            batch = WorkBatch(
                jobs,
                pulse,
                now=timezone.now(),
                clock=time.monotonic(),
                prefix_frames=self.engine.prefix_frames,
            )
            try:
                outcomes = (
                    self.engine.render_batch(
                        batch.specs, pulse.progress, batch.unwanted, batch.ends_at
                    )
                    if batch.specs
                    else []
                )
            except DatabaseError:
                raise  # nothing can be written down: the lease will end, and the sweeper decides
            except Exception as error:
                log.exception("a batch failed")
                outcomes = [EngineFailure(ENGINE_ERROR, repr(error))] * len(batch.specs)
            if not all(map(pulse.lost, jobs)):
                pulse.progress(Progress("save"))
            for job in jobs:
                settle(job, batch.outcomes_of(job, outcomes), lost=pulse.lost(job))
                pulse.end(job)


@cache
def this_worker() -> Worker:
    """The one worker of this process, its engine built as the setting says."""
    engine = import_string(settings.GENERATION_ENGINE)()
    return Worker(engine, name=f"gpu@{socket.gethostname()}")


@shared_task(name=RENDER_TASK)
def render_queued(**kwargs: Any) -> None:
    """The doorbell was rung: run whatever waits."""
    close_old_connections()
    dispatch.heard()
    this_worker().run_queued()


@worker_init.connect
def warm_engine(sender: Any, **kwargs: Any) -> None:
    """Load the checkpoints before the first job comes, not while its user waits."""
    worker = this_worker()
    worker.name = sender.hostname  # the node's name, by which operators drain it
    worker.engine.warm()


@worker_shutting_down.connect
def stop_claiming(**kwargs: Any) -> None:
    """Asked to stop: finish the job at hand and take no other."""
    this_worker().stopping = True


@worker_shutdown.connect
def close_engine(**kwargs: Any) -> None:
    """End the inference child with the worker."""
    this_worker().engine.close()
