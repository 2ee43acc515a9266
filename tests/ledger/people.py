"""Wallets for the tests: named people, a fixed clock and the shortest way to give points."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from billing.ledger import services
from billing.ledger.types import Granted, Held

NOON = datetime(2026, 7, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_keys = count(1)


def key(word: str = "key") -> str:
    """A key nobody has used."""
    return f"{word}:{next(_keys)}"


def give(
    wallet_id: int,
    amount_cp: int,
    *,
    source: str = "topup",
    paid: bool = True,
    expires_at: datetime | None = None,
    now: datetime = NOON,
) -> Granted:
    """A lot in the wallet that starts now; without an end unless one is given."""
    return services.grant(
        wallet_id=wallet_id,
        amount_cp=amount_cp,
        source=source,
        paid=paid,
        starts_at=now,
        expires_at=expires_at,
        key=key("grant"),
        now=now,
    )


def set_aside(wallet_id: int, amount_cp: int, *, now: datetime = NOON) -> Held:
    """A hold under a key of its own."""
    return services.hold(
        wallet_id=wallet_id, amount_cp=amount_cp, key=key("hold"), reference="job:1", now=now
    )
