"""Points given by an operator from the command line."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.ledger import errors, services
from billing.ledger.types import Granted
from billing.services.wallets import wallet_for

DAYS_MAX = 730


@transaction.atomic(durable=True)
def give_points(
    *,
    user: User,
    amount_cp: int,
    source: str,
    days: int,
    reason: str,
    key: str,
    now: datetime,
) -> Granted:
    """Give `user` free points that live `days` days; `key` makes a repeat one grant.

    Raises InvalidRequest for an amount, a source or days out of bounds, or without a reason.
    """
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    if not 1 <= days <= DAYS_MAX:
        raise InvalidRequest(_("Give them 1 to 730 days."), fields={"days": "1 to 730"})
    try:
        return services.grant(
            wallet_id=wallet_for(user=user, now=now),
            amount_cp=amount_cp,
            source=source,
            paid=False,
            starts_at=now,
            expires_at=now + timedelta(days=days),
            key=key,
            reason=reason.strip(),
            actor="command line",
            now=now,
        )
    except errors.InvalidRequest as refusal:
        raise InvalidRequest(str(refusal), fields={"points": str(refusal)}) from None
