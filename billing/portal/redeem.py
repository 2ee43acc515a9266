"""Redeeming a code, and the codes redeemed before."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import Refusal
from accounts.portal.visitor import network_address, signed_in
from billing.portal.once import key_of, new_key
from billing.redeem_codes import TEXT_MAX
from billing.selectors.redemptions import redemptions_of
from billing.services.redemptions import redeem as redeem_code
from billing.types import format_points


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def redeem(request: HttpRequest) -> HttpResponse:
    """The form and what was redeemed; a POST redeems."""
    user, now = signed_in(request), timezone.now()
    code, refusal = request.POST.get("code", "")[: TEXT_MAX + 1], None
    if request.method == "POST":
        try:
            done = redeem_code(
                user=user,
                code=code,
                # A double click is one redemption; another code on the same page is another.
                idempotency_key=key_of(request, code),
                address=network_address(request),
                now=now,
            )
        except Refusal as said:
            refusal = said
        else:
            messages.success(
                request,
                _("%(points)s points are in your wallet.")
                % {"points": format_points(done.redemption.amount_cp)},
            )
            return redirect("billing:redeem")
    context = {
        "refusal": refusal,
        "code": code,
        "idempotency_key": new_key(),
        "redemptions": redemptions_of(user=user),
        "text_max": TEXT_MAX,
    }
    return render(request, "billing/redeem.html", context, status=422 if refusal else 200)
