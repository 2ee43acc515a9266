"""The 50 % event over its two instants, and promotions in general."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from billing.errors import PromotionUnavailable
from billing.models import MembershipPeriod, Notice, Order, Promotion, Redemption
from billing.selectors.memberships import membership_of
from billing.selectors.plans import plans_for
from billing.services import memberships, promotions
from billing.services.choices import Choice
from tests.billing.shop import Shop, at_once, gold
from tests.conftest import Person


@pytest.fixture
def event(shop: Shop) -> Promotion:
    """Half price on every membership, for two days from now."""
    return promote(shop)


def promote(shop: Shop, **terms: Any) -> Promotion:
    """A published promotion, half price on everything for two days unless told otherwise."""
    return Promotion.objects.create(
        **{
            "name": "half",
            "kind": "percent",
            "value": 50,
            "currency": "CNY",
            "starts_at": shop.start,
            "ends_at": shop.start + timedelta(days=2),
            "published_at": shop.start,
            **terms,
        }
    )


def prices(shop: Shop, user: User, plan: str) -> list[tuple[int, int]]:
    """First and renewal price of each period."""
    (offered,) = [row for row in plans_for(user=user, now=shop.now) if row.offer.code == plan]
    return [(price.first_amount_minor, price.amount_minor) for price in offered.prices]


def test_first_and_renewal_price_to_the_minor_unit(
    shop: Shop, anna: User, event: Promotion
) -> None:
    assert prices(shop, anna, "gold") == [
        (33_00, 66_00),
        (94_00, 188_00),
        (178_00, 356_00),
        (336_50, 673_00),
    ]
    assert prices(shop, anna, "diamond")[3] == (3_396_50, 6_793_00)


def test_the_event_begins_and_ends_at_its_instants(
    shop: Shop, anna: User, event: Promotion
) -> None:
    instant = timedelta(microseconds=1)
    for at, first_minor in (
        (event.starts_at - instant, 66_00),
        (event.starts_at, 33_00),
        (event.ends_at - instant, 33_00),
        (event.ends_at, 66_00),
    ):
        shop.now = at
        assert prices(shop, anna, "gold")[0] == (first_minor, 66_00)


def test_half_for_the_first_period_and_full_price_after(
    shop: Shop, anna: User, event: Promotion
) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, gold())
    assert (order.amount_minor, order.list_minor, order.state) == (33_00, 66_00, "paid")
    assert shop.points(anna) == 660_00
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    paid = MembershipPeriod.objects.order_by("starts_at").values_list("amount_minor", flat=True)
    assert list(paid) == [33_00, 66_00]
    shop.settled()


@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
def test_half_for_a_prepaid_year(shop: Shop, anna: User, event: Promotion, method: str) -> None:
    shop.welcome(anna)
    assert shop.buy(anna, gold(method, "year"), method).amount_minor == 336_50
    assert shop.points(anna) == 660_00
    # The period that follows is not the first.
    assert shop.order(anna, gold(method, "year")).amount_minor == 673_00
    shop.settled()


def test_a_page_opened_in_time_keeps_its_price(shop: Shop, anna: User, event: Promotion) -> None:
    shop.welcome(anna)
    order = shop.order(anna, gold())
    shop.now = event.ends_at
    shop.pay(order)
    shop.deliver()
    assert MembershipPeriod.objects.get().amount_minor == 33_00
    shop.settled()


def test_a_page_opened_before_the_event_does_not_miss_it(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    before = shop.order(anna, gold())
    promote(shop)
    during = shop.order(anna, gold())
    before.refresh_from_db()
    assert (before.state, before.amount_minor, during.amount_minor) == ("expired", 66_00, 33_00)
    # And the cheaper page is kept, also when the event ends meanwhile.
    shop.now += timedelta(minutes=30)
    assert shop.order(anna, gold()).pk == during.pk
    shop.pay(during)
    shop.deliver()
    assert MembershipPeriod.objects.get().amount_minor == 33_00
    shop.settled()


def test_once_a_person(shop: Shop, anna: User, event: Promotion) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    memberships.end_at_once(user=anna, now=shop.now)
    shop.deliver()
    assert membership_of(user=anna, now=shop.now) is None
    assert shop.order(anna, gold()).amount_minor == 66_00


def test_once_a_card(shop: Shop, anna: User, bert: User, event: Promotion) -> None:
    """Bert pays with the card Anna had the discount on: he gets his money back."""
    shop.welcome(anna)
    shop.welcome(bert)
    shop.buy(anna, gold())
    order = shop.buy(bert, gold())
    assert (order.state, order.reason) == ("undone", "promotion_used_before")
    assert shop.points(bert) == 0
    assert membership_of(user=bert, now=shop.now) is None
    (refund,) = shop.control.objects("refund")
    assert (refund["amount"], refund["status"]) == (33_00, "succeeded")
    (sub,) = [
        row for row in shop.control.objects("subscription") if row["id"] == order.subscription_id
    ]
    assert sub["status"] == "canceled"
    assert Notice.objects.get(user=bert).kind == "purchase_given_back"
    shop.deliver()
    assert shop.points(bert) == 0
    shop.settled()


def test_an_order_that_came_to_nothing_uses_nothing(
    shop: Shop, anna: User, event: Promotion
) -> None:
    shop.welcome(anna)
    shop.order(anna, gold())
    # Another plan closes the first page and may still have the discount.
    order = shop.order(anna, Choice(plan="diamond", period="month", method="card"))
    assert order.amount_minor == 333_00
    states = Redemption.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["let_go", "reserved"]


def test_a_budget_of_redemptions(shop: Shop, person: Person) -> None:
    promote(shop, redemptions_max=2)
    amounts = [
        shop.order(shop.welcome(person(name)), gold()).amount_minor
        for name in ("carl", "dora", "emil")
    ]
    assert amounts == [33_00, 33_00, 66_00]


def test_a_budget_holds_when_all_come_at_once(shop: Shop, person: Person) -> None:
    promote(shop, redemptions_max=2)
    people = [shop.welcome(person(f"person{number}")) for number in range(6)]
    at_once(*[partial(shop.order, user, gold()) for user in people])
    amounts = sorted(Order.objects.values_list("amount_minor", flat=True))
    assert amounts == [33_00, 33_00, 66_00, 66_00, 66_00, 66_00]


def test_a_budget_of_money(shop: Shop, person: Person) -> None:
    promote(shop, budget_minor=40_00)
    amounts = [
        shop.order(shop.welcome(person(name)), gold()).amount_minor for name in ("carl", "dora")
    ]
    assert amounts == [33_00, 66_00]


def test_a_code_and_its_scope(shop: Shop, anna: User) -> None:
    promote(
        shop, code="HELLO", kind="amount", value=16_00, plans=["gold"], periods=["month", "year"]
    )
    shop.welcome(anna)
    for wrong in (
        gold(code="HALLO"),
        gold(period="quarter", code="HELLO"),
        Choice(plan="diamond", period="month", method="card", code="HELLO"),
        Choice(amount_minor=10_00, code="HELLO"),
    ):
        with pytest.raises(PromotionUnavailable):
            shop.order(anna, wrong)
    assert Order.objects.count() == 0
    order = shop.buy(anna, gold(code="HELLO"))
    assert (order.amount_minor, order.state) == (50_00, "paid")
    shop.settled()


def test_the_better_of_two(shop: Shop, anna: User, event: Promotion) -> None:
    promote(shop, name="sixty", kind="amount", value=60_00)
    assert prices(shop, anna, "gold")[:2] == [(6_00, 66_00), (94_00, 188_00)]


def test_ended_early(shop: Shop, anna: User, paula: User, event: Promotion) -> None:
    promotions.end_promotion(name="half", by=paula, reason="sold out", now=shop.now)
    assert prices(shop, anna, "gold")[0] == (66_00, 66_00)
