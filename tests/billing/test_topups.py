"""Buying points: our order, the pay page, the event, the lot."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.calendar_months import add_months
from billing.errors import IdempotencyConflict, NotForSale
from billing.ledger.models import Lot
from billing.models import Order
from billing.services.choices import Choice
from tests.billing.shop import TEN_YUAN, Shop


@pytest.mark.parametrize("button", ["card_good", "card_3ds_ok", "alipay", "wechat_pay"])
def test_ten_yuan_buy_a_hundred_points_for_two_years(shop: Shop, anna: User, button: str) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN, button)
    assert (order.state, order.amount_minor, order.points_cp) == ("paid", 10_00, 100_00)
    assert shop.points(anna) == 100_00
    lot = Lot.objects.get(wallet_id=order.wallet_id)
    assert (lot.source, lot.paid, lot.expires_at) == ("topup", True, add_months(shop.start, 24))
    shop.settled()


def test_a_pack_has_its_bonus(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, Choice(pack="pack-100"))
    assert shop.points(anna) == 1_080_00
    shop.settled()


def test_a_decline_costs_nothing_and_the_page_stays_open(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, TEN_YUAN)
    assert shop.control.pay(order.session_id, "card_declined")["refused"]
    shop.deliver()
    assert shop.points(anna) == 0
    shop.pay(order)
    shop.deliver()
    assert shop.points(anna) == 100_00


@pytest.mark.parametrize(
    "choice",
    [
        Choice(amount_minor=9_00),
        Choice(amount_minor=10_50),
        Choice(amount_minor=10_001_00),
        Choice(amount_minor=10_00, method="cheque"),
    ],
)
def test_amounts_outside_the_rule_are_refused(shop: Shop, anna: User, choice: Choice) -> None:
    with pytest.raises(InvalidRequest):
        shop.order(anna, choice)
    assert Order.objects.count() == 0


def test_what_is_not_for_sale_is_refused(shop: Shop, anna: User) -> None:
    for choice in (Choice(pack="pack-7"), Choice(amount_minor=10_00, currency="USD")):
        with pytest.raises(NotForSale):
            shop.order(anna, choice)


def test_the_same_key_gives_the_same_order(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    first = shop.order(anna, TEN_YUAN, key="k1")
    assert shop.order(anna, TEN_YUAN, key="k1").pk == first.pk
    with pytest.raises(IdempotencyConflict):
        shop.order(anna, Choice(amount_minor=20_00), key="k1")


def test_another_amount_closes_the_first_page(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    first = shop.order(anna, TEN_YUAN)
    second = shop.order(anna, Choice(amount_minor=20_00))
    first.refresh_from_db()
    assert (first.state, second.state) == ("expired", "open")
    shop.pay(second)
    shop.deliver()
    assert shop.points(anna) == 200_00


def test_over_http(shop: Shop, anna: User, api_of: Callable[[User], APIClient]) -> None:
    api = api_of(anna)
    body = {"topup": {"amount_minor": 1000, "currency": "CNY"}}
    made = api.post("/api/v1/checkout", body, "json", HTTP_IDEMPOTENCY_KEY="k1")
    assert made.status_code == 201, made.json()
    assert made.json()["amount_minor"] == 1000
    again = api.post("/api/v1/checkout", body, "json", HTTP_IDEMPOTENCY_KEY="k1")
    assert again.json() == made.json()
    assert again["Idempotency-Replayed"] == "true"
    order = Order.objects.get()
    shop.pay(order, "alipay")
    shop.deliver()
    listed = api.get("/api/v1/orders").json()["results"]
    assert [(row["id"], row["state"], row["points"]) for row in listed] == [
        (str(order.pk), "paid", "100.00")
    ]
    assert api.get(f"/api/v1/orders/{order.pk}").json()["url"] == ""
    assert api.post("/api/v1/checkout", {}, "json").json()["code"] == "invalid_request"
