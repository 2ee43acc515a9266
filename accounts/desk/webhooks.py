"""The desk: webhooks, to look at. Their owners make and change them; bodies are theirs alone."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.desk.pages import CappedPaginator
from accounts.desk.reading import ReadOnlyAdmin
from accounts.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Where users want to be told; never a secret."""

    list_display = ["url", "user", "state", "state_reason", "state_at", "last_success_at"]
    list_filter = ["state"]
    list_select_related = ["user"]
    search_fields = ["id__exact", "user__email__istartswith"]
    paginator = CappedPaginator
    fields = [
        "id", "user", "url", "description", "event_types", "state", "state_reason", "state_at",
        "told_at", "sequence", "last_success_at", "previous_until", "created_at",
    ]  # fmt: skip


class TriesInline(TabularInline):  # type: ignore[misc]
    """Every try of a delivery. What the receiver wrote is its owner's."""

    model = WebhookAttempt
    fields = ["number", "at", "status", "error", "milliseconds"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = _("tries")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """What is sent, and how far it is."""

    list_display = [
        "type",
        "user",
        "receiver",
        "state",
        "attempts",
        "next_attempt_at",
        "created_at",
    ]
    list_filter = ["state"]
    list_select_related = ["user"]
    search_fields = ["id__exact", "message_id__exact", "user__email__istartswith"]
    paginator = CappedPaginator
    inlines = [TriesInline]
    fields = [
        "id", "user", "endpoint", "url", "message_id", "type", "sequence", "state", "attempts",
        "next_attempt_at", "lease_until", "created_at", "ended_at",
    ]  # fmt: skip
