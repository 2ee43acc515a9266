"""Seats around a wallet: offered, taken, limited, given back."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from accounts.errors import InvalidRequest, NotFound, SeatInactive, SeatsFull, TeamExists
from accounts.models import Seat, SeatInvitation, Team, User
from accounts.selectors.teams import open_invitations, people_of, seats_of
from accounts.services import standing
from billing.services import teams
from billing.services.payers import payer_for
from billing.services.wallets import wallet_for
from tests.billing.conftest import Member
from tests.conftest import Person
from tests.jobs_by_hand import NOON
from tests.races import at_once


@pytest.fixture
def team(anna: User, member: Member, catalogue: None) -> Team:
    """Anna's, on platinum: five seats."""
    member(anna, "platinum")
    return teams.found_team(user=anna, name="Studio", now=NOON)


def join(team: Team, user: User, role: str = "member") -> Seat:
    offered = teams.invite(by=team.owner, team_id=team.pk, email=user.email, role=role, now=NOON)
    return teams.accept(user=user, token=teams.token_of(offered), now=NOON)


def test_a_plan_with_one_seat_has_no_team(anna: User, catalogue: None) -> None:
    with pytest.raises(SeatsFull) as refused:
        teams.found_team(user=anna, name="Studio", now=NOON)
    assert refused.value.facts == {"seats": 1, "taken": 1}
    assert not Team.objects.exists()


def test_a_person_owns_one_team(anna: User, team: Team) -> None:
    with pytest.raises(TeamExists):
        teams.found_team(user=anna, name="Another", now=NOON)


def test_who_has_a_seat_spends_from_the_owners_wallet(
    anna: User, team: Team, person: Person
) -> None:
    bert, eve = person("bert"), person("eve")
    seat = join(team, bert)
    assert payer_for(user=bert, team_id=team.pk, now=NOON).seat_id == seat.pk
    assert payer_for(user=bert, team_id=team.pk, now=NOON).wallet_id == wallet_for(
        user=anna, now=NOON
    )
    assert payer_for(user=bert, team_id=None, now=NOON).wallet_id == wallet_for(user=bert, now=NOON)
    assert [one.team for one in seats_of(bert)] == [team]
    for team_id in (team.pk, uuid4()):
        with pytest.raises(NotFound):
            payer_for(user=eve, team_id=team_id, now=NOON)


def test_an_offer_is_for_one_address_and_one_week(team: Team, person: Person) -> None:
    bert, eve = person("bert"), person("eve")
    offered = teams.invite(
        by=team.owner, team_id=team.pk, email=" Bert@Example.com ", role="member", now=NOON
    )
    token = teams.token_of(offered)
    for user, given, now in (
        (eve, token, NOON),
        (bert, token[:-1] + ("A" if token[-1] != "A" else "B"), NOON),
        (bert, "", NOON),
        (bert, token, NOON + timedelta(days=7)),
    ):
        with pytest.raises(NotFound):
            teams.accept(user=user, token=given, now=now)
    seat = teams.accept(user=bert, token=token, now=NOON)
    assert teams.accept(user=bert, token=token, now=NOON) == seat
    teams.remove_seat(by=bert, seat_id=seat.pk, now=NOON)
    with pytest.raises(NotFound):  # an offer is taken once
        teams.accept(user=bert, token=token, now=NOON)


def test_offered_again_the_week_begins_anew(team: Team) -> None:
    offer = partial(teams.invite, by=team.owner, team_id=team.pk, email="x@example.com")
    first = offer(role="member", now=NOON)
    again = offer(role="manager", now=NOON + timedelta(days=9))
    assert (again.pk, again.role, again.expires_at) == (
        first.pk, "manager", NOON + timedelta(days=16)
    )  # fmt: skip
    teams.revoke_invitation(by=team.owner, invitation_id=first.pk, now=NOON)
    teams.revoke_invitation(by=team.owner, invitation_id=first.pk, now=NOON)
    assert open_invitations(team) == []


