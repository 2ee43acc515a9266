"""A button of the desk that asks first: what it does, a reason where one is needed, the act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.errors import Refusal


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=TextInput())


def decide(
    admin: Any,
    request: HttpRequest,
    *,
    row: Any,
    title: str | Promise,
    effect: str,
    act: Callable[[str], object],
    back: str,
    reason: bool,
) -> HttpResponse:
    """The page that says what happens, and after its button the act; `act` is given the reason.

    A link in a mail must not change anything, so only a POST acts. What was done is logged.
    """
    form = ReasonForm(request.POST if request.method == "POST" else None) if reason else None
    if request.method == "POST" and (form is None or form.is_valid()):
        why = form.cleaned_data["reason"] if form is not None else ""
        try:
            act(why)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            admin.log_change(request, row, f"{title}: {why}" if why else str(title))
            messages.success(request, _("Done."))
        return redirect(back)
    context = {
        **admin.admin_site.each_context(request),
        "title": title,
        "effect": effect,
        "form": form,
        "opts": admin.opts,
    }
    return TemplateResponse(request, "admin/billing/reason.html", context)
