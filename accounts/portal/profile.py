"""Name, language, zone and mails."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as django_set_language

from accounts.errors import InvalidRequest
from accounts.portal.visitor import signed_in
from accounts.services.profile import Profile, change_profile, speak, time_zones


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """The form; a POST keeps it whole."""
    user = signed_in(request)
    refusal: InvalidRequest | None = None
    if request.method == "POST":
        said = request.POST
        wanted = Profile(
            display_name=said.get("display_name", ""),
            language=said.get("language", ""),
            time_zone=said.get("time_zone", ""),
            mail_ends="mail_ends" in said,
            mail_jobs="mail_jobs" in said,
            mail_news="mail_news" in said,
        )
        try:
            change_profile(user=user, profile=wanted)
        except InvalidRequest as fault:
            refusal = fault
        else:
            with override(user.language or None):
                messages.success(request, _("Your profile is kept."))
            response = redirect("accounts:profile")
            keep_language(response, user.language)
            return response
    context = {
        "refusal": refusal,
        "languages": settings.LANGUAGES,
        "zones": time_zones(),
        "chosen": request.POST if refusal else None,
    }
    return render(request, "accounts/profile.html", context, status=422 if refusal else 200)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's own, and whoever is signed in is written to in that language from now on."""
    response: HttpResponse = django_set_language(request)
    if request.user.is_authenticated:
        speak(user=signed_in(request), language=request.POST.get("language", ""))
    return response


def keep_language(response: HttpResponse, language: str) -> None:
    """Let the browser's next pages be in this language."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", max_age=365 * 24 * 3600
        )
