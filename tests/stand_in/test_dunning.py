"""Renewals that fail: tried again, paid late, given up."""

from __future__ import annotations

import stripe

from tests.servers.stripe.world import DAY, HOUR
from tests.stand_in.shop import Shop

RENEWED = 31 * DAY + 2 * HOUR


def failing(shop: Shop) -> tuple[stripe.Subscription, str]:
    """A membership whose first renewal has just failed, and its clock."""
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id, "card_renewals_fail")
    shop.control.advance_clock(clock, RENEWED)
    return shop.client.v1.subscriptions.retrieve(sub.id), clock


def latest(shop: Shop, sub: stripe.Subscription) -> stripe.Invoice:
    return shop.client.v1.invoices.list({"subscription": sub.id}).data[0]


def test_failed_renewal_is_past_due_and_will_be_tried_again(shop: Shop) -> None:
    sub, _ = failing(shop)
    assert sub.status == "past_due"
    invoice = latest(shop, sub)
    assert (invoice.status, invoice.attempt_count) == ("open", 1)
    assert invoice.next_payment_attempt is not None
    failed = shop.events("invoice.payment_failed")
    assert [event.data.object["id"] for event in failed] == [invoice.id]


def test_tries_end_and_the_membership_with_them(shop: Shop) -> None:
    sub, clock = failing(shop)
    shop.control.advance_clock(clock, 8 * DAY)
    ended = shop.client.v1.subscriptions.retrieve(sub.id)
    assert ended.status == "canceled"
    assert ended.cancellation_details is not None
    assert ended.cancellation_details.reason == "payment_failed"
    invoice = latest(shop, sub)
    assert (invoice.attempt_count, invoice.next_payment_attempt) == (5, None)
    assert len(shop.events("invoice.payment_failed")) == 5


def test_account_may_leave_it_unpaid_instead(shop: Shop) -> None:
    shop.control.settings(after_retries="unpaid")
    sub, clock = failing(shop)
    shop.control.advance_clock(clock, 8 * DAY)
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "unpaid"


def test_new_card_pays_at_the_next_try(shop: Shop) -> None:
    sub, clock = failing(shop)
    card = shop.client.v1.payment_methods.attach(
        "pm_card_mastercard", {"customer": str(sub.customer)}
    )
    shop.client.v1.subscriptions.update(sub.id, {"default_payment_method": card.id})
    shop.control.advance_clock(clock, DAY)
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "active"
    assert latest(shop, sub).status == "paid"


def test_open_invoice_is_paid_by_call(shop: Shop) -> None:
    sub, _ = failing(shop)
    card = shop.client.v1.payment_methods.attach("pm_card_visa", {"customer": str(sub.customer)})
    paid = shop.client.v1.invoices.pay(latest(shop, sub).id, {"payment_method": card.id})
    assert (paid.status, paid.amount_paid) == ("paid", 6600)
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "active"
    assert len(shop.events("invoice.paid")) == 2


def test_first_payment_that_fails_expires(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    card = shop.client.v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": customer.id}
    )
    sub = shop.client.v1.subscriptions.create({
        "customer": customer.id, "items": [{"price": shop.price().id}],
        "default_payment_method": card.id,
    })  # fmt: skip
    assert sub.status == "incomplete"
    shop.control.advance_clock(clock, DAY)
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "incomplete_expired"
    assert latest(shop, sub).status == "void"


def test_renewal_that_needs_its_owner_asks(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    session = shop.membership(shop.price().id, customer.id)
    sub_id = shop.control.pay_by_number(session.id, "4000002760003184")["session"]["subscription"]
    shop.control.advance_clock(clock, RENEWED)
    sub = shop.client.v1.subscriptions.retrieve(sub_id)
    assert sub.status == "past_due"
    assert len(shop.events("invoice.payment_action_required")) == 1
    (payment,) = shop.client.v1.invoice_payments.list({"invoice": str(sub.latest_invoice)}).data
    shop.control.settle(str(payment.payment.payment_intent), good=True)
    assert shop.client.v1.subscriptions.retrieve(sub_id).status == "active"


def test_paused_collection_voids_and_stays_active(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id)
    subscriptions = shop.client.v1.subscriptions
    subscriptions.update(sub.id, {"pause_collection": {"behavior": "void"}})
    shop.control.advance_clock(clock, RENEWED)
    assert subscriptions.retrieve(sub.id).status == "active"
    assert latest(shop, sub).status == "void"
    assert subscriptions.update(sub.id, {"pause_collection": ""}).pause_collection is None
    shop.control.advance_clock(clock, RENEWED)
    assert latest(shop, sub).status == "paid"
