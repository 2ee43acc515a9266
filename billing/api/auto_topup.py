"""REST face of auto top-up."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import MONEY
from accounts.errors import InvalidRequest
from accounts.models import User
from billing.api.serializers import PointsField
from billing.selectors.auto_topups import AutoTopUpView, auto_topup_of
from billing.services.auto_topup_settings import Wish, card_page, save_auto_topup
from billing.services.auto_topups import spent_this_month
from billing.types import parse_points


class CardSerializer(serializers.Serializer[Any]):
    """The saved card, as far as we know it."""

    brand = serializers.CharField(read_only=True)
    last4 = serializers.CharField(read_only=True)
    ended = serializers.BooleanField(read_only=True)


class AutoTopUpSerializer(serializers.Serializer[AutoTopUpView]):
    """When points are bought by themselves, and with what. `stopped_at`: a purchase failed."""

    enabled = serializers.BooleanField(read_only=True)
    threshold_points = PointsField(source="threshold_cp")
    pack = serializers.CharField(read_only=True)
    amount_minor = serializers.IntegerField(read_only=True)
    currency = serializers.CharField(read_only=True)
    month_max_minor = serializers.IntegerField(read_only=True)
    month_spent_minor = serializers.SerializerMethodField()
    card = CardSerializer(read_only=True, allow_null=True)
    stopped_at = serializers.DateTimeField(read_only=True, allow_null=True)
    stop_reason = serializers.CharField(read_only=True)
    consent_version = serializers.CharField(read_only=True)

    def get_month_spent_minor(self, view: AutoTopUpView) -> int:
        if view.wallet_id is None:
            return 0
        return spent_this_month(
            wallet_id=view.wallet_id, currency=view.currency, now=timezone.now()
        )


class AutoTopUpRequestSerializer(serializers.Serializer[Any]):
    """All of it at once. Either `pack`, or `amount_minor` with `currency`."""

    enabled = serializers.BooleanField()
    threshold_points = serializers.CharField(max_length=16)
    pack = serializers.CharField(max_length=40, allow_blank=True, default="")
    amount_minor = serializers.IntegerField(min_value=0, max_value=10**9, default=0)
    currency = serializers.RegexField(r"^[A-Z]{3}$", default="CNY")
    month_max_minor = serializers.IntegerField(min_value=1, max_value=10**9)
    consent = serializers.CharField(max_length=40, allow_blank=True, default="")

    def wish(self) -> Wish:
        """What is wanted; call after validation. Raises InvalidRequest."""
        given = dict(self.validated_data)
        try:
            threshold_cp = parse_points(given.pop("threshold_points"))
        except ValueError as error:
            raise InvalidRequest(str(error), fields={"threshold_points": "like 12.50"}) from None
        return Wish(threshold_cp=threshold_cp, **given)


class CardPageSerializer(serializers.Serializer[Any]):
    """Where the user saves a card; nothing is charged there."""

    url = serializers.CharField(read_only=True)


class AutoTopUpApi(APIView):
    """Auto top-up of the key's user."""

    scopes = MONEY

    @extend_schema(operation_id="auto_topup_retrieve", responses=AutoTopUpSerializer)
    def get(self, request: Request) -> Response:
        """What is set, and what this month has cost."""
        return _answer(request)

    @extend_schema(
        operation_id="auto_topup_update",
        request=AutoTopUpRequestSerializer,
        responses=AutoTopUpSerializer,
    )
    def put(self, request: Request) -> Response:
        """Set it. Turning it on needs a saved card, and forgives an earlier failure."""
        body = AutoTopUpRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        save_auto_topup(user=cast(User, request.user), wish=body.wish(), now=timezone.now())
        return _answer(request)


class CardPageView(APIView):
    """Saving a card."""

    scopes = MONEY

    @extend_schema(
        operation_id="auto_topup_card", request=None, responses={201: CardPageSerializer}
    )
    def post(self, request: Request) -> Response:
        """Open a page of the payment provider; send the user to `url`."""
        return Response({"url": card_page(user=cast(User, request.user))}, status=201)


def _answer(request: Request) -> Response:
    view = auto_topup_of(user=cast(User, request.user), now=timezone.now())
    return Response(AutoTopUpSerializer(view).data)
