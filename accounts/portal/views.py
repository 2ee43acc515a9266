"""API keys, settings, appearance."""

from __future__ import annotations

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import InvalidRequest, NotFound
from accounts.portal.visitor import back, signed_in
from accounts.selectors.api_keys import api_keys
from accounts.services.api_keys import create_api_key, revoke_api_key

_YEAR_SECONDS = 365 * 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """The user's keys; a POST makes one and shows its secret, this once."""
    user = signed_in(request)
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            context["made"] = create_api_key(user=user, name=name, now=timezone.now())
        except InvalidRequest as refusal:
            context |= {"refusal": refusal, "name": name}
            status = 422
    context["keys"] = api_keys(user=user)
    return render(request, "accounts/keys.html", context, status=status)


@require_POST
@login_required
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Stop one key at once."""
    try:
        revoke_api_key(user=signed_in(request), key_id=key_id, now=timezone.now())
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    messages.success(
        request, _("The key is revoked. Programs that use it are refused from now on.")
    )
    return redirect("accounts:keys")


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
