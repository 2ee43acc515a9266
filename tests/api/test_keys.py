"""REST of API keys, and the scope each endpoint asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import ApiKey, User
from accounts.scopes import SCOPES
from accounts.services.api_keys import create_api_key
from tests.api.conftest import Program, refused

pytestmark = pytest.mark.django_db


NOBODY = "6b1f7b1e-8a3e-5b44-9d2a-0c5a5d1f4a66"


def program(user: User, *scopes: str, **terms: Any) -> Program:
    made = create_api_key(user=user, name="p", scopes=scopes, now=timezone.now(), **terms)
    return Program(made.secret)


@pytest.fixture
def manager(anna: User, catalogue: None) -> Program:
    return program(anna, "read", "submit", "keys")


def test_the_life_of_a_key(manager: Program, anna: User) -> None:
    body = {"name": "blog", "scopes": ["read", "submit"], "daily_cap_points": "12.50"}
    made = manager.post("/keys", body)
    assert made.status_code == 201
    key, secret = made.json()["key"], made.json()["secret"]
    assert key["daily_cap_points"] == "12.50"
    assert (key["spent_today_points"], key["spent_this_month_points"]) == ("0.00", "0.00")
    blog = Program(secret)
    assert blog.post("/wallet/claim").status_code == 200
    sent = blog.post("/jobs", {"kind": "image", "params": {"prompt": "a fox"}})
    assert sent.status_code == 202
    listed = {row["name"]: row for row in manager.get("/keys").json()}
    assert listed["blog"]["spent_today_points"] == "0.20"
    assert listed["blog"]["spent_this_month_points"] == "0.20"
    assert listed["blog"]["last_used_address"] == "127.0.0.1"
    assert secret not in str(listed)

    path = f"/keys/{key['id']}"
    changed = manager._client.patch(
        f"/api/v1{path}", {"name": "news", "daily_cap_points": "0.20"}, "application/json"
    )
    assert changed.json()["name"] == "news"
    refused(
        blog.post("/jobs", {"kind": "image", "params": {"prompt": "a fox"}}), 429, "quota_exceeded"
    )
    turned = manager.post(f"{path}/rotate", {"overlap_hours": 1}).json()
    assert turned["key"]["previous_prefix"] == key["prefix"]
    for live in (secret, turned["secret"]):
        assert Program(live).get("/wallet").status_code == 200
    assert manager.post(f"{path}/revoke").json()["revoked_at"]
    for dead in (secret, turned["secret"]):
        refused(Program(dead).get("/wallet"), 401, "unauthenticated")
    refused(manager.post(f"{path}/rotate"), 404, "not_found")


def test_a_cap_set_later_counts_what_was_spent_before(manager: Program, anna: User) -> None:
    made = manager.post("/keys", {"name": "blog", "scopes": ["submit"]}).json()
    blog = Program(made["secret"])
    manager.post("/wallet/claim")
    job = blog.post("/jobs", {"kind": "image", "params": {"prompt": "a fox"}}).json()
    manager.post(f"/jobs/{job['id']}/cancel")
    blog.post("/jobs", {"kind": "image", "params": {"prompt": "a fox"}})
    [row] = [row for row in manager.get("/keys").json() if row["name"] == "blog"]
    assert row["spent_today_points"] == "0.20"  # what was canceled does not count


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x", "scopes": "read"}, "scopes"),
        ({"name": "x", "scopes": ["root"]}, "scopes"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "networks": ["here"]}, "networks"),
        ({"name": "x", "networks": [["10.0.0.0/8"]]}, "networks.0"),
        ({"name": "x", "daily_cap_points": "1.234"}, "daily_cap_points"),
        ({"name": "x", "daily_cap_points": "-1"}, "daily_cap"),
        ({"name": "x", "daily_cap_points": "9" * 99}, "daily_cap_points"),
        ({"name": "x", "daily_cap_points": [7]}, "daily_cap_points"),
        ({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_a_key_that_is_none(manager: Program, body: dict[str, Any], field: str) -> None:
    answer = refused(manager.post("/keys", body), 400, "invalid_request")
    assert field in answer["fields"]
    assert ApiKey.objects.count() == 1


def test_a_key_gives_no_more_than_it_has(manager: Program) -> None:
    wants = {"name": "x", "scopes": ["billing_write"]}
    refused(manager.post("/keys", wants), 403, "key_too_weak")


def test_by_session_with_the_csrf_token(anna: User, catalogue: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    assert client.get("/api/v1/keys").json() == []
    body = {"name": "x", "scopes": ["read"], "kling": True}
    refused(client.post("/api/v1/keys", body, "application/json"), 403, "forbidden")
    client.get("/keys/")
    token = client.cookies["csrftoken"].value
    made = client.post(
        "/api/v1/keys", body, "application/json", headers={"x-csrftoken": token}
    ).json()
    assert made["kling"]["access_key"] == made["key"]["access_key"]
    assert made["kling"]["secret"]
    # A session opens nothing else of the API.
    refused(client.get("/api/v1/wallet"), 401, "unauthenticated")


def test_anothers_key_is_not_there(manager: Program, bert: User) -> None:
    other = create_api_key(user=bert, name="x", now=timezone.now()).key
    for path in (f"/keys/{other.pk}/rotate", f"/keys/{other.pk}/revoke"):
        refused(manager.post(path), 404, "not_found")
    refused(manager.get(f"/keys/{other.pk}"), 404, "not_found")


def test_a_network_is_asked_of_the_proxy_that_is_ours(anna: User, settings: Any) -> None:
    made = create_api_key(user=anna, name="x", networks=["203.0.113.0/24"], now=timezone.now())
    key = {"authorization": f"Bearer {made.secret}"}

    def wallet(forwarded: str) -> Any:
        return Client(headers={**key, "x-forwarded-for": forwarded}).get("/api/v1/wallet")

    refused(wallet("203.0.113.9"), 403, "address_not_allowed")  # nobody vouches for the header
    settings.TRUSTED_PROXIES = 1
    assert wallet("203.0.113.9").status_code == 200
    assert (
        refused(wallet("203.0.113.9, 8.8.8.8"), 403, "address_not_allowed")["address"] == "8.8.8.8"
    )


# --- scopes ----------------------------------------------------------------------------------


def api_views(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every view below /api/v1/, with its address."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from api_views(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith("api/v1/"):
            yield path, cast(Any, pattern.callback).view_class


def test_every_endpoint_says_which_scopes_it_asks_for() -> None:
    views = dict(api_views())
    assert len(views) >= 29
    silent = [
        path for path, view in views.items() if "scopes" not in vars(view) | vars(view.__mro__[1])
    ]
    assert silent == []
    assert {scope for view in views.values() for scope in view.scopes} <= set(SCOPES)


@pytest.mark.parametrize(
    ("method", "path", "needs"),
    [
        ("get", "/wallet", "read"),
        ("get", "/wallet/statement", "read"),
        ("post", "/wallet/claim", "submit"),
        ("get", "/jobs", "read"),
        ("post", "/jobs", "submit"),
        ("post", "/quotes", "read"),
        ("get", "/orders", "billing_read"),
        ("get", "/documents", "billing_read"),
        ("get", "/membership", "billing_read"),
        ("get", "/auto-topup", "billing_read"),
        ("post", "/checkout", "billing_write"),
        ("post", "/membership/cancel", "billing_write"),
        ("post", "/auto-topup/card", "billing_write"),
        ("get", "/teams", "read"),
        ("post", "/teams", "billing_write"),
        ("get", f"/teams/{NOBODY}/seats", "billing_read"),
        ("put", f"/seats/{NOBODY}", "billing_write"),
        ("delete", f"/team-invitations/{NOBODY}", "billing_write"),
        ("put", f"/teams/{NOBODY}/invoice-data", "billing_write"),
        ("get", "/spending.csv", "billing_read"),
        ("get", f"/campaigns/{NOBODY}", "read"),
        ("put", f"/campaigns/{NOBODY}", "billing_write"),
        ("get", "/keys", "keys"),
        ("post", "/keys", "keys"),
    ],
)
def test_a_key_without_the_scope_is_told_which(
    anna: User, catalogue: None, method: str, path: str, needs: str
) -> None:
    others = [scope for scope in SCOPES if scope != needs]
    answer = refused(getattr(program(anna, *others), method)(path), 403, "scope_missing")
    assert answer["scope"] == needs
    with_it = getattr(program(anna, needs), method)(path)
    assert b"scope_missing" not in with_it.content
