"""The stories against Stripe itself, in test mode: the same tests, another shop.

With STRIPE_TEST_KEY in the environment the fixture `shop` gives a `RealShop`. What a page's buyer
does cannot be done by a program there, so a membership begins by the API as a pay page would begin
it; what needs a pay page, a made-up fault or a delivery says so and is skipped. Nothing is
delivered to a laptop: events are read from Stripe's list, as the recovery reads them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, cast

import pytest
import stripe

from accounts.models import User
from billing.gateway.client import client, plain
from billing.models import Order, PlanPrice, StripeCustomer, StripeEvent
from billing.services.catalogue import load_launch_catalogue
from billing.services.confirmations import poll_open_orders
from billing.services.duplicates import give_back_duplicates
from billing.services.periods import grant_due_lots
from billing.services.stripe_events import handle_waiting
from billing.services.stripe_prices import coupon_id_of, price_id_of
from billing.services.stripe_recovery import recover_events
from billing.services.undoing import undo_orders
from tests.billing.shop import Shop
from tests.live_stack import until
from tests.servers.stripe.control_client import Control

TEST_KEYS = ("sk_test_", "rk_test_")
# Stripe works through the clock's time in the background, and lists an event a little late.
PATIENCE_S = 180.0
QUIET_LOOKS = 3
# A clock moves at most two of the subscription's shortest intervals at once.
LEAP = timedelta(days=28)
_CARDS = {
    "card_good": "pm_card_visa",
    "card_renewals_fail": "pm_card_visa",
}
# Attaches, and is refused whenever it is charged.
_FAILING_CARD = "pm_card_chargeCustomerFail"


def real_key() -> str:
    """The key of the environment, "" without one. Stops the run for a key that moves money."""
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if key and not key.startswith(TEST_KEYS):
        raise pytest.UsageError("STRIPE_TEST_KEY must be a key of Stripe's test mode")
    return key


def cannot(what: str) -> NoReturn:
    """Skip a story that Stripe itself cannot be made to tell."""
    pytest.skip(f"not against Stripe itself: {what}")


class RealControl(Control):
    """Stripe has no control endpoint: what its API can do is done, all else is skipped."""

    def __init__(self, customers: dict[str, str]) -> None:
        super().__init__("https://api.stripe.com")
        self._customers = customers

    def request(self, method: str, path: str, given: Any = None) -> NoReturn:
        cannot(f"the story needs the stand-in's {method} {path}")

    def violations(self) -> list[str]:
        """Stripe keeps its own contract."""
        return []

    def drain(self, timeout_s: float = 30) -> dict[str, int]:
        """Nothing is delivered; `RealShop.deliver` reads the list."""
        return {}

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """All objects of a kind that belong to the story's customers, oldest first."""
        lists: dict[str, Any] = {
            "invoice": client().v1.invoices,
            "subscription": client().v1.subscriptions,
        }
        if kind not in lists:
            cannot(f"the story counts every {kind} of the account")
        more = {"status": "all"} if kind == "subscription" else {}
        found = [
            plain(row)
            for customer in self._customers
            for row in lists[kind].list({"customer": customer, "limit": 100, **more}).data
        ]
        return sorted(found, key=lambda row: (row["created"], row["id"]))


