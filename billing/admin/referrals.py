"""The desk: who invited whom, and those that a person must look at."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.desk.reading import ReadOnlyAdmin
from accounts.models import User
from billing.admin.deciding import decide
from billing.models import Referral
from billing.selectors.kinship import kinship
from billing.services.referral_rewards import decide_referral


@admin.register(Referral)
class ReferralAdmin(ReadOnlyAdmin):
    """Referrals, newest first; those in review wait for somebody here."""

    list_display = ["id", "referrer", "friend", "state", "cause", "bound_at", "due_at"]
    list_filter = ["state"]
    list_select_related = ["referrer", "friend"]
    search_fields = ["referrer__email__iexact", "friend__email__iexact", "id__exact"]
    readonly_fields = ["in_common"]
    actions_detail = ["approve", "refuse"]

    @admin.display(description=_("in common now"))
    def in_common(self, row: Referral) -> str:
        """Mailbox, card, address: as it is now, not as it was when it came here."""
        return ", ".join(kinship(row.referrer, row.friend)) or "–"

    @action(description=_("Let it go on"), url_path="approve", permissions=["decide"])  # type: ignore[untyped-decorator]
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Two people after all: it waits for its date like any other."""
        return self._decide(request, object_id, _("Let it go on"), approve=True)

    @action(description=_("Refuse"), url_path="refuse", permissions=["decide"])  # type: ignore[untyped-decorator]
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One person: neither gets anything."""
        return self._decide(request, object_id, _("Refuse"), approve=False)

    def _decide(
        self, request: HttpRequest, object_id: str, title: str | Promise, *, approve: bool
    ) -> HttpResponse:
        row = get_object_or_404(Referral.objects.select_related("referrer", "friend"), pk=object_id)
        people = f"{row.referrer.email} invited {row.friend.email}"
        return decide(
            self,
            request,
            row=row,
            title=title,
            effect=f"{people}. In common: {self.in_common(row)}.",
            act=lambda why: decide_referral(
                referral_id=row.pk,
                approve=approve,
                reason=why,
                staff=cast(User, request.user),
                now=timezone.now(),
            ),
            back=reverse("admin:billing_referral_change", args=[row.pk]),
            reason=True,
        )

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change referrals, while it is in review."""
        waits = object_id is None or Referral.objects.filter(pk=object_id, state="review")
        return bool(waits) and request.user.has_perm("billing.change_referral")
