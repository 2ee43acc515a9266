"""Who spent what of a team's points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.models import Seat, Team
from accounts.selectors.teams import people_of
from billing.selectors.entitlements import entitlements
from billing.selectors.wallets import wallet_id_of
from generation.calendar import period_of
from generation.models import Spending


@dataclass(frozen=True, slots=True)
class Person:
    """A seat, and what was spent from it, in hundredths; what was not charged is not in it.

    `active`: the plan has a seat for this one.
    """

    seat: Seat
    day_cp: int
    month_cp: int
    active: bool


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team, its people in the order they came, and the seats its plan has."""

    team: Team
    people: list[Person]
    seats: int


def seat_scope(seat_id: UUID) -> str:
    """The name under which a seat's spending is counted."""
    return f"seat:{seat_id}"


def team_view(team: Team, *, now: datetime) -> TeamView:
    """The team as those who manage it see it."""
    wallet_id = wallet_id_of(team.owner) or 0  # no wallet has that number
    day, month = (period_of(now, per, settings.POINTS_DAY_TZ) for per in ("day", "month"))
    spent = {
        (scope, period): spent_cp
        for scope, period, spent_cp in Spending.objects.filter(
            wallet_id=wallet_id, scope__startswith="seat:", period__in=[day, month]
        ).values_list("scope", "period", "spent_cp")
    }
    seats = entitlements(wallet_id=wallet_id, now=now).seats
    people = [
        Person(
            seat=seat,
            day_cp=spent.get((seat_scope(seat.pk), day), 0),
            month_cp=spent.get((seat_scope(seat.pk), month), 0),
            active=place < max(1, seats),
        )
        for place, seat in enumerate(people_of(team.pk))
    ]
    return TeamView(team, people, seats)
