"""REST face of who spent what: of one's own wallet, and of a team one manages."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import MONEY
from accounts.models import User
from generation.api.team_serializers import SpendingSerializer
from generation.selectors.spending import SpendingReport, spending_of
from generation.services.report_files import CSV_TYPE
from generation.services.spending_files import spending_csv, spending_file_name

_MONTHS = [
    OpenApiParameter("from", str, description="the first month, like 2026-11"),
    OpenApiParameter("to", str, description="the last month; this one when left out"),
]


class SpendingView(APIView):
    """One's own wallet."""

    scopes = MONEY

    @extend_schema(
        operation_id="spending_retrieve", parameters=_MONTHS, responses=SpendingSerializer
    )
    def get(self, request: Request) -> Response:
        """Who spent what of the user's own wallet, by person, campaign and month: twelve months
        unless told otherwise, 36 at most."""
        return Response(SpendingSerializer(_report(request, None)).data)


class SpendingFileView(APIView):
    """The same for a spreadsheet."""

    scopes = MONEY

    @extend_schema(
        operation_id="spending_file",
        parameters=_MONTHS,
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """One line a month, person and campaign. Text that a spreadsheet would compute starts with
        an apostrophe."""
        return spending_response(_report(request, None))


class TeamSpendingView(APIView):
    """A team's wallet."""

    scopes = MONEY

    @extend_schema(
        operation_id="team_spending_retrieve", parameters=_MONTHS, responses=SpendingSerializer
    )
    def get(self, request: Request, team_id: UUID) -> Response:
        """Who spent what from the seats of a team, for whoever manages it."""
        return Response(SpendingSerializer(_report(request, team_id)).data)


class TeamSpendingFileView(APIView):
    """The same for a spreadsheet."""

    scopes = MONEY

    @extend_schema(
        operation_id="team_spending_file",
        parameters=_MONTHS,
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, team_id: UUID) -> HttpResponse:
        """One line a month, person and campaign."""
        return spending_response(_report(request, team_id))


def spending_response(report: SpendingReport) -> HttpResponse:
    """The file as an answer."""
    response = HttpResponse(spending_csv(report), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{spending_file_name(report)}"'
    return response


def _report(request: Request, team_id: UUID | None) -> SpendingReport:
    return spending_of(
        user=cast(User, request.user),
        team_id=team_id,
        since=request.query_params.get("from", ""),
        until=request.query_params.get("to", ""),
        now=timezone.now(),
    )
