"""Stripe's objects as far as we decide by them, in our words.

Amounts are integer minor units, currencies upper case, instants aware UTC. An absent id is "".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class PayPage:
    """What a hosted pay page is to ask for. With `price_id` it begins a subscription."""

    order_id: str
    customer_id: str
    description: str
    amount_minor: int
    currency: str
    methods: tuple[str, ...]
    expires_at: datetime
    return_url: str
    locale: str
    metadata: Mapping[str, str]
    key: str
    price_id: str = ""
    coupon_id: str = ""


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A pay page that is open."""

    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionState:
    """A Checkout session. `payment_failed`: it was completed and its payment then failed."""

    id: str
    livemode: bool
    order_id: str
    mode: str
    status: str
    payment_status: str
    amount_minor: int
    currency: str
    payment_id: str
    payment_failed: bool
    subscription_id: str
    invoice_id: str
    card_fingerprint: str

    @property
    def paid(self) -> bool:
        """Nothing is owed any more; a free first period owes nothing from the start."""
        return self.payment_status in ("paid", "no_payment_required")


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """A subscription. `cancel_at` is set whichever of Stripe's two ways ends it."""

    id: str
    livemode: bool
    order_id: str
    status: str
    item_id: str
    price_id: str
    period_end_at: datetime
    cancel_at: datetime | None
    cancels_by_date: bool
    ended_at: datetime | None
    paused: bool
    schedule_id: str
    invoice_id: str


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of an invoice that belongs to a subscription."""

    subscription_id: str
    price_id: str
    proration: bool
    starts_at: datetime
    ends_at: datetime
    amount_minor: int
    discount_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """An invoice of a subscription, with the subscription as it is now."""

    id: str
    livemode: bool
    status: str
    billing_reason: str
    currency: str
    total_minor: int
    attempts: int
    next_attempt_at: datetime | None
    lines: tuple[InvoiceLine, ...]
    subscription: SubscriptionState
    payment_id: str
    card_fingerprint: str


@dataclass(frozen=True, slots=True)
class RefundState:
    """A refund. `order_id` and `ours` say which row of ours asked for it, "" when none did.

    `status` is pending, requires_action, succeeded, failed or canceled.
    """

    id: str
    payment_id: str
    amount_minor: int
    currency: str
    status: str
    order_id: str
    ours: str
    failure: str
    created_at: datetime

    @property
    def failed(self) -> bool:
        """The money did not go back, and will not."""
        return self.status in ("failed", "canceled")


@dataclass(frozen=True, slots=True)
class DisputeState:
    """A dispute or an inquiry. `withdrawn`: Stripe has taken money for it and still has it."""

    id: str
    payment_id: str
    amount_minor: int
    currency: str
    status: str
    cause: str
    withdrawn: bool
    answer_by: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WarningState:
    """A bank's early warning of fraud. Not actionable: refunded or disputed already."""

    id: str
    payment_id: str
    actionable: bool
    fraud_type: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentReversals:
    """Everything that went back of one payment, or may; `refunded_minor` is Stripe's own sum."""

    payment_id: str
    order_id: str
    amount_minor: int
    currency: str
    refunded_minor: int
    refunds: tuple[RefundState, ...]
    disputes: tuple[DisputeState, ...]


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """An event as Stripe sent or listed it."""

    id: str
    type: str
    object_id: str
    livemode: bool
    created_at: datetime
    payload: dict[str, Any]
