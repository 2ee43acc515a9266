"""The desk: users who look like a farm, with what they share with others, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

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
from unfold.widgets import UnfoldAdminTextareaWidget as TextArea

from accounts.desk.linked import linked_table
from accounts.desk.reading import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import Review, User
from accounts.services.reviews import add_note, clear
from billing.services.bans import REASONS, ban_reviewed


class NoteForm(forms.Form):
    """What was found; the next one who looks reads it."""

    note = forms.CharField(label=_("Note"), max_length=1000, widget=TextArea(attrs={"rows": 3}))


class BarForm(NoteForm):
    """Why somebody is barred."""

    field_order = ["reason", "note"]
    reason = forms.ChoiceField(
        label=_("Reason"), choices=list(REASONS.items()), widget=UnfoldAdminSelectWidget()
    )


class WaitingFilter(admin.SimpleListFilter):
    """Those nobody has decided, unless others are asked for."""

    title, parameter_name = _("review"), "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("closed", _("closed")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("open")}, *others]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        return queryset.filter(closed_at__isnull=self.value() != "closed")


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """Reviews, open ones first shown. Cleared users pass every step for half a year."""

    list_display = ["user", "opened_at", "score", "reasons", "outcome", "closed_by", "closed_at"]
    list_filter = [WaitingFilter]
    list_select_related = ["user", "closed_by"]
    search_fields = ["user__email__istartswith"]
    fields = [
        "user", "opened_at", "score", "reasons", "linked", "note", "outcome", "closed_by",
        "closed_at",
    ]  # fmt: skip
    readonly_fields = fields
    actions_detail = ["clear", "bar", "write_note"]

    @admin.display(description=_("linked accounts"))
    def linked(self, review: Review) -> str:
        return linked_table(review.user)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change reviews."""
        return request.user.has_perm("accounts.change_review")

    def has_bar_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may decide and may change users too, as where users are barred otherwise."""
        return self.has_decide_permission(request) and request.user.has_perm("accounts.change_user")

    @action(description=_("Nothing is wrong"), url_path="clear", permissions=["decide"])  # type: ignore[untyped-decorator]
    def clear(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The user has their free points, and passes every step for half a year."""
        lead = _("The user passes every step for half a year, and their mailbox is theirs.")
        return self._ask(request, object_id, NoteForm, _("Nothing is wrong"), lead, clear)

    @action(description=_("Bar"), url_path="bar", permissions=["bar"])  # type: ignore[untyped-decorator]
    def bar(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Bar the user and close the review with it."""
        lead = _("Free points are frozen. What was paid stays, and can be given back.")
        return self._ask(request, object_id, BarForm, _("Bar this user"), lead, ban_reviewed)

    @action(description=_("Write a note"), url_path="note", permissions=["decide"])  # type: ignore[untyped-decorator]
    def write_note(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Write something down and leave the review open."""
        lead = _("The review stays open.")
        return self._ask(request, object_id, NoteForm, _("Write a note"), lead, add_note)

    def _ask(
        self,
        request: HttpRequest,
        object_id: int,
        form_class: type[forms.Form],
        title: Any,
        lead: Any,
        act: Callable[..., object],
    ) -> HttpResponse:
        review = get_object_or_404(Review.objects.select_related("user"), pk=object_id)
        form = form_class(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            staff = cast(User, request.user)
            try:
                act(review_id=review.pk, staff=staff, now=timezone.now(), **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                why = ": ".join(form.cleaned_data.values())
                self.log_change(request, review, f"{title}: {why}")
                messages.success(request, _("Done."))
                return redirect(reverse("admin:accounts_review_change", args=[review.pk]))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": title,
            "lead": f"{review.user.email}: {review.reasons}. {lead}",
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/accounts/form.html", context)
