"""What each API key has spent on this server day and in this month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.models import ApiKey, User
from billing.selectors.wallets import wallet_id_of
from generation.calendar import period_of
from generation.models import Spending


@dataclass(frozen=True, slots=True)
class KeySpending:
    """Hundredths of a point held or captured by a key's jobs; failures do not count."""

    day_cp: int = 0
    month_cp: int = 0


def key_scope(key_id: UUID) -> str:
    """The scope a key's jobs are counted under."""
    return f"key:{key_id}"


def spent_by(*, user: User, keys: Iterable[ApiKey], now: datetime) -> dict[UUID, KeySpending]:
    """What each of the user's keys has spent, in one query."""
    wallet_id = wallet_id_of(user)
    day, month = (period_of(now, per, settings.POINTS_DAY_TZ) for per in ("day", "month"))
    ids = {key_scope(key.pk): key.pk for key in keys}
    spent: dict[tuple[UUID, str], int] = {}
    if wallet_id is not None:
        rows = Spending.objects.filter(
            wallet_id=wallet_id, scope__in=list(ids), period__in=[day, month]
        )
        spent = {(ids[row.scope], row.period): row.spent_cp for row in rows}
    return {
        key_id: KeySpending(spent.get((key_id, day), 0), spent.get((key_id, month), 0))
        for key_id in ids.values()
    }
