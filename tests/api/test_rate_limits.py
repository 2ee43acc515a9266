"""How many requests a minute are answered: counted at once for all, told with each answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts.models import User
from config.api.rate_limits import _limiter
from tests.api.conftest import Program


@pytest.fixture
def few(settings: Any) -> None:
    """Five readings a minute, three writings, two requests without a key; none counted yet."""
    _limiter(settings.REDIS_CACHE_URL).storage.reset()
    settings.API_RATE_LIMITS = {"read": 5, "write": 3, "uploads": 1, "open": 2}


def test_each_answer_says_where_one_stands(anna_api: Program, few: None) -> None:
    left = []
    for _ in range(5):
        answer = anna_api.get("/wallet")
        assert (answer.status_code, answer["RateLimit-Policy"]) == (200, '"read";q=5;w=60')
        name, rest, seconds = answer["RateLimit"].split(";")
        assert (name, 1 <= int(seconds.removeprefix("t=")) <= 60) == ('"read"', True)
        left.append(int(rest.removeprefix("r=")))
    assert left == [4, 3, 2, 1, 0]
    refused = anna_api.get("/wallet")
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit"].startswith('"read";r=0;')


def test_writing_and_uploads_are_counted_apart(anna_api: Program, few: None) -> None:
    codes = [anna_api.post("/wallet/claim", {}).status_code for _ in range(4)]
    assert codes == [200, 409, 409, 429]
    assert anna_api.get("/wallet").status_code == 200
    answers = [anna_api.post("/uploads", {}) for _ in range(2)]
    assert [answer["RateLimit-Policy"] for answer in answers] == ['"uploads";q=1;w=60'] * 2
    assert answers[1].status_code == 429


def test_without_a_key_an_address_is_counted(client: Client, catalogue: None, few: None) -> None:
    for address, expected in (("192.0.2.1", [200, 200, 429]), ("192.0.2.2", [200])):
        codes = [client.get("/api/v1/prices", REMOTE_ADDR=address).status_code for _ in expected]
        assert codes == expected


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_so_many_are_answered(
    anna: User, key_of: Any, catalogue: None, few: None, settings: Any
) -> None:
    settings.API_RATE_LIMITS = {"read": 20, "write": 1, "uploads": 1, "open": 1}
    keys = [key_of(anna) for _ in range(2)]  # a second key is not a second count

    def ask(number: int) -> int:
        try:
            headers = {"Authorization": f"Bearer {keys[number % 2]}"}
            return Client().get("/api/v1/wallet", headers=headers).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(ask, range(60)))
    assert (codes.count(200), codes.count(429)) == (20, 40)


def test_without_redis_requests_are_answered(anna_api: Program, few: None, settings: Any) -> None:
    settings.REDIS_CACHE_URL = "unix:///nowhere/valkey.sock?db=1"
    answers = [anna_api.get("/wallet") for _ in range(7)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0]


def test_no_limit_where_none_is_set(anna_api: Program, settings: Any) -> None:
    settings.API_RATE_LIMITS = {"read": 0, "write": 0, "uploads": 0, "open": 0}
    assert "RateLimit" not in anna_api.get("/wallet")
