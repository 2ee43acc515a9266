"""Billing: the membership, its next charge, its way out, and every order."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Refusal
from accounts.portal.visitor import signed_in
from billing.models import Membership
from billing.portal.documents import papers
from billing.portal.leaving import SeeOther, leads_to_payment, payments
from billing.portal.next_steps import refused
from billing.portal.orders import order_line
from billing.portal.standing import standing_of
from billing.portal.trouble import ban_of, open_disputes
from billing.selectors.documents import documents_of
from billing.selectors.orders import orders_of
from billing.selectors.wallets import overview
from billing.services import memberships

_ORDERS = 10
_PAPERS = 4


@require_safe
@login_required
@never_cache
@leads_to_payment
def billing(request: HttpRequest) -> HttpResponse:
    """The membership as it stands, and the orders, newest first."""
    return _billing_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def cancel(request: HttpRequest) -> HttpResponse:
    """What a cancel means, and the button that does it."""
    user = signed_in(request)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            ended = memberships.cancel_membership(user=user, now=timezone.now())
        except Refusal as said:
            refusal = said
        else:
            messages.success(request, _canceled(ended))
            return redirect("billing:billing")
    standing = standing_of(user=user, now=timezone.now())
    if refusal is None and (standing is None or not standing.can_cancel):
        return redirect("billing:billing")
    return render(
        request,
        "billing/billing/cancel.html",
        {"standing": standing} | refused(refusal),
        status=422 if refusal else 200,
    )


@require_POST
@login_required
@never_cache
@leads_to_payment
def resume(request: HttpRequest) -> HttpResponse:
    """Take back a cancel, or a change that waits for the renewal."""
    return _do(
        request,
        lambda: memberships.resume_membership(user=signed_in(request), now=timezone.now()),
        _("Your membership goes on as before."),
    )


@require_POST
@login_required
@never_cache
@leads_to_payment
def card(request: HttpRequest) -> HttpResponse:
    """To the provider's page where the card is changed."""
    try:
        return SeeOther(memberships.card_page(user=signed_in(request)))
    except Refusal as refusal:
        return _billing_page(request, refusal)


def _do(request: HttpRequest, act: Callable[[], Membership], done: str) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        return _billing_page(request, refusal)
    messages.success(request, done)
    return redirect("billing:billing")


def _canceled(membership: Membership) -> str:
    if membership.status == "ended":
        return _("Your membership is canceled. Nothing is charged again.")
    return _("Your membership is canceled: it ends with its period, and nothing is charged again.")


def _billing_page(request: HttpRequest, refusal: Refusal | None) -> HttpResponse:
    user = signed_in(request)
    page = Paginator(orders_of(user=user), _ORDERS).get_page(request.GET.get("page"))
    context: dict[str, object] = {
        "purse": overview(user=user, now=timezone.now()),
        "banned": ban_of(user),
        "disputes": open_disputes(user),
        "standing": standing_of(user=user, now=timezone.now()),
        "orders": [order_line(order) for order in page.object_list],
        "page": page,
        "papers": papers(list(documents_of(user=user)[:_PAPERS])),
    }
    return render(
        request,
        "billing/billing/page.html",
        context | payments() | refused(refusal),
        status=422 if refusal else 200,
    )
