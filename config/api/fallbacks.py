"""Answers outside any view: unknown addresses and unexpected errors, as JSON below /api/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from config.api.errors import CONTENT_TYPE, problem


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 as the caller reads it: a host name that is not ours, say."""
    if not request.path.startswith("/api/"):
        return defaults.bad_request(request, exception)
    body = problem("invalid_request", "This request cannot be served as it was sent.")
    return JsonResponse(body, status=400, content_type=CONTENT_TYPE)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 as the caller reads it."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    body = problem("not_found", "There is nothing at this address.")
    return JsonResponse(body, status=404, content_type=CONTENT_TYPE)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 as the caller reads it."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    body = problem("internal_error", "Something went wrong on our side; nothing was charged.")
    return JsonResponse(body, status=500, content_type=CONTENT_TYPE)
