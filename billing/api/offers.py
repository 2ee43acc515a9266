"""REST face of what is for sale. Amounts are integers in minor units of `currency`."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.models import User
from billing.api.serializers import PointsField
from billing.selectors.catalogue import catalogue_offer, live_catalogue
from billing.selectors.plans import plans_for


class UnitCostSerializer(serializers.Serializer[Any]):
    """What one unit of work costs in money; `minor` has four decimals."""

    code = serializers.CharField(source="line_code", read_only=True)
    unit = serializers.CharField(read_only=True)
    minor = serializers.SerializerMethodField()

    def get_minor(self, cost: Any) -> str:
        return f"{cost.minor_e4 // 10_000}.{cost.minor_e4 % 10_000:04d}"


class PlanPriceSerializer(serializers.Serializer[Any]):
    """A period of a plan. `first_amount_minor` is for the first period, `amount_minor` after."""

    period = serializers.CharField(read_only=True)
    months = serializers.IntegerField(read_only=True)
    currency = serializers.CharField(read_only=True)
    amount_minor = serializers.IntegerField(read_only=True)
    first_amount_minor = serializers.IntegerField(read_only=True)
    promotion = serializers.CharField(read_only=True)
    promotion_ends_at = serializers.DateTimeField(read_only=True, allow_null=True)
    unit_costs = UnitCostSerializer(many=True, read_only=True)


class PlanSerializer(serializers.Serializer[Any]):
    """A plan: points a month, limits, perks, prices."""

    plan = serializers.CharField(source="offer.code", read_only=True)
    level = serializers.IntegerField(source="offer.level", read_only=True)
    month_points = PointsField(source="offer.month_cp")
    slots = serializers.IntegerField(source="offer.slots", read_only=True)
    jobs_day_max = serializers.IntegerField(source="offer.jobs_day_max", read_only=True)
    points_day_max = PointsField(source="offer.points_day_max_cp")
    seats = serializers.IntegerField(source="offer.seats", read_only=True)
    lane = serializers.CharField(source="offer.lane", read_only=True)
    brand_mark_removable = serializers.BooleanField(
        source="offer.brand_mark_removable", read_only=True
    )
    extension = serializers.BooleanField(source="offer.extension", read_only=True)
    camera = serializers.BooleanField(source="offer.camera", read_only=True)
    high_quality = serializers.BooleanField(source="offer.high_quality", read_only=True)
    prices = PlanPriceSerializer(many=True, read_only=True)


class PlansSerializer(serializers.Serializer[Any]):
    """Every plan on offer, by level."""

    plans = PlanSerializer(many=True, read_only=True)


class PackSerializer(serializers.Serializer[Any]):
    """Points at a fixed amount."""

    pack = serializers.CharField(source="code", read_only=True)
    amount_minor = serializers.IntegerField(read_only=True)
    currency = serializers.CharField(read_only=True)
    points = PointsField(source="points_cp")
    bonus_points = PointsField(source="bonus_cp")


class TopUpRateSerializer(serializers.Serializer[Any]):
    """Any amount from the floor to the ceiling in whole steps."""

    currency = serializers.CharField(read_only=True)
    points_per_minor = PointsField(source="cp_per_minor")
    floor_minor = serializers.IntegerField(read_only=True)
    ceiling_minor = serializers.IntegerField(read_only=True)
    step_minor = serializers.IntegerField(read_only=True)


class PacksSerializer(serializers.Serializer[Any]):
    """Points for sale: packs, and the rate for any amount."""

    packs = PackSerializer(many=True, read_only=True)
    topup = TopUpRateSerializer(many=True, read_only=True)


class PlansView(APIView):
    """Plans, for everyone; a caller with a key sees the prices of a first period of their own."""

    scopes = WORK

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="plans_retrieve",
        parameters=[OpenApiParameter("code", str, description="a promotion code")],
        responses=PlansSerializer,
    )
    def get(self, request: Request) -> Response:
        """Plans by level, each with its price by period, first and after."""
        user = request.user if isinstance(request.user, User) else None
        code = request.query_params.get("code", "")
        plans = plans_for(user=user, code=code, now=timezone.now())
        return Response(PlansSerializer({"plans": plans}).data)


class PacksView(APIView):
    """Points for sale, for everyone."""

    scopes = WORK

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="packs_retrieve", responses=PacksSerializer)
    def get(self, request: Request) -> Response:
        """Packs by amount, and the rate of a top-up."""
        offer = catalogue_offer(live_catalogue(now=timezone.now()))
        return Response(PacksSerializer({"packs": offer.packs, "topup": offer.rates}).data)
