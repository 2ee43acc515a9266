"""Turns what went wrong into an RFC 9457 problem document. The only place that does.

Each answer has `type`, `title`, `status`, `detail` and a stable `code`; `fields` names the inputs
at fault; a refusal's own facts stand beside them.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from drf_standardized_errors.formatter import flatten_errors
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.errors import Refusal
from config.api.parsers import TooLarge

log = logging.getLogger(__name__)

# Every code the API can refuse with, and its HTTP status. A test holds this table complete.
STATUS: dict[str, HTTPStatus] = {
    "invalid_request": HTTPStatus.BAD_REQUEST,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "insufficient_points": HTTPStatus.PAYMENT_REQUIRED,
    "payment_declined": HTTPStatus.PAYMENT_REQUIRED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "scope_missing": HTTPStatus.FORBIDDEN,
    "address_not_allowed": HTTPStatus.FORBIDDEN,
    "key_too_weak": HTTPStatus.FORBIDDEN,
    "mailbox_used": HTTPStatus.FORBIDDEN,
    "check_needed": HTTPStatus.FORBIDDEN,
    "code_wrong": HTTPStatus.FORBIDDEN,
    "grants_paused": HTTPStatus.SERVICE_UNAVAILABLE,
    "sign_up_limit": HTTPStatus.TOO_MANY_REQUESTS,
    "account_banned": HTTPStatus.FORBIDDEN,
    "clip_too_long": HTTPStatus.BAD_REQUEST,
    "consent_required": HTTPStatus.BAD_REQUEST,
    "email_unverified": HTTPStatus.FORBIDDEN,
    "envelope_exceeded": HTTPStatus.FORBIDDEN,
    "registration_closed": HTTPStatus.FORBIDDEN,
    "second_person_needed": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "already_claimed": HTTPStatus.CONFLICT,
    "email_taken": HTTPStatus.CONFLICT,
    "members_excluded": HTTPStatus.FORBIDDEN,
    "campaign_exists": HTTPStatus.CONFLICT,
    "card_needed": HTTPStatus.CONFLICT,
    "change_in_progress": HTTPStatus.CONFLICT,
    "membership_exists": HTTPStatus.CONFLICT,
    "membership_past_due": HTTPStatus.CONFLICT,
    "no_membership": HTTPStatus.CONFLICT,
    "not_refundable": HTTPStatus.CONFLICT,
    "not_renewing": HTTPStatus.CONFLICT,
    "only_at_renewal": HTTPStatus.CONFLICT,
    "order_open": HTTPStatus.CONFLICT,
    "promotion_unavailable": HTTPStatus.CONFLICT,
    "idempotency_conflict": HTTPStatus.CONFLICT,
    "code_mistyped": HTTPStatus.BAD_REQUEST,
    "code_redeemed": HTTPStatus.CONFLICT,
    "code_refused": HTTPStatus.CONFLICT,
    "too_many_codes": HTTPStatus.TOO_MANY_REQUESTS,
    "job_finished": HTTPStatus.CONFLICT,
    "price_changed": HTTPStatus.CONFLICT,
    "quote_expired": HTTPStatus.CONFLICT,
    "quote_mismatch": HTTPStatus.CONFLICT,
    "quote_used": HTTPStatus.CONFLICT,
    "not_for_sale": HTTPStatus.CONFLICT,
    "seat_inactive": HTTPStatus.FORBIDDEN,
    "seats_full": HTTPStatus.CONFLICT,
    "team_exists": HTTPStatus.CONFLICT,
    "template_unavailable": HTTPStatus.CONFLICT,
    "too_many_endpoints": HTTPStatus.CONFLICT,
    "endpoint_inactive": HTTPStatus.CONFLICT,
    "too_many_messages": HTTPStatus.TOO_MANY_REQUESTS,
    "perk_needed": HTTPStatus.FORBIDDEN,
    "picture_animated": HTTPStatus.BAD_REQUEST,
    "picture_broken": HTTPStatus.BAD_REQUEST,
    "picture_shape": HTTPStatus.BAD_REQUEST,
    "picture_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "picture_too_many_pixels": HTTPStatus.BAD_REQUEST,
    "picture_too_small": HTTPStatus.BAD_REQUEST,
    "picture_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "file_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "file_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "quota_exceeded": HTTPStatus.TOO_MANY_REQUESTS,
    "cap_exceeded": HTTPStatus.TOO_MANY_REQUESTS,
    "too_many_checks": HTTPStatus.TOO_MANY_REQUESTS,
    "export_too_soon": HTTPStatus.TOO_MANY_REQUESTS,
    "throttled": HTTPStatus.TOO_MANY_REQUESTS,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "generation_failed": HTTPStatus.INTERNAL_SERVER_ERROR,
    "still_running": HTTPStatus.GATEWAY_TIMEOUT,
    "payments_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "generation_paused": HTTPStatus.SERVICE_UNAVAILABLE,
    "moderation_blocked": HTTPStatus.BAD_REQUEST,
    "submits_paused": HTTPStatus.FORBIDDEN,
    "artifact_in_use": HTTPStatus.CONFLICT,
    "already_appealed": HTTPStatus.CONFLICT,
    "moderation_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "too_many_streams": HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}
CONTENT_TYPE = "application/problem+json"

_FRAMEWORK: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.NotAuthenticated, "unauthenticated"),
    (exceptions.AuthenticationFailed, "unauthenticated"),
    (exceptions.PermissionDenied, "forbidden"),
    (PermissionDenied, "forbidden"),
    (exceptions.NotFound, "not_found"),
    (Http404, "not_found"),
    (exceptions.MethodNotAllowed, "method_not_allowed"),
    (exceptions.NotAcceptable, "not_acceptable"),
    (exceptions.UnsupportedMediaType, "unsupported_media_type"),
    (exceptions.Throttled, "throttled"),
    (TooLarge, "too_large"),
    (exceptions.ParseError, "invalid_request"),
    (OperationalError, "unavailable"),
)


def problem(
    code: str,
    detail: str,
    *,
    fields: dict[str, str] | None = None,
    facts: dict[str, object] | None = None,
) -> dict[str, object]:
    """The body of a problem document."""
    status = STATUS[code]
    body: dict[str, object] = {
        "type": f"urn:inkling:problem:{code}",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": _writable(detail),
    }
    if fields:
        body["fields"] = {_writable(name): _writable(fault) for name, fault in fields.items()}
    # Facts never overwrite a member of the document.
    return {**body, **{name: fact for name, fact in (facts or {}).items() if name not in body}}


def _writable(text: str) -> str:
    """`text` as UTF-8 can carry it: a client's own words may hold lone surrogates."""
    return text.encode(errors="backslashreplace").decode()


