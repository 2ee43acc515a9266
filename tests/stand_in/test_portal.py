"""Stripe's own customer portal."""

from __future__ import annotations

import httpx

from tests.servers.stripe.world import DAY
from tests.stand_in.shop import Shop, plain


def open_portal(shop: Shop, customer: str) -> str:
    session = shop.client.v1.billing_portal.sessions.create({
        "customer": customer, "return_url": "http://shop.test/billing", "locale": "en",
        "flow_data": {
            "type": "payment_method_update",
            "after_completion": {"type": "redirect",
                                 "redirect": {"return_url": "http://shop.test/billing"}},
        },
    })  # fmt: skip
    return session.url


def test_card_of_the_portal_is_the_customers_not_the_subscriptions(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id, "card_renewals_fail")
    url = open_portal(shop, customer.id)
    assert "No card" in httpx.get(url).text
    assert httpx.post(url, data={"button": "card_declined"}).status_code == 402
    done = httpx.post(url, data={"button": "card_good"})
    assert done.headers["Location"] == "http://shop.test/billing"
    changed = shop.client.v1.customers.retrieve(customer.id)
    card = plain(changed)["invoice_settings"]["default_payment_method"]
    assert card is not None
    assert len(shop.events("customer.updated")) == 1
    assert shop.client.v1.subscriptions.retrieve(sub.id).default_payment_method != card
    shop.control.advance_clock(clock, 32 * DAY)
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "past_due"
    shop.client.v1.subscriptions.update(sub.id, {"default_payment_method": card})
    shop.control.advance_clock(clock, DAY)
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "active"


def test_subscription_is_canceled_and_resumed(shop: Shop) -> None:
    customer = shop.customer()
    sub = shop.member(shop.price().id, customer.id)
    session = shop.client.v1.billing_portal.sessions.create({"customer": customer.id})
    assert "Ends on" in httpx.post(session.url, data={"cancel": sub.id}).text
    seen = shop.client.v1.subscriptions.retrieve(sub.id)
    assert (seen.cancel_at_period_end, seen.cancel_at is None) == (False, False)
    assert "Renews on" in httpx.post(session.url, data={"resume": sub.id}).text
    assert shop.client.v1.subscriptions.retrieve(sub.id).cancel_at is None
