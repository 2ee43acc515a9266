"""Bodies, headers and cursors made to break it: a documented refusal each, never a 500."""

from typing import Any

import pytest

from generation.models import Job
from tests.api.conftest import Program, refused

FOX = '{"kind":"image","params":{"prompt":"a fox"}}'


@pytest.mark.parametrize("path", ["/jobs", "/quotes"])
@pytest.mark.parametrize(
    "body",
    [
        "[" * 3000 + "]" * 3000,
        '{"a":' * 5000 + "1" + "}" * 5000,
        '{"kind":"image","params":{"prompt":"x","\\ud800":1}}',
        '{"kind":"image","params":{"prompt":"\\ud800"}}',
        '{"kind":"image","params":{"prompt":"x"},"\\ud800":1}',
        '{"kind":"\\u0000","params":{"prompt":"x"}}',
        '{"kind":"image","params":{"prompt":"x","seed":NaN}}',
        '{"kind":"image","params":{"prompt":"x","seed":1e400}}',
        '{"kind":"image","params":{"prompt":"x","seed":99999999999999999999999}}',
        "\xff\xfe",
    ],
    ids=lambda body: body[:24],
)
def test_bodies(anna_api: Program, path: str, body: str) -> None:
    refused(anna_api.post(path, body), 400, "invalid_request")
    assert Job.objects.count() == 0


def test_a_body_larger_than_any_request(anna_api: Program) -> None:
    refused(anna_api.post("/checkout", '"' + "x" * 3_000_000 + '"'), 413, "too_large")
    refused(anna_api.post("/jobs", '"' + "x" * 28_000_000 + '"'), 413, "too_large")


@pytest.mark.parametrize("key", ["\x00", "a\nb", "\x7f", "k" * 256])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/jobs", FOX),
        ("/checkout", {"topup": {"amount_minor": 1000, "currency": "CNY"}}),
        ("/redemptions", {"code": "0"}),
        ("/webhook-endpoints", {"url": "https://example.com/"}),
    ],
)
def test_keys_that_cannot_be_kept(anna_api: Program, key: str, path: str, body: Any) -> None:
    answer = anna_api.post(path, body, **{"Idempotency-Key": key})
    assert list(refused(answer, 400, "invalid_request")["fields"]) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("cursor=abc", "cursor"),
        ("cursor=cD0x", "cursor"),
        ("cursor=cD0lMDA%3D", "cursor"),
        ("cursor=cD0wMDAxLTAxLTAxKzAwJTNBMDAlM0EwMCUyQjIzJTNBNTk%3D", "cursor"),  # year 1, +23:59
        ("limit=-1", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
    ],
)
def test_pages_that_are_none(anna_api: Program, query: str, field: str) -> None:
    anna_api.post("/wallet/claim")
    anna_api.post(f"/jobs/{anna_api.post('/jobs', FOX).json()['id']}/cancel")
    body = refused(anna_api.get(f"/jobs?{query}"), 400, "invalid_request")
    assert list(body["fields"]) == [field]
