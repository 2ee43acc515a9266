"""What a merchant does again and again: sells points, sells memberships."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import stripe
from stripe.checkout import Session

from tests.servers.stripe.control_client import Control

BACK = "http://shop.test/pay/return?sid={CHECKOUT_SESSION_ID}"
PERIODS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def plain(value: Any) -> Any:
    """What the library answered as plain dictionaries."""
    return value.to_dict(for_json=True)


@dataclass
class Shop:
    """A merchant with the library's client and the stand-in's control."""

    client: stripe.StripeClient
    control: Control

    def customer(self, **params: Any) -> stripe.Customer:
        """Somebody who buys."""
        wanted: Any = {"email": "li@shop.test", **params}
        return self.client.v1.customers.create(wanted)

    def customer_on_clock(self, now: int = 1_760_000_000) -> tuple[stripe.Customer, str]:
        """Somebody whose time the test decides, and the id of the clock."""
        clock = self.client.v1.test_helpers.test_clocks.create({"frozen_time": now})
        return self.customer(test_clock=clock.id), clock.id

    def price(self, amount: int = 6600, months: int = 1, **params: Any) -> stripe.Price:
        """A membership's price."""
        product = self.client.v1.products.create({"name": "Gold"})
        wanted: Any = {
            "product": product.id, "currency": "cny", "unit_amount": amount,
            "recurring": {"interval": "month", "interval_count": months}, **params,
        }  # fmt: skip
        return self.client.v1.prices.create(wanted)

    def topup(self, amount: int = 1000, **params: Any) -> Session:
        """A session for some points, its amount from our own page."""
        wanted: Any = {
            "mode": "payment",
            "client_reference_id": "order_7",
            "line_items": [{"quantity": 1, "price_data": {
                "currency": "cny", "unit_amount": amount,
                "product_data": {"name": f"{amount // 10} points"},
            }}],
            "allowed_payment_method_types": ["card", "alipay", "wechat_pay"],
            "payment_method_options": {"wechat_pay": {"client": "web"}},
            "metadata": {"order_id": "7", "kind": "topup"},
            "payment_intent_data": {"metadata": {"order_id": "7"}},
            "adaptive_pricing": {"enabled": False},
            "locale": "zh",
            "success_url": BACK,
            "cancel_url": "http://shop.test/plans",
            **params,
        }  # fmt: skip
        return self.client.v1.checkout.sessions.create(wanted)

    def membership(self, price: str, customer: str, **params: Any) -> Session:
        """A session for a membership that renews by card."""
        wanted: Any = {
            "mode": "subscription",
            "customer": customer,
            "line_items": [{"price": price, "quantity": 1}],
            "subscription_data": {"metadata": {"user_id": "7", "plan": "gold"}},
            "allowed_payment_method_types": ["card"],
            "success_url": BACK,
            "cancel_url": "http://shop.test/plans",
            **params,
        }  # fmt: skip
        return self.client.v1.checkout.sessions.create(wanted)

    def member(
        self, price: str, customer: str, button: str = "card_good", **params: Any
    ) -> stripe.Subscription:
        """Somebody who has paid for a membership."""
        session = self.membership(price, customer, **params)
        paid = self.control.pay(session.id, button)
        assert paid["refused"] is None, paid["refused"]
        return self.client.v1.subscriptions.retrieve(paid["session"]["subscription"])

    def paid_topup(self, amount: int = 1000, button: str = "card_good", **params: Any) -> str:
        """The charge of points that were paid."""
        session = self.topup(amount, **params)
        assert self.control.pay(session.id, button)["refused"] is None
        session = self.client.v1.checkout.sessions.retrieve(
            session.id, {"expand": ["payment_intent"]}
        )
        assert isinstance(session.payment_intent, stripe.PaymentIntent)
        return str(session.payment_intent.latest_charge)

    def events(self, *types: str) -> list[stripe.Event]:
        """Events of these types, oldest first."""
        params: Any = {"types": list(types), "limit": 100} if types else {"limit": 100}
        return list(reversed(list(self.client.v1.events.list(params).auto_paging_iter())))
