"""`expand[]`: put the object where its id stands, and add what is left out unless asked for.

Stripe's own page: https://docs.stripe.com/expand
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.servers.stripe.errors import ApiError, invalid_request
from tests.servers.stripe.world import Obj, World, list_of, public

Included = Callable[[World, Obj], Any]


def _payments(world: World, invoice: Obj) -> Obj:
    found = world.where("invoice_payment", invoice=invoice["id"])
    return list_of([public(one) for one in found], "/v1/invoice_payments")


def _line_items(world: World, session: Obj) -> Obj:
    items = world.get("checkout.session", session["id"])["_items"]
    return list_of(public(items), f"/v1/checkout/sessions/{session['id']}/line_items")


def _refunds(world: World, charge: Obj) -> Obj:
    found = reversed(world.where("refund", charge=charge["id"]))
    return list_of([public(one) for one in found], f"/v1/charges/{charge['id']}/refunds")


def _subscriptions(world: World, customer: Obj) -> Obj:
    found = [
        public(one) for one in reversed(world.where("subscription", customer=customer["id"]))
        if one["status"] not in ("canceled", "incomplete_expired")
    ]  # fmt: skip
    return list_of(found, f"/v1/customers/{customer['id']}/subscriptions")


def _applies_to(world: World, coupon: Obj) -> Any:
    return world.get("coupon", coupon["id"])["_applies_to"]


# Fields that are in an answer only when they are asked for.
INCLUDED: dict[tuple[str, str], Included] = {
    ("invoice", "payments"): _payments,
    ("checkout.session", "line_items"): _line_items,
    ("charge", "refunds"): _refunds,
    ("customer", "subscriptions"): _subscriptions,
    ("coupon", "applies_to"): _applies_to,
}


def expand(world: World, answer: Obj, paths: list[str]) -> Obj:
    """The answer with these paths expanded. Raises ApiError for one that cannot be."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > 5:
            raise invalid_request("You cannot expand more than 4 levels of a property.")
        _step(world, answer, steps, path)
    return answer


def _step(world: World, holder: Any, steps: list[str], path: str) -> None:
    if not steps:
        return
    if isinstance(holder, list):
        for item in holder:
            _step(world, item, steps, path)
        return
    if not isinstance(holder, dict):
        raise _impossible(path)
    name, *rest = steps
    include = INCLUDED.get((str(holder.get("object")), name))
    if include is not None and not isinstance(holder.get(name), dict):
        holder[name] = include(world, holder)
    if name not in holder:
        raise _impossible(path)
    value = holder[name]
    if isinstance(value, str):
        value = holder[name] = _object(world, value, path)
    elif isinstance(value, list):
        value = holder[name] = [
            _object(world, item, path) if isinstance(item, str) else item for item in value
        ]
    if value is not None:
        _step(world, value, rest, path)


def _object(world: World, id: str, path: str) -> Obj:
    found = world.any_by_id(id)
    if found is None:
        raise _impossible(path)
    copied: Obj = public(found)
    return copied


def _impossible(path: str) -> ApiError:
    return invalid_request(f"This property cannot be expanded ({path}).", param="expand")
