"""Memberships given by staff."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.calendar_months import add_months
from billing.errors import MembershipExists
from billing.models import Membership, MembershipPeriod
from billing.selectors.catalogue import plan_price
from billing.services.live_memberships import live_membership, lock_wallet
from billing.services.periods import PaidPeriod, open_period
from billing.services.wallets import wallet_for

CURRENCY = "CNY"


@transaction.atomic(durable=True)
def give_membership(
    *, user: User, plan: str, period: str, reason: str, now: datetime
) -> MembershipPeriod:
    """Put `user` on a plan for one period without payment; its lots say that they were a gift.

    Raises InvalidRequest without a reason, NotForSale, MembershipExists while one is live.
    """
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    price = plan_price(plan=plan, period=period, currency=CURRENCY, now=now)
    wallet_id = wallet_for(user=user, now=now)
    lock_wallet(wallet_id)
    if live_membership(wallet_id=wallet_id, now=now) is not None:
        raise MembershipExists(_("This user has a membership."))
    ends_at = add_months(now, price.months)
    membership = Membership.objects.create(
        wallet_id=wallet_id,
        user=user,
        kind="gift",
        status="active",
        plan_price=price,
        current_period_start_at=now,
        current_period_end_at=ends_at,
        mirrored_at=now,
        started_at=now,
        reason=reason.strip(),
    )
    given, _made = open_period(
        membership=membership,
        paid=PaidPeriod(
            key=f"gift:{membership.pk}",
            plan_price=price,
            starts_at=now,
            ends_at=ends_at,
            perks_until=ends_at,
            amount_minor=0,
        ),
        now=now,
    )
    return given
