"""REST face of redeem codes."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.models import User
from accounts.portal.visitor import network_address
from billing.api.serializers import PointsField
from billing.models import CodeRedemption
from billing.redeem_codes import TEXT_MAX
from billing.services.redemptions import redeem


class RedemptionRequestSerializer(serializers.Serializer[Any]):
    """A code as it is printed; case, spaces and dashes say nothing."""

    code = serializers.CharField(max_length=TEXT_MAX)


class RedemptionSerializer(serializers.Serializer[CodeRedemption]):
    """What a code gave: a free lot. `expires_at` is the end of its points."""

    id = serializers.UUIDField(source="pk", read_only=True)
    code_ends_with = serializers.CharField(source="code.tail", read_only=True)
    title = serializers.CharField(source="batch.title", read_only=True)
    points = PointsField(source="amount_cp")
    expires_at = serializers.DateTimeField(read_only=True)
    redeemed_at = serializers.DateTimeField(read_only=True)


class RedemptionsView(APIView):
    """Redeeming codes."""

    scopes = WORK

    @extend_schema(
        operation_id="redemptions_create",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="the same key and code give the first answer again",
            )
        ],
        request=RedemptionRequestSerializer,
        responses={201: RedemptionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Redeem a code; its points are in the wallet at once."""
        body = RedemptionRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        done = redeem(
            user=cast(User, request.user),
            code=body.validated_data["code"],
            idempotency_key=request.headers.get("Idempotency-Key"),
            address=network_address(request),
            now=timezone.now(),
        )
        headers = {"Idempotency-Replayed": "true"} if done.replayed else {}
        return Response(
            RedemptionSerializer(done.redemption).data,
            status=status.HTTP_201_CREATED,
            headers=headers,
        )
