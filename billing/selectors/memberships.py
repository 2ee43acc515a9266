"""A user's membership, as they see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from accounts.models import User
from billing.models import Membership, ScheduledLot
from billing.selectors.entitlements import live_period
from billing.selectors.taxes import tax_rule
from billing.selectors.wallets import wallet_id_of


@dataclass(frozen=True, slots=True)
class MembershipView:
    """The live membership. `renews`: it will be charged again at `current_period_end`."""

    id: int
    kind: str
    plan: str
    period: str
    status: str
    current_period_end: datetime
    cancel_at: datetime | None
    renews: bool
    paused: bool
    amount_minor: int
    currency: str
    next_plan: str
    next_period: str
    next_amount_minor: int | None
    next_points_at: datetime | None
    next_points_cp: int | None


def membership_of(*, user: User, now: datetime) -> MembershipView | None:
    """The live membership, None without one; one that does not renew is over by the clock."""
    wallet_id = wallet_id_of(user)
    if wallet_id is None:
        return None
    row = (
        Membership.objects.select_related("plan_price__plan", "next_plan_price__plan")
        .filter(wallet_id=wallet_id)
        .exclude(status="ended")
        .first()
    )
    if row is None or (row.kind != "card" and row.current_period_end_at <= now):
        return None
    return _view(row, now)


def _view(row: Membership, now: datetime) -> MembershipView:
    price = row.plan_price
    renews = row.kind == "card" and row.cancel_at is None and not row.paused
    following = row.next_plan_price or price
    # A prepaid period of another plan may be waiting for the present one to end.
    present = live_period(wallet_id=row.wallet_id, now=now)
    lot = (
        ScheduledLot.objects.filter(wallet_id=row.wallet_id, granted_at=None)
        .filter(amount_cp__gt=F("withdrawn_cp"))
        .order_by("starts_at")
        .first()
    )
    next_points_at = lot.starts_at if lot else row.current_period_end_at if renews else None
    next_points_cp = (
        lot.amount_cp - lot.withdrawn_cp if lot else following.plan.month_cp if renews else None
    )
    return MembershipView(
        id=row.pk,
        kind=row.kind,
        plan=present.plan.code if present and row.kind != "card" else price.plan.code,
        period=price.period,
        status=row.status,
        current_period_end=row.current_period_end_at,
        cancel_at=row.cancel_at,
        renews=renews,
        paused=row.paused,
        amount_minor=tax_rule().to_pay_minor(price.amount_minor),
        currency=price.currency,
        next_plan=row.next_plan_price.plan.code if row.next_plan_price else "",
        next_period=row.next_plan_price.period if row.next_plan_price else "",
        next_amount_minor=tax_rule().to_pay_minor(following.amount_minor) if renews else None,
        next_points_at=next_points_at,
        next_points_cp=next_points_cp,
    )