def test_seats_are_counted_with_what_is_offered(team: Team, person: Person) -> None:
    for number in range(4):
        teams.invite(
            by=team.owner, team_id=team.pk, email=f"{number}@example.com", role="member", now=NOON
        )
    with pytest.raises(SeatsFull) as refused:
        teams.invite(
            by=team.owner, team_id=team.pk, email="more@example.com", role="member", now=NOON
        )
    assert refused.value.facts == {"seats": 5, "taken": 5}


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_is_taken_once(team: Team, person: Person) -> None:
    for number in range(3):
        join(team, person(f"seat{number}"))
    rivals = [person(f"rival{number}") for number in range(4)]
    tokens = []
    for rival in rivals:
        offered = teams.invite(
            by=team.owner, team_id=team.pk, email=rival.email, role="member", now=NOON
        )
        # As if each had been offered while the plan had room: the offer does not keep the seat.
        offered.expires_at = NOON + timedelta(minutes=1)
        offered.save()
        tokens.append(teams.token_of(offered))
        SeatInvitation.objects.filter(pk=offered.pk).update(expires_at=NOON)
    SeatInvitation.objects.update(expires_at=NOON + timedelta(days=1))
    results = at_once(
        [
            partial(teams.accept, user=rival, token=token, now=NOON)
            for rival, token in zip(rivals, tokens, strict=True)
        ]
    )
    assert sum(isinstance(one, Seat) for one in results) == 1
    assert sum(isinstance(one, SeatsFull) for one in results) == 3


def test_managers_manage_members_only(team: Team, person: Person) -> None:
    boss, hand = join(team, person("boss"), "manager"), join(team, person("hand"))
    set_caps = partial(teams.change_seat, role="member", daily_cap_cp=100, monthly_cap_cp=None)
    assert set_caps(by=boss.user, seat_id=hand.pk).daily_cap_cp == 100
    for seat_id in (boss.pk, team.seats.get(role="owner").pk):
        with pytest.raises(NotFound):
            set_caps(by=boss.user, seat_id=seat_id)
    with pytest.raises(NotFound):
        set_caps(by=hand.user, seat_id=hand.pk)
    with pytest.raises(InvalidRequest):
        teams.invite(by=boss.user, team_id=team.pk, email="x@example.com", role="manager", now=NOON)
    with pytest.raises(InvalidRequest):
        set_caps(by=team.owner, seat_id=hand.pk, role="owner")
    with pytest.raises(InvalidRequest):
        teams.change_seat(
            by=team.owner, seat_id=hand.pk, role="member", daily_cap_cp=-1, monthly_cap_cp=None
        )


def test_who_leaves_spends_no_more(team: Team, person: Person) -> None:
    bert, eve = join(team, person("bert")), join(team, person("eve"))
    with pytest.raises(NotFound):
        teams.remove_seat(by=eve.user, seat_id=bert.pk, now=NOON)
    teams.remove_seat(by=bert.user, seat_id=bert.pk, now=NOON)
    teams.remove_seat(by=team.owner, seat_id=eve.pk, now=NOON)
    assert [seat.role for seat in people_of(team.pk)] == ["owner"]
    with pytest.raises(NotFound):
        payer_for(user=eve.user, team_id=team.pk, now=NOON)
    with pytest.raises(InvalidRequest):
        teams.remove_seat(by=team.owner, seat_id=team.seats.get(role="owner").pk, now=NOON)


def test_after_the_plan_has_ended_the_owner_still_spends(team: Team, person: Person) -> None:
    seat = join(team, person("bert"))
    later = NOON + timedelta(days=90)
    with pytest.raises(SeatInactive):
        payer_for(user=seat.user, team_id=team.pk, now=later)
    assert payer_for(user=team.owner, team_id=team.pk, now=later).wallet_id


def test_a_closed_account_pays_for_nobody(team: Team, person: Person) -> None:
    seat = join(team, person("bert"))
    standing.close(user=team.owner, now=NOON)
    with pytest.raises(SeatInactive):
        payer_for(user=seat.user, team_id=team.pk, now=NOON)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb"])
def test_a_name_that_is_none(team: Team, name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        teams.rename_team(by=team.owner, team_id=team.pk, name=name)
    assert "name" in refused.value.fields
