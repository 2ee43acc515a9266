"""Writing down that something happened, for those who asked to be told. Steps.

They run in the database transaction of the fact: both are there or neither. The sender is rung
once it has committed; a lost ring delays and loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection

from accounts.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from accounts.services.doorbell import ring_after_commit
from accounts.services.sealing import seal
from accounts.webhooks.event_types import BY_NAME, TEST

SENDER_TASK = "accounts.send_webhooks"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a user. `key` names it: the same key a second time is no event.

    `type` is a name of `webhooks.event_types`; `data` gives what its schema says, JSON-ready, and
    is asked only when somebody is to be told.
    """

    user_id: UUID
    type: str
    key: str
    data: Callable[[], dict[str, object]]


def record(facts: Sequence[Fact], *, now: datetime) -> int:
    """Write an event for each fact that an endpoint asks for; how many deliveries wait for it.

    Raises RuntimeError outside a database transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its fact")
    open_to = WebhookEndpoint.objects.filter(state__in=["active", "paused"])
    endpoints = list(open_to.filter(user_id__in={fact.user_id for fact in facts}))
    wanted: dict[UUID, list[WebhookEvent]] = {}
    for fact in facts:
        takers = [endpoint.pk for endpoint in endpoints if _asks_for(endpoint, fact)]
        event = _event(fact, now) if takers else None
        if event is not None:
            for endpoint_id in takers:
                wanted.setdefault(endpoint_id, []).append(event)
    return queue_events(wanted, now=now)


def queue_events(wanted: dict[UUID, list[WebhookEvent]], *, now: datetime) -> int:
    """A delivery of each event to its endpoint, numbered without gaps; how many."""
    if not wanted:
        return 0
    # In one order, whoever locks several of them: nobody waits for another in a ring. The numbers
    # are those of commits, since an endpoint stays locked until then.
    locked = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk__in=wanted)
    deliveries = []
    for endpoint in locked.exclude(state="disabled").order_by("pk"):
        for event in wanted[endpoint.pk]:
            endpoint.sequence += 1
            deliveries.append(_delivery(endpoint, event, now))
        endpoint.save(update_fields=["sequence"])
    WebhookDelivery.objects.bulk_create(deliveries)
    if deliveries:
        ring_after_commit(SENDER_TASK)
    return len(deliveries)


def queue_callback(
    *,
    user_id: UUID,
    url: str,
    message_id: str,
    type: str,
    body: str,
    secret: str = "",
    now: datetime,
) -> bool:
    """Send `body` to an address that one request named, with the same tries, bounds and log.

    The address was checked by `webhook_requests.checked_url` when it was named. With a `secret` it
    is signed: one with the prefix `whsec_` is base64, another counts as its bytes. False when the
    same message is queued for that receiver already. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a callback is written in the transaction of its fact")
    # One host is one receiver, whatever paths a user names on it.
    receiver = f"{user_id}:{(urlsplit(url).netloc or url).lower()}"[:300]
    _row, made = WebhookDelivery.objects.get_or_create(
        receiver=receiver,
        message_id=message_id,
        defaults={
            "user_id": user_id,
            "url": url,
            "sealed_secret": seal(secret) if secret else None,
            "type": type,
            "body": body,
            "next_attempt_at": now,
            "created_at": now,
        },
    )
    if made:
        ring_after_commit(SENDER_TASK)
    return made


def _asks_for(endpoint: WebhookEndpoint, fact: Fact) -> bool:
    mine = endpoint.user_id == fact.user_id
    return mine and (not endpoint.event_types or fact.type in endpoint.event_types)


def _event(fact: Fact, now: datetime) -> WebhookEvent | None:
    event, made = WebhookEvent.objects.get_or_create(
        key=fact.key,
        defaults={
            "user_id": fact.user_id,
            "type": fact.type,
            "version": BY_NAME[fact.type].version,
            "data": fact.data,  # called only for a row that is new
            "created_at": now,
        },
    )
    return event if made else None


def test_event(*, user_id: UUID, key: str, now: datetime) -> WebhookEvent | None:
    """The event of a test; None when the same key has made it already."""
    fact = Fact(user_id, TEST.name, key, lambda: {"message": "A test: your endpoint works."})
    return _event(fact, now)


def _delivery(endpoint: WebhookEndpoint, event: WebhookEvent, now: datetime) -> WebhookDelivery:
    message_id = f"evt_{event.pk.hex}"
    message = {
        "id": message_id,
        "type": event.type,
        "version": event.version,
        "timestamp": instant(event.created_at),
        "sequence": endpoint.sequence,
        "data": event.data,
    }
    return WebhookDelivery(
        user_id=endpoint.user_id,
        endpoint=endpoint,
        event=event,
        receiver=str(endpoint.pk),
        sequence=endpoint.sequence,
        message_id=message_id,
        type=event.type,
        body=json.dumps(message, ensure_ascii=False, separators=(",", ":")),
        next_attempt_at=now,
        created_at=now,
    )


def instant(at: datetime) -> str:
    """A time as the API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
