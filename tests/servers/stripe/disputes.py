"""Disputes, from an inquiry to a verdict, and early fraud warnings.

Stripe's own page: https://docs.stripe.com/disputes
"""

from __future__ import annotations

from tests.servers.stripe.balance import book
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import DAY, Obj, World, merged

DISPUTE_FEE = 1500
INQUIRIES = ("warning_needs_response", "warning_under_review", "warning_closed")
FINAL = ("won", "lost", "warning_closed", "prevented")
EVIDENCE_NAMES = (
    "access_activity_log", "billing_address", "cancellation_policy",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication",
    "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id",
    "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def open_dispute(
    world: World, charge: Obj, *, inquiry: bool = False, reason: str = "fraudulent",
    amount: int | None = None,
) -> Obj:  # fmt: skip
    """The owner of the card complains. An inquiry takes no money, a dispute does at once."""
    now = world.now_for(charge["_clock"])
    dispute = world.add(
        {
            "id": world.new_id("du_1"),
            "object": "dispute",
            "amount": charge["amount"] if amount is None else amount,
            "balance_transactions": [],
            "charge": charge["id"],
            "created": now,
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {**dict.fromkeys(EVIDENCE_NAMES), "enhanced_evidence": {}},
            "evidence_details": {
                "due_by": now + 9 * DAY,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": "not_submitted",
            },
            "is_charge_refundable": inquiry,
            "livemode": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method_details": _details(charge, inquiry),
            "reason": reason,
            "status": "warning_needs_response" if inquiry else "needs_response",
            "_clock": charge["_clock"],
        }
    )
    charge["disputed"] = True
    emit(world, "charge.dispute.created", dispute)
    if not inquiry:
        _withdraw(world, dispute)
    return dispute


def _details(charge: Obj, inquiry: bool) -> Obj:
    card = charge["payment_method_details"].get("card")
    if card is None:
        return {"type": "paypal"}
    return {
        "card": {
            "brand": card["brand"],
            "case_type": "inquiry" if inquiry else "chargeback",
            "network": card["network"],
            "network_reason_code": "10.4",
        },
        "type": "card",
    }


def _withdraw(world: World, dispute: Obj) -> None:
    _move(world, dispute, -dispute["amount"], DISPUTE_FEE, "dispute")
    emit(world, "charge.dispute.funds_withdrawn", dispute)


def _move(world: World, dispute: Obj, amount: int, fee: int, category: str) -> None:
    id = book(world, "adjustment", amount, dispute, fee=fee, category=category)
    entry = world.get("balance_transaction", id)
    dispute["balance_transactions"] = [*dispute["balance_transactions"], entry]


def escalate(world: World, dispute: Obj) -> Obj:
    """An inquiry becomes a dispute."""
    with changing(world, dispute, "charge.dispute.updated"):
        dispute["status"] = "needs_response"
        dispute["is_charge_refundable"] = False
    _withdraw(world, dispute)
    return dispute


def set_status(world: World, dispute: Obj, status: str) -> Obj:
    """Move a dispute to any status; a final one closes it, and a win brings the money back."""
    if dispute["status"] in FINAL and status in FINAL:
        return dispute
    if status not in FINAL:
        with changing(world, dispute, "charge.dispute.updated"):
            dispute["status"] = status
        return dispute
    taken = dispute["balance_transactions"]
    dispute["status"] = status
    emit(world, "charge.dispute.closed", dispute)
    if status == "won" and taken:
        _move(world, dispute, dispute["amount"], -DISPUTE_FEE, "dispute_reversal")
        emit(world, "charge.dispute.funds_reinstated", dispute)
    return dispute


def warn(world: World, charge: Obj, fraud_type: str = "made_with_stolen_card") -> Obj:
    """The card's bank suspects fraud; nothing has happened yet."""
    warning = world.add(
        {
            "id": world.new_id("issfr_1"),
            "object": "radar.early_fraud_warning",
            "actionable": not charge["refunded"] and not charge["disputed"],
            "charge": charge["id"],
            "created": world.now_for(charge["_clock"]),
            "fraud_type": fraud_type,
            "livemode": False,
            "payment_intent": charge["payment_intent"],
        }
    )
    emit(world, "radar.early_fraud_warning.created", warning)
    return warning


@answers("GET", "/v1/disputes/{dispute}")
def get_dispute(world: World, params: Obj, id: str) -> Obj:
    return world.get("dispute", id)


@answers(
    "GET",
    "/v1/disputes",
    f"{PAGES} charge payment_intent",
)
def list_disputes(world: World, params: Obj) -> Obj:
    found = [d for d in world.all("dispute") if fits(d, params, "charge", "payment_intent")]
    return page(found, params, "/v1/disputes")


@answers(
    "POST",
    "/v1/disputes/{dispute}",
    "metadata evidence submit",
)
def update_dispute(world: World, params: Obj, id: str) -> Obj:
    """Evidence; the two texts of Stripe's test mode decide the dispute at once."""
    dispute = world.get("dispute", id)
    evidence = params.get("evidence", {})
    submitted = bool(evidence) and params.get("submit", True)
    with changing(world, dispute, "charge.dispute.updated"):
        dispute["metadata"] = merged(dispute["metadata"], params.get("metadata"))
        dispute["evidence"] |= {name: value or None for name, value in evidence.items()}
        if evidence:
            dispute["evidence_details"]["has_evidence"] = True
        if submitted:
            dispute["evidence_details"]["submission_count"] += 1
            dispute["evidence_details"]["submission_method"] = "manual"
            inquiry = dispute["status"] in INQUIRIES
            dispute["status"] = "warning_under_review" if inquiry else "under_review"
    verdict = {"winning_evidence": "won", "losing_evidence": "lost"}.get(
        evidence.get("uncategorized_text", "")
    )
    if submitted and verdict:
        set_status(world, dispute, verdict)
    return dispute


@answers("POST", "/v1/disputes/{dispute}/close")
def close_dispute(world: World, params: Obj, id: str) -> Obj:
    """Give up: the dispute is lost."""
    dispute = world.get("dispute", id)
    if dispute["status"] in FINAL:
        raise invalid_request("This dispute is already closed.")
    return set_status(world, dispute, "lost")


@answers("GET", "/v1/radar/early_fraud_warnings/{early_fraud_warning}")
def get_warning(world: World, params: Obj, id: str) -> Obj:
    return world.get("radar.early_fraud_warning", id)


@answers(
    "GET",
    "/v1/radar/early_fraud_warnings",
    f"{PAGES} charge payment_intent",
)
def list_warnings(world: World, params: Obj) -> Obj:
    found = [
        one for one in world.all("radar.early_fraud_warning")
        if fits(one, params, "charge", "payment_intent")
    ]  # fmt: skip
    return page(found, params, "/v1/radar/early_fraud_warnings")
