"""Charges: one try to take the money, and the calls that show them."""

from __future__ import annotations

from tests.servers.stripe.blanks import CHARGE
from tests.servers.stripe.events import changing
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import Obj, World, merged, public


def new_charge(world: World, intent: Obj, method: Obj, status: str) -> Obj:
    """A charge for what the intent asks; the intent shows it as its latest."""
    card = method["type"] == "card"
    charge = world.add(
        {
            **public(CHARGE),
            "id": world.new_id("ch_3" if card else "py_3"),
            "amount": intent["amount"],
            "billing_details": public(method["billing_details"]),
            "calculated_statement_descriptor": world.settings.account_name.upper(),
            "created": world.now_for(intent["_clock"]),
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "metadata": dict(intent["metadata"]),
            "outcome": _outcome(status),
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": _details(method),
            "receipt_email": intent["receipt_email"],
            "receipt_url": f"{world.settings.public_url}/receipts/{intent['id']}",
            "status": status,
            "_clock": intent["_clock"],
        }
    )
    intent["latest_charge"] = charge["id"]
    return charge


def _outcome(status: str) -> Obj:
    refused = status == "failed"
    return {
        "advice_code": "try_again_later" if refused else None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if refused else "approved_by_network",
        "reason": "generic_decline" if refused else None,
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline."
        if refused
        else "Payment complete.",
        "type": "issuer_declined" if refused else "authorized",
    }


def _details(method: Obj) -> Obj:
    if method["type"] != "card":
        return {method["type"]: {"transaction_id": None}, "type": method["type"]}
    card = method["card"]
    same = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding",
            "last4", "wallet")  # fmt: skip
    return {
        "card": {
            **public({name: card[name] for name in same}),
            "installments": None,
            "mandate": None,
            "network": card["brand"],
            "three_d_secure": None,
        },
        "type": "card",
    }


@answers("GET", "/v1/charges/{charge}")
def get_charge(world: World, params: Obj, id: str) -> Obj:
    return world.get("charge", id)


@answers(
    "POST",
    "/v1/charges/{charge}",
    "metadata description",
)
def update_charge(world: World, params: Obj, id: str) -> Obj:
    charge = world.get("charge", id)
    with changing(world, charge, "charge.updated"):
        charge["metadata"] = merged(charge["metadata"], params.get("metadata"))
        if "description" in params:
            charge["description"] = params["description"] or None
    return charge


@answers(
    "GET",
    "/v1/charges",
    f"{PAGES} customer payment_intent",
)
def list_charges(world: World, params: Obj) -> Obj:
    found = [one for one in world.all("charge") if fits(one, params, "customer", "payment_intent")]
    return page(found, params, "/v1/charges")
