"""Celery's side of accounts: each task reads the clock and calls one service."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services import door_mail, erasing, exports, forgetting, waiting_list

log = logging.getLogger(__name__)


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
