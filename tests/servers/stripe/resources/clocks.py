"""Test clocks."""

from __future__ import annotations

from tests.servers.stripe.billing.marks import advance_clock, farthest
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import emit
from tests.servers.stripe.listing import page
from tests.servers.stripe.resources.customers import living
from tests.servers.stripe.routing import PAGING, answers
from tests.servers.stripe.world import DAY, Obj, World

# What hangs on the clock of its customer, and the field that says so.
HANGING = {
    "subscription": "test_clock",
    "subscription_schedule": "test_clock",
    "invoice": "test_clock",
    "payment_intent": "_clock",
    "charge": "_clock",
}


@answers(
    "POST",
    "/v1/test_helpers/test_clocks",
    "frozen_time name customer",
)
def create_clock(world: World, params: Obj) -> Obj:
    """A clock that stands still until it is advanced; an existing customer can be put on it."""
    clock = world.add(
        {
            "id": world.new_id("clock_1"),
            "object": "test_helpers.test_clock",
            "created": world.now(),
            "deletes_after": world.now() + 30 * DAY,
            "frozen_time": params["frozen_time"],
            "livemode": False,
            "name": params.get("name"),
            "status": "ready",
            "status_details": {},
        }
    )
    if "customer" in params:
        _put_on(world, living(world, params["customer"]), clock)
    emit(world, "test_helpers.test_clock.created", clock)
    return clock


def _put_on(world: World, customer: Obj, clock: Obj) -> None:
    if customer["test_clock"] is not None:
        raise invalid_request("This customer is on a test clock already.", param="customer")
    customer["test_clock"] = clock["id"]
    for kind, field in HANGING.items():
        for obj in world.where(kind, customer=customer["id"]):
            obj[field] = clock["id"]


@answers("GET", "/v1/test_helpers/test_clocks/{test_clock}")
def get_clock(world: World, params: Obj, id: str) -> Obj:
    return world.get("test_helpers.test_clock", id)


@answers(
    "GET",
    "/v1/test_helpers/test_clocks",
    PAGING,
)
def list_clocks(world: World, params: Obj) -> Obj:
    return page(world.all("test_helpers.test_clock"), params, "/v1/test_helpers/test_clocks")


@answers(
    "POST",
    "/v1/test_helpers/test_clocks/{test_clock}/advance",
    "frozen_time",
)
def advance(world: World, params: Obj, id: str) -> Obj:
    """Advance a clock. It answers `advancing`, as Stripe does; when asked next it is ready."""
    clock = world.get("test_helpers.test_clock", id)
    target = params["frozen_time"]
    if target <= clock["frozen_time"]:
        raise invalid_request(
            "The frozen time must be after the clock's current time.", param="frozen_time"
        )
    if target > farthest(world, clock):
        raise invalid_request(
            "You can only advance a test clock two intervals of its shortest subscription at a "
            "time.",
            param="frozen_time",
        )
    before = clock["frozen_time"]
    advance_clock(world, clock, target)
    details = {"advancing": {"target_frozen_time": target}}
    return {**clock, "frozen_time": before, "status": "advancing", "status_details": details}


@answers("DELETE", "/v1/test_helpers/test_clocks/{test_clock}")
def delete_clock(world: World, params: Obj, id: str) -> Obj:
    """The clock's customers go with it."""
    clock = world.get("test_helpers.test_clock", id)
    for customer in world.where("customer", test_clock=id):
        for kind, _ in HANGING.items():
            for obj in world.where(kind, customer=customer["id"]):
                world.remove(kind, obj["id"])
        world.remove("customer", customer["id"])
    world.remove("test_helpers.test_clock", id)
    emit(world, "test_helpers.test_clock.deleted", clock)
    return {"id": id, "object": "test_helpers.test_clock", "deleted": True}
