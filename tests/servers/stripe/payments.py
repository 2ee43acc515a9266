"""Payment intents and their charges: asking, waiting, succeeding, failing.

This module knows one payment. What a payment means for an invoice or a checkout session is in
`settlement`.

Stripe's own page: https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from __future__ import annotations

from tests.servers.stripe import disputes
from tests.servers.stripe.balance import book, fee_of
from tests.servers.stripe.blanks import PAYMENT_INTENT
from tests.servers.stripe.cards import REFUSALS
from tests.servers.stripe.charges import new_charge
from tests.servers.stripe.errors import ApiError, card_error
from tests.servers.stripe.events import emit
from tests.servers.stripe.resources.payment_methods import WALLETS, attach, behaviour
from tests.servers.stripe.world import Obj, World, public

REFUSED_AT_ONCE = ("declined", "insufficient_funds", "expired")


def new_intent(
    world: World,
    amount: int,
    currency: str,
    *,
    customer: str | None = None,
    types: list[str] | None = None,
    metadata: Obj | None = None,
    description: str | None = None,
    setup_future_usage: str | None = None,
) -> Obj:
    """A payment intent that waits for a payment method."""
    owner = world.find("customer", customer)
    clock = owner["test_clock"] if owner else None
    id = world.new_id("pi_3")
    intent = world.add(
        {
            **public(PAYMENT_INTENT),
            "id": id,
            "amount": amount,
            "client_secret": f"{id}_secret_{world.new_id('s')[2:]}",
            "created": world.now_for(clock),
            "currency": currency,
            "customer": customer,
            "description": description,
            "metadata": metadata or {},
            "payment_method_types": types or ["card", *WALLETS],
            "setup_future_usage": setup_future_usage,
            "_clock": clock,
        }
    )
    emit(world, "payment_intent.created", intent)
    return intent


def attempt(
    world: World,
    intent: Obj,
    method: Obj,
    *,
    present: bool,
    may_ask: bool | None = None,
    authenticated: bool | None = None,
) -> None:
    """Try to pay.

    `present`: the owner is there. `may_ask`: where 3-D Secure is needed it is asked for (else the
    payment is refused); by default when the owner is there. `authenticated`: what it said.
    """
    intent["payment_method"] = method["id"]
    intent["last_payment_error"] = None
    if method["type"] in WALLETS:
        if authenticated is None:
            ask(world, intent, method)
        elif authenticated:
            succeed(world, intent, method)
        else:
            refuse(world, intent, method, "provider_declined")
        return
    why = verdict(method, present=present)
    if why is not None and (why != "authentication_required" or authenticated is None):
        if why == "authentication_required" and (present if may_ask is None else may_ask):
            ask(world, intent, method)
        else:
            refuse(world, intent, method, why)
    elif authenticated is False:
        refuse(world, intent, method, "authentication_failed")
    else:
        method["_authenticated"] = method["_authenticated"] or bool(authenticated)
        succeed(world, intent, method)


def verdict(method: Obj, *, present: bool) -> str | None:
    """Why a card would not simply pay, or None."""
    does = behaviour(method)
    if does in REFUSED_AT_ONCE:
        return does
    if does == "charges_fail" or (does == "renewals_fail" and not present):
        return "declined"
    if does == "expires_later" and not present:
        return "expired"
    if does == "3ds_always" or (does == "3ds_once" and not method["_authenticated"]):
        return "authentication_required"
    return None


def refusal(why: str) -> ApiError:
    """The error of a call that changes nothing because its payment would be refused."""
    if why == "authentication_required":
        return card_error(
            "This payment requires additional user action before it can be completed "
            "successfully.",
            code="subscription_payment_intent_requires_action", decline_code=None,
            payment_intent=None,
        )  # fmt: skip
    code, decline_code, message = REFUSALS[why]
    return card_error(message, code=code, decline_code=decline_code, payment_intent=None)


def ask(world: World, intent: Obj, method: Obj) -> None:
    """The owner must do something first: 3-D Secure, or confirm in the wallet's app."""
    url = f"{world.settings.public_url}/c/authenticate/{intent['id']}"
    back = intent.get("_return_url")
    if method["type"] == "wechat_pay":
        action: Obj = {
            "type": "wechat_pay_display_qr_code",
            "wechat_pay_display_qr_code": {
                "data": url, "hosted_instructions_url": url, "image_data_url": "",
                "image_url_png": url, "image_url_svg": url,
            },
        }  # fmt: skip
    elif method["type"] == "alipay":
        redirect = {"native_data": None, "native_url": None, "return_url": back, "url": url}
        action = {"type": "alipay_handle_redirect", "alipay_handle_redirect": redirect}
    else:
        action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": back, "url": url}}
    intent["next_action"] = action
    intent["status"] = "requires_action"
    emit(world, "payment_intent.requires_action", intent)


def process(world: World, intent: Obj, method: Obj) -> None:
    """The method takes its time: the result comes later."""
    intent["payment_method"] = method["id"]
    intent["status"] = "processing"
    intent["next_action"] = None
    charge = new_charge(world, intent, method, "pending")
    emit(world, "payment_intent.processing", intent)
    emit(world, "charge.pending", charge)


def succeed(world: World, intent: Obj, method: Obj) -> Obj:
    """The money came. Returns the charge."""
    if intent["setup_future_usage"] and intent["customer"] and method["type"] == "card":
        attach(world, method, intent["customer"])
    charge = _pending_charge(world, intent) or new_charge(world, intent, method, "succeeded")
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"])
    kind = "charge" if method["type"] == "card" else "payment"
    charge["balance_transaction"] = book(
        world, kind, charge["amount"], charge, fee=fee_of(world, charge["amount"])
    )
    intent.update(
        status="succeeded", next_action=None, amount_received=intent["amount"],
        last_payment_error=None, processing=None,
    )  # fmt: skip
    emit(world, "charge.succeeded", charge)
    emit(world, "payment_intent.succeeded", intent)
    does = behaviour(method)
    if does in ("disputed", "inquired"):
        disputes.open_dispute(world, charge, inquiry=does == "inquired")
    if does == "warned":
        disputes.warn(world, charge)
    return charge


def refuse(world: World, intent: Obj, method: Obj, why: str) -> None:
    """The money did not come."""
    code, decline_code, message = REFUSALS[why]
    charge = _pending_charge(world, intent)
    if charge is None and why != "authentication_failed":
        charge = new_charge(world, intent, method, "failed")
    error: Obj = {"type": "card_error", "code": code, "message": message}
    if method["type"] != "card" or why == "authentication_failed":
        error["type"] = "invalid_request_error"
    if decline_code is not None:
        error["decline_code"] = decline_code
    if charge is not None:
        charge.update(status="failed", failure_code=code, failure_message=message)
        error["charge"] = charge["id"]
    error["payment_method"] = public(method)
    intent.update(
        status="requires_payment_method", next_action=None, processing=None, payment_method=None,
        last_payment_error=error,
    )  # fmt: skip
    if charge is not None:
        emit(world, "charge.failed", charge)
    emit(world, "payment_intent.payment_failed", intent)


def cancel(world: World, intent: Obj, reason: str | None) -> None:
    """Nobody can pay it any more."""
    intent.update(
        status="canceled", canceled_at=world.now_for(intent["_clock"]), cancellation_reason=reason,
        next_action=None,
    )  # fmt: skip
    emit(world, "payment_intent.canceled", intent)


def _pending_charge(world: World, intent: Obj) -> Obj | None:
    charge = world.find("charge", intent["latest_charge"])
    return charge if charge is not None and charge["status"] == "pending" else None
