"""Kling's envelope, around what a call answers and around every refusal."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from structlog.contextvars import get_contextvars

from accounts.errors import Refusal
from generation.kling import codes
from generation.kling.codes import STATUS, KlingRefused, code_of

log = logging.getLogger(__name__)

# Our parameters by the names that stand in their bodies.
_THEIRS = {
    "camera": "camera_control",
    "guidance": "cfg_scale",
    "quality": "mode",
    "template": "effect_scene",
    "video": "video_id",
}
_FRAMEWORK: tuple[tuple[type[Exception], int, str], ...] = (
    (exceptions.NotAuthenticated, codes.AUTH_EMPTY, "Authorization is empty."),
    (exceptions.MethodNotAllowed, codes.BAD_METHOD, "There is no such method at this address."),
    (exceptions.NotFound, codes.NO_RESOURCE, "There is nothing at this address."),
    (Http404, codes.NO_RESOURCE, "There is nothing at this address."),
    (exceptions.Throttled, codes.TOO_FAST, "Too many requests: slow down."),
    (exceptions.UnsupportedMediaType, codes.BAD_REQUEST, "The body must be JSON."),
    (exceptions.ParseError, codes.BAD_REQUEST, "The body is not JSON that can be read."),
    (exceptions.APIException, codes.BAD_REQUEST, ""),
)


def succeeded(data: object) -> Response:
    """The envelope of a call that worked: always 200."""
    return Response(_envelope(codes.OK, "SUCCEED") | {"data": data})


def refused(code: int, message: str) -> Response:
    """The envelope of a refusal: no `data`, and the status their table has for the code."""
    return Response(_envelope(code, message), status=STATUS[code])


def refusal_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler of this dialect: an envelope for every error."""
    code, message = _told(error)
    response = refused(code, message)
    challenge = getattr(error, "auth_header", None)
    if challenge:
        response["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None) or (5 if code == codes.UNAVAILABLE else None)
    if wait:
        response["Retry-After"] = str(int(wait))
    return response


def _told(error: Exception) -> tuple[int, str]:
    match error:
        case KlingRefused():
            return error.code, error.message
        case Refusal():
            return code_of(error.code, error.facts), _refusal_message(error)
        case OperationalError():
            log.error("the database did not answer: %s", error)
            return codes.UNAVAILABLE, "A part of the service is not available; try again."
    for kind, code, message in _FRAMEWORK:
        if isinstance(error, kind):
            return code, message or str(getattr(error, "detail", ""))
    log.exception("unexpected error in the Kling dialect", exc_info=error)
    return codes.INTERNAL, "Something went wrong on our side; nothing was charged."


def _refusal_message(refusal: Refusal) -> str:
    """What is wrong, each field by their name for it."""
    if refusal.code == "idempotency_conflict":
        return "external_task_id: is the name of another task of yours."
    text = refusal.facts.get("consent_text")
    if isinstance(text, str):
        return f'Send "consent": true beside effect_scene to say: {text}'
    if not refusal.fields or "kind" in refusal.fields:  # the call itself is what is refused
        return refusal.message
    told = "; ".join(f"{_theirs(name)}: {fault}" for name, fault in refusal.fields.items())
    appeal = refusal.facts.get("appeal")
    return f"{told} (to appeal: {appeal})" if appeal else told


def _theirs(name: str) -> str:
    ours = name.removeprefix("params.")
    return "input" if ours.startswith("inputs") else _THEIRS.get(ours, ours)


def _envelope(code: int, message: str) -> dict[str, object]:
    # A client's own words may hold what UTF-8 cannot carry.
    readable = message.encode(errors="backslashreplace").decode()
    return {"code": code, "message": readable, "request_id": _request_id()}


def _request_id() -> str:
    """The id the logs know this request by, where it is one."""
    try:
        return str(uuid.UUID(str(get_contextvars().get("request_id"))))
    except ValueError:
        return str(uuid.uuid4())
