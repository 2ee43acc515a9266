"""Where users want to be told of events, what is told, and every try to tell it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

ENDPOINT_STATES = [
    ("active", _("active")),
    ("paused", _("paused")),
    ("disabled", _("switched off")),
]
DELIVERY_STATES = [
    ("waiting", _("waiting")),
    ("sending", _("being sent")),
    ("delivered", _("delivered")),
    ("failed", _("given up")),
]


class WebhookEndpoint(models.Model):
    """An address of a user's own. An empty filter lets every event through.

    Paused by its owner, it gets nothing and its events wait. Disabled by us, with a reason, nothing
    is kept for it. `sequence` counts its events. Both secrets sign until `previous_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhook_endpoints"
    )
    url = models.CharField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=200, blank=True)
    event_types = ArrayField(
        models.CharField(max_length=40), verbose_name=_("events"), default=list, blank=True
    )
    state = models.CharField(_("state"), max_length=10, choices=ENDPOINT_STATES, default="active")
    # Of a disabled one: "gone" (it answered 410) or "failing" (nothing but failures for days).
    state_reason = models.CharField(_("why"), max_length=10, blank=True)
    state_at = models.DateTimeField(_("since"))
    # When its owner was told that it is disabled.
    told_at = models.DateTimeField(_("owner told"), null=True, blank=True)
    sealed_secret = models.BinaryField(_("encrypted secret"))
    previous_sealed_secret = models.BinaryField(_("encrypted secret before"), null=True)
    previous_until = models.DateTimeField(_("secret before signs until"), null=True, blank=True)
    sequence = models.BigIntegerField(_("events so far"), default=0)
    last_success_at = models.DateTimeField(_("last delivered"), null=True, blank=True)
    idempotency_key = models.CharField(_("idempotency key"), max_length=255, null=True)  # noqa: DJ001
    request_hash = models.BinaryField(_("hash of the request"), max_length=32, null=True)
    rotation_key = models.CharField(_("key of the last rotation"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "idempotency_key"], name="webhook_endpoint_key_once"
            ),
            models.CheckConstraint(
                name="webhook_endpoint_disabled_why",
                condition=Q(state="disabled", state_reason__in=["gone", "failing"])
                | Q(state__in=["active", "paused"], state_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["state_at"],
                condition=Q(state="disabled", told_at__isnull=True),
                name="webhook_endpoint_to_tell",
            )
        ]

    def __str__(self) -> str:
        return self.url


class WebhookEvent(models.Model):
    """One fact, once: `key` names it. Written in the database transaction of the fact."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhook_events"
    )
    type = models.CharField(_("type"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    key = models.CharField(_("fact"), max_length=200, unique=True)
    data = models.JSONField(_("data"))
    created_at = models.DateTimeField(_("happened"))

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["created_at"], name="webhook_event_old")]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class WebhookDelivery(models.Model):
    """A message to one receiver, and how far it is. The row is the queue.

    Of an endpoint: the address and the secrets are the endpoint's. Of a callback that one request
    asked for: it has its own. `receiver` groups what must not be sent to all at once. While it is
    `sending`, `attempts` is the fencing token of who sends it, until `lease_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhook_deliveries"
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    event = models.ForeignKey(
        WebhookEvent, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    url = models.CharField(_("address of a callback"), max_length=500, blank=True)
    sealed_secret = models.BinaryField(_("encrypted secret of a callback"), null=True)
    receiver = models.CharField(_("receiver"), max_length=300)
    sequence = models.BigIntegerField(_("number among the endpoint's"), null=True, blank=True)
    message_id = models.CharField(_("message"), max_length=100)
    type = models.CharField(_("type"), max_length=40)
    body = models.TextField(_("body"))
    state = models.CharField(_("state"), max_length=10, choices=DELIVERY_STATES, default="waiting")
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    # Tries of earlier rounds: a delivery that is asked for again starts its waits anew.
    attempts_before = models.PositiveIntegerField(_("tries before"), default=0)
    next_attempt_at = models.DateTimeField(_("next try"), null=True, blank=True)
    lease_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    redelivery_key = models.CharField(_("key of the last redelivery"), max_length=255, blank=True)
    redelivered_at = models.DateTimeField(_("last asked for again"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["receiver", "message_id"], name="webhook_delivery_once"
            ),
            models.CheckConstraint(
                name="webhook_delivery_has_an_address",
                condition=Q(endpoint__isnull=False, url="") | (Q(endpoint=None) & ~Q(url="")),
            ),
            models.CheckConstraint(
                name="webhook_delivery_state",
                condition=Q(state="waiting", next_attempt_at__isnull=False, lease_until=None)
                | Q(state="sending", next_attempt_at=None, lease_until__isnull=False)
                | Q(
                    state__in=["delivered", "failed"],
                    next_attempt_at=None,
                    lease_until=None,
                    ended_at__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="waiting"),
                name="webhook_delivery_due",
            ),
            models.Index(
                fields=["receiver"], condition=Q(state="sending"), name="webhook_delivery_sending"
            ),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="webhook_delivery_log"),
            models.Index(fields=["created_at"], name="webhook_delivery_old"),
            models.Index(
                fields=["endpoint", "redelivered_at"],
                condition=Q(redelivered_at__isnull=False),
                name="webhook_delivery_again",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"


class WebhookAttempt(models.Model):
    """One try: what was answered and how long it took, or why nothing was."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField(_("try"))
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    error = models.CharField(_("error"), max_length=12, blank=True)
    excerpt = models.CharField(_("start of the answer"), max_length=500, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("webhook try")
        verbose_name_plural = _("webhook tries")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="webhook_attempt_once")
        ]

    def __str__(self) -> str:
        return f"try {self.number} of {self.delivery_id}"
