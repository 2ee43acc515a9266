"""What a team pays for: by whom it may be asked, how much, and who sees it."""

from uuid import UUID

import pytest
from django.db import transaction

from accounts.errors import NotFound
from accounts.models import Seat, User, WebhookEvent
from accounts.services.webhook_endpoints import create_endpoint
from billing.errors import AccountBanned
from billing.ledger import services as ledger
from billing.selectors.wallets import overview
from billing.services import teams
from billing.services.adjustments import grant_adjustment
from billing.services.bans import ban_user
from billing.services.gifts import give_membership
from generation.errors import CapExceeded
from generation.selectors.artifacts import gallery
from generation.selectors.jobs import job_for, jobs_of
from generation.selectors.team_spending import team_view
from generation.services.jobs import cancel_job
from generation.services.quotes import preview_price, quote_job
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit, claimed, deliver


@pytest.fixture
def seat(anna: User, bert: User, catalogue: None) -> Seat:
    """Bert's, in Anna's team: she is on platinum and has ten points besides its own."""
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=NOON)
    team = teams.found_team(user=anna, name="Studio", now=NOON)
    offered = teams.invite(by=anna, team_id=team.pk, email=bert.email, role="member", now=NOON)
    return teams.accept(user=bert, token=teams.token_of(offered), now=NOON)


def give(user: User, amount_cp: int) -> None:
    grant_adjustment(
        user=user, amount_cp=amount_cp, days=9, reason="test", note="", staff=user,
        key=f"give {amount_cp}", now=NOON,
    )  # fmt: skip


def test_the_team_pays_and_both_see_it(
    anna: User, bert: User, seat: Seat, submit: Submit, person: Person
) -> None:
    give(anna, 1000)
    for user in (anna, bert):
        create_endpoint(user=user, url="https://shop.example/", now=NOON)
    before_cp = overview(user=anna, now=NOON).available_cp
    job = submit(bert, team_id=seat.team_id)
    deliver(claimed())
    assert overview(user=anna, now=NOON).available_cp == before_cp - 20
    assert overview(user=bert, now=NOON).available_cp == 0
    for user in (anna, bert):
        assert job_for(user=user, job_id=job.id).id == job.id
        assert [one.job_id for one in gallery(user=user, limit=9)] == [job.id]
    stranger = person("eve")
    with pytest.raises(NotFound):
        job_for(user=stranger, job_id=job.id)
    person_of = {one.seat.user_id: one for one in team_view(seat.team, now=NOON).people}
    assert (person_of[bert.pk].day_cp, person_of[anna.pk].day_cp) == (20, 0)
    told = WebhookEvent.objects.filter(type="job.succeeded").values_list("user", "data__team")
    assert list(told) == [(bert.pk, str(seat.team_id))], "told is who asked"


def test_people_do_not_see_each_others_and_whoever_left_sees_none(
    anna: User, bert: User, seat: Seat, submit: Submit
) -> None:
    give(anna, 1000)
    hers = submit(anna)
    his = submit(bert, team_id=seat.team_id)
    assert [job.id for job in jobs_of(user=bert)] == [his.id]
    with pytest.raises(NotFound):
        cancel_job(user=bert, job_id=hers.id, now=NOON)
    cancel_job(user=anna, job_id=his.id, now=NOON)  # who pays may stop it
    teams.remove_seat(by=anna, seat_id=seat.pk, now=NOON)
    assert not jobs_of(user=bert).exists()
    with pytest.raises(NotFound):
        submit(bert, team_id=seat.team_id)


def test_a_seat_has_its_own_cap(anna: User, bert: User, seat: Seat, submit: Submit) -> None:
    give(anna, 1000)
    teams.change_seat(by=anna, seat_id=seat.pk, role="member", daily_cap_cp=20, monthly_cap_cp=None)
    submit(bert, team_id=seat.team_id)
    with pytest.raises(CapExceeded) as refused:
        submit(bert, team_id=seat.team_id)
    assert refused.value.facts["cap"] == "seat_day"
    submit(anna)


def test_the_same_key_of_two_people_is_two_jobs(
    anna: User, bert: User, seat: Seat, submit: Submit
) -> None:
    give(anna, 1000)
    key = "k" * 255
    first = submit(anna, key=key)
    again = submit(bert, key=key, team_id=seat.team_id)
    assert first.id != again.id
    assert submit(bert, key=key, team_id=seat.team_id).id == again.id


def test_what_is_missing_is_the_owners_to_bring(bert: User, anna: User, seat: Seat) -> None:
    video = {"prompt": "a fox"}
    wallet = overview(user=anna, now=NOON)
    assert wallet.wallet_id is not None
    with transaction.atomic():
        ledger.hold(
            wallet_id=wallet.wallet_id,
            amount_cp=wallet.available_cp,
            key="all",
            reference="test:all",
            now=NOON,
        )
    quoted = quote_job(user=bert, kind="video", params=video, team_id=seat.team_id, now=NOON)
    assert quoted.quote.wallet_id == wallet.wallet_id
    seen = preview_price(user=bert, kind="video", params=video, team_id=seat.team_id, now=NOON)
    assert seen.shortfall is not None
    assert [way["way"] for way in seen.shortfall.facts["ways"]] == ["owner"]  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        quote_job(user=bert, kind="video", params=video, team_id=UUID(int=1), now=NOON)


def test_whose_owner_is_barred_makes_nothing_for_the_team(
    anna: User, bert: User, seat: Seat, submit: Submit, person: Person
) -> None:
    ban_user(user=anna, reason="fraud", note="", staff=person("olga"), now=NOON)
    with pytest.raises(AccountBanned):
        submit(bert, team_id=seat.team_id)
