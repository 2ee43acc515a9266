"""Wire forms of billing. Points are texts with two decimals, times RFC 3339 UTC."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.spending_caps import CAP_MAX_CP
from billing.selectors.wallets import WalletOverview
from billing.types import Lot, PriceList, StatementLine, format_points, parse_points


@extend_schema_field({"type": "string", "pattern": r"^-?\d+\.\d{2}$"})
class PointsField(serializers.Field[int, str, str, int]):
    """Hundredths of a point, written as "65.80"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, help_text='points, e.g. "65.80"', **options)

    def to_representation(self, value: int) -> str:
        return format_points(value)


@extend_schema_field({"type": "string", "pattern": r"^\d+(\.\d{1,2})?$", "examples": ["12.50"]})
class PointsInField(serializers.Field[int, str, str, int]):
    """A cap in points as a client sends it, "12.50" for 1250 hundredths."""

    default_error_messages = {"invalid": 'must be points as text, such as "12.50"'}

    def to_internal_value(self, data: object) -> int:
        """Hundredths."""
        try:
            value_cp = parse_points(data) if isinstance(data, str) and len(data) <= 16 else -1
        except ValueError:
            value_cp = -1
        if not 0 <= value_cp <= CAP_MAX_CP:
            self.fail("invalid")
        return value_cp

    def to_representation(self, value: int) -> str:
        return format_points(value)


class LotSerializer(serializers.Serializer[Lot]):
    """A lot, in the order it will be used."""

    source = serializers.CharField(read_only=True)  # type: ignore[assignment]  # the field's own name
    remaining_points = PointsField(source="remaining_cp")
    starts_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ClaimedLotSerializer(serializers.Serializer[Any]):
    """The lot a claim gave."""

    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # the field's own name
    remaining_points = PointsField(source="amount_cp")
    starts_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)

    def get_source(self, lot: Any) -> str:
        return "daily"


class WalletSerializer(serializers.Serializer[WalletOverview]):
    """A wallet as its owner sees it. `next_claim_at` in the past: a claim is due."""

    available_points = PointsField(source="available_cp")
    held_points = PointsField(source="held_cp")
    debt_points = PointsField(source="debt_cp")
    lots = LotSerializer(many=True, read_only=True)
    next_claim_at = serializers.DateTimeField(read_only=True)


class SliceSerializer(serializers.Serializer[Any]):
    """What a job takes of one lot."""

    source = serializers.CharField(read_only=True)  # type: ignore[assignment]  # the field's own name
    points = PointsField(source="amount_cp")
    paid = serializers.BooleanField(read_only=True)


class StatementLineSerializer(serializers.Serializer[StatementLine]):
    """One transaction of the ledger: what changed and what was left after it."""

    id = serializers.IntegerField(source="transaction_id", read_only=True)
    version = serializers.IntegerField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    kind = serializers.CharField(read_only=True)
    available_change_points = PointsField(source="available_delta_cp")
    held_change_points = PointsField(source="held_delta_cp")
    available_after_points = PointsField(source="available_after_cp")
    held_after_points = PointsField(source="held_after_cp")
    reference = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    lots = SliceSerializer(many=True, read_only=True)


class StatementPageSerializer(serializers.Serializer[Any]):
    """A page of the statement, newest first."""

    next = serializers.URLField(read_only=True, allow_null=True)
    results = StatementLineSerializer(many=True, read_only=True)


class PriceLineSerializer(serializers.Serializer[Any]):
    """What one unit of one kind of work costs."""

    code = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    quality = serializers.CharField(read_only=True)
    seconds = serializers.IntegerField(read_only=True)
    unit = serializers.CharField(read_only=True)
    unit_points = PointsField(source="unit_cp")


class PriceListSerializer(serializers.Serializer[PriceList]):
    """The live price list."""

    version = serializers.IntegerField(read_only=True)
    starts_at = serializers.DateTimeField(read_only=True)
    lines = PriceLineSerializer(many=True, read_only=True)
    relaxed_percent = serializers.IntegerField(
        read_only=True, help_text="of its price, what work in the relaxed lane costs"
    )
