"""The labelling agreement: to read and to accept."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import Refusal
from accounts.portal.visitor import network_address, signed_in
from billing.selectors.entitlements import entitlements
from billing.selectors.wallets import wallet_id_of
from generation.selectors.agreements import standing_of
from generation.services.agreements import accept_labelling


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def labelling(request: HttpRequest) -> HttpResponse:
    """The text and the user's standing; a POST with the box ticked accepts it."""
    if request.method != "POST":
        return _page(request, None)
    try:
        accept_labelling(
            user=signed_in(request),
            accept=request.POST.get("accept") == "yes",
            version=request.POST.get("version", ""),
            language=get_language() or "en",
            address=network_address(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _page(request, refusal)
    messages.success(request, _("You have accepted the labelling agreement."))
    return redirect("generation:labelling")


def _page(request: HttpRequest, refusal: Refusal | None) -> HttpResponse:
    user = signed_in(request)
    standing = standing_of(user)
    wallet_id = wallet_id_of(user)
    plan = entitlements(wallet_id=wallet_id, now=timezone.now()) if wallet_id is not None else None
    title, *paragraphs = standing.agreement.text(get_language() or "en").split("\n\n")
    context = {
        "standing": standing,
        "title": title,
        "paragraphs": paragraphs,
        "removable": plan is not None and plan.brand_mark_removable,
        "refusal": refusal,
    }
    return render(
        request, "generation/labelling.html", context, status=200 if refusal is None else 422
    )
