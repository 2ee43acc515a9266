"""Campaigns: making and changing one, and importing how its pieces did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import Team, User
from accounts.selectors.teams import MANAGING, seat_in
from accounts.spending_caps import CAP_MAX_CP
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
from generation.selectors.campaigns import runs

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
    *,
    user: User,
    name: str,
    target_minor: int,
    currency: str,
    team_id: UUID | None = None,
    cap_cp: int | None = None,
    monthly_cap_cp: int | None = None,
    now: datetime,
) -> Made:
    """Make a campaign; the same name, target and caps again are the same campaign.

    `target_minor` is what a piece may cost, in minor units; the caps are what all of them may take
    of the wallet, in hundredths, None for no limit. Raises InvalidRequest; CampaignExists when the
    name has another target or other caps; NotFound for a team the user does not manage.
    """
    name = _checked(name, target_minor, cap_cp, monthly_cap_cp, currency)
    wish: dict[str, object] = {
        "target_minor": target_minor,
        "currency": currency.upper(),
        "cap_cp": cap_cp,
        "monthly_cap_cp": monthly_cap_cp,
    }
    wallet_id, team = _wallet(user, team_id, now)
    campaign, made = Campaign.objects.get_or_create(
        wallet_id=wallet_id,
        team=team,
        name=name,
        defaults={"user": user, "created_at": now, **wish},
    )
    if any(getattr(campaign, field) != value for field, value in wish.items()):
        raise _taken()
    return Made(campaign, replayed=not made)


@transaction.atomic(durable=True)
def change_campaign(
    *,
    user: User,
    campaign_id: UUID,
    name: str,
    target_minor: int,
    cap_cp: int | None,
    monthly_cap_cp: int | None,
    now: datetime,
) -> None:
    """Set all of it anew; its currency stays. The next submit counts under the new caps: below
    what is used already, they stop all spending. Raises InvalidRequest, CampaignExists; NotFound
    also for members of a team, who spend and do not decide."""
    name = _checked(name, target_minor, cap_cp, monthly_cap_cp)
    campaign = _run_by(user, campaign_id)
    campaign.name, campaign.target_minor = name, target_minor
    campaign.cap_cp, campaign.monthly_cap_cp = cap_cp, monthly_cap_cp
    try:
        with transaction.atomic():
            campaign.save(update_fields=["name", "target_minor", "cap_cp", "monthly_cap_cp"])
    except IntegrityError:  # checked before, all else that the row must be
        raise _taken() from None


def _checked(
    name: str,
    target_minor: int,
    cap_cp: int | None,
    monthly_cap_cp: int | None,
    currency: str = "CNY",
) -> str:
    """The name, with single spaces. Raises InvalidRequest."""
    name = " ".join(name.split())
    faults: dict[str, str] = {}
    if not (1 <= len(name) <= NAME_MAX and name.isprintable()):
        faults["name"] = f"must have 1 to {NAME_MAX} printable characters"
    if not 1 <= target_minor <= TARGET_MAX_MINOR:
        faults["target_minor"] = f"must be from 1 to {TARGET_MAX_MINOR}"
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        faults["currency"] = "must be a code of three letters"
    for field, limit_cp in (("cap_points", cap_cp), ("month_cap_points", monthly_cap_cp)):
        if limit_cp is not None and not 0 <= limit_cp <= CAP_MAX_CP:
            faults[field] = "must be zero or more"
    if faults:
        raise InvalidRequest(_("The campaign was not understood."), fields=faults)
    return name


def _wallet(user: User, team_id: UUID | None, now: datetime) -> tuple[int, Team | None]:
    """The wallet a campaign is to spend from, and for whom. Raises NotFound."""
    if team_id is None:
        return wallet_for(user=user, now=now), None
    seat = seat_in(user, team_id)
    if seat.role not in MANAGING:
        raise NotFound(_("No such team."))
    return wallet_for(user=seat.team.owner, now=now), seat.team


def _run_by(user: User, campaign_id: UUID) -> Campaign:
    """The campaign, locked, if the user may change it. Raises NotFound."""
    campaign = Campaign.objects.select_for_update().filter(id=campaign_id).first()
    if campaign is None or not runs(user=user, campaign=campaign):
        raise NotFound(_("No such campaign."))
    return campaign


def _taken() -> CampaignExists:
    return CampaignExists(
        _("There is a campaign of this name with another target or other limits."),
        fields={"name": "is taken"},
    )


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
    campaign = _run_by(user, campaign_id)  # locked: one import after the other
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
