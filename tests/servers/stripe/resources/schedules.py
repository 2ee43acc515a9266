"""The subscription schedule calls."""

from __future__ import annotations

from tests.servers.stripe.billing import schedules, subscriptions
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import changing
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import Obj, World, merged


@answers(
    "POST",
    "/v1/subscription_schedules",
    "from_subscription metadata",
)
def create_schedule(world: World, params: Obj) -> Obj:
    """A schedule takes over a subscription that exists."""
    if "from_subscription" not in params:
        raise invalid_request(
            "The stand-in makes schedules from subscriptions only.", param="from_subscription"
        )
    if "phases" in params:
        raise invalid_request(
            "You cannot set `phases` if `from_subscription` is set.", param="phases"
        )
    sub = world.get("subscription", params["from_subscription"], "from_subscription")
    if sub["status"] in subscriptions.OVER:
        raise invalid_request(
            "You cannot migrate a subscription that is canceled.", param="from_subscription"
        )
    return schedules.new_schedule(world, sub, merged({}, params.get("metadata")))


@answers("GET", "/v1/subscription_schedules/{schedule}")
def get_schedule(world: World, params: Obj, id: str) -> Obj:
    return world.get("subscription_schedule", id, "schedule")


@answers(
    "GET",
    "/v1/subscription_schedules",
    f"{PAGES} customer",
)
def list_schedules(world: World, params: Obj) -> Obj:
    found = [one for one in world.all("subscription_schedule") if fits(one, params, "customer")]
    return page(found, params, "/v1/subscription_schedules")


def _active(world: World, id: str) -> Obj:
    schedule = world.get("subscription_schedule", id, "schedule")
    if schedule["status"] != "active":
        raise invalid_request(
            f"You cannot change a subscription schedule that is currently in the "
            f"`{schedule['status']}` status."
        )
    return schedule


@answers(
    "POST",
    "/v1/subscription_schedules/{schedule}",
    "phases end_behavior metadata proration_behavior",
)
def update_schedule(world: World, params: Obj, id: str) -> Obj:
    schedule = _active(world, id)
    with changing(world, schedule, "subscription_schedule.updated"):
        if "phases" in params:
            schedules.set_phases(world, schedule, params["phases"])
        schedule["end_behavior"] = params.get("end_behavior", schedule["end_behavior"])
        schedule["metadata"] = merged(schedule["metadata"], params.get("metadata"))
    return schedule


@answers("POST", "/v1/subscription_schedules/{schedule}/release")
def release_schedule(world: World, params: Obj, id: str) -> Obj:
    schedule = _active(world, id)
    schedules.release(world, schedule, world.get("subscription", schedule["subscription"]))
    return schedule


@answers("POST", "/v1/subscription_schedules/{schedule}/cancel")
def cancel_schedule(world: World, params: Obj, id: str) -> Obj:
    """The subscription ends with it."""
    schedule = _active(world, id)
    sub = world.get("subscription", schedule["subscription"])
    with changing(world, schedule, "subscription_schedule.canceled"):
        schedule.update(
            status="canceled", canceled_at=world.now_for(sub["test_clock"]), current_phase=None
        )
    subscriptions.end(world, sub, reason="cancellation_requested")
    return schedule
