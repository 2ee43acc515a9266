"""Wire forms of campaigns, their envelopes and their reports."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.api.serializers import PointsField, PointsInField
from billing.selectors.realised import E4
from generation.api.serializers import StrictSerializer
from generation.models import Campaign
from generation.selectors.campaigns import CampaignReport, percent
from generation.selectors.envelopes import Envelope, envelope_of
from generation.services.campaigns import TARGET_MAX_MINOR


@extend_schema_field({"type": ["string", "null"], "examples": ["47.0000"]})
class MinorE4Field(serializers.Field[Any, Any, Any, Any]):
    """Ten-thousandths of a minor unit as text with four decimals; rounded down."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: int) -> str:
        return f"{value // E4}.{value % E4:04d}"


class CampaignRequestSerializer(StrictSerializer):
    """A campaign to make. The caps are its envelope: null or left out, there is no limit."""

    name = serializers.CharField(max_length=200)
    target_minor = serializers.IntegerField(
        min_value=1, max_value=TARGET_MAX_MINOR, help_text="what a piece may cost, in minor units"
    )
    currency = serializers.CharField(default="CNY", max_length=3)
    team = serializers.UUIDField(
        source="team_id", default=None, allow_null=True, help_text="whose seats may spend from it"
    )
    cap_points = PointsInField(source="cap_cp", default=None, allow_null=True)
    month_cap_points = PointsInField(source="monthly_cap_cp", default=None, allow_null=True)


class CampaignChangeSerializer(StrictSerializer):
    """All of a campaign that can change; its currency and its team stay."""

    name = serializers.CharField(max_length=200)
    target_minor = serializers.IntegerField(min_value=1, max_value=TARGET_MAX_MINOR)
    cap_points = PointsInField(source="cap_cp", allow_null=True)
    month_cap_points = PointsInField(source="monthly_cap_cp", allow_null=True)


class EnvelopeSerializer(serializers.Serializer[Envelope]):
    """What the campaign may take. `used_points` are the charged and the held ones together;
    `left_points` is what jobs may still ask for under both caps, null where there is none."""

    cap_points = PointsField(source="cap_cp", allow_null=True)
    used_points = PointsField(source="used_cp")
    charged_points = PointsField(source="charged_cp")
    held_points = PointsField(source="held_cp")
    month_cap_points = PointsField(source="monthly_cap_cp", allow_null=True)
    month_used_points = PointsField(source="month_cp")
    month_frees_at = serializers.DateTimeField(source="frees_at", read_only=True)
    left_points = PointsField(source="left_cp", allow_null=True)


class CampaignSerializer(serializers.Serializer[Campaign]):
    """A campaign. `pieces`: how many were delivered; `team`: whose seats spend from it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    team = serializers.UUIDField(source="team_id", allow_null=True)
    target_minor = serializers.IntegerField()
    currency = serializers.CharField()
    pieces = serializers.SerializerMethodField()
    envelope = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_pieces(self, campaign: Campaign) -> int:
        return int(vars(campaign)["made"])

    @extend_schema_field(EnvelopeSerializer)
    def get_envelope(self, campaign: Campaign) -> dict[str, object]:
        return dict(EnvelopeSerializer(envelope_of(campaign, now=self.context["now"])).data)


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
    not known, and then no money is told. Members of a team are told of their own pieces.
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
