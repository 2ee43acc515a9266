"""Webhooks: endpoints, their secrets, what was sent to them and what they answered."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotFound, Refusal
from accounts.models import User, WebhookDelivery, WebhookEndpoint
from accounts.portal.visitor import signed_in
from accounts.portal.webhook_words import ERRORS, EVENTS, REASONS
from accounts.selectors import webhooks as reads
from accounts.services import webhook_endpoints as service

_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def endpoints(request: HttpRequest) -> HttpResponse:
    """The user's endpoints; a POST makes one and shows its secret, this once."""
    user = signed_in(request)
    context: dict[str, Any] = {"given": {}, "ticked": list(EVENTS)}
    code = 200
    if request.method == "POST":
        try:
            context["made"] = service.create_endpoint(
                user=user,
                idempotency_key=_form_key(request),
                now=timezone.now(),
                **_said(request.POST),
            )
        except Refusal as refusal:
            context |= {"refusal": refusal, "given": request.POST}
            context["ticked"] = request.POST.getlist("event_types")
            code = 422
    context |= {
        "endpoints": reads.endpoints_of(user=user),
        "most": service.ENDPOINTS_MAX,
        "events": EVENTS.items(),
        "reasons": REASONS,
        "form_key": secrets.token_hex(16),
    }
    return render(request, "accounts/webhooks.html", context, status=code)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def endpoint(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """One endpoint with its log; a POST changes it."""
    user = signed_in(request)
    found = _found(user, endpoint_id)
    if request.method != "POST":
        return _shown(request, found, {})
    try:
        service.change_endpoint(
            user=user, endpoint_id=endpoint_id, changes=_said(request.POST), now=timezone.now()
        )
    except Refusal as refusal:
        said = {"refusal": refusal, "given": request.POST}
        return _shown(request, found, {**said, "ticked": request.POST.getlist("event_types")}, 422)
    messages.success(request, _("The endpoint is changed."))
    return redirect("accounts:webhook", endpoint_id)


@require_POST
@login_required
def switch(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Pause it, or switch it on again."""
    enabled = request.POST.get("enabled") == "yes"
    _found(signed_in(request), endpoint_id)
    service.change_endpoint(
        user=signed_in(request),
        endpoint_id=endpoint_id,
        changes={"enabled": enabled},
        now=timezone.now(),
    )
    said = _("It is on: what waited goes out.") if enabled else _("It is paused: its events wait.")
    messages.success(request, said)
    return redirect("accounts:webhook", endpoint_id)


@require_POST
@login_required
@never_cache
def rotate(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Give it a new secret and show it, this once."""
    user = signed_in(request)
    hours = request.POST.get("overlap_hours", "")
    found = _found(user, endpoint_id)
    try:
        rotated = service.rotate_secret(
            user=user,
            endpoint_id=endpoint_id,
            overlap_hours=int(hours) if hours.isascii() and hours.isdigit() else -1,
            idempotency_key=_form_key(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _shown(request, found, {"refusal": refusal}, 422)
    return _shown(request, rotated.endpoint, {"made": rotated})


@require_POST
@login_required
def test(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Send a test."""
    user = signed_in(request)
    _found(user, endpoint_id)
    try:
        delivery = service.send_test(
            user=user,
            endpoint_id=endpoint_id,
            idempotency_key=_form_key(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return redirect("accounts:webhook", endpoint_id)
    messages.success(request, _("A test is on its way: this page shows what is answered."))
    return redirect("accounts:webhook_delivery", endpoint_id, delivery.pk)


@require_POST
@login_required
def delete(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Delete it with its log."""
    user = signed_in(request)
    _found(user, endpoint_id)
    service.delete_endpoint(user=user, endpoint_id=endpoint_id)
    messages.success(request, _("The endpoint is deleted."))
    return redirect("accounts:webhooks")


@require_safe
@login_required
@never_cache
def delivery(request: HttpRequest, endpoint_id: UUID, delivery_id: UUID) -> HttpResponse:
    """One message with every try."""
    try:
        found = reads.delivery_for(
            user=signed_in(request), endpoint_id=endpoint_id, delivery_id=delivery_id
        )
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    context = {"delivery": found, "errors": ERRORS, "form_key": secrets.token_hex(16)}
    return render(request, "accounts/webhook_delivery.html", context)


@require_POST
@login_required
def redeliver(request: HttpRequest, endpoint_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Send the same message once more."""
    try:
        service.redeliver(
            user=signed_in(request),
            endpoint_id=endpoint_id,
            delivery_id=delivery_id,
            idempotency_key=_form_key(request),
            now=timezone.now(),
        )
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("It is sent again."))
    return redirect("accounts:webhook_delivery", endpoint_id, delivery_id)


def _found(user: User, endpoint_id: UUID) -> WebhookEndpoint:
    try:
        return reads.endpoint_for(user=user, endpoint_id=endpoint_id)
    except NotFound as refusal:
        raise Http404(refusal.message) from None


def _shown(
    request: HttpRequest, found: WebhookEndpoint, context: dict[str, Any], code: int = 200
) -> HttpResponse:
    log = _page(request, found)
    overlap_until = found.previous_until
    page = {
        "endpoint": found,
        "given": {"url": found.url, "description": found.description},
        "ticked": found.event_types or list(EVENTS),
        "events": EVENTS.items(),
        "errors": ERRORS,
        "reason": REASONS.get(found.state_reason, ""),
        "overlaps": overlap_until is not None and overlap_until > timezone.now(),
        "overlap_max": service.OVERLAP_HOURS_MAX,
        "overlap_hours": service.OVERLAP_HOURS,
        "deliveries": log[:_PAGE],
        "older": log[_PAGE - 1] if len(log) > _PAGE else None,
        "form_key": secrets.token_hex(16),
    }
    return render(request, "accounts/webhook.html", page | context, status=code)


def _page(request: HttpRequest, found: WebhookEndpoint) -> list[WebhookDelivery]:
    """A page of the log and one more, so that it is known whether there is one."""
    log = reads.deliveries_of(user=signed_in(request), endpoint_id=found.pk)
    before = request.GET.get("before")
    if before is not None:
        try:
            last = log.get(pk=UUID(before))
        except (ValueError, WebhookDelivery.DoesNotExist):
            raise Http404 from None
        older = Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
        log = log.filter(older)
    return list(log[: _PAGE + 1])


def _said(given: QueryDict) -> dict[str, Any]:
    """The form as the service wants it. All events ticked means: new kinds of them too."""
    ticked = [name for name in given.getlist("event_types") if name]
    return {
        "url": given.get("url", ""),
        "description": given.get("description", ""),
        "event_types": [] if set(ticked) >= set(EVENTS) else ticked,
    }


def _form_key(request: HttpRequest) -> str | None:
    """The form's own key: sent twice, it does one thing."""
    key = request.POST.get("form_key", "")
    return f"form:{key}" if 1 <= len(key) <= 80 and key.isprintable() else None
