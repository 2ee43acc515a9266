"""The wallet, the statement, the price list."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import CheckNeeded, Refusal
from accounts.portal.visitor import back, signed_in
from accounts.visits import visit_of
from billing.errors import NotForSale
from billing.portal.lines import buys, lines_of
from billing.selectors.prices import live_price_list
from billing.selectors.statements import statement as statement_of
from billing.selectors.wallets import overview
from billing.services import daily_points
from billing.types import PriceList, format_points

_STATEMENT_LINES = 25


def _prices() -> PriceList | None:
    try:
        return live_price_list(now=timezone.now())
    except NotForSale:
        return None


@require_safe
@login_required
@never_cache
def wallet(request: HttpRequest) -> HttpResponse:
    """What is available, what is held, and the lots in order of use."""
    purse = overview(user=signed_in(request), now=timezone.now())
    return render(
        request,
        "billing/wallet.html",
        {"purse": purse, "buys": buys(_prices(), purse.available_cp)},
    )


@require_POST
@login_required
def claim(request: HttpRequest) -> HttpResponse:
    """Take the day's points."""
    try:
        lot = daily_points.claim(
            user=signed_in(request), visit=visit_of(request), now=timezone.now()
        )
    except CheckNeeded:
        return redirect("billing:claim_check")
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(
            request,
            _("%(points)s points are in your wallet until the end of the points day.")
            % {"points": format_points(lot.amount_cp)},
        )
    return HttpResponseRedirect(back(request, reverse("billing:wallet")))


@require_safe
@login_required
@never_cache
def statement(request: HttpRequest) -> HttpResponse:
    """Every change of the wallet, newest first; `before` goes on from a version."""
    before = request.GET.get("before", "")
    # Versions are bigint; a longer number is no version.
    if before and not (before.isascii() and before.isdigit() and len(before) <= 18):
        raise Http404
    page = statement_of(
        user=signed_in(request),
        before_version=int(before) if before else None,
        limit=_STATEMENT_LINES,
    )
    return render(
        request,
        "billing/statement.html",
        {"lines": lines_of(page.lines), "next_before": page.next_before, "paged": bool(before)},
    )


@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """The live price list, for everyone."""
    return render(request, "billing/prices.html", {"prices": _prices()})
