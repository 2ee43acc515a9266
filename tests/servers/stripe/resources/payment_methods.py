"""Payment methods: cards with their fingerprint, Alipay, WeChat Pay."""

from __future__ import annotations

from tests.servers.stripe.cards import TOKENS, Card, card_of
from tests.servers.stripe.errors import ApiError, card_error, invalid_request, missing
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.routing import PAGING, answers
from tests.servers.stripe.world import Obj, World, merged, take

WALLETS = ("alipay", "wechat_pay")
NO_DETAILS: Obj = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}


def make(world: World, type: str, *, number: str | None = None, billing: Obj | None = None) -> Obj:
    """A new payment method that belongs to nobody yet."""
    method: Obj = {
        "id": world.new_id("pm_1"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {**NO_DETAILS, **(billing or {})},
        "created": world.now(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": type,
        "_number": number,
        "_authenticated": False,
    }
    method[type] = _card_details(card_of(number)) if number else {}
    return world.add(method)


def _card_details(card: Card) -> Obj:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass",
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }  # fmt: skip


def behaviour(method: Obj) -> str:
    """What a payment with it does."""
    return card_of(method["_number"]).does if method["_number"] else "pays"


def usable(world: World, id: str) -> Obj:
    """A payment method by its id, or a new one from a ready-made token."""
    if id in TOKENS:
        return make(world, "card", number=TOKENS[id])
    method = world.get("payment_method", id, "payment_method")
    if method.get("_detached"):
        raise invalid_request(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
            "attachment or was detached from a Customer. It may not be used again.",
            param="payment_method",
        )
    return method


def refusal(does: str, intent: Obj | None = None) -> ApiError:
    """The error of a card that is refused when it is added."""
    messages = {
        "declined": ("card_declined", "generic_decline", "Your card was declined."),
        "insufficient_funds": (
            "card_declined", "insufficient_funds", "Your card has insufficient funds.",
        ),
        "expired": ("expired_card", None, "Your card has expired."),
    }  # fmt: skip
    code, decline, message = messages[does]
    return card_error(message, code=code, decline_code=decline, payment_intent=intent)


def attach(world: World, method: Obj, customer: str) -> Obj:
    """Give a payment method to a customer. Raises ApiError for a card that is refused."""
    if method["type"] in WALLETS:
        raise invalid_request(
            f"The payment method type {method['type']} cannot be attached to a customer."
        )
    if method["customer"] not in (None, customer):
        raise invalid_request(
            "This payment method has already been attached to a customer. Detach it first."
        )
    if (does := behaviour(method)) in ("declined", "insufficient_funds", "expired"):
        raise refusal(does)
    if method["customer"] != customer:
        method["customer"] = customer
        emit(world, "payment_method.attached", method)
    return method


@answers(
    "POST",
    "/v1/payment_methods",
    "type card alipay wechat_pay billing_details metadata",
)
def create_payment_method(world: World, params: Obj) -> Obj:
    type = params.get("type", "card")
    if type not in ("card", *WALLETS):
        raise invalid_request(f"The stand-in has no payment method {type}.", param="type")
    number = None
    if type == "card":
        number = params.get("card", {}).get("number") or TOKENS.get(
            "pm_card_" + params.get("card", {}).get("token", "").removeprefix("tok_")
        )
        if number is None:
            raise invalid_request("Missing required param: card.", param="card")
    method = make(world, type, number=number, billing=params.get("billing_details"))
    method["metadata"] = merged({}, params.get("metadata"))
    return method


@answers("GET", "/v1/payment_methods/{payment_method}")
def get_payment_method(world: World, params: Obj, id: str) -> Obj:
    return world.get("payment_method", id)


@answers(
    "POST",
    "/v1/payment_methods/{payment_method}",
    "allow_redisplay billing_details metadata",
)
def update_payment_method(world: World, params: Obj, id: str) -> Obj:
    method = world.get("payment_method", id)
    with changing(world, method, "payment_method.updated"):
        take(method, params, "allow_redisplay")
        method["billing_details"] |= params.get("billing_details", {})
        method["metadata"] = merged(method["metadata"], params.get("metadata"))
    return method


@answers(
    "POST",
    "/v1/payment_methods/{payment_method}/attach",
    "customer",
)
def attach_payment_method(world: World, params: Obj, id: str) -> Obj:
    return attach(world, usable(world, id), world.get("customer", params["customer"])["id"])


@answers("POST", "/v1/payment_methods/{payment_method}/detach")
def detach_payment_method(world: World, params: Obj, id: str) -> Obj:
    method = world.get("payment_method", id)
    if method["customer"] is None:
        raise invalid_request("The payment method you provided is not attached to a customer.")
    customer = world.get("customer", method["customer"])
    with changing(world, method, None):
        method["customer"] = None
        method["_detached"] = True
    if customer["invoice_settings"]["default_payment_method"] == id:
        customer["invoice_settings"]["default_payment_method"] = None
    emit(world, "payment_method.detached", method, {"customer": customer["id"]})
    return method


@answers(
    "GET",
    "/v1/payment_methods",
    f"{PAGING} customer type",
)
def list_payment_methods(world: World, params: Obj) -> Obj:
    found = [m for m in world.all("payment_method") if fits(m, params, "customer", "type")]
    return page([m for m in found if m["customer"]], params, "/v1/payment_methods")


@answers(
    "GET",
    "/v1/customers/{customer}/payment_methods",
    f"{PAGING} type",
)
def list_of_customer(world: World, params: Obj, id: str) -> Obj:
    world.get("customer", id)
    found = [m for m in world.where("payment_method", customer=id) if fits(m, params, "type")]
    return page(found, params, f"/v1/customers/{id}/payment_methods")


@answers("GET", "/v1/customers/{customer}/payment_methods/{payment_method}")
def get_of_customer(world: World, params: Obj, customer: str, id: str) -> Obj:
    method = world.get("payment_method", id, "payment_method")
    if method["customer"] != customer:
        raise missing("payment_method", id, "payment_method")
    return method
