"""Answers outside any view: unknown addresses and unexpected errors, as JSON below /api/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from config.api.errors import CONTENT_TYPE, problem


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
