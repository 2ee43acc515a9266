"""Subscription schedules: what a subscription becomes at which moment.

Stripe's own page: https://docs.stripe.com/billing/subscriptions/subscription-schedules
"""

from __future__ import annotations

from tests.servers.stripe.billing import subscriptions
from tests.servers.stripe.billing.periods import shift
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.world import Obj, World, merged


def new_schedule(world: World, sub: Obj, metadata: Obj) -> Obj:
    """A schedule that takes over a subscription as it is: one phase, the current period."""
    if sub["schedule"] is not None:
        raise invalid_request(
            f"You cannot migrate a subscription that is already attached to a schedule: "
            f"{sub['schedule']}.",
            param="from_subscription",
        )
    item = sub["items"]["data"][0]
    start, end = item["current_period_start"], item["current_period_end"]
    schedule = world.add(
        {
            "id": world.new_id("sub_sched_1"),
            "object": "subscription_schedule",
            "application": None,
            "billing_mode": sub["billing_mode"],
            "canceled_at": None,
            "completed_at": None,
            "created": world.now_for(sub["test_clock"]),
            "current_phase": {"end_date": end, "start_date": start},
            "customer": sub["customer"],
            "default_settings": {
                "application_fee_percent": None,
                "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
                "billing_cycle_anchor": "automatic",
                "collection_method": "charge_automatically",
                "default_payment_method": None,
                "description": None,
                "invoice_settings": {
                    "account_tax_ids": None, "days_until_due": None, "issuer": {"type": "self"},
                },
                "on_behalf_of": None,
                "transfer_data": None,
            },
            "end_behavior": "release",
            "livemode": False,
            "metadata": metadata,
            "pause_schedules": [],
            "phases": [],
            "released_at": None,
            "released_subscription": None,
            "status": "active",
            "subscription": sub["id"],
            "test_clock": sub["test_clock"],
        }
    )  # fmt: skip
    wanted = {
        "items": [
            {"price": one["price"]["id"], "quantity": one["quantity"]}
            for one in sub["items"]["data"]
        ],
        "metadata": {},
    }
    schedule["phases"] = [_phase(world, sub, wanted, start, end)]
    sub["schedule"] = schedule["id"]
    emit(world, "subscription_schedule.created", schedule)
    return schedule


def _phase(world: World, sub: Obj, wanted: Obj, start: int, end: int) -> Obj:
    discounts = [
        {"coupon": one.get("coupon"), "discount": one.get("discount"),
         "promotion_code": one.get("promotion_code")}
        for one in wanted.get("discounts") or []
    ]  # fmt: skip
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "billing_cycle_anchor": wanted.get("billing_cycle_anchor"),
        "collection_method": None,
        "currency": sub["currency"],
        "default_payment_method": wanted.get("default_payment_method"),
        "default_tax_rates": [],
        "description": wanted.get("description"),
        "discounts": discounts,
        "end_date": end,
        "invoice_settings": None,
        "items": [
            {
                "billing_thresholds": None,
                "discounts": [],
                "metadata": merged({}, item.get("metadata")),
                "plan": item["price"],
                "price": item["price"],
                "quantity": item.get("quantity", 1),
                "tax_rates": [],
            }
            for item in wanted["items"]
        ],
        "metadata": merged({}, wanted.get("metadata")),
        "on_behalf_of": None,
        "proration_behavior": wanted.get("proration_behavior", "create_prorations"),
        "start_date": start,
        "transfer_data": None,
        "trial_end": None,
    }


