"""Rings the doorbell of the GPU workers. Nothing is lost when a ring is: the row is the queue.

One ring that nobody has heard yet is enough: whoever hears it looks after it, and passes it on
while more waits (`generation.worker`). So a thousand submits cost one message, not a thousand.
"""

from __future__ import annotations

import logging

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

GPU_QUEUE = "gpu"
RENDER_TASK = "generation.render_queued"
_UNHEARD = "doorbell"
# A message that was lost keeps the next one back no longer than this.
_UNHEARD_SECONDS = 1

log = logging.getLogger(__name__)


def ring() -> None:
    """Tell a worker that a job may be waiting. A broker that is down is logged and no more:
    the sweeper rings again."""
    try:
        if cache.add(_UNHEARD, 1, _UNHEARD_SECONDS):
            current_app.send_task(
                RENDER_TASK, queue=GPU_QUEUE, ignore_result=True, retry=False, expires=60
            )
    except (OperationalError, RedisError, OSError):
        log.warning("doorbell not rung: the broker is unreachable")


def heard() -> None:
    """A worker is about to look: whoever rings from now on is not heard by this look."""
    try:
        cache.delete(_UNHEARD)
    except (RedisError, OSError):
        log.warning("the broker is unreachable")


def ring_after_commit() -> None:
    """Ring once the surrounding database transaction has committed."""
    transaction.on_commit(ring)
