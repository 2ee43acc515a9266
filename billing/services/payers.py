"""Who pays for what a user asks for: the user's own wallet, or a team's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import NotFound, SeatInactive
from accounts.models import User
from accounts.selectors.teams import people_of
from billing.selectors.entitlements import entitlements
from billing.services.wallets import wallet_for


@dataclass(frozen=True, slots=True)
class Payer:
    """The wallet that pays; `seat_id` and its caps in hundredths when it is a team's."""

    wallet_id: int
    seat_id: UUID | None = None
    daily_cap_cp: int | None = None
    monthly_cap_cp: int | None = None


def payer_for(*, user: User, team_id: UUID | None, now: datetime) -> Payer:
    """The wallet `user` spends from. Raises NotFound for a team without a seat for the user;
    SeatInactive when the plan has fewer seats than people came before."""
    if team_id is None:
        return Payer(wallet_for(user=user, now=now))
    seats = people_of(team_id)
    place = next((index for index, seat in enumerate(seats) if seat.user_id == user.pk), None)
    if place is None:
        raise NotFound(_("No such team."))
    seat = seats[place]
    if seat.team.owner.closed_at is not None:
        raise SeatInactive(_("The account that pays for this team is closed."))
    wallet_id = wallet_for(user=seat.team.owner, now=now)
    if place >= max(1, entitlements(wallet_id=wallet_id, now=now).seats):
        raise SeatInactive(
            _("The team's plan has fewer seats than people, and you came after they were taken.")
        )
    return Payer(wallet_id, seat.pk, seat.daily_cap_cp, seat.monthly_cap_cp)
