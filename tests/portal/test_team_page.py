"""The pages of teams, and the mail that leads there."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Seat, User
from billing.services.gifts import give_membership
from billing.services.team_mail import mail_invitations
from tests.jobs_by_hand import NOON

Visitor = Callable[[User], Client]


@pytest.fixture
def annas(anna: User, catalogue: None, as_user: Visitor) -> Client:
    """Anna's client; her plan has five seats."""
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=NOON)
    return as_user(anna)


def invited(annas: Client, email: str) -> str:
    """Makes the team, offers a seat and reads the link out of the mail."""
    annas.post("/team/found/", {"name": "Studio"})
    page = annas.get("/team/").content.decode()
    (path,) = re.findall(r'action="(/team/[0-9a-f-]+/invite/)"', page)
    said = annas.post(path, {"email": email, "role": "member"}, follow=True).content.decode()
    assert "a mail with a link is on its way" in said
    assert mail_invitations(now=NOON) == 1
    assert mail_invitations(now=NOON) == 0
    (link,) = re.findall(r"https?://[^/]+(/team/join/\S+)", str(mail.outbox[0].body))
    return str(link)


def test_from_the_offer_to_the_seat(
    annas: Client, bert: User, anna: User, as_user: Visitor
) -> None:
    link = invited(annas, bert.email)
    assert mail.outbox[0].to == [bert.email]
    berts = as_user(bert)
    assert "offers you a seat in Studio" in berts.get(link).content.decode()
    page = berts.post(link, follow=True).content.decode()
    assert "You have a seat in Studio." in page
    assert "Paid by anna@example.com" in page
    managed = annas.get("/team/").content.decode()
    assert "2 of 5 seats taken" in managed
    seat = Seat.objects.get(user=bert)
    assert f'action="/team/seats/{seat.pk}/"' in managed
    annas.post(
        f"/team/seats/{seat.pk}/", {"role": "manager", "day_points": "3", "month_points": ""}
    )
    seat.refresh_from_db()
    assert (seat.role, seat.daily_cap_cp, seat.monthly_cap_cp) == ("manager", 300, None)
    berts.post(f"/team/seats/{seat.pk}/leave/")
    assert "Paid by" not in berts.get("/team/").content.decode()


def test_another_who_has_the_link_does_not_get_the_seat(
    annas: Client, bert: User, rich_bert: User, as_user: Visitor
) -> None:
    link = invited(annas, "someone@example.com")
    berts = as_user(bert)
    assert "for another address" in berts.get(link).content.decode()
    assert berts.post(link).status_code == 404
    assert not Seat.objects.filter(user=bert).exists()


def test_what_is_wrong_is_said_in_its_place(annas: Client) -> None:
    refused = annas.post("/team/found/", {"name": " "})
    assert refused.status_code == 422
    assert "1 to 80 characters" in refused.content.decode()
    assert annas.get("/team/join/forged/").status_code == 404


def test_a_plan_without_seats_says_which_way(visitor: Client, anna: User, as_user: Visitor) -> None:
    page = as_user(anna).get("/team/").content.decode()
    assert "Plans with several seats" in page
    assert as_user(anna).post("/team/found/", {"name": "Studio"}).status_code == 422
