"""Telling the address that a task of Kling's named how it goes. A step.

Their body is the bare task. Beside what they do, it is signed with the secret of the key's pair.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from accounts.models import ApiKey
from accounts.services.sealing import CannotUnseal, unseal
from accounts.services.webhook_events import queue_callback
from generation.models import Job
from generation.services.kling_tasks import task_data

TYPE = "kling.task"
_TOLD = (
    "task_id",
    "task_status",
    "task_status_msg",
    "task_info",
    "created_at",
    "updated_at",
    "task_result",
)
log = logging.getLogger(__name__)


def call_back(job: Job, *, now: datetime) -> bool:
    """Queue the task as it is now, once for each of its statuses; whether there was one to queue.

    Never raises: a callback that cannot be written leaves the job and its change as they are.
    """
    if not job.callback_url:
        return False
    try:
        with transaction.atomic():
            return _queue(job, now)
    except Exception:
        log.exception("job %s: its callback could not be queued", job.pk)
        return False


def _queue(job: Job, now: datetime) -> bool:
    # In one language, whoever's request or worker brings the change about.
    with translation.override("en"):
        task = task_data(job, absolute=lambda path: f"{settings.PUBLIC_URL}{path}", now=now)
    return queue_callback(
        user_id=job.user_id,
        url=job.callback_url,
        message_id=f"{job.pk}:{task['task_status']}",
        type=TYPE,
        body=json.dumps({name: task[name] for name in _TOLD}, ensure_ascii=False),
        secret=_secret(job.api_key_id),
        now=now,
    )


def _secret(api_key_id: UUID | None) -> str:
    """The secret of the pair that asked, "" where it is not to be had: then it goes unsigned."""
    if api_key_id is None:
        return ""
    key = ApiKey.objects.filter(pk=api_key_id).only("sealed_secret").first()
    if key is None or key.sealed_secret is None:
        return ""
    try:
        return unseal(bytes(key.sealed_secret))
    except CannotUnseal:
        log.error("the secret of key %s cannot be read: a callback goes unsigned", key.pk)
        return ""
