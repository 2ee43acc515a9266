"""REST face of a user's own caps."""

from __future__ import annotations

from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.models import User
from billing.api.serializers import PointsField
from generation.services.own_caps import OwnCapsView, PeriodSpent, own_caps


class PeriodSpentSerializer(serializers.Serializer[PeriodSpent]):
    """A server day or month. `cap_points` is null where the user has set no limit."""

    cap_points = PointsField(source="cap_cp", allow_null=True)
    spent_points = PointsField(source="spent_cp")
    frees_at = serializers.DateTimeField(read_only=True)


class CapsSerializer(serializers.Serializer[OwnCapsView]):
    """What the user lets themselves spend, and has spent."""

    day = PeriodSpentSerializer(read_only=True)
    month = PeriodSpentSerializer(read_only=True)


class CapsView(APIView):
    """The user's own caps. They are set in the portal: a key cannot lift what holds it back."""

    scopes = WORK

    @extend_schema(operation_id="caps_retrieve", responses=CapsSerializer)
    def get(self, request: Request) -> Response:
        """Caps and what was spent, in all ways together. What was not charged is not in it."""
        caps = own_caps(user=cast(User, request.user), now=timezone.now())
        return Response(CapsSerializer(caps).data)
