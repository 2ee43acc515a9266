"""What differs between Stripe and us in the money that went back, and in the points for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from billing.gateway.listings import AutomaticPayment
from billing.gateway.types import DisputeState, RefundState
from billing.ledger.models import Lot, Transaction
from billing.models import Dispute, DuplicatePayment, Order, Refund, TakenPoints, WalletOwner

_SETTLED = ("paid", "undoing", "undone")
# What Stripe's status asks of the points; an inquiry asks for nothing.
_STATE_OF = {
    "needs_response": "frozen",
    "under_review": "frozen",
    "lost": "taken",
    "appeal_needs_response": "taken",
    "appeal_under_review": "taken",
    "won": "released",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is on one side only, or not the same on both."""

    kind: str
    reference: str
    detail: str


def automatic_differences(
    payments: Sequence[AutomaticPayment], *, since: datetime
) -> Iterator[Difference]:
    """Purchases made by auto top-up that are on one side only or of another amount."""
    known = Q(payment_id__in=[one.payment_id for one in payments])
    rows = Order.objects.filter(Q(created_at__gte=since) | known, family="auto")
    ours = {row.payment_id: row for row in rows.filter(state__in=_SETTLED)}
    for payment in payments:
        row = ours.pop(payment.payment_id, None)
        if row is None:
            yield Difference("paid, not granted", payment.payment_id, f"order {payment.order_id}")
        elif (row.amount_minor, row.currency) != (payment.amount_minor, payment.currency):
            yield Difference(
                "amounts differ",
                payment.payment_id,
                f"Stripe {payment.amount_minor} {payment.currency}, "
                f"ours {row.amount_minor} {row.currency}",
            )
    for row in ours.values():
        yield Difference("granted, not paid", str(row.pk), f"payment {row.payment_id}")


def refund_differences(refunds: Sequence[RefundState], *, since: datetime) -> Iterator[Difference]:
    """Refunds that are on one side only, of another amount, or that failed on one side only."""
    # What was paid twice goes back by itself and is compared with the payments.
    payments = {refund.payment_id for refund in refunds}
    twice = set(
        DuplicatePayment.objects.filter(payment_id__in=payments).values_list(
            "payment_id", flat=True
        )
    )
    refunds = [refund for refund in refunds if refund.payment_id not in twice]
    ids = [refund.id for refund in refunds]
    ours = {row.refund_id: row for row in Refund.objects.filter(refund_id__in=ids)}
    for refund in refunds:
        row = ours.get(refund.id)
        if row is None:
            yield Difference(
                "given back, not in our books",
                refund.id,
                f"{refund.amount_minor} {refund.currency}, {refund.status}",
            )
        elif row.amount_minor != refund.amount_minor:
            detail = f"Stripe {refund.amount_minor} {refund.currency}, ours {row.amount_minor}"
            yield Difference("amounts differ", refund.id, detail)
        elif (row.state == "failed") != refund.failed:
            yield Difference(
                "states differ", refund.id, f"Stripe {refund.status}, ours {row.state}"
            )
    sent = Refund.objects.filter(created_at__gte=since, state__in=["pending", "done"])
    for row in sent.exclude(refund_id__in=ids):
        yield Difference(
            "in our books, not given back", str(row), f"{row.amount_minor}, {row.refund_id}"
        )


def dispute_differences(
    disputes: Sequence[DisputeState], *, since: datetime
) -> Iterator[Difference]:
    """Disputes on one side only, or whose points are not where the verdict puts them."""
    ids = [dispute.id for dispute in disputes]
    ours = {row.dispute_id: row for row in Dispute.objects.filter(dispute_id__in=ids)}
    payments = {dispute.payment_id for dispute in disputes}
    parked = DuplicatePayment.objects.filter(payment_id__in=payments, state="parked")
    waiting = set(parked.values_list("payment_id", flat=True))
    for dispute in disputes:
        row = ours.get(dispute.id)
        if row is None:
            # What was paid twice and is disputed waits for a person, and is named as that.
            if dispute.payment_id in waiting:
                continue
            yield Difference("disputed, not in our books", dispute.id, dispute.status)
            continue
        wanted = _STATE_OF.get(dispute.status, row.state)
        if row.state != wanted:
            yield Difference(
                "states differ", dispute.id, f"Stripe {dispute.status}, ours {row.state}"
            )
        # A bank may dispute more than was paid, in its own currency: we keep what was paid.
        same = dispute.currency == row.currency
        if same and row.amount_minor > dispute.amount_minor:
            detail = f"Stripe {dispute.amount_minor} {dispute.currency}, ours {row.amount_minor}"
            yield Difference("amounts differ", dispute.id, detail)
    for row in Dispute.objects.filter(created_at__gte=since).exclude(dispute_id__in=ids):
        yield Difference("in our books, not disputed", row.dispute_id, row.state)


def taken_differences(*, since: datetime) -> Iterator[Difference]:
    """Points that a refund or a lost dispute names and the ledger did not take, and the reverse."""
    yield from _refunds_not_taken(since)
    yield from _disputes_not_taken(since)
    yield from _lots_not_explained(since)


def _refunds_not_taken(since: datetime) -> Iterator[Difference]:
    rows = Refund.objects.filter(created_at__gte=since).annotate(
        taken_cp=Sum("takings__amount_cp", filter=Q(takings__restored_at=None), default=0)
    )
    for row in rows:
        wanted_cp = 0 if row.state == "failed" else row.points_cp
        if row.taken_cp != wanted_cp:
            detail = f"taken {row.taken_cp} cp, named {wanted_cp} cp"
            yield Difference("given back, points differ", str(row), detail)


def _disputes_not_taken(since: datetime) -> Iterator[Difference]:
    rows = Dispute.objects.filter(created_at__gte=since).annotate(
        taken_cp=Sum("takings__amount_cp", filter=Q(takings__restored_at=None), default=0)
    )
    for row in rows:
        wanted_cp = row.points_cp if row.state == "taken" else 0
        if row.taken_cp != wanted_cp:
            detail = f"taken {row.taken_cp} cp, named {wanted_cp} cp"
            yield Difference("disputed, points differ", row.dispute_id, detail)


def _lots_not_explained(since: datetime) -> Iterator[Difference]:
    """The ledger's own lines against our rows, lot by lot; a lot's clawbacks are never undone."""
    clawed = Transaction.objects.filter(kind="clawback", occurred_at__gte=since)
    wallets = set(clawed.values_list("wallet_id", flat=True))
    wallets |= set(
        TakenPoints.objects.filter(created_at__gte=since).values_list("wallet_id", flat=True)
    )
    # A wallet without an owner is none of billing's.
    wallets = set(
        WalletOwner.objects.filter(wallet_id__in=wallets).values_list("wallet_id", flat=True)
    )
    taken = TakenPoints.objects.filter(wallet_id__in=wallets, lot_id__isnull=False)
    named: dict[tuple[int, int], int] = {
        (row["wallet_id"], row["lot_id"] or 0): row["cp"]
        for row in taken.order_by().values("wallet_id", "lot_id").annotate(cp=Sum("amount_cp"))
    }
    lots = Lot.objects.filter(wallet_id__in=wallets, clawed_back_cp__gt=0)
    ledger = {(lot.wallet_id, lot.pk): lot.clawed_back_cp for lot in lots}
    for key in sorted(named.keys() | ledger.keys()):
        ours_cp, theirs_cp = named.get(key, 0), ledger.get(key, 0)
        if ours_cp != theirs_cp:
            detail = f"ledger {theirs_cp} cp, ours {ours_cp} cp"
            yield Difference("taken back, points differ", f"lot {key[1]}", detail)
