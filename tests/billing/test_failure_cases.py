"""What goes wrong with Stripe in a product that sells points: one named test for each case.

The numbers are those of the list the integration was designed against: deliveries and their order,
signatures, pages, money that comes at the wrong moment.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from billing.errors import PaymentsUnavailable
from billing.gateway.client import client
from billing.models import (
    Membership,
    MembershipPeriod,
    Notice,
    Order,
    Promotion,
    StripeCustomer,
    StripeEvent,
)
from billing.selectors.entitlements import entitlements
from billing.selectors.memberships import membership_of
from billing.services import memberships, open_orders, stripe_events
from billing.services.choices import Choice
from billing.services.confirmations import confirm_order
from billing.services.gifts import give_membership
from tests.billing.shop import TEN_YUAN, Shop, at_once, gold


def test_01_the_same_event_many_times_at_once(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, TEN_YUAN)
    shop.control.delivery_fault("duplicate", copies=7)
    shop.pay(order)
    shop.control.drain()
    event = StripeEvent.objects.get(type="checkout.session.completed")
    at_once(
        *[lambda: stripe_events.handle(event_id=event.pk, now=shop.now)] * 4,
        *[lambda: confirm_order(session_id=order.session_id, now=shop.now)] * 4,
    )
    shop.handle()
    assert shop.points(anna) == 100_00
    shop.settled()


def test_02_a_duplicate_is_a_success_not_an_error(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, TEN_YUAN)
    event = StripeEvent.objects.get(type="checkout.session.completed")
    shop.control.resend(event.pk)
    shop.deliver()
    answers = [row["answers"] for row in shop.control.deliveries(event.pk)]
    assert answers == [["200"], ["200"]]
    assert shop.points(anna) == 100_00


def test_03_nothing_is_marked_handled_before_it_is_done(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, TEN_YUAN)
    shop.pay(order)
    shop.control.fault("500", path="/v1/checkout/sessions/*", times=3)
    shop.deliver()
    event = StripeEvent.objects.get(type="checkout.session.completed")
    assert event.handled_at is None
    assert "Unreachable" in event.error
    assert (event.next_try_at, shop.points(anna)) == (shop.now + timedelta(seconds=20), 0)
    shop.handle()
    assert shop.points(anna) == 100_00
    shop.settled()


def test_03_a_worker_that_dies_leaves_the_event_to_the_next(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.pay(shop.order(anna, TEN_YUAN))
    shop.control.drain()
    event = StripeEvent.objects.get(type="checkout.session.completed")
    # As a worker leaves it that took the event and died.
    StripeEvent.objects.filter(pk=event.pk).update(
        tries=1, next_try_at=shop.now + stripe_events.LEASE
    )
    stripe_events.handle_waiting(now=shop.now)
    assert shop.points(anna) == 0
    shop.now += stripe_events.LEASE
    stripe_events.handle_waiting(now=shop.now)
    assert shop.points(anna) == 100_00


def test_04_completed_but_unpaid_is_not_paid_and_not_over(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, TEN_YUAN)
    shop.pay(order, "alipay_later")
    shop.deliver()
    order.refresh_from_db()
    assert (order.state, shop.points(anna)) == ("open", 0)
    shop.control.settle(order.session_id, good=True)
    shop.deliver()
    assert shop.points(anna) == 100_00
    shop.settled()


def test_05_the_browser_before_the_webhook(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, TEN_YUAN)
    shop.control.delivery_fault("delay", seconds=None)
    shop.pay(order)
    back = Client().get(f"/pay/return/{order.pk}")
    assert back.status_code == 302
    assert shop.points(anna) == 100_00
    shop.deliver()
    assert shop.points(anna) == 100_00
    shop.settled()


def test_05_the_address_alone_pays_nothing(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, TEN_YUAN)
    Client().get(f"/pay/return/{order.pk}?paid=1&session_id={order.session_id}")
    assert shop.points(anna) == 0


def test_05_the_buyer_never_comes_back(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, TEN_YUAN)
    shop.control.delivery_fault("drop")
    shop.pay(order)
    for minutes, points_cp in ((1, 0), (2, 100_00)):
        shop.now = shop.start + timedelta(minutes=minutes)
        shop.poll()
        assert shop.points(anna) == points_cp


def test_10_a_late_event_revives_nothing(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    active = StripeEvent.objects.filter(type__startswith="customer.subscription.").first()
    assert active is not None
    memberships.end_at_once(user=anna, now=shop.now)
    shop.deliver()
    StripeEvent.objects.filter(pk=active.pk).delete()
    shop.control.resend(active.pk)
    shop.deliver()
    assert membership_of(user=anna, now=shop.now) is None
    shop.settled()


def test_11_an_invoice_of_an_unknown_shape_is_parked_loudly(
    shop: Shop, anna: User, caplog: pytest.LogCaptureFixture
) -> None:
    shop.welcome(anna)
    customer = StripeCustomer.objects.get(user=anna).customer_id
    method = client().v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    price = client().v1.prices.create(
        {
            "currency": "cny",
            "unit_amount": 500,
            "recurring": {"interval": "month"},
            "product_data": {"name": "not ours"},
        }
    )
    client().v1.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": price.id}],
            "default_payment_method": method.id,
        }
    )
    shop.deliver()
    parked = StripeEvent.objects.get(type="invoice.paid")
    assert parked.parked_at is not None
    assert "no order" in parked.error
    assert "parked" in caplog.text
    assert shop.points(anna) == 0
    assert stripe_events.unpark(event_id=parked.pk, now=shop.now)
    shop.handle()
    parked.refresh_from_db()
    assert parked.parked_at is not None


def test_12_a_cancel_in_stripes_portal_is_seen(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    shop.control.portal_cancel(shop.membership(anna).subscription_id)
    shop.deliver()
    assert shop.subscription(anna)["cancel_at_period_end"] is False
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert (view.renews, view.cancel_at) == (False, view.current_period_end)
    # And taken back, though it is the other of Stripe's two ways to end a subscription.
    memberships.resume_membership(user=anna, now=shop.now)
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert (view.renews, view.cancel_at) == (True, None)


def test_13_a_double_click_is_one_page(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    urls: list[str] = []
    at_once(*[lambda: urls.append(shop.order(anna, gold()).url)] * 4)
    again = shop.order(anna, gold())
    assert Order.objects.count() == 1
    assert len(shop.control.objects("checkout.session")) == 1
    assert set(urls) <= {again.url}


def test_13_a_second_paid_subscription_goes_back(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, gold())
    give_membership(user=anna, plan="gold", period="month", reason="test", now=shop.now)
    shop.pay(order)
    shop.deliver()
    order.refresh_from_db()
    assert (order.state, order.reason) == ("undone", "second_membership")
    assert shop.points(anna) == 660_00
    assert [row["amount"] for row in shop.control.objects("refund")] == [66_00]
    assert [row["status"] for row in shop.control.objects("subscription")] == ["canceled"]
    assert Notice.objects.get().kind == "purchase_given_back"
    shop.deliver()
    shop.settled()


@pytest.mark.stand_in_only("the hour of a pay page cannot be made to pass")
def test_14_an_expired_page_is_followed_by_a_new_one(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    first = shop.order(anna, TEN_YUAN)
    shop.pass_time(anna, hours=2)
    shop.deliver()
    first.refresh_from_db()
    second = shop.order(anna, TEN_YUAN)
    assert (first.state, second.state) == ("expired", "open")
    assert second.session_id != first.session_id
    shop.pay(second)
    shop.deliver()
    assert shop.points(anna) == 100_00


def test_15_a_kept_500_does_not_stick(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.control.fault("500", path="/v1/checkout/sessions", method="POST", times=1, kept=True)
    with pytest.raises(PaymentsUnavailable):
        shop.order(anna, TEN_YUAN, key="k1")
    order = shop.order(anna, TEN_YUAN, key="k1")
    assert order.url
    shop.pay(order)
    shop.deliver()
    assert (Order.objects.count(), shop.points(anna)) == (1, 100_00)


def test_15_a_lost_answer_makes_no_second_page(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.control.fault("lost", path="/v1/checkout/sessions", method="POST", times=3)
    with pytest.raises(PaymentsUnavailable):
        shop.order(anna, TEN_YUAN, key="k1")
    order = shop.order(anna, TEN_YUAN, key="k1")
    assert [row["id"] for row in shop.control.objects("checkout.session")] == [order.session_id]
    shop.pay(order)
    shop.deliver()
    assert shop.points(anna) == 100_00


def test_15_a_page_nobody_got_is_closed_by_the_clock(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    for effect in ("500", "lost"):
        shop.control.fault(effect, path="/v1/checkout/sessions", method="POST", times=3)
        with pytest.raises(PaymentsUnavailable):
            shop.order(anna, TEN_YUAN)
        shop.control.clear_faults()
        assert open_orders.close_forgotten_orders(now=shop.now) == 0
        shop.now += timedelta(hours=2)
        assert open_orders.close_forgotten_orders(now=shop.now) == 1
    states = Order.objects.order_by("created_at").values_list("state", flat=True)
    assert list(states) == ["canceled", "expired"]
    assert [row["status"] for row in shop.control.objects("checkout.session")] == ["expired"]


def test_15_an_upgrade_without_an_answer_is_done_once(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    shop.control.fault("lost", path="/v1/subscriptions/*", method="POST", times=3)
    with pytest.raises(PaymentsUnavailable):
        memberships.change_membership(
            user=anna, plan="diamond", period="month", when="now", now=shop.now
        )
    shop.now += timedelta(minutes=3)
    assert memberships.finish_changes(now=shop.now) == 1
    shop.deliver()
    amounts = [row["total"] for row in shop.control.objects("invoice")]
    assert amounts == [66_00, 666_00]
    assert shop.points(anna) == 660_00 + 8_000_00
    shop.settled()


@pytest.mark.parametrize("method", ["card", "alipay"])
def test_16_a_free_first_period_is_paid(shop: Shop, anna: User, method: str) -> None:
    Promotion.objects.create(
        name="free",
        kind="percent",
        value=100,
        currency="CNY",
        starts_at=shop.start,
        ends_at=shop.start + timedelta(days=1),
        published_at=shop.start,
    )
    shop.welcome(anna)
    order = shop.buy(anna, gold(method), "card_good" if method == "card" else "alipay")
    assert (order.amount_minor, order.state) == (0, "paid")
    assert shop.points(anna) == 660_00
    shop.settled()


def test_17_a_proration_gives_no_points(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    shop.pass_time(anna, days=10)
    sub = shop.subscription(anna)
    diamond = client().v1.prices.list({"lookup_keys": ["diamond_month_cny_v1"]}).data[0]
    # By hand in Stripe's dashboard, as our own pages never do it.
    client().v1.subscriptions.update(
        sub["id"],
        {
            "items": [{"id": sub["items"]["data"][0]["id"], "price": diamond.id}],
            "proration_behavior": "always_invoice",
        },
    )
    shop.deliver()
    assert len(shop.control.objects("invoice")) == 2
    assert (shop.points(anna), MembershipPeriod.objects.count()) == (660_00, 1)
    shop.settled()


def test_18_a_late_upgrade_costs_its_full_price(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    shop.pass_time(anna, days=27)
    memberships.change_membership(
        user=anna, plan="platinum", period="month", when="now", now=shop.now
    )
    assert [row["total"] for row in shop.control.objects("invoice")] == [66_00, 266_00]
    assert shop.points(anna) == 660_00 + 3_000_00


def test_19_a_first_payment_that_fails_begins_nothing(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, gold())
    for button in ("card_declined", "card_3ds_failed", "card_insufficient_funds"):
        assert shop.control.pay(order.session_id, button)["refused"]
    shop.deliver()
    assert Membership.objects.count() == 0
    shop.pass_time(anna, hours=25)
    shop.deliver()
    order.refresh_from_db()
    assert (order.state, shop.points(anna)) == ("expired", 0)
    shop.settled()


def test_20_a_late_renewal_gives_its_period_once(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold(), "card_renewals_fail")
    shop.pass_months(anna, 1, days=2)
    shop.deliver()
    assert shop.membership(anna).status == "past_due"
    assert shop.points(anna) == 660_00
    assert entitlements(wallet_id=shop.membership(anna).wallet_id, now=shop.now).plan == "gold"
    customer = StripeCustomer.objects.get(user=anna).customer_id
    method = client().v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    invoice = str(shop.subscription(anna)["latest_invoice"])
    client().v1.invoices.pay(invoice, {"payment_method": method.id})
    shop.deliver()
    assert (shop.membership(anna).status, shop.points(anna)) == ("active", 2 * 660_00)
    shop.control.resend(StripeEvent.objects.filter(type="invoice.paid").latest("created_at").pk)
    shop.deliver()
    assert shop.points(anna) == 2 * 660_00
    shop.settled()


def test_21_a_paused_period_gives_nothing(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    client().v1.subscriptions.update(
        shop.membership(anna).subscription_id, {"pause_collection": {"behavior": "void"}}
    )
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert (view.status, view.paused, view.renews) == ("active", True, False)
    assert shop.points(anna) == 660_00
    shop.settled()


def test_22_another_amount_or_currency_is_parked(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, Choice(amount_minor=100_00))
    session = client().v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "jpy",
                        "unit_amount": 10000,
                        "product_data": {"name": "1000 points"},
                    },
                }
            ],
            "metadata": {"order_id": str(order.pk)},
            "success_url": "http://testserver/",
        }
    )
    shop.control.pay(session.id)
    shop.deliver()
    parked = StripeEvent.objects.get(type="checkout.session.completed")
    assert parked.parked_at is not None
    assert "10000 JPY" in parked.error
    assert shop.points(anna) == 0


def test_26_a_customer_deleted_at_stripe_is_made_again(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    client().v1.customers.delete(StripeCustomer.objects.get(user=anna).customer_id)
    order = shop.order(anna, TEN_YUAN)
    shop.pay(order)
    shop.deliver()
    assert shop.points(anna) == 100_00


def test_27_an_archived_price_or_product_does_not_stop_a_sale(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    price = client().v1.prices.list({"lookup_keys": ["gold_month_cny_v1"]}).data[0]
    client().v1.prices.update(price.id, {"active": False})
    client().v1.products.update("inkling_gold", {"active": False})
    shop.buy(anna, gold())
    assert shop.points(anna) == 660_00
    shop.settled()


def test_28_days_of_lost_events_are_recovered(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.control.delivery_fault("drop")
    shop.pay(shop.order(anna, TEN_YUAN))
    shop.pay(shop.order(anna, gold()))
    shop.now += timedelta(days=5)
    shop.deliver()
    assert StripeEvent.objects.count() == 0
    assert shop.recover() > 0
    assert shop.points(anna) == 100_00 + 660_00
    assert shop.recover() == 0
    shop.settled()


def test_29_a_replay_after_the_inbox_was_emptied(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, TEN_YUAN)
    shop.buy(anna, gold())
    events = list(StripeEvent.objects.values_list("pk", flat=True))
    StripeEvent.objects.all().delete()
    for event_id in events:
        shop.control.resend(event_id)
    shop.now += timedelta(days=20)
    shop.deliver()
    assert StripeEvent.objects.filter(handled_at__isnull=False).count() == len(events)
    assert shop.points(anna) == 100_00 + 660_00
    shop.settled()


def test_30_a_discount_is_not_had_twice(shop: Shop, anna: User) -> None:
    Promotion.objects.create(
        name="half",
        kind="percent",
        value=50,
        currency="CNY",
        starts_at=shop.start,
        ends_at=shop.start + timedelta(days=9),
        published_at=shop.start,
    )
    shop.welcome(anna)
    assert shop.buy(anna, gold()).amount_minor == 33_00
    memberships.end_at_once(user=anna, now=shop.now)
    assert shop.buy(anna, gold()).amount_minor == 66_00


@pytest.mark.parametrize("state", ["expired", "canceled", "failed"])
def test_32_money_wins_over_the_state_of_our_order(shop: Shop, anna: User, state: str) -> None:
    shop.welcome(anna)
    order = shop.order(anna, TEN_YUAN)
    Order.objects.filter(pk=order.pk).update(state=state, next_poll_at=None)
    shop.pay(order, "wechat_pay")
    shop.deliver()
    order.refresh_from_db()
    assert (order.state, shop.points(anna)) == ("paid", 100_00)
    shop.settled()
