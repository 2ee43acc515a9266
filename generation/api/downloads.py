"""Serves artifacts behind signed links, to browsers and programs alike."""

from __future__ import annotations

from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import NotFound
from accounts.portal.visitor import network_address
from generation import storage
from generation.api.ranges import Unsatisfiable, chunks, read_range
from generation.models import Artifact, Job
from generation.selectors.sight import seen_by
from generation.services.clean_deliveries import log_opened
from generation.services.links import artifact_of_token

_SUFFIXES = {"image/png": "png", "video/mp4": "mp4"}


@require_safe
def artifact(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file a link opens; 404 when the link is forged or its time is over.

    A `Range` of bytes is answered with that part, so that a clip can be sought. `?download` asks
    the browser to save it instead of showing it.
    """
    now = timezone.now()
    try:
        found = artifact_of_token(token, now=now)
        _refuse_others(request, found)
        file = storage.open_stored(found.stored_name)
    except NotFound as refusal:
        return HttpResponse(refusal.message, status=404, content_type="text/plain; charset=utf-8")
    except FileNotFoundError:
        return HttpResponse(
            _("This file is gone."), status=404, content_type="text/plain; charset=utf-8"
        )
    if not found.brand_mark and request.method == "GET":
        log_opened(artifact=found, token=token, address=network_address(request), now=now)
    response = _whole_or_range(request, file, found)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=600"
    return response


def _refuse_others(request: HttpRequest, found: Artifact) -> None:
    """A link passed on does not open for somebody else who is signed in. Raises NotFound.

    Programs fetch links without a sign-in; for them the signature alone counts.
    """
    user = request.user
    if user.is_authenticated and not Job.objects.filter(seen_by(user), id=found.job_id).exists():
        raise NotFound(_("This link is not valid any more. Open the job again for a fresh one."))


def _whole_or_range(request: HttpRequest, file: BinaryIO, found: Artifact) -> HttpResponseBase:
    """The file, or the part of it that a player asks for."""
    name = f"inkling-{found.id}.{_SUFFIXES[found.mime]}"
    try:
        asked = read_range(request.headers.get("Range", ""), found.bytes)
    except Unsatisfiable:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{found.bytes}"})
    if asked is None:
        return FileResponse(
            file,
            content_type=found.mime,
            as_attachment="download" in request.GET,
            filename=name,
        )
    first, last = asked
    return StreamingHttpResponse(
        chunks(file, first, last),
        status=206,
        content_type=found.mime,
        headers={
            "Content-Range": f"bytes {first}-{last}/{found.bytes}",
            "Content-Length": str(last - first + 1),
        },
    )
