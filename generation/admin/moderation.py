"""The desk: what moderation found, the queue of what waits for a person, and the decision."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.errors import Refusal
from accounts.models import User
from generation.admin.jobs import ReadOnly
from generation.models import Allowance, Appeal, Decision, Job, Strike, Verdict
from generation.selectors.safety import standing_of
from generation.services import appeals


class DecisionForm(forms.Form):
    """What follows, and why."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=list(appeals.OUTCOMES.items()),
        widget=UnfoldAdminSelectWidget(),
    )
    reason = forms.ChoiceField(
        label=_("Reason"), choices=list(appeals.REASONS.items()), widget=UnfoldAdminSelectWidget()
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=TextInput())


class AppealInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """What the user says."""

    model = Appeal
    fields = ["look", "text", "made_at"]
    extra = 0


class DecisionInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """What was decided before, and by whom."""

    model = Decision
    fields = ["look", "outcome", "reason", "note", "by", "made_at"]
    extra = 0


@admin.register(Verdict)
class VerdictAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Newest first; the queue is what waits. Texts are shown on a verdict's own page only."""

    list_display = [
        "created_at", "user", "code", "category", "rule_id", "action", "asked", "review",
    ]  # fmt: skip
    list_filter = ["review", "action", "code", "category", "source"]
    search_fields = ["id__exact", "user__email__istartswith", "rule_id__istartswith"]
    list_select_related = ["user"]
    exclude = ["digest"]
    inlines = [AppealInline, DecisionInline]
    actions_detail = ["decide"]
    show_full_result_count = False
    list_per_page = 50

    @action(description=_("Decide"), url_path="decide", permissions=["decide"])  # type: ignore[untyped-decorator]
    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Look at it with what belongs to it, and close it with a reason."""
        verdict = get_object_or_404(Verdict.objects.select_related("user"), pk=object_id)
        form = DecisionForm(request.POST if request.method == "POST" else None)
        now = timezone.now()
        if request.method == "POST" and form.is_valid():
            try:
                decision = appeals.decide(
                    verdict_id=verdict.id, by=cast(User, request.user), now=now, **form.cleaned_data
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                self.log_change(request, verdict, f"{decision.outcome}: {decision.reason}")
                messages.success(request, _("Done."))
                waiting = reverse("admin:generation_verdict_changelist") + "?review=waiting"
                return redirect(waiting)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Decide"),
            "form": form,
            "verdict": verdict,
            "before": verdict.text[: verdict.start] if verdict.start is not None else verdict.text,
            "after": verdict.text[verdict.end :] if verdict.end is not None else "",
            "standing": standing_of(verdict.user, now=now),
            "job": Job.objects.filter(id=verdict.job_id).first() if verdict.job_id else None,
            "appeals": verdict.appeals.all(),
            "decisions": verdict.decisions.select_related("by"),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/generation/decide.html", context)

    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may change verdicts, while this one waits; once decided its page says so."""
        if not request.user.has_perm("generation.change_verdict"):
            return False
        waits = Verdict.objects.filter(pk=object_id, review="waiting").exists()  # type: ignore[misc]
        return request.method == "POST" or waits


@admin.register(Strike)
class StrikeAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """What counts against whom; it is taken back by deciding about its verdict."""

    list_display = ["given_at", "user", "weight", "removed_at", "verdict"]
    search_fields = ["user__email__istartswith"]
    list_select_related = ["user", "verdict"]
    ordering = ["-given_at"]
    show_full_result_count = False


@admin.register(Allowance)
class AllowanceAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Who may do what despite a rule, and by which decision."""

    list_display = ["given_at", "user", "rule_id", "once", "used_at"]
    search_fields = ["user__email__istartswith", "rule_id__istartswith"]
    list_select_related = ["user"]
    exclude = ["digest"]
    ordering = ["-given_at"]
    show_full_result_count = False

    @admin.display(description=_("once"), boolean=True)
    def once(self, allowance: Allowance) -> Any:
        return allowance.digest is not None
