"""The desk: users and their API keys."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

import accounts.desk.registration
import accounts.desk.waiting_list  # noqa: F401  # both register their pages
from accounts.models import ApiKey, User

admin.site.unregister(Group)
# Second factors, sessions and tokens are their owners' alone.
for secret in (Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(secret)
# An address that staff confirm by hand, without a reason, would open the daily points to anyone.
admin.site.unregister(EmailAddress)


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
    readonly_fields = ["id", "date_joined", "last_login"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["id", "email", "password"]}),
        (_("Name"), {"fields": ["first_name", "last_name"]}),
        (_("May"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("When"), {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "password1", "password2"]})]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted from here: jobs and the ledger speak of them."""
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):  # type: ignore[misc]
    """Keys of programs, to look at; their owners make and revoke them."""

    list_display = ["prefix", "name", "user", "created_at", "last_used_at", "revoked_at"]
    search_fields = ["prefix", "user__email"]
    list_select_related = ["user"]
    fields = ["prefix", "name", "user", "created_at", "last_used_at", "revoked_at"]
    readonly_fields = fields
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
