"""The desk: what drafts of prices have in common. Edited while open, decided on pages of their own.

Every decision asks for a reason and is made by a service; the database refuses what a form lets by.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.errors import Refusal
from accounts.models import User
from billing.models import OfferStep
from billing.selectors.drafts import (
    Draft,
    broken_rules,
    changes,
    editable,
    kind_of,
    reference_of,
    standing,
)
from billing.services import drafts

APPROVAL = ["drafted_by", "submitted_by", "submitted_at", "approved_by", "published_at", "reason"]
Decide = Callable[..., object]


class ReasonForm(forms.Form):
    """Why: kept with the step."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=TextInput())


class DraftAdmin(ModelAdmin):  # type: ignore[misc]
    """Drafts are edited by whoever may change this model; all else is read."""

    show_full_result_count = False
    list_per_page = 50
    actions_detail: list[str] = ["submit", "withdraw", "publish", "discard"]
    actions = None
    right = ""

    @admin.display(description=_("standing"))
    def standing(self, draft: Draft) -> str:
        return standing(draft, now=timezone.now())

    @action(description=_("Submit"), url_path="submit", permissions=["edit_draft"])  # type: ignore[untyped-decorator]
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Close the draft for approval."""
        return self.decide(request, object_id, _("Submit for approval"), drafts.submit)

    @action(description=_("Withdraw"), url_path="withdraw", permissions=["close_draft"])  # type: ignore[untyped-decorator]
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open a submitted draft again."""
        return self.decide(request, object_id, _("Open for editing again"), drafts.withdraw)

    @action(description=_("Publish"), url_path="publish", permissions=["close_draft"])  # type: ignore[untyped-decorator]
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Publish what another person submitted."""
        return self.decide(request, object_id, _("Approve and publish"), drafts.publish)

    @action(description=_("Discard"), url_path="discard", permissions=["edit_draft"])  # type: ignore[untyped-decorator]
    def discard(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Throw a draft away."""
        return self.decide(request, object_id, _("Discard this draft"), drafts.discard)

    def decide(
        self, request: HttpRequest, object_id: str, title: Any, decision: Decide
    ) -> HttpResponse:
        """Show what the decision is about, ask for a reason, make it, or say why not."""
        draft = get_object_or_404(self.model, pk=object_id)
        form = ReasonForm(request.POST or None)
        now = timezone.now()
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                decision(draft, by=cast(User, request.user), reason=reason, now=now)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                self.log_change(request, draft, f"{title}: {reason}")
                messages.success(request, _("Done."))
                return self.back_to(draft)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "draft": draft,
            "standing": standing(draft, now=now),
            "changes": changes(draft),
            "broken": broken_rules(draft, now=now) if draft.published_at is None else [],
            "steps": OfferStep.objects.filter(
                kind=kind_of(draft), reference=reference_of(draft)
            ).select_related("by"),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/billing/decide.html", context)

    def back_to(self, draft: Any) -> HttpResponse:
        """The page of a draft, or the list when it is gone."""
        name = f"admin:billing_{self.opts.model_name}"
        if draft.pk is None or not self.model._default_manager.filter(pk=draft.pk).exists():
            return redirect(reverse(f"{name}_changelist"))
        return redirect(reverse(f"{name}_change", args=[draft.pk]))

    def has_edit_draft_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """A draft that is open, for whoever may change what this prices."""
        return self.may_decide(request, object_id, "draft")

    def has_close_draft_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """A draft that waits for approval, likewise."""
        return self.may_decide(request, object_id, "submitted")

    def may_decide(self, request: HttpRequest, object_id: object, *standings: str) -> bool:
        """Whether a decision makes sense now; once it is made its page says why not."""
        if not request.user.has_perm(self.right):
            return False
        draft = self.model._default_manager.filter(pk=object_id).first()
        posted = request.method == "POST"
        return posted or (draft is not None and standing(draft, now=timezone.now()) in standings)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The forms of the desk are in the server's zone: said where an instant is typed."""
        zone = _("In %(zone)s.") % {"zone": settings.TIME_ZONE}
        several = _("Codes with commas between them; empty means all.")
        kwargs["help_texts"] = {
            "starts_at": zone,
            "ends_at": zone,
            "plans": several,
            "periods": several,
        }
        return super().get_form(request, obj, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(self.right) and (obj is None or editable(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Discarding asks for a reason."""
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the database refuses (submitted a moment ago, say) is said, not crashed on."""
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except IntegrityError as error:
            messages.error(request, str(error).splitlines()[0])
            return redirect(request.path)
        return response

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        said = [str(part) for part in self.construct_change_message(request, form, formsets)]
        draft = self.draft_of(form.instance)
        step = "edited" if change else "drafted"
        drafts.note(draft, step, by=cast(User, request.user), now=timezone.now(), details=said)

    def draft_of(self, obj: Any) -> Draft:
        """The draft that an edited row belongs to."""
        found: Draft = obj
        return found


class DraftInline(TabularInline):  # type: ignore[misc]
    """Rows of a draft, edited with it."""

    extra = 0
    right = ""

    def draft_of(self, parent: Any) -> Any:
        """The draft that the page's row belongs to."""
        return parent

    def _open(self, request: HttpRequest, parent: Any) -> bool:
        return request.user.has_perm(self.right) and editable(self.draft_of(parent))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._open(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._open(request, obj)
