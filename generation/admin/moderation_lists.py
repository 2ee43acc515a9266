"""The desk: lists of rules and of forbidden pictures, imported from files, checked first."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.errors import Refusal
from accounts.models import User
from generation.admin.jobs import ReadOnly
from generation.models import BlockedPicture, ListedRule, RuleList
from generation.moderation.lists import BYTES_MAX, write_rules
from generation.services import blocked_pictures, rule_lists

_SHOWN = 50


class ImportForm(forms.Form):
    """A file, and the digest of the one that was checked before."""

    file = forms.FileField(label=_("CSV file"), widget=UnfoldAdminFileFieldWidget())
    note = forms.CharField(
        label=_("What changes"), max_length=200, required=False, widget=TextInput()
    )
    checked = forms.CharField(required=False)

    def read(self) -> bytes:
        """The file, one byte more than is taken at most."""
        data: bytes = self.cleaned_data["file"].read(BYTES_MAX + 1)
        return data


class ReasonForm(forms.Form):
    """Why: kept with the version."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=TextInput())


class ImportAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """A list from files: checked first, and imported when the same file is sent again."""

    actions_list = ["import_file"]
    show_full_result_count = False
    list_per_page = 50

    @action(description=_("Import"), url_path="import", permissions=["import_file"])  # type: ignore[untyped-decorator]
    def import_file(self, request: HttpRequest) -> HttpResponse:
        """Say line by line what is wrong, or what would change; then keep it."""
        form = ImportForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request), "title": _("Import"), "opts": self.opts
        }  # fmt: skip
        if request.method == "POST" and form.is_valid():
            data = form.read()
            digest = hashlib.sha256(data).hexdigest()
            if "confirm" in request.POST and form.cleaned_data["checked"] == digest:
                try:
                    said = self.keep(request, data, form.cleaned_data["note"])
                except Refusal as refusal:
                    form.add_error(None, refusal.message)
                else:
                    messages.success(request, said)
                    return redirect(reverse(f"admin:generation_{self.opts.model_name}_changelist"))
            preview = self.would_do(data)
            context |= {"preview": preview, "shown": _SHOWN, "faults": preview["faults"][:_SHOWN]}
            context["checked"] = "" if preview["faults"] else digest
        return TemplateResponse(request, "admin/generation/import.html", {**context, "form": form})

    def would_do(self, data: bytes) -> dict[str, Any]:
        """What the file would do: `faults`, and `changes` as (words, names)."""
        raise NotImplementedError

    def keep(self, request: HttpRequest, data: bytes, note: str) -> str:
        """Import the file; what to say then."""
        raise NotImplementedError

    def has_import_file_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"generation.add_{self.opts.model_name}")


class ListedRuleInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """The rules of a version, to read."""

    model = ListedRule
    fields = ["rule_id", "pattern", "category", "action", "near", "scope", "note"]
    extra = 0
    per_page = 100


@admin.register(RuleList)
class RuleListAdmin(ImportAdmin):
    """Versions of the rules. In force is the one published last; the starter list before any."""

    list_display = [
        "version",
        "note",
        "made_by",
        "made_at",
        "published_by",
        "published_at",
        "reason",
    ]
    list_select_related = ["made_by", "published_by"]
    inlines = [ListedRuleInline]
    actions_list = ["import_file", "export_in_force"]
    actions_detail = ["export", "publish"]

    def would_do(self, data: bytes) -> dict[str, Any]:
        preview = rule_lists.preview_rules(data)
        return {
            "faults": preview.faults,
            "count": len(preview.rules),
            "changes": [
                (_("New"), preview.added),
                (_("Changed"), preview.changed),
                (_("Gone"), preview.removed),
            ],
        }

    def keep(self, request: HttpRequest, data: bytes, note: str) -> str:
        made = rule_lists.import_rules(
            data=data, note=note, by=cast(User, request.user), now=timezone.now()
        )
        return _now("Version %(version)d is imported. Publish it to put it in force.") % {
            "version": made.version
        }

    @action(description=_("Export the rules in force"), url_path="export")  # type: ignore[untyped-decorator]
    def export_in_force(self, request: HttpRequest) -> HttpResponse:
        """What is in force, as the file an import takes."""
        book = rule_lists.book()
        return _csv(write_rules(book.rules), f"rules-{book.version}.csv")

    @action(description=_("Export"), url_path="export-one")  # type: ignore[untyped-decorator]
    def export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A version as the file an import takes."""
        chosen = get_object_or_404(RuleList, pk=object_id)
        rules = (row.as_rule() for row in chosen.rules.all())
        return _csv(write_rules(rules), f"rules-{chosen.version}.csv")

    @action(description=_("Publish"), url_path="publish", permissions=["publish"])  # type: ignore[untyped-decorator]
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put a version in force at once, with a reason; an earlier one comes back as a new one."""
        chosen = get_object_or_404(RuleList, pk=object_id)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                published = rule_lists.publish_rules(
                    version=chosen.version,
                    reason=form.cleaned_data["reason"],
                    by=cast(User, request.user),
                    now=timezone.now(),
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                self.log_change(request, published, f"published: {published.reason}")
                messages.success(request, _("In force."))
                return redirect(reverse("admin:generation_rulelist_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish"),
            "form": form,
            "chosen": chosen,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/generation/reason.html", context)

    def has_publish_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("generation.change_rulelist")


@admin.register(BlockedPicture)
class BlockedPictureAdmin(ImportAdmin):
    """Hashes of pictures nobody may send or be given."""

    list_display = ["pdq", "category", "note", "listed_by", "listed_at", "removed_at"]
    list_filter = ["category"]
    search_fields = ["pdq__istartswith", "note__icontains"]
    list_select_related = ["listed_by"]
    actions_detail = ["take_off"]

    def would_do(self, data: bytes) -> dict[str, Any]:
        read = blocked_pictures.preview_hashes(data)
        return {
            "faults": read.faults,
            "count": len(read.hashes),
            "changes": [(_("New"), read.added), (_("Known already"), read.known)],
        }

    def keep(self, request: HttpRequest, data: bytes, note: str) -> str:
        count = blocked_pictures.import_hashes(
            data=data, note=note, by=cast(User, request.user), now=timezone.now()
        )
        return _now("%(count)d pictures are forbidden now that were not before.") % {"count": count}

    @action(description=_("Take off the list"), url_path="take-off", permissions=["take_off"])  # type: ignore[untyped-decorator]
    def take_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Forbid it no more, with a reason; the row stays to be read."""
        row = get_object_or_404(BlockedPicture, pk=object_id)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            now, by = timezone.now(), cast(User, request.user)
            blocked_pictures.take_off(picture_id=row.pk, by=by, now=now)
            self.log_change(request, row, f"taken off: {form.cleaned_data['reason']}")
            messages.success(request, _("Done."))
            return redirect(reverse("admin:generation_blockedpicture_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Take off the list"),
            "form": form,
            "picture": row,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/generation/reason.html", context)

    def has_take_off_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("generation.change_blockedpicture")


def _csv(text: str, name: str) -> HttpResponse:
    return HttpResponse(
        "\ufeff" + text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
