"""The desk: wallets to read, and one write: an adjustment."""

from __future__ import annotations

import secrets
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.desk.reading import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import User
from billing.ledger.models import Wallet
from billing.models import WalletOwner
from billing.services.adjustments import REASONS, grant_adjustment
from billing.types import format_points, parse_points


class AdjustmentForm(forms.Form):
    """Points for a wallet's owner, with a reason."""

    points = forms.CharField(label=_("Points"), max_length=16, widget=TextInput())
    days = forms.IntegerField(
        label=_("Days they live"),
        min_value=1,
        max_value=730,
        initial=30,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    reason = forms.ChoiceField(
        label=_("Reason"), choices=list(REASONS.items()), widget=UnfoldAdminSelectWidget()
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=TextInput())
    # Made with the empty form: sending it twice is one grant.
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_points(self) -> int:
        """The amount in hundredths."""
        try:
            return parse_points(self.cleaned_data["points"])
        except ValueError:
            raise forms.ValidationError(_("Write points like 12.50.")) from None


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    """Wallets by their owner's address; the place to adjust points."""

    list_display = ["id", "owner", "available", "held", "debt", "version", "latest_at"]
    ordering = ["-id"]
    search_fields = ["id__exact"]
    search_help_text = _("A wallet's number or its owner's address")
    fields = ["id", "owner", "available", "held", "debt", "version", "opened_at", "latest_at"]
    readonly_fields = fields
    actions_detail = ["adjust"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wallet]:
        owner = WalletOwner.objects.filter(wallet_id=OuterRef("pk")).values("user__email")[:1]
        wallets: QuerySet[Wallet] = super().get_queryset(request)
        return wallets.annotate(owner_email=Subquery(owner))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Wallet], search_term: str
    ) -> tuple[QuerySet[Wallet], bool]:
        if "@" not in search_term:
            found: tuple[QuerySet[Wallet], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return found
        owned = WalletOwner.objects.filter(user__email__istartswith=search_term.strip())
        return queryset.filter(id__in=owned.values("wallet_id")), False

    @admin.display(description=_("owner"))
    def owner(self, wallet: Any) -> str:
        return wallet.owner_email or "–"

    @admin.display(description=_("available"), ordering="available_cp")
    def available(self, wallet: Wallet) -> str:
        return format_points(wallet.available_cp)

    @admin.display(description=_("held"), ordering="held_cp")
    def held(self, wallet: Wallet) -> str:
        return format_points(wallet.held_cp)

    @admin.display(description=_("debt"), ordering="debt_cp")
    def debt(self, wallet: Wallet) -> str:
        return format_points(wallet.debt_cp)

    @action(description=_("Adjust points"), url_path="adjust", permissions=["adjust"])  # type: ignore[untyped-decorator]
    def adjust(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask for amount, life, reason and note; give the points; back to the wallet."""
        wallet = get_object_or_404(self.get_queryset(request), pk=object_id)
        owner = get_object_or_404(WalletOwner, wallet_id=wallet.pk)
        form = AdjustmentForm(request.POST or None, initial={"key": secrets.token_hex(16)})
        if request.method == "POST" and form.is_valid():
            try:
                granted = grant_adjustment(
                    user=owner.user,
                    amount_cp=form.cleaned_data["points"],
                    days=form.cleaned_data["days"],
                    reason=form.cleaned_data["reason"],
                    note=form.cleaned_data["note"],
                    staff=cast(User, request.user),
                    key=form.cleaned_data["key"],
                    now=timezone.now(),
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                given = format_points(granted.amount_cp)
                self.log_change(request, wallet, f"Adjustment: {given} points")
                messages.success(request, _("Gave %(points)s points.") % {"points": given})
                return redirect(reverse("admin:ledger_wallet_change", args=[wallet.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Adjust points"),
            "form": form,
            "wallet": wallet,
            "available": format_points(wallet.available_cp),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/billing/adjust.html", context)

    def has_adjust_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change a wallet owner may give points."""
        return request.user.has_perm("billing.change_walletowner")
