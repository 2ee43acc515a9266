"""Celery's side of accounts: each task reads the clock and calls one service."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services import (
    door_mail,
    erasing,
    exports,
    forgetting,
    waiting_list,
    webhook_deliveries,
)
from accounts.services.doorbell import ring_after_commit
from accounts.services.webhook_events import SENDER_TASK

log = logging.getLogger(__name__)
# Then another task goes on, so that a worker that is to end waits for no long one.
_DELIVERIES_A_TASK = 50


@shared_task(name="accounts.door_mail")
def send_door_mail(**kwargs: Any) -> None:
    """Mail applicants and the invited."""
    door_mail.send_door_mail(now=timezone.now())


@shared_task(name="accounts.tidy_waiting_list")
def tidy_waiting_list(**kwargs: Any) -> None:
    """Lapse invitations nobody used, and forget what is over."""
    waiting_list.tidy(now=timezone.now())


@shared_task(name="accounts.exports")
def make_exports(**kwargs: Any) -> None:
    """Make the archives that were asked for, and delete those whose time is over."""
    exports.make_exports(now=timezone.now())
    exports.delete_old(now=timezone.now())


@shared_task(name="accounts.erase")
def erase(**kwargs: Any) -> None:
    """Erase personal data of accounts that were closed long enough ago."""
    erasing.erase_closed(now=timezone.now())


@shared_task(name="accounts.forget")
def forget(**kwargs: Any) -> None:
    """Forget what is kept against farms for no longer than it is needed."""
    log.info("forgotten: %s", forgetting.forget(now=timezone.now()))


@shared_task(name=SENDER_TASK)
def send_webhooks(**kwargs: Any) -> None:
    """Send what is due, one after the other; others do the same beside it."""
    for _turn in range(_DELIVERIES_A_TASK):
        claimed = webhook_deliveries.claim(now=timezone.now())
        if claimed is None:
            return
        answer = webhook_deliveries.send(claimed, now=timezone.now())
        webhook_deliveries.note(claimed, answer, now=timezone.now())
    ring_after_commit(SENDER_TASK)


@shared_task(name="accounts.forget_webhooks")
def forget_webhooks(**kwargs: Any) -> None:
    """Erase events and deliveries that were kept long enough."""
    webhook_deliveries.forget(now=timezone.now())
