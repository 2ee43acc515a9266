"""REST face of buying: checkout, orders, the membership. Amounts are integers in minor units."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import MONEY
from accounts.models import User
from billing.api.serializers import PointsField
from billing.models import Order
from billing.selectors.memberships import MembershipView, membership_of
from billing.selectors.orders import order_for, orders_of, terms_of
from billing.services import memberships
from billing.services.checkout import begin_checkout
from billing.services.choices import METHODS, Choice
from billing.services.consents import consent_given

PERIODS = ("month", "quarter", "half_year", "year")


class TopUpSerializer(serializers.Serializer[Any]):
    """Any amount within the floor, the ceiling and the step of its currency."""

    amount_minor = serializers.IntegerField(min_value=1, max_value=10**12)
    currency = serializers.RegexField(r"^[A-Z]{3}$")


class CheckoutRequestSerializer(serializers.Serializer[Any]):
    """One of `topup`, `pack`, or `plan` with `period` and `method`."""

    topup = TopUpSerializer(required=False)
    pack = serializers.SlugField(required=False, max_length=40)
    plan = serializers.SlugField(required=False, max_length=40)
    period = serializers.ChoiceField(PERIODS, required=False)
    method = serializers.ChoiceField(METHODS, required=False)
    code = serializers.CharField(required=False, max_length=40)
    consent = serializers.CharField(
        required=False,
        max_length=20,
        help_text="the version of the terms under which the buyer wants the points at once and "
        "pays for those used before a withdrawal",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one thing is bought."""
        if sum(name in attrs for name in ("topup", "pack", "plan")) != 1:
            raise serializers.ValidationError("give one of topup, pack and plan")
        if "plan" in attrs:
            for name in ("period", "method"):
                if name not in attrs:
                    raise serializers.ValidationError({name: "required with a plan"})
        return attrs

    def choice(self) -> Choice:
        """What was chosen; call after validation."""
        given = self.validated_data
        topup = given.get("topup") or {}
        return Choice(
            amount_minor=topup.get("amount_minor", 0),
            currency=topup.get("currency", "CNY"),
            **{
                name: given[name]
                for name in ("pack", "plan", "period", "method", "code")
                if name in given
            },
        )


class CheckoutSerializer(serializers.Serializer[Any]):
    """An open order and its pay page."""

    order = serializers.UUIDField(source="pk", read_only=True)
    url = serializers.CharField(read_only=True)
    amount_minor = serializers.IntegerField(read_only=True)
    currency = serializers.CharField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)


class OrderSerializer(serializers.Serializer[Order]):
    """An order. `amount_minor` is what was asked for, `list_minor` before a promotion."""

    id = serializers.UUIDField(source="pk", read_only=True)
    kind = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    method = serializers.CharField(read_only=True)
    amount_minor = serializers.IntegerField(read_only=True)
    list_minor = serializers.IntegerField(read_only=True)
    currency = serializers.CharField(read_only=True)
    tax_minor = serializers.SerializerMethodField()
    terms_version = serializers.SerializerMethodField()
    points = PointsField(source="points_cp")
    bonus_points = PointsField(source="bonus_cp")
    pack = serializers.CharField(source="pack_code", read_only=True)
    plan = serializers.SerializerMethodField()
    period = serializers.CharField(read_only=True)
    promotion = serializers.SerializerMethodField()
    reason = serializers.CharField(read_only=True)
    refunded_minor = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    paid_at = serializers.DateTimeField(read_only=True, allow_null=True)
    consent_version = serializers.CharField(read_only=True)
    consent_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def get_tax_minor(self, order: Order) -> int:
        terms = terms_of(order)
        return terms.tax_minor if terms else 0

    def get_terms_version(self, order: Order) -> str:
        terms = terms_of(order)
        return terms.terms_version if terms else ""

    def get_plan(self, order: Order) -> str:
        return order.plan_price.plan.code if order.plan_price else ""

    def get_promotion(self, order: Order) -> str:
        return order.promotion.name if order.promotion else ""

    def get_refunded_minor(self, order: Order) -> int:
        return sum(row.amount_minor for row in order.refunds.all() if row.state != "failed")

    def get_url(self, order: Order) -> str:
        return order.url if order.state == "open" else ""


