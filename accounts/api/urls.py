"""REST addresses of accounts, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from accounts.api import registration, webhooks

urlpatterns = [
    path("registration", registration.RegistrationView.as_view(), name="api-registration"),
    path(
        "webhook-event-types",
        webhooks.WebhookEventTypesView.as_view(),
        name="api-webhook-event-types",
    ),
    path(
        "webhook-endpoints", webhooks.WebhookEndpointsView.as_view(), name="api-webhook-endpoints"
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>",
        webhooks.WebhookEndpointView.as_view(),
        name="api-webhook-endpoint",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/rotate-secret",
        webhooks.WebhookRotateView.as_view(),
        name="api-webhook-rotate",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/test",
        webhooks.WebhookTestView.as_view(),
        name="api-webhook-test",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/deliveries",
        webhooks.WebhookDeliveriesView.as_view(),
        name="api-webhook-deliveries",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>",
        webhooks.WebhookDeliveryView.as_view(),
        name="api-webhook-delivery",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/redeliver",
        webhooks.WebhookRedeliverView.as_view(),
        name="api-webhook-redeliver",
    ),
]
