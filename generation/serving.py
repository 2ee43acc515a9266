"""Hands out files of artifacts: whole or in part, and what must be written down of it."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from accounts.portal.visitor import network_address
from generation import storage
from generation.models import Artifact
from generation.ranges import Unsatisfiable, chunks, read_range
from generation.services.clean_deliveries import log_opened

SUFFIXES = {"image/png": "png", "video/mp4": "mp4"}


def data_of(artifact: Artifact, *, by: str, address: str | None, now: datetime) -> bytes:
    """The whole file, for whoever comes by the link or key `by`. Raises OSError."""
    with storage.open_stored(artifact.stored_name) as file:
        data = file.read()
    _note(artifact, by=by, address=address, now=now)
    return data


def file_response(
    request: HttpRequest, file: BinaryIO, artifact: Artifact, *, by: str, now: datetime
) -> HttpResponseBase:
    """The open file, or the part of it that a player asks for."""
    if request.method == "GET":
        _note(artifact, by=by, address=network_address(request), now=now)
    response = _whole_or_range(request, file, artifact)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=600"
    return response


def _note(artifact: Artifact, *, by: str, address: str | None, now: datetime) -> None:
    """A file without the brand mark is not handed out without a line in the log."""
    if not artifact.brand_mark:
        log_opened(artifact=artifact, token=by, address=address, now=now)


def _whole_or_range(request: HttpRequest, file: BinaryIO, found: Artifact) -> HttpResponseBase:
    name = f"inkling-{found.id}.{SUFFIXES[found.mime]}"
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
