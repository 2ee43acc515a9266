"""Campaigns: making one, and importing how its pieces did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.selectors.wallets import wallet_id_of
from billing.services.wallets import wallet_for
from generation.errors import CampaignExists
from generation.models import Artifact, Campaign, PieceResult
from generation.results_file import (
    BOTH_WAYS,
    NOT_OURS,
    BadFile,
    Fault,
    ResultRow,
    read_results,
)

NAME_MAX = 80
TARGET_MAX_MINOR = 1_000_000_00
# What of a long list of faults is told.
FAULTS_MAX = 50


@dataclass(frozen=True, slots=True)
class Made:
    """A campaign; `replayed` when the very same one was there already."""

    campaign: Campaign
    replayed: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; it adds up to the rows of the file."""

    new: int
    changed: int
    unchanged: int

    @property
    def rows(self) -> int:
        """The rows of the file."""
        return self.new + self.changed + self.unchanged


@transaction.atomic(durable=True)
def make_campaign(
    *, user: User, name: str, target_minor: int, currency: str, now: datetime
) -> Made:
    """Make a campaign; the same name and target again are the same campaign.

    `target_minor` is what a piece may cost, in minor units. Raises InvalidRequest; CampaignExists
    when the name has another target.
    """
    name = " ".join(name.split())
    faults: dict[str, str] = {}
    if not (1 <= len(name) <= NAME_MAX and name.isprintable()):
        faults["name"] = f"must have 1 to {NAME_MAX} printable characters"
    if not 1 <= target_minor <= TARGET_MAX_MINOR:
        faults["target_minor"] = f"must be from 1 to {TARGET_MAX_MINOR}"
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        faults["currency"] = "must be a code of three letters"
    if faults:
        raise InvalidRequest(_("The campaign was not understood."), fields=faults)
    campaign, made = Campaign.objects.get_or_create(
        wallet_id=wallet_for(user=user, now=now),
        name=name,
        defaults={
            "user": user,
            "target_minor": target_minor,
            "currency": currency.upper(),
            "created_at": now,
        },
    )
    if (campaign.target_minor, campaign.currency) != (target_minor, currency.upper()):
        raise CampaignExists(
            _("There is a campaign of this name with another target."),
            fields={"name": "is taken"},
        )
    return Made(campaign, replayed=not made)


def import_results(*, user: User, campaign_id: UUID, data: bytes, now: datetime) -> Imported:
    """Read a CSV file of counts and keep them all, or none.

    The same file again changes nothing; newer counts of the same piece, source and day replace the
    older ones. Raises NotFound; InvalidRequest that names each line at fault.
    """
    try:
        return _keep(user, campaign_id, read_results(data), now)
    except BadFile as bad:
        raise _refusal(bad.faults) from None


def _refusal(faults: Mapping[int, Fault]) -> InvalidRequest:
    """The refusal that names these lines, the first ones of many."""
    told = {
        f"line {line}": _(faults[line].sentence) % faults[line].values
        for line in sorted(faults)[:FAULTS_MAX]
    }
    said = _("Nothing was imported.")
    if len(faults) > len(told):
        said += " " + _("%(count)d lines are wrong; the first of them are named.") % {
            "count": len(faults)
        }
    return InvalidRequest(said, fields=told)


@transaction.atomic(durable=True)
def _keep(user: User, campaign_id: UUID, rows: list[ResultRow], now: datetime) -> Imported:
    # One import of a campaign after the other.
    campaign = (
        Campaign.objects.select_for_update()
        .filter(id=campaign_id, wallet_id=wallet_id_of(user) or 0)
        .first()
    )
    if campaign is None:
        raise NotFound(_("No such campaign."))
    asked = {row.artifact_id for row in rows}
    pieces = set(
        Artifact.objects.filter(
            id__in=asked, wallet_id=campaign.wallet_id, job__campaign=campaign
        ).values_list("id", flat=True)
    )
    faults = {row.line: Fault(NOT_OURS) for row in rows if row.artifact_id not in pieces}
    known = {
        (one.artifact_id, one.source, one.day): one
        for one in PieceResult.objects.filter(artifact_id__in=pieces)
    }
    faults |= _counted_twice(rows, set(known))
    if faults:
        raise BadFile(faults)
    new = [row for row in rows if row.key not in known]
    changed = [
        row
        for row in rows
        if row.key in known
        and (known[row.key].impressions, known[row.key].clicks) != (row.impressions, row.clicks)
    ]
    PieceResult.objects.bulk_create(
        (
            PieceResult(
                artifact_id=row.artifact_id,
                source=row.source,
                day=row.day,
                impressions=row.impressions,
                clicks=row.clicks,
                imported_at=now,
            )
            for row in [*new, *changed]
        ),
        update_conflicts=True,
        unique_fields=["artifact", "source", "day"],
        update_fields=["impressions", "clicks", "imported_at"],
    )
    return Imported(len(new), len(changed), len(rows) - len(new) - len(changed))


def _counted_twice(
    rows: list[ResultRow], known: set[tuple[UUID, str, date | None]]
) -> dict[int, Fault]:
    """Lines that would count a piece in all and by day as well, from one source."""
    told: dict[tuple[UUID, str], set[bool]] = defaultdict(set)
    for artifact_id, source, day in known | {row.key for row in rows}:
        told[artifact_id, source].add(day is None)
    return {
        row.line: Fault(BOTH_WAYS) for row in rows if len(told[row.artifact_id, row.source]) > 1
    }
