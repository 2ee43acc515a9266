"""Settings, appearance."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.portal.visitor import back

_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    """Language, appearance, password."""
    return render(request, "accounts/settings.html")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the appearance in a cookie, so that the first byte of every page has it right."""
    response = HttpResponseRedirect(back(request, reverse("generation:landing")))
    chosen = request.POST.get("theme", "")
    if chosen in ("paper", "night"):
        response.set_cookie(
            "theme", chosen, max_age=_YEAR_SECONDS, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
