"""API keys: made, shown once, revoked."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import ApiKey, User
from tests.portal.pages import faults_of, page_of


def test_the_secret_is_shown_once(annas: Client, rich_anna: User) -> None:
    response = annas.post("/keys/", {"name": "blog"})
    secret = page_of(response).all("input", id="secret")[0]["value"]
    assert secret.startswith("ink_")
    assert faults_of(response.content.decode()) == []
    later = annas.get("/keys/").content.decode()
    assert secret not in later
    assert ApiKey.objects.get(user=rich_anna).prefix in later
    assert "never used" in later


@pytest.mark.parametrize("name", ["", "   ", "x" * 81], ids=["empty", "blank", "long"])
def test_a_key_needs_a_name(annas: Client, name: str) -> None:
    response = annas.post("/keys/", {"name": name})
    assert response.status_code == 422
    assert page_of(response).all("p", id="name-error")
    assert not ApiKey.objects.exists()


def test_revoke(annas: Client) -> None:
    annas.post("/keys/", {"name": "blog"})
    key = ApiKey.objects.get()
    text = page_of(annas.post(f"/keys/{key.id}/revoke/", follow=True)).text
    assert "The key is revoked." in text
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_anothers_key_is_not_there(annas: Client, stranger: Client) -> None:
    annas.post("/keys/", {"name": "blog"})
    key = ApiKey.objects.get()
    assert stranger.post(f"/keys/{key.id}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None
    assert "blog" not in page_of(stranger.get("/keys/")).text
