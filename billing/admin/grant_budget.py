"""The desk: how many free points a day may give, and the brake."""

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
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSplitDateTimeWidget
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.desk.reading import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import User
from billing.models import GrantBudget, GrantDay
from billing.services.grant_budget import (
    CAPTCHA_PERCENT,
    Budget,
    budget_at,
    granted_on_day,
    set_budget,
    switch,
)
from billing.types import format_points

_LIST = "admin:billing_grantbudget_changelist"


class BudgetForm(forms.Form):
    """A ceiling for a server day, from when, and why."""

    points = forms.IntegerField(
        label=_("Free points a day in all; empty: no ceiling"),
        min_value=1,
        max_value=10**12,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    captcha_percent = forms.IntegerField(
        label=_("A captcha for all from this share on, percent"),
        min_value=0,
        max_value=100,
        initial=CAPTCHA_PERCENT,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    at = forms.SplitDateTimeField(
        label=_("From (UTC); empty: at once"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget(),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=TextInput())


class WhyForm(forms.Form):
    """Why the brake is pulled or let go."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=TextInput())


@admin.register(GrantBudget)
class GrantBudgetAdmin(ReadOnlyAdmin):
    """Every budget that was set; the latest that has started holds."""

    list_display = ["starts_at", "ceiling", "captcha_percent", "stopped", "reason", "set_by"]
    list_select_related = ["set_by"]
    actions_list = ["set_budget", "stop", "go_on"]

    @admin.display(description=_("most a day"))
    def ceiling(self, budget: GrantBudget) -> str:
        return format_points(budget.day_max_cp) if budget.day_max_cp is not None else "–"

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may set budgets."""
        return request.user.has_perm("billing.add_grantbudget")

    @action(description=_("Set the budget"), url_path="set", permissions=["decide"])  # type: ignore[untyped-decorator]
    def set_budget(self, request: HttpRequest) -> HttpResponse:
        """A ceiling from an instant on; the brake stays as it is."""
        form = BudgetForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            given, now = form.cleaned_data, timezone.now()
            starts_at = given["at"] or now
            points = given["points"]
            try:
                set_budget(
                    day_max_cp=points * 100 if points is not None else None,
                    captcha_percent=given["captcha_percent"],
                    stopped=budget_at(starts_at).stopped,
                    starts_at=starts_at,
                    reason=given["reason"],
                    staff=cast(User, request.user),
                    now=now,
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                return self._done(request)
        return self._page(request, form, _("Set the budget"))

    @action(description=_("Stop free points"), url_path="stop", permissions=["decide"])  # type: ignore[untyped-decorator]
    def stop(self, request: HttpRequest) -> HttpResponse:
        """Nobody is given free points from now on."""
        return self._switch(request, _("Stop free points"), stopped=True)

    @action(description=_("Give free points again"), url_path="go-on", permissions=["decide"])  # type: ignore[untyped-decorator]
    def go_on(self, request: HttpRequest) -> HttpResponse:
        """The budget holds again."""
        return self._switch(request, _("Give free points again"), stopped=False)

    def _switch(self, request: HttpRequest, title: Any, *, stopped: bool) -> HttpResponse:
        form = WhyForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            staff = cast(User, request.user)
            try:
                switch(stopped=stopped, staff=staff, now=timezone.now(), **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                return self._done(request)
        return self._page(request, form, title)

    def _done(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, _("Done."))
        return redirect(reverse(_LIST))

    def _page(self, request: HttpRequest, form: forms.Form, title: Any) -> HttpResponse:
        now = timezone.now()
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": title,
            "lead": _in_words(budget_at(now), granted_on_day(now)),
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/accounts/form.html", context)


@admin.register(GrantDay)
class GrantDayAdmin(ReadOnlyAdmin):
    """What was given on each server day."""

    list_display = ["day", "given"]

    @admin.display(description=_("given"))
    def given(self, day: GrantDay) -> str:
        return format_points(day.granted_cp)


def _in_words(budget: Budget, granted_cp: int) -> str:
    given = format_points(granted_cp)
    if budget.stopped:
        return _("Free points are stopped. Today %(given)s were given.") % {"given": given}
    if budget.day_max_cp is None:
        return _("No ceiling. Today %(given)s were given.") % {"given": given}
    return _("Today %(given)s of %(ceiling)s were given.") % {
        "given": given,
        "ceiling": format_points(budget.day_max_cp),
    }
