"""Teams: who may spend from a wallet. The plan of its owner says how many seats there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound, SeatsFull, TeamExists
from accounts.idempotency import checked_key
from accounts.models import Seat, SeatInvitation, Team, User
from accounts.selectors.teams import MANAGING, seat_in
from accounts.services.doorbell import ring_after_commit
from accounts.spending_caps import check_caps
from billing.errors import IdempotencyConflict
from billing.selectors.entitlements import entitlements
from billing.services.wallets import wallet_for

INVITATION_LIFETIME = timedelta(days=7)
NAME_MAX = 80
_SALT = "inkling.seat"


@transaction.atomic(durable=True)
def found_team(*, user: User, name: str, now: datetime) -> Team:
    """Make a team around the user's wallet; the user has its first seat.

    Raises InvalidRequest; TeamExists; SeatsFull while the user's plan has a single seat.
    """
    name = _named(name)
    User.objects.select_for_update().get(pk=user.pk)
    if Team.objects.filter(owner=user).exists():
        raise TeamExists(_("You have a team already."))
    seats = _seats(user, now)
    if seats < 2:
        raise _full(seats, 1)
    team = Team.objects.create(owner=user, name=name, created_at=now)
    Seat.objects.create(team=team, user=user, role="owner", joined_at=now)
    return team


@transaction.atomic(durable=True)
def rename_team(*, by: User, team_id: UUID, name: str) -> Team:
    """Give the team another name. Raises InvalidRequest, NotFound."""
    team = _managed(by, team_id)
    team.name = _named(name)
    team.save(update_fields=["name"])
    return team


@transaction.atomic(durable=True)
def invite(
    *,
    by: User,
    team_id: UUID,
    email: str,
    role: str,
    idempotency_key: str | None = None,
    now: datetime,
) -> SeatInvitation:
    """Offer a seat to an address for a week; offered again, the week begins anew and the mail goes
    out once more, but not where the same key has offered it before.

    Raises InvalidRequest, NotFound, SeatsFull, IdempotencyConflict.
    """
    key = checked_key(idempotency_key)
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidRequest(
            _("This is not an e-mail address."), fields={"email": "not an e-mail address"}
        ) from None
    team = _managed(by, team_id)
    _may_give(by, team, role)
    known = team.invitations.filter(idempotency_key=key).first() if key else None
    if known is not None:
        if (known.email, known.role) != (address, role):
            raise IdempotencyConflict(_("This idempotency key was used with another request."))
        return known
    if team.seats.filter(left_at=None, user__email=address).exists():
        raise InvalidRequest(_("This person is in the team."), fields={"email": "in the team"})
    open_ones = team.invitations.filter(accepted_at=None, revoked_at=None)
    again = open_ones.filter(email=address).first()
    waiting = open_ones.filter(expires_at__gt=now).exclude(email=address).count()
    _room_for_one(team, waiting, now)
    invitation = again or SeatInvitation(team=team, email=address, created_at=now)
    invitation.role, invitation.invited_by = role, by
    invitation.idempotency_key = key
    invitation.language = get_language() or "en"
    invitation.expires_at, invitation.mailed_at = now + INVITATION_LIFETIME, None
    invitation.save()
    ring_after_commit("billing.team_mail")
    return invitation


@transaction.atomic(durable=True)
def revoke_invitation(*, by: User, invitation_id: UUID, now: datetime) -> None:
    """Take an offer back; a second time changes nothing. Raises NotFound."""
    found = SeatInvitation.objects.filter(pk=invitation_id).first()
    if found is None:
        raise _unknown()
    _managed(by, found.team_id)
    open_ones = SeatInvitation.objects.filter(pk=found.pk, accepted_at=None, revoked_at=None)
    open_ones.update(revoked_at=now)


def token_of(invitation: SeatInvitation) -> str:
    """What the mailed link carries: only we can make it, and it opens this invitation only."""
    return signing.dumps(str(invitation.pk), salt=_SALT)


def invitation_of(token: str, *, now: datetime) -> SeatInvitation:
    """The offer a link stands for, while it can be taken. Raises NotFound."""
    try:
        number = UUID(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        raise _lapsed() from None
    found = (
        SeatInvitation.objects.filter(
            pk=number, accepted_at=None, revoked_at=None, expires_at__gt=now
        )
        .select_related("team", "invited_by")
        .first()
    )
    if found is None:
        raise _lapsed()
    return found


@transaction.atomic(durable=True)
def accept(*, user: User, token: str, now: datetime) -> Seat:
    """Take the seat that was offered to the user's address; a second time gives the same seat.

    Raises NotFound for a link that is not this user's or has lapsed, SeatsFull.
    """
    try:
        number = UUID(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        raise _lapsed() from None
    offered = SeatInvitation.objects.filter(pk=number, email=user.email.lower()).first()
    if offered is None:
        raise _lapsed()
    team = Team.objects.select_for_update().get(pk=offered.team_id)
    taken = Seat.objects.filter(team=team, user=user, left_at=None).first()
    if taken is not None:
        return taken
    invitation = invitation_of(token, now=now)
    _room_for_one(team, 0, now)
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    return Seat.objects.create(team=team, user=user, role=invitation.role, joined_at=now)


@transaction.atomic(durable=True)
def change_seat(
    *,
    by: User,
    seat_id: UUID,
    role: str,
    daily_cap_cp: int | None,
    monthly_cap_cp: int | None,
) -> Seat:
    """Set what a person may do and spend, None for no limit of their own.

    The owner may change everyone, a manager members. Raises InvalidRequest, NotFound.
    """
    seat = _seat_managed(by, seat_id)
    check_caps(daily_cap_cp=daily_cap_cp, monthly_cap_cp=monthly_cap_cp)
    if seat.role != "owner":
        _may_give(by, seat.team, role)
        seat.role = role
    seat.daily_cap_cp, seat.monthly_cap_cp = daily_cap_cp, monthly_cap_cp
    seat.save(update_fields=["role", "daily_cap_cp", "monthly_cap_cp"])
    return seat


@transaction.atomic(durable=True)
def remove_seat(*, by: User, seat_id: UUID, now: datetime) -> None:
    """Free a seat: one's own, or another's for who manages the team. The owner stays.

    What the person has running goes on and is paid; a second time changes nothing. Raises
    InvalidRequest, NotFound.
    """
    seat = Seat.objects.filter(pk=seat_id).first()
    if seat is None:
        raise _unknown()
    if seat.left_at is not None:
        if seat.user_id != by.pk:
            _managed(by, seat.team_id)
        return
    if seat.user_id != by.pk:
        seat = _seat_managed(by, seat_id)
    if seat.role == "owner":
        raise InvalidRequest(_("The owner of the wallet stays in the team."))
    seat.left_at = now
    seat.save(update_fields=["left_at"])


def _managed(by: User, team_id: UUID) -> Team:
    """The team, locked, if `by` manages it. Raises NotFound."""
    team = Team.objects.select_for_update().filter(pk=team_id).first()
    if team is None or seat_in(by, team_id).role not in MANAGING:
        raise _unknown()
    return team


def _seat_managed(by: User, seat_id: UUID) -> Seat:
    seat = Seat.objects.filter(pk=seat_id, left_at=None).first()
    if seat is None:
        raise _unknown()
    team = _managed(by, seat.team_id)
    if team.owner_id != by.pk and seat.role != "member":
        raise _unknown()
    return seat


def _room_for_one(team: Team, waiting: int, now: datetime) -> None:
    seats = _seats(team.owner, now)
    taken = team.seats.filter(left_at=None).count() + waiting
    if taken >= seats:
        raise _full(seats, taken)


def _seats(owner: User, now: datetime) -> int:
    return entitlements(wallet_id=wallet_for(user=owner, now=now), now=now).seats


def _named(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        raise InvalidRequest(
            _("A team's name has 1 to 80 characters."), fields={"name": "1 to 80 characters"}
        )
    return name


def _may_give(by: User, team: Team, role: str) -> None:
    """Only the owner makes managers: they spend what is the owner's."""
    allowed = ("manager", "member") if team.owner_id == by.pk else ("member",)
    if role not in allowed:
        raise InvalidRequest(
            _("You can make a person one of: %(roles)s.") % {"roles": ", ".join(allowed)},
            fields={"role": f"one of: {', '.join(allowed)}"},
        )


def _full(seats: int, taken: int) -> SeatsFull:
    return SeatsFull(
        _("Your plan has %(seats)d seat(s), and all are taken or offered.") % {"seats": seats},
        facts={"seats": seats, "taken": taken},
    )


def _unknown() -> NotFound:
    return NotFound(_("No such team."))


def _lapsed() -> NotFound:
    return NotFound(_("This invitation has lapsed, or it is for another address."))
