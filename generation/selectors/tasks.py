"""Jobs that were asked for in Kling's words: tasks of an account, by their id or their own name."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.errors import NotFound
from accounts.models import User
from billing.selectors.wallets import wallet_id_of
from generation.models import Job
from generation.types import Kind

# The idempotency key of a task says that it is one, and what its maker called it.
_ANY = "kling-"
_NAMED, _UNNAMED = f"{_ANY}task:", f"{_ANY}none:"


def task_key(external_task_id: str | None) -> str:
    """The idempotency key of a new task: a name is unique in its account."""
    return f"{_UNNAMED}{uuid.uuid4()}" if external_task_id is None else _NAMED + external_task_id


def external_task_id_of(job: Job) -> str | None:
    """What the maker of a task called it."""
    key = job.idempotency_key
    return key.removeprefix(_NAMED) if key.startswith(_NAMED) else None


def tasks_of(*, user: User, kind: Kind) -> QuerySet[Job]:
    """The tasks of this kind that the user's own wallet pays for, newest first, files loaded."""
    return (
        Job.objects.select_related("parent")
        .prefetch_related("artifacts")
        .filter(
            wallet_id=wallet_id_of(user) or 0,
            seat_id=None,
            kind=kind,
            idempotency_key__startswith=_ANY,
        )
        .order_by("-created_at", "-id")
    )


def task_for(*, user: User, kind: Kind, name: str) -> Job:
    """The task with this id, or else with this name. Raises NotFound, also for another's."""
    missing = NotFound("There is no such task.")
    if not name.isprintable():
        raise missing
    tasks = tasks_of(user=user, kind=kind)
    known = _as_id(name)
    by_name = Q(idempotency_key=_NAMED + name)
    found = tasks.filter(by_name if known is None else Q(id=known) | by_name)[:2]
    # An id comes before a name that looks like it.
    job = next(iter(sorted(found, key=lambda job: job.id != known)), None)
    if job is None:
        raise missing
    return job


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
