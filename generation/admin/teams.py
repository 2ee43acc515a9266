"""The desk: teams with their seats, caps and campaigns, and what users let themselves spend."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.models import Seat, SeatInvitation, Team, User
from billing.types import format_points
from generation.admin.jobs import ReadOnly
from generation.models import Campaign, OwnCaps
from generation.selectors.envelopes import counted, envelope_of


class SeatInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """Who has a seat or had one."""

    model = Seat
    fields = ["user", "role", "day_cap", "month_cap", "joined_at", "left_at"]
    readonly_fields = fields
    extra = 0

    @admin.display(description=_("points a day"))
    def day_cap(self, seat: Seat) -> str:
        return _cap(seat.daily_cap_cp)

    @admin.display(description=_("points a month"))
    def month_cap(self, seat: Seat) -> str:
        return _cap(seat.monthly_cap_cp)


class InvitationInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """To whom a seat was offered."""

    model = SeatInvitation
    fields = ["email", "role", "invited_by", "expires_at", "accepted_at", "revoked_at"]
    readonly_fields = fields
    extra = 0


class CampaignInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """What is set aside for what, and what of it is used."""

    model = Campaign
    fields = ["name", "target_minor", "currency", "cap", "month_cap", "charged", "held", "left"]
    readonly_fields = fields
    show_change_link = True
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        return counted(super().get_queryset(request), now=timezone.now())

    @admin.display(description=_("points in all"))
    def cap(self, campaign: Campaign) -> str:
        return _cap(campaign.cap_cp)

    @admin.display(description=_("points a month"))
    def month_cap(self, campaign: Campaign) -> str:
        return _cap(campaign.monthly_cap_cp)

    @admin.display(description=_("charged"))
    def charged(self, campaign: Campaign) -> str:
        return format_points(envelope_of(campaign, now=timezone.now()).charged_cp)

    @admin.display(description=_("held"))
    def held(self, campaign: Campaign) -> str:
        return format_points(envelope_of(campaign, now=timezone.now()).held_cp)

    @admin.display(description=_("left"))
    def left(self, campaign: Campaign) -> str:
        return _cap(envelope_of(campaign, now=timezone.now()).left_cp)


@admin.register(Team)
class TeamAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Teams, newest first; whom they belong to, and everything in them."""

    list_display = ["name", "owner", "seat_count", "created_at"]
    search_fields = ["name", "owner__email__istartswith", "seats__user__email__istartswith"]
    list_select_related = ["owner"]
    ordering = ["-created_at"]
    inlines = [SeatInline, InvitationInline, CampaignInline]
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        teams: QuerySet[Team] = super().get_queryset(request)
        return teams.annotate(
            seats_now=Count("seats", filter=Q(seats__left_at=None), distinct=True)
        )

    @admin.display(description=_("seats taken"), ordering="seats_now")
    def seat_count(self, team: Team) -> int:
        return int(vars(team)["seats_now"])


@admin.register(OwnCaps)
class OwnCapsAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """What users let themselves spend."""

    list_display = ["wallet_id", "owner", "day_cap", "month_cap", "changed_at"]
    fields = list_display
    readonly_fields = fields
    search_fields = ["wallet_id__exact"]
    ordering = ["-changed_at"]
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[OwnCaps]:
        caps: QuerySet[OwnCaps] = super().get_queryset(request)
        owners = User.objects.filter(wallet_owner__wallet_id=OuterRef("wallet_id"))
        return caps.annotate(email=Subquery(owners.values("email")[:1]))

    @admin.display(description=_("user"))
    def owner(self, caps: OwnCaps) -> str:
        return str(vars(caps)["email"] or "–")

    @admin.display(description=_("points a day"))
    def day_cap(self, caps: OwnCaps) -> str:
        return _cap(caps.daily_cap_cp)

    @admin.display(description=_("points a month"))
    def month_cap(self, caps: OwnCaps) -> str:
        return _cap(caps.monthly_cap_cp)


def _cap(cap_cp: int | None) -> str:
    """Points, a dash where there is no limit."""
    return "–" if cap_cp is None else format_points(cap_cp)
