"""Applying for a place, looking at it, and coming with an invitation."""

from __future__ import annotations

from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import InvalidRequest, NotFound, Refusal
from accounts.selectors.registration import registration
from accounts.selectors.waiting_list import (
    application_of,
    invitation_of,
    live_invitation,
    position,
    waiting,
)
from accounts.services import waiting_list
from accounts.waiting import USES

# Where the sign-up finds the invitation somebody came with.
INVITATION = "invitation"
USE_WORDS = {
    "": gettext_lazy("I would rather not say"),
    "art": gettext_lazy("Art and illustration"),
    "marketing": gettext_lazy("Marketing"),
    "film": gettext_lazy("Film and video"),
    "games": gettext_lazy("Games"),
    "shop": gettext_lazy("Pictures for a shop"),
    "developer": gettext_lazy("A program of mine"),
    "other": gettext_lazy("Something else"),
}
assert set(USE_WORDS) == set(USES)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def apply(request: HttpRequest) -> HttpResponse:
    """The form; a POST answers alike for an address that is new, waits or has an account."""
    now = timezone.now()
    if registration(now=now).state != "waitlist":
        return redirect("account_signup")
    refusal: Refusal | None = None
    if request.method == "POST":
        if too_many := _too_many(request, "waitlist"):
            return too_many
        try:
            waiting_list.apply(
                email=request.POST.get("email", ""),
                name=request.POST.get("name", ""),
                use=request.POST.get("use", ""),
                language=request.POST.get("language", ""),
                now=now,
            )
        except Refusal as said:
            refusal = said
        else:
            return redirect("accounts:applied")
    context = {
        "refusal": refusal,
        "uses": USE_WORDS.items(),
        "languages": settings.LANGUAGES,
        "chosen": request.POST or {"language": get_language()},
        "waiting": waiting(),
    }
    return render(request, "accounts/waiting/apply.html", context, status=422 if refusal else 200)


@require_safe
def applied(request: HttpRequest) -> HttpResponse:
    """Look into your mail: the same for everybody."""
    return render(request, "accounts/waiting/applied.html")


@require_safe
@never_cache
def place(request: HttpRequest, token: UUID) -> HttpResponse:
    """Somebody's own page: the button that confirms, then the place."""
    now = timezone.now()
    try:
        application = application_of(token)
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    invitation = live_invitation(application, now=now)
    state = application.state
    if state == "invited" and invitation is None:
        state = "lapsed"
    context = {
        "application": application,
        "state": state,
        "position": position(application),
        "waiting": waiting(),
        "invitation": invitation,
    }
    response = render(request, "accounts/waiting/place.html", context)
    # The address of the page is its key. No other site is told it: see SECURE_REFERRER_POLICY.
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def confirm(request: HttpRequest, token: UUID) -> HttpResponse:
    """The button of the mailed page. Opening the page alone confirms nothing: scanners open it."""
    try:
        waiting_list.confirm(token=token, now=timezone.now())
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    return redirect("accounts:place", token=token)


@require_POST
def leave(request: HttpRequest, token: UUID) -> HttpResponse:
    """Off the list, and what was written is erased."""
    try:
        waiting_list.leave(token=token)
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    messages.success(request, _("You are off the list, and what you wrote is erased."))
    return redirect("generation:landing")


@require_safe
@never_cache
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """A mailed invitation: kept for the sign-up that follows."""
    return _come_with(request, token)


@require_POST
def use_code(request: HttpRequest) -> HttpResponse:
    """An invitation code somebody typed."""
    if too_many := _too_many(request, "invitation_code"):
        return too_many
    return _come_with(request, request.POST.get("code", "").strip().upper()[:64])


def _too_many(request: HttpRequest, action: str) -> HttpResponse | None:
    answer: HttpResponse | None = ratelimit.consume_or_429(request, action=action)
    return answer


def _come_with(request: HttpRequest, token: str) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("generation:create")
    if invitation_of(token, now=timezone.now()) is None:
        refusal = InvalidRequest(_("This invitation is unknown, used or over."))
        messages.error(request, refusal.message)
    else:
        request.session[INVITATION] = token
    return redirect("account_signup")
