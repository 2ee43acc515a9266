"""Celery's side of accounts: each task reads the clock and calls one service."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services import forgetting

log = logging.getLogger(__name__)


@shared_task(name="accounts.forget")
def forget(**kwargs: Any) -> None:
    """Forget what is kept against farms for no longer than it is needed."""
    log.info("forgotten: %s", forgetting.forget(now=timezone.now()))
