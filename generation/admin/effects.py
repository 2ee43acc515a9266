"""The desk: effects to read, and their switch."""

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
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.errors import Refusal
from accounts.models import User
from generation.admin.jobs import ReadOnly
from generation.models import EffectSwitch, EffectTemplate, EffectVersion
from generation.services.effects import REASONS, switch_effect


class SwitchForm(forms.Form):
    """Why the switch is flipped."""

    # Where the switch stood on the page: two who flip it at once do not undo each other.
    enabled = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=list(REASONS.items()), widget=UnfoldAdminSelectWidget()
    )
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
    )


class SwitchInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """Who flipped the switch, when and why."""

    model = EffectSwitch
    fields = ["at", "enabled", "reason", "note", "staff"]
    extra = 0


class VersionInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """What it said, newest version first."""

    model = EffectVersion
    fields = ["version", "content"]
    extra = 0


@admin.register(EffectTemplate)
class EffectTemplateAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Effects in the order of the gallery. One write: the switch."""

    list_display = ["code", "name", "enabled", "position"]
    list_filter = ["enabled"]
    search_fields = ["code"]
    fields = ["code", "enabled", "position"]
    inlines = [SwitchInline, VersionInline]
    actions_detail = ["switch"]
    show_full_result_count = False

    @admin.display(description=_("name"))
    def name(self, template: EffectTemplate) -> str:
        version = template.versions.first()
        return str(version.content["name"]["en"]) if version else "–"

    @action(  # type: ignore[untyped-decorator]
        description=_("Switch off or on"), url_path="switch", permissions=["switch"]
    )
    def switch(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, flip the switch, back to the effect."""
        template = get_object_or_404(EffectTemplate, pk=object_id)
        form = SwitchForm(request.POST or None, initial={"enabled": not template.enabled})
        if request.method == "POST" and form.is_valid():
            try:
                flipped = switch_effect(
                    code=template.pk,
                    enabled=form.cleaned_data["enabled"],
                    reason=form.cleaned_data["reason"],
                    note=form.cleaned_data["note"],
                    staff=cast(User, request.user),
                    now=timezone.now(),
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                stands = "on" if flipped.enabled else "off"
                reason = form.cleaned_data["reason"]
                self.log_change(request, template, f"Switched {stands}: {reason}")
                said = _("Switched on.") if flipped.enabled else _("Switched off.")
                messages.success(request, said)
                return redirect(reverse("admin:generation_effecttemplate_change", args=[object_id]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Switch off") if template.enabled else _("Switch on"),
            "form": form,
            "effect": template,
            "name": self.name(template),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/generation/switch.html", context)

    def has_switch_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change effects."""
        return request.user.has_perm("generation.change_effecttemplate")
