"""REST face of API keys: by a key with the scope `keys`, or by the session of a signed-in person.

They live here and not with accounts, since what a key has spent is counted with its jobs.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import BearerAuthentication
from accounts.api.permissions import MANAGE_KEYS
from accounts.errors import InvalidRequest
from accounts.models import ApiKey, User
from accounts.selectors.api_keys import api_key, api_keys
from accounts.services import api_keys as service
from billing.types import format_points, parse_points
from generation.selectors.key_spending import KeySpending, spent_by

_POINTS_LENGTH_MAX = 20  # anything longer is more than there are points, cut or not


@extend_schema_field({"type": "string", "pattern": r"^\d+(\.\d{1,2})?$"})
class PointsText(serializers.Field[int, str, str, int]):
    """Points as "12.50", hundredths inside; null for no cap."""

    def to_internal_value(self, data: str) -> int:
        try:
            return parse_points(str(data)[:_POINTS_LENGTH_MAX])
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: int) -> str:
        return format_points(value)


class KeyTermsSerializer(serializers.Serializer[Any]):
    """What a key may do, from where, for how much and until when."""

    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(child=serializers.CharField(max_length=20), required=False)
    networks = serializers.ListField(child=serializers.CharField(max_length=60), required=False)
    daily_cap_points = PointsText(source="daily_cap_cp", required=False, allow_null=True)
    monthly_cap_points = PointsText(source="monthly_cap_cp", required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class NewKeySerializer(KeyTermsSerializer):
    """A key to make; `kling` adds an access key with its secret."""

    kling = serializers.BooleanField(default=False)


class RotationSerializer(serializers.Serializer[Any]):
    """How many hours the old secret still works: 0 to 168."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=168, default=24)


class KeySerializer(KeyTermsSerializer):
    """A key. `previous_prefix` works until `previous_until`."""

    id = serializers.UUIDField(read_only=True)
    prefix = serializers.CharField(read_only=True)
    previous_prefix = serializers.CharField(read_only=True)
    previous_until = serializers.DateTimeField(read_only=True, allow_null=True)
    access_key = serializers.CharField(read_only=True, allow_null=True)
    spent_today_points = serializers.SerializerMethodField()
    spent_this_month_points = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)
    last_used_address = serializers.CharField(read_only=True, allow_null=True)
    revoked_at = serializers.DateTimeField(read_only=True, allow_null=True)
    revoke_reason = serializers.CharField(read_only=True)

    def get_spent_today_points(self, key: ApiKey) -> str:
        return format_points(self._spent(key).day_cp)

    def get_spent_this_month_points(self, key: ApiKey) -> str:
        return format_points(self._spent(key).month_cp)

    def _spent(self, key: ApiKey) -> KeySpending:
        return cast(KeySpending, self.context["spent"].get(key.pk, KeySpending()))


class KlingPairSerializer(serializers.Serializer[Any]):
    """What signs tokens in the Kling dialect."""

    access_key = serializers.CharField(read_only=True)
    secret = serializers.CharField(read_only=True)


class MadeKeySerializer(serializers.Serializer[Any]):
    """A key with its secrets, which are shown this once."""

    key = KeySerializer(read_only=True)
    secret = serializers.CharField(read_only=True)
    kling = KlingPairSerializer(read_only=True, allow_null=True)


class _KeysApi(APIView):
    # Who is signed in on the site may do it too; Django then asks for the CSRF token.
    authentication_classes = (BearerAuthentication, SessionAuthentication)
    scopes = MANAGE_KEYS


class KeysView(_KeysApi):
    """All keys of the user."""

    @extend_schema(operation_id="keys_list", responses=KeySerializer(many=True))
    def get(self, request: Request) -> Response:
        """The keys, live ones first, with what each has spent."""
        return Response(_shown(request, api_keys(user=_user(request))))

    @extend_schema(
        operation_id="keys_create", request=NewKeySerializer, responses={201: MadeKeySerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a key. Its secrets are in this answer and nowhere else. A key gives no more than it
        may itself (`key_too_weak`)."""
        body = NewKeySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = service.create_api_key(
            user=_user(request), acting=_acting(request), now=timezone.now(), **body.validated_data
        )
        return _made(request, made, status.HTTP_201_CREATED)


class KeyView(_KeysApi):
    """One key."""

    @extend_schema(operation_id="keys_retrieve", responses=KeySerializer)
    def get(self, request: Request, key_id: UUID) -> Response:
        """Its terms, its use, what it has spent."""
        return Response(_shown(request, [api_key(user=_user(request), key_id=key_id)])[0])

    @extend_schema(
        operation_id="keys_update",
        request=KeyTermsSerializer(partial=True),
        responses=KeySerializer,
    )
    def patch(self, request: Request, key_id: UUID) -> Response:
        """Change the name or the terms; what is not named stays."""
        body = KeyTermsSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        if not body.validated_data:
            raise InvalidRequest("Name what is to change.", fields={"body": "empty"})
        key = service.change_api_key(
            user=_user(request),
            key_id=key_id,
            changes=body.validated_data,
            acting=_acting(request),
            now=timezone.now(),
        )
        return Response(_shown(request, [key])[0])


class RotateView(_KeysApi):
    """A new secret."""

    @extend_schema(
        operation_id="keys_rotate", request=RotationSerializer, responses=MadeKeySerializer
    )
    def post(self, request: Request, key_id: UUID) -> Response:
        """Give the key a new secret; the old one works `overlap_hours` more. Caps go on."""
        body = RotationSerializer(data=request.data or {})
        body.is_valid(raise_exception=True)
        made = service.rotate_api_key(
            user=_user(request),
            key_id=key_id,
            acting=_acting(request),
            now=timezone.now(),
            **body.validated_data,
        )
        return _made(request, made, status.HTTP_200_OK)


class RevokeView(_KeysApi):
    """The end of a key."""

    @extend_schema(operation_id="keys_revoke", request=None, responses=KeySerializer)
    def post(self, request: Request, key_id: UUID) -> Response:
        """Stop the key and every secret of it at once; again, nothing changes."""
        service.revoke_api_key(user=_user(request), key_id=key_id, now=timezone.now())
        return Response(_shown(request, [api_key(user=_user(request), key_id=key_id)])[0])


def _user(request: Request) -> User:
    return cast(User, request.user)


def _acting(request: Request) -> ApiKey | None:
    return request.auth if isinstance(request.auth, ApiKey) else None


def _shown(request: Request, keys: list[ApiKey]) -> list[Any]:
    spent = spent_by(user=_user(request), keys=keys, now=timezone.now())
    return list(KeySerializer(keys, many=True, context={"spent": spent}).data)


def _made(request: Request, made: service.NewKey, code: int) -> Response:
    spent = spent_by(user=_user(request), keys=[made.key], now=timezone.now())
    return Response(MadeKeySerializer(made, context={"spent": spent}).data, status=code)
