"""The desk: whether people may sign up, and every decision about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.desk.reading import ReadOnlyAdmin, staff_actor
from accounts.errors import Refusal
from accounts.models import RegistrationChange
from accounts.selectors.registration import registration
from accounts.services.registration import change_registration

_WORDS = [("closed", _("closed")), ("waitlist", _("waiting list")), ("open", _("open"))]


class ChangeForm(forms.Form):
    """The state to hold, from when, and why."""

    state = forms.ChoiceField(label=_("State"), choices=_WORDS, widget=UnfoldAdminSelectWidget())
    at = forms.SplitDateTimeField(
        label=_("From (UTC); empty: at once"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget(),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=TextInput())


@admin.register(RegistrationChange)
class RegistrationChangeAdmin(ReadOnlyAdmin):
    """Every decision, the newest first: that one holds."""

    list_display = ["decided_at", "before", "after", "starts_at", "actor", "reason"]
    actions_list = ["change"]

    @action(description=_("Change registration"), url_path="change-state", permissions=["decide"])  # type: ignore[untyped-decorator]
    def change(self, request: HttpRequest) -> HttpResponse:
        """Ask for state, instant and reason; decide; back to the list."""
        now = timezone.now()
        form = ChangeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                change_registration(
                    **form.cleaned_data, actor=staff_actor(request), now=timezone.now()
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, _("Done."))
                return redirect(reverse("admin:accounts_registrationchange_changelist"))
        held = registration(now=now)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Change registration"),
            "form": form,
            "lead": _("Now: %(state)s.") % {"state": held.state},
            "held": held,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/accounts/form.html", context)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may add a decision."""
        return request.user.has_perm("accounts.add_registrationchange")
