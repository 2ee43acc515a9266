"""Rings the doorbell of the GPU workers. Nothing is lost when a ring is: the row is the queue."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

GPU_QUEUE = "gpu"
RENDER_TASK = "generation.render_queued"

log = logging.getLogger(__name__)


def ring() -> None:
    """Tell a worker that a job may be waiting. A broker that is down is logged and no more:
    the sweeper rings again."""
    try:
        current_app.send_task(
            RENDER_TASK, queue=GPU_QUEUE, ignore_result=True, retry=False, expires=60
        )
    except (OperationalError, OSError):
        log.warning("doorbell not rung: the broker is unreachable")


def ring_after_commit() -> None:
    """Ring once the surrounding database transaction has committed."""
    transaction.on_commit(ring)
