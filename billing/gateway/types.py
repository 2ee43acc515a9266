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
class InboundEvent:
    """An event as Stripe sent or listed it."""

    id: str
    type: str
    object_id: str
    livemode: bool
    created_at: datetime
    payload: dict[str, Any]
