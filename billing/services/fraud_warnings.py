"""A bank's early warning of fraud: the money goes back before it is asked for. Steps.

A refund costs less than the dispute that would follow. The points of the purchase are taken at
once, months to come too, and what was spent of them is owed.
"""

from __future__ import annotations

import logging
from datetime import datetime

from accounts.services.doorbell import ring_after_commit
from billing.errors import ChangeInProgress, NotRefundable
from billing.gateway.types import WarningState
from billing.models import FraudWarning, Refund
from billing.services.notices import tell
from billing.services.purchases import Purchase, purchase_of_payment, reversed_so_far
from billing.services.refund_steps import lock, share_of, write_refund
from billing.services.reversals import NotPaidYet

log = logging.getLogger(__name__)


def apply_warning(state: WarningState, *, now: datetime) -> None:
    """Write the warning down and, while it can still be acted on, give the money back.

    Raises NotPaidYet.
    """
    purchase = purchase_of_payment(state.payment_id)
    if purchase is None:
        raise NotPaidYet(f"no purchase is known for payment {state.payment_id}")
    lock(purchase, now=now)
    if FraudWarning.objects.filter(warning_id=state.id).exists():
        return
    FraudWarning.objects.create(
        warning_id=state.id,
        order=purchase.order,
        payment_id=purchase.payment_id,
        fraud_type=state.fraud_type,
        refund=_refund(purchase, now) if state.actionable else None,
        created_at=now,
    )


def _refund(purchase: Purchase, now: datetime) -> Refund | None:
    left_minor = purchase.amount_minor - reversed_so_far(purchase).returned_minor
    share = share_of(purchase, left_minor, forgive_debt=False, now=now)
    try:
        refund = write_refund(
            purchase,
            share,
            reason="fraud_warning",
            actor="stripe",
            ends_membership=True,
            now=now,
        )
    except (ChangeInProgress, NotRefundable) as refusal:
        log.warning("payment %s is not given back: %s", purchase.payment_id, refusal)
        return None
    ring_after_commit("billing.finish_refunds")
    tell(
        user_id=purchase.order.user_id,
        kind="fraud_warning",
        key=f"fraud_warning:{refund.order_id}:{refund.pk}:{int(now.timestamp())}",
        facts={
            "order": str(refund.order_id),
            "amount_minor": refund.amount_minor,
            "currency": purchase.currency,
            "points_cp": refund.points_cp,
            "debt_cp": share.debt_cp,
        },
        now=now,
    )
    return refund
