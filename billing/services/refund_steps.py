"""How much of a purchase can go back, and writing it down before Stripe is asked. Steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from billing.errors import ChangeInProgress, NotRefundable
from billing.models import Membership, Refund
from billing.offers import refund_minor
from billing.services.disputes import end_period
from billing.services.live_memberships import begin_end, give_back_prepaid, lock_wallet
from billing.services.purchases import (
    Purchase,
    held_cp,
    in_dispute,
    points_for,
    purchase_of_payment,
    reversed_so_far,
    untouched_cp,
)
from billing.services.takebacks import debt_of, lock_points, take_back


@dataclass(frozen=True, slots=True)
class Share:
    """What would go back now: money, the points for it, of them a debt, and points forgiven.

    `paid_minor`, `granted_cp` and `paid_at` are of the whole purchase, for whoever shows the sum.
    """

    amount_minor: int
    points_cp: int
    debt_cp: int = 0
    forgiven_cp: int = 0
    paid_minor: int = 0
    granted_cp: int = 0
    paid_at: datetime | None = None


def lock(purchase: Purchase, *, now: datetime) -> None:
    """Nothing of the purchase's wallet moves until the transaction ends."""
    lock_wallet(purchase.wallet_id)
    lock_points(purchase.wallet_id, now=now)


def untouched_share(purchase: Purchase, *, now: datetime) -> Share:
    """The share of the points nobody has touched; nothing of it becomes a debt."""
    so_far = reversed_so_far(purchase)
    left_cp = min(
        untouched_cp(purchase, now=now),
        purchase.granted_cp - so_far.taken_cp - so_far.forgiven_cp,
    )
    if left_cp <= 0 or not purchase.granted_cp:
        return Share(0, 0)
    amount_minor = refund_minor(
        amount_minor=purchase.amount_minor,
        untouched_cp=left_cp,
        granted_cp=purchase.granted_cp,
        taken_cp=so_far.taken_cp + so_far.forgiven_cp,
        returned_minor=so_far.returned_minor,
    )
    return _share(purchase, amount_minor, left_cp)


def whole_share(purchase: Purchase, *, now: datetime) -> Share:
    """All that is left of the money, for the points still there: used ones are not asked for."""
    so_far = reversed_so_far(purchase)
    owed_cp = purchase.granted_cp - so_far.taken_cp - so_far.forgiven_cp
    left_cp = max(0, min(untouched_cp(purchase, now=now), owed_cp))
    left_minor = purchase.amount_minor - so_far.returned_minor
    return _share(purchase, left_minor, left_cp, forgiven_cp=owed_cp - left_cp)


def share_of(purchase: Purchase, amount_minor: int, *, forgive_debt: bool, now: datetime) -> Share:
    """The points an amount had paid for; what was spent of them is a debt, or forgiven."""
    points_cp = points_for(purchase, amount_minor)
    debt_cp = debt_of(purchase, points_cp, now=now)
    if forgive_debt:
        return _share(purchase, amount_minor, points_cp - debt_cp, forgiven_cp=debt_cp)
    return _share(purchase, amount_minor, points_cp, debt_cp=debt_cp)


def _share(
    purchase: Purchase,
    amount_minor: int,
    points_cp: int,
    *,
    debt_cp: int = 0,
    forgiven_cp: int = 0,
) -> Share:
    return Share(
        amount_minor=amount_minor,
        points_cp=points_cp,
        debt_cp=debt_cp,
        forgiven_cp=forgiven_cp,
        paid_minor=purchase.amount_minor,
        granted_cp=purchase.granted_cp,
        paid_at=purchase.paid_at,
    )


def write_refund(
    purchase: Purchase,
    share: Share,
    *,
    reason: str,
    actor: str,
    ends_membership: bool,
    now: datetime,
) -> Refund:
    """The refund as a row, its points out of the wallet, its membership on its way out.

    The wallet is locked. Raises NotRefundable, ChangeInProgress while another refund of the
    payment or another change of the membership has not been answered, or while a job holds points
    that would be forgiven.
    """
    if not purchase.payment_id or share.amount_minor <= 0:
        raise NotRefundable(_("Nothing of this purchase is left to give back."))
    if in_dispute(purchase):
        raise NotRefundable(_("Your bank is deciding about this payment: it cannot be refunded."))
    if share.amount_minor > purchase.amount_minor - reversed_so_far(purchase).returned_minor:
        raise NotRefundable(_("More than was paid cannot be given back."))
    if Refund.objects.filter(payment_id=purchase.payment_id, state="begun").exists():
        raise ChangeInProgress(_("An earlier refund is not finished yet."))
    if share.forgiven_cp and held_cp(purchase):
        # A job that fails later would give back points whose money is gone.
        raise ChangeInProgress(
            _("A job still holds points of this purchase; try again when it has ended.")
        )
    refund = Refund.objects.create(
        order=purchase.order,
        period=purchase.period,
        payment_id=purchase.payment_id,
        points_cp=share.points_cp,
        forgiven_cp=share.forgiven_cp,
        amount_minor=share.amount_minor,
        reason=reason,
        actor=actor,
        ends_membership=ends_membership,
        state="begun",
        created_at=now,
    )
    if share.points_cp:
        take_back(purchase, share.points_cp, cause=refund, reason="refund", actor=actor, now=now)
    if ends_membership and purchase.period is not None:
        _end_membership(purchase, purchase.period.membership, now)
    return refund


def _end_membership(purchase: Purchase, membership: Membership, now: datetime) -> None:
    end_period(purchase, now=now)
    renews = membership.kind == "card" and membership.status != "ended"
    if begin_end(membership, now=now) is None and renews:
        raise ChangeInProgress(_("An earlier change is not finished yet."))
    give_back_prepaid(membership, now=now)


def purchase_of_refund(refund: Refund) -> Purchase:
    """What a refund is for. Raises NotRefundable when its order is gone: it never is."""
    purchase = purchase_of_payment(refund.payment_id)
    if purchase is None:
        raise NotRefundable(_("Nothing of this purchase is left to give back."))
    return purchase
