"""A user's auto top-up as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from billing.models import AutoTopUp, WalletOwner


@dataclass(frozen=True, slots=True)
class Card:
    """A saved card; `ended` when its last month is over."""

    brand: str
    last4: str
    ended: bool


@dataclass(frozen=True, slots=True)
class AutoTopUpView:
    """Everything but what this month has cost. Amounts in minor units, points in hundredths."""

    wallet_id: int | None
    enabled: bool
    threshold_cp: int
    pack: str
    amount_minor: int
    currency: str
    month_max_minor: int
    card: Card | None
    stopped_at: datetime | None
    stop_reason: str
    consent_version: str


def auto_topup_of(*, user: User, now: datetime) -> AutoTopUpView:
    """What the user has set; off and empty when nothing was."""
    owner = WalletOwner.objects.filter(user=user).first()
    row = AutoTopUp.objects.filter(wallet_id=owner.wallet_id).first() if owner else None
    row = row or AutoTopUp(user=user)
    ended = row.card_ends_on is not None and row.card_ends_on <= now.date()
    return AutoTopUpView(
        wallet_id=owner.wallet_id if owner else None,
        enabled=row.enabled,
        threshold_cp=row.threshold_cp,
        pack=row.pack_code,
        amount_minor=row.amount_minor,
        currency=row.currency,
        month_max_minor=row.month_max_minor,
        card=Card(row.card_brand, row.card_last4, ended) if row.card_id else None,
        stopped_at=row.tripped_at,
        stop_reason=row.trip_reason,
        consent_version=row.consent_version,
    )
