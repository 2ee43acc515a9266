"""Closing an account, and bars: Stripe first, free points only, a way back for what was paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.errors import InvalidRequest
from accounts.models import Ban, User
from billing.errors import AccountBanned, PaymentsUnavailable
from billing.models import Notice, Order, StripeEvent
from billing.services import daily_points
from billing.services.bans import ban_user, lift_ban
from billing.services.closing import close_account, reopen_account, what_closing_means
from billing.services.refunds import refund_order
from tests.billing.shop import TEN_YUAN, Shop, gold
from tests.conftest import Person


@pytest.fixture
def olga(person: Person) -> User:
    """Olga works at the desk."""
    return person("olga", is_staff=True, is_superuser=True)


def close(shop: Shop, user: User) -> None:
    """The owner closes the account."""
    close_account(user=user, reason="by its owner", actor=f"user:{user.pk}", now=shop.now)
    user.refresh_from_db()


def test_31_stripe_is_told_before_the_account_is_closed(
    shop: Shop, anna: User, api_of: Callable[[User], APIClient]
) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    browser, api = Client(), api_of(anna)
    browser.force_login(anna)
    close(shop, anna)
    assert shop.subscription(anna)["status"] == "canceled"
    assert browser.get("/wallet/").status_code == 302
    assert api.get("/api/v1/wallet").status_code == 401
    shop.balanced()
    # The ledger is kept: nothing is taken, nothing is charged again.
    assert shop.points(anna) == 660_00
    shop.pass_months(anna, 2)
    shop.balanced()
    assert len(shop.control.objects("invoice")) == 1


def test_31_without_stripe_nothing_is_closed(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    shop.control.fault("500", path="/v1/subscriptions/*", times=10)
    with pytest.raises(PaymentsUnavailable):
        close(shop, anna)
    anna.refresh_from_db()
    assert (anna.closed_at, anna.is_active) == (None, True)
    shop.control.clear_faults()
    shop.finish_changes()
    close(shop, anna)
    assert anna.closed_at == shop.now
    shop.balanced()


def test_31_late_money_of_a_closed_account_goes_back(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, TEN_YUAN)
    shop.pay(order, "alipay_later")
    Order.objects.filter(pk=order.pk).update(state="canceled")  # as a page closed too late
    close(shop, anna)
    shop.control.settle(order.session_id, good=True)
    shop.balanced()
    order.refresh_from_db()
    assert (order.state, order.reason, shop.points(anna)) == ("undone", "account_closed", 0)
    assert [row["amount"] for row in shop.control.objects("refund")] == [10_00]


def test_31_a_late_invoice_of_a_closed_account_waits_for_a_person(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    # Closed elsewhere, with the subscription alive: as a restored backup would have it.
    User.objects.filter(pk=anna.pk).update(closed_at=shop.now, is_active=False)
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    parked = StripeEvent.objects.exclude(parked_at=None).values_list("error", flat=True)
    assert any("closed account" in error for error in parked)
    assert shop.points(anna) == 660_00


def test_what_closing_means_is_said_before(shop: Shop, anna: User, olga: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN)
    shop.order(anna, gold())
    leaving = what_closing_means(user=anna, now=shop.now)
    assert (leaving.purse.available_cp, leaving.membership) == (100_00, None)
    assert [(found.pk, share.amount_minor) for found, share in leaving.refundable] == [
        (order.pk, 10_00)
    ]
    close(shop, anna)
    assert not Order.objects.filter(state="open").exists()
    assert Notice.objects.filter(kind="account_closed").count() == 1
    reopen_account(user=anna, reason="asked to come back", staff=olga, now=shop.now)
    anna.refresh_from_db()
    assert (anna.closed_at, anna.is_active, shop.points(anna)) == (None, True, 100_00)


def test_a_ban_freezes_free_points_only(shop: Shop, anna: User, olga: User) -> None:
    shop.welcome(anna)
    daily_points.claim(user=anna, now=shop.now)
    order = shop.buy(anna, TEN_YUAN)
    assert shop.points(anna) == 166_00
    ban_user(user=anna, reason="farming", note="", staff=olga, now=shop.now)
    assert shop.points(anna) == 100_00
    with pytest.raises(AccountBanned):
        shop.order(anna, TEN_YUAN)
    with pytest.raises(AccountBanned):
        daily_points.claim(user=anna, now=shop.now + timedelta(days=1))
    with pytest.raises(InvalidRequest):
        ban_user(user=anna, reason="farming", note="", staff=olga, now=shop.now)
    lift_ban(user=anna, note="a mistake", staff=olga, now=shop.now)
    assert shop.points(anna) == 166_00
    ban = Ban.objects.get()
    assert (ban.banned_by, ban.lifted_by, ban.lift_note) == (olga, olga, "a mistake")
    assert order.state == "paid"
    shop.balanced()


def test_who_is_barred_gets_paid_points_back_whenever(shop: Shop, anna: User, olga: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN)
    shop.spend(order, 40_00)
    shop.now += timedelta(days=200)
    ban_user(user=anna, reason="content", note="", staff=olga, now=shop.now)
    browser = Client()
    browser.force_login(anna)
    assert browser.get("/billing/").status_code == 200
    assert refund_order(user=anna, order_id=order.pk, now=shop.now).amount_minor == 6_00


def test_who_is_barred_makes_nothing(
    shop: Shop, anna: User, olga: User, api_of: Callable[[User], APIClient]
) -> None:
    shop.welcome(anna)
    shop.buy(anna, TEN_YUAN)
    ban_user(user=anna, reason="other", note="asked by a court", staff=olga, now=shop.now)
    body = {"kind": "image", "params": {"prompt": "a fox"}}
    answer = api_of(anna).post("/api/v1/jobs", body, "json")
    assert (answer.status_code, answer.json()["code"]) == (403, "account_banned")
    assert shop.points(anna) == 100_00


@pytest.mark.parametrize(
    ("reason", "note"), [("", ""), ("because", ""), ("other", " ")], ids=["none", "unknown", "bare"]
)
def test_a_ban_has_a_reason(shop: Shop, anna: User, olga: User, reason: str, note: str) -> None:
    with pytest.raises(InvalidRequest):
        ban_user(user=anna, reason=reason, note=note, staff=olga, now=shop.now)
    assert not Ban.objects.exists()


def test_at_the_desk_with_a_reason_and_back(shop: Shop, anna: User, olga: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    desk = Client()
    desk.force_login(olga)
    owner = anna.wallet_owner.pk
    page = f"/admin/billing/walletowner/{owner}"
    assert "660.00 points available" in desk.get(f"{page}/ban", follow=True).content.decode()
    for path, form in (
        ("ban", {"reason": "farming", "note": "forty addresses"}),
        ("lift", {"note": "one family"}),
        ("close", {"note": "asked by letter"}),
    ):
        url = desk.get(f"{page}/{path}", follow=True).request["PATH_INFO"]
        assert "Done." in desk.post(url, form, follow=True).content.decode()
    anna.refresh_from_db()
    assert (anna.banned_at, anna.closed_at is not None) == (None, True)
    assert shop.subscription(anna)["status"] == "canceled"
    url = desk.get(f"{page}/reopen", follow=True).request["PATH_INFO"]
    assert "This field is required." in desk.post(url, {}).content.decode()
    desk.post(url, {"note": "came back"})
    anna.refresh_from_db()
    assert anna.is_active