def set_phases(world: World, schedule: Obj, wanted: list[Obj]) -> None:
    """Replace the phases. Raises ApiError where they do not follow one another."""
    sub = world.get("subscription", schedule["subscription"])
    now = world.now_for(schedule["test_clock"])
    phases: list[Obj] = []
    for number, one in enumerate(wanted):
        path = f"phases[{number}]"
        start = one.get("start_date", phases[-1]["end_date"] if phases else None)
        start = now if start == "now" else start
        if start is None:
            raise invalid_request(
                "The first phase must have a start date.", param=f"{path}[start_date]"
            )
        if phases and start != phases[-1]["end_date"]:
            raise invalid_request(
                "The start of a phase must be the end of the one before.",
                param=f"{path}[start_date]",
            )
        prices = [
            world.get("price", item.get("price", ""), f"{path}[items][0][price]")
            for item in one["items"]
        ]
        used = [item["price"]["id"] for item in sub["items"]["data"]]
        if any(not price["active"] and price["id"] not in used for price in prices):
            raise invalid_request(
                "The price specified is inactive. This field only accepts active prices.",
                param=f"{path}[items][0][price]",
            )
        if len(prices) != 1:
            raise invalid_request("The stand-in has one item a phase.", param=f"{path}[items]")
        phases.append(_phase(world, sub, one, start, _end_of(one, prices[0], start, now)))
    schedule["phases"] = phases
    current = _phase_at(schedule, now)
    if current is None:
        raise invalid_request("One phase must be the current one.", param="phases")
    schedule["current_phase"] = {
        "end_date": current["end_date"],
        "start_date": current["start_date"],
    }


def _end_of(one: Obj, price: Obj, start: int, now: int) -> int:
    """Where a phase ends: as said, after a duration, or after one period of its price."""
    if "end_date" in one:
        return now if one["end_date"] == "now" else int(one["end_date"])
    length = one.get("duration") or price["recurring"]
    return shift(start, length["interval"], length.get("interval_count", 1))


def _phase_at(schedule: Obj, moment: int) -> Obj | None:
    for phase in schedule["phases"]:
        if phase["start_date"] <= moment < phase["end_date"]:
            found: Obj = phase
            return found
    return None


def next_moment(schedule: Obj) -> int | None:
    """When the current phase of a schedule ends."""
    if schedule["status"] != "active":
        return None
    return int(schedule["current_phase"]["end_date"])


def step(world: World, schedule: Obj) -> None:
    """The current phase is over: the next one begins, or the schedule has done its work."""
    sub = world.get("subscription", schedule["subscription"])
    moment = schedule["current_phase"]["end_date"]
    phase = _phase_at(schedule, moment)
    if phase is None:
        _finish(world, schedule, sub)
        return
    with changing(world, sub, "customer.subscription.updated"):
        for item, wanted in zip(sub["items"]["data"], phase["items"], strict=True):
            _take_over(world, sub, item, wanted, moment)
        sub["metadata"] = merged(sub["metadata"], phase["metadata"])
        for one in phase["discounts"]:
            if one["coupon"]:
                subscriptions.add_discount(world, sub, one)
    with changing(world, schedule, "subscription_schedule.updated"):
        schedule["current_phase"] = {
            "end_date": phase["end_date"], "start_date": phase["start_date"],
        }  # fmt: skip


def _take_over(world: World, sub: Obj, item: Obj, wanted: Obj, moment: int) -> None:
    """Put a phase's price on an item. At the end of a period the renewal then bills it."""
    price = world.get("price", wanted["price"])
    if price["recurring"] != item["price"]["recurring"]:
        sub["billing_cycle_anchor"] = moment
        item["current_period_end"] = moment
    subscriptions.set_price(item, price)
    item["quantity"] = wanted["quantity"]


def _finish(world: World, schedule: Obj, sub: Obj) -> None:
    if schedule["end_behavior"] == "cancel":
        _close(world, schedule, sub, "completed", "completed_at")
        subscriptions.end(world, sub, reason="cancellation_requested")
    else:
        release(world, schedule, sub)


def release(world: World, schedule: Obj, sub: Obj) -> None:
    """Let the subscription go on as it is, without the schedule."""
    _close(world, schedule, sub, "released", "released_at")
    schedule["released_subscription"] = sub["id"]
    schedule["subscription"] = None


def _close(world: World, schedule: Obj, sub: Obj, status: str, at: str) -> None:
    with changing(world, sub, "customer.subscription.updated"):
        sub["schedule"] = None
    with changing(world, schedule, f"subscription_schedule.{status}"):
        schedule.update(status=status, current_phase=None)
        schedule[at] = world.now_for(schedule["test_clock"])
