"""Redeeming a promotion: reserved with the order, used when it is paid."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.models import Order, PlanPrice, Promotion, Redemption
from billing.selectors.promotions import Discount, best_discount, live_promotions, room_left
from billing.services.drafts import note


class RedemptionTaken(Exception):
    """This person or this card has had the promotion already."""


def lock_discount(*, user: User, price: PlanPrice, code: str, now: datetime) -> Discount | None:
    """The best discount this person can have now, its promotion locked; None for none.

    The caller inserts the redemption before it commits, so a budget is never overrun.
    """
    discount = best_discount(live_promotions(user=user, code=code, now=now), price)
    if discount is None:
        return None
    locked = Promotion.objects.select_for_update().get(pk=discount.promotion.pk)
    if not room_left(locked, discount_minor=discount.discount_minor):
        return None
    return discount


def reserve(*, order: Order, discount: Discount, now: datetime) -> Redemption:
    """Set the redemption aside for an order."""
    return Redemption.objects.create(
        promotion=discount.promotion,
        user_id=order.user_id,
        order=order,
        discount_minor=discount.discount_minor,
        state="reserved",
        created_at=now,
    )


def use(*, order: Order, card_fingerprint: str) -> None:
    """The order is paid: its redemption is used. Raises RedemptionTaken.

    Taken means that the same person (by an order thought dead) or the same card had it before.
    """
    redemption = Redemption.objects.filter(order=order).first()
    if redemption is None or redemption.state == "used":
        return
    redemption.state = "used"
    redemption.card_fingerprint = card_fingerprint
    try:
        with transaction.atomic():
            redemption.save(update_fields=["state", "card_fingerprint"])
    except IntegrityError:
        raise RedemptionTaken(order.pk) from None


def let_go(order: Order) -> None:
    """The order came to nothing: the person may use the promotion again."""
    Redemption.objects.filter(order=order, state="reserved").update(state="let_go")


@transaction.atomic(durable=True)
def end_promotion(*, name: str, by: User, reason: str, now: datetime) -> Promotion:
    """End a published promotion before its time; orders begun keep their price.

    Raises InvalidRequest without a reason, NotFound when it is not running.
    """
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    row = (
        Promotion.objects.select_for_update()
        .filter(name=name, published_at__isnull=False, ended_early_at=None, ends_at__gt=now)
        .first()
    )
    if row is None:
        raise NotFound(_("No such promotion is running."))
    row.ended_early_at = now
    row.save(update_fields=["ended_early_at"])
    note(row, "ended", by=by, now=now, reason=reason.strip()[:500])
    return row
