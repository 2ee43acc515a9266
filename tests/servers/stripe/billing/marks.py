"""What happens by the clock alone, in the order it falls due: the marks, and living up to one.

A mark is (moment, order, what, whom). At one moment a schedule changes the price before the
renewal bills it, and a cancellation comes before both.

Stripe's own page: https://docs.stripe.com/billing/testing/test-clocks
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.servers.stripe import settlement
from tests.servers.stripe.billing import invoices, schedules, subscriptions
from tests.servers.stripe.checkout import sessions
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.world import DAY, Obj, World

Mark = tuple[int, int, str, str]
MOST_STEPS = 10_000


def live_until(world: World, clock: str | None, target: int) -> None:
    """Let everything happen that is due by then, each thing at its own moment."""
    for _ in range(MOST_STEPS):
        due = [mark for mark in _marks(world, clock) if mark[0] <= target]
        if not due:
            return
        moment, _, what, id = min(due)
        now = world.now_for(clock)
        with world.living_at(clock, max(moment, now) if clock else moment):
            STEPS[what](world, id)
    raise RuntimeError(f"The calendar does not come to an end before {target}.")


def _marks(world: World, clock: str | None) -> Iterator[Mark]:
    if clock is None:
        for session in world.where("checkout.session", status="open"):
            yield session["expires_at"], 9, "expire", session["id"]
    for intent in world.where("payment_intent", status="processing", _clock=clock):
        if intent.get("_settles_at"):
            yield intent["_settles_at"], 1, "settle", intent["id"]
    for invoice in world.all("invoice"):
        if invoice["test_clock"] == clock:
            yield from _invoice_marks(invoice)
    for sub in world.where("subscription", test_clock=clock):
        yield from _subscription_marks(world, sub)
    for schedule in world.where("subscription_schedule", test_clock=clock):
        moment = schedules.next_moment(schedule)
        if moment is not None:
            yield moment, 4, "schedule", schedule["id"]


def _invoice_marks(invoice: Obj) -> Iterator[Mark]:
    if invoice["status"] == "draft" and invoice["automatically_finalizes_at"] is not None:
        yield invoice["automatically_finalizes_at"], 6, "finalize", invoice["id"]
    if invoice["status"] == "open" and invoice["next_payment_attempt"] is not None:
        yield invoice["next_payment_attempt"], 7, "retry", invoice["id"]


def _subscription_marks(world: World, sub: Obj) -> Iterator[Mark]:
    if sub["status"] in ("active", "past_due", "unpaid"):
        yield subscriptions.current_end(sub), 5, "renew", sub["id"]
        if sub["cancel_at"] is not None:
            yield sub["cancel_at"], 3, "cancel", sub["id"]
        resumes = (sub["pause_collection"] or {}).get("resumes_at")
        if resumes is not None:
            yield resumes, 2, "unpause", sub["id"]
    elif sub["status"] == "incomplete":
        expires = sub["created"] + world.settings.incomplete_expires_s
        yield expires, 8, "give_up_start", sub["id"]


def _expire(world: World, id: str) -> None:
    sessions.expire(world, world.get("checkout.session", id))


def _settle(world: World, id: str) -> None:
    intent = world.get("payment_intent", id)
    settlement.settle(world, intent, good=intent["_settles_good"])


def renew(world: World, id: str) -> None:
    """A new period begins, and with it a draft invoice."""
    sub = world.get("subscription", id)
    start = subscriptions.current_end(sub)
    before = sub["items"]["data"][0]["current_period_start"]
    with changing(world, sub, "customer.subscription.updated"):
        subscriptions.set_period(sub, start, subscriptions.next_end(sub, start))
        lines = [*sub["_pending_lines"], *subscriptions.full_lines(world, sub)]
        sub["_pending_lines"] = []
        invoice = invoices.draft(world, sub, "subscription_cycle", lines, (before, start))
    paused = sub["pause_collection"]
    if sub["status"] == "unpaid" or (paused and paused["behavior"] == "keep_as_draft"):
        invoice.update(auto_advance=False, automatically_finalizes_at=None)


def _finalize(world: World, id: str) -> None:
    """An hour later the draft is final and the customer is charged."""
    invoice = world.get("invoice", id)
    sub = world.get("subscription", invoice["_subscription"])
    invoices.finalize(world, invoice)
    if paused := sub["pause_collection"]:
        status = "void" if paused["behavior"] == "void" else "uncollectible"
        if invoice["status"] == "open":
            invoices.close(world, invoice, status)
        return
    if invoice["status"] == "open":
        settlement.collect(world, invoice, settlement.method_for(world, sub))


def _retry(world: World, id: str) -> None:
    invoice = world.get("invoice", id)
    sub = world.get("subscription", invoice["_subscription"])
    method = settlement.method_for(world, sub)
    settlement.collect(world, invoice, method)


def _cancel(world: World, id: str) -> None:
    sub = world.get("subscription", id)
    subscriptions.end(world, sub, reason="cancellation_requested")


def _unpause(world: World, id: str) -> None:
    sub = world.get("subscription", id)
    with changing(world, sub, "customer.subscription.updated"):
        sub["pause_collection"] = None


def _give_up_start(world: World, id: str) -> None:
    sub = world.get("subscription", id)
    subscriptions.end(world, sub, reason="payment_failed", status="incomplete_expired")


def _schedule(world: World, id: str) -> None:
    schedules.step(world, world.get("subscription_schedule", id))


STEPS: dict[str, Callable[[World, str], None]] = {
    "expire": _expire,
    "settle": _settle,
    "renew": renew,
    "finalize": _finalize,
    "retry": _retry,
    "cancel": _cancel,
    "unpause": _unpause,
    "give_up_start": _give_up_start,
    "schedule": _schedule,
}


def advance_clock(world: World, clock: Obj, target: int) -> None:
    """Live on a test clock until that moment."""
    emit(world, "test_helpers.test_clock.advancing", {
        **clock, "status": "advancing",
        "status_details": {"advancing": {"target_frozen_time": target}},
    })  # fmt: skip
    live_until(world, clock["id"], target)
    clock["frozen_time"] = target
    emit(world, "test_helpers.test_clock.ready", clock)


def farthest(world: World, clock: Obj) -> int:
    """How far a clock may be advanced at once: two periods of its shortest subscription."""
    lengths = [
        item["current_period_end"] - item["current_period_start"]
        for sub in world.where("subscription", test_clock=clock["id"])
        if sub["status"] not in subscriptions.OVER
        for item in sub["items"]["data"]
    ]
    return int(clock["frozen_time"] + (2 * min(lengths) if lengths else 2 * 366 * DAY))
