"""What a user does with webhook endpoints: make, change, rotate, test, send again, delete."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import (
    EndpointInactive,
    IdempotencyConflict,
    InvalidRequest,
    NotFound,
    TooManyEndpoints,
)
from accounts.models import User, WebhookDelivery, WebhookEndpoint
from accounts.services import webhook_events
from accounts.services.doorbell import ring_after_commit
from accounts.services.sealing import seal, unseal
from accounts.webhooks.event_types import in_order
from accounts.webhooks.receivers import read_url
from accounts.webhooks.signing import new_secret

ENDPOINTS_MAX = 10
OVERLAP_HOURS, OVERLAP_HOURS_MAX = 24, 168
_DESCRIPTION_MAX, _KEY_MAX = 200, 255


@dataclass(frozen=True, slots=True)
class WithSecret:
    """An endpoint with its secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str
    replayed: bool = False


def checked_url(url: str) -> str:
    """The address, if it may be written to. Raises InvalidRequest."""
    try:
        read_url(url.strip(), private=settings.WEBHOOK_PRIVATE_RECEIVERS)
    except ValueError as fault:
        raise InvalidRequest(
            _("Nothing can be sent to this address."), fields={"url": str(fault)}
        ) from None
    return url.strip()


@transaction.atomic(durable=True)
def create_endpoint(
    *,
    user: User,
    url: str,
    description: str = "",
    event_types: Sequence[str] = (),
    idempotency_key: str | None = None,
    now: datetime,
) -> WithSecret:
    """Make an endpoint. The same `idempotency_key` and request again give the same one.

    Raises InvalidRequest, TooManyEndpoints, IdempotencyConflict.
    """
    checked = _checked(url=url, description=description, event_types=event_types)
    key = checked_key(idempotency_key)
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
    *, user: User, endpoint_id: UUID, changes: dict[str, object], now: datetime
) -> WebhookEndpoint:
    """Change address, description, events or `enabled`; what is not named stays.

    Switching on makes a paused or disabled one active: what waited goes out. Raises NotFound,
    InvalidRequest.
    """
    endpoint = _locked(user, endpoint_id)
    named = dict(changes)
    enabled = named.pop("enabled", None)
    for name, value in _checked(**named).items():
        setattr(endpoint, name, value)
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
    now: datetime,
) -> WithSecret:
    """Give a new secret; the old one signs beside it for `overlap_hours`, 0 to 168.

    The same `idempotency_key` as the last rotation's gives that one again. Raises NotFound,
    InvalidRequest.
    """
    if not 0 <= overlap_hours <= OVERLAP_HOURS_MAX:
        raise InvalidRequest(
            _("The old secret works 0 to 168 hours more."),
            fields={"overlap_hours": "0 to 168"},
        )
    key = checked_key(idempotency_key)
    endpoint = _locked(user, endpoint_id)
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
def delete_endpoint(*, user: User, endpoint_id: UUID) -> None:
    """Forget the endpoint with its log. Raises NotFound."""
    _locked(user, endpoint_id).delete()


@transaction.atomic(durable=True)
def send_test(
    *, user: User, endpoint_id: UUID, idempotency_key: str | None = None, now: datetime
) -> WebhookDelivery:
    """Send an event of the type `webhook.test`; the same key again gives the same delivery.

    Raises NotFound, EndpointInactive, InvalidRequest.
    """
    key = checked_key(idempotency_key) or str(uuid.uuid4())
    endpoint = _locked(user, endpoint_id)
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    fact = f"webhook.test:{endpoint.pk}:{name}"
    known = WebhookDelivery.objects.filter(endpoint=endpoint, event__key=fact).first()
    if known is not None:
        return known
    _require_active(endpoint)
    event = webhook_events.test_event(user_id=user.pk, key=fact, now=now)
    assert event is not None  # the endpoint is locked, so nobody else has made it
    webhook_events.queue_events({endpoint.pk: [event]}, now=now)
    return WebhookDelivery.objects.get(endpoint=endpoint, event=event)


@transaction.atomic(durable=True)
def redeliver(
    *, user: User, delivery_id: UUID, idempotency_key: str | None = None, now: datetime
) -> WebhookDelivery:
    """Send the same message once more, now, under its own id; its waits start anew.

    One that is on its way already is left as it is, and so is one under the key of its last
    redelivery. Raises NotFound, EndpointInactive, InvalidRequest.
    """
    key = checked_key(idempotency_key)
    mine = WebhookDelivery.objects.filter(pk=delivery_id, user=user, endpoint__isnull=False)
    delivery = mine.select_for_update(of=("self",)).select_related("endpoint").first()
    if delivery is None or delivery.endpoint is None:
        raise NotFound(_("No such delivery."))
    if key and delivery.redelivery_key == key:
        return delivery
    _require_active(delivery.endpoint)
    delivery.redelivery_key = key
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
        ]
    )
    return delivery


def checked_key(key: str | None) -> str:
    """The client's idempotency key, "" for none. Raises InvalidRequest."""
    if key is None:
        return ""
    if not (1 <= len(key) <= _KEY_MAX and key.isprintable()):
        raise InvalidRequest(
            _("An idempotency key has 1 to 255 printable characters."),
            fields={"Idempotency-Key": "1 to 255 printable characters"},
        )
    return key


def _locked(user: User, endpoint_id: UUID) -> WebhookEndpoint:
    mine = WebhookEndpoint.objects.select_for_update().filter(user=user, pk=endpoint_id)
    endpoint = mine.first()
    if endpoint is None:
        raise NotFound(_("No such webhook endpoint."))
    return endpoint


def _require_active(endpoint: WebhookEndpoint) -> None:
    if endpoint.state != "active":
        raise EndpointInactive(
            _("Nothing is sent to this endpoint now: switch it on first."),
            facts={"state": endpoint.state},
        )


def _checked(**fields: object) -> dict[str, object]:
    """The fields that are given, each in the form it is kept in. Raises InvalidRequest."""
    checked: dict[str, object] = {}
    if "url" in fields:
        checked["url"] = checked_url(str(fields["url"]))
    if "description" in fields:
        text = str(fields["description"]).strip()
        if len(text) > _DESCRIPTION_MAX or "\0" in text:
            raise InvalidRequest(
                _("A description has up to 200 characters."),
                fields={"description": "up to 200 characters"},
            )
        checked["description"] = text
    if "event_types" in fields:
        names = fields["event_types"]
        assert isinstance(names, list | tuple)
        try:
            checked["event_types"] = in_order([str(name) for name in names])
        except ValueError as fault:
            raise InvalidRequest(
                _("There is no such event."), fields={"event_types": str(fault)}
            ) from None
    return checked
