"""REST face of money that goes back. Amounts are integers in minor units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import MONEY
from accounts.models import User
from billing.api.serializers import PointsField
from billing.models import Refund
from billing.selectors.orders import order_for
from billing.services import refunds
from billing.services.refund_steps import Share


class RefundSerializer(serializers.Serializer[Refund]):
    """Money on its way back, and the points that were taken for it."""

    order = serializers.UUIDField(source="order_id", read_only=True)
    amount_minor = serializers.IntegerField(read_only=True)
    currency = serializers.CharField(source="order.currency", read_only=True)
    points = PointsField(source="points_cp")
    state = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


class ShareSerializer(serializers.Serializer[Share]):
    """What would go back now: `paid_minor` × `points` ÷ `all_points`, rounded down."""

    amount_minor = serializers.IntegerField(read_only=True)
    points = PointsField(source="points_cp")
    paid_minor = serializers.IntegerField(read_only=True)
    all_points = PointsField(source="granted_cp")


class RefundView(APIView):
    """The untouched share of an order."""

    scopes = MONEY

    @extend_schema(operation_id="orders_refund_preview", responses=ShareSerializer)
    def get(self, request: Request, order_id: UUID) -> Response:
        """What would go back now, and how it is reckoned; nothing moves."""
        return _shown(request, order_id, refunds.refundable)

    @extend_schema(operation_id="orders_refund", request=None, responses=RefundSerializer)
    def post(self, request: Request, order_id: UUID) -> Response:
        """Give back the untouched share; asked again, the same refund. A membership ends."""
        return _done(request, order_id, refunds.refund_order)


class WithdrawView(APIView):
    """Withdrawal from the contract, within 14 days."""

    scopes = MONEY

    @extend_schema(operation_id="orders_withdraw_preview", responses=ShareSerializer)
    def get(self, request: Request, order_id: UUID) -> Response:
        """What a withdrawal would give back now; nothing moves."""
        return _shown(request, order_id, refunds.withdrawable)

    @extend_schema(operation_id="orders_withdraw", request=None, responses=RefundSerializer)
    def post(self, request: Request, order_id: UUID) -> Response:
        """Withdraw; asked again, the same refund. A receipt with the time goes out by mail."""
        return _done(request, order_id, refunds.withdraw_order)


def _shown(request: Request, order_id: UUID, offer: Callable[..., Share]) -> Response:
    order = order_for(user=cast(User, request.user), order_id=order_id)
    return Response(ShareSerializer(offer(order, now=timezone.now())).data)


def _done(request: Request, order_id: UUID, act: Callable[..., Refund]) -> Response:
    refund = act(user=cast(User, request.user), order_id=order_id, now=timezone.now())
    return Response(cast(Any, RefundSerializer(refund)).data)
