"""The GPU worker: claim → the child renders → stamp → store → finish.

Celery loads this module in GPU workers only (`-I generation.worker`). It never imports torch; the
engine is built by the function a setting names and runs its models in a child process.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from celery import shared_task
from celery.signals import worker_init, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from generation import storage
from generation.dispatch import RENDER_TASK
from generation.engine.errors import WORKER_LOST, EngineFailure, RenderCanceled
from generation.engine.types import Progress, Rendered, RenderSpec
from generation.errors import AttemptLost
from generation.models import Job
from generation.services import artifacts, attempts
from generation.services.attempts import StoredArtifact
from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import StampOrder
from generation.types import KINDS

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.25


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


class Pulse:
    """Reports an attempt's progress and renews its lease; knows when the attempt is lost."""

    def __init__(self, job: Job) -> None:
        assert job.attempt_id is not None
        self._job_id, self._attempt_id = job.id, job.attempt_id
        self._at = Progress("load")
        self._written_at = time.monotonic()
        self.lost = False

    def progress(self, at: Progress) -> None:
        """The engine is at `at`: written at once on a new stage, else four times a second."""
        new_stage = at.stage != self._at.stage
        self._at = at
        if new_stage or time.monotonic() - self._written_at >= PROGRESS_SECONDS:
            self._write()

    def should_cancel(self) -> bool:
        """Whether to stop; asked many times a second, so it is the heartbeat too."""
        if time.monotonic() - self._written_at >= settings.LEASE_SECONDS / 6:
            self._write()
        return self.lost

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
        mine = {"job_id": job.id, "attempt_id": job.attempt_id}
        stored: list[StoredArtifact] = []
        try:
            rendered, made = self._make(job, stored)
            attempts.finish_job(
                **mine, artifacts=made, engine=_engine_facts(rendered), now=timezone.now()
            )
        except (RenderCanceled, AttemptLost):
            log.info("job %s was taken away; what it made is dropped", job.id)
            artifacts.discard_files([file.stored_name for file in stored])
        except EngineFailure as failure:
            log.warning("job %s failed: %s", job.id, failure)
            self._give_up(mine, failure.code, failure.message)
        except OSError as error:
            log.exception("job %s could not be stored", job.id)
            artifacts.discard_files([file.stored_name for file in stored])
            self._give_up(mine, "INTERNAL.STORAGE", str(error))
        except Exception:
            log.exception("job %s failed", job.id)
            artifacts.discard_files([file.stored_name for file in stored])
            self._give_up(mine, "INTERNAL.ENGINE", "The worker met an error it did not expect.")

    def _make(
        self, job: Job, stored: list[StoredArtifact]
    ) -> tuple[Rendered, list[StoredArtifact]]:
        """Render, stamp and store; `stored` names the files even when a later step fails."""
        pulse = Pulse(job)
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
        return rendered, stored

    def _give_up(self, mine: dict[str, Any], code: str, message: str) -> None:
        try:
            if code == WORKER_LOST:
                attempts.lose_attempt(**mine, message=message, now=timezone.now())
            else:
                attempts.fail_job(**mine, code=code, message=message, now=timezone.now())
        except AttemptLost:
            log.info("job %s ended meanwhile", mine["job_id"])


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
