"""The public page that checks a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.errors import Refusal
from accounts.portal.visitor import network_address
from generation.errors import TooManyChecks
from generation.services.checking import check_upload, refuse_long_form


# Without the token a long form is refused before it is read; there is nothing here to forge.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """The form; a POST with a file answers with what can be said of it. Nothing is kept."""
    context: dict[str, Any] = {"checked": None, "refusal": None}
    status = 200
    if request.method == "POST":
        try:
            refuse_long_form(request.META.get("CONTENT_LENGTH"))
            context["checked"] = check_upload(
                request.FILES, address=network_address(request), now=timezone.now()
            )
        except Refusal as refusal:
            context["refusal"] = refusal
            status = 429 if isinstance(refusal, TooManyChecks) else 422
    return render(request, "generation/verify.html", context, status=status)
