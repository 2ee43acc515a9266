"""The desk: jobs, their attempts and artifacts, to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from billing.types import format_points
from generation.models import Artifact, Attempt, Job


class ReadOnly:
    """Rows to look at: services alone write them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AttemptInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """Who ran the job, and how it ended."""

    model = Attempt
    fields = ["number", "worker", "started_at", "ended_at", "outcome"]
    extra = 0


class ArtifactInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """What the job made."""

    model = Artifact
    fields = ["index", "mime", "width", "height", "bytes", "brand_mark", "sha256"]
    extra = 0


@admin.register(Job)
class JobAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Jobs, newest first. Prompts are shown on a job's own page only."""

    list_display = ["id", "user", "kind", "state", "cost", "charged", "failure_code", "created_at"]
    list_filter = ["state", "kind", "lane"]
    search_fields = ["id__exact", "user__email__istartswith", "wallet_id__exact"]
    list_select_related = ["user"]
    ordering = ["-created_at"]
    exclude = ["request_hash"]
    inlines = [AttemptInline, ArtifactInline]
    show_full_result_count = False
    list_per_page = 50

    @admin.display(description=_("cost"))
    def cost(self, job: Job) -> str:
        return format_points(job.cost_cp)

    @admin.display(description=_("charged"))
    def charged(self, job: Job) -> str:
        return "–" if job.captured_cp is None else format_points(job.captured_cp)
