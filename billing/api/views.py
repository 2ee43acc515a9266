"""REST face of the wallet and the price list."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.errors import InvalidRequest
from accounts.models import User
from accounts.visits import visit_of
from billing.api import serializers
from billing.selectors.prices import live_price_list
from billing.selectors.statements import statement
from billing.selectors.wallets import overview
from billing.services import daily_points

PAGE = 50
PAGE_MAX = 200


class WalletView(APIView):
    """What can be spent, from which lots."""

    scopes = WORK

    @extend_schema(operation_id="wallet_retrieve", responses=serializers.WalletSerializer)
    def get(self, request: Request) -> Response:
        """The wallet: points, lots in order of use, the next claim."""
        wallet = overview(user=cast(User, request.user), now=timezone.now())
        return Response(serializers.WalletSerializer(wallet).data)


class ClaimView(APIView):
    """The day's free points."""

    scopes = WORK

    @extend_schema(
        operation_id="wallet_claim", request=None, responses=serializers.ClaimedLotSerializer
    )
    def post(self, request: Request) -> Response:
        """Claim today's points; `already_claimed` from the second time on, `check_needed` with the
        `step` that its owner passes on the site first: captcha, mail_code or card."""
        lot = daily_points.claim(
            user=cast(User, request.user), visit=visit_of(request._request), now=timezone.now()
        )
        return Response(serializers.ClaimedLotSerializer(lot).data)


class StatementView(APIView):
    """Every transaction of the wallet."""

    scopes = WORK

    @extend_schema(
        operation_id="wallet_statement",
        parameters=[
            OpenApiParameter("cursor", int, description="go on from `next`"),
            OpenApiParameter("limit", int, description=f"lines a page, 1 to {PAGE_MAX}"),
        ],
        responses=serializers.StatementPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """The statement, newest first."""
        limit = _whole_number(request, "limit", default=PAGE, most=PAGE_MAX)
        before = _whole_number(request, "cursor", default=None, most=2**63 - 1)
        page = statement(
            user=cast(User, request.user), before_version=before, limit=cast(int, limit)
        )
        following = None
        if page.next_before is not None:
            query = urlencode({"cursor": page.next_before, "limit": limit})
            following = request.build_absolute_uri(f"{reverse('api-statement')}?{query}")
        return Response(
            serializers.StatementPageSerializer({"next": following, "results": page.lines}).data
        )


class PricesView(APIView):
    """The live price list, for everyone."""

    scopes = WORK

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="prices_retrieve", responses=serializers.PriceListSerializer)
    def get(self, request: Request) -> Response:
        """What things cost now."""
        return Response(serializers.PriceListSerializer(live_price_list(now=timezone.now())).data)


def _whole_number(request: Request, name: str, *, default: int | None, most: int) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise InvalidRequest(
            f"{name} must be a whole number from 1 to {most}.",
            fields={name: f"must be a whole number from 1 to {most}"},
        )
    return int(text)
