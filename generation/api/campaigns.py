"""REST face of campaigns: making and changing one, its report, and the import of counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api.permissions import DECIDE, WORK
from accounts.errors import InvalidRequest
from accounts.models import User
from generation.api.campaign_serializers import (
    CampaignChangeSerializer,
    CampaignRequestSerializer,
    CampaignSerializer,
    ImportedSerializer,
    ReportSerializer,
)
from generation.models import Campaign
from generation.results_file import BYTES_MAX
from generation.selectors.campaigns import (
    CampaignReport,
    campaign_for,
    campaigns_of,
    report_of,
)
from generation.services.campaigns import change_campaign, import_results, make_campaign
from generation.services.report_files import CSV_TYPE, file_name, report_csv


class CsvParser(BaseParser):
    """Takes a file as it is; one byte more than is allowed says that there are too many."""

    media_type = "text/csv"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, bytes]:
        return {"file": stream.read(BYTES_MAX + 1)}


class CampaignsView(GenericAPIView[Campaign]):
    """Campaigns the key's user may spend from."""

    scopes = WORK
    serializer_class = CampaignSerializer

    @extend_schema(
        operation_id="campaigns_list",
        parameters=[OpenApiParameter("team", UUID, description="only those of this team")],
        responses=CampaignSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """One's own campaigns and those of one's teams, newest first."""
        now = timezone.now()
        found = campaigns_of(user=cast(User, request.user), now=now)
        team = request.query_params.get("team")
        if team is not None:
            found = found.filter(team=_id(team))
        page = self.paginate_queryset(found)
        return self.get_paginated_response(
            CampaignSerializer(cast(Any, page or []), many=True, context={"now": now}).data
        )

    @extend_schema(
        operation_id="campaigns_create",
        request=CampaignRequestSerializer,
        responses={201: CampaignSerializer, 200: CampaignSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a campaign, for oneself or for a team one manages. The same name, target and caps
        again give the one that is there."""
        body = CampaignRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user, now = cast(User, request.user), timezone.now()
        made = make_campaign(user=user, now=now, **body.validated_data)
        campaign = campaign_for(user=user, campaign_id=made.campaign.pk, now=now)
        return Response(
            CampaignSerializer(campaign, context={"now": now}).data,
            status=status.HTTP_200_OK if made.replayed else status.HTTP_201_CREATED,
            headers={"Location": reverse("api-campaign", args=[made.campaign.pk])},
        )


class CampaignView(APIView):
    """One campaign."""

    scopes = DECIDE

    @extend_schema(operation_id="campaigns_report", responses=ReportSerializer)
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """The report: cost per piece against the target, its envelope, and every piece by its
        clicks."""
        now = timezone.now()
        return Response(
            ReportSerializer(_report(request, campaign_id, now), context={"now": now}).data
        )

    @extend_schema(
        operation_id="campaigns_update",
        request=CampaignChangeSerializer,
        responses=CampaignSerializer,
    )
    def put(self, request: Request, campaign_id: UUID) -> Response:
        """Change name, target and caps: of a team's campaign, whoever manages the team. The next
        submit counts under them."""
        body = CampaignChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user, now = cast(User, request.user), timezone.now()
        change_campaign(user=user, campaign_id=campaign_id, now=now, **body.validated_data)
        campaign = campaign_for(user=user, campaign_id=campaign_id, now=now)
        return Response(CampaignSerializer(campaign, context={"now": now}).data)


class ReportFileView(APIView):
    """The report for a spreadsheet."""

    scopes = WORK

    @extend_schema(
        operation_id="campaigns_report_file", responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request, campaign_id: UUID) -> HttpResponse:
        """One line a piece. Text that a spreadsheet would compute starts with an apostrophe."""
        report = _report(request, campaign_id, timezone.now())
        response = HttpResponse(report_csv(report), content_type=CSV_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{file_name(report)}"'
        return response


class ResultsView(APIView):
    """How the pieces did."""

    scopes = WORK
    parser_classes = (CsvParser,)

    @extend_schema(
        operation_id="campaigns_import_results",
        request={"text/csv": OpenApiTypes.STR},
        responses=ImportedSerializer,
    )
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Import a CSV file with the columns artifact, impressions, clicks and, if told, source
        and day. All of it or, with each line at fault named, nothing. Counts of the same piece,
        source and day replace the older ones, so the same file may be sent again."""
        imported = import_results(
            user=cast(User, request.user),
            campaign_id=campaign_id,
            data=cast(dict[str, bytes], request.data).get("file", b""),
            now=timezone.now(),
        )
        return Response(ImportedSerializer(imported).data)


def _report(request: Request, campaign_id: UUID, now: datetime) -> CampaignReport:
    user = cast(User, request.user)
    campaign = campaign_for(user=user, campaign_id=campaign_id, now=now)
    return report_of(campaign, user=user, now=now)


def _id(text: str) -> UUID:
    """The id in a query. Raises InvalidRequest."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequest("team is the id of a team.", fields={"team": "not an id"}) from None
