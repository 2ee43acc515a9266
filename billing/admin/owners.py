"""The desk: barring and unbarring a wallet's owner, closing and reopening their account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.desk.reading import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import Ban, User
from billing.models import WalletOwner
from billing.services import bans, closing
from billing.types import format_points


class BanForm(forms.Form):
    """Why someone is barred."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=list(bans.REASONS.items()), widget=UnfoldAdminSelectWidget()
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=TextInput())


class WhyForm(forms.Form):
    """Why, in words."""

    note = forms.CharField(label=_("Why"), max_length=200, widget=TextInput())


@admin.register(WalletOwner)
class WalletOwnerAdmin(ReadOnlyAdmin):
    """Whose wallet is whose, and whether they may use it."""

    list_display = ["user", "wallet_id", "barred", "closed"]
    list_select_related = ["user"]
    search_fields = ["user__email__istartswith", "wallet_id__exact"]
    fields = ["user", "wallet_id", "barred", "closed"]
    readonly_fields = fields
    actions_detail = ["ban", "lift", "close_account", "reopen"]

    @admin.display(description=_("barred"))
    def barred(self, owner: WalletOwner) -> str:
        return _moment(owner.user.banned_at)

    @admin.display(description=_("closed"))
    def closed(self, owner: WalletOwner) -> str:
        return _moment(owner.user.closed_at)

    @action(description=_("Bar"), url_path="ban", permissions=["decide"])  # type: ignore[untyped-decorator]
    def ban(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Bar the user: no jobs, free points frozen, paid ones with a way back."""
        return self._ask(
            request,
            object_id,
            BanForm,
            _("Bar this user"),
            lambda user, staff, given: bans.ban_user(
                user=user, staff=staff, now=timezone.now(), **given
            ),
        )

    @action(description=_("Lift the ban"), url_path="lift", permissions=["decide"])  # type: ignore[untyped-decorator]
    def lift(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let the user in again."""
        return self._ask(
            request,
            object_id,
            WhyForm,
            _("Lift the ban"),
            lambda user, staff, given: bans.lift_ban(
                user=user, note=given["note"], staff=staff, now=timezone.now()
            ),
        )

    @action(description=_("Close the account"), url_path="close", permissions=["decide"])  # type: ignore[untyped-decorator]
    def close_account(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End what renews at Stripe, then close the account."""
        return self._ask(
            request,
            object_id,
            WhyForm,
            _("Close this account"),
            lambda user, staff, given: closing.close_account(
                user=user, reason=given["note"], actor=f"staff:{staff.pk}", now=timezone.now()
            ),
        )

    @action(description=_("Reopen the account"), url_path="reopen", permissions=["decide"])  # type: ignore[untyped-decorator]
    def reopen(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let a closed account be used again."""
        return self._ask(
            request,
            object_id,
            WhyForm,
            _("Reopen this account"),
            lambda user, staff, given: closing.reopen_account(
                user=user, reason=given["note"], staff=staff, now=timezone.now()
            ),
        )

    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may change users."""
        return request.user.has_perm("accounts.change_user")

    def _ask(
        self,
        request: HttpRequest,
        object_id: int,
        form_class: type[forms.Form],
        title: str | Promise,
        act: Callable[[User, User, dict[str, str]], object],
    ) -> HttpResponse:
        """What it means and why it is done; then do it, and keep who did and why."""
        owner = get_object_or_404(WalletOwner.objects.select_related("user"), pk=object_id)
        form = form_class(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                act(owner.user, cast(User, request.user), form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                why = ": ".join(filter(None, form.cleaned_data.values()))
                self.log_change(request, owner, f"{title}: {why}")
                messages.success(request, _("Done."))
                return redirect(reverse("admin:billing_walletowner_change", args=[owner.pk]))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "owner": owner,
            "leaving": closing.what_closing_means(user=owner.user, now=timezone.now()),
            "opts": self.opts,
        }
        context["available"] = format_points(context["leaving"].purse.available_cp)
        return TemplateResponse(request, "admin/billing/owner.html", context)


@admin.register(Ban)
class BanAdmin(ReadOnlyAdmin):
    """Who was barred, why, by whom, and when it was lifted."""

    list_display = ["user", "reason", "banned_by", "banned_at", "lifted_by", "lifted_at"]
    list_filter = ["reason", ("lifted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "banned_by", "lifted_by"]
    search_fields = ["user__email__istartswith"]


def _moment(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "–"
