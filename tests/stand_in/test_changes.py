"""Changing a membership: up now, down at renewal, ending, going on, another card."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.servers.stripe.world import DAY, HOUR
from tests.stand_in.shop import BACK, Shop


def item_of(sub: stripe.Subscription) -> stripe.SubscriptionItem:
    return sub["items"].data[0]  # type: ignore[no-any-return]


def upgrade(sub: stripe.Subscription, price: stripe.Price) -> Any:
    """A fresh period of another price, paid in full, or nothing at all."""
    return {
        "items": [{"id": item_of(sub).id, "price": price.id}],
        "billing_cycle_anchor": {"type": "now"},
        "proration_behavior": "none",
        "payment_behavior": "error_if_incomplete",
    }


def test_upgrade_now_is_a_fresh_period_at_full_price(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price(6600).id, customer.id)
    platinum = shop.price(26600)
    shop.control.advance_clock(clock, 10 * DAY)
    changed = shop.client.v1.subscriptions.update(sub.id, upgrade(sub, platinum))
    assert item_of(changed).current_period_start == 1_760_000_000 + 10 * DAY
    invoice = shop.client.v1.invoices.retrieve(str(changed.latest_invoice))
    assert (invoice.billing_reason, invoice.amount_paid) == ("subscription_update", 26600)
    (line,) = invoice.lines.data
    assert line.parent is not None
    assert line.parent.subscription_item_details is not None
    assert line.parent.subscription_item_details.proration is False


def test_upgrade_that_cannot_be_paid_changes_nothing(shop: Shop) -> None:
    customer, _ = shop.customer_on_clock()
    sub = shop.member(shop.price(6600).id, customer.id, "card_renewals_fail")
    shop.client.v1.subscriptions.update(sub.id, {"cancel_at_period_end": True})
    wanted = upgrade(sub, shop.price(26600)) | {"cancel_at_period_end": False}
    with pytest.raises(stripe.CardError) as caught:
        shop.client.v1.subscriptions.update(sub.id, wanted)
    assert caught.value.code == "card_declined"
    again = shop.client.v1.subscriptions.retrieve(sub.id)
    assert item_of(again).price.id == item_of(sub).price.id
    assert (again.status, again.cancel_at_period_end) == ("active", True)
    assert len(shop.client.v1.invoices.list({"subscription": sub.id}).data) == 1


def test_prorated_change_bills_the_difference_by_the_second(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price(3000).id, customer.id)
    item = item_of(sub)
    length = item.current_period_end - item.current_period_start
    shop.control.advance_clock(clock, length // 2)
    changed = shop.client.v1.subscriptions.update(sub.id, {
        "items": [{"id": item.id, "price": shop.price(9000).id}],
        "proration_behavior": "always_invoice",
    })  # fmt: skip
    invoice = shop.client.v1.invoices.retrieve(str(changed.latest_invoice))
    assert [line.amount for line in invoice.lines.data] == [-1500, 4500]
    assert invoice.amount_paid == 3000
    assert item_of(changed).current_period_end == item.current_period_end


def test_pending_proration_is_billed_at_renewal(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price(3000).id, customer.id)
    shop.client.v1.subscriptions.update(
        sub.id, {"items": [{"id": item_of(sub).id, "price": shop.price(9000).id}]}
    )
    shop.control.advance_clock(clock, 32 * DAY)
    invoice = shop.client.v1.invoices.list({"subscription": sub.id}).data[0]
    proration = [
        line.parent.subscription_item_details.proration
        for line in invoice.lines.data
        if line.parent is not None and line.parent.subscription_item_details is not None
    ]
    assert proration == [True, True, False]
    assert invoice.amount_paid == -3000 + 9000 + 9000


def test_preview_tells_and_changes_nothing(shop: Shop) -> None:
    sub = shop.member(shop.price(6600).id, shop.customer().id)
    preview = shop.client.v1.invoices.create_preview({
        "subscription": sub.id,
        "subscription_details": {
            "items": [{"id": item_of(sub).id, "price": shop.price(26600).id}],
            "billing_cycle_anchor": {"type": "now"}, "proration_behavior": "none",
        },
    })  # fmt: skip
    assert preview.amount_due == 26600
    upcoming = shop.client.v1.invoices.create_preview({"subscription": sub.id})
    assert upcoming.amount_due == 6600
    assert item_of(shop.client.v1.subscriptions.retrieve(sub.id)).price.unit_amount == 6600


def test_downgrade_takes_effect_at_renewal(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price(26600).id, customer.id)
    gold = shop.price(6600)
    schedules = shop.client.v1.subscription_schedules
    schedule = schedules.create({"from_subscription": sub.id})
    first = schedule.phases[0]
    schedules.update(schedule.id, {
        "end_behavior": "release",
        "phases": [
            {"items": [{"price": item_of(sub).price.id, "quantity": 1}],
             "start_date": first.start_date, "end_date": first.end_date},
            {"items": [{"price": gold.id, "quantity": 1}], "proration_behavior": "none"},
        ],
    })  # fmt: skip
    assert shop.client.v1.subscriptions.retrieve(sub.id).schedule == schedule.id
    shop.control.advance_clock(clock, 31 * DAY + 2 * HOUR)
    now = shop.client.v1.subscriptions.retrieve(sub.id)
    assert item_of(now).price.id == gold.id
    invoices = shop.client.v1.invoices.list({"subscription": sub.id}).data
    assert [invoice.amount_paid for invoice in invoices] == [6600, 26600]
    shop.control.advance_clock(clock, 31 * DAY)
    assert schedules.retrieve(schedule.id).status == "released"
    assert shop.client.v1.subscriptions.retrieve(sub.id).schedule is None


def test_downgrade_can_change_the_period_too(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price(6600).id, customer.id)
    quarter = shop.price(18800, 3)
    schedules = shop.client.v1.subscription_schedules
    schedule = schedules.create({"from_subscription": sub.id})
    first = schedule.phases[0]
    schedules.update(schedule.id, {
        "phases": [
            {"items": [{"price": item_of(sub).price.id}],
             "start_date": first.start_date, "end_date": first.end_date},
            {"items": [{"price": quarter.id}], "duration": {"interval": "month",
                                                            "interval_count": 3}},
        ],
    })  # fmt: skip
    shop.control.advance_clock(clock, 32 * DAY)
    item = item_of(shop.client.v1.subscriptions.retrieve(sub.id))
    assert item.current_period_start == first.end_date
    assert item.current_period_end - item.current_period_start >= 89 * DAY
    assert shop.client.v1.invoices.list({"subscription": sub.id}).data[0].amount_paid == 18800


def test_released_schedule_leaves_the_membership_as_it_is(shop: Shop) -> None:
    sub = shop.member(shop.price().id, shop.customer().id)
    schedules = shop.client.v1.subscription_schedules
    schedule = schedules.create({"from_subscription": sub.id})
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        shop.client.v1.subscriptions.update(sub.id, {"cancel_at_period_end": True})
    assert schedules.release(schedule.id).status == "released"
    shop.client.v1.subscriptions.update(sub.id, {"cancel_at_period_end": True})


def test_canceled_membership_runs_to_its_end(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id)
    end = item_of(sub).current_period_end
    canceled = shop.client.v1.subscriptions.update(sub.id, {"cancel_at_period_end": True})
    assert (canceled.status, canceled.cancel_at) == ("active", end)
    shop.control.advance_clock(clock, 32 * DAY)
    ended = shop.client.v1.subscriptions.retrieve(sub.id)
    assert (ended.status, ended.ended_at) == ("canceled", end)
    assert len(shop.client.v1.invoices.list({"subscription": sub.id}).data) == 1
    assert len(shop.events("customer.subscription.deleted")) == 1


def test_resumed_membership_goes_on(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id)
    subscriptions = shop.client.v1.subscriptions
    subscriptions.update(sub.id, {"cancel_at_period_end": True})
    resumed = subscriptions.update(sub.id, {"cancel_at_period_end": False})
    assert (resumed.cancel_at, resumed.canceled_at) == (None, None)
    shop.control.advance_clock(clock, 32 * DAY)
    assert subscriptions.retrieve(sub.id).status == "active"


def test_portal_cancels_by_a_date_alone(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id)
    shop.control.portal_cancel(sub.id)
    seen = shop.client.v1.subscriptions.retrieve(sub.id)
    assert seen.cancel_at_period_end is False
    assert seen.cancel_at == item_of(sub).current_period_end
    shop.control.advance_clock(clock, 32 * DAY)
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "canceled"


def test_canceled_at_once_is_over(shop: Shop) -> None:
    sub = shop.member(shop.price().id, shop.customer().id)
    assert shop.client.v1.subscriptions.cancel(sub.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.subscriptions.update(sub.id, {"cancel_at_period_end": False})


def test_deleted_customer_can_still_be_asked_for(shop: Shop) -> None:
    customer = shop.customer()
    sub = shop.member(shop.price().id, customer.id)
    customers = shop.client.v1.customers
    assert customers.delete(customer.id).deleted is True
    assert customers.retrieve(customer.id).deleted is True
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.membership(shop.price().id, customer.id)
    assert (caught.value.code, caught.value.param) == ("resource_missing", "customer")


def test_card_is_changed_on_a_page(shop: Shop) -> None:
    customer = shop.customer()
    sub = shop.member(shop.price().id, customer.id)
    session = shop.client.v1.checkout.sessions.create({
        "mode": "setup", "customer": customer.id, "currency": "cny", "success_url": BACK,
        "setup_intent_data": {"metadata": {"subscription": sub.id}},
    })  # fmt: skip
    assert shop.control.pay(session.id, "card_declined")["refused"] == "Your card was declined."
    assert shop.control.pay(session.id, "card_3ds_ok")["refused"] is None
    done = shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert done.payment_status == "no_payment_required"
    setup = done.setup_intent
    assert isinstance(setup, stripe.SetupIntent)
    assert setup.status == "succeeded"
    changed = shop.client.v1.subscriptions.update(
        sub.id, {"default_payment_method": str(setup.payment_method)}
    )
    assert changed.default_payment_method == setup.payment_method
    methods = shop.client.v1.customers.payment_methods.list(customer.id, {"type": "card"}).data
    assert len({method.card.fingerprint for method in methods if method.card}) == 2


def test_customer_has_one_currency(shop: Shop) -> None:
    customer = shop.customer()
    shop.member(shop.price().id, customer.id)
    dollars = shop.price(990, currency="usd")
    with pytest.raises(stripe.InvalidRequestError, match="combine currencies"):
        shop.membership(dollars.id, customer.id)


def test_schedule_takes_no_archived_price(shop: Shop) -> None:
    sub = shop.member(shop.price().id, shop.customer().id)
    old = shop.price(5000)
    shop.client.v1.prices.update(old.id, {"active": False})
    schedule = shop.client.v1.subscription_schedules.create({"from_subscription": sub.id})
    first = schedule.phases[0]
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        shop.client.v1.subscription_schedules.update(schedule.id, {"phases": [
            {"items": [{"price": item_of(sub).price.id}],
             "start_date": first.start_date, "end_date": first.end_date},
            {"items": [{"price": old.id}]},
        ]})  # fmt: skip


def test_deleted_clock_takes_its_customers_along(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    shop.member(shop.price().id, customer.id)
    assert shop.client.v1.test_helpers.test_clocks.delete(clock).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.customers.retrieve(customer.id)
    assert shop.client.v1.subscriptions.list({"status": "all"}).data == []
