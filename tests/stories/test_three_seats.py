"""Three seats, two envelopes: caps hold however hard they are pressed, and the sums are right."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from django.db import connection

from accounts.errors import InvalidRequest, NotFound
from accounts.models import Seat, User
from billing.selectors.wallets import overview
from billing.services import teams
from billing.services.adjustments import grant_adjustment
from billing.services.gifts import give_membership
from generation.errors import CampaignExists, EnvelopeExceeded
from generation.models import Campaign, Job, Spending
from generation.selectors.campaigns import campaign_for, campaigns_of, report_of
from generation.selectors.envelopes import Envelope, envelope_of
from generation.selectors.spending import SpendingReport, spending_of
from generation.services.campaigns import change_campaign, make_campaign
from generation.services.jobs import cancel_job, submit_job
from generation.services.quotes import quote_job
from generation.services.spending_files import spending_csv
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit, claimed, deliver, ledger_breaches
from tests.races import at_once

NEXT_MONTH = NOON + timedelta(days=10)


def join(owner: User, team_id: UUID, user: User, role: str) -> Seat:
    offered = teams.invite(by=owner, team_id=team_id, email=user.email, role=role, now=NOON)
    return teams.accept(user=user, token=teams.token_of(offered), now=NOON)


@pytest.fixture
def team(anna: User, bert: User, person: Person, catalogue: None) -> UUID:
    """Anna's, on diamond with eight slots and much to spend; Bert manages it, Cleo is a member."""
    give_membership(user=anna, plan="diamond", period="month", reason="test", now=NOON)
    grant_adjustment(
        user=anna, amount_cp=5000_00, days=90, reason="test", note="", staff=anna, key="k", now=NOON
    )
    made = teams.found_team(user=anna, name="Studio", now=NOON)
    join(anna, made.pk, bert, "manager")
    join(anna, made.pk, person("cleo"), "member")
    return made.pk


@pytest.fixture
def cleo(team: UUID) -> User:
    """A member."""
    return User.objects.get(email="cleo@example.com")


Make = Callable[..., Campaign]


@pytest.fixture
def envelope(anna: User, team: UUID) -> Make:
    """Makes a campaign of the team's."""

    def make(name: str, *, by: User = anna, **caps: int) -> Campaign:
        return make_campaign(
            user=by, team_id=team, name=name, target_minor=5, currency="CNY", now=NOON, **caps
        ).campaign

    return make


def of(campaign: Campaign, user: User, now: datetime = NOON) -> Envelope:
    found = campaign_for(user=user, campaign_id=campaign.pk, now=now)
    return envelope_of(found, now=now)


def params(campaign: Campaign, **more: object) -> dict[str, object]:
    return {"prompt": "a fox", "campaign": str(campaign.pk), **more}


def in_the_ledger(user: User, before_cp: int) -> tuple[int, int]:
    """What left the wallet for good and what is held, as the ledger has it."""
    purse = overview(user=user, now=NOON)
    return before_cp - purse.available_cp - purse.held_cp, purse.held_cp


@pytest.mark.django_db(transaction=True)
def test_caps_hold_while_three_seats_press_two_envelopes(
    anna: User, bert: User, cleo: User, team: UUID, envelope: Make, submit: Submit
) -> None:
    before_cp = overview(user=anna, now=NOON).available_cp
    spring, summer = envelope("Spring", cap_cp=90), envelope("Summer", by=bert, cap_cp=40)

    def ask(user: User, campaign: Campaign, key: int) -> Job | str:
        try:
            return submit_job(
                user=user, kind="image", params=params(campaign),
                idempotency_key=f"{campaign.name} {key}", team_id=team, now=NOON,
            ).job  # fmt: skip
        except EnvelopeExceeded as refused:
            return str(refused.facts["envelope"])

    # Four of the first and two of the second fit, and the plan has slots for more.
    asked = [
        partial(ask, user, campaign, number)
        for number in range(5)
        for user in (anna, bert, cleo)
        for campaign in (spring, summer)
    ]
    answers = at_once(asked)
    jobs = [one for one in answers if isinstance(one, Job)]
    assert len(jobs) == 6
    assert {one for one in answers if one not in jobs} == {str(spring.pk), str(summer.pk)}
    for campaign, most in ((spring, 80), (summer, 40)):
        told = of(campaign, cleo)
        assert (told.used_cp, told.held_cp) == (most, most)
        with pytest.raises(EnvelopeExceeded):
            submit(cleo, params=params(campaign), team_id=team)
    assert in_the_ledger(anna, before_cp) == (0, 120)

    # One is canceled and gives its place back; the others are delivered.
    canceled = next(job for job in jobs if job.campaign_id == spring.pk)
    cancel_job(user=anna, job_id=canceled.pk, now=NOON)
    assert of(spring, cleo).left_cp == 30
    for _ in range(5):
        deliver(claimed())
    again = at_once([partial(ask, cleo, spring, 100 + number) for number in range(6)])
    assert sum(isinstance(one, Job) for one in again) == 1
    assert sum(one == str(spring.pk) for one in again) == 5
    assert of(spring, cleo) == Envelope(
        cap_cp=90, monthly_cap_cp=None, used_cp=80, held_cp=20, month_cp=80,
        frees_at=of(spring, cleo).frees_at,
    )  # fmt: skip

    # Who spent what adds up to what the ledger says, whichever way it is summed.
    report = spending_of(user=anna, team_id=team, now=NOON)
    summed = (report.total.charged_cp, report.total.held_cp)
    assert in_the_ledger(anna, before_cp) == (100, 20) == summed
    assert of(summer, cleo).left_cp == 0
    for sums in (report.by_member, report.by_campaign, report.by_month):
        assert sum(one.spent.charged_cp for one in sums) == 100
        assert sum(one.spent.held_cp for one in sums) == 20
    assert {one.name: one.spent.charged_cp for one in report.by_campaign} == {
        "Spring": 60,
        "Summer": 40,
    }
    assert {one.name for one in report.by_member} <= {anna.email, bert.email, cleo.email}
    deliver(claimed())
    assert in_the_ledger(anna, before_cp) == (120, 0)
    assert {of(one, anna).charged_cp for one in (spring, summer)} == {80, 40}
    assert ledger_breaches() == []


