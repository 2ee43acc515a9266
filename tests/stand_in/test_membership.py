"""Memberships: a subscription that renews by card, and a prepaid period that does not."""

from __future__ import annotations

import stripe

from tests.servers.stripe.world import DAY
from tests.stand_in.shop import Shop, plain


def test_first_period_is_paid_and_on_the_item(shop: Shop) -> None:
    customer = shop.customer()
    sub = shop.member(shop.price().id, customer.id)
    assert sub.status == "active"
    item = sub["items"].data[0]
    assert 28 * DAY <= item.current_period_end - item.current_period_start <= 31 * DAY
    assert not hasattr(sub, "current_period_end")


def test_invoice_has_the_present_shape(shop: Shop) -> None:
    sub = shop.member(shop.price().id, shop.customer().id)
    invoice = shop.client.v1.invoices.retrieve(
        str(sub.latest_invoice), {"expand": ["payments.data.payment.payment_intent"]}
    )
    assert invoice.status == "paid"
    assert invoice.billing_reason == "subscription_create"
    assert invoice.parent is not None
    details = invoice.parent.subscription_details
    assert details is not None
    assert details.subscription == sub.id
    assert plain(details.metadata)["plan"] == "gold"
    line = invoice.lines.data[0]
    assert line.parent is not None
    assert line.parent.subscription_item_details is not None
    assert line.parent.subscription_item_details.proration is False
    assert line.pricing is not None
    assert line.pricing.price_details is not None
    assert line.pricing.price_details.price == sub["items"].data[0].price.id
    payments = shop.client.v1.invoice_payments.list({"invoice": invoice.id})
    (payment,) = payments.data
    assert payment.status == "paid"
    assert str(payment.payment.payment_intent).startswith("pi_")
    assert invoice.payments is not None
    assert isinstance(invoice.payments.data[0].payment.payment_intent, stripe.PaymentIntent)
    assert not hasattr(invoice, "subscription")
    assert not hasattr(invoice, "charge")


def test_refused_card_makes_no_subscription(shop: Shop) -> None:
    customer = shop.customer()
    session = shop.membership(shop.price().id, customer.id)
    assert shop.control.pay(session.id, "card_declined")["refused"] == "Your card was declined."
    assert shop.client.v1.subscriptions.list({"customer": customer.id}).data == []
    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert shop.control.pay(session.id, "card_3ds_failed")["refused"] is not None
    assert shop.control.pay(session.id, "card_3ds_ok")["refused"] is None
    assert shop.client.v1.subscriptions.list({"customer": customer.id}).data[0].status == "active"
