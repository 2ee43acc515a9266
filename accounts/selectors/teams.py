"""Teams and seats as other apps ask for them."""

from __future__ import annotations

from uuid import UUID

from accounts.errors import NotFound
from accounts.models import Seat, SeatInvitation, Team, User

MANAGING = ("owner", "manager")


def seats_of(user: User) -> list[Seat]:
    """The teams a user has a seat in, oldest first; each with its team and that team's owner."""
    return list(Seat.objects.filter(user=user, left_at=None).select_related("team__owner"))


def seat_in(user: User, team_id: UUID) -> Seat:
    """The user's seat in a team. Raises NotFound, whether there is such a team or not."""
    found = (
        Seat.objects.filter(user=user, team_id=team_id, left_at=None)
        .select_related("team__owner")
        .first()
    )
    if found is None:
        raise NotFound("No such team.")
    return found


def team_of_seat(seat_id: UUID | None) -> UUID | None:
    """The team of a seat, None for none."""
    if seat_id is None:
        return None
    return Seat.objects.filter(pk=seat_id).values_list("team_id", flat=True).first()


def people_of(team_id: UUID) -> list[Seat]:
    """Who is in a team: its owner, then first come first; each with the user and the team."""
    seats = Seat.objects.filter(team_id=team_id, left_at=None)
    return sorted(
        seats.select_related("user", "team__owner"),
        key=lambda seat: (seat.role != "owner", seat.joined_at, seat.pk),
    )


def open_invitations(team: Team) -> list[SeatInvitation]:
    """What was offered and neither taken nor taken back; the lapsed too, which can be renewed."""
    return list(team.invitations.filter(accepted_at=None, revoked_at=None))
