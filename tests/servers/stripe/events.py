"""Events: a snapshot of an object at the moment something happened to it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from tests.servers.stripe.contract.answers import object_violations
from tests.servers.stripe.world import Obj, World, public


def emit(world: World, type: str, obj: Obj, previous: Obj | None = None) -> Obj:
    """Write an event down and have it delivered. Returns the event."""
    snapshot = public(obj)
    data: Obj = {"object": snapshot}
    if previous is not None:
        data["previous_attributes"] = public(previous)
    world.note_violations([f"event {type}: {fault}" for fault in object_violations(snapshot)])
    event = world.add(
        {
            "id": world.new_id("evt_1"),
            "object": "event",
            "api_version": stripe.api_version,
            "created": world.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": dict(world.request),
            "type": type,
        }
    )
    world.on_event(event)
    return event


@contextmanager
def changing(world: World, obj: Obj, type: str | None) -> Iterator[Obj]:
    """Change an object in the block; an event tells of it when anything did change.

    A block that raises changes nothing.
    """
    before = copy.deepcopy(obj)
    try:
        yield obj
    except BaseException:
        obj.clear()
        obj.update(before)
        raise
    world.changes += 1
    previous = difference(public(before), public(obj))
    if previous and type is not None:
        emit(world, type, obj, previous)


def difference(before: Obj, after: Obj) -> Obj:
    """The earlier values of what is different now."""
    found: Obj = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict) and old.get("object") != "list":
            found[name] = difference(old, new)
        else:
            found[name] = old
    return found
