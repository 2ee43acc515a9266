"""Who may open which page."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from accounts.models import User
from tests.jobs_by_hand import Submit
from tests.portal.pages import faults_of

PUBLIC = ["/", "/prices/", "/account/login/", "/account/signup/", "/account/password/reset/"]
PRIVATE = [
    "/create/",
    "/create/price/",
    "/gallery/",
    "/wallet/",
    "/statement/",
    "/keys/",
    "/account/",
]
A_JOB = uuid.UUID(int=1)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_are_open(visitor: Client, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 200
    assert faults_of(response.content.decode()) == []


@pytest.mark.parametrize("path", [*PRIVATE, f"/jobs/{A_JOB}/", f"/jobs/{A_JOB}/card/"])
def test_private_pages_ask_to_sign_in(visitor: Client, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=/")


@pytest.mark.parametrize(
    "path", ["/create/", f"/jobs/{A_JOB}/cancel/", "/wallet/claim/", f"/keys/{A_JOB}/revoke/"]
)
def test_private_forms_ask_to_sign_in(visitor: Client, path: str) -> None:
    response = visitor.post(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize("path", [f"/orders/{A_JOB}/state/?look=2", f"/jobs/{A_JOB}/card/"])
def test_a_part_of_a_page_asks_the_whole_window_to_sign_in(visitor: Client, path: str) -> None:
    """The session ended while the page was looking again by itself."""
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/orders/{A_JOB}/"}
    response = visitor.get(path, headers=headers)
    assert response.status_code == 200
    assert response.content == b""
    assert response["HX-Redirect"] == f"/account/login/?next=%2Forders%2F{A_JOB}%2F"


def test_a_part_of_anothers_page_leads_back_to_nobody(visitor: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/orders/"}
    response = visitor.get(f"/orders/{A_JOB}/state/", headers=headers)
    assert response["HX-Redirect"] == "/account/login/?next=%2F"


@pytest.mark.parametrize("path", PRIVATE)
def test_private_pages_open_to_their_user(annas: Client, path: str) -> None:
    response = annas.get(path)
    assert response.status_code == 200
    assert faults_of(response.content.decode()) == []
    assert "no-store" in response.get("Cache-Control", "") or path == "/account/"


def test_the_policy_of_the_portal_is_strict(visitor: Client) -> None:
    policy = visitor.get("/")["Content-Security-Policy"]
    assert "script-src 'self';" in f"{policy};"
    assert "style-src 'self';" in f"{policy};"
    assert "unsafe" not in policy


def test_anothers_job_is_not_there(
    annas: Client, stranger: Client, rich_anna: User, submit: Submit
) -> None:
    job = submit(rich_anna)
    assert annas.get(f"/jobs/{job.id}/").status_code == 200
    for path in (f"/jobs/{job.id}/", f"/jobs/{job.id}/card/", f"/create/?again={job.id}"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/jobs/{job.id}/cancel/").status_code == 404
    job.refresh_from_db()
    assert job.state == "queued"


@pytest.mark.parametrize("path", ["/wallet/claim/", f"/jobs/{A_JOB}/cancel/", "/theme/"])
def test_what_changes_something_is_not_a_link(annas: Client, path: str) -> None:
    assert annas.get(path).status_code == 405


def test_forms_of_other_sites_are_refused(rich_anna: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(rich_anna)
    response = client.post("/create/", {"kind": "image", "prompt": "a fox"})
    assert response.status_code == 403
    assert "This form was open for too long" in response.content.decode()
