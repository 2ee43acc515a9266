"""Pages of a team's money: campaigns, who spent what, and whom invoices are for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Seat, Team, User
from billing.models import TeamInvoiceData
from billing.services import teams
from billing.services.gifts import give_membership
from generation.models import Campaign, Job
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.portal.pages import page_of

Visitor = Callable[[User], Client]


@pytest.fixture
def team(anna: User, bert: User, person: Person, catalogue: None) -> Team:
    """Anna's; Bert manages it, Cleo is a member."""
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=NOON)
    made = teams.found_team(user=anna, name="Studio", now=NOON)
    for user, role in ((bert, "manager"), (person("cleo"), "member")):
        offered = teams.invite(by=anna, team_id=made.pk, email=user.email, role=role, now=NOON)
        teams.accept(user=user, token=teams.token_of(offered), now=NOON)
    return made


@pytest.fixture
def cleo(team: Team) -> User:
    """A member."""
    return User.objects.get(email="cleo@example.com")


@pytest.fixture
def spring(team: Team, bert: User, as_user: Visitor) -> Campaign:
    """A campaign of the team's, made on the page by who manages it."""
    typed = {
        "name": "Spring",
        "target": "0.05",
        "team": str(team.pk),
        "cap": "100",
        "month_cap": "",
    }
    assert as_user(bert).post("/campaigns/", typed).status_code == 302
    return Campaign.objects.get()


def test_members_spend_and_managers_decide(
    anna: User, bert: User, cleo: User, team: Team, spring: Campaign, as_user: Visitor,
    submit: Submit,
) -> None:  # fmt: skip
    assert (spring.team, spring.cap_cp, spring.monthly_cap_cp) == (team, 100_00, None)
    submit(cleo, params={"prompt": "a fox", "campaign": str(spring.pk)}, team_id=team.pk)
    deliver(claimed())
    path, seen = f"/campaigns/{spring.pk}/", f"/jobs/{Job.objects.get().pk}/"
    pages = {user: as_user(user).get(path).content.decode() for user in (anna, bert, cleo)}
    for page in pages.values():
        assert "99.80" in page
    assert seen in pages[anna]
    assert seen in pages[cleo]
    assert seen not in pages[bert]  # counted, not shown: it is another's picture
    assert str(Job.objects.get().artifacts.get().pk) in pages[bert]
    assert "Target and limits" in pages[bert]
    assert "Target and limits" not in pages[cleo]
    change = {"name": "Spring", "target": "0.06", "cap": "0.2", "month_cap": "5"}
    assert as_user(cleo).post(f"{path}change/", change).status_code == 404
    assert as_user(bert).post(f"{path}change/", change).status_code == 302
    spring.refresh_from_db()
    assert (spring.target_minor, spring.cap_cp, spring.monthly_cap_cp) == (6, 20, 5_00)
    wrong = as_user(bert).post(f"{path}change/", {**change, "cap": "-1", "target": "x"})
    assert wrong.status_code == 422
    assert "Write an amount like 0.47." in wrong.content.decode()
    # Without a seat there is nothing to choose, and no team to make one for.
    teams.remove_seat(by=anna, seat_id=Seat.objects.get(user=cleo).pk, now=NOON)
    assert as_user(cleo).get(path).status_code == 404
    typed = {"name": "Mine", "target": "0.05", "team": str(team.pk)}
    assert as_user(cleo).post("/campaigns/", typed).status_code == 302  # her own
    assert Campaign.objects.get(name="Mine").team is None


def test_the_team_pays_for_creatives_of_its_campaign(
    cleo: User, spring: Campaign, as_user: Visitor
) -> None:
    client = as_user(cleo)
    own = page_of(client.get("/creatives/price/", {"n": "3"}))
    assert "Generate" not in own.text
    page = page_of(client.get("/creatives/price/", {"n": "3", "campaign": str(spring.pk)}))
    assert "Generate · 14.10 points" in page.text
    assert (
        "Generate · 47.00 points"
        in client.get(f"/creatives/?campaign={spring.pk}").content.decode()
    )
    typed = {
        "idempotency_key": "form:1", "shown_for": "3", "shown_cp": "1410", "n": "3",
        "prompt": "green tea", "lines": "", "aspect_ratio": "", "campaign": str(spring.pk),
    }  # fmt: skip
    assert client.post("/creatives/", typed).status_code == 302
    job = Job.objects.get()
    assert (job.campaign, job.wallet_id, job.cost_cp) == (spring, spring.wallet_id, 14_10)


def test_who_spent_what_is_for_who_pays_and_who_manages(
    anna: User, bert: User, cleo: User, team: Team, as_user: Visitor, submit: Submit
) -> None:
    submit(anna)
    submit(cleo, team_id=team.pk)
    path = f"/team/{team.pk}/spending"
    seen = as_user(bert).get(f"{path}/?from=2026-11&to=2026-11").content.decode()
    assert cleo.email in seen
    assert anna.email not in seen
    both = as_user(anna).get("/spending/?from=2026-11&to=2026-11").content.decode()
    assert "through the team" in both
    assert as_user(bert).get(f"{path}/?from=x").status_code == 422
    assert as_user(bert).get(f"{path}.csv?from=x").status_code == 404
    file = as_user(bert).get(f"{path}.csv?from=2026-11&to=2026-11")
    assert cleo.email in file.content.decode()
    for address in (f"{path}/", f"{path}.csv"):
        assert as_user(cleo).get(address).status_code == 404
    assert "Nothing was asked for" in as_user(cleo).get("/spending/").content.decode()


def test_whom_invoices_are_for_is_the_owners_to_say(
    anna: User, bert: User, team: Team, as_user: Visitor
) -> None:
    path = f"/team/{team.pk}/invoices/"
    assert as_user(bert).get(path).status_code == 404
    wrong = as_user(anna).post(path, {"company": "", "country": "DE", "email": "x"})
    assert wrong.status_code == 422
    assert wrong.content.decode().count('aria-invalid="true"') == 2
    typed = {"company": "Studio GmbH", "country": "DE", "email": "books@example.com"}
    assert as_user(anna).post(path, typed).status_code == 302
    assert "Studio GmbH" in as_user(anna).get(path).content.decode()
    as_user(anna).post(path, {"company": ""})
    assert not TeamInvoiceData.objects.exists()
