"""Rings a background task. Nothing is lost when a ring is: the row waits, and the clock looks."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring_after_commit(task: str, **arguments: str) -> None:
    """Start `task` once the surrounding database transaction has committed."""
    transaction.on_commit(lambda: _ring(task, arguments))


def _ring(task: str, arguments: dict[str, str]) -> None:
    try:
        current_app.send_task(task, kwargs=arguments, ignore_result=True, retry=False, expires=600)
    except (OperationalError, OSError):
        log.warning("doorbell not rung: the broker is unreachable")
