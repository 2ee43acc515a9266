"""Videos: made, looked at, fetched, remixed, continued, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import NotFound
from generation import sizes, storage
from generation.lifecycle import TERMINAL, State
from generation.models import Artifact, Job
from generation.openai.answers import files_of, status_of, video_data
from generation.openai.bodies import body_of, picture_bytes
from generation.openai.faces import OpenAIView, key_of, user_of
from generation.openai.pictures import picture_of
from generation.openai.reading import WantedClip, clip_wanted, continuation_wanted
from generation.openai.submitting import submitted
from generation.openai.translation import chosen, refused, size_text
from generation.selectors.openai_videos import page_of_videos, video_for
from generation.services import openai_videos
from generation.serving import file_response

LIMIT, LIMIT_MAX = 20, 100
# How long a client that polls by itself waits until it looks again, milliseconds.
POLL_AFTER = {"queued": "2000", "in_progress": "1000"}
VARIANTS = ("video", "thumbnail")


class VideosView(OpenAIView):
    """All videos."""

    def get(self, request: Request) -> Response:
        """A page of them, newest first unless asked otherwise."""
        query = request.query_params
        limit = query.get("limit", str(LIMIT))
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= LIMIT_MAX):
            raise refused("limit", f"must be a whole number from 1 to {LIMIT_MAX}")
        order = chosen("order", query.get("order", "desc"), ("asc", "desc"))
        after = query.get("after")
        found, more = page_of_videos(
            user=user_of(request),
            after=None if after is None else uuid_of(after),
            limit=int(limit),
            newest_first=order == "desc",
        )
        data = [video_data(job) for job in found]
        first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
        page = {"object": "list", "data": data, "first_id": first, "last_id": last}
        return Response({**page, "has_more": more})

    def post(self, request: Request) -> Response:
        """Make one; its price is held, and captured only when it is delivered."""
        wanted = clip_wanted(body_of(request))
        if wanted.picture is None:
            return _made(request, "videos.create", "video", wanted.params, wanted)
        params = {**wanted.params, "image": _first_frame(request, wanted)}
        return _made(request, "videos.create", "image_to_video", params, wanted)


class ExtensionsView(OpenAIView):
    """`videos.extend`."""

    def post(self, request: Request) -> Response:
        """Go on from a video, in its quality: the result is the whole clip."""
        source_id, wanted = continuation_wanted(body_of(request))
        source = video_for(user=user_of(request), video_id=uuid_of(source_id))
        if source.state != State.SUCCEEDED or not files_of(source):
            raise refused("video", "has no file to go on from: it must be completed and kept")
        params = {"quality": source.request.quality, **wanted.params}
        params["video"] = str(files_of(source)[0].id)
        return _made(request, "videos.extend", "extension", params, wanted)


class VideoView(OpenAIView):
    """One video."""

    def get(self, request: Request, video_id: str) -> Response:
        """Where it is, and when to look again."""
        job = video_for(user=user_of(request), video_id=uuid_of(video_id))
        response = Response(video_data(job))
        if job.state not in TERMINAL:
            response["openai-poll-after-ms"] = POLL_AFTER[status_of(job)]
        return response

    def delete(self, request: Request, video_id: str) -> Response:
        """End it if it is not done, delete its files, and list it no more."""
        job_id = uuid_of(video_id)
        openai_videos.delete_video(user=user_of(request), video_id=job_id, now=timezone.now())
        return Response({"id": str(job_id), "object": "video.deleted", "deleted": True})


class ContentView(OpenAIView):
    """Files of one video."""

    def get(self, request: Request, video_id: str) -> HttpResponseBase:
        """The clip, or the range of it that is asked for; or the picture that stands for it."""
        variant = chosen("variant", request.query_params.get("variant", "video"), VARIANTS)
        job = video_for(user=user_of(request), video_id=uuid_of(video_id))
        kept = files_of(job)
        if not kept:
            raise NotFound(_("The video is not ready, or its file is gone."))
        [clip, *_rest] = kept
        try:
            if variant == "thumbnail":
                return _thumbnail(clip)
            file = storage.open_stored(clip.stored_name)
        except FileNotFoundError:
            raise NotFound(_("This file is gone.")) from None
        by = f"key:{key_of(request).pk}"
        return file_response(request._request, file, clip, by=by, now=timezone.now())


class RemixView(OpenAIView):
    """`videos.remix`."""

    def post(self, request: Request, video_id: str) -> Response:
        """The same video to other words: all else stays, its seed too."""
        given = body_of(request)
        prompt, team = given.prompt(), given.take("team")
        given.nothing_left()
        source = video_for(user=user_of(request), video_id=uuid_of(video_id))
        params = {**source.params, "seed": source.seed, "prompt": prompt}
        wanted = WantedClip(params=params, model=None, team=team)
        call = f"videos.remix {source.id}"
        return _made(request, call, source.kind, params, wanted, remix_of=source)


def uuid_of(text: str) -> UUID:
    """The id of a video. Raises NotFound for what is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("No such video.")) from None


def _made(
    request: Request,
    call: str,
    kind: str,
    params: Mapping[str, object],
    wanted: WantedClip,
    remix_of: Job | None = None,
) -> Response:
    """Submit it and answer with it as it stands; the same for whoever repeats the call."""
    job = submitted(
        request,
        call=call,
        kind=kind,
        params=params,
        model=wanted.model,
        team=wanted.team,
        now=timezone.now(),
    ).job
    if remix_of is not None:
        openai_videos.note_remix(job=job, source=remix_of)
    return Response(video_data(video_for(user=user_of(request), video_id=job.id)))


def _first_frame(request: Request, wanted: WantedClip) -> str:
    """The picture a clip begins with, as our parameter takes it. The clip has its shape, so a size
    that is asked for must be of that shape. Raises InvalidRequest and what uploads are refused
    with."""
    given = wanted.picture
    sent = picture_bytes(given) if isinstance(given, UploadedFile) else given
    picture = picture_of(sent, user=user_of(request), now=timezone.now())
    size = size_text(sizes.like(picture.width, picture.height))
    if wanted.size not in (None, size):
        raise refused("size", f"must be {size}, the shape of input_reference, or left out")
    return str(picture.id)


def _thumbnail(clip: Artifact) -> HttpResponseBase:
    if not clip.poster_name:
        raise NotFound(_("This video has no thumbnail."))
    return FileResponse(storage.open_stored(clip.poster_name), content_type="image/png")
