"""Settings, appearance."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.portal.visitor import back, signed_in

_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    """Language, appearance, password."""
    return render(request, "accounts/settings.html")


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign one of the user's own browsers out."""
    session = UserSession.objects.filter(user=signed_in(request), pk=session_id).first()
    if session is None:
        raise Http404
    session.end()
    messages.success(request, _("That session has ended."))
    return redirect("usersessions_list")


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
