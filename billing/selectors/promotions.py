"""Which promotion applies to whom, and what it takes off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from accounts.models import User
from billing.models import PlanPrice, Promotion, Redemption
from billing.offers import discount_minor


@dataclass(frozen=True, slots=True)
class Discount:
    """What a promotion takes off one price, in minor units."""

    promotion: Promotion
    discount_minor: int


def live_promotions(*, user: User | None, code: str, now: datetime) -> list[Promotion]:
    """Published promotions that have started, not ended, and are open to this person.

    Automatic ones, and the one with `code` when a code is given. Budgets are as they stand now;
    whoever redeems checks them again under the promotion's lock.
    """
    live = Promotion.objects.filter(
        Q(ended_early_at=None) | Q(ended_early_at__gt=now),
        Q(code="") | Q(code=code),
        published_at__isnull=False,
        starts_at__lte=now,
        ends_at__gt=now,
    )
    if user is not None:
        had = Redemption.objects.filter(user=user).exclude(state="let_go")
        live = live.exclude(id__in=had.values("promotion_id"))
    return [promotion for promotion in live if not _used_up(promotion)]


def best_discount(promotions: list[Promotion], price: PlanPrice) -> Discount | None:
    """The promotion that takes most off `price`, None when none applies."""
    applying = [
        Discount(
            promotion,
            discount_minor(
                kind=promotion.kind, value=promotion.value, list_minor=price.amount_minor
            ),
        )
        for promotion in promotions
        if _applies(promotion, price)
    ]
    useful = [discount for discount in applying if discount.discount_minor > 0]
    return max(useful, key=lambda discount: discount.discount_minor, default=None)


def room_left(promotion: Promotion, *, discount_minor: int) -> bool:
    """Whether one more redemption of this size fits the promotion's budgets."""
    taken = promotion.redemptions.exclude(state="let_go").aggregate(
        times=Count("id"), minor=Sum("discount_minor", default=0)
    )
    if promotion.redemptions_max is not None and taken["times"] >= promotion.redemptions_max:
        return False
    return (
        promotion.budget_minor is None or taken["minor"] + discount_minor <= promotion.budget_minor
    )


def _used_up(promotion: Promotion) -> bool:
    return not room_left(promotion, discount_minor=1)


def _applies(promotion: Promotion, price: PlanPrice) -> bool:
    return (
        price.currency == promotion.currency
        and (not promotion.plans or price.plan.code in promotion.plans)
        and (not promotion.periods or price.period in promotion.periods)
    )
