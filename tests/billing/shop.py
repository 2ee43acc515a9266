"""A shop for the stories: real library, real HTTP, the stand-in at the other end.

Every buyer lives on a test clock of the stand-in, so that months pass in a moment. Pay pages are
open in the stand-in's own time, as at Stripe, so a story starts now and moves both together.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from billing.calendar_months import add_months
from billing.gateway.client import client, id_of, plain
from billing.ledger import selectors as ledger
from billing.ledger import services as ledger_verbs
from billing.models import Membership, Order, StripeCustomer, StripeEvent
from billing.services import stripe_events
from billing.services.checkout import begin_checkout
from billing.services.choices import Choice
from billing.services.confirmations import poll_open_orders
from billing.services.duplicates import give_back_duplicates
from billing.services.memberships import finish_changes
from billing.services.periods import grant_due_lots
from billing.services.reconciliation import reconcile
from billing.services.stripe_recovery import recover_events
from billing.services.undoing import undo_orders
from billing.services.wallets import wallet_for
from tests.jobs_by_hand import ledger_breaches
from tests.servers.stripe.control_client import Control

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
TEN_YUAN = Choice(amount_minor=10_00)


def gold(method: str = "card", period: str = "month", **more: Any) -> Choice:
    """Gold, paid by card unless told otherwise."""
    return Choice(plan="gold", period=period, method=method, **more)


def at_once(*calls: Callable[[], object]) -> None:
    """Run calls in threads that start together."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@dataclass
class Shop:
    """What a story does: buy, pay, let time pass, deliver events."""

    control: Control
    start: datetime
    now: datetime
    clocks: dict[str, str] = field(default_factory=dict)

    def welcome(self, user: User) -> User:
        """Make the user's customer, on a clock of their own."""
        clock = client().v1.test_helpers.test_clocks.create(
            {"frozen_time": int(self.now.timestamp())}
        )
        customer = client().v1.customers.create({"email": user.email, "test_clock": clock.id})
        StripeCustomer.objects.create(user=user, livemode=False, customer_id=customer.id)
        self.clocks[str(user.pk)] = clock.id
        return user

    def order(self, user: User, choice: Choice, key: str | None = None, consent: str = "") -> Order:
        """Begin a purchase; `consent` is the version of the terms agreed to."""
        return begin_checkout(
            user=user, choice=choice, idempotency_key=key, consent=consent, now=self.now
        ).order

    def pay(self, order: Order, button: str = "card_good") -> None:
        """Press a button of the order's pay page."""
        assert self.control.pay(order.session_id, button)["refused"] is None

    def buy(
        self, user: User, choice: Choice, button: str = "card_good", consent: str = ""
    ) -> Order:
        """Order, pay, deliver; the order as it is then."""
        order = self.order(user, choice, consent=consent)
        self.pay(order, button)
        self.deliver()
        order.refresh_from_db()
        return order

    def deliver(self) -> None:
        """Bring every event to the receiver and handle it."""
        self.control.drain()
        self.handle()

    def handle(self) -> None:
        """Handle what waits in the inbox, also what failed before."""
        StripeEvent.objects.filter(handled_at=None, parked_at=None).update(next_try_at=self.now)
        stripe_events.handle_waiting(now=self.now)
        undo_orders(now=self.now)
        give_back_duplicates(now=self.now)

    def finish_changes(self) -> None:
        """What the clock does with changes that nobody waited for."""
        finish_changes(now=self.now + timedelta(minutes=3))

    def recover(self) -> int:
        """Read Stripe's list and handle what was missing."""
        missing = recover_events(now=self.now, since=self.now - timedelta(days=30))
        self.handle()
        return missing

    def poll(self) -> None:
        """Ask after open orders."""
        poll_open_orders(now=self.now)

    def pass_time(self, user: User, **span: float) -> None:
        """Let time pass for a buyer, and the clock's own tasks run."""
        self.pass_to(user, self.now + timedelta(**span))

    def pass_months(self, user: User, months: int, **more: float) -> None:
        """Let time pass until so many months, and a little more, after the story began."""
        self.pass_to(user, add_months(self.start, months) + timedelta(**more))

    def pass_to(self, user: User, moment: datetime) -> None:
        """Let time pass until `moment`: for the buyer, for the stand-in, for us.

        Recovery and polling run every few minutes; here they run once before time passes.
        """
        self.recover()
        self.poll()
        span_s = int((moment - self.now).total_seconds())
        self.now = moment
        # The stand-in first: an event carries the time at which it was sent.
        self.control.advance_to(int(moment.timestamp()))
        self.control.advance_clock(self.clocks[str(user.pk)], span_s)
        grant_due_lots(now=self.now)

    def points(self, user: User) -> int:
        """What the user can spend, in hundredths."""
        wallet_id = wallet_for(user=user, now=self.now)
        return ledger.balance(wallet_id=wallet_id, now=self.now).available_cp

    def membership(self, user: User) -> Membership:
        """The user's newest membership."""
        return Membership.objects.filter(user=user).latest("started_at", "id")

    def subscription(self, user: User) -> dict[str, Any]:
        """The user's subscription at Stripe."""
        found = self.membership(user).subscription_id
        return plain(client().v1.subscriptions.retrieve(found))

    def settled(self) -> None:
        """Nothing waits, nothing is parked, and the ledger is sound."""
        waiting = StripeEvent.objects.filter(handled_at=None)
        left = [(row.type, row.error) for row in waiting]
        assert left == [], left
        assert ledger_breaches() == []

    def balanced(self) -> None:
        """All events are in, nothing waits, the ledger is sound, and Stripe says the same."""
        self.deliver()
        self.deliver()  # what the first round has caused, or what came before its payment
        self.settled()
        assert reconcile(since=self.start - timedelta(days=1)) == []

    def charge(self, order: Order) -> str:
        """The charge that paid an order."""
        payment = plain(client().v1.payment_intents.retrieve(order.payment_id))
        return id_of(payment["latest_charge"])

    def give_back(self, order: Order, amount_minor: int) -> str:
        """Give money back in Stripe's own dashboard: no row of ours asks for it."""
        made = client().v1.refunds.create(
            {"payment_intent": order.payment_id, "amount": amount_minor}
        )
        return made.id

    def spend(self, order: Order, amount_cp: int) -> None:
        """Use points of the order's wallet, as a delivered job does."""
        with transaction.atomic():
            key = f"spent:{uuid.uuid4()}"
            held = ledger_verbs.hold(
                wallet_id=order.wallet_id,
                amount_cp=amount_cp,
                key=key,
                reference="job:1",
                now=self.now,
            )
            ledger_verbs.capture(
                wallet_id=order.wallet_id, hold_id=held.hold_id, key=f"c:{key}", now=self.now
            )

    def debt(self, user: User) -> int:
        """What the user owes, in hundredths."""
        wallet_id = wallet_for(user=user, now=self.now)
        return ledger.balance(wallet_id=wallet_id, now=self.now).debt_cp