def test_a_refusal_says_which_envelope_what_is_used_and_what_was_asked(
    anna: User, cleo: User, team: UUID, envelope: Make, submit: Submit
) -> None:
    spring = envelope("Spring", cap_cp=1000, monthly_cap_cp=50)
    submit(cleo, params=params(spring, n=2), team_id=team)
    with pytest.raises(EnvelopeExceeded) as refused:
        submit(cleo, params=params(spring), team_id=team)
    assert refused.value.facts == {
        "envelope": str(spring.pk),
        "cap": "campaign_month",
        "limit_points": "0.50",
        "used_points": "0.40",
        "asked_points": "0.20",
        "frees_at": "2026-11-30T16:00:00Z",
    }
    assert "Spring" in refused.value.message
    assert Job.objects.count() == 1
    submit(cleo, params=params(spring), team_id=team, now=NEXT_MONTH)
    change_campaign(
        user=anna, campaign_id=spring.pk, name="Spring", target_minor=5, cap_cp=60,
        monthly_cap_cp=None, now=NEXT_MONTH,
    )  # fmt: skip
    with pytest.raises(EnvelopeExceeded) as refused:
        submit(cleo, params=params(spring), team_id=team, now=NEXT_MONTH)
    assert (refused.value.facts["cap"], refused.value.facts["frees_at"]) == ("campaign_total", None)
    told = of(spring, cleo, NEXT_MONTH)
    assert (told.used_cp, told.month_cp, told.left_cp) == (60, 20, 0)


def test_what_is_not_delivered_comes_back_to_the_envelope(
    cleo: User, team: UUID, envelope: Make, submit: Submit
) -> None:
    spring = envelope("Spring", cap_cp=80)
    submit(cleo, params=params(spring, n=4), team_id=team)
    deliver(claimed(), pieces=range(1), missing="INTERNAL.OOM")
    told = of(spring, cleo)
    assert (told.charged_cp, told.held_cp, told.left_cp) == (20, 0, 60)
    report = report_of(
        campaign_for(user=cleo, campaign_id=spring.pk, now=NOON), user=cleo, now=NOON
    )
    assert (report.piece_cp, report.asked, len(report.pieces)) == (20, 4, 1)


