"""The desk: users and their API keys."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextInputWidget

import accounts.desk.mail_domains
import accounts.desk.registration
import accounts.desk.waiting_list
import accounts.desk.webhooks  # noqa: F401  # they register their pages
from accounts.desk.linked import linked_table
from accounts.errors import Refusal
from accounts.models import ApiKey, User
from accounts.services.api_keys import revoke_by_staff

admin.site.unregister(Group)
# Second factors, sessions and tokens are their owners' alone.
for secret in (Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(secret)
# An address that staff confirm by hand, without a reason, would open the daily points to anyone.
admin.site.unregister(EmailAddress)


class KeysOfUser(TabularInline):  # type: ignore[misc]
    """The keys of a user, each with a way to its page."""

    model = ApiKey
    verbose_name_plural = _("API keys")
    extra = 0
    can_delete = False
    show_change_link = True
    fields = ["prefix", "name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"]
    readonly_fields = fields
    ordering = ["-created_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg,misc]
    """Who signs in. Points are on the wallet's page."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["email", "is_active", "is_staff", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "id__exact"]
    ordering = ["-date_joined"]
    readonly_fields = ["id", "date_joined", "last_login", "linked"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["id", "email", "password"]}),
        (_("Name"), {"fields": ["first_name", "last_name"]}),
        (_("May"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("When"), {"fields": ["date_joined", "last_login"]}),
        (_("In common with others"), {"fields": ["linked"]}),
    ]
    inlines = [KeysOfUser]
    add_fieldsets = [(None, {"fields": ["email", "password1", "password2"]})]

    @admin.display(description=_("linked accounts"))
    def linked(self, user: User) -> str:
        return linked_table(user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted from here: jobs and the ledger speak of them."""
        return False


class RevokeForm(forms.Form):
    """Why a key is stopped; its owner reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget())


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):  # type: ignore[misc]
    """Keys of programs, to look at and to stop; their owners make them."""

    list_display = ["prefix", "name", "user", "created_at", "last_used_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["prefix__exact", "access_key__exact", "user__email__istartswith"]
    list_select_related = ["user"]
    fields = [
        "prefix", "previous_prefix", "previous_until", "access_key", "name", "user", "scopes",
        "networks", "daily_cap_cp", "monthly_cap_cp", "created_at", "expires_at", "last_used_at",
        "last_used_address", "revoked_at", "revoke_reason",
    ]  # fmt: skip
    readonly_fields = fields
    show_full_result_count = False
    actions_detail = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change keys may stop one."""
        return request.user.has_perm("accounts.change_apikey")

    @action(description=_("Revoke"), url_path="revoke", permissions=["revoke"])  # type: ignore[untyped-decorator]
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask why, then stop the key at once."""
        key = get_object_or_404(ApiKey.objects.select_related("user"), pk=object_id)
        form = RevokeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                revoke_by_staff(key_id=key.pk, reason=reason, now=timezone.now())
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                self.log_change(request, key, f"Revoked: {reason}")
                messages.success(request, _("The key is revoked."))
                return redirect(reverse("admin:accounts_apikey_change", args=[key.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revoke this key"),
            "form": form,
            "key": key,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/accounts/revoke_key.html", context)
