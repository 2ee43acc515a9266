"""A campaign's report as a CSV file."""

from __future__ import annotations

from collections.abc import Iterable

from billing.selectors.realised import E4
from billing.services.tables import csv_text
from billing.types import format_points
from generation.selectors.campaigns import CampaignReport, percent

_COLUMNS = (
    "artifact", "campaign", "job", "piece", "seed", "cost_points", "cost_minor", "currency",
    "target_minor", "impressions", "clicks", "ctr_percent", "sources", "made_at",
)  # fmt: skip


CSV_TYPE = "text/csv; charset=utf-8"


def file_name(report: CampaignReport) -> str:
    """What the file is saved as."""
    return f"campaign-{report.campaign.pk}.csv"


def report_csv(report: CampaignReport) -> str:
    """One line a piece, the best first."""
    return csv_text([_COLUMNS, *_lines(report)])


def _lines(report: CampaignReport) -> Iterable[list[object]]:
    campaign = report.campaign
    for piece in report.pieces:
        made, rate_bp, minor_e4 = piece.artifact, piece.ctr_bp, piece.minor_e4
        yield [
            made.pk, campaign.name, made.job_id, made.index, piece.seed,
            format_points(piece.cost_cp),
            "" if minor_e4 is None else f"{minor_e4 // E4}.{minor_e4 % E4:04d}",
            campaign.currency, campaign.target_minor, piece.impressions, piece.clicks,
            percent(rate_bp) or "",
            "; ".join(piece.sources), made.created_at.isoformat(),
        ]  # fmt: skip
