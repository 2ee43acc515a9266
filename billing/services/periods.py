"""Paid periods and their monthly lots. Every function but the sweep is a step."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from billing import launch
from billing.calendar_months import add_months, lot_windows
from billing.ledger import services as ledger
from billing.models import Membership, MembershipPeriod, PlanPrice, ScheduledLot
from billing.services import money_events

log = logging.getLogger(__name__)
_AT_ONCE = 500
_NOT_WITHDRAWN = Q(amount_cp__gt=F("withdrawn_cp"))


@dataclass(frozen=True, slots=True)
class PaidPeriod:
    """A period that money came for. `key` is its business key: one period, whatever repeats it."""

    key: str
    plan_price: PlanPrice
    starts_at: datetime
    ends_at: datetime
    perks_until: datetime
    amount_minor: int
    invoice_id: str = ""
    payment_id: str = ""


def open_period(
    *, membership: Membership, paid: PaidPeriod, now: datetime
) -> tuple[MembershipPeriod, bool]:
    """Write the period once, with a lot for each of its months; give those that have begun.

    Answers the period and whether this call wrote it. The caller holds the membership's lock.
    """
    price = paid.plan_price
    period, made = MembershipPeriod.objects.get_or_create(
        key=paid.key,
        defaults={
            "membership": membership,
            "wallet_id": membership.wallet_id,
            "plan": price.plan,
            "months": price.months,
            "starts_at": paid.starts_at,
            "ends_at": paid.ends_at,
            "perks_until": paid.perks_until,
            "amount_minor": paid.amount_minor,
            "currency": price.currency,
            "invoice_id": paid.invoice_id,
            "payment_id": paid.payment_id,
            "created_at": now,
        },
    )
    if made:
        _schedule_lots(period, price, now)
        if paid.payment_id or paid.invoice_id:
            money_events.period_begun(period, now=now)
    return period, made


def grant_due_lots(*, now: datetime) -> int:
    """Give the lots whose month has begun, each in its own transaction; returns how many.

    A lot that cannot be given is logged and keeps no other waiting.
    """
    due = ScheduledLot.objects.filter(
        _NOT_WITHDRAWN, granted_at=None, starts_at__lte=now, period__disputed_at=None
    )
    given = 0
    for lot_id in list(due.order_by("starts_at").values_list("id", flat=True)[:_AT_ONCE]):
        try:
            given += _give_due(lot_id, now)
        except Exception:
            log.exception("scheduled lot %s could not be given", lot_id)
    return given


@transaction.atomic(durable=True)
def _give_due(lot_id: int, now: datetime) -> bool:
    # The wallet first, then the lot, as a refund takes them: neither waits for the other for ever.
    wallet_id = ScheduledLot.objects.values_list("wallet_id", flat=True).get(id=lot_id)
    ledger.expire(wallet_id=wallet_id, now=now)
    lot = (
        ScheduledLot.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("period", "period__membership")
        .filter(_NOT_WITHDRAWN, id=lot_id, granted_at=None, period__disputed_at=None)
        .first()
    )
    if lot is None:
        return False
    _give(lot, now)
    return True


def _schedule_lots(period: MembershipPeriod, price: PlanPrice, now: datetime) -> None:
    windows = lot_windows(period.starts_at, months=period.months, grace=launch.MONTHLY_LOT_GRACE)
    lots = ScheduledLot.objects.bulk_create(
        ScheduledLot(
            period=period,
            wallet_id=period.wallet_id,
            number=number,
            amount_cp=price.plan.month_cp,
            starts_at=starts_at,
            expires_at=expires_at,
        )
        for number, (starts_at, expires_at) in enumerate(windows, start=1)
    )
    for lot in lots:
        if lot.starts_at <= now:
            _give(lot, now)


def _give(lot: ScheduledLot, now: datetime) -> None:
    # Money that comes very late, or a clock that stood still, never costs the month: it lives
    # from now on instead.
    if lot.expires_at <= now:
        lot.starts_at = now
        lot.expires_at = add_months(now, 1) + launch.MONTHLY_LOT_GRACE
    granted = ledger.grant(
        wallet_id=lot.wallet_id,
        amount_cp=lot.amount_cp - lot.withdrawn_cp,
        source="gift" if lot.period.membership.kind == "gift" else "membership",
        paid=True,
        starts_at=lot.starts_at,
        expires_at=lot.expires_at,
        key=f"{lot.period.key}:month:{lot.number}",
        reference=lot.period.key,
        now=now,
    )
    lot.granted_at = now
    lot.transaction_id = granted.transaction_id
    lot.save(update_fields=["starts_at", "expires_at", "granted_at", "transaction_id"])
