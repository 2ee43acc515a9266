"""What a user does with webhook endpoints: make, change, rotate, test, send again, delete.

`acting` is the API key that asks, None for a signed-in person: a key has to do only with endpoints
whose events it may read itself (ScopeMissing), or it would be told of money through one.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import (
    EndpointInactive,
    IdempotencyConflict,
    InvalidRequest,
    NotFound,
    TooManyEndpoints,
    TooManyMessages,
)
from accounts.idempotency import checked_key
from accounts.models import ApiKey, User, WebhookDelivery, WebhookEndpoint
from accounts.scopes import BILLING_READ
from accounts.services import webhook_events
from accounts.services.doorbell import ring_after_commit
from accounts.services.key_use import require_scope
from accounts.services.sealing import seal, unseal
from accounts.services.webhook_requests import checked_fields
from accounts.webhooks.event_types import TEST, about_money
from accounts.webhooks.signing import new_secret

ENDPOINTS_MAX = 10
# By hand, to one endpoint: else anybody's server could be written to without end from here.
BY_HAND_MAX, BY_HAND_SPAN = 20, timedelta(minutes=1)
OVERLAP_HOURS, OVERLAP_HOURS_MAX = 24, 168


@dataclass(frozen=True, slots=True)
class WithSecret:
    """An endpoint with its secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str
    replayed: bool = False


@transaction.atomic(durable=True)
def create_endpoint(
    *,
    user: User,
    url: str,
    description: str = "",
    event_types: Sequence[str] = (),
    idempotency_key: str | None = None,
    acting: ApiKey | None = None,
    now: datetime,
) -> WithSecret:
    """Make an endpoint. The same `idempotency_key` and request again give the same one.

    Raises InvalidRequest, TooManyEndpoints, IdempotencyConflict, ScopeMissing.
    """
    checked = checked_fields(url=url, description=description, event_types=event_types)
    key = checked_key(idempotency_key)
    _require_readable(list(event_types), acting)
    digest = hashlib.sha256(json.dumps(checked, sort_keys=True).encode()).digest()
    # Whoever makes another at the same moment waits here, and is counted.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    mine = WebhookEndpoint.objects.filter(user=user)
    known = mine.filter(idempotency_key=key).first() if key else None
    if known is not None:
        if bytes(known.request_hash or b"") != digest:
            raise IdempotencyConflict(_("This idempotency key was used with another request."))
        return WithSecret(known, unseal(bytes(known.sealed_secret)), replayed=True)
    if mine.count() >= ENDPOINTS_MAX:
        raise TooManyEndpoints(
            _("You have %(most)d webhook endpoints: delete one first.") % {"most": ENDPOINTS_MAX},
            facts={"most": ENDPOINTS_MAX},
        )
    secret = new_secret()
    endpoint = WebhookEndpoint.objects.create(
        user=user,
        **checked,
        sealed_secret=seal(secret),
        idempotency_key=key or None,
        request_hash=digest if key else None,
        state_at=now,
        created_at=now,
    )
    return WithSecret(endpoint, secret)


@transaction.atomic(durable=True)
def change_endpoint(
    *,
    user: User,
    endpoint_id: UUID,
    changes: dict[str, object],
    acting: ApiKey | None = None,
    now: datetime,
) -> WebhookEndpoint:
    """Change address, description, events or `enabled`; what is not named stays.

    Switching on makes a paused or disabled one active: what waited goes out. Raises NotFound,
    InvalidRequest, ScopeMissing.
    """
    endpoint = _locked(user, endpoint_id, acting)
    named = dict(changes)
    enabled = named.pop("enabled", None)
    for name, value in checked_fields(**named).items():
        setattr(endpoint, name, value)
    _require_readable(endpoint.event_types, acting)
    if enabled is True and endpoint.state != "active":
        endpoint.state, endpoint.state_reason, endpoint.state_at = "active", "", now
        ring_after_commit(webhook_events.SENDER_TASK)
    if enabled is False and endpoint.state == "active":
        endpoint.state, endpoint.state_reason, endpoint.state_at = "paused", "", now
    endpoint.save()
    return endpoint


