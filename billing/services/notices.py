"""What a user must be told about money: recorded with the fact, mailed afterwards."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from billing.models import Notice


def tell(*, user_id: UUID, kind: str, key: str, facts: dict[str, object], now: datetime) -> Notice:
    """Record a notice once: the same `key` a second time changes nothing. A step."""
    notice, _made = Notice.objects.get_or_create(
        key=key, defaults={"user_id": user_id, "kind": kind, "facts": facts, "created_at": now}
    )
    return notice
