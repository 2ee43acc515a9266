"""Who spent what, as a CSV file."""

from __future__ import annotations

from collections.abc import Iterable

from billing.services.tables import csv_text
from billing.types import format_points
from generation.selectors.spending import SpendingReport

_COLUMNS = (
    "month", "member", "paid_through", "campaign", "campaign_id", "jobs", "charged_points",
    "held_points",
)  # fmt: skip


def spending_file_name(report: SpendingReport) -> str:
    """What the file is saved as."""
    whose = f"team-{report.team.pk}" if report.team else "wallet"
    return f"spending-{whose}-{report.since}-{report.until}.csv"


def spending_csv(report: SpendingReport) -> str:
    """One line a month, person and campaign, the newest month first."""
    return csv_text([_COLUMNS, *_lines(report)])


def _lines(report: SpendingReport) -> Iterable[list[object]]:
    for line in report.lines:
        yield [
            line.month, line.email, "team" if line.in_team else "wallet", line.campaign,
            line.campaign_id or "", line.spent.jobs, format_points(line.spent.charged_cp),
            format_points(line.spent.held_cp),
        ]  # fmt: skip
