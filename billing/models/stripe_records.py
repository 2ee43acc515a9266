"""What we keep of Stripe: the inbox of events, and the ids of what we made there.

`livemode` stands beside every id: an id of test mode means nothing in live mode.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.catalogue import PlanPrice


class StripeEvent(models.Model):
    """An event as it was received, once. It is a hint: what counts is fetched again.

    Not handled: `error` is why, and it is tried again at `next_try_at`. Parked: we do not know
    what to do with it, and a person must look.
    """

    id = models.CharField(_("event"), max_length=255, primary_key=True)
    type = models.CharField(_("type"), max_length=100)
    object_id = models.CharField(_("object"), max_length=255, blank=True)
    livemode = models.BooleanField(_("live"))
    payload = models.JSONField(_("payload"))
    created_at = models.DateTimeField(_("created"))
    received_at = models.DateTimeField(_("received"))
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    parked_at = models.DateTimeField(_("parked"), null=True, blank=True)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    class Meta:
        verbose_name = _("Stripe event")
        verbose_name_plural = _("Stripe events")
        ordering = ["-received_at"]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(handled_at=None, parked_at=None),
                name="stripe_event_to_handle",
            ),
            models.Index(fields=["object_id"], name="stripe_event_object"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class StripeCursor(models.Model):
    """How far the list of events has been read."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    read_until = models.DateTimeField(_("read until"))

    class Meta:
        verbose_name = _("Stripe cursor")
        verbose_name_plural = _("Stripe cursors")

    def __str__(self) -> str:
        return self.name


class StripeCustomer(models.Model):
    """The customer a user is at Stripe."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    livemode = models.BooleanField(_("live"))
    customer_id = models.CharField(_("customer"), max_length=255, blank=True)
    # Counts customers made for the user: a deleted one is followed by another.
    number = models.PositiveSmallIntegerField(_("number"), default=1)

    class Meta:
        verbose_name = _("Stripe customer")
        verbose_name_plural = _("Stripe customers")
        constraints = [
            models.UniqueConstraint(fields=["user", "livemode"], name="customer_once"),
            models.UniqueConstraint(
                fields=["customer_id"], condition=~Q(customer_id=""), name="customer_id_once"
            ),
        ]

    def __str__(self) -> str:
        return self.customer_id


class StripePrice(models.Model):
    """The price of a plan at Stripe."""

    plan_price = models.ForeignKey(PlanPrice, models.PROTECT, related_name="stripe_prices")
    livemode = models.BooleanField(_("live"))
    price_id = models.CharField(_("price"), max_length=255, unique=True)
    product_id = models.CharField(_("product"), max_length=255)
    lookup_key = models.CharField(_("lookup key"), max_length=200)

    class Meta:
        verbose_name = _("Stripe price")
        verbose_name_plural = _("Stripe prices")
        constraints = [
            models.UniqueConstraint(
                fields=["plan_price", "livemode", "lookup_key"], name="stripe_price_once"
            )
        ]

    def __str__(self) -> str:
        return self.price_id


class StripeEndpoint(models.Model):
    """A webhook endpoint made by `sync_stripe`; its signing secret is stored encrypted."""

    endpoint_id = models.CharField(_("endpoint"), max_length=255, unique=True)
    livemode = models.BooleanField(_("live"))
    url = models.TextField(_("address"))
    sealed_secret = models.BinaryField(_("sealed secret"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.url
