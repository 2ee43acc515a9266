"""Refunds: in part or in full, at once or later, and those that fail in the end.

Stripe's own page: https://docs.stripe.com/refunds
"""

from __future__ import annotations

from tests.servers.stripe.balance import book
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.resources.payment_methods import behaviour
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import Obj, World, merged

DONE = ("succeeded", "failed", "canceled")


def _charge_of(world: World, params: Obj) -> Obj:
    if "charge" in params:
        return world.get("charge", params["charge"], "charge")
    if "payment_intent" not in params:
        raise invalid_request(
            "One of the following params should be provided for this request: payment_intent or "
            "charge."
        )
    intent = world.get("payment_intent", params["payment_intent"], "payment_intent")
    if intent["latest_charge"] is None or intent["status"] != "succeeded":
        raise invalid_request(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            param="payment_intent",
        )
    return world.get("charge", intent["latest_charge"])


def _refuse_if_impossible(world: World, charge: Obj, amount: int) -> None:
    if charge["status"] != "succeeded":
        raise invalid_request(f"Charge {charge['id']} has not been paid.", param="charge")
    blocking = [
        dispute for dispute in world.where("dispute", charge=charge["id"])
        if not dispute["is_charge_refundable"] and dispute["status"] != "won"
    ]  # fmt: skip
    if blocking:
        raise invalid_request(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise invalid_request(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount > left:
        raise invalid_request(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    if amount < 1:
        raise invalid_request(
            "Invalid positive integer", param="amount", code="parameter_invalid_integer"
        )


@answers(
    "POST",
    "/v1/refunds",
    "charge payment_intent amount metadata reason",
)
def create_refund(world: World, params: Obj) -> Obj:
    """Give money back. What is refunded so far is on the charge, cumulative."""
    charge = _charge_of(world, params)
    amount = params.get("amount", charge["amount"] - charge["amount_refunded"])
    _refuse_if_impossible(world, charge, amount)
    does = behaviour(world.get("payment_method", charge["payment_method"]))
    waits = does == "refund_waits" or world.next_refund == "pending"
    world.next_refund = "succeeded"
    refund = world.add(
        {
            "id": world.new_id("re_3"),
            "object": "refund",
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "created": world.now_for(charge["_clock"]),
            "currency": charge["currency"],
            "destination_details": _destination(charge),
            "metadata": merged({}, params.get("metadata")),
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason"),
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "pending" if waits else "succeeded",
            "transfer_reversal": None,
            "_clock": charge["_clock"],
            "_fails_later": does == "refund_fails",
        }
    )
    kind = "refund" if charge["id"].startswith("ch_") else "payment_refund"
    refund["balance_transaction"] = book(world, kind, -amount, refund)
    emit(world, "refund.created", refund)
    with changing(world, charge, "charge.refunded"):
        _count(world, charge)
    return refund


def _destination(charge: Obj) -> Obj:
    type = charge["payment_method_details"]["type"]
    if type != "card":
        return {"type": type, type: {}}
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number",
            "type": "refund"}  # fmt: skip
    return {"type": "card", "card": card}


def _count(world: World, charge: Obj) -> None:
    """What is refunded in all, and whether that is everything."""
    charge["amount_refunded"] = sum(
        refund["amount"] for refund in world.where("refund", charge=charge["id"])
        if refund["status"] not in ("failed", "canceled")
    )  # fmt: skip
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]


def finish(world: World, refund: Obj, status: str, reason: str = "lost_or_stolen_card") -> Obj:
    """What became of a refund in the end; one that succeeded can still fail."""
    if refund["status"] == status or refund["status"] in ("failed", "canceled"):
        return refund
    charge = world.get("charge", refund["charge"])
    with changing(world, refund, "refund.updated"):
        refund["status"] = status
        if status == "failed":
            refund["failure_reason"] = reason
            refund["failure_balance_transaction"] = book(
                world, "refund_failure", refund["amount"], refund
            )
    if status == "failed":
        emit(world, "refund.failed", refund)
    emit(world, "charge.refund.updated", refund)
    with changing(world, charge, None):  # no event of the charge tells of it: only the refund's
        _count(world, charge)
    return refund


@answers("GET", "/v1/refunds/{refund}")
def get_refund(world: World, params: Obj, id: str) -> Obj:
    return world.get("refund", id)


@answers(
    "POST",
    "/v1/refunds/{refund}",
    "metadata",
)
def update_refund(world: World, params: Obj, id: str) -> Obj:
    refund = world.get("refund", id)
    with changing(world, refund, "refund.updated"):
        refund["metadata"] = merged(refund["metadata"], params.get("metadata"))
    return refund


@answers("POST", "/v1/refunds/{refund}/cancel")
def cancel_refund(world: World, params: Obj, id: str) -> Obj:
    refund = world.get("refund", id)
    if refund["status"] not in ("pending", "requires_action"):
        raise invalid_request("This refund cannot be canceled.")
    return finish(world, refund, "canceled")


@answers(
    "GET",
    "/v1/refunds",
    f"{PAGES} charge payment_intent",
)
def list_refunds(world: World, params: Obj) -> Obj:
    found = [one for one in world.all("refund") if fits(one, params, "charge", "payment_intent")]
    return page(found, params, "/v1/refunds")
