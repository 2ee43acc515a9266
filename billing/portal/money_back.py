"""Giving a purchase back: what would go back and how it is reckoned, then the click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import NotFound, Refusal
from accounts.portal.visitor import signed_in
from billing import launch
from billing.models import Dispute, Order, Refund
from billing.portal import words
from billing.portal.money import money
from billing.portal.next_steps import refused
from billing.selectors.orders import order_for
from billing.services import refunds
from billing.services.refund_steps import Share

REFUND_STATES: dict[str, Promise] = {
    "begun": gettext_lazy("on its way"),
    "pending": gettext_lazy("on its way"),
    "done": gettext_lazy("given back"),
    "failed": gettext_lazy("did not arrive; your points are back"),
}


@dataclass(frozen=True, slots=True)
class Back:
    """What would go back of an order. `last_at`: until when it can be asked for."""

    amount: str
    points: str
    all_points: str
    paid: str
    whole: bool
    ends_membership: bool
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund of an order, in words."""

    amount: str
    points: str
    state: str
    at: datetime


def ways_back(order: Order, *, now: datetime) -> dict[str, object]:
    """For an order's page: what can go back, what did, and what a bank has to say."""
    return {
        "back": _offer(order, refunds.refundable, now),
        "withdrawal": _offer(order, refunds.withdrawable, now),
        "given_back": [_line(row) for row in order.refunds.all()],
        "dispute": Dispute.objects.filter(order=order, state__in=["frozen", "taken"]).first(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def refund(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The untouched share: the numbers, the formula, the button."""
    return _page(request, order_id, "refund", refunds.refundable, refunds.refund_order)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def withdraw(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Leaving the contract: the second of two steps, then a receipt by mail."""
    return _page(request, order_id, "withdraw", refunds.withdrawable, refunds.withdraw_order)


def _page(
    request: HttpRequest,
    order_id: UUID,
    kind: str,
    offer: Callable[..., Share],
    act: Callable[..., Refund],
) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    try:
        order = order_for(user=user, order_id=order_id)
    except NotFound as said:
        raise Http404(said.message) from None
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            made = act(user=user, order_id=order.pk, now=now)
        except Refusal as said:
            refusal = said
        else:
            amount = money(made.amount_minor, order.currency)
            messages.success(request, _("%(amount)s goes back to you.") % {"amount": amount})
            return redirect("billing:order", order_id=order.pk)
    back = _offer(order, offer, now)
    if refusal is None and back is None:
        return redirect("billing:order", order_id=order.pk)
    return render(
        request,
        f"billing/orders/{kind}.html",
        {"order": order, "thing": words.what_was_bought(order), "back": back} | refused(refusal),
        status=422 if refusal else 200,
    )


def _offer(order: Order, offer: Callable[..., Share], now: datetime) -> Back | None:
    try:
        share = offer(order, now=now)
    except Refusal:
        return None
    return Back(
        amount=money(share.amount_minor, order.currency),
        points=words.points(share.points_cp),
        all_points=words.points(share.granted_cp),
        paid=money(share.paid_minor, order.currency),
        whole=share.amount_minor == share.paid_minor,
        ends_membership=order.family == "membership",
        last_at=share.paid_at + launch.REFUND_WINDOW if share.paid_at else None,
    )


def _line(row: Refund) -> RefundLine:
    return RefundLine(
        amount=money(row.amount_minor, row.order.currency),
        points=words.points(row.points_cp) if row.points_cp else "",
        state=str(REFUND_STATES[row.state]),
        at=row.created_at,
    )
