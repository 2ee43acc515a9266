"""What someone chose to buy, and its price. Steps."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from billing import offers
from billing.errors import MembershipExists, MembershipPastDue, PromotionUnavailable
from billing.models import Membership, PlanPrice
from billing.selectors import catalogue
from billing.selectors.promotions import Discount
from billing.services.live_memberships import live_membership
from billing.services.promotions import lock_discount

METHODS = ("card", "alipay", "wechat_pay")


@dataclass(frozen=True, slots=True)
class Choice:
    """A top-up (`amount_minor`), a pack (`pack`) or a membership (`plan` and `period`).

    `method` "" leaves a buyer of points free to choose on the pay page.
    """

    amount_minor: int = 0
    currency: str = "CNY"
    pack: str = ""
    plan: str = ""
    period: str = ""
    method: str = ""
    code: str = ""

    @property
    def family(self) -> str:
        """A wallet has one open order of each."""
        return "membership" if self.plan else "points"

    def digest(self) -> bytes:
        """What makes two requests the same."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).digest()


@dataclass(frozen=True, slots=True)
class PricedChoice:
    """What an order is made of. Amounts in minor units, points in hundredths."""

    kind: str
    list_minor: int
    currency: str
    points_cp: int = 0
    bonus_cp: int = 0
    plan_price: PlanPrice | None = None
    discount: Discount | None = None

    @property
    def amount_minor(self) -> int:
        """What is to be paid."""
        return self.list_minor - (self.discount.discount_minor if self.discount else 0)


def price_choice(*, user: User, wallet_id: int, choice: Choice, now: datetime) -> PricedChoice:
    """The price of a choice now; the caller holds the wallet's lock.

    Raises InvalidRequest, NotForSale, MembershipExists, MembershipPastDue, PromotionUnavailable.
    """
    if choice.method and choice.method not in METHODS:
        raise InvalidRequest(_("Choose a way to pay."), fields={"method": "unknown"})
    if choice.plan:
        return _price_membership(user, wallet_id, choice, now)
    if choice.code:
        raise PromotionUnavailable(
            _("This code is for memberships."), fields={"code": "not for points"}
        )
    if choice.pack:
        pack = catalogue.pack(code=choice.pack, now=now)
        return PricedChoice(
            kind="pack",
            list_minor=pack.amount_minor,
            currency=pack.currency,
            points_cp=pack.points_cp,
            bonus_cp=pack.bonus_cp,
        )
    row = catalogue.topup_rate(currency=choice.currency, now=now)
    rate = offers.TopUpRate(
        row.currency, row.cp_per_minor, row.floor_minor, row.ceiling_minor, row.step_minor
    )
    try:
        points_cp = offers.topup_points_cp(rate, choice.amount_minor)
    except ValueError as error:
        raise InvalidRequest(
            _("A top-up is from %(floor)d to %(ceiling)d minor units, in steps of %(step)d.")
            % {"floor": rate.floor_minor, "ceiling": rate.ceiling_minor, "step": rate.step_minor},
            fields={"topup.amount_minor": str(error)},
        ) from None
    return PricedChoice(
        kind="topup",
        list_minor=choice.amount_minor,
        currency=choice.currency,
        points_cp=points_cp,
    )


def _price_membership(user: User, wallet_id: int, choice: Choice, now: datetime) -> PricedChoice:
    by_card = choice.method in ("", "card")
    live = live_membership(wallet_id=wallet_id, now=now)
    if live is not None:
        _refuse_second(live, by_card)
    price = catalogue.plan_price(
        plan=choice.plan, period=choice.period, currency=choice.currency, now=now
    )
    # A discount is for the first period of a membership, not for one that follows another.
    discount = (
        lock_discount(user=user, price=price, code=choice.code, now=now) if live is None else None
    )
    if choice.code and (discount is None or discount.promotion.code not in ("", choice.code)):
        raise PromotionUnavailable(
            _("This code cannot be used here."), fields={"code": "not available"}
        )
    return PricedChoice(
        kind="membership" if by_card else "prepaid",
        list_minor=price.amount_minor,
        currency=price.currency,
        plan_price=price,
        discount=discount,
    )


def _refuse_second(live: Membership, by_card: bool) -> None:
    if live.status == "past_due":
        raise MembershipPastDue(_("A renewal is due: pay it, or let it end, before another."))
    if by_card or live.kind == "card":
        raise MembershipExists(
            _("You have a membership: change it instead."),
            facts={
                "plan": live.plan_price.plan.code,
                "period": live.plan_price.period,
                "kind": live.kind,
            },
        )