@transaction.atomic(durable=True)
def rotate_secret(
    *,
    user: User,
    endpoint_id: UUID,
    overlap_hours: int = OVERLAP_HOURS,
    idempotency_key: str | None = None,
    acting: ApiKey | None = None,
    now: datetime,
) -> WithSecret:
    """Give a new secret; the old one signs beside it for `overlap_hours`, 0 to 168.

    The same `idempotency_key` as the last rotation's gives that one again. Raises NotFound,
    InvalidRequest, ScopeMissing.
    """
    if not 0 <= overlap_hours <= OVERLAP_HOURS_MAX:
        raise InvalidRequest(
            _("The old secret works 0 to 168 hours more."),
            fields={"overlap_hours": "0 to 168"},
        )
    key = checked_key(idempotency_key)
    endpoint = _locked(user, endpoint_id, acting)
    if key and endpoint.rotation_key == key:
        return WithSecret(endpoint, unseal(bytes(endpoint.sealed_secret)), replayed=True)
    secret = new_secret()
    endpoint.previous_sealed_secret = endpoint.sealed_secret if overlap_hours else None
    endpoint.previous_until = now + timedelta(hours=overlap_hours) if overlap_hours else None
    endpoint.sealed_secret = seal(secret)
    endpoint.rotation_key = key
    endpoint.save(
        update_fields=["sealed_secret", "previous_sealed_secret", "previous_until", "rotation_key"]
    )
    return WithSecret(endpoint, secret)


@transaction.atomic(durable=True)
def delete_endpoint(*, user: User, endpoint_id: UUID, acting: ApiKey | None = None) -> None:
    """Forget the endpoint with its log. Raises NotFound, ScopeMissing."""
    _locked(user, endpoint_id, acting).delete()


@transaction.atomic(durable=True)
def send_test(
    *,
    user: User,
    endpoint_id: UUID,
    idempotency_key: str | None = None,
    acting: ApiKey | None = None,
    now: datetime,
) -> WebhookDelivery:
    """Send an event of the type `webhook.test`; the same key again gives the same delivery.

    Raises NotFound, EndpointInactive, TooManyMessages, InvalidRequest, ScopeMissing.
    """
    key = checked_key(idempotency_key) or str(uuid.uuid4())
    endpoint = _locked(user, endpoint_id, acting)
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    fact = f"webhook.test:{endpoint.pk}:{name}"
    known = WebhookDelivery.objects.filter(endpoint=endpoint, event__key=fact).first()
    if known is not None:
        return known
    _require_active(endpoint)
    _require_pause(endpoint, now)
    event = webhook_events.test_event(user_id=user.pk, key=fact, now=now)
    assert event is not None  # the endpoint is locked, so nobody else has made it
    webhook_events.queue_events({endpoint.pk: [event]}, now=now)
    return WebhookDelivery.objects.get(endpoint=endpoint, event=event)


@transaction.atomic(durable=True)
def redeliver(
    *,
    user: User,
    endpoint_id: UUID,
    delivery_id: UUID,
    idempotency_key: str | None = None,
    acting: ApiKey | None = None,
    now: datetime,
) -> WebhookDelivery:
    """Send the same message once more, now, under its own id; its waits start anew.

    One that is on its way already is left as it is, and so is one under the key of its last
    redelivery. Raises NotFound, EndpointInactive, TooManyMessages, InvalidRequest, ScopeMissing.
    """
    key = checked_key(idempotency_key)
    endpoint = _locked(user, endpoint_id, acting)
    delivery = endpoint.deliveries.select_for_update().filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound(_("No such delivery."))
    if key and delivery.redelivery_key == key:
        return delivery
    _require_active(endpoint)
    _require_pause(endpoint, now)
    delivery.redelivery_key = key
    delivery.redelivered_at = now
    if delivery.state != "sending":
        delivery.state = "waiting"
        delivery.next_attempt_at = now
        delivery.attempts_before = delivery.attempts
        delivery.ended_at = None
        ring_after_commit(webhook_events.SENDER_TASK)
    delivery.save(
        update_fields=[
            "state",
            "next_attempt_at",
            "attempts_before",
            "ended_at",
            "redelivery_key",
            "redelivered_at",
        ]
    )
    return delivery


def _locked(user: User, endpoint_id: UUID, acting: ApiKey | None) -> WebhookEndpoint:
    mine = WebhookEndpoint.objects.select_for_update().filter(user=user, pk=endpoint_id)
    endpoint = mine.first()
    if endpoint is None:
        raise NotFound(_("No such webhook endpoint."))
    _require_readable(endpoint.event_types, acting)
    return endpoint


def _require_readable(event_types: list[str], acting: ApiKey | None) -> None:
    if acting is not None and about_money(event_types):
        require_scope(acting, BILLING_READ)


def _require_active(endpoint: WebhookEndpoint) -> None:
    if endpoint.state != "active":
        raise EndpointInactive(
            _("Nothing is sent to this endpoint now: switch it on first."),
            facts={"state": endpoint.state},
        )


def _require_pause(endpoint: WebhookEndpoint, now: datetime) -> None:
    since = now - BY_HAND_SPAN
    log = endpoint.deliveries
    tests = log.filter(type=TEST.name, created_at__gt=since).count()
    if tests + log.filter(redelivered_at__gt=since).count() >= BY_HAND_MAX:
        again_at = now + BY_HAND_SPAN
        raise TooManyMessages(
            _("That is too many messages for one minute: wait for the next."),
            facts={"again_at": again_at.isoformat()},
        )
