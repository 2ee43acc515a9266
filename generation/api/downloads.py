"""Serves artifacts behind signed links, to browsers and programs alike."""

from __future__ import annotations

import logging

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import NotFound
from generation import storage
from generation.models import Artifact, Job
from generation.selectors.sight import seen_by
from generation.services.links import artifact_of_token
from generation.serving import file_response

log = logging.getLogger(__name__)


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
    except OSError:
        log.exception("a stored file could not be opened")
        return HttpResponse(
            _("The file cannot be read right now. Try again in a moment."),
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": "5"},
        )
    return file_response(request, file, found, by=token, now=now)


def _refuse_others(request: HttpRequest, found: Artifact) -> None:
    """A link passed on does not open for somebody else who is signed in. Raises NotFound.

    Programs fetch links without a sign-in; for them the signature alone counts.
    """
    user = request.user
    if user.is_authenticated and not Job.objects.filter(seen_by(user), id=found.job_id).exists():
        raise NotFound(_("This link is not valid any more. Open the job again for a fresh one."))


@require_safe
def poster(request: HttpRequest, token: str) -> HttpResponseBase:
    """The small picture a link opens: behind the same signature, for as long."""
    try:
        found = artifact_of_token(token, now=timezone.now(), poster=True)
        _refuse_others(request, found)
        file = storage.open_stored(found.poster_name)
    except (NotFound, OSError):
        return HttpResponse(status=404)
    response = FileResponse(file, content_type="image/png")
    response["Cache-Control"] = "private, max-age=600"
    return response
