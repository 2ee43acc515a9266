"""Refunds by staff: seen first, with a reason, and above a limit agreed to by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.errors import NotRefundable, SecondPersonNeeded
from billing.models import Order, Refund, RefundProposal
from billing.services.purchases import (
    Purchase,
    in_dispute,
    purchase_of_order,
    reversed_so_far,
)
from billing.services.refund_steps import Share, lock, share_of, untouched_share, write_refund
from billing.services.refunds import send_refund

REASONS: dict[str, str] = {
    "complaint": "Complaint accepted",
    "goodwill": "Goodwill",
    "incident": "Our fault: incident",
    "duplicate": "Paid twice",
    "mistake": "Bought by mistake",
    "closing": "Account closed or barred",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """A refund before the click. Amounts in minor units, points in hundredths."""

    paid_minor: int
    returned_minor: int
    currency: str
    share: Share
    untouched: Share
    disputed: bool
    membership: bool
    second_person: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """What staff filled in. `key` was made with the empty form."""

    amount_minor: int
    forgive_debt: bool
    end_membership: bool
    reason: str
    note: str
    key: str


def preview(
    order: Order, *, amount_minor: int | None, forgive_debt: bool, now: datetime
) -> Preview:
    """What money, what points, what debt; without an amount, the untouched share.

    Takes no lock and writes nothing. Raises NotRefundable.
    """
    purchase = _purchase(order)
    untouched = untouched_share(purchase, now=now)
    share = untouched
    if amount_minor is not None:
        share = share_of(purchase, amount_minor, forgive_debt=forgive_debt, now=now)
    return Preview(
        paid_minor=purchase.amount_minor,
        returned_minor=reversed_so_far(purchase).returned_minor,
        currency=purchase.currency,
        share=share,
        untouched=untouched,
        disputed=in_dispute(purchase),
        membership=purchase.period is not None,
        second_person=_needs_second(purchase, share.amount_minor),
    )


def propose_refund(
    *, order_id: UUID, asked: Proposed, staff: User, now: datetime
) -> RefundProposal:
    """Refund an order, or below the limit's reach of one person wait for a second.

    The same form twice is one refund. Raises NotFound, InvalidRequest, NotRefundable,
    ChangeInProgress, PaymentsUnavailable (agreed and begun; the clock sends it).
    """
    proposal = _propose(order_id, asked, staff, now)
    return _sent(proposal, now)


def agree_refund(*, proposal_id: int, staff: User, now: datetime) -> RefundProposal:
    """Agree to another's proposal. Raises as `propose_refund` does, and SecondPersonNeeded."""
    return _sent(_agree(proposal_id, staff, now), now)


@transaction.atomic(durable=True)
def refuse_refund(*, proposal_id: int, staff: User, now: datetime) -> RefundProposal:
    """Say no to a proposal that waits; whoever made it may take it back so. Raises NotFound."""
    proposal = _waiting(proposal_id)
    proposal.state, proposal.decided_by, proposal.decided_at = "refused", staff, now
    proposal.save(update_fields=["state", "decided_by", "decided_at"])
    return proposal


@transaction.atomic(durable=True)
def _propose(order_id: UUID, asked: Proposed, staff: User, now: datetime) -> RefundProposal:
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise NotFound(_("No such order."))
    if asked.reason not in REASONS:
        raise InvalidRequest(_("Choose a reason."), fields={"reason": "unknown reason code"})
    if asked.amount_minor <= 0:
        raise InvalidRequest(_("Give back more than nothing."), fields={"amount": "positive"})
    purchase = _purchase(order)
    lock(purchase, now=now)
    known = RefundProposal.objects.filter(key=asked.key).first()
    if known is not None:
        return known
    if asked.amount_minor > purchase.amount_minor - reversed_so_far(purchase).returned_minor:
        raise NotRefundable(_("More than was paid cannot be given back."))
    proposal = RefundProposal.objects.create(
        order=order,
        amount_minor=asked.amount_minor,
        forgive_debt=asked.forgive_debt,
        end_membership=asked.end_membership,
        reason=asked.reason,
        note=asked.note[:200],
        key=asked.key,
        state="waiting",
        proposed_by=staff,
        proposed_at=now,
    )
    if not _needs_second(purchase, asked.amount_minor):
        _write(proposal, purchase, staff, now)
    return proposal


@transaction.atomic(durable=True)
def _agree(proposal_id: int, staff: User, now: datetime) -> RefundProposal:
    proposal = _waiting(proposal_id)
    if proposal.proposed_by_id == staff.pk:
        raise SecondPersonNeeded(_("A second person agrees to what you proposed."))
    purchase = _purchase(proposal.order)
    lock(purchase, now=now)
    _write(proposal, purchase, staff, now)
    return proposal


def _write(proposal: RefundProposal, purchase: Purchase, staff: User, now: datetime) -> None:
    share = share_of(purchase, proposal.amount_minor, forgive_debt=proposal.forgive_debt, now=now)
    proposal.refund = write_refund(
        purchase,
        share,
        reason="staff",
        actor=f"staff:{proposal.proposed_by_id}",
        ends_membership=proposal.end_membership,
        now=now,
    )
    proposal.state, proposal.decided_by, proposal.decided_at = "agreed", staff, now
    proposal.save()


def _sent(proposal: RefundProposal, now: datetime) -> RefundProposal:
    if proposal.refund is not None and proposal.refund.state == "begun":
        send_refund(proposal.refund, now=now)
        proposal.refund.refresh_from_db()
    return proposal


def _waiting(proposal_id: int) -> RefundProposal:
    proposals = RefundProposal.objects.select_for_update(of=("self",)).select_related("order")
    proposal = proposals.filter(pk=proposal_id, state="waiting").first()
    if proposal is None:
        raise NotFound(_("No such proposal waits."))
    return proposal


def _needs_second(purchase: Purchase, amount_minor: int) -> bool:
    """Parts count together: a large refund in small pieces is a large refund."""
    by_staff = Refund.objects.filter(payment_id=purchase.payment_id, reason="staff")
    before = by_staff.exclude(state="failed").aggregate(minor=Sum("amount_minor", default=0))
    return bool(before["minor"] + amount_minor > settings.STAFF_REFUND_LIMIT_MINOR)


def _purchase(order: Order) -> Purchase:
    purchase = purchase_of_order(order) if order.state == "paid" else None
    if purchase is None or not purchase.payment_id:
        raise NotRefundable(_("Only what was paid can be given back."))
    return purchase
