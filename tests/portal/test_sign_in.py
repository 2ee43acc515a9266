"""Signing up and in: the code, the day's points, the password reset."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from billing.selectors.wallets import overview
from tests.conftest import PASSWORD
from tests.jobs_by_hand import NOON
from tests.portal.pages import faults_of, page_of

pytestmark = pytest.mark.usefixtures("catalogue", "no_attempts_yet")


@pytest.fixture
def no_attempts_yet() -> None:
    """allauth counts attempts in the cache; each test starts from none."""
    cache.clear()


def sign_up(client: Client, address: str = "eve@example.com") -> None:
    response = client.post(
        "/account/signup/",
        {"email": address, "password1": PASSWORD, "password2": PASSWORD},
    )
    assert response["Location"] == "/account/confirm-email/"


def code_from_mail() -> str:
    found = re.search(r"^([A-Z0-9-]{6,})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None
    return found.group(1)


def points_of(address: str) -> int:
    return overview(user=User.objects.get(email=address), now=NOON).available_cp


def test_sign_up_confirm_and_have_66_points() -> None:
    client = Client()
    sign_up(client)
    page = page_of(client.get("/account/confirm-email/"))
    assert "eve@example.com" in page.text
    assert "Open the development mailbox" in page.text
    assert points_of("eve@example.com") == 0

    response = client.post("/account/confirm-email/", {"code": code_from_mail()}, follow=True)
    assert response.redirect_chain[-1][0] == "/create/"
    assert "Today's 66 points are in your wallet." in page_of(response).text
    assert points_of("eve@example.com") == 6600


def test_a_wrong_code_gives_nothing() -> None:
    client = Client()
    sign_up(client)
    response = client.post("/account/confirm-email/", {"code": "WRONG1"})
    assert response.status_code == 200
    assert points_of("eve@example.com") == 0


def test_the_mail_reads_well() -> None:
    sign_up(Client())
    body = str(mail.outbox[-1].body)
    assert "Your code to confirm this address:" in body
    assert "testserver" not in body
    assert mail.outbox[-1].subject.startswith("[Inkling] Your code")


def test_signing_in_gives_the_days_points_once(anna: User) -> None:
    for _ in range(2):
        client = Client()
        response = client.post(
            "/account/login/", {"login": anna.email, "password": PASSWORD}, follow=True
        )
        assert response.redirect_chain[-1][0] == "/create/"
    assert points_of(anna.email) == 6600


def test_a_wrong_password_is_said_without_naming_it(anna: User) -> None:
    response = Client().post("/account/login/", {"login": anna.email, "password": "wrong" * 3})
    html = response.content.decode()
    assert response.status_code == 200
    assert "wrongwrong" not in html
    assert faults_of(html) == []


def test_sign_out(anna: User) -> None:
    client = Client()
    client.force_login(anna)
    assert "Sign out?" in page_of(client.get("/account/logout/")).text
    assert client.post("/account/logout/")["Location"] == "/"
    assert client.get("/create/").status_code == 302


def test_a_new_password_by_mail(anna: User) -> None:
    client = Client()
    client.post("/account/password/reset/", {"email": anna.email})
    found = re.search(r"https?://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    page = client.get(found.group(1), follow=True)
    changed = client.post(
        page.redirect_chain[-1][0],
        {"password1": "another-long-pass", "password2": "another-long-pass"},
    )
    assert changed.status_code == 302
    anna.refresh_from_db()
    assert anna.check_password("another-long-pass")


def test_the_pages_of_a_signed_in_user_are_clean(anna: User) -> None:
    client = Client()
    client.force_login(anna)
    for path in ("/account/password/change/", "/account/logout/"):
        assert faults_of(client.get(path).content.decode()) == []


def test_too_many_attempts_look_like_the_portal() -> None:
    for number in range(30):
        response = Client().post("/account/signup/", {"email": f"e{number}@example.com"})
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert "Too many attempts" in page_of(response).text
    assert faults_of(response.content.decode()) == []
