"""Setup intents: keeping a card for later without taking money.

Stripe's own page: https://docs.stripe.com/payments/setup-intents
"""

from __future__ import annotations

from tests.servers.stripe.cards import REFUSALS
from tests.servers.stripe.errors import ApiError, card_error, invalid_request
from tests.servers.stripe.events import emit
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.resources.payment_methods import attach, behaviour, usable
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import Obj, World, merged, public


def new_setup(world: World, customer: str | None, metadata: Obj) -> Obj:
    """A setup intent that waits for a card."""
    owner = world.find("customer", customer)
    clock = owner["test_clock"] if owner else None
    id = world.new_id("seti_1")
    setup = world.add(
        {
            "id": id,
            "object": "setup_intent",
            "application": None,
            "automatic_payment_methods": None,
            "cancellation_reason": None,
            "client_secret": f"{id}_secret_{world.new_id('s')[2:]}",
            "created": world.now_for(clock),
            "customer": customer,
            "description": None,
            "flow_directions": None,
            "last_setup_error": None,
            "latest_attempt": None,
            "livemode": False,
            "mandate": None,
            "metadata": metadata,
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "single_use_mandate": None,
            "status": "requires_payment_method",
            "usage": "off_session",
        }
    )
    emit(world, "setup_intent.created", setup)
    return setup


def attempt_setup(
    world: World, setup: Obj, method: Obj, *, authenticated: bool | None = None
) -> None:
    """Try to keep a card."""
    does = behaviour(method)
    if does in ("3ds_once", "3ds_always") and authenticated is None:
        url = f"{world.settings.public_url}/c/authenticate/{setup['id']}"
        setup["payment_method"] = method["id"]
        setup["status"] = "requires_action"
        setup["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": None, "url": url},
        }
        emit(world, "setup_intent.requires_action", setup)
        return
    refused = "authentication_failed" if authenticated is False else does
    if refused in REFUSALS:
        _refuse(world, setup, method, refused)
        return
    method["_authenticated"] = True
    if setup["customer"]:
        attach(world, method, setup["customer"])
    setup.update(
        payment_method=method["id"], status="succeeded", next_action=None, last_setup_error=None
    )
    emit(world, "setup_intent.succeeded", setup)


def _refuse(world: World, setup: Obj, method: Obj, why: str) -> None:
    code, decline_code, message = REFUSALS[why]
    if why == "authentication_failed":
        code = "setup_intent_authentication_failure"
    error = {"type": "card_error", "code": code, "message": message,
             "payment_method": public(method)}  # fmt: skip
    if decline_code:
        error["decline_code"] = decline_code
    setup.update(
        status="requires_payment_method", payment_method=None, next_action=None,
        last_setup_error=error,
    )  # fmt: skip
    emit(world, "setup_intent.setup_failed", setup)


def _raise_if_refused(setup: Obj) -> None:
    error = setup["last_setup_error"]
    if error is not None and setup["status"] == "requires_payment_method":
        raise _card_error(error)


def _card_error(error: Obj) -> ApiError:
    return card_error(
        error["message"], code=error["code"], decline_code=error.get("decline_code"),
        payment_intent=None,
    )  # fmt: skip


@answers(
    "POST",
    "/v1/setup_intents",
    "customer metadata usage confirm payment_method automatic_payment_methods",
)
def create_setup_intent(world: World, params: Obj) -> Obj:
    setup = new_setup(world, params.get("customer"), merged({}, params.get("metadata")))
    setup["usage"] = params.get("usage", "off_session")
    if params.get("confirm"):
        confirm_setup_intent(world, params, setup["id"])
    return setup


@answers(
    "POST",
    "/v1/setup_intents/{intent}/confirm",
    "payment_method return_url",
)
def confirm_setup_intent(world: World, params: Obj, id: str) -> Obj:
    setup = world.get("setup_intent", id, "intent")
    if "payment_method" not in params:
        raise invalid_request("Missing required param: payment_method.", param="payment_method")
    attempt_setup(world, setup, usable(world, params["payment_method"]))
    _raise_if_refused(setup)
    return setup


@answers(
    "POST",
    "/v1/setup_intents/{intent}/cancel",
    "cancellation_reason",
)
def cancel_setup_intent(world: World, params: Obj, id: str) -> Obj:
    setup = world.get("setup_intent", id, "intent")
    setup.update(status="canceled", cancellation_reason=params.get("cancellation_reason"))
    emit(world, "setup_intent.canceled", setup)
    return setup


@answers("GET", "/v1/setup_intents/{intent}")
def get_setup_intent(world: World, params: Obj, id: str) -> Obj:
    return world.get("setup_intent", id, "intent")


@answers(
    "GET",
    "/v1/setup_intents",
    f"{PAGES} customer payment_method",
)
def list_setup_intents(world: World, params: Obj) -> Obj:
    found = [
        one for one in world.all("setup_intent") if fits(one, params, "customer", "payment_method")
    ]
    return page(found, params, "/v1/setup_intents")
