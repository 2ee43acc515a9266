"""Money back by the buyer's own hand: the untouched share of bought points, inside the window.

The points leave the wallet first, in the transaction that records the refund; then Stripe is asked
under the refund's key. When Stripe refuses, the points come back.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from billing import launch
from billing.errors import NotRefundable, PaymentsUnavailable
from billing.gateway import outbound
from billing.gateway.errors import GatewayError, Unreachable
from billing.ledger import corrections
from billing.ledger import services as ledger
from billing.ledger.models import Lot, Transaction, Wallet
from billing.models import Order, Refund
from billing.offers import refund_minor
from billing.services.live_memberships import lock_wallet

log = logging.getLogger(__name__)
_UNFINISHED = timedelta(minutes=2)
_KEY_KEPT = timedelta(hours=23)


@dataclass(frozen=True, slots=True)
class Refundable:
    """What could go back now: points still untouched, of all that were bought, and the money."""

    lot_id: int
    lot_expires_at: datetime
    untouched_cp: int
    granted_cp: int
    amount_minor: int


def refund_order(*, user: User, order_id: UUID, now: datetime) -> Refund:
    """Give back the untouched share of an order; asked again, the same refund.

    Raises NotFound, NotRefundable, PaymentsUnavailable (the refund is begun and will be finished).
    """
    refund = _begin(user=user, order_id=order_id, now=now)
    return _finish(refund, now) if refund.state == "begun" else refund


def finish_refunds(*, now: datetime) -> int:
    """Ask Stripe again for refunds it has not answered; returns how many were tried."""
    left = Refund.objects.filter(state="begun", created_at__lte=now - _UNFINISHED)
    found = list(left.select_related("order")[:100])
    for refund in found:
        if refund.created_at <= now - _KEY_KEPT:
            # Stripe has forgotten the key: asking again could give the money back twice.
            log.error("refund %s was not answered within a day: a person must look", refund.pk)
            continue
        try:
            _finish(refund, now)
        except (PaymentsUnavailable, NotRefundable) as refusal:
            log.warning("refund %s is not finished: %s", refund.pk, refusal)
    return len(found)


def refundable(order: Order, *, now: datetime) -> Refundable:
    """What of a paid order can go back now. A step: the wallet is locked. Raises NotRefundable."""
    if order.state != "paid" or order.paid_at is None or order.family != "points":
        raise NotRefundable(_("Only bought points that were paid can be given back here."))
    if now >= order.paid_at + launch.REFUND_WINDOW:
        raise NotRefundable(_("The time to give this purchase back is over."))
    # The lock of the wallet: what is left cannot be held while we count it.
    Wallet.objects.select_for_update().get(pk=order.wallet_id)
    granted = Transaction.objects.filter(wallet_id=order.wallet_id, key=f"topup:{order.session_id}")
    lot = Lot.objects.get(
        wallet_id=order.wallet_id, id__in=granted.values_list("lot_id", flat=True)
    )
    amount_minor = refund_minor(
        amount_minor=order.amount_minor,
        untouched_cp=lot.remaining_cp,
        granted_cp=lot.granted_cp,
    )
    if amount_minor == 0 or lot.expires_at is None:
        raise NotRefundable(_("Nothing of this purchase is left untouched."))
    return Refundable(lot.id, lot.expires_at, lot.remaining_cp, lot.granted_cp, amount_minor)


@transaction.atomic(durable=True)
def _begin(*, user: User, order_id: UUID, now: datetime) -> Refund:
    order = Order.objects.filter(pk=order_id, user=user).first()
    if order is None:
        raise NotFound(_("No such order."))
    lock_wallet(order.wallet_id)
    known = order.refunds.exclude(state="failed").first()
    if known is not None:
        return known
    share = refundable(order, now=now)
    refund = Refund.objects.create(
        order=order,
        points_cp=share.untouched_cp,
        amount_minor=share.amount_minor,
        lot_id=share.lot_id,
        lot_expires_at=share.lot_expires_at,
        state="begun",
        created_at=now,
    )
    corrections.clawback(
        wallet_id=order.wallet_id,
        lot_id=share.lot_id,
        amount_cp=share.untouched_cp,
        key=f"refund:{order.pk}:{refund.pk}",
        reference=f"topup:{order.pk}",
        reason="refund",
        actor=f"user:{user.pk}",
        now=now,
    )
    return refund


def _finish(refund: Refund, now: datetime) -> Refund:
    order = refund.order
    try:
        refund_id = outbound.refund_part(
            order.payment_id,
            amount_minor=refund.amount_minor,
            key=f"refund-{order.pk}-{refund.pk}",
            metadata={"order_id": str(order.pk), "refund": str(refund.pk)},
        )
    except Unreachable as error:
        raise PaymentsUnavailable(
            _("The payment provider cannot be reached right now; your money follows.")
        ) from error
    except GatewayError as error:
        _fail(refund, str(error), now)
        raise NotRefundable(
            _("The payment provider refused to give this back; your points are still yours.")
        ) from error
    Refund.objects.filter(pk=refund.pk, state="begun").update(
        state="done", refund_id=refund_id, closed_at=now
    )
    refund.refresh_from_db()
    return refund


@transaction.atomic(durable=True)
def _fail(refund: Refund, error: str, now: datetime) -> None:
    """The points come back for as long as they would have lived."""
    lock_wallet(refund.order.wallet_id)
    failed = Refund.objects.filter(pk=refund.pk, state="begun").update(
        state="failed", error=error[:500], closed_at=now
    )
    if failed:
        ledger.grant(
            wallet_id=refund.order.wallet_id,
            amount_cp=refund.points_cp,
            source="topup",
            paid=True,
            starts_at=now,
            expires_at=max(refund.lot_expires_at, now + timedelta(days=1)),
            key=f"refund:{refund.order_id}:{refund.pk}:failed",
            reference=f"topup:{refund.order_id}",
            reason="refund failed",
            now=now,
        )
