"""Who spent what: of a wallet's points, by month, person and campaign."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import Seat, Team, User
from accounts.selectors.teams import MANAGING, seat_in
from billing.selectors.books import Month, month_of
from billing.selectors.wallets import wallet_id_of
from generation.calendar import period_of
from generation.lifecycle import ACTIVE
from generation.models import Job

MONTHS_MAX = 36
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Spent:
    """Points in hundredths: charged for good, and held by jobs that are still at work."""

    charged_cp: int
    held_cp: int
    jobs: int

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.charged_cp + other.charged_cp,
            self.held_cp + other.held_cp,
            self.jobs + other.jobs,
        )


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """What one person spent on one campaign in one server month, "2026-11", by when it was asked.

    `campaign_id` None: for no campaign. `in_team`: asked from a seat, not by the owner alone.
    """

    month: str
    user_id: UUID
    email: str
    in_team: bool
    campaign_id: UUID | None
    campaign: str
    spent: Spent


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of some lines, under the name they share; "" for no campaign."""

    name: str
    spent: Spent


@dataclass(frozen=True, slots=True)
class SpendingReport:
    """The lines of some months, newest first, and their sums. `team`: None for one's own wallet."""

    team: Team | None
    since: str
    until: str
    lines: list[SpendingLine]

    @property
    def total(self) -> Spent:
        """Of all lines."""
        return sum((line.spent for line in self.lines), Spent(0, 0, 0))

    @property
    def by_member(self) -> list[Total]:
        """Whoever spent most first."""
        return _largest_first(_totals(self.lines, lambda line: (line.user_id, line.email)))

    @property
    def by_campaign(self) -> list[Total]:
        """The largest first."""
        return _largest_first(_totals(self.lines, lambda line: (line.campaign_id, line.campaign)))

    @property
    def by_month(self) -> list[Total]:
        """The newest first."""
        return _totals(self.lines, lambda line: (line.month, line.month))


def spending_of(
    *, user: User, team_id: UUID | None, since: str = "", until: str = "", now: datetime
) -> SpendingReport:
    """Who spent what from `since` to `until`, months like "2026-11" with both in it; the last
    twelve where none is named.

    Of a team, what was asked from its seats, for whoever manages it; of one's own wallet, all.
    Raises InvalidRequest; NotFound for a team the user does not manage.
    """
    until = until or period_of(now, "month", settings.POINTS_DAY_TZ)
    last = _month(until, "to")
    first = _month(since, "from") if since else _month(_before(until, 11), "from")
    if first.starts_at > last.starts_at or _before(last.name, MONTHS_MAX - 1) > first.name:
        raise InvalidRequest(
            _("Choose at most %(most)d months, the earliest of them first.") % {"most": MONTHS_MAX},
            fields={"from": f"at most {MONTHS_MAX} months up to `to`"},
        )
    team: Team | None = None
    jobs = Job.objects.filter(created_at__gte=first.starts_at, created_at__lt=last.ends_at)
    if team_id is None:
        jobs = jobs.filter(wallet_id=wallet_id_of(user) or 0)
    else:
        seat = seat_in(user, team_id)
        if seat.role not in MANAGING:
            raise NotFound(_("No such team."))
        team = seat.team
        seats = Seat.objects.filter(team=team)
        jobs = jobs.filter(wallet_id=wallet_id_of(team.owner) or 0, seat_id__in=seats.values("pk"))
    return SpendingReport(team, first.name, last.name, list(_lines(jobs)))


def _lines(jobs: QuerySet[Job]) -> Iterator[SpendingLine]:
    at_work = Q(state__in=[state.value for state in ACTIVE])
    grouped = (
        jobs.order_by()
        .annotate(month=TruncMonth("created_at", tzinfo=ZoneInfo(settings.POINTS_DAY_TZ)))
        .values("month", "user_id", "user__email", "campaign_id", "campaign__name")
        .annotate(
            in_team=Q(seat_id__isnull=False),
            charged=Sum("captured_cp", default=0),
            held=Sum("cost_cp", filter=at_work, default=0),
            number=Count("pk"),
        )
        .order_by("-month", "user__email", "campaign__name", "campaign_id", "in_team")
    )
    for row in grouped:
        yield SpendingLine(
            month=f"{row['month']:%Y-%m}",
            user_id=row["user_id"],
            email=row["user__email"],
            in_team=row["in_team"],
            campaign_id=row["campaign_id"],
            campaign=row["campaign__name"] or "",
            spent=Spent(row["charged"], row["held"], row["number"]),
        )


def _totals(
    lines: Iterable[SpendingLine], told: Callable[[SpendingLine], tuple[object, str]]
) -> list[Total]:
    """The sums of lines that share what is told of them, an identity and a name."""
    sums: dict[tuple[object, str], Spent] = {}
    for line in lines:
        sums[told(line)] = sums.get(told(line), Spent(0, 0, 0)) + line.spent
    return [Total(name, spent) for (_identity, name), spent in sums.items()]


def _largest_first(totals: list[Total]) -> list[Total]:
    return sorted(totals, key=lambda one: (-one.spent.charged_cp - one.spent.held_cp, one.name))


def _month(text: str, field: str) -> Month:
    if not _MONTH.fullmatch(text):
        raise InvalidRequest(
            _("Write a month like 2026-11."), fields={field: "must be like 2026-11"}
        )
    return month_of(text)


def _before(month: str, months: int) -> str:
    """The month that many months before."""
    year, index = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - months, 12)
    return f"{year:04d}-{index + 1:02d}"