def test_whose_campaign_it_is(
    anna: User, bert: User, cleo: User, team: UUID, envelope: Make, submit: Submit, person: Person
) -> None:
    spring = envelope("Spring", by=bert)
    own = make_campaign(user=anna, name="Spring", target_minor=9, currency="CNY", now=NOON)
    assert (own.replayed, own.campaign.pk == spring.pk) == (False, False)
    eve = person("eve")
    # Only through the team, and only by its seats.
    for user, team_id in ((anna, None), (eve, None)):
        with pytest.raises(InvalidRequest) as refused:
            submit(user, params=params(spring), team_id=team_id)
        assert list(refused.value.fields) == ["params.campaign"]
    with pytest.raises(InvalidRequest):
        submit(cleo, params=params(own.campaign), team_id=team)
    with pytest.raises(InvalidRequest):
        quote_job(user=cleo, kind="image", params=params(spring), team_id=None, now=NOON)
    quote_job(user=cleo, kind="image", params=params(spring), team_id=team, now=NOON)
    # Members spend; the owner and managers decide.
    for user in (cleo, eve):
        with pytest.raises(NotFound):
            change_campaign(
                user=user, campaign_id=spring.pk, name="Mine", target_minor=1, cap_cp=None,
                monthly_cap_cp=None, now=NOON,
            )  # fmt: skip
        with pytest.raises(NotFound):
            make_campaign(
                user=user, team_id=team, name="Mine", target_minor=1, currency="CNY", now=NOON
            )
        with pytest.raises(NotFound):
            spending_of(user=user, team_id=team, now=NOON)
    assert [one.pk for one in campaigns_of(user=cleo, now=NOON)] == [spring.pk]
    assert campaigns_of(user=anna, now=NOON).count() == 2
    assert not campaigns_of(user=eve, now=NOON).exists()
    with pytest.raises(CampaignExists):
        envelope("Spring", cap_cp=1)
    # Members see what they made; who runs it sees all of it.
    for user in (bert, cleo):
        submit(user, params=params(spring), team_id=team)
        deliver(claimed())
    seen = {
        user.email: len(
            report_of(
                campaign_for(user=user, campaign_id=spring.pk, now=NOON), user=user, now=NOON
            ).pieces
        )
        for user in (anna, bert, cleo)
    }
    assert seen == {anna.email: 2, bert.email: 2, cleo.email: 1}
    teams.remove_seat(by=anna, seat_id=Seat.objects.get(user=cleo).pk, now=NOON)
    with pytest.raises(NotFound):
        campaign_for(user=cleo, campaign_id=spring.pk, now=NOON)


def test_the_file_of_who_spent_what(
    anna: User, bert: User, cleo: User, team: UUID, envelope: Make, submit: Submit
) -> None:
    spring = envelope("=SUM(A1)")
    submit(anna)  # hers alone: no business of the team's managers
    deliver(claimed())
    submit(cleo, params=params(spring), team_id=team)
    deliver(claimed())
    submit(cleo, team_id=team, now=NEXT_MONTH)

    def lines(report: SpendingReport) -> list[list[str]]:
        rows = csv.reader(io.StringIO(spending_csv(report).lstrip("\ufeff")))
        return [[row[0], row[1], row[2], row[3], *row[5:]] for row in rows][1:]

    mine = lines(spending_of(user=bert, team_id=team, now=NEXT_MONTH))
    assert mine == [
        ["2026-12", cleo.email, "team", "", "1", "0.00", "0.20"],
        ["2026-11", cleo.email, "team", "'=SUM(A1)", "1", "0.20", "0.00"],
    ]
    hers = spending_of(user=anna, team_id=None, since="2026-11", until="2026-11", now=NEXT_MONTH)
    assert sorted(lines(hers)) == sorted(
        [["2026-11", anna.email, "wallet", "", "1", "0.20", "0.00"], mine[1]]
    )


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2026-13", "", "from"),
        ("", "November", "to"),
        ("2026-12", "2026-11", "from"),
        ("2020-01", "2026-11", "from"),
        ("2026-1", "", "from"),
        ("0001-01", "0001-02", "to"),
    ],
)
def test_months_that_are_none(anna: User, since: str, until: str, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        spending_of(user=anna, team_id=None, since=since, until=until, now=NOON)
    assert list(refused.value.fields) == [field]


def test_work_from_before_there_were_envelopes_is_counted(
    anna: User, cleo: User, team: UUID, envelope: Make, submit: Submit
) -> None:
    """The migration counts what jobs took as if it had been counted from the start."""
    spring = envelope("Spring")
    submit(cleo, params=params(spring, n=3), team_id=team)
    deliver(claimed(), pieces=range(2), missing="INTERNAL.OOM")
    canceled = submit(cleo, params=params(spring), team_id=team)
    cancel_job(user=cleo, job_id=canceled.pk, now=NOON)
    held = submit(cleo, params=params(spring), team_id=team)
    counted, before = held.counted, of(spring, cleo)
    Spending.objects.filter(scope__startswith="campaign:").delete()
    Job.objects.update(counted=[name for name in counted if not name.startswith("campaign:")])
    migration = importlib.import_module("generation.migrations.0014_envelopes")
    with connection.schema_editor() as editor:
        migration.count(None, editor)
    assert of(spring, cleo) == before
    held.refresh_from_db()
    assert sorted(held.counted) == sorted(counted)
    cancel_job(user=cleo, job_id=held.pk, now=NOON)
    assert (of(spring, cleo).used_cp, of(spring, cleo).month_cp) == (40, 40)