class MembershipSerializer(serializers.Serializer[MembershipView]):
    """The live membership."""

    kind = serializers.CharField(read_only=True)
    plan = serializers.CharField(read_only=True)
    period = serializers.CharField(read_only=True)
    status = serializers.CharField(read_only=True)
    current_period_end = serializers.DateTimeField(read_only=True)
    cancel_at = serializers.DateTimeField(read_only=True, allow_null=True)
    renews = serializers.BooleanField(read_only=True)
    amount_minor = serializers.IntegerField(read_only=True)
    currency = serializers.CharField(read_only=True)
    next_plan = serializers.CharField(read_only=True)
    next_period = serializers.CharField(read_only=True)
    next_amount_minor = serializers.IntegerField(read_only=True, allow_null=True)
    next_points_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ChangeRequestSerializer(serializers.Serializer[Any]):
    """Where to move, and when."""

    plan = serializers.SlugField(max_length=40)
    period = serializers.ChoiceField(PERIODS)
    when = serializers.ChoiceField(memberships.WHENS)


class CheckoutView(APIView):
    """Buying points or a membership."""

    scopes = MONEY

    @extend_schema(
        operation_id="checkout_create",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="the same key and body give the first answer again",
            )
        ],
        request=CheckoutRequestSerializer,
        responses={201: CheckoutSerializer},
    )
    def post(self, request: Request) -> Response:
        """Begin an order; send the buyer to `url`."""
        body = CheckoutRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        begun = begin_checkout(
            user=cast(User, request.user),
            choice=body.choice(),
            idempotency_key=request.headers.get("Idempotency-Key"),
            consent=consent_given(body.validated_data.get("consent", "")),
            now=timezone.now(),
        )
        headers = {"Location": reverse("api-order", args=[begun.order.pk])}
        if begun.replayed:
            headers["Idempotency-Replayed"] = "true"
        return Response(
            CheckoutSerializer(begun.order).data, status=status.HTTP_201_CREATED, headers=headers
        )


class OrdersView(GenericAPIView[Order]):
    """Orders of the key's user."""

    scopes = MONEY

    serializer_class = OrderSerializer

    @extend_schema(operation_id="orders_list", responses=OrderSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Orders, newest first."""
        page = self.paginate_queryset(orders_of(user=cast(User, request.user)))
        return self.get_paginated_response(OrderSerializer(cast(Any, page or []), many=True).data)


class OrderView(APIView):
    """One order."""

    scopes = MONEY

    @extend_schema(operation_id="orders_retrieve", responses=OrderSerializer)
    def get(self, request: Request, order_id: UUID) -> Response:
        """What was bought, and how it went."""
        order = order_for(user=cast(User, request.user), order_id=order_id)
        return Response(OrderSerializer(order).data)


class MembershipApi(APIView):
    """The membership of the key's user."""

    scopes = MONEY

    # A serializer cannot say "or null" of a whole answer.
    @extend_schema(
        operation_id="membership_retrieve",
        responses={
            (200, "application/json"): {
                "anyOf": [{"$ref": "#/components/schemas/Membership"}, {"type": "null"}]
            }
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """The live membership, or null."""
        return _membership(request)


class ChangeView(APIView):
    """Another plan or period."""

    scopes = MONEY

    @extend_schema(
        operation_id="membership_change",
        request=ChangeRequestSerializer,
        responses=MembershipSerializer,
    )
    def post(self, request: Request) -> HttpResponse:
        """Move now at the full price, or at renewal."""
        body = ChangeRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        memberships.change_membership(
            user=cast(User, request.user), now=timezone.now(), **body.validated_data
        )
        return _membership(request)


class CancelView(APIView):
    """The way out."""

    scopes = MONEY

    @extend_schema(operation_id="membership_cancel", request=None, responses=MembershipSerializer)
    def post(self, request: Request) -> HttpResponse:
        """End with the period; points stay."""
        memberships.cancel_membership(user=cast(User, request.user), now=timezone.now())
        return _membership(request)


class ResumeView(APIView):
    """Changed one's mind."""

    scopes = MONEY

    @extend_schema(operation_id="membership_resume", request=None, responses=MembershipSerializer)
    def post(self, request: Request) -> HttpResponse:
        """Go on as before."""
        memberships.resume_membership(user=cast(User, request.user), now=timezone.now())
        return _membership(request)


def _membership(request: Request) -> HttpResponse:
    view = membership_of(user=cast(User, request.user), now=timezone.now())
    if view is None:
        return JsonResponse(None, safe=False)  # the framework would answer an empty body
    return Response(MembershipSerializer(view).data)