def problem_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: an answer for every error, never a stack trace."""
    body = _body(error)
    response = Response(body, status=STATUS[str(body["code"])], content_type=CONTENT_TYPE)
    challenge = getattr(error, "auth_header", None)
    if challenge:
        response["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait:
        response["Retry-After"] = str(int(wait))
    elif body["code"] == "unavailable":
        response["Retry-After"] = "5"
    return response


def _body(error: Exception) -> dict[str, object]:
    if isinstance(error, Refusal):
        return problem(error.code, error.message, fields=error.fields, facts=error.facts)
    if isinstance(error, exceptions.ValidationError):
        fields = {
            str(fault.attr or "body"): str(fault.detail) for fault in flatten_errors(error.detail)
        }
        named = "; ".join(f"{name}: {fault}" for name, fault in fields.items())
        return problem("invalid_request", f"The request was not understood: {named}", fields=fields)
    for kind, code in _FRAMEWORK:
        if isinstance(error, kind):
            return problem(code, _detail(error, code))
    log.exception("unexpected error in the API", exc_info=error)
    return problem("internal_error", "Something went wrong on our side; nothing was charged.")


def _detail(error: Exception, code: str) -> str:
    if code == "unavailable":
        log.error("the database did not answer: %s", error)
        return "A part of the service is not available; try again in a moment."
    if code == "not_found":
        return "There is nothing here, or it is not yours."
    return str(getattr(error, "detail", "")) or STATUS[code].phrase
