"""Erasing personal data of accounts that were closed long enough ago. The ledger stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import Erasure, User
from accounts.services.exports import own_data


def erase_closed(*, now: datetime, limit: int = 100) -> int:
    """Erase whom nobody can reopen any more; how many. Each in its own transaction."""
    before = now - timedelta(days=settings.ERASE_AFTER_DAYS)
    due = User.objects.filter(closed_at__lte=before, erasure=None).order_by("closed_at")[:limit]
    return sum(erase(user_id=user.pk, actor="clock", now=now) for user in due)


@transaction.atomic(durable=True)
def erase(*, user_id: UUID, actor: str, now: datetime) -> bool:
    """Erase one closed account; False when it was reopened or erased meanwhile.

    What was erased is counted in an `Erasure`; what must be kept is kept under the user's id.
    """
    user = User.objects.select_for_update().filter(pk=user_id, closed_at__isnull=False).first()
    if user is None or Erasure.objects.filter(user=user).exists():
        return False
    erased: dict[str, object] = {}
    # Higher apps first: they may still want what lower ones erase.
    for module in reversed(list(own_data())):
        erased |= module.erase(user=user, now=now)
    Erasure.objects.create(user=user, erased_at=now, actor=actor[:120], erased=erased)
    return True
