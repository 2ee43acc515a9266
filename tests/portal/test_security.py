"""Second factors, sessions, another address, sign-in through others."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import User
from config.social import social_sign_in
from tests.conftest import PASSWORD, Person
from tests.portal.pages import faults_of, page_of

pytestmark = pytest.mark.usefixtures("catalogue")


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def annas(anna: User) -> Client:
    """Anna's browser, signed in by the door."""
    client = Client()
    client.post("/account/login/", {"login": anna.email, "password": PASSWORD})
    return client


def again(client: Client, response: Any) -> Any:
    """The page behind the question who it is."""
    if "/reauthenticate/" in response.get("Location", ""):
        response = client.post(response["Location"], {"password": PASSWORD})
    return client.get(response["Location"]) if response.status_code == 302 else response


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def set_up_app(client: Client) -> str:
    """Turn the authenticator app on; its secret."""
    page = again(client, client.get("/account/2fa/totp/activate/"))
    secret = page_of(page).all("input", id="authenticator_secret")[0]["value"]
    assert client.post("/account/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    return secret


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_and_then_asked_for(anna: User, annas: Client) -> None:
    secret = set_up_app(annas)
    kept = Authenticator.objects.get(user=anna, type="totp").data["secret"]
    assert secret not in kept
    cache.clear()
    client = Client()
    answer = client.post("/account/login/", {"login": anna.email, "password": PASSWORD})
    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert client.get("/create/").status_code == 302
    assert client.post(answer["Location"], {"code": "000000"}).status_code == 200
    assert client.post(answer["Location"], {"code": code_of(secret)})["Location"] == "/create/"
    assert any("Authenticator" in message.subject for message in mail.outbox)


def test_a_recovery_code_works_once(anna: User, annas: Client) -> None:
    set_up_app(annas)
    page = annas.get("/account/2fa/recovery-codes/").content.decode()
    codes = re.findall(r"\b\d{8}\b", page)
    assert len(codes) == 10
    for status in (302, 200):
        cache.clear()
        client = Client()
        way = client.post("/account/login/", {"login": anna.email, "password": PASSWORD})
        assert client.post(way["Location"], {"code": codes[0]}).status_code == status


def test_security_pages_ask_who_it_is_and_are_clean(annas: Client) -> None:
    for path in ("/account/2fa/totp/activate/", "/account/2fa/webauthn/add/", "/account/email/"):
        page = again(annas, annas.get(path))
        assert page.status_code == 200, path
        assert faults_of(page.content.decode()) == [], path
    set_up_app(annas)
    for path in (
        "/account/2fa/", "/account/sessions/", "/account/2fa/webauthn/",
        "/account/2fa/recovery-codes/", "/account/2fa/totp/deactivate/", "/account/login/",
    ):  # fmt: skip
        page = again(annas, annas.get(path))
        assert faults_of(page.content.decode()) == [], path


def test_a_session_is_ended_by_its_owner_only(anna: User, bert: User, annas: Client) -> None:
    phone = Client(headers={"user-agent": "Phone"})
    phone.post("/account/login/", {"login": anna.email, "password": PASSWORD})
    page = annas.get("/account/sessions/")
    assert "Phone" in page_of(page).text
    found = re.search(r'action="(/account/session/\d+/end/)"', page.content.decode())
    assert found is not None
    stranger = Client()
    stranger.force_login(bert)
    assert stranger.post(found[1]).status_code == 404
    assert phone.get("/create/").status_code == 200
    annas.post(found[1])
    assert phone.get("/create/").status_code == 302
    assert annas.get("/create/").status_code == 200


def test_another_address_replaces_the_old_one_when_confirmed(anna: User, annas: Client) -> None:
    again(annas, annas.get("/account/email/"))
    again(annas, annas.post("/account/email/", {"email": "anna@example.org", "action_add": ""}))
    anna.refresh_from_db()
    assert anna.email == "anna@example.com"
    codes = [re.search(r"^([A-Z0-9-]{6,})$", str(m.body), re.MULTILINE) for m in mail.outbox]
    code = [found for found in codes if found][-1]
    assert code is not None
    annas.post("/account/confirm-email/", {"code": code[1]})
    anna.refresh_from_db()
    assert anna.email == "anna@example.org"
    assert list(anna.emailaddress_set.values_list("email", "verified")) == [  # type: ignore[attr-defined]
        ("anna@example.org", True)
    ]


def test_an_address_in_use_is_not_told(anna: User, bert: User, annas: Client) -> None:
    again(annas, annas.get("/account/email/"))
    again(annas, annas.post("/account/email/", {"email": "first@example.com", "action_add": ""}))
    answers = [
        annas.post("/account/email/", {"email": email, "action_add": ""})
        for email in ("nobody@example.com", bert.email)
    ]
    assert {answer["Location"] for answer in answers} == {"/account/confirm-email/"}


def test_a_reset_does_not_tell_who_has_an_account(anna: User) -> None:
    def answer(email: str) -> tuple[int, str]:
        said = Client().post("/account/password/reset/", {"email": email})
        return said.status_code, said["Location"]

    assert answer(anna.email) == answer("nobody@example.com")


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "eve@example.com"])
def test_weak_passwords_are_refused(password: str) -> None:
    Client().post(
        "/account/signup/",
        {"email": "eve@example.com", "password1": password, "password2": password},
    )
    assert not User.objects.filter(email="eve@example.com").exists()


def test_the_desk_asks_staff_for_a_second_factor_when_told_to(
    person: Person, settings: Any
) -> None:
    olga = person("olga", is_staff=True, is_superuser=True)
    client = Client()
    client.post("/account/login/", {"login": olga.email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 200
    settings.STAFF_SECOND_FACTOR = True
    assert client.get("/admin/")["Location"] == "/account/2fa/"
    set_up_app(client)
    assert client.get("/admin/").status_code == 200


def test_no_button_without_a_provider() -> None:
    for path in ("/account/login/", "/account/signup/"):
        assert "Go on with" not in page_of(Client().get(path)).text


def test_providers_are_read_from_one_variable() -> None:
    social = social_sign_in(["github=abc:s3cret", "oidc=x:y@https://id.example.com/realm"])
    assert social.apps == [
        "allauth.socialaccount.providers.github",
        "allauth.socialaccount.providers.openid_connect",
    ]
    assert social.origins == ["https://github.com", "https://id.example.com"]
    assert social.providers["github"]["APPS"][0]["client_id"] == "abc"


@pytest.mark.parametrize(
    "entry", ["github", "github=only-an-id", "myspace=a:b", "oidc=a:b", "github=a:b@https://x.y"]
)
def test_a_provider_written_wrong_stops_the_start_and_keeps_its_secret(entry: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        social_sign_in([entry])
    assert "only-an-id" not in str(refused.value)
