"""Campaigns somebody sees, and how each of them did: cost per piece, clicks, and both together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import Seat, User
from accounts.selectors.teams import MANAGING
from billing.selectors.realised import E4, Realised, realised
from billing.selectors.wallets import wallet_id_of
from generation.models import Artifact, Campaign, Job, PieceResult
from generation.selectors.envelopes import Envelope, counted, envelope_of
from generation.types import piece_seed


@dataclass(slots=True)
class PieceLine:
    """One piece. `minor_e4` is what its points were worth, in ten-thousandths of a minor unit of
    the campaign's currency, rounded down; None where it cannot be told."""

    artifact: Artifact
    cost_cp: int
    minor_e4: int | None
    impressions: int = 0
    clicks: int = 0
    sources: list[str] = field(default_factory=list)

    @property
    def seed(self) -> int:
        """What makes this piece again."""
        return piece_seed(self.artifact.job.seed, self.artifact.index)

    @property
    def ctr_bp(self) -> int | None:
        """Clicks per hundred impressions in hundredths, rounded half up; None if never shown."""
        return rate_bp(self.clicks, self.impressions)


@dataclass(slots=True)
class CampaignReport:
    """A campaign in numbers; `pieces` has the best first, those never shown last.

    `in_charge`: all of it is told, and its reader may change it; else only the reader's own pieces.
    """

    campaign: Campaign
    pieces: list[PieceLine]
    asked: int
    worth: Realised
    envelope: Envelope
    in_charge: bool

    @property
    def impressions(self) -> int:
        """Of all pieces."""
        return sum(piece.impressions for piece in self.pieces)

    @property
    def clicks(self) -> int:
        """Of all pieces."""
        return sum(piece.clicks for piece in self.pieces)

    @property
    def ctr_bp(self) -> int | None:
        """Over all pieces, in hundredths of a percent."""
        return rate_bp(self.clicks, self.impressions)

    @property
    def piece_cp(self) -> int | None:
        """Points a piece, in hundredths, rounded down; None before there is one."""
        return self.worth.spent_cp // len(self.pieces) if self.pieces else None

    @property
    def piece_minor_e4(self) -> int | None:
        """Money a piece, in ten-thousandths of a minor unit, rounded down."""
        worth_e4 = self.worth.minor_e4_in(self.campaign.currency)
        return worth_e4 // len(self.pieces) if self.pieces and worth_e4 is not None else None

    @property
    def click_minor_e4(self) -> int | None:
        """Money a click, likewise."""
        worth_e4 = self.worth.minor_e4_in(self.campaign.currency)
        return worth_e4 // self.clicks if self.clicks and worth_e4 is not None else None

    @property
    def on_target(self) -> bool | None:
        """Whether a piece cost at most its target, decided before anything is rounded to a piece.

        None while nothing was made or where its worth cannot be told.
        """
        worth_e4 = self.worth.minor_e4_in(self.campaign.currency)
        if not self.pieces or worth_e4 is None:
            return None
        return worth_e4 <= self.campaign.target_minor * E4 * len(self.pieces)


def rate_bp(clicks: int, impressions: int) -> int | None:
    """Hundredths of a percent, rounded half up."""
    if not impressions:
        return None
    return (clicks * E4 * 2 + impressions) // (impressions * 2)


def percent(rate_bp: int | None) -> str | None:
    """Hundredths of a percent as text: 125 -> "1.25"."""
    return None if rate_bp is None else f"{rate_bp // 100}.{rate_bp % 100:02d}"


def campaigns_of(*, user: User, now: datetime) -> QuerySet[Campaign]:
    """The user's campaigns and those of teams they have a seat in, newest first, each counted."""
    seats = Seat.objects.filter(user=user, left_at=None)
    seen = Campaign.objects.filter(
        Q(wallet_id=wallet_id_of(user) or 0, team=None) | Q(team__in=seats.values("team_id"))
    )
    return counted(seen.select_related("team"), now=now).order_by("-created_at", "-id")


def campaign_for(*, user: User, campaign_id: UUID, now: datetime) -> Campaign:
    """A campaign the user may spend from. Raises NotFound, also for another's."""
    campaign = campaigns_of(user=user, now=now).filter(id=campaign_id).first()
    if campaign is None:
        raise NotFound(_("No such campaign."))
    return campaign


def runs(*, user: User, campaign: Campaign) -> bool:
    """Whether the user may change the campaign and sees all of it: its owner, and in a team
    whoever manages it."""
    if campaign.team_id is None:
        return campaign.wallet_id == wallet_id_of(user)
    return Seat.objects.filter(
        team=campaign.team_id, user=user, left_at=None, role__in=MANAGING
    ).exists()


def report_of(campaign: Campaign, *, user: User, now: datetime) -> CampaignReport:
    """How the campaign did: each piece with its share of its job's points and money.

    Members of a team see what they made for it. `campaign` is one that was `counted`.
    """
    asked = Job.objects.filter(campaign=campaign)
    in_charge = runs(user=user, campaign=campaign)
    if not in_charge:
        asked = asked.filter(user=user)
    jobs = {job.id: job for job in asked.filter(state="succeeded")}
    worth = realised(
        wallet_id=campaign.wallet_id, hold_ids=[job.hold_id for job in jobs.values()], now=now
    )
    artifacts: dict[UUID, list[Artifact]] = defaultdict(list)
    for artifact in Artifact.objects.filter(job__in=jobs).select_related("job"):
        artifacts[artifact.job_id].append(artifact)
    pieces: dict[UUID, PieceLine] = {}
    whole = Realised()
    for job_id, made in artifacts.items():
        spent = worth[jobs[job_id].hold_id]
        whole.add(spent)
        minor_e4 = spent.minor_e4_in(campaign.currency)
        for artifact in made:
            pieces[artifact.id] = PieceLine(
                artifact,
                cost_cp=spent.spent_cp // len(made),
                minor_e4=None if minor_e4 is None else minor_e4 // len(made),
            )
    _count_results(campaign, pieces)
    return CampaignReport(
        campaign,
        sorted(pieces.values(), key=_best_first),
        asked=asked.aggregate(pieces=Sum("pieces", default=0))["pieces"],
        worth=whole,
        envelope=envelope_of(campaign, now=now),
        in_charge=in_charge,
    )


def _count_results(campaign: Campaign, pieces: dict[UUID, PieceLine]) -> None:
    results = PieceResult.objects.filter(artifact__job__campaign=campaign).order_by("source")
    for result in results:
        piece = pieces.get(result.artifact_id)
        if piece is not None:
            piece.impressions += result.impressions
            piece.clicks += result.clicks
            if result.source and result.source not in piece.sources:
                piece.sources.append(result.source)


def _best_first(piece: PieceLine) -> tuple[object, ...]:
    # Exact: a share is compared as clicks times a common multiple, not as a rounded rate.
    shown = piece.impressions > 0
    share = -(piece.clicks * 10**18 // piece.impressions) if shown else 0
    made = piece.artifact
    return (not shown, share, -piece.impressions, made.created_at, str(made.job_id), made.index)
