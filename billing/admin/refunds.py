"""The desk: giving money back with a preview, and what banks ask for."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.desk.reading import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import User
from billing.admin.reading import ReadOnlyInline
from billing.models import Dispute, FraudWarning, Order, Refund, RefundProposal, TakenPoints
from billing.services import staff_refunds
from billing.types import format_points, parse_points


class RefundForm(forms.Form):
    """How much goes back of an order, and why."""

    amount = forms.CharField(label=_("Amount"), max_length=16, widget=TextInput())
    forgive_debt = forms.BooleanField(
        label=_("Leave no debt: spent points are forgiven"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )
    end_membership = forms.BooleanField(
        label=_("End the membership, at Stripe too"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=list(staff_refunds.REASONS.items()),
        widget=UnfoldAdminSelectWidget(),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=TextInput())
    # Made with the empty form: sending it twice is one refund.
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_amount(self) -> int:
        """The amount in minor units."""
        try:
            return parse_points(self.cleaned_data["amount"])  # two decimals here too
        except ValueError:
            raise forms.ValidationError(_("Write an amount like 12.50.")) from None

    def proposed(self) -> staff_refunds.Proposed:
        """What was filled in; call after validation."""
        given = self.cleaned_data
        return staff_refunds.Proposed(
            amount_minor=given["amount"],
            forgive_debt=given["forgive_debt"],
            end_membership=given["end_membership"],
            reason=given["reason"],
            note=given["note"],
            key=given["key"],
        )


class RefundsOrders(ReadOnlyAdmin):
    """An order's page with a refund on it."""

    actions_detail = ["refund"]

    @action(description=_("Refund"), url_path="refund", permissions=["refund"])  # type: ignore[untyped-decorator]
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What money, what points, what debt; nothing moves before the second button."""
        order = get_object_or_404(Order.objects.select_related("user"), pk=object_id)
        given = request.POST if request.method == "POST" else None
        form = RefundForm(given, initial={"key": secrets.token_hex(16)})
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Refund"),
            "form": form,
            "order": order,
            "opts": self.opts,
        }
        valid = given is not None and form.is_valid()
        try:
            if valid and "confirm" in request.POST:
                return self._confirmed(request, order, form)
            context["preview"] = shown(
                staff_refunds.preview(
                    order,
                    amount_minor=form.cleaned_data["amount"] if valid else None,
                    forgive_debt=bool(valid and form.cleaned_data["forgive_debt"]),
                    now=timezone.now(),
                )
            )
            context["checked"] = valid
            if given is None:
                form.initial["amount"] = context["preview"]["amount"]
        except Refusal as refusal:
            if valid:
                form.add_error(None, refusal.message)
            else:
                messages.error(request, refusal.message)
                return redirect(reverse("admin:billing_order_change", args=[order.pk]))
        return TemplateResponse(request, "admin/billing/refund.html", context)

    def _confirmed(self, request: HttpRequest, order: Order, form: RefundForm) -> HttpResponse:
        proposal = staff_refunds.propose_refund(
            order_id=order.pk,
            asked=form.proposed(),
            staff=cast(User, request.user),
            now=timezone.now(),
        )
        amount = f"{format_points(proposal.amount_minor)} {order.currency}"
        self.log_change(request, order, f"Refund of {amount}: {proposal.state}")
        if proposal.state == "waiting":
            messages.warning(request, _("It waits for a second person."))
        else:
            messages.success(request, _("%(amount)s is on its way back.") % {"amount": amount})
        return redirect(reverse("admin:billing_refundproposal_change", args=[proposal.pk]))

    def has_refund_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may add refunds."""
        return request.user.has_perm("billing.add_refund")


def shown(preview: staff_refunds.Preview) -> dict[str, Any]:
    """A preview with its numbers as people read them."""
    return {
        "paid": format_points(preview.paid_minor),
        "returned": format_points(preview.returned_minor),
        "left": format_points(preview.paid_minor - preview.returned_minor),
        "amount": format_points(preview.share.amount_minor),
        "points": format_points(preview.share.points_cp),
        "debt": format_points(preview.share.debt_cp) if preview.share.debt_cp else "",
        "forgiven": format_points(preview.share.forgiven_cp) if preview.share.forgiven_cp else "",
        "untouched": format_points(preview.untouched.amount_minor),
        "currency": preview.currency,
        "disputed": preview.disputed,
        "membership": preview.membership,
        "second_person": preview.second_person,
    }


