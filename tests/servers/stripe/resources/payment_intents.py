"""The payment intent calls: for charging a card that was kept before."""

from __future__ import annotations

from tests.servers.stripe import payments, settlement
from tests.servers.stripe.errors import ApiError, card_error, invalid_request
from tests.servers.stripe.events import changing
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.resources.customers import living
from tests.servers.stripe.resources.payment_methods import make, usable
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import Obj, World, merged, public, take


@answers(
    "POST",
    "/v1/payment_intents",
    "amount currency customer payment_method payment_method_data confirm off_session "
    "metadata description receipt_email return_url setup_future_usage "
    "automatic_payment_methods allowed_payment_method_types",
)
def create_payment_intent(world: World, params: Obj) -> Obj:
    if params["amount"] < 1:
        raise invalid_request(
            "Invalid positive integer", param="amount", code="parameter_invalid_integer"
        )
    customer = living(world, params["customer"])["id"] if "customer" in params else None
    intent = payments.new_intent(
        world, params["amount"], params["currency"].lower(), customer=customer,
        types=params.get("allowed_payment_method_types"),
        metadata=merged({}, params.get("metadata")), description=params.get("description"),
        setup_future_usage=params.get("setup_future_usage"),
    )  # fmt: skip
    intent["receipt_email"] = params.get("receipt_email")
    if "payment_method" in params:
        intent["payment_method"] = usable(world, params["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    if params.get("confirm"):
        return confirm_payment_intent(world, params, intent["id"])
    return intent


@answers(
    "POST",
    "/v1/payment_intents/{intent}/confirm",
    "payment_method payment_method_data off_session return_url receipt_email",
)
def confirm_payment_intent(world: World, params: Obj, id: str) -> Obj:
    """Try to pay. A refusal is an error whose body holds the intent."""
    intent = world.get("payment_intent", id, "intent")
    if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise _unexpected_state(intent, "confirm")
    method = _method(world, intent, params)
    intent["_return_url"] = params.get("return_url")
    off_session = params.get("off_session") not in (None, False)
    payments.attempt(world, intent, method, present=not off_session)
    settlement.follow(world, intent)
    error = intent["last_payment_error"]
    if error is not None:
        raise card_error(
            error["message"], code=error["code"], decline_code=error.get("decline_code"),
            payment_intent=public(intent),
        )  # fmt: skip
    return intent


def _method(world: World, intent: Obj, params: Obj) -> Obj:
    if data := params.get("payment_method_data"):
        return make(world, data["type"])
    id = params.get("payment_method") or intent["payment_method"]
    if id is None:
        raise invalid_request(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    method = usable(world, id)
    if method["customer"] not in (None, intent["customer"]):
        raise invalid_request(
            "The customer of this PaymentIntent does not own the payment method.",
            param="payment_method",
        )
    return method


def _unexpected_state(intent: Obj, verb: str) -> ApiError:
    return invalid_request(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )


@answers(
    "POST",
    "/v1/payment_intents/{intent}/cancel",
    "cancellation_reason",
)
def cancel_payment_intent(world: World, params: Obj, id: str) -> Obj:
    intent = world.get("payment_intent", id, "intent")
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise _unexpected_state(intent, "cancel")
    payments.cancel(world, intent, params.get("cancellation_reason"))
    settlement.follow(world, intent)
    return intent


@answers(
    "POST",
    "/v1/payment_intents/{intent}",
    "amount description receipt_email setup_future_usage metadata",
)
def update_payment_intent(world: World, params: Obj, id: str) -> Obj:
    intent = world.get("payment_intent", id, "intent")
    with changing(world, intent, None):
        take(intent, params, "amount", "description", "receipt_email", "setup_future_usage")
        intent["metadata"] = merged(intent["metadata"], params.get("metadata"))
    return intent


@answers("GET", "/v1/payment_intents/{intent}")
def get_payment_intent(world: World, params: Obj, id: str) -> Obj:
    return world.get("payment_intent", id, "intent")


@answers(
    "GET",
    "/v1/payment_intents",
    f"{PAGES} customer",
)
def list_payment_intents(world: World, params: Obj) -> Obj:
    found = [one for one in world.all("payment_intent") if fits(one, params, "customer")]
    return page(found, params, "/v1/payment_intents")
