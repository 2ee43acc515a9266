"""The desk: what is for sale. Published versions are read; drafts wait for a second person."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.errors import Refusal
from accounts.models import User
from billing.admin.reading import ReadOnlyAdmin, ReadOnlyInline
from billing.models import (
    Catalogue,
    DailyPointsPolicy,
    Pack,
    Plan,
    PlanPrice,
    PriceLine,
    PriceList,
    Promotion,
    Quote,
    Redemption,
    TopUpRate,
)
from billing.services.catalogue import publish_catalogue
from billing.services.promotions import end_promotion, publish_promotion


class PriceLineInline(ReadOnlyInline):
    """The lines of a price list."""

    model = PriceLine


@admin.register(PriceList)
class PriceListAdmin(ReadOnlyAdmin):
    """Published price lists: never edited."""

    list_display = ["version", "starts_at"]
    inlines = [PriceLineInline]


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    """Quotes, newest first."""

    list_display = ["id", "wallet_id", "cost_cp", "price_list_version", "expires_at", "used_at"]
    search_fields = ["wallet_id__exact", "id__exact"]
    ordering = ["-created_at"]
    exclude = ["request_hash"]


class PlanInline(ReadOnlyInline):
    """The plans of a catalogue."""

    model = Plan


class PackInline(ReadOnlyInline):
    """The packs of a catalogue."""

    model = Pack


class RateInline(ReadOnlyInline):
    """The top-up rates of a catalogue."""

    model = TopUpRate


@admin.register(Catalogue)
class CatalogueAdmin(ReadOnlyAdmin):
    """Versions of everything for sale; a draft is published here by a second person."""

    list_display = ["version", "starts_at", "published_at", "drafted_by", "approved_by"]
    inlines = [PlanInline, PackInline, RateInline]
    actions_detail = ["publish"]

    @action(description=_("Publish"), url_path="publish", permissions=["publish"])  # type: ignore[untyped-decorator]
    def publish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Publish this draft, or say why not."""
        try:
            row = publish_catalogue(
                version=int(object_id), approver=cast(User, request.user), now=timezone.now()
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            self.log_change(request, row, "Published")
            messages.success(request, _("Published."))
        return redirect(reverse("admin:billing_catalogue_change", args=[object_id]))

    def has_publish_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may change catalogues may publish one that another drafted."""
        return request.user.has_perm("billing.change_catalogue")


@admin.register(PlanPrice)
class PlanPriceAdmin(ReadOnlyAdmin):
    """What a period of a plan costs."""

    list_display = ["plan", "period", "amount_minor", "currency"]
    list_filter = ["period", "currency"]
    list_select_related = ["plan"]


@admin.register(Promotion)
class PromotionAdmin(ReadOnlyAdmin):
    """Discounts; published by a second person, ended early by anyone who may."""

    list_display = ["name", "code", "kind", "value", "starts_at", "ends_at", "ended_early_at"]
    actions_detail = ["publish", "end"]

    @action(description=_("Publish"), url_path="publish", permissions=["promote"])  # type: ignore[untyped-decorator]
    def publish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Publish this draft, or say why not."""
        row = Promotion.objects.get(pk=object_id)
        try:
            publish_promotion(name=row.name, approver=cast(User, request.user), now=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            self.log_change(request, row, "Published")
            messages.success(request, _("Published."))
        return redirect(reverse("admin:billing_promotion_change", args=[object_id]))

    @action(description=_("End now"), url_path="end", permissions=["promote"])  # type: ignore[untyped-decorator]
    def end(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End it before its time; orders begun keep their price."""
        row = Promotion.objects.get(pk=object_id)
        try:
            end_promotion(name=row.name, now=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            self.log_change(request, row, "Ended early")
            messages.success(request, _("Ended."))
        return redirect(reverse("admin:billing_promotion_change", args=[object_id]))

    def has_promote_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may change promotions."""
        return request.user.has_perm("billing.change_promotion")


@admin.register(Redemption)
class RedemptionAdmin(ReadOnlyAdmin):
    """Who has had which promotion."""

    list_display = ["promotion", "user", "state", "discount_minor", "created_at"]
    list_filter = ["state", "promotion"]
    list_select_related = ["promotion", "user"]
    search_fields = ["user__email__istartswith"]


@admin.register(DailyPointsPolicy)
class DailyPointsPolicyAdmin(ReadOnlyAdmin):
    """Who may claim the day's points, and since when."""

    list_display = ["audience", "starts_at", "reason", "set_by"]
