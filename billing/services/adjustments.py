"""Corrections by staff: new points with a reason, never an edited row."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.errors import IdempotencyConflict
from billing.ledger import services as ledger
from billing.ledger.errors import KeyReused
from billing.ledger.types import Granted
from billing.services.wallets import wallet_for

REASONS: dict[str, str] = {
    "goodwill": "Goodwill",
    "incident": "Our fault: incident",
    "correction": "Correction of an error",
    "test": "Test",
}
LONGEST = timedelta(days=730)


@transaction.atomic(durable=True)
def grant_adjustment(
    *,
    user: User,
    amount_cp: int,
    days: int,
    reason: str,
    note: str,
    staff: User,
    key: str,
    now: datetime,
) -> Granted:
    """Give `user` points for `days` days, in the name of `staff`.

    `key` makes a repeated form one grant. Raises InvalidRequest for an amount that is not
    positive, days outside 1 to 730, or a reason code that is not in REASONS;
    IdempotencyConflict when the form was sent before.
    """
    if amount_cp <= 0:
        raise InvalidRequest(
            _("Give more than zero points."), fields={"points": "must be positive"}
        )
    if not 1 <= days <= LONGEST.days:
        raise InvalidRequest(_("Give them 1 to 730 days."), fields={"days": "1 to 730"})
    if reason not in REASONS:
        raise InvalidRequest(_("Choose a reason."), fields={"reason": "unknown reason code"})
    try:
        return ledger.grant(
            wallet_id=wallet_for(user=user, now=now),
            amount_cp=amount_cp,
            source="adjustment",
            paid=False,
            starts_at=now,
            expires_at=now + timedelta(days=days),
            key=f"adjustment:{key}",
            reference=f"adjustment:{key}",
            reason=f"{reason}: {note}" if note else reason,
            actor=f"staff:{staff.pk}",
            now=now,
        )
    except KeyReused:
        raise IdempotencyConflict(
            _("This form was sent already; nothing more was given.")
        ) from None
