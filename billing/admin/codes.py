"""The desk: batches of redeem codes, the codes by their last characters, who redeemed what."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.desk.reading import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import User
from billing.admin.code_forms import BatchForm
from billing.admin.deciding import decide
from billing.models import CodeBatch, CodeRedemption, RedeemCode
from billing.redeem_codes import read_code
from billing.services import code_batches
from billing.types import format_points


@admin.register(CodeBatch)
class CodeBatchAdmin(ReadOnlyAdmin):
    """Batches, newest first. They are proposed, agreed to above a limit, made, and revoked."""

    list_display = ["id", "title", "state", "count", "worth", "redeemed", "ends_at", "proposed_by"]
    list_filter = ["state", "reason"]
    list_select_related = ["proposed_by"]
    search_fields = ["title", "id__exact"]
    exclude = ["key"]
    actions_list = ["propose"]
    actions_detail = ["agree", "refuse", "make", "revoke"]

    @admin.display(description=_("points a code"), ordering="amount_cp")
    def worth(self, batch: CodeBatch) -> str:
        return format_points(batch.amount_cp)

    @action(description=_("New batch"), url_path="propose", permissions=["propose"])  # type: ignore[untyped-decorator]
    def propose(self, request: HttpRequest) -> HttpResponse:
        """Ask for a batch: what it is worth first, then the second button."""
        given = request.POST if request.method == "POST" else None
        now = timezone.now()
        form = BatchForm(given, initial={"key": secrets.token_hex(16), "starts_at": now})
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("New batch of redeem codes"),
            "form": form,
            "opts": self.opts,
        }
        if given is not None and form.is_valid():
            staff, wanted = cast(User, request.user), form.wanted()
            worth_cp = wanted.redemptions_max * wanted.amount_cp
            context["preview"] = {
                "worth": format_points(worth_cp),
                "second_person": code_batches.needs_second(staff=staff, worth_cp=worth_cp, now=now),
            }
            if "confirm" in request.POST:
                try:
                    batch = code_batches.propose_batch(wanted=wanted, staff=staff, now=now)
                except Refusal as refusal:
                    form.add_error(None, refusal.message)
                else:
                    return self._proposed(request, batch)
        return TemplateResponse(request, "admin/billing/codes.html", context)

    def _proposed(self, request: HttpRequest, batch: CodeBatch) -> HttpResponse:
        self.log_change(request, batch, f"Proposed: {batch.state}")
        if batch.state == "waiting":
            messages.warning(request, _("It waits for a second person."))
        else:
            messages.success(request, _("Now make its codes: they are shown once."))
        return redirect(_page(batch))

    @action(description=_("Agree"), url_path="agree", permissions=["decide"])  # type: ignore[untyped-decorator]
    def agree(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let its codes be made."""
        return self._decide(request, object_id, _("Agree"), code_batches.agree_batch)

    @action(description=_("Refuse"), url_path="refuse", permissions=["decide"])  # type: ignore[untyped-decorator]
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say no; no code is made."""
        return self._decide(request, object_id, _("Refuse"), code_batches.refuse_batch)

    @action(description=_("Make the codes"), url_path="make", permissions=["make"])  # type: ignore[untyped-decorator]
    def make(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make them and hand them out as a file. There is no second time."""
        batch = get_object_or_404(CodeBatch, pk=object_id)
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": _("Make the codes and download them"),
                "effect": f"{_effect(batch)} They are in the file that comes now and nowhere else.",
                "opts": self.opts,
            }
            return TemplateResponse(request, "admin/billing/confirm.html", context)
        try:
            made = code_batches.make_codes(
                batch_id=batch.pk, staff=cast(User, request.user), now=timezone.now()
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect(_page(batch))
        self.log_change(request, batch, "Made and downloaded")
        response = HttpResponse(made.as_csv(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="codes-{batch.pk}.csv"'
        return response

    @action(description=_("Revoke"), url_path="revoke", permissions=["revoke"])  # type: ignore[untyped-decorator]
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End what was not redeemed."""
        batch = get_object_or_404(CodeBatch, pk=object_id)
        left = batch.count - batch.redeemed
        return decide(
            self,
            request,
            row=batch,
            title=_("Revoke"),
            effect=f"{batch.title}: {left} codes end; {batch.redeemed} redeemed ones stay.",
            act=lambda why: code_batches.revoke_batch(
                batch_id=batch.pk, reason=why, staff=cast(User, request.user), now=timezone.now()
            ),
            back=_page(batch),
            reason=True,
        )

    def _decide(
        self,
        request: HttpRequest,
        object_id: int,
        title: str | Promise,
        act: Callable[..., CodeBatch],
    ) -> HttpResponse:
        batch = get_object_or_404(CodeBatch, pk=object_id)
        return decide(
            self,
            request,
            row=batch,
            title=title,
            effect=_effect(batch),
            act=lambda why: act(
                batch_id=batch.pk, staff=cast(User, request.user), now=timezone.now()
            ),
            back=_page(batch),
            reason=False,
        )

    def has_propose_permission(self, request: HttpRequest) -> bool:
        """Whoever may add batches."""
        return request.user.has_perm("billing.add_codebatch")

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change batches, while it waits."""
        return self._may(request, object_id, "change", "waiting")

    def has_make_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may add batches, once it is agreed to."""
        return self._may(request, object_id, "add", "agreed")

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change batches, until it is revoked."""
        return self._may(request, object_id, "change", "agreed", "made")

    def _may(self, request: HttpRequest, object_id: Any, verb: str, *states: str) -> bool:
        fits = object_id is None or CodeBatch.objects.filter(pk=object_id, state__in=states)
        return bool(fits) and request.user.has_perm(f"billing.{verb}_codebatch")


@admin.register(RedeemCode)
class RedeemCodeAdmin(ReadOnlyAdmin):
    """Codes by their last four characters; a whole code in the search finds the one it is."""

    list_display = ["id", "batch", "number", "tail", "redeemed_by", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["batch", "redemption__user"]
    search_fields = ["tail__iexact", "batch__id__exact"]
    search_help_text = _("A whole code, its last four characters, or a batch's number")
    exclude = ["digest"]
    readonly_fields = ["redeemed_by"]
    actions_detail = ["revoke"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[RedeemCode], search_term: str
    ) -> tuple[QuerySet[RedeemCode], bool]:
        code = read_code(search_term)
        if code is not None:
            return queryset.filter(digest__in=code_batches.digests_of(code)), False
        found: tuple[QuerySet[RedeemCode], bool] = super().get_search_results(
            request, queryset, search_term
        )
        return found

    @admin.display(description=_("redeemed by"))
    def redeemed_by(self, code: RedeemCode) -> str:
        redemption: CodeRedemption | None = getattr(code, "redemption", None)
        return redemption.user.email if redemption else "–"

    @action(description=_("Revoke"), url_path="revoke", permissions=["revoke"])  # type: ignore[untyped-decorator]
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End one code that was not redeemed."""
        code = get_object_or_404(RedeemCode, pk=object_id)
        return decide(
            self,
            request,
            row=code,
            title=_("Revoke"),
            effect=f"The code …{code.tail} of {code.batch.title} ends.",
            act=lambda why: code_batches.revoke_code(
                code_id=code.pk, staff=cast(User, request.user), now=timezone.now()
            ),
            back=reverse("admin:billing_redeemcode_change", args=[code.pk]),
            reason=True,
        )

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change batches."""
        return request.user.has_perm("billing.change_codebatch")


@admin.register(CodeRedemption)
class CodeRedemptionAdmin(ReadOnlyAdmin):
    """Who redeemed what, newest first."""

    list_display = ["redeemed_at", "user", "batch", "code", "points", "expires_at"]
    list_filter = ["batch__source"]
    list_select_related = ["user", "batch", "code"]
    search_fields = ["user__email__iexact", "batch__id__exact", "code__tail__iexact"]
    exclude = ["idempotency_key"]

    @admin.display(description=_("points"), ordering="amount_cp")
    def points(self, redemption: CodeRedemption) -> str:
        return format_points(redemption.amount_cp)


def _page(batch: CodeBatch) -> str:
    return reverse("admin:billing_codebatch_change", args=[batch.pk])


def _effect(batch: CodeBatch) -> str:
    each, most = format_points(batch.amount_cp), batch.redemptions_max
    whole = format_points(batch.amount_cp * most)
    return f"{batch.title}: {batch.count} codes of {each} points, {most} redeemed at most: {whole}."
