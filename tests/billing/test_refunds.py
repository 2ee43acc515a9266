"""Money back by the buyer's own hand: what nobody has touched, inside the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.errors import NotFound
from accounts.models import User
from billing.errors import NotRefundable, PaymentsUnavailable
from billing.ledger import services as ledger
from billing.models import Order, Refund
from billing.offers import refund_minor
from billing.services.choices import Choice
from billing.services.refunds import finish_refunds, refund_order
from tests.billing.shop import TEN_YUAN, Shop, gold


def spend(shop: Shop, order: Order, amount_cp: int) -> None:
    """Use points, as a delivered job does."""
    with transaction.atomic():
        held = ledger.hold(
            wallet_id=order.wallet_id,
            amount_cp=amount_cp,
            key=f"job:{order.pk}",
            reference="job:1",
            now=shop.now,
        )
        ledger.capture(
            wallet_id=order.wallet_id, hold_id=held.hold_id, key=f"c:{order.pk}", now=shop.now
        )


@pytest.mark.parametrize(
    ("untouched_cp", "back_minor"), [(100_00, 10_01), (50_00, 5_00), (1, 0), (0, 0)]
)
def test_the_formula(untouched_cp: int, back_minor: int) -> None:
    back = refund_minor(amount_minor=10_01, untouched_cp=untouched_cp, granted_cp=100_00)
    assert back == back_minor


def test_the_untouched_share_goes_back_once(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, Choice(pack="pack-100"))
    spend(shop, order, 270_00)
    for _ in range(2):
        refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
        assert (refund.state, refund.amount_minor, refund.points_cp) == ("done", 75_00, 810_00)
    assert shop.points(anna) == 0
    assert [row["amount"] for row in shop.control.objects("refund")] == [75_00]
    shop.deliver()
    shop.settled()


@pytest.mark.parametrize("why", ["spent", "late", "unpaid", "membership", "another's"])
def test_what_cannot_go_back(shop: Shop, anna: User, bert: User, why: str) -> None:
    shop.welcome(anna)
    refusal: type[Exception] = NotRefundable
    order = shop.order(anna, gold() if why == "membership" else TEN_YUAN)
    if why != "unpaid":
        shop.pay(order)
        shop.deliver()
    if why == "spent":
        spend(shop, order, 100_00)
    if why == "late":
        shop.now += timedelta(days=14)
    if why == "another's":
        refusal = NotFound
    with pytest.raises(refusal):
        refund_order(user=bert if why == "another's" else anna, order_id=order.pk, now=shop.now)
    assert Refund.objects.count() == 0


def test_a_lost_answer_gives_the_money_back_once(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN)
    shop.control.fault("lost", path="/v1/refunds", method="POST", times=3)
    with pytest.raises(PaymentsUnavailable):
        refund_order(user=anna, order_id=order.pk, now=shop.now)
    assert shop.points(anna) == 0
    shop.now += timedelta(minutes=3)
    assert finish_refunds(now=shop.now) == 1
    assert Refund.objects.get().state == "done"
    assert [row["amount"] for row in shop.control.objects("refund")] == [10_00]
    shop.settled()


def test_points_come_back_when_stripe_refuses(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN, "card_disputed")
    with pytest.raises(NotRefundable):
        refund_order(user=anna, order_id=order.pk, now=shop.now)
    assert shop.points(anna) == 100_00
    assert Refund.objects.get().state == "failed"
    shop.settled()


def test_over_http(shop: Shop, anna: User, api_of: Callable[[User], APIClient]) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN)
    api = api_of(anna)
    body = api.post(f"/api/v1/orders/{order.pk}/refund").json()
    assert (body["amount_minor"], body["points"], body["state"]) == (10_00, "100.00", "done")
    assert api.get(f"/api/v1/orders/{order.pk}").json()["refunded_minor"] == 10_00
