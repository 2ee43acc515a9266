"""Stripe against our orders, periods, refunds, disputes and the ledger, both ways.

Every difference is named, down to one minor unit or one hundredth of a point.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Sum

from billing.gateway import listings
from billing.gateway.errors import GatewayError
from billing.ledger.models import Lot, Transaction
from billing.models import (
    Dispute,
    DuplicatePayment,
    Membership,
    MembershipPeriod,
    Order,
    ScheduledLot,
)
from billing.services.differences import (
    Difference,
    automatic_differences,
    dispute_differences,
    refund_differences,
    taken_differences,
)

log = logging.getLogger(__name__)
# A renewal is retried for a week: its invoice is older than the period it pays for.
_PAID_LATER = timedelta(days=10)
# A refund can fail weeks after it was made; a dispute is decided months after it was opened.
_FAILS_LATER = timedelta(days=35)
_SETTLED = ("paid", "undoing", "undone")


class ReconciliationFailed(Exception):
    """Stripe could not be asked."""


def reconcile(*, since: datetime) -> list[Difference]:
    """Every difference among what was paid since; empty when the two sides agree.

    Raises ReconciliationFailed.
    """
    try:
        sessions = list(listings.paid_sessions(since=since - _PAID_LATER))
        invoices = list(listings.paid_invoices(since=since - _PAID_LATER))
        refunds = list(listings.refunds(since=since - _FAILS_LATER))
        automatic = list(listings.automatic_payments(since=since - _PAID_LATER))
        disputes = list(listings.disputes(since=_oldest_open_dispute(since) - _PAID_LATER))
    except GatewayError as error:
        raise ReconciliationFailed(str(error)) from error
    return [
        *_sessions_without_order(sessions),
        *_orders_without_session(sessions, since),
        *automatic_differences(automatic, since=since),
        *_orders_without_points(since),
        *_invoices_without_period(invoices),
        *_periods_without_invoice(invoices, since),
        *_months_without_points(since),
        *refund_differences(refunds, since=since),
        *dispute_differences(disputes, since=since),
        *taken_differences(since=since),
    ]


def _oldest_open_dispute(since: datetime) -> datetime:
    opened = Dispute.objects.filter(closed_at=None).aggregate(first=Min("created_at"))["first"]
    return min(since, opened) if opened else since


def _sessions_without_order(sessions: list[listings.PaidSession]) -> Iterator[Difference]:
    ids = [session.session_id for session in sessions]
    orders = {row.session_id: row for row in Order.objects.filter(session_id__in=ids)}
    doubled = DuplicatePayment.objects.filter(session_id__in=ids)
    twice = dict(doubled.values_list("session_id", "state"))
    for session in sessions:
        if session.session_id in twice:
            if twice[session.session_id] == "parked":
                yield Difference("paid twice, not given back", session.session_id, "parked")
            continue
        order = orders.get(session.session_id)
        if order is None or order.state not in _SETTLED:
            state = order.state if order else "unknown"
            yield Difference("paid, not granted", session.session_id, f"our order is {state}")
        elif (order.amount_minor, order.currency) != (session.amount_minor, session.currency):
            yield Difference(
                "amounts differ",
                session.session_id,
                f"Stripe {session.amount_minor} {session.currency}, "
                f"ours {order.amount_minor} {order.currency}",
            )


def _orders_without_session(
    sessions: list[listings.PaidSession], since: datetime
) -> Iterator[Difference]:
    known = {session.session_id for session in sessions}
    ours = Order.objects.filter(state__in=_SETTLED, created_at__gte=since)
    for order in ours.exclude(kind="membership").exclude(family="auto"):
        if order.session_id not in known:
            yield Difference("granted, not paid", str(order.pk), f"session {order.session_id}")


def _orders_without_points(since: datetime) -> Iterator[Difference]:
    orders = Order.objects.filter(state="paid", family__in=["points", "auto"])
    for order in orders.filter(created_at__gte=since):
        key = f"topup:{order.session_id or order.payment_id}"
        granted = Transaction.objects.filter(wallet_id=order.wallet_id, key=key).first()
        if granted is None:
            yield Difference("paid, not in the ledger", str(order.pk), key)
            continue
        yield from _points_differ(
            str(order.pk), order.wallet_id, granted.lot_id, order.points_cp + order.bonus_cp
        )


def _months_without_points(since: datetime) -> Iterator[Difference]:
    given = ScheduledLot.objects.filter(granted_at__gte=since).select_related("period")
    for lot in given:
        number = lot.transaction_id or 0
        found = Transaction.objects.filter(wallet_id=lot.wallet_id, id=number).first()
        name = f"{lot.period.key}:month:{lot.number}"
        if found is None:
            yield Difference("given, not in the ledger", name, f"transaction {lot.transaction_id}")
            continue
        yield from _points_differ(
            name, lot.wallet_id, found.lot_id, lot.amount_cp - lot.withdrawn_cp
        )


def _points_differ(
    name: str, wallet_id: int, lot_id: int | None, ours_cp: int
) -> Iterator[Difference]:
    lot = Lot.objects.filter(wallet_id=wallet_id, id=lot_id or 0).first()
    if lot is None or lot.granted_cp != ours_cp:
        granted_cp = lot.granted_cp if lot else 0
        yield Difference("points differ", name, f"ledger {granted_cp} cp, ours {ours_cp} cp")


def _invoices_without_period(invoices: list[listings.PaidInvoice]) -> Iterator[Difference]:
    paid = {
        row["invoice_id"]: (row["minor"], row["currency"])
        for row in MembershipPeriod.objects.filter(
            invoice_id__in=[invoice.invoice_id for invoice in invoices]
        )
        .values("invoice_id", "currency")
        .annotate(minor=Sum("amount_minor"))
    }
    given_back = set(
        Order.objects.filter(
            state__in=["undoing", "undone"],
            subscription_id__in=[invoice.subscription_id for invoice in invoices],
        ).values_list("subscription_id", flat=True)
    )
    doubled = DuplicatePayment.objects.filter(
        invoice_id__in=[invoice.invoice_id for invoice in invoices]
    )
    twice = dict(doubled.values_list("invoice_id", "state"))
    for invoice in invoices:
        if invoice.invoice_id in twice:
            if twice[invoice.invoice_id] == "parked":
                yield Difference("paid twice, not given back", invoice.invoice_id, "parked")
            continue
        ours = paid.get(invoice.invoice_id)
        if ours is None:
            if invoice.subscription_id not in given_back:
                yield Difference("paid, not granted", invoice.invoice_id, invoice.subscription_id)
        elif ours != (invoice.amount_minor, invoice.currency):
            yield Difference(
                "amounts differ",
                invoice.invoice_id,
                f"Stripe {invoice.amount_minor} {invoice.currency}, ours {ours[0]} {ours[1]}",
            )


def _periods_without_invoice(
    invoices: list[listings.PaidInvoice], since: datetime
) -> Iterator[Difference]:
    known = {invoice.invoice_id for invoice in invoices}
    mirrored = Membership.objects.exclude(subscription_id="").values("pk")
    ours = MembershipPeriod.objects.filter(membership__in=mirrored, created_at__gte=since)
    for period in ours:
        if period.invoice_id not in known:
            yield Difference("granted, not paid", period.key, f"invoice {period.invoice_id}")


def reconcile_nightly(*, now: datetime) -> int:
    """Compare the last three days and log each difference as an error; how many there are.

    Raises ReconciliationFailed.
    """
    differences = reconcile(since=now - timedelta(days=3))
    for found in differences:
        log.error("reconciliation: %s: %s (%s)", found.kind, found.reference, found.detail)
    return len(differences)


def livemode_name() -> str:
    """Which of Stripe's two worlds was asked."""
    return "live" if settings.STRIPE_LIVEMODE else "test"
