"""Pictures: a call that answers when they are made, or streams them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.visits import address_of
from generation.lifecycle import TERMINAL
from generation.live import LOOK_SECONDS, QUIET_SECONDS, HeldStream, Place, stream_response
from generation.models import Artifact, Job
from generation.openai.answers import (
    DataOf,
    check_delivered,
    completed_event,
    files_of,
    linked_data,
    pictures_data,
)
from generation.openai.bodies import body_of
from generation.openai.faces import OpenAIView, key_of, user_of
from generation.openai.reading import WantedPictures, pictures_wanted
from generation.openai.submitting import submitted
from generation.selectors.jobs import job_for
from generation.serving import data_of


class ImagesView(OpenAIView):
    """`images.generate`."""

    def post(self, request: Request) -> Response | StreamingHttpResponse:
        """Make pictures and answer with them.

        A thread is held meanwhile, and there are few: a place among them is taken before anything
        is submitted, so that who finds none has started nothing.
        """
        wanted = pictures_wanted(body_of(request))
        place = Place()
        if wanted.streamed:
            try:
                job = _job(request, wanted)
            except BaseException:
                place.let_go()
                raise
            return stream_response(HeldStream(place, self._events(request, job)))
        with place:
            *_, job = _looks(request, _job(request, wanted))
        check_delivered(job)
        if wanted.as_links:
            absolute, now = request.build_absolute_uri, timezone.now()
            return Response(linked_data(job, absolute=absolute, now=now))
        return Response(pictures_data(job, data_of=_data_for(request)))

    def _events(self, request: Request, job: Job) -> Iterator[str]:
        """Each picture when all are done, or why there is none."""
        said_at = time.monotonic()
        try:
            for looked in _looks(request, job):
                job = looked
                if time.monotonic() - said_at >= QUIET_SECONDS:
                    said_at = time.monotonic()
                    yield ": still here\n\n"
            check_delivered(job)
            for picture in files_of(job):
                yield _event(completed_event(job, picture, data_of=_data_for(request)))
        except Exception as error:
            # The status is sent already: what went wrong is an event.
            refusal = self.get_exception_handler()(error, self.get_exception_handler_context())
            yield _event({"type": "error", **refusal.data})


def _job(request: Request, wanted: WantedPictures) -> Job:
    return submitted(
        request,
        call="images.generate",
        kind="image",
        params=wanted.params,
        model=wanted.model,
        team=wanted.team,
        now=timezone.now(),
    ).job


def _looks(request: Request, job: Job) -> Iterator[Job]:
    """The job again and again, until it has ended or was waited for long enough."""
    ends = time.monotonic() + settings.OPENAI_WAIT_SECONDS
    while True:
        job = job_for(user=user_of(request), job_id=job.id)
        yield job
        if job.state in TERMINAL or time.monotonic() >= ends:
            return
        time.sleep(LOOK_SECONDS)


def _data_for(request: Request) -> DataOf:
    """Reads files for the key that asks; clean ones are written down with its id."""
    by, address = f"key:{key_of(request).pk}", address_of(request._request) or None

    def read(artifact: Artifact) -> bytes:
        return data_of(artifact, by=by, address=address, now=timezone.now())

    return read


def _event(data: dict[str, object]) -> str:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n"
