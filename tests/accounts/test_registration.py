"""The registration switch: who decides, what stays, and what a shut door refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.errors import InvalidRequest
from accounts.models import RegistrationChange, User
from accounts.selectors.registration import registration
from accounts.services.registration import change_registration
from tests.conftest import PASSWORD, Person
from tests.jobs_by_hand import NOON
from tests.portal.pages import faults_of, page_of

pytestmark = pytest.mark.usefixtures("catalogue")
SIGN_UP = {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    cache.clear()


def decide(state: str, at: datetime | None = None, now: datetime | None = None) -> None:
    change_registration(
        state=state, at=at, actor="command:test", reason="a test", now=now or timezone.now()
    )


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("registration", *arguments, stdout=out)
    return out.getvalue().strip()


def test_the_command_decides_and_shows() -> None:
    assert said() == "open"
    assert said("closed", "--by", "olga", "--reason", "too many farms") == "closed"
    assert said() == "closed"
    row = RegistrationChange.objects.get()
    assert (row.before, row.after, row.actor) == ("open", "closed", "command:olga")
    assert row.reason == "too many farms"
    assert row.starts_at == row.decided_at
    at = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
    assert said("open", "--at", at.isoformat()) == f"closed; open from {at.isoformat()}"


@pytest.mark.parametrize("at", ["tomorrow", "2027-01-31T09:00:00"])
def test_the_command_wants_an_instant_with_its_zone(at: str) -> None:
    with pytest.raises(CommandError, match="is not an instant"):
        call_command("registration", "open", "--at", at)


def test_nothing_is_decided_for_the_past_or_without_a_reason() -> None:
    with pytest.raises(InvalidRequest) as refused:
        decide("open", at=NOON - timedelta(seconds=1), now=NOON)
    assert "at" in refused.value.fields
    with pytest.raises(InvalidRequest):
        change_registration(state="open", at=None, actor="x", reason=" ", now=NOON)
    with pytest.raises(InvalidRequest):
        decide("ajar", now=NOON)
    assert not RegistrationChange.objects.exists()


def test_a_later_decision_replaces_what_has_not_begun() -> None:
    decide("closed", now=NOON)
    decide("open", at=NOON + timedelta(days=1), now=NOON)
    decide("waitlist", now=NOON + timedelta(hours=1))
    assert registration(now=NOON + timedelta(days=2)).state == "waitlist"


@pytest.mark.parametrize("change", ["update {} set after = 'open'", "delete from {}"])
def test_decisions_stay_as_they_were_made(change: str) -> None:
    decide("closed")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format("accounts_registrationchange"))


@pytest.mark.parametrize("state", ["closed", "waitlist"])
def test_a_post_does_not_pass_a_shut_door(state: str) -> None:
    decide(state)
    for path in ("/account/signup/", "/account/3rdparty/signup/", "/account/signup/passkey/"):
        Client().post(path, SIGN_UP)
    assert not User.objects.filter(email="eve@example.com").exists()
    page = Client().get("/account/signup/")
    assert 'name="password1"' not in page.content.decode()
    assert faults_of(page.content.decode()) == []


def test_the_door_opens_at_its_instant() -> None:
    decide("closed")
    decide("open", at=timezone.now() + timedelta(hours=5))
    landing = Client().get("/").content.decode()
    assert "data-countdown" in landing
    assert "Sign-up opens in" in page_of(Client().get("/account/signup/")).text
    told = Client().get("/api/v1/registration").json()
    assert (told["state"], told["next_state"]) == ("closed", "open")
    assert told["next_at"] > told["server_time"]


def test_an_open_door_shows_the_form_and_no_countdown() -> None:
    assert 'name="password1"' in Client().get("/account/signup/").content.decode()
    told = Client().get("/api/v1/registration").json()
    assert (told["state"], told["next_state"], told["next_at"]) == ("open", None, None)


def test_who_has_an_account_signs_in_while_the_door_is_shut(anna: User) -> None:
    decide("closed")
    answer = Client().post("/account/login/", {"login": anna.email, "password": PASSWORD})
    assert answer["Location"] == "/create/"


def test_the_desk_decides(person: Person) -> None:
    olga = person("olga", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(olga)
    path = "/admin/accounts/registrationchange/change-state/"
    assert client.get(path).status_code == 200
    refused = client.post(path, {"state": "open", "at_0": "2020-01-01", "at_1": "10:00",
                                 "reason": "r"})  # fmt: skip
    assert "This instant is over." in refused.content.decode()
    assert client.post(path, {"state": "closed", "reason": "a farm"}).status_code == 302
    row = RegistrationChange.objects.get()
    assert (row.after, row.actor, row.reason) == ("closed", f"staff:{olga.pk}", "a farm")


def test_staff_without_the_right_do_not_decide(paula: User) -> None:
    client = Client()
    client.force_login(paula)
    answer = client.post("/admin/accounts/registrationchange/change-state/", {"state": "closed"})
    assert answer.status_code in (302, 403)
    assert not RegistrationChange.objects.exists()
