"""The desk: mail domains that are allowed or blocked, and new ones with many accounts."""

from __future__ import annotations

from typing import Any, cast

from disposable_email_domains import blocklist
from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.desk.reading import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import DomainRule, User
from accounts.selectors.mail_domains import known_domain, new_domains
from accounts.services.mail_domains import remove_rule, set_rule

_LIST = "admin:accounts_domainrule_changelist"
_VERDICTS = [("blocked", _("blocked")), ("allowed", _("allowed"))]


class RuleForm(forms.Form):
    """A domain, what holds for it, and why."""

    domain = forms.CharField(label=_("Domain"), max_length=255, widget=TextInput())
    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=_VERDICTS, widget=UnfoldAdminSelectWidget()
    )
    note = forms.CharField(label=_("Reason"), max_length=200, widget=TextInput())


class WhyForm(forms.Form):
    """Why a rule is taken back; it stays in the history."""

    note = forms.CharField(label=_("Reason"), max_length=200, widget=TextInput())


@admin.register(DomainRule)
class DomainRuleAdmin(ReadOnlyAdmin):
    """The operator's list. It stands above the public list of throw-away domains."""

    list_display = ["domain", "verdict", "note", "set_by", "set_at"]
    list_filter = ["verdict"]
    search_fields = ["domain__icontains"]
    list_select_related = ["set_by"]
    actions_list = ["set_rule", "watch"]
    actions_detail = ["remove"]

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change the list."""
        return request.user.has_perm("accounts.change_domainrule")

    @action(description=_("Allow or block a domain"), url_path="set", permissions=["decide"])  # type: ignore[untyped-decorator]
    def set_rule(self, request: HttpRequest) -> HttpResponse:
        """Ask for the domain, the verdict and why; set it."""
        asked = {key: request.GET[key] for key in ("domain", "verdict") if key in request.GET}
        form = RuleForm(request.POST if request.method == "POST" else None, initial=asked)
        if request.method == "POST" and form.is_valid():
            staff = cast(User, request.user)
            try:
                rule = set_rule(**form.cleaned_data, staff=staff, now=timezone.now())
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                self.log_change(request, rule, f"{rule.verdict}: {rule.note}")
                messages.success(request, _("Done."))
                return redirect(reverse(_LIST))
        lead = _("A rule holds for the domain and everything below it, from the next claim on.")
        return self._form(request, form, _("Allow or block a domain"), lead)

    @action(description=_("Take back"), url_path="remove", permissions=["decide"])  # type: ignore[untyped-decorator]
    def remove(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask why, then judge the domain like any other again."""
        rule = get_object_or_404(DomainRule, pk=object_id)
        form = WhyForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                remove_rule(rule_id=rule.pk)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                self.log_change(request, rule, f"taken back: {form.cleaned_data['note']}")
                messages.success(request, _("Done."))
                return redirect(reverse(_LIST))
        return self._form(request, form, _("Take the rule back"), str(rule))

    @action(description=_("New domains"), url_path="new", permissions=["view"])  # type: ignore[untyped-decorator]
    def watch(self, request: HttpRequest) -> HttpResponse:
        """New domains with many accounts, and what is known about one that is asked for."""
        now, asked = timezone.now(), request.GET.get("domain", "").strip()[:255]
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("New domains"),
            "asked": asked,
            "known": [known_domain(asked, now=now)] if asked else [],
            "domains": new_domains(now=now),
            "listed": len(blocklist),
            "may_decide": self.has_decide_permission(request),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/accounts/new_domains.html", context)

    def _form(
        self, request: HttpRequest, form: forms.Form, title: object, lead: object
    ) -> HttpResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": title,
            "lead": lead,
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/accounts/form.html", context)
