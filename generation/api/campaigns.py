"""REST face of campaigns: making one, its report, and the import of how its pieces did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.models import User
from billing.api.serializers import PointsField
from billing.selectors.realised import E4
from generation.api.serializers import StrictSerializer
from generation.models import Campaign
from generation.results_file import BYTES_MAX
from generation.selectors.campaigns import (
    CampaignReport,
    campaign_for,
    campaigns_of,
    percent,
    report_of,
)
from generation.services.campaigns import TARGET_MAX_MINOR, import_results, make_campaign
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


@extend_schema_field({"type": ["string", "null"], "examples": ["47.0000"]})
class MinorE4Field(serializers.Field[Any, Any, Any, Any]):
    """Ten-thousandths of a minor unit as text with four decimals; rounded down."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: int) -> str:
        return f"{value // E4}.{value % E4:04d}"


class CampaignRequestSerializer(StrictSerializer):
    """A campaign to make."""

    name = serializers.CharField(max_length=200)
    target_minor = serializers.IntegerField(
        min_value=1, max_value=TARGET_MAX_MINOR, help_text="what a piece may cost, in minor units"
    )
    currency = serializers.CharField(default="CNY", max_length=3)


class CampaignSerializer(serializers.Serializer[Campaign]):
    """A campaign. `pieces`: how many were delivered."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    target_minor = serializers.IntegerField()
    currency = serializers.CharField()
    pieces = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_pieces(self, campaign: Campaign) -> int:
        return int(getattr(campaign, "made", 0))


class ReportPieceSerializer(serializers.Serializer[Any]):
    """A piece: what it cost and how it did. `ctr_percent` is rounded half up."""

    artifact = serializers.UUIDField(source="artifact.id")
    job = serializers.UUIDField(source="artifact.job_id")
    piece = serializers.IntegerField(source="artifact.index")
    seed = serializers.IntegerField()
    cost_points = PointsField(source="cost_cp")
    cost_minor = MinorE4Field(source="minor_e4")
    impressions = serializers.IntegerField()
    clicks = serializers.IntegerField()
    ctr_percent = serializers.SerializerMethodField()
    sources = serializers.ListField(child=serializers.CharField())

    def get_ctr_percent(self, piece: Any) -> str | None:
        return percent(piece.ctr_bp)


class ReportSerializer(serializers.Serializer[CampaignReport]):
    """A campaign in numbers, its pieces by clicks per impression, the best first.

    Money is in minor units of the campaign's currency with four decimals, rounded down: each point
    at what was paid for it. `free_points` were paid with nothing; of `unknown_points` the price is
    not known, and then no money is told.
    """

    campaign = CampaignSerializer()
    pieces_asked = serializers.IntegerField(source="asked")
    pieces_delivered = serializers.SerializerMethodField()
    charged_points = PointsField(source="worth.spent_cp")
    free_points = PointsField(source="worth.free_cp")
    unknown_points = PointsField(source="worth.unknown_cp")
    cost_points_per_piece = PointsField(source="piece_cp")
    cost_minor_per_piece = MinorE4Field(source="piece_minor_e4")
    cost_minor_per_click = MinorE4Field(source="click_minor_e4")
    on_target = serializers.BooleanField(allow_null=True)
    impressions = serializers.IntegerField()
    clicks = serializers.IntegerField()
    ctr_percent = serializers.SerializerMethodField()
    pieces = ReportPieceSerializer(many=True)

    def get_pieces_delivered(self, report: CampaignReport) -> int:
        return len(report.pieces)

    def get_ctr_percent(self, report: CampaignReport) -> str | None:
        return percent(report.ctr_bp)


class ImportedSerializer(serializers.Serializer[Any]):
    """What an import did; the same file again is `unchanged` throughout."""

    rows = serializers.IntegerField()
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class CampaignsView(GenericAPIView[Campaign]):
    """Campaigns of the key's user."""

    scopes = WORK
    serializer_class = CampaignSerializer

    @extend_schema(operation_id="campaigns_list", responses=CampaignSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Campaigns, newest first."""
        page = self.paginate_queryset(campaigns_of(user=cast(User, request.user)))
        return self.get_paginated_response(
            CampaignSerializer(cast(Any, page or []), many=True).data
        )

    @extend_schema(
        operation_id="campaigns_create",
        request=CampaignRequestSerializer,
        responses={201: CampaignSerializer, 200: CampaignSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a campaign. The same name and target again give the one that is there."""
        body = CampaignRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = make_campaign(
            user=cast(User, request.user), now=timezone.now(), **body.validated_data
        )
        return Response(
            CampaignSerializer(made.campaign).data,
            status=status.HTTP_200_OK if made.replayed else status.HTTP_201_CREATED,
            headers={"Location": reverse("api-campaign", args=[made.campaign.pk])},
        )


class CampaignView(APIView):
    """One campaign."""

    scopes = WORK

    @extend_schema(operation_id="campaigns_report", responses=ReportSerializer)
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """The report: cost per piece against the target, and every piece by its clicks."""
        campaign = campaign_for(user=cast(User, request.user), campaign_id=campaign_id)
        return Response(ReportSerializer(report_of(campaign, now=timezone.now())).data)


class ReportFileView(APIView):
    """The report for a spreadsheet."""

    scopes = WORK

    @extend_schema(
        operation_id="campaigns_report_file", responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request, campaign_id: UUID) -> HttpResponse:
        """One line a piece. Text that a spreadsheet would compute starts with an apostrophe."""
        campaign = campaign_for(user=cast(User, request.user), campaign_id=campaign_id)
        report = report_of(campaign, now=timezone.now())
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
