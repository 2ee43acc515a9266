"""The desk: what is for sale. Drafts are edited here; a second person publishes them."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.desk.reading import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import User
from billing.admin.drafts import APPROVAL, Decide, DraftAdmin, DraftInline
from billing.calendar_months import PERIOD_MONTHS
from billing.models import (
    Catalogue,
    DailyPointsPolicy,
    OfferStep,
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
from billing.selectors.drafts import Draft, editable
from billing.services import drafts
from billing.services.promotions import end_promotion

CATALOGUE_RIGHT = "billing.change_catalogue"
PRICE_LIST_RIGHT = "billing.change_pricelist"


class VersionAdmin(DraftAdmin):
    """Numbered versions: a draft begins as a copy of the last one."""

    list_display = ["version", "standing", "starts_at", "published_at", "drafted_by", "approved_by"]
    list_select_related = ["drafted_by", "approved_by"]
    fields = ["version", "starts_at", *APPROVAL]
    readonly_fields = ["version", *APPROVAL]
    actions_list = ["begin"]
    begin_draft: Decide

    @action(description=_("Draft a new version"), url_path="begin", permissions=["begin"])  # type: ignore[untyped-decorator]
    def begin(self, request: HttpRequest) -> HttpResponse:
        """A draft like the last version, ready to be edited."""
        if request.method != "POST":
            return self.ask_to_begin(request)
        try:
            draft = type(self).begin_draft(author=cast(User, request.user), now=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect(reverse(f"admin:billing_{self.opts.model_name}_changelist"))
        self.log_addition(request, draft, "Drafted")
        return self.back_to(draft)

    def ask_to_begin(self, request: HttpRequest) -> HttpResponse:
        """A link changes nothing: a button does."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Draft a new version"),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/billing/begin.html", context)

    def has_begin_permission(self, request: HttpRequest) -> bool:
        """Whoever may change drafts may begin one."""
        return request.user.has_perm(self.right)


class PriceLineInline(DraftInline):
    """The lines of a price list."""

    model = PriceLine
    right = PRICE_LIST_RIGHT


@admin.register(PriceList)
class PriceListAdmin(VersionAdmin):
    """What work costs: published versions are read, drafts are edited."""

    right = PRICE_LIST_RIGHT
    fields = ["version", "starts_at", "relaxed_percent", *APPROVAL]
    begin_draft = staticmethod(drafts.begin_price_list)
    inlines = [PriceLineInline]


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    """Quotes, newest first."""

    list_display = ["id", "wallet_id", "cost_cp", "price_list_version", "expires_at", "used_at"]
    search_fields = ["wallet_id__exact", "id__exact"]
    ordering = ["-created_at"]
    exclude = ["request_hash"]


class PlanInline(DraftInline):
    """The plans of a catalogue; their prices are a page further."""

    model = Plan
    verbose_name_plural = _("Plans; open one to edit its prices")
    right = CATALOGUE_RIGHT
    show_change_link = True


class PackInline(DraftInline):
    """The packs of a catalogue."""

    model = Pack
    right = CATALOGUE_RIGHT


class RateInline(DraftInline):
    """The top-up rates of a catalogue."""

    model = TopUpRate
    right = CATALOGUE_RIGHT


@admin.register(Catalogue)
class CatalogueAdmin(VersionAdmin):
    """Versions of everything for sale: published ones are read, drafts are edited."""

    right = CATALOGUE_RIGHT
    begin_draft = staticmethod(drafts.begin_catalogue)
    inlines = [PlanInline, PackInline, RateInline]


class PlanPriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """The months of a price follow from its period."""

    class Meta:
        model = PlanPrice
        fields = ["period", "currency", "amount_minor"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.instance.months = PERIOD_MONTHS.get(cleaned.get("period", ""), 0)
        return cleaned


class PlanPriceInline(DraftInline):
    """What the periods of a plan cost."""

    model = PlanPrice
    form = PlanPriceForm
    right = CATALOGUE_RIGHT

    def draft_of(self, parent: Any) -> Any:
        return parent.catalogue if parent is not None else None


@admin.register(Plan)
class PlanAdmin(DraftAdmin):
    """A plan of a version with its prices, edited while the version is a draft."""

    list_display = ["code", "catalogue", "level", "month_cp", "slots", "lane"]
    list_filter = ["catalogue"]
    list_select_related = ["catalogue"]
    readonly_fields = ["catalogue"]
    actions_detail: list[str] = []
    inlines = [PlanPriceInline]
    right = CATALOGUE_RIGHT

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(self.right) and (obj is None or editable(obj.catalogue))

    def draft_of(self, obj: Any) -> Draft:
        catalogue: Catalogue = obj.catalogue
        return catalogue


@admin.register(PlanPrice)
class PlanPriceAdmin(ReadOnlyAdmin):
    """What a period of a plan costs."""

    list_display = ["plan", "period", "amount_minor", "currency"]
    list_filter = ["period", "currency"]
    list_select_related = ["plan"]


@admin.register(Promotion)
class PromotionAdmin(DraftAdmin):
    """Discounts; published by a second person, ended early by anyone who may."""

    right = "billing.change_promotion"
    list_display = ["name", "code", "kind", "value", "starts_at", "ends_at", "standing"]
    actions_detail = [*DraftAdmin.actions_detail, "end"]
    readonly_fields = ["ended_early_at", *APPROVAL]

    @action(description=_("End now"), url_path="end", permissions=["end"])  # type: ignore[untyped-decorator]
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End it before its time; orders begun keep their price."""

        def end_it(draft: Promotion, **decided: Any) -> object:
            return end_promotion(name=draft.name, **decided)

        return self.decide(request, object_id, _("End this promotion now"), end_it)

    def has_end_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """One that runs, or will."""
        return self.may_decide(request, object_id, "in force", "scheduled")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.right)

    def save_model(self, request: HttpRequest, obj: Promotion, form: Any, change: bool) -> None:
        if not change:
            obj.drafted_by = cast(User, request.user)
        super().save_model(request, obj, form, change)


@admin.register(OfferStep)
class OfferStepAdmin(ReadOnlyAdmin):
    """Who drafted, submitted, withdrew and published what, when and why."""

    list_display = ["kind", "reference", "action", "by", "at", "reason"]
    list_filter = ["kind", "action"]
    list_select_related = ["by"]
    search_fields = ["reference__exact", "by__email__istartswith"]


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
