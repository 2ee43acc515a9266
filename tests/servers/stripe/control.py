"""/_control: what a test may do that a client of Stripe cannot. JSON in, JSON out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.stripe import disputes, refunds, settlement
from tests.servers.stripe.billing.marks import advance_clock, live_until
from tests.servers.stripe.checkout import portal
from tests.servers.stripe.checkout.paying import BUTTONS, Press, pay
from tests.servers.stripe.errors import ApiError, missing
from tests.servers.stripe.events import emit
from tests.servers.stripe.standin import StandIn
from tests.servers.stripe.world import Obj, public

Action = Callable[..., Any]
ACTIONS: list[tuple[str, re.Pattern[str], Action]] = []


def action(method: str, path: str) -> Callable[[Action], Action]:
    """The decorated function takes the stand-in, the JSON given and what stands for each {}."""

    def register(function: Action) -> Action:
        pattern = re.compile("/_control" + path.replace("{}", "([^/]+)"))
        ACTIONS.append((method, pattern, function))
        return function

    return register


def call(stand_in: StandIn, method: str, path: str, query: str, body: str) -> tuple[int, Any]:
    """Do what is asked; the status and the answer."""
    for wanted, pattern, function in ACTIONS:
        match = pattern.fullmatch(path)
        if match is None or wanted != method:
            continue
        try:
            given = json.loads(body) if body else dict(parse_qsl(query))
            return 200, function(stand_in, given, *match.groups())
        except ApiError as error:
            return error.status, error.body()
        except (ValueError, TypeError, KeyError, TimeoutError) as error:
            return 400, {"error": {"message": f"{type(error).__name__}: {error}"}}
    return 404, {"error": {"message": f"No such control: {method} {path}"}}


@action("GET", "/health")
def health(stand_in: StandIn, given: Obj) -> Obj:
    """Whether it runs."""
    return {"ok": True}


@action("POST", "/reset")
def reset(stand_in: StandIn, given: Obj) -> Obj:
    """Forget all objects, deliveries and faults; the endpoint given when starting stays."""
    stand_in.reset()
    return {"ok": True}


@action("POST", "/settings")
def settings(stand_in: StandIn, given: Obj) -> Obj:
    """Change settings of the world by name; without any, only tell them."""
    known = vars(stand_in.world.settings)  # the settings' own fields, not a copy
    with stand_in.world.lock:
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"There is no setting {name}.")
            setattr(
                stand_in.world.settings, name, tuple(value) if isinstance(value, list) else value
            )
    return dict(known)


@action("GET", "/violations")
def violations(stand_in: StandIn, given: Obj) -> list[str]:
    """What was answered or sent that does not fit the library's types."""
    return list(stand_in.world.violations)


@action("GET", "/objects/{}")
def objects(stand_in: StandIn, given: Obj, kind: str) -> list[Obj]:
    """All objects of a kind, oldest first."""
    with stand_in.world.lock:
        return [public(one) for one in stand_in.world.all(kind)]


