"""The desk: campaigns, to read."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from generation.admin.jobs import ReadOnly
from generation.models import Campaign


@admin.register(Campaign)
class CampaignAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Campaigns, newest first, with their target and how many jobs they have."""

    list_display = ["name", "user", "team", "target_minor", "currency", "job_count", "created_at"]
    search_fields = ["name", "id__exact", "user__email__istartswith", "team__name"]
    list_select_related = ["user", "team"]
    ordering = ["-created_at"]
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        campaigns: QuerySet[Campaign] = super().get_queryset(request)
        return campaigns.annotate(jobs_made=Count("jobs"))

    @admin.display(description=_("jobs"), ordering="jobs_made")
    def job_count(self, campaign: Campaign) -> int:
        return int(getattr(campaign, "jobs_made", 0))
