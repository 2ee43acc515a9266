"""Stripe's events: stored first, once; then fetched, applied and marked in one transaction.

An event is a hint. What it says is never used but for which object to fetch, so that order,
duplicates, delay and loss stop mattering.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from accounts.services.doorbell import ring_after_commit
from billing.gateway import webhooks
from billing.gateway.errors import BadSignature, UnknownShape
from billing.gateway.types import InboundEvent
from billing.models import StripeEvent
from billing.services import confirmations, reversal_events
from billing.services.confirmations import Apply
from billing.services.parking import Parked
from billing.services.webhook_secrets import active_secrets

log = logging.getLogger(__name__)

TRIES_MAX = 15
# A try that neither finished nor failed (its process died) is given up after this long.
LEASE = timedelta(minutes=2)
_ERROR_CHARACTERS = 4000

Fetch = Callable[..., Apply]
_BY_PREFIX: tuple[tuple[str, Fetch], ...] = (
    ("checkout.session.", confirmations.fetch_session),
    ("invoice.", confirmations.fetch_invoice),
    ("customer.subscription.", confirmations.fetch_subscription),
    ("subscription_schedule.", confirmations.fetch_schedule),
    ("customer.updated", confirmations.follow_card),
    ("customer.deleted", confirmations.forget),
    ("charge.dispute.", reversal_events.fetch_dispute),
    ("charge.refund.", reversal_events.fetch_refund),
    ("charge.refunded", reversal_events.fetch_charge),
    ("refund.", reversal_events.fetch_refund),
    ("radar.early_fraud_warning.", reversal_events.fetch_fraud_warning),
)
# What `sync_stripe` subscribes to and the recovery lists.
TYPES: tuple[str, ...] = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "subscription_schedule.updated",
    "subscription_schedule.released",
    "customer.updated",
    "customer.deleted",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
)


class Unready(Exception):
    """There is no secret to verify a webhook with."""


class Unsigned(Exception):
    """A webhook that Stripe did not sign, or signed too long ago, or that is no event."""


def receive(*, raw: bytes, signature: str, now: datetime) -> bool:
    """Verify a webhook and store its event; whether it was new. Nothing is done with it yet.

    Raises Unsigned; Unready when no secret is known, so that nothing is ever taken unsigned.
    """
    secrets = active_secrets()
    if not secrets:
        raise Unready("no webhook secret is known")
    try:
        event = webhooks.verify(raw, signature, secrets)
    except BadSignature as error:
        raise Unsigned(str(error)) from None
    return store(event, now=now)


@transaction.atomic(durable=True)
def store(event: InboundEvent, *, now: datetime) -> bool:
    """Put an event into the inbox; whether it was new. A type or mode we do not act on is not."""
    if event.livemode is not settings.STRIPE_LIVEMODE or _fetch_for(event.type) is None:
        return False
    _row, made = StripeEvent.objects.get_or_create(
        id=event.id,
        defaults={
            "type": event.type,
            "object_id": event.object_id,
            "livemode": event.livemode,
            "payload": event.payload,
            "created_at": event.created_at,
            "received_at": now,
            "next_try_at": now,
        },
    )
    if made:
        ring_after_commit("billing.handle_stripe_event", event_id=event.id)
    return made


def handle(*, event_id: str, now: datetime) -> bool:
    """Fetch what the event is about and apply it; whether it is handled now.

    A failure is kept on the row and tried again later; what fits nothing we know is parked.
    """
    event = _claim(event_id, now)
    if event is None:
        return StripeEvent.objects.filter(pk=event_id, handled_at__isnull=False).exists()
    fetch = _fetch_for(event.type)
    try:
        if fetch is None or not event.object_id:
            raise Parked(f"{event.type} names no object we know")
        apply = fetch(event.object_id, now=now)
        with transaction.atomic(durable=True):
            row = StripeEvent.objects.select_for_update().get(pk=event_id)
            if row.handled_at is None:
                apply(now)
                row.handled_at = now
                row.error = ""
                row.next_try_at = None
                row.save(update_fields=["handled_at", "error", "next_try_at"])
    except (Parked, UnknownShape) as reason:
        _park(event, str(reason), now)
        return False
    except Exception:  # whatever it is, it is kept on the row and tried again
        _put_off(event, traceback.format_exc(), now)
        return False
    return True


def handle_waiting(*, now: datetime, limit: int = 200) -> int:
    """Handle events whose time has come, oldest first; returns how many were tried."""
    due = StripeEvent.objects.filter(
        handled_at=None, parked_at=None, next_try_at__lte=now
    ).order_by("created_at", "received_at")
    waiting = list(due.values_list("id", flat=True)[:limit])
    for event_id in waiting:
        handle(event_id=event_id, now=now)
    return len(waiting)


@transaction.atomic(durable=True)
def unpark(*, event_id: str, now: datetime) -> bool:
    """Try a parked event again; whether there was one."""
    return bool(
        StripeEvent.objects.filter(pk=event_id, parked_at__isnull=False).update(
            parked_at=None, tries=0, next_try_at=now
        )
    )


def _claim(event_id: str, now: datetime) -> StripeEvent | None:
    """Take the event for one try: of two workers one gets it."""
    taken = StripeEvent.objects.filter(
        Q(next_try_at__lte=now), pk=event_id, handled_at=None, parked_at=None
    ).update(tries=F("tries") + 1, next_try_at=now + LEASE)
    return StripeEvent.objects.get(pk=event_id) if taken else None


def _park(event: StripeEvent, reason: str, now: datetime) -> None:
    log.error("stripe event parked: %s %s: %s", event.type, event.pk, reason)
    StripeEvent.objects.filter(pk=event.pk, handled_at=None).update(
        parked_at=now, error=reason[:_ERROR_CHARACTERS], next_try_at=None
    )


def _put_off(event: StripeEvent, error: str, now: datetime) -> None:
    if event.tries >= TRIES_MAX:
        _park(event, f"given up after {event.tries} tries\n{error}", now)
        return
    log.warning("stripe event failed, try %d: %s %s", event.tries, event.type, event.pk)
    wait = timedelta(seconds=min(10 * 2**event.tries, 3600))
    StripeEvent.objects.filter(pk=event.pk, handled_at=None).update(
        error=error[-_ERROR_CHARACTERS:], next_try_at=now + wait
    )


def _fetch_for(event_type: str) -> Fetch | None:
    return next((fetch for prefix, fetch in _BY_PREFIX if event_type.startswith(prefix)), None)
