"""REST face of quotes and jobs."""

from __future__ import annotations

import json
from typing import Any, cast
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.models import ApiKey, User
from accounts.scopes import READ
from generation.api import serializers
from generation.api.uploads import PICTURES_BODY_MAX
from generation.live import Stream, stream_response
from generation.models import Job
from generation.selectors.jobs import job_for, jobs_of
from generation.services import keeping, quotes
from generation.services.jobs import cancel_job, submit_job


class QuotesView(APIView):
    """Prices that bind."""

    scopes = (READ, READ)  # nothing is held or spent
    body_max_bytes = PICTURES_BODY_MAX

    @extend_schema(
        operation_id="quotes_create",
        request=serializers.QuoteRequestSerializer,
        responses={201: serializers.QuoteSerializer},
    )
    def post(self, request: Request) -> Response:
        """Fix the price of exactly this request for fifteen minutes. Nothing is held."""
        body = serializers.QuoteRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        quoted = quotes.quote_job(
            user=cast(User, request.user), now=timezone.now(), **body.validated_data
        )
        return Response(serializers.QuoteSerializer(quoted).data, status=status.HTTP_201_CREATED)


class JobsView(GenericAPIView[Job]):
    """Jobs of the key's user."""

    scopes = WORK
    body_max_bytes = PICTURES_BODY_MAX

    serializer_class = serializers.JobSerializer

    @extend_schema(operation_id="jobs_list", responses=serializers.JobSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Jobs, newest first."""
        page = self.paginate_queryset(jobs_of(user=cast(User, request.user)))
        return self.get_paginated_response(_job_data(request, page or [], many=True))

    @extend_schema(
        operation_id="jobs_create",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="the same key and body give the first answer again",
            )
        ],
        request=serializers.JobRequestSerializer,
        responses={202: serializers.JobSerializer},
    )
    def post(self, request: Request) -> Response:
        """Submit a job: its price is held, and captured only when it is delivered."""
        body = serializers.JobRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        submitted = submit_job(
            user=cast(User, request.user),
            kind=body.validated_data["kind"],
            params=body.validated_data["params"],
            quote_id=body.validated_data.get("quote"),
            team_id=body.validated_data.get("team_id"),
            idempotency_key=request.headers.get("Idempotency-Key"),
            api_key=cast(ApiKey, request.auth),
            now=timezone.now(),
        )
        job = submitted.job
        data = _job_data(request, job, accepted=True)
        headers = {"Location": reverse("api-job", args=[job.id])}
        if submitted.replayed:
            headers["Idempotency-Replayed"] = "true"
        return Response(data, status=status.HTTP_202_ACCEPTED, headers=headers)


class JobView(APIView):
    """One job."""

    scopes = WORK

    @extend_schema(operation_id="jobs_retrieve", responses=serializers.JobSerializer)
    def get(self, request: Request, job_id: UUID) -> Response:
        """Where it is, what it made, what it cost."""
        return Response(_job_data(request, job_for(user=cast(User, request.user), job_id=job_id)))


class EventStreamRenderer(JSONRenderer):
    """Lets a client ask for `text/event-stream`; a refusal is JSON all the same."""

    media_type = "text/event-stream"


class JobEventsView(APIView):
    """One job, live."""

    scopes = WORK

    renderer_classes = [*APIView.renderer_classes, EventStreamRenderer]

    @extend_schema(
        operation_id="jobs_events",
        parameters=[
            OpenApiParameter(
                "Last-Event-ID",
                str,
                OpenApiParameter.HEADER,
                description="the id of the last event that was heard; it is not sent again",
            )
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: Request, job_id: UUID) -> StreamingHttpResponse:
        """Server-sent events: `job` with the job as its data, whenever it changes, until it has
        ended. A stream lasts 25 seconds at most: come back with `Last-Event-ID`. There are few;
        where they are used up (`too_many_streams`), poll with the job's ETag."""
        user = cast(User, request.user)

        def look() -> Job:
            return job_for(user=user, job_id=job_id)

        look()

        def say(job: Job) -> str:
            return json.dumps(_job_data(request, job), cls=JSONEncoder)

        return stream_response(Stream(look, say, request.headers.get("Last-Event-ID")))


class ResultsView(APIView):
    """What a job made."""

    scopes = WORK

    @extend_schema(operation_id="jobs_artifacts_destroy", responses={204: None})
    def delete(self, request: Request, job_id: UUID) -> Response:
        """Delete its files for good. The job stays, and what it cost; points do not come back."""
        user = cast(User, request.user)
        keeping.delete_results(user=user, job_id=job_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ArtifactView(APIView):
    """One file."""

    scopes = WORK

    @extend_schema(operation_id="artifacts_destroy", responses={204: None})
    def delete(self, request: Request, artifact_id: UUID) -> Response:
        """Delete it for good; refused while a job that has not ended works from it."""
        user = cast(User, request.user)
        keeping.delete_artifact(user=user, artifact_id=artifact_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelView(APIView):
    """The way out."""

    scopes = WORK

    @extend_schema(operation_id="jobs_cancel", request=None, responses=serializers.JobSerializer)
    def post(self, request: Request, job_id: UUID) -> Response:
        """End a queued or running job; its points come back at once."""
        user = cast(User, request.user)
        cancel_job(user=user, job_id=job_id, now=timezone.now())
        return Response(_job_data(request, job_for(user=user, job_id=job_id)))


def _job_data(
    request: Request, jobs: Job | list[Job], *, many: bool = False, accepted: bool = False
) -> Any:
    context = {"request": request, "now": timezone.now(), "accepted": accepted, "places": {}}
    return serializers.JobSerializer(cast(Job, jobs), many=many, context=context).data
