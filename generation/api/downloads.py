"""Serves artifacts behind signed links, to browsers and programs alike."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import NotFound
from generation import storage
from generation.services.links import artifact_of_token

_SUFFIXES = {"image/png": "png", "video/mp4": "mp4"}


@require_safe
def artifact(request: HttpRequest, token: str) -> FileResponse | HttpResponse:
    """The file a link opens; 404 when the link is forged or its time is over.

    `?download` asks the browser to save it instead of showing it.
    """
    try:
        found = artifact_of_token(token, now=timezone.now())
        file = storage.open_stored(found.stored_name)
    except NotFound as refusal:
        return HttpResponse(refusal.message, status=404, content_type="text/plain; charset=utf-8")
    except FileNotFoundError:
        return HttpResponse(
            _("This file is gone."), status=404, content_type="text/plain; charset=utf-8"
        )
    response = FileResponse(
        file,
        content_type=found.mime,
        as_attachment="download" in request.GET,
        filename=f"inkling-{found.id}.{_SUFFIXES[found.mime]}",
    )
    response["Cache-Control"] = "private, max-age=600"
    return response
