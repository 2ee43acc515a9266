"""REST face of the labelling agreement."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.models import User
from accounts.portal.visitor import network_address
from generation.api.serializers import StrictSerializer
from generation.selectors.agreements import Standing, standing_of
from generation.services.agreements import accept_labelling


class AcceptanceSerializer(StrictSerializer):
    """`accept` must be true. `version`: the one that was read, refused when it is out of date."""

    accept = serializers.BooleanField()
    version = serializers.CharField(required=False)


class LabellingSerializer(serializers.Serializer[Any]):
    """The agreement of now and where the key's user stands with it."""

    version = serializers.CharField(source="agreement.version")
    accepted = serializers.BooleanField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    texts = serializers.DictField(source="agreement.texts", child=serializers.CharField())


class LabellingView(APIView):
    """The agreement that lets the brand mark go."""

    scopes = WORK

    @extend_schema(operation_id="agreements_labelling_retrieve", responses=LabellingSerializer)
    def get(self, request: Request) -> Response:
        """Its text in every language, its version, and whether it is accepted."""
        return _answer(standing_of(cast(User, request.user)))

    @extend_schema(
        operation_id="agreements_labelling_accept",
        request=AcceptanceSerializer,
        responses=LabellingSerializer,
    )
    def post(self, request: Request) -> Response:
        """Accept it. Sending it again changes nothing."""
        body = AcceptanceSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        standing = accept_labelling(
            user=cast(User, request.user),
            **body.validated_data,
            language=get_language() or "en",
            address=network_address(request),
            now=timezone.now(),
        )
        return _answer(standing)


def _answer(standing: Standing) -> Response:
    return Response(LabellingSerializer(standing).data)
