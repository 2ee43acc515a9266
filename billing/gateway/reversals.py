"""What went back of a payment, fetched from Stripe: refunds, disputes, early fraud warnings."""

from __future__ import annotations

from typing import Any

from billing.gateway.client import client, id_of, in_our_words, instant, instant_or_none, plain
from billing.gateway.errors import UnknownShape, Unreachable
from billing.gateway.types import DisputeState, PaymentReversals, RefundState, WarningState


def fetch_reversals(payment_id: str) -> PaymentReversals:
    """A payment with all its refunds and disputes. Raises GatewayError.

    Unreachable also when a refund was made while we were reading: the next look finds it whole.
    """
    with in_our_words():
        listed = client().v1.refunds.list({"payment_intent": payment_id, "limit": 100})
        refunds = [refund_state(plain(one)) for one in listed.auto_paging_iter()]
        found = client().v1.disputes.list({"payment_intent": payment_id, "limit": 100})
        disputes = [dispute_state(plain(one)) for one in found.auto_paging_iter()]
        payment = plain(
            client().v1.payment_intents.retrieve(payment_id, {"expand": ["latest_charge"]})
        )
    charge = payment.get("latest_charge")
    if not isinstance(charge, dict):
        raise UnknownShape(f"payment {payment_id} has no charge")
    refunded_minor = charge.get("amount_refunded") or 0
    # Whether a refund that failed still counts in Stripe's sum is not relied upon.
    least_minor = sum(one.amount_minor for one in refunds if not one.failed)
    if not least_minor <= refunded_minor <= sum(one.amount_minor for one in refunds):
        raise Unreachable(f"the refunds of {payment_id} changed while they were read")
    return PaymentReversals(
        payment_id=payment_id,
        order_id=(payment.get("metadata") or {}).get("order_id", ""),
        amount_minor=charge["amount"],
        currency=charge["currency"].upper(),
        refunded_minor=refunded_minor,
        refunds=tuple(sorted(refunds, key=lambda one: (one.created_at, one.id))),
        disputes=tuple(sorted(disputes, key=lambda one: (one.created_at, one.id))),
    )


def payment_of_charge(charge_id: str) -> str:
    """The payment a charge belongs to. Raises GatewayError."""
    with in_our_words():
        charge = plain(client().v1.charges.retrieve(charge_id))
    return _payment_of(charge)


def payment_of_refund(refund_id: str) -> str:
    """The payment a refund gives back. Raises GatewayError."""
    with in_our_words():
        refund = plain(client().v1.refunds.retrieve(refund_id))
    return _payment_of(refund)


def payment_of_dispute(dispute_id: str) -> str:
    """The payment a dispute is about. Raises GatewayError."""
    with in_our_words():
        dispute = plain(client().v1.disputes.retrieve(dispute_id))
    return _payment_of(dispute)


def fetch_warning(warning_id: str) -> WarningState:
    """An early fraud warning. Raises GatewayError."""
    with in_our_words():
        found = plain(client().v1.radar.early_fraud_warnings.retrieve(warning_id))
    return WarningState(
        id=found["id"],
        payment_id=id_of(found.get("payment_intent")) or payment_of_charge(id_of(found["charge"])),
        actionable=bool(found.get("actionable")),
        fraud_type=found.get("fraud_type") or "",
        created_at=instant(found["created"]),
    )


def refund_state(refund: dict[str, Any]) -> RefundState:
    """A refund's body as a value."""
    metadata = refund.get("metadata") or {}
    return RefundState(
        id=refund["id"],
        payment_id=id_of(refund.get("payment_intent")),
        amount_minor=refund["amount"],
        currency=refund["currency"].upper(),
        status=refund.get("status") or "pending",
        order_id=metadata.get("order_id", ""),
        ours=metadata.get("refund", ""),
        failure=refund.get("failure_reason") or "",
        created_at=instant(refund["created"]),
    )


def dispute_state(dispute: dict[str, Any]) -> DisputeState:
    """A dispute's body as a value."""
    moved = sum(entry["amount"] for entry in dispute.get("balance_transactions") or [])
    return DisputeState(
        id=dispute["id"],
        payment_id=id_of(dispute.get("payment_intent")),
        amount_minor=dispute["amount"],
        currency=dispute["currency"].upper(),
        status=dispute["status"],
        cause=dispute.get("reason") or "",
        withdrawn=moved < 0,
        answer_by=instant_or_none((dispute.get("evidence_details") or {}).get("due_by")),
        created_at=instant(dispute["created"]),
    )


def _payment_of(thing: dict[str, Any]) -> str:
    payment_id = id_of(thing.get("payment_intent"))
    if not payment_id:
        raise UnknownShape(f"{thing['object']} {thing['id']} names no payment")
    return payment_id
