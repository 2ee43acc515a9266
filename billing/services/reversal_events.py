"""Fetch, then apply, for money that goes back: as `confirmations` does for money that comes."""

from __future__ import annotations

from datetime import datetime

from billing.gateway import reversals as stripe_side
from billing.services.confirmations import Apply
from billing.services.fraud_warnings import apply_warning
from billing.services.reversals import apply_reversals


def fetch_charge(charge_id: str, *, now: datetime) -> Apply:
    """Everything that went back of a charge's payment. Raises GatewayError."""
    return fetch_payment(stripe_side.payment_of_charge(charge_id))


def fetch_refund(refund_id: str, *, now: datetime) -> Apply:
    """Everything that went back of a refund's payment. Raises GatewayError."""
    return fetch_payment(stripe_side.payment_of_refund(refund_id))


def fetch_dispute(dispute_id: str, *, now: datetime) -> Apply:
    """Everything that went back of a disputed payment. Raises GatewayError."""
    return fetch_payment(stripe_side.payment_of_dispute(dispute_id))


def fetch_payment(payment_id: str) -> Apply:
    """Everything that went back of a payment. Raises GatewayError."""
    state = stripe_side.fetch_reversals(payment_id)
    return lambda at: apply_reversals(state, now=at)


def fetch_fraud_warning(warning_id: str, *, now: datetime) -> Apply:
    """A warning, and what went back of its payment meanwhile. Raises GatewayError."""
    warning = stripe_side.fetch_warning(warning_id)
    state = stripe_side.fetch_reversals(warning.payment_id)

    def apply(at: datetime) -> None:
        apply_reversals(state, now=at)
        apply_warning(warning, now=at)

    return apply
