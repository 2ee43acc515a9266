"""A user's webhook endpoints, and what was sent to them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User, WebhookDelivery, WebhookEndpoint


def endpoints_of(*, user: User) -> QuerySet[WebhookEndpoint]:
    """The user's endpoints, newest first."""
    return WebhookEndpoint.objects.filter(user=user).order_by("-created_at", "-id")


def endpoint_for(*, user: User, endpoint_id: UUID) -> WebhookEndpoint:
    """One of them. Raises NotFound, also for another's."""
    endpoint = endpoints_of(user=user).filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound(_("No such webhook endpoint."))
    return endpoint


def deliveries_of(*, user: User, endpoint_id: UUID) -> QuerySet[WebhookDelivery]:
    """What was sent to an endpoint or waits for it, newest first, with every try.

    Raises NotFound.
    """
    endpoint = endpoint_for(user=user, endpoint_id=endpoint_id)
    log = endpoint.deliveries.select_related("event").prefetch_related("tries")
    return log.order_by("-created_at", "-id")


def delivery_for(*, user: User, endpoint_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """One of them. Raises NotFound."""
    delivery = deliveries_of(user=user, endpoint_id=endpoint_id).filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound(_("No such delivery."))
    return delivery
