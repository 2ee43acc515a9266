"""The page where users limit their own spending."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import InvalidRequest
from accounts.portal.visitor import signed_in
from billing.types import format_points
from generation.portal.limit_fields import limit_in
from generation.services.own_caps import own_caps, set_own_caps

_FIELDS = ("day_points", "month_points")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def limits(request: HttpRequest) -> HttpResponse:
    """What is set and what was spent; a POST sets both."""
    user, now = signed_in(request), timezone.now()
    refusal: InvalidRequest | None = None
    if request.method == "POST":
        try:
            day_cp, month_cp = (limit_in(request, name) for name in _FIELDS)
            set_own_caps(user=user, daily_cap_cp=day_cp, monthly_cap_cp=month_cp, now=now)
        except InvalidRequest as refused:
            refusal = refused
        else:
            messages.success(request, _("Your limits are set. They hold from now on."))
            return redirect("generation:limits")
    view = own_caps(user=user, now=now)
    typed = {name: request.POST.get(name, "")[:20] for name in _FIELDS}
    kept = dict(zip(_FIELDS, map(_shown, (view.day.cap_cp, view.month.cap_cp)), strict=True))
    return render(
        request,
        "generation/limits.html",
        {
            "view": view,
            "form": typed if refusal else kept,
            "refusal": refusal,
            "faults": refusal.fields if refusal else {},
        },
        status=422 if refusal else 200,
    )


def _shown(cap_cp: int | None) -> str:
    return "" if cap_cp is None else format_points(cap_cp).removesuffix(".00")
