"""REST face of moderation: where a user stands, what was refused, and the way to a person."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.models import User
from generation.api.serializers import StrictSerializer
from generation.models import Verdict
from generation.moderation import strikes
from generation.selectors.safety import standing_of, verdict_for, verdicts_of
from generation.services.appeals import OUTCOMES, TEXT_MAX, appeal


class StandingSerializer(serializers.Serializer[Any]):
    """`slowed`: your jobs come last. `watched`: borderline requests are refused until a person has
    looked. `paused`: no new jobs until `until`. Points are never touched."""

    level = serializers.ChoiceField(choices=["good", "slowed", "watched", "paused"])
    weight = serializers.IntegerField(help_text="each strike weighs; it loses one in thirty days")
    until = serializers.DateTimeField(allow_null=True)


class SpanSerializer(serializers.Serializer[Any]):
    """Characters of the input, from `start` up to and without `end`."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()


class AnswerSerializer(serializers.Serializer[Any]):
    """What a person decided."""

    look = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=list(OUTCOMES))
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()


class VerdictSerializer(serializers.Serializer[Verdict]):
    """One refusal, or something that waits for a person. `review`: "", "waiting" or "decided"."""

    id = serializers.UUIDField()
    job = serializers.UUIDField(source="job_id", allow_null=True)
    failure = serializers.CharField(source="code")
    field = serializers.CharField()
    action = serializers.ChoiceField(choices=["block", "review"])
    category = serializers.CharField()
    found_by = serializers.ChoiceField(source="source", choices=["rules", "pictures", "model"])
    rule = serializers.CharField(source="rule_id")
    span = serializers.SerializerMethodField()
    counts = serializers.SerializerMethodField(help_text="whether it counts as a strike")
    review = serializers.CharField()
    answers = AnswerSerializer(source="decisions", many=True)
    created_at = serializers.DateTimeField()

    def get_span(self, verdict: Verdict) -> dict[str, int] | None:
        if verdict.start is None or verdict.end is None:
            return None
        return {"start": verdict.start, "end": verdict.end}

    def get_counts(self, verdict: Verdict) -> bool:
        strike = getattr(verdict, "strike", None)
        return strike is not None and strike.removed_at is None and strikes_left(verdict)


def strikes_left(verdict: Verdict) -> bool:
    """Whether the verdict's strike has not faded yet."""
    strike = strikes.Strike(verdict.strike.weight, verdict.strike.given_at)
    return strike.left(timezone.now()) > 0


class AppealSerializer(StrictSerializer):
    """What a person should know."""

    text = serializers.CharField(max_length=TEXT_MAX)


class StandingView(APIView):
    """Where the key's user stands."""

    scopes = WORK

    @extend_schema(operation_id="moderation_standing", responses=StandingSerializer)
    def get(self, request: Request) -> Response:
        """What refused requests add up to now."""
        standing = standing_of(cast(User, request.user), now=timezone.now())
        return Response(StandingSerializer(standing).data)


class VerdictsView(GenericAPIView[Verdict]):
    """What was refused to the key's user."""

    scopes = WORK
    serializer_class = VerdictSerializer

    @extend_schema(operation_id="moderation_verdicts_list", responses=VerdictSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Refusals and what waits for a person, newest first."""
        page = self.paginate_queryset(verdicts_of(cast(User, request.user)))
        return self.get_paginated_response(_verdict_data(page or []))


class VerdictView(APIView):
    """One of them."""

    scopes = WORK

    @extend_schema(operation_id="moderation_verdicts_retrieve", responses=VerdictSerializer)
    def get(self, request: Request, verdict_id: UUID) -> Response:
        """What was found, where, by which rule; what a person said."""
        verdict = verdict_for(user=cast(User, request.user), verdict_id=verdict_id)
        return Response(VerdictSerializer(verdict).data)


class AppealView(APIView):
    """The way to a person."""

    scopes = WORK

    @extend_schema(
        operation_id="moderation_verdicts_appeal",
        request=AppealSerializer,
        responses=VerdictSerializer,
    )
    def post(self, request: Request, verdict_id: UUID) -> Response:
        """Ask a person to look; after an answer, once more, and another person will."""
        body = AppealSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = cast(User, request.user)
        appeal(
            user=user,
            verdict_id=verdict_id,
            text=body.validated_data["text"],
            now=timezone.now(),
        )
        return Response(VerdictSerializer(verdict_for(user=user, verdict_id=verdict_id)).data)


def _verdict_data(verdicts: list[Verdict]) -> Any:
    return VerdictSerializer(cast(Verdict, verdicts), many=True).data
