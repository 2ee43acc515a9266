"""Sending what waits: claim one delivery, write to its receiver, note what came of it.

Few are on their way to one receiver, and few to all of one user, so that one who is slow keeps
nobody else waiting. No database transaction is open while a receiver is spoken to.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet

from accounts.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from accounts.services.doorbell import ring_after_commit
from accounts.services.sealing import CannotUnseal, unseal
from accounts.services.webhook_events import SENDER_TASK
from accounts.webhooks.retrying import TRIES_MAX, wait_after
from accounts.webhooks.sending import Answer, Resolve, look_up, post
from accounts.webhooks.signing import signed_headers

PER_RECEIVER, PER_USER = 2, 4
# Longer than a look-up and an exchange take together: a sender that died is taken for dead then.
LEASE = timedelta(minutes=2)
_AT_ONCE = 1000
_CLAIM_LOCK = 0x776562686F6F6B  # "webhook"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send now: try `number` of it. Its secrets are still encrypted."""

    id: UUID
    number: int
    url: str
    body: str
    message_id: str
    sealed_secrets: tuple[bytes, ...]


@transaction.atomic(durable=True)
def claim(*, now: datetime) -> Claimed | None:
    """Take the delivery that has been due longest and may go now; None when there is none.

    Another sender is rung when more may go.
    """
    with connection.cursor() as cursor:
        # Counting and taking are one step: two senders would each see room for one more.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIM_LOCK])
    _give_up_overrun(now)
    found = list(_may_go(now)[:2])
    if not found:
        return None
    if len(found) == 2:
        ring_after_commit(SENDER_TASK)
    delivery = found[0]
    delivery.state = "sending"
    delivery.attempts += 1
    delivery.next_attempt_at = None
    delivery.lease_until = now + LEASE
    delivery.save(update_fields=["state", "attempts", "next_attempt_at", "lease_until"])
    endpoint = delivery.endpoint
    return Claimed(
        id=delivery.pk,
        number=delivery.attempts,
        url=endpoint.url if endpoint else delivery.url,
        body=delivery.body,
        message_id=delivery.message_id,
        sealed_secrets=_sealed_secrets(delivery, endpoint, now),
    )


def _may_go(now: datetime) -> QuerySet[WebhookDelivery]:
    on_its_way = WebhookDelivery.objects.filter(state="sending", lease_until__gt=now)
    if on_its_way.count() >= settings.WEBHOOKS_AT_ONCE:
        return WebhookDelivery.objects.none()
    full = {
        name: on_its_way.values(name).annotate(n=Count("pk")).filter(n__gte=most).values(name)
        for name, most in (("receiver", PER_RECEIVER), ("user", PER_USER))
    }
    due = Q(state="waiting", next_attempt_at__lte=now) | Q(state="sending", lease_until__lte=now)
    return (
        WebhookDelivery.objects.select_related("endpoint")
        .filter(due, Q(endpoint=None) | Q(endpoint__state="active"), user__closed_at=None)
        .exclude(receiver__in=full["receiver"])
        .exclude(user__in=full["user"])
        .order_by("next_attempt_at", "created_at", "sequence", "id")
        .select_for_update(of=("self",), skip_locked=True)
    )


def _give_up_overrun(now: datetime) -> None:
    """What was being sent for the last time when its sender died is over."""
    WebhookDelivery.objects.filter(
        state="sending", lease_until__lte=now, attempts__gte=F("attempts_before") + TRIES_MAX
    ).update(state="failed", lease_until=None, ended_at=now)


def _sealed_secrets(
    delivery: WebhookDelivery, endpoint: WebhookEndpoint | None, now: datetime
) -> tuple[bytes, ...]:
    sealed = [delivery.sealed_secret]
    if endpoint is not None:
        sealed = [endpoint.sealed_secret]
        if endpoint.previous_until is not None and endpoint.previous_until > now:
            sealed.append(endpoint.previous_sealed_secret)
    return tuple(bytes(secret) for secret in sealed if secret is not None)