@action("POST", "/objects/{}")
def patch(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """Put fields on an object, whatever sense it makes: for shapes that should never come."""
    with stand_in.world.lock:
        found = stand_in.world.any_by_id(id)
        if found is None:
            raise missing("object", id)
        found.update(given)
        return {"object": public(found)}


@action("POST", "/events")
def emit_event(stand_in: StandIn, given: Obj) -> Obj:
    """Send an event of any type about an object, or about data that is given."""
    with stand_in.world.lock:
        data = given.get("data") or stand_in.world.any_by_id(given["object"])
        if data is None:
            raise missing("object", given["object"])
        return {"event": public(emit(stand_in.world, given["type"], data))}


@action("GET", "/faults")
def list_faults(stand_in: StandIn, given: Obj) -> list[Obj]:
    """The rules in force, with their hits."""
    return stand_in.faults.describe()


@action("POST", "/faults")
def add_fault(stand_in: StandIn, given: Obj) -> Obj:
    """Put a rule in force."""
    return {"id": stand_in.faults.add(given)}


@action("DELETE", "/faults")
def clear_faults(stand_in: StandIn, given: Obj) -> Obj:
    """Nothing goes wrong any more."""
    stand_in.faults.clear()
    return {"ok": True}


@action("GET", "/time")
def time_now(stand_in: StandIn, given: Obj) -> Obj:
    """The time of everything without a test clock."""
    return {"now": stand_in.world.now()}


@action("POST", "/time")
def advance_time(stand_in: StandIn, given: Obj) -> Obj:
    """Advance all that hangs on no test clock, and the time in signatures and events."""
    world = stand_in.world
    with world.lock:
        target = given["to"] if "to" in given else world.now() + given["advance_s"]
        live_until(world, None, target)
        world.offset += target - world.now()
        world.changes += 1
        return {"now": world.now()}


@action("POST", "/clocks/{}/advance")
def advance(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """Advance a test clock as far as wanted."""
    with stand_in.world.lock:
        clock = stand_in.world.get("test_helpers.test_clock", id)
        target = given["to"] if "to" in given else clock["frozen_time"] + given["advance_s"]
        advance_clock(stand_in.world, clock, target)
        return {"now": clock["frozen_time"]}


@action("POST", "/sessions/{}/pay")
def pay_session(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """Press a button of a session's page, or pay with any card `number`."""
    with stand_in.world.lock:
        session = stand_in.world.get("checkout.session", id)
        press = BUTTONS[given["button"]] if "button" in given else Press("card", given["number"])
        refused = pay(stand_in.world, session, press)
        return {"refused": refused, "session": public(session)}


@action("POST", "/sessions/{}/settle")
def settle_session(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """Let a delayed payment of a session come in, or fail."""
    with stand_in.world.lock:
        session = stand_in.world.get("checkout.session", id)
        settle_intent(stand_in, given, session["payment_intent"])
        return {"session": public(session)}


@action("POST", "/payment_intents/{}/settle")
def settle_intent(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """Let a payment that waits succeed, or fail."""
    with stand_in.world.lock:
        intent = stand_in.world.get("payment_intent", id)
        if intent["status"] not in ("processing", "requires_action"):
            raise ValueError(f"The payment does not wait: it is {intent['status']}.")
        settlement.settle(stand_in.world, intent, good=given.get("good", True))
        return {"payment_intent": public(intent)}


@action("POST", "/charges/{}/dispute")
def dispute(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """The card's owner complains."""
    with stand_in.world.lock:
        charge = stand_in.world.get("charge", id)
        return {"dispute": public(disputes.open_dispute(stand_in.world, charge, **given))}


@action("POST", "/charges/{}/warn")
def warn(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """The card's bank warns of fraud."""
    with stand_in.world.lock:
        charge = stand_in.world.get("charge", id)
        return {"warning": public(disputes.warn(stand_in.world, charge, **given))}


@action("POST", "/disputes/{}")
def move_dispute(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """Give a dispute a status: won, lost, under_review...; needs_response escalates an inquiry."""
    with stand_in.world.lock:
        found = stand_in.world.get("dispute", id)
        inquiry = found["status"] in disputes.INQUIRIES
        if inquiry and given["status"] == "needs_response":
            disputes.escalate(stand_in.world, found)
        else:
            disputes.set_status(stand_in.world, found, given["status"])
        return {"dispute": public(found)}


@action("POST", "/refunds/next")
def next_refund(stand_in: StandIn, given: Obj) -> Obj:
    """What the next refund starts as: succeeded or pending."""
    stand_in.world.next_refund = given["status"]
    return {"ok": True}


@action("POST", "/refunds/{}")
def finish_refund(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """What became of a refund: succeeded, failed (even after it succeeded), canceled."""
    with stand_in.world.lock:
        found = stand_in.world.get("refund", id)
        return {"refund": public(refunds.finish(stand_in.world, found, **given))}


@action("POST", "/subscriptions/{}/portal_cancel")
def portal_cancel(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """Cancel as Stripe's own portal does: `cancel_at` is set and the boolean stays false."""
    with stand_in.world.lock:
        sub = stand_in.world.get("subscription", id)
        portal.cancel(stand_in.world, sub)
        return {"subscription": public(sub)}


@action("GET", "/deliveries")
def list_deliveries(stand_in: StandIn, given: Obj) -> list[Obj]:
    """All deliveries, or those of one event."""
    return stand_in.deliveries.describe(given.get("event"))


@action("POST", "/deliveries/drain")
def drain(stand_in: StandIn, given: Obj) -> Obj:
    """Send everything now, what is held or delayed too, and wait until all is done."""
    return stand_in.deliveries.drain(given.get("timeout_s", 30))


@action("POST", "/events/{}/resend")
def resend(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """Send an event again, however old, to all endpoints that want it."""
    with stand_in.world.lock:
        event = stand_in.world.get("event", id)
        stand_in.deliveries.queue(event)
    return {"ok": True}


@action("POST", "/endpoints/{}/roll")
def roll(stand_in: StandIn, given: Obj, id: str) -> Obj:
    """Give an endpoint a new secret; with `keep_old` deliveries are signed with both."""
    with stand_in.world.lock:
        endpoint = stand_in.world.get("webhook_endpoint", id)
        secret = given.get("secret") or "whsec_" + stand_in.world.new_id("s", 32)[2:]
        kept = endpoint["_secrets"][:1] if given.get("keep_old", True) else []
        endpoint["_secrets"] = [secret, *kept]
        return {"secret": secret}
