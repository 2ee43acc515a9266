"""The desk: the waiting list, whom to invite, and what became of it."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.desk.forms import CodeForm, HandForm, RuleForm
from accounts.desk.pages import CappedPaginator
from accounts.desk.reading import ReadOnlyAdmin, staff_actor
from accounts.errors import Refusal
from accounts.models import Application, Invitation, InvitationBatch
from accounts.selectors.waiting_list import preview, waiting
from accounts.services.invitations import invite_by_hand, invite_by_rule, make_code
from accounts.waiting import BATCH_MAX, STATES, USES, Rule

_LIST = "admin:accounts_application_changelist"


class _Choice(SimpleListFilter):
    """A filter whose values are known: nothing is read to offer them."""

    values: tuple[str, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, value or "–") for value in self.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(**{str(self.parameter_name): chosen})


class StateFilter(_Choice):
    title, parameter_name, values = _("state"), "state", STATES


class UseFilter(_Choice):
    title, parameter_name, values = _("use"), "use", USES


class LanguageFilter(_Choice):
    title, parameter_name = _("language"), "language"
    values = tuple(dict(settings.LANGUAGES))


class AppliedFilter(SimpleListFilter):
    """Applications of the last days."""

    title, parameter_name = _("applied within"), "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("a day")), ("7", _("7 days")), ("30", _("30 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("1", "7", "30"):
            return queryset
        since = timezone.now() - timedelta(days=int(str(self.value())))
        return queryset.filter(applied_at__gte=since)


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin):
    """Who waits. A search is an address or its beginning, or a place: #12345 goes on from there."""

    paginator = CappedPaginator
    list_display = ["email", "state", "place", "use", "language", "applied_at", "invited_at"]
    list_filter = [StateFilter, UseFilter, LanguageFilter, AppliedFilter]
    # Sorting a million rows by another column would be the slow page this list must not have.
    sortable_by: list[str] = []
    search_fields = ["email"]
    search_help_text = _("An address or its beginning; #12345 for places from there on")
    exclude = ["token", "draw"]
    actions = ["invite_selected"]
    actions_list = ["invite_rule", "new_code"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Application], search_term: str
    ) -> tuple[QuerySet[Application], bool]:
        term = search_term.strip().lower()
        if found := re.fullmatch(r"#(\d{1,18})", term):
            return queryset.filter(place__gte=int(found[1])).order_by("place"), False
        # `like 'anna%'`: the index of the unique column answers it, in the order of addresses.
        return (queryset.filter(email__startswith=term) if term else queryset), False

    def has_invite_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may add invitations."""
        return request.user.has_perm("accounts.add_invitation")

    @admin.action(description=_("Invite the selected"), permissions=["invite"])
    def invite_selected(
        self, request: HttpRequest, queryset: QuerySet[Application]
    ) -> HttpResponse | None:
        """A dry run first, then the same selection with a reason."""
        ids = list(queryset.order_by().values_list("pk", flat=True)[: BATCH_MAX + 1])
        if len(ids) > BATCH_MAX:
            messages.error(request, _("Too many for one batch: use a rule."))
            return None
        sending = request.POST.get("step") == "do"
        form = HandForm(request.POST if sending else None, initial={"key": _key("hand")})
        if sending and form.is_valid():
            try:
                batch = invite_by_hand(
                    ids=ids, **form.cleaned_data, actor=staff_actor(request), now=timezone.now()
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, _("%(count)s invited.") % {"count": batch.count})
                return redirect(reverse(_LIST))
        able = queryset.filter(state="confirmed").order_by("place")
        kept = [("action", "invite_selected"), ("select_across", "0"), ("index", "0")]
        kept += [("_selected_action", str(pk)) for pk in ids]
        return self._page(
            request,
            _("Invite the selected"),
            form,
            kept=kept,
            preview=_shown(able.count(), list(able[:20])),
        )

    @action(description=_("Invite by a rule"), url_path="invite", permissions=["invite"])  # type: ignore[untyped-decorator]
    def invite_rule(self, request: HttpRequest) -> HttpResponse:
        """Rule, dry run, then the batch."""
        form = RuleForm(request.POST or None, initial={"key": _key("rule")})
        seen = None
        if request.method == "POST" and form.is_valid():
            rule, rest = form.rule(), form.rest()
            try:
                if request.POST.get("step") == "do":
                    batch = invite_by_rule(
                        rule=rule, **rest, actor=staff_actor(request), now=timezone.now()
                    )
                    messages.success(request, _("%(count)s invited.") % {"count": batch.count})
                    return redirect(reverse(_LIST))
                seen = _looked(rule)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
        return self._page(request, _("Invite by a rule"), form, preview=seen, dry_run=True)

    @action(description=_("New code"), url_path="code", permissions=["invite"])  # type: ignore[untyped-decorator]
    def new_code(self, request: HttpRequest) -> HttpResponse:
        """Seats, life and reason; the code is shown and stays in the list of invitations."""
        form = CodeForm(request.POST or None, initial={"key": _key("code")})
        if request.method == "POST" and form.is_valid():
            try:
                made = make_code(
                    **form.cleaned_data, actor=staff_actor(request), now=timezone.now()
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, _("The code is %(code)s.") % {"code": made.token})
                return redirect(reverse("admin:accounts_invitationbatch_changelist"))
        return self._page(request, _("New code"), form)

    def _page(
        self, request: HttpRequest, title: Any, form: forms.Form, **context: Any
    ) -> HttpResponse:
        lead = _("%(count)s wait.") % {"count": f"{waiting():,}"}
        return TemplateResponse(
            request,
            "admin/accounts/form.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "form": form,
                "lead": lead,
                "opts": self.opts,
                **context,
            },
        )


@admin.register(InvitationBatch)
class InvitationBatchAdmin(ReadOnlyAdmin):
    """Every batch: who asked for it, why, and how many it invited."""

    paginator = CappedPaginator
    list_display = ["key", "way", "count", "actor", "reason", "created_at", "expires_at"]
    search_fields = ["key__startswith"]
    sortable_by: list[str] = []


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Codes and personal invitations; the latter's links are for their owners alone."""

    paginator = CappedPaginator
    list_display = ["code", "batch", "seats", "used", "expires_at"]
    list_select_related = ["batch"]
    fields = ["code", "batch", "application", "seats", "used", "expires_at"]
    readonly_fields = fields
    sortable_by: list[str] = []

    @admin.display(description=_("code"))
    def code(self, invitation: Invitation) -> str:
        return invitation.token if invitation.batch.way == "code" else "–"


def _key(way: str) -> str:
    # Made with the empty form: sending it twice is one batch.
    return f"{way}:{secrets.token_hex(8)}"


def _looked(rule: Rule) -> dict[str, Any]:
    seen = preview(rule)
    return _shown(seen.count, seen.first)


def _shown(count: int, people: list[Application]) -> dict[str, Any]:
    return {
        "lead": _("Would invite %(count)s; the first:") % {"count": count},
        "lines": [f"{person.place} · {person.email}" for person in people],
    }
