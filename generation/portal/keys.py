"""API keys: make, change, rotate, revoke; what each has spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import scopes
from accounts.errors import InvalidRequest, NotFound
from accounts.models import ApiKey, User
from accounts.portal.visitor import signed_in
from accounts.selectors.api_keys import api_key, api_keys
from accounts.services import api_keys as service
from billing.types import format_points, parse_points
from generation.selectors.key_spending import KeySpending, spent_by

SCOPE_WORDS: dict[str, Promise] = {
    scopes.READ: gettext_lazy("See jobs, files, prices and points"),
    scopes.SUBMIT: gettext_lazy("Make pictures and video, cancel, claim points"),
    scopes.BILLING_READ: gettext_lazy("See orders, invoices and the membership"),
    scopes.BILLING_WRITE: gettext_lazy("Buy, change the membership, ask for refunds"),
    scopes.KEYS: gettext_lazy("Manage API keys"),
}
_TICKED = [scopes.READ, scopes.SUBMIT]


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as the list shows it."""

    key: ApiKey
    spent: KeySpending
    may: list[str | Promise]
    overlaps: bool
    ended: bool


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """The user's keys; a POST makes one and shows its secret, this once."""
    user = signed_in(request)
    context: dict[str, Any] = {"given": {}, "ticked": _TICKED}
    code = 200
    if request.method == "POST":
        try:
            context["made"] = service.create_api_key(
                user=user,
                kling="kling" in request.POST,
                now=timezone.now(),
                **_terms(request.POST),
            )
        except InvalidRequest as refusal:
            context |= {"refusal": refusal, "given": request.POST}
            context["ticked"] = request.POST.getlist("scopes")
            code = 422
    return _list(request, user, context, code)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """One key's terms; a POST changes them."""
    user = signed_in(request)
    try:
        found = api_key(user=user, key_id=key_id)
        context: dict[str, Any] = {"given": _written(found), "ticked": found.scopes}
        code = 200
        if request.method == "POST":
            try:
                service.change_api_key(
                    user=user, key_id=key_id, changes=_terms(request.POST), now=timezone.now()
                )
            except InvalidRequest as refusal:
                context = {"refusal": refusal, "given": request.POST}
                context["ticked"] = request.POST.getlist("scopes")
                code = 422
            else:
                messages.success(request, _("The key is changed."))
                return redirect("generation:keys")
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    context |= {"line": _lines(user, [found])[0], "scopes": SCOPE_WORDS.items()}
    context["overlap_max"] = service.OVERLAP_HOURS_MAX
    return render(request, "generation/key.html", context, status=code)


@require_POST
@login_required
@never_cache
def rotate(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Give a key a new secret and show it, this once."""
    user = signed_in(request)
    context: dict[str, Any] = {"given": {}, "ticked": _TICKED}
    hours = request.POST.get("overlap_hours", "24")
    try:
        context["made"] = service.rotate_api_key(
            user=user,
            key_id=key_id,
            overlap_hours=int(hours) if hours.isascii() and hours.isdigit() else -1,
            now=timezone.now(),
        )
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    except InvalidRequest as refusal:
        messages.warning(request, refusal.message)
        return redirect("generation:key", key_id)
    return _list(request, user, context, 200)


@require_POST
@login_required
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Stop one key at once."""
    try:
        service.revoke_api_key(user=signed_in(request), key_id=key_id, now=timezone.now())
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    messages.success(
        request, _("The key is revoked. Programs that use it are refused from now on.")
    )
    return redirect("generation:keys")


def _list(request: HttpRequest, user: User, context: dict[str, Any], code: int) -> HttpResponse:
    context |= {"lines": _lines(user, api_keys(user=user)), "scopes": SCOPE_WORDS.items()}
    return render(request, "generation/keys.html", context, status=code)


def _lines(user: User, keys: list[ApiKey]) -> list[KeyLine]:
    now = timezone.now()
    spent = spent_by(user=user, keys=keys, now=now)
    return [
        KeyLine(
            key=key,
            spent=spent[key.pk],
            may=[SCOPE_WORDS[scope] for scope in key.scopes if scope in SCOPE_WORDS],
            overlaps=key.previous_until is not None and key.previous_until > now,
            ended=key.expires_at is not None and key.expires_at <= now,
        )
        for key in keys
    ]


def _terms(given: QueryDict) -> dict[str, Any]:
    """The form as the service wants it. Raises InvalidRequest."""
    terms: dict[str, Any] = {
        "name": given.get("name", ""),
        "networks": given.get("networks", "").replace(",", " ").split(),
        "daily_cap_cp": _points(given, "daily_cap"),
        "monthly_cap_cp": _points(given, "monthly_cap"),
        "expires_at": _end(given.get("expires", "")),
    }
    # The form always sends one empty text, so that nothing ticked is not nothing chosen.
    chosen = [scope for scope in given.getlist("scopes") if scope]
    terms["scopes"] = chosen if "scopes" in given else _TICKED
    return terms


def _points(given: QueryDict, field: str) -> int | None:
    text = given.get(field, "").strip()
    if not text:
        return None
    try:
        return parse_points(text)
    except ValueError:
        raise InvalidRequest(
            _("Write points like 12.50."), fields={field: "points like 12.50"}
        ) from None


def _end(text: str) -> datetime | None:
    """The end of the server day that was chosen, None for no end."""
    if not text:
        return None
    try:
        last = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a day, no moment
        return datetime.combine(last, time.max, ZoneInfo(settings.POINTS_DAY_TZ)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest(
            _("Choose a day."), fields={"expires": "a day like 2027-01-31"}
        ) from None


def _written(key: ApiKey) -> dict[str, str]:
    """The terms as the form shows them."""
    zone = ZoneInfo(settings.POINTS_DAY_TZ)
    return {
        "name": key.name,
        "networks": "\n".join(key.networks),
        "daily_cap": format_points(key.daily_cap_cp) if key.daily_cap_cp else "",
        "monthly_cap": format_points(key.monthly_cap_cp) if key.monthly_cap_cp else "",
        "expires": f"{key.expires_at.astimezone(zone):%Y-%m-%d}" if key.expires_at else "",
    }
