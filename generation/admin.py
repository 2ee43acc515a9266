"""The desk: jobs, their attempts and artifacts, to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from billing.types import format_points
from generation.models import Artifact, Attempt, CleanDelivery, Job, LabellingAcceptance, Upload
from generation.selectors.lineage import ancestors_of, descendants_of
from generation.services.clean_deliveries import export_clean_deliveries


class _ReadOnly:
    """Rows to look at: services alone write them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _links(rows: Sequence[tuple[UUID, str]]) -> str:
    """Jobs by their ids, one below the other."""
    return (
        format_html_join(
            mark_safe("<br>"),
            '<a href="{}">{}</a>',
            [
                (reverse("admin:generation_job_change", args=[job_id]), text)
                for job_id, text in rows
            ],
        )
        or "–"
    )


class AttemptInline(_ReadOnly, TabularInline):  # type: ignore[misc]
    """Who ran the job, and how it ended."""

    model = Attempt
    fields = ["number", "worker", "started_at", "ended_at", "outcome"]
    extra = 0


class ArtifactInline(_ReadOnly, TabularInline):  # type: ignore[misc]
    """What the job made."""

    model = Artifact
    fields = ["index", "mime", "width", "height", "bytes", "brand_mark", "sha256"]
    extra = 0


@admin.register(Job)
class JobAdmin(_ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Jobs, newest first. Prompts are shown on a job's own page only."""

    list_display = ["id", "user", "kind", "state", "cost", "charged", "failure_code", "created_at"]
    list_filter = ["state", "kind", "lane"]
    search_fields = ["id__exact", "user__email__istartswith", "wallet_id__exact"]
    list_select_related = ["user"]
    ordering = ["-created_at"]
    exclude = ["request_hash", "parent"]
    readonly_fields = ["made_from", "became"]
    inlines = [AttemptInline, ArtifactInline]
    show_full_result_count = False
    list_per_page = 50

    @admin.display(description=_("cost"))
    def cost(self, job: Job) -> str:
        return format_points(job.cost_cp)

    @admin.display(description=_("made from, the first first"))
    def made_from(self, job: Job) -> str:
        """Its ancestors, each a link to the job that made it."""
        rows = [
            (artifact.job_id, f"{artifact.mime} {artifact.id}") for artifact in ancestors_of(job)
        ]
        return _links(rows)

    @admin.display(description=_("became"))
    def became(self, job: Job) -> str:
        """Jobs that were made from what this one made."""
        return _links([(child.id, str(child)) for child in descendants_of(job)])

    @admin.display(description=_("charged"))
    def charged(self, job: Job) -> str:
        return "–" if job.captured_cp is None else format_points(job.captured_cp)


@admin.register(CleanDelivery)
class CleanDeliveryAdmin(_ReadOnly, ModelAdmin):  # type: ignore[misc]
    """The log of clean deliveries, newest first: to read and to export, never to change."""

    list_display = ["recorded_at", "event", "email", "job_id", "sha256", "agreement", "address"]
    list_filter = ["event", "agreement", "recorded_at"]
    search_fields = ["email__iexact", "job_id__exact", "artifact_id__exact", "sha256__exact"]
    actions = ["export"]
    show_full_result_count = False
    list_per_page = 50

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export(self, request: HttpRequest, chosen: QuerySet[CleanDelivery]) -> HttpResponse:
        """The chosen lines; a command exports the whole log."""
        response = HttpResponse(export_clean_deliveries(chosen), content_type="text/csv")
        response["Content-Disposition"] = 'attachment; filename="clean-deliveries.csv"'
        return response


@admin.register(LabellingAcceptance)
class LabellingAcceptanceAdmin(_ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Who accepted which version of the labelling agreement."""

    list_display = ["user", "text", "language", "accepted_at", "address"]
    list_filter = ["text"]
    search_fields = ["user__email__iexact"]
    list_select_related = ["user", "text"]
    show_full_result_count = False
    list_per_page = 50


@admin.register(Upload)
class UploadAdmin(_ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Pictures people sent: when and how large, never what they show."""

    list_display = ["id", "user", "width", "height", "bytes", "created_at", "expires_at"]
    search_fields = ["id__exact", "user__email__istartswith", "wallet_id__exact"]
    list_select_related = ["user"]
    ordering = ["-created_at"]
    exclude = ["received_sha256", "stored_name"]
    show_full_result_count = False
    list_per_page = 50