def send(claimed: Claimed, *, now: datetime, resolve: Resolve = look_up) -> Answer:
    """Write to the receiver. Takes as long as `webhooks.sending` allows; never raises."""
    try:
        secrets = [unseal(sealed) for sealed in claimed.sealed_secrets]
    except CannotUnseal:
        log.exception("delivery %s cannot be signed", claimed.id)
        return Answer(None, "secret", "", 0)
    headers = signed_headers(
        message_id=claimed.message_id, at=now, body=claimed.body, secrets=secrets
    )
    return post(
        claimed.url,
        body=claimed.body.encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Inkling-Webhooks/1",
            **headers,
        },
        private=settings.WEBHOOK_PRIVATE_RECEIVERS,
        resolve=resolve,
    )


@transaction.atomic(durable=True)
def note(claimed: Claimed, answer: Answer, *, now: datetime) -> None:
    """Write the try down: delivered, tried again later, or given up.

    A sender that was taken for dead finds that another has the delivery, and writes nothing.
    """
    endpoint = (
        WebhookEndpoint.objects.select_for_update(no_key=True, of=("self",))
        .filter(deliveries__pk=claimed.id)
        .first()
    )
    delivery = (
        WebhookDelivery.objects.select_for_update()
        .filter(pk=claimed.id, attempts=claimed.number, state="sending")
        .first()
    )
    if delivery is None:
        return
    WebhookAttempt.objects.create(
        delivery=delivery,
        number=claimed.number,
        status=answer.status,
        error=answer.error,
        excerpt=answer.excerpt,
        milliseconds=answer.milliseconds,
        at=now,
    )
    if answer.accepted:
        _end(delivery, "delivered", now)
        if endpoint is not None:
            endpoint.last_success_at = now
            endpoint.save(update_fields=["last_success_at"])
        return
    _failed(delivery, endpoint, answer, now)


def _failed(
    delivery: WebhookDelivery, endpoint: WebhookEndpoint | None, answer: Answer, now: datetime
) -> None:
    tries = delivery.attempts - delivery.attempts_before
    wait = None if answer.status == 410 else wait_after(tries, chance=random.SystemRandom())
    if wait is None:
        _end(delivery, "failed", now)
        if endpoint is not None and endpoint.state != "disabled":
            _disable_if_hopeless(endpoint, delivery, answer, now)
        return
    delivery.state = "waiting"
    delivery.lease_until = None
    delivery.next_attempt_at = now + wait
    delivery.save(update_fields=["state", "lease_until", "next_attempt_at"])


def _disable_if_hopeless(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, answer: Answer, now: datetime
) -> None:
    """410 says so itself. Else: one message failed through all its days and no other arrived."""
    gone = answer.status == 410
    success = endpoint.last_success_at
    if not gone and success is not None and success > delivery.created_at:
        return
    endpoint.state, endpoint.state_at = "disabled", now
    endpoint.state_reason = "gone" if gone else "failing"
    endpoint.told_at = None
    endpoint.save(update_fields=["state", "state_at", "state_reason", "told_at"])
    log.warning("webhook endpoint %s is switched off: %s", endpoint.pk, endpoint.state_reason)


def _end(delivery: WebhookDelivery, state: str, now: datetime) -> None:
    delivery.state = state
    delivery.lease_until = None
    delivery.next_attempt_at = None
    delivery.ended_at = now
    delivery.save(update_fields=["state", "lease_until", "next_attempt_at", "ended_at"])


def forget(*, now: datetime) -> int:
    """Erase events and deliveries that were kept long enough, waiting or not; how many."""
    before = now - timedelta(days=settings.WEBHOOK_LOG_DAYS)
    return _erase(WebhookDelivery.objects.filter(created_at__lt=before)) + _erase(
        WebhookEvent.objects.filter(created_at__lt=before)
    )


def _erase(old: QuerySet[Any]) -> int:
    """Erase them by the thousand, so that no transaction is long; how many."""
    count = 0
    while batch := list(old.order_by("created_at").values_list("pk", flat=True)[:_AT_ONCE]):
        old.filter(pk__in=batch).delete()
        count += len(batch)
    return count
