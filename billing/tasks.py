"""Celery's side of billing: each task reads the clock and calls one service."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from billing.services import upkeep


@shared_task(name="billing.expire_lots")
def expire_lots(**kwargs: Any) -> None:
    """Write down the expiry of lots that have ended."""
    upkeep.expire_due_lots(now=timezone.now())


@shared_task(name="billing.check_ledger")
def check_ledger(**kwargs: Any) -> None:
    """Prove every invariant of the ledger and alarm on a breach."""
    upkeep.check_ledger(now=timezone.now())