@dataclass
class RealShop(Shop):
    """A shop whose other side is Stripe's test mode."""

    customers: dict[str, str] = field(default_factory=dict)
    opened_at: int = 0

    def welcome(self, user: User) -> User:
        """A customer on a test clock, as in the stand-in."""
        super().welcome(user)
        self.customers[StripeCustomer.objects.get(user=user).customer_id] = self.clocks[
            str(user.pk)
        ]
        return user

    def order(self, user: User, choice: Any, key: str | None = None, consent: str = "") -> Order:
        """Begin a purchase: Stripe makes a real pay page, which lives in real time."""
        if self.now > datetime.now(UTC) + timedelta(hours=20):
            cannot("a pay page cannot be opened months ahead")
        if choice.method not in ("", "card"):
            cannot("Alipay and WeChat Pay need a person at the page, and the account's consent")
        return super().order(user, choice, key, consent)

    def pay(self, order: Order, button: str = "card_good") -> None:
        """What the page does once its buyer has typed a card: a subscription with our metadata."""
        price = order.plan_price
        if order.kind != "membership" or price is None:
            cannot("a program cannot press the button of a pay page")
        if button not in _CARDS:
            cannot(f"{button} needs a person at the page")
        customer = StripeCustomer.objects.get(user=order.user).customer_id
        self.customers.setdefault(customer, "")  # one that our own code made, without a clock
        card = client().v1.payment_methods.attach(_CARDS[button], {"customer": customer})
        parameters: dict[str, Any] = {
            "customer": customer,
            "items": [{"price": price_id_of(price), "quantity": 1}],
            "default_payment_method": card.id,
            "payment_behavior": "error_if_incomplete",
            "metadata": {"order_id": str(order.pk), "kind": order.kind},
        }
        if order.promotion is not None:
            off_minor = order.list_minor - order.amount_minor
            coupon = coupon_id_of(order.promotion, price, off_minor)
            parameters["discounts"] = [{"coupon": coupon}]
        made = client().v1.subscriptions.create(
            cast(Any, parameters), {"idempotency_key": f"pay-{order.pk}"}
        )
        if button == "card_renewals_fail":
            failing = client().v1.payment_methods.attach(_FAILING_CARD, {"customer": customer})
            client().v1.subscriptions.update(made.id, {"default_payment_method": failing.id})

    def deliver(self) -> None:
        """Read and handle events until Stripe has listed no new one for a few looks."""
        seen: list[int] = []

        def quiet() -> bool:
            self.recover()
            seen.append(StripeEvent.objects.count())
            return len(seen) > QUIET_LOOKS and len(set(seen[-QUIET_LOOKS:])) == 1

        until(quiet, "the end of Stripe's events", PATIENCE_S)

    def recover(self) -> int:
        """Read Stripe's list for our customers; others may use the account at the same time."""
        since = datetime.fromtimestamp(self.opened_at, UTC)
        # Events carry real time, our own clock may be months ahead.
        missing = recover_events(now=datetime.now(UTC), since=since)
        for event in StripeEvent.objects.filter(handled_at=None):
            thing = event.payload["data"]["object"]
            if (thing.get("customer") or thing["id"]) not in self.customers:
                event.delete()
                missing -= 1
        StripeEvent.objects.filter(handled_at=None, parked_at=None).update(next_try_at=self.now)
        handle_waiting(now=self.now)
        undo_orders(now=self.now)
        give_back_duplicates(now=self.now)
        return missing

    def poll(self) -> None:
        """Ask after open orders."""
        poll_open_orders(now=self.now)

    def pass_to(self, user: User, moment: datetime) -> None:
        """Advance the buyer's clock in leaps, waiting for Stripe to have worked through each."""
        self.deliver()
        clocks = client().v1.test_helpers.test_clocks
        clock = self.clocks[str(user.pk)]
        while self.now < moment:
            self.now = min(moment, self.now + LEAP)
            clocks.advance(clock, {"frozen_time": int(self.now.timestamp())})
            until(
                lambda: clocks.retrieve(clock).status == "ready",
                "the test clock's advance",
                PATIENCE_S,
            )
            grant_due_lots(now=self.now)
        self.deliver()

    def close(self) -> None:
        """Delete the clocks: their customers and subscriptions go with them."""
        for clock in self.clocks.values():
            client().v1.test_helpers.test_clocks.delete(clock)
        for order in Order.objects.filter(state="open").exclude(session_id=""):
            try:
                client().v1.checkout.sessions.expire(order.session_id)
            except stripe.InvalidRequestError:
                continue  # it closed by itself


def open_real_shop() -> Iterator[RealShop]:
    """The launch catalogue at Stripe, and nothing left of the story there afterwards."""
    load_launch_catalogue()
    start = datetime.now(UTC).replace(microsecond=0)
    for price in PlanPrice.objects.select_related("plan__catalogue"):
        price_id_of(price)
    customers: dict[str, str] = {}
    shop = RealShop(
        RealControl(customers), start, start, customers=customers, opened_at=int(start.timestamp())
    )
    try:
        yield shop
    finally:
        shop.close()
