"""Money back by the buyer's own hand: what nobody has touched, inside the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.errors import NotFound
from accounts.models import User
from billing.errors import NotRefundable, PaymentsUnavailable
from billing.models import Refund
from billing.offers import clawback_cp, refund_minor
from billing.services.choices import Choice
from billing.services.refunds import finish_refunds, refund_order
from tests.billing.shop import TEN_YUAN, Shop


@pytest.mark.parametrize(
    ("untouched_cp", "back_minor"), [(100_00, 10_01), (50_00, 5_00), (1, 0), (0, 0)]
)
def test_the_formula(untouched_cp: int, back_minor: int) -> None:
    back = refund_minor(amount_minor=10_01, untouched_cp=untouched_cp, granted_cp=100_00)
    assert back == back_minor


def test_the_untouched_share_goes_back_once(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, Choice(pack="pack-100"))
    shop.spend(order, 270_00)
    for _ in range(2):
        refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
        assert (refund.state, refund.amount_minor, refund.points_cp) == ("done", 75_00, 810_00)
    assert shop.points(anna) == 0
    assert [row["amount"] for row in shop.control.objects("refund")] == [75_00]
    shop.deliver()
    shop.balanced()


@pytest.mark.parametrize("why", ["spent", "late", "unpaid", "another's"])
def test_what_cannot_go_back(shop: Shop, anna: User, bert: User, why: str) -> None:
    shop.welcome(anna)
    refusal: type[Exception] = NotRefundable
    order = shop.order(anna, TEN_YUAN)
    if why != "unpaid":
        shop.pay(order)
        shop.deliver()
    if why == "spent":
        shop.spend(order, 100_00)
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
    shop.balanced()


def test_points_come_back_when_stripe_refuses(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.control.delivery_fault("drop", "charge.dispute.*")
    order = shop.buy(anna, TEN_YUAN, "card_disputed")
    with pytest.raises(NotRefundable):
        refund_order(user=anna, order_id=order.pk, now=shop.now)
    assert shop.points(anna) == 100_00
    assert Refund.objects.get().state == "failed"
    shop.control.clear_faults()
    shop.recover()
    shop.balanced()
    assert shop.points(anna) == 0  # frozen, until the bank has decided


def test_two_halves_are_the_whole() -> None:
    first = refund_minor(amount_minor=10_01, untouched_cp=50_00, granted_cp=100_00)
    second = refund_minor(
        amount_minor=10_01,
        untouched_cp=50_00,
        granted_cp=100_00,
        taken_cp=50_00,
        returned_minor=first,
    )
    assert (first, second) == (5_00, 5_01)


@pytest.mark.parametrize(
    ("back_minor", "taken_cp"), [(0, 0), (1, 10), (3_33, 33_27), (10_00, 99_91), (10_01, 100_00)]
)
def test_the_points_of_money_are_rounded_up(back_minor: int, taken_cp: int) -> None:
    points_cp = clawback_cp(amount_minor=10_01, returned_minor=back_minor, granted_cp=100_00)
    assert points_cp == taken_cp


def test_over_http(shop: Shop, anna: User, api_of: Callable[[User], APIClient]) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN)
    api = api_of(anna)
    body = api.post(f"/api/v1/orders/{order.pk}/refund").json()
    assert (body["amount_minor"], body["points"], body["state"]) == (10_00, "100.00", "done")
    assert api.get(f"/api/v1/orders/{order.pk}").json()["refunded_minor"] == 10_00


def test_consent_over_http(
    shop: Shop, anna: User, api_of: Callable[[User], APIClient], settings: Settings
) -> None:
    settings.WITHDRAWAL_CONSENT = "REQUIRED"
    shop.welcome(anna)
    api = api_of(anna)
    body = {"pack": "pack-100"}
    for consent in ({}, {"consent": "1999-01"}):
        refused = api.post("/api/v1/checkout", body | consent, "json")
        assert (refused.status_code, refused.json()["code"]) == (400, "consent_required")
    version = refused.json()["terms_version"]
    made = api.post("/api/v1/checkout", body | {"consent": version}, "json").json()
    order = api.get(f"/api/v1/orders/{made['order']}").json()
    assert (order["consent_version"], order["consent_at"] is not None) == (version, True)


def test_a_withdrawal_over_http(
    shop: Shop, anna: User, bert: User, api_of: Callable[[User], APIClient]
) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, Choice(amount_minor=30_00), consent="2026-11")
    shop.spend(order, 100_01)
    api = api_of(anna)
    shown = api.get(f"/api/v1/orders/{order.pk}/withdraw").json()
    assert shown == {
        "amount_minor": 19_99,
        "points": "199.99",
        "paid_minor": 30_00,
        "all_points": "300.00",
    }
    assert api.get(f"/api/v1/orders/{order.pk}/refund").json() == shown
    assert api_of(bert).post(f"/api/v1/orders/{order.pk}/withdraw").status_code == 404
    for _ in range(2):
        done = api.post(f"/api/v1/orders/{order.pk}/withdraw").json()
        assert (done["amount_minor"], done["reason"], done["state"]) == (
            19_99,
            "withdrawal",
            "done",
        )
    again = api.get(f"/api/v1/orders/{order.pk}/withdraw")
    assert (again.status_code, again.json()["code"]) == (409, "not_refundable")
    shop.balanced()
