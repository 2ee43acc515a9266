"""One order, paid twice: the first payment counts, the other goes back by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing.gateway.client import client
from billing.models import (
    Document,
    DuplicatePayment,
    Membership,
    Notice,
    Order,
    Promotion,
    Refund,
    StripeCustomer,
    StripeEvent,
)
from billing.services import duplicates
from billing.services.confirmations import confirm_order
from billing.services.gifts import give_membership
from billing.services.reconciliation import reconcile
from tests.billing.shop import TEN_YUAN, Shop, at_once, gold
from tests.conftest import Person


def second_page(order: Order, *, amount_minor: int = 10_00) -> str:
    """Another pay page of the same order, as a lost answer may leave one; its session."""
    customer = StripeCustomer.objects.get(user=order.user).customer_id
    metadata = {"order_id": str(order.pk), "kind": order.kind}
    common: dict[str, Any] = {
        "customer": customer,
        "client_reference_id": str(order.pk),
        "metadata": metadata,
        "success_url": "http://testserver/",
    }
    if order.kind == "membership":
        price = client().v1.prices.list({"lookup_keys": ["gold_month_cny_v1"]}).data[0]
        page = {
            "mode": "subscription",
            "line_items": [{"price": price.id, "quantity": 1}],
            "subscription_data": {"metadata": metadata},
        }
    else:
        goods = {"currency": "cny", "unit_amount": amount_minor, "product_data": {"name": "goods"}}
        page = {
            "mode": "payment",
            "payment_intent_data": {"metadata": metadata},
            "line_items": [{"quantity": 1, "price_data": goods}],
        }
    return client().v1.checkout.sessions.create(cast(Any, common | page)).id


def refunds(shop: Shop) -> list[int]:
    """What went back at Stripe, in minor units."""
    return [row["amount"] for row in shop.control.objects("refund")]


def paid_twice(shop: Shop, user: User, button: str = "card_good") -> Order:
    """Ten yuan, paid by two pages."""
    order = shop.order(shop.welcome(user), TEN_YUAN)
    other = second_page(order)
    shop.pay(order)
    shop.control.pay(other, button)
    shop.deliver()
    order.refresh_from_db()
    return order


def nothing_differs(shop: Shop) -> bool:
    return reconcile(since=shop.start - timedelta(days=1)) == []


def test_the_second_payment_goes_back(shop: Shop, anna: User) -> None:
    order = paid_twice(shop, anna, "alipay")
    assert (order.state, shop.points(anna)) == ("paid", 100_00)
    row = DuplicatePayment.objects.get()
    assert (row.state, row.amount_minor, row.payment_id != order.payment_id) == (
        "done",
        10_00,
        True,
    )
    (refund,) = shop.control.objects("refund")
    assert (refund["id"], refund["payment_intent"]) == (row.refund_id, row.payment_id)
    assert Notice.objects.get().kind == "paid_twice"
    assert nothing_differs(shop)
    shop.deliver()
    shop.settled()


def test_told_again_it_goes_back_once(shop: Shop, anna: User) -> None:
    paid_twice(shop, anna)
    for event in StripeEvent.objects.values_list("pk", flat=True):
        shop.control.resend(event)
    StripeEvent.objects.all().delete()
    shop.deliver()
    shop.recover()
    assert (refunds(shop), Notice.objects.count(), shop.points(anna)) == ([10_00], 1, 100_00)


def test_both_at_the_same_moment(shop: Shop, anna: User) -> None:
    order = shop.order(shop.welcome(anna), TEN_YUAN)
    other = second_page(order)
    shop.pay(order)
    shop.control.pay(other)
    at_once(
        *[lambda: confirm_order(session_id=order.session_id, now=shop.now)] * 3,
        *[lambda: confirm_order(session_id=other, now=shop.now)] * 3,
    )
    at_once(*[lambda: duplicates.give_back_duplicates(now=shop.now)] * 4)
    shop.deliver()
    assert (refunds(shop), shop.points(anna)) == ([10_00], 100_00)
    assert DuplicatePayment.objects.get().state == "done"
    shop.deliver()
    shop.settled()


def test_another_amount_goes_back_whole(shop: Shop, anna: User) -> None:
    order = shop.buy(shop.welcome(anna), TEN_YUAN)
    shop.control.pay(second_page(order, amount_minor=25_00))
    shop.deliver()
    assert (refunds(shop), shop.points(anna)) == ([25_00], 100_00)
    shop.deliver()
    shop.settled()


def test_a_second_subscription_is_ended_and_refunded(shop: Shop, anna: User) -> None:
    order = shop.order(shop.welcome(anna), gold())
    other = second_page(order)
    shop.pay(order)
    shop.control.pay(other)
    shop.deliver()
    order.refresh_from_db()
    kept = Membership.objects.get()
    assert (kept.status, kept.subscription_id) == ("active", order.subscription_id)
    assert (refunds(shop), shop.points(anna)) == ([66_00], 660_00)
    statuses = {row["id"]: row["status"] for row in shop.control.objects("subscription")}
    assert statuses.pop(kept.subscription_id) == "active"
    assert list(statuses.values()) == ["canceled"]
    assert nothing_differs(shop)
    # A month on, one invoice is paid and not two.
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    assert (refunds(shop), shop.points(anna)) == ([66_00], 2 * 660_00)
    shop.deliver()
    shop.settled()


def test_money_for_an_order_that_was_given_back(shop: Shop, anna: User) -> None:
    order = shop.order(shop.welcome(anna), gold())
    other = second_page(order)
    give_membership(user=anna, plan="gold", period="month", reason="test", now=shop.now)
    shop.pay(order)
    shop.deliver()
    shop.control.pay(other)
    shop.deliver()
    order.refresh_from_db()
    assert order.state == "undone"
    assert refunds(shop) == [66_00, 66_00]
    assert {row["status"] for row in shop.control.objects("subscription")} == {"canceled"}
    shop.deliver()
    shop.settled()


def test_a_free_second_page_is_nothing_to_give_back(shop: Shop, anna: User) -> None:
    Promotion.objects.create(
        name="free",
        kind="percent",
        value=100,
        currency="CNY",
        starts_at=shop.start,
        ends_at=shop.start + timedelta(days=1),
        published_at=shop.start,
    )
    order = shop.order(shop.welcome(anna), gold("alipay"))
    other = second_page(order, amount_minor=0)
    shop.pay(order, "alipay")
    shop.control.pay(other, "alipay")
    shop.deliver()
    assert (DuplicatePayment.objects.count(), refunds(shop)) == (0, [])
    assert shop.points(anna) == 660_00
    shop.deliver()
    shop.settled()


@pytest.mark.parametrize("effect", ["500", "lost", "429"])
def test_a_stripe_that_does_not_answer_is_asked_until_it_does(
    shop: Shop, anna: User, effect: str
) -> None:
    shop.control.fault(effect, path="/v1/refunds", method="POST", times=6)
    paid_twice(shop, anna)
    row = DuplicatePayment.objects.get()
    assert (row.state, row.tries) == ("begun", 1)
    assert Notice.objects.count() == 0
    for _ in range(6):
        shop.now += timedelta(hours=1)
        duplicates.give_back_duplicates(now=shop.now)
    row.refresh_from_db()
    assert (row.state, refunds(shop)) == ("done", [10_00])
    assert Notice.objects.count() == 1


def test_what_stripe_refuses_is_parked_for_a_person(
    shop: Shop, anna: User, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """The owner of the card complains first: a disputed charge cannot be refunded."""
    order = paid_twice(shop, anna, "card_disputed")
    row = DuplicatePayment.objects.get()
    assert (row.state, refunds(shop)) == ("parked", [])
    assert "charged back" in row.error
    assert "parked" in caplog.text
    assert [found.kind for found in reconcile(since=shop.start)] == ["paid twice, not given back"]
    (dispute,) = shop.control.objects("dispute")
    shop.control.move_dispute(dispute["id"], "won")
    desk = Client()
    desk.force_login(person("olga", is_staff=True, is_superuser=True))
    url = reverse("admin:billing_duplicatepayment_again", args=[row.pk])
    assert "tried again" in desk.get(url, follow=True).content.decode()
    duplicates.give_back_duplicates(now=timezone.now() + timedelta(seconds=1))
    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.state, order.state, shop.points(anna)) == ("done", "paid", 100_00)


def test_a_stripe_that_is_gone_for_days_is_parked(shop: Shop, anna: User) -> None:
    shop.control.fault("500", path="/v1/refunds", method="POST", times=1000)
    paid_twice(shop, anna)
    # Each try lasts more than a second, because the library tries again by itself.
    few = duplicates.TRIES_MAX - 2
    assert DuplicatePayment.objects.filter(state="begun", tries=1).update(tries=few) == 1
    for tries, state in ((few + 1, "begun"), (few + 2, "parked")):
        shop.now += timedelta(hours=7)
        duplicates.give_back_duplicates(now=shop.now)
        row = DuplicatePayment.objects.get()
        assert (row.state, row.tries) == (state, tries)


def test_the_buyer_reads_it_on_the_order(shop: Shop, anna: User) -> None:
    order = paid_twice(shop, anna)
    browser = Client()
    browser.force_login(anna)
    page = browser.get(reverse("billing:order", args=[order.pk])).content.decode()
    assert "A second payment of ¥10 came for this order; it has been given back." in page


def test_a_refund_of_it_that_fails_later_waits_for_a_person(shop: Shop, anna: User) -> None:
    """No points and no paper follow a duplicate: it was never a purchase."""
    paid_twice(shop, anna)
    (refund,) = shop.control.objects("refund")
    shop.control.finish_refund(refund["id"], "failed")
    shop.deliver()
    row = DuplicatePayment.objects.get()
    assert (row.state, "failed" in row.error) == ("parked", True)
    assert (shop.points(anna), Refund.objects.count()) == (100_00, 0)
    assert not Document.objects.filter(kind="credit_note").exists()
    kinds = [found.kind for found in reconcile(since=shop.start - timedelta(days=1))]
    assert kinds == ["paid twice, not given back"]
    assert duplicates.unpark(duplicate_id=row.pk, now=shop.now)
    assert duplicates.give_back_duplicates(now=shop.now) == 1
    assert len(refunds(shop)) == 2
