"""Who may call, and which of Kling's codes says why not."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from django.utils import timezone

from accounts.models import ApiKey, User
from accounts.scopes import BILLING_READ, READ, SUBMIT
from billing.services import daily_points
from tests.kling.client import Kling, KlingError, signed
from tests.kling.conftest import KlingOf

LIST = "/v1/videos/text2video"


def code_of(kling: Kling, authorization: str | None, path: str = LIST) -> tuple[int, int, str]:
    """How a call with this header is refused; 0 when it is not."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = kling.http.get(path, headers=headers)
    body = answer.json()
    return answer.status_code, body["code"], body["message"]


@pytest.mark.parametrize("prefix", ["", "/kling"])
def test_a_token_opens_every_address(anna: User, kling_of: KlingOf, prefix: str) -> None:
    kling = kling_of(anna)
    assert kling.call("GET", f"{prefix}{LIST}") == []
    costs = f"{prefix}/account/costs?start_time=0&end_time=1"
    assert kling.call("GET", costs)["resource_pack_subscribe_infos"] == []


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({}, 0),
        ({"iat": 0}, 0),
        ({"nbf": 20}, 0),  # a clock that is a little ahead
        ({"exp": -20}, 0),  # or behind
        ({"nbf": 120}, 1003),
        ({"exp": -120}, 1004),
        ({"exp": 7200}, 1002),  # a token is not for keeps
        ({"exp": None}, 1002),
        ({"exp": "soon"}, 1002),
        ({"exp": True}, 1002),
        ({"iss": "AK0"}, 1000),
        ({"iss": None}, 1000),
        ({"iss": "AK\x00"}, 1000),
    ],
)
def test_what_a_token_says(anna: User, kling_of: KlingOf, claims: Any, code: int) -> None:
    kling, at = kling_of(anna), int(time.time())
    access, secret = kling._pair
    payload = {"iss": access, "exp": at + 1800, "nbf": at - 5}
    for name, value in claims.items():
        moved = type(value) is int and name != "iat"
        payload[name] = at + value if moved else value
    said = {name: value for name, value in payload.items() if value is not None}
    token = jwt.encode(said, secret, algorithm="HS256")
    status, told, _ = code_of(kling, f"Bearer {token}")
    assert (status, told) == ((200, 0) if code == 0 else (401, code))


def test_headers_that_are_no_token(anna: User, kling_of: KlingOf) -> None:
    kling = kling_of(anna)
    access, secret = kling._pair
    for nothing in (None, "", "  "):
        assert code_of(kling, nothing)[:2] == (401, 1001)
    payload = {"iss": access, "exp": int(time.time()) + 60}
    unsigned = jwt.encode(payload, "", algorithm="none")
    other = jwt.encode(payload, secret * 2, algorithm="HS512")
    for wrong in ("Bearer", "Basic eA==", "Bearer x", "Bearer a.b.c", f"Bearer {unsigned}",
                  f"Bearer {other}", f"Bearer {'x' * 5000}", signed(access, secret)):  # fmt: skip
        assert code_of(kling, wrong)[:2] == (401, 1002), wrong


def test_who_guesses_learns_nothing(anna: User, kling_of: KlingOf) -> None:
    kling = kling_of(anna)
    access, secret = kling._pair
    unknown = code_of(kling, f"Bearer {signed('AK123', secret)}")
    assert unknown[:2] == (401, 1000)
    assert code_of(kling, f"Bearer {signed(access, 'x' * 43)}") == unknown
    key = ApiKey.objects.get(access_key=access)
    now = timezone.now()
    for ended in ({"expires_at": now - timedelta(seconds=1)}, {"revoked_at": now}):
        ApiKey.objects.filter(pk=key.pk).update(expires_at=None, revoked_at=None)
        assert code_of(kling, f"Bearer {signed(access, secret)}")[1] == 0
        ApiKey.objects.filter(pk=key.pk).update(**ended)
        assert code_of(kling, f"Bearer {signed(access, secret)}") == unknown


def test_what_the_key_may_do(anna: User, kling_of: KlingOf) -> None:
    daily_points.claim(user=anna, now=timezone.now())
    reader, maker = kling_of(anna, scopes=[READ]), kling_of(anna, scopes=[SUBMIT])
    with pytest.raises(KlingError) as refused:
        reader.create("images/generations", prompt="a fox")
    assert (refused.value.status, refused.value.code) == (403, 1103)
    task = maker.create("images/generations", prompt="a fox")
    for path in (f"/v1/images/generations/{task['task_id']}", "/v1/images/generations"):
        with pytest.raises(KlingError) as refused:
            maker.call("GET", path)
        assert (refused.value.status, refused.value.code) == (403, 1103)
    assert reader.task("images/generations", task["task_id"])["task_status"] == "submitted"
    assert len(reader.costs(0, 2**41)) == 1
    with pytest.raises(KlingError) as refused:
        kling_of(anna, scopes=[BILLING_READ]).costs(0, 1)
    assert refused.value.code == 1103


def test_where_the_key_may_be_used_and_for_how_much(anna: User, kling_of: KlingOf) -> None:
    daily_points.claim(user=anna, now=timezone.now())
    with pytest.raises(KlingError) as refused:
        kling_of(anna, networks=["10.0.0.0/8"]).tasks("videos/effects")
    assert (refused.value.status, refused.value.code) == (429, 1304)
    capped = kling_of(anna, networks=["127.0.0.1"], daily_cap_cp=50)
    with pytest.raises(KlingError) as refused:
        capped.create("images/generations", prompt="a fox", n=3)
    assert (refused.value.status, refused.value.code) == (429, 1102)
    assert capped.create("images/generations", prompt="a fox", n=2)


def test_the_challenge_names_the_scheme(anna: User, kling_of: KlingOf) -> None:
    answer: httpx.Response = kling_of(anna).http.get(LIST)
    assert answer.headers["www-authenticate"] == "Bearer"
