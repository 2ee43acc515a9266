"""The GPU worker: claim → the child renders → stamp → store → finish.

Celery loads this module in GPU workers only (`-I generation.worker`). It never imports torch; the
engine is built by the function a setting names and runs its models in a child process.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Protocol

from celery import shared_task
from celery.signals import worker_init, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)
from django.utils import timezone
from django.utils.module_loading import import_string

from generation import storage
from generation.dispatch import RENDER_TASK
from generation.engine.errors import WORKER_LOST, EngineFailure, RenderCanceled
from generation.engine.types import Progress, Rendered, RenderSpec
from generation.errors import AttemptLost
from generation.models import Job
from generation.pulse import Pulse
from generation.services import artifacts, attempts
from generation.services.attempts import StoredArtifact
from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import StampOrder
from generation.types import KINDS

log = logging.getLogger(__name__)

AGAIN_SECONDS = 0.5


class Engine(Protocol):
    """What the worker needs of an engine: `generation.engine.process.ChildEngine` has it."""

    def warm(self, deadline: float | None = None) -> None: ...
    def close(self) -> None: ...
    def render(
        self,
        spec: RenderSpec,
        on_progress: Callable[[Progress], None],
        should_cancel: Callable[[], bool],
        deadline: float | None = None,
    ) -> Rendered: ...


class Worker:
    """Runs claimed jobs on one engine, one at a time."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self.stopping = False

    def run_queued(self) -> int:
        """Run jobs until none waits or the worker is asked to stop; returns how many were run."""
        ran = 0
        while not self.stopping:
            job = attempts.claim_job(worker=self.name, now=timezone.now())
            if job is None:
                break
            self.run(job)
            ran += 1
        return ran

    def run(self, job: Job) -> None:
        """Bring one claimed job to an end. Whatever goes wrong, nothing undelivered is charged."""
        assert job.attempt_id is not None
        stored: list[StoredArtifact] = []
        with Pulse(job) as pulse:
            try:
                self._deliver(job, pulse, stored)
            except (RenderCanceled, AttemptLost):
                log.info("job %s was taken away; what it made is dropped", job.id)
            except EngineFailure as failure:
                log.warning("job %s failed: %s", job.id, failure)
                self._give_up(job, failure.code, failure.message)
            except DatabaseError:
                raise  # nothing can be written down: the lease will end, and the sweeper decides
            except OSError as error:
                log.exception("job %s could not be stored", job.id)
                self._give_up(job, "INTERNAL.STORAGE", str(error))
            except Exception as error:
                log.exception("job %s failed", job.id)
                self._give_up(job, "INTERNAL.ENGINE", f"{type(error).__name__}: {error}")
            else:
                return
            artifacts.discard_files([file.stored_name for file in stored])

    def _deliver(self, job: Job, pulse: Pulse, stored: list[StoredArtifact]) -> None:
        """Render, stamp, store, finish; `stored` names the files even when a later step fails."""
        rendered = self.engine.render(
            RenderSpec(
                kind=job.kind,
                prompt=job.params["prompt"],
                negative_prompt=job.params.get("negative_prompt", ""),
                seed=job.seed,
                seconds=KINDS[job.kind].seconds,
            ),
            on_progress=pulse.progress,
            should_cancel=pulse.should_cancel,
            deadline=time.monotonic() + (job.deadline_at - timezone.now()).total_seconds(),
        )
        pulse.progress(Progress("save"))
        order = StampOrder(
            brand_mark=job.brand_mark,
            producer=settings.AIGC_PRODUCER,
            produce_id=str(job.id),
            software=f"Inkling {rendered.model}",
        )
        stamped = (
            stamp_clip(rendered.frames, rendered.fps, order)
            if job.kind == "video"
            else stamp_picture(rendered.frames[0], order)
        )
        stored.append(
            StoredArtifact(
                stored_name=storage.store(stamped.data, stamped.mime),
                mime=stamped.mime,
                width=stamped.width,
                height=stamped.height,
                seconds=KINDS[job.kind].seconds,
                bytes=len(stamped.data),
                sha256=stamped.sha256,
            )
        )
        insist(
            lambda: attempts.finish_job(
                **_mine(job),
                artifacts=stored,
                engine=_engine_facts(rendered),
                now=timezone.now(),
            )
        )

    def _give_up(self, job: Job, code: str, detail: str) -> None:
        end = (
            attempts.lose_attempt if code == WORKER_LOST else partial(attempts.fail_job, code=code)
        )
        try:
            insist(lambda: end(**_mine(job), message=detail, now=timezone.now()))
        except AttemptLost:
            log.info("job %s ended meanwhile", job.id)


def insist(write: Callable[[], object]) -> None:
    """Write through a database that restarts: again and again for as long as a lease lives.

    A repeat is harmless: it finds its attempt gone. Raises OperationalError or InterfaceError when
    the database stays away, and whatever else `write` raises.
    """
    until = time.monotonic() + settings.LEASE_SECONDS
    while True:
        try:
            write()
            return
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            connection.close()
            time.sleep(AGAIN_SECONDS)


def _mine(job: Job) -> dict[str, Any]:
    return {"job_id": job.id, "attempt_id": job.attempt_id}


def _engine_facts(rendered: Rendered) -> dict[str, object]:
    """What made the artifact, kept with the job."""
    return {
        "model": rendered.model,
        "revision": rendered.revision,
        "device": rendered.device,
        "versions": dict(rendered.versions),
        "frames": int(rendered.frames.shape[0]),
        "fps": rendered.fps,
        "render_milliseconds": round(rendered.render_seconds * 1000),
    }


@cache
def this_worker() -> Worker:
    """The one worker of this process, its engine built as the setting says."""
    engine = import_string(settings.GENERATION_ENGINE)()
    return Worker(engine, name=f"gpu@{socket.gethostname()}")


@shared_task(name=RENDER_TASK)
def render_queued(**kwargs: Any) -> None:
    """The doorbell was rung: run whatever waits."""
    close_old_connections()
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