class TakenInline(ReadOnlyInline):
    """The points that were taken back."""

    model = TakenPoints


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Money that went back, newest first."""

    list_display = ["id", "order", "amount_minor", "points_cp", "reason", "state", "created_at"]
    list_filter = ["state", "reason"]
    search_fields = ["order__id__exact", "refund_id__exact", "payment_id__exact"]
    inlines = [TakenInline]


@admin.register(RefundProposal)
class RefundProposalAdmin(ReadOnlyAdmin):
    """Refunds by staff; those above the limit wait here for a second person."""

    list_display = ["id", "order", "amount_minor", "reason", "state", "proposed_by", "proposed_at"]
    list_filter = ["state", "reason"]
    list_select_related = ["order", "proposed_by"]
    search_fields = ["order__id__exact"]
    exclude = ["key"]
    readonly_fields = ["effect"]
    actions_detail = ["agree", "refuse"]

    @admin.display(description=_("what it does"))
    def effect(self, proposal: RefundProposal) -> str:
        """Money, points and debt as they would be now, or as they were."""
        if proposal.refund is not None:
            return f"{format_points(proposal.refund.points_cp)} points: {proposal.refund.state}"
        try:
            seen = staff_refunds.preview(
                proposal.order,
                amount_minor=proposal.amount_minor,
                forgive_debt=proposal.forgive_debt,
                now=timezone.now(),
            )
        except Refusal as refusal:
            return refusal.message
        numbers = shown(seen)
        debt = numbers["debt"] or "0.00"
        return f"{numbers['amount']} {numbers['currency']}, {numbers['points']} points, debt {debt}"

    @action(description=_("Agree"), url_path="agree", permissions=["decide"])  # type: ignore[untyped-decorator]
    def agree(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Give the money back, or say why not."""
        return self._decide(request, object_id, _("Agree"), staff_refunds.agree_refund)

    @action(description=_("Refuse"), url_path="refuse", permissions=["decide"])  # type: ignore[untyped-decorator]
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say no; nothing moves."""
        return self._decide(request, object_id, _("Refuse"), staff_refunds.refuse_refund)

    def _decide(
        self,
        request: HttpRequest,
        object_id: int,
        title: str | Promise,
        decide: Callable[..., RefundProposal],
    ) -> HttpResponse:
        """A link shows what it does, a button does it: a link in a mail must not move money."""
        proposal = get_object_or_404(RefundProposal, pk=object_id)
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": title,
                "effect": self.effect(proposal),
                "opts": self.opts,
            }
            return TemplateResponse(request, "admin/billing/confirm.html", context)
        try:
            decide(proposal_id=proposal.pk, staff=cast(User, request.user), now=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            self.log_change(request, proposal, str(title))
            messages.success(request, _("Done."))
        return redirect(reverse("admin:billing_refundproposal_change", args=[object_id]))

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change refunds, while it waits."""
        waits = object_id is None or RefundProposal.objects.filter(pk=object_id, state="waiting")
        return bool(waits) and request.user.has_perm("billing.change_refund")


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    """Disputes and inquiries, newest first. Evidence is given on Stripe's own page."""

    list_display = ["dispute_id", "order", "status", "state", "amount_minor", "answer_by"]
    list_filter = ["state", "status"]
    search_fields = ["dispute_id__exact", "payment_id__exact", "order__id__exact"]
    inlines = [TakenInline]


@admin.register(FraudWarning)
class FraudWarningAdmin(ReadOnlyAdmin):
    """Early warnings of fraud, newest first."""

    list_display = ["warning_id", "order", "fraud_type", "refund", "created_at"]
    search_fields = ["warning_id__exact", "payment_id__exact"]
