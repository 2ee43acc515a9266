"""The page of spending limits, and what REST tells of them."""

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from generation.services.own_caps import own_caps
from tests.jobs_by_hand import NOON, Submit


def test_limits_are_set_shown_and_taken_away(client: Client, anna: User) -> None:
    client.force_login(anna)
    answer = client.post("/limits/", {"day_points": "12.5", "month_points": "100"}, follow=True)
    assert "They hold from now on" in answer.content.decode()
    caps = own_caps(user=anna, now=NOON)
    assert (caps.day.cap_cp, caps.month.cap_cp) == (12_50, 100_00)
    page = client.get("/limits/").content.decode()
    assert 'value="12.50"' in page
    assert 'value="100"' in page
    client.post("/limits/", {"day_points": "", "month_points": ""})
    assert own_caps(user=anna, now=NOON).day.cap_cp is None


def test_a_limit_that_is_no_number_keeps_what_was_typed(client: Client, anna: User) -> None:
    client.force_login(anna)
    answer = client.post("/limits/", {"day_points": "lots", "month_points": "9"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="lots"' in page
    assert 'aria-invalid="true"' in page
    assert own_caps(user=anna, now=NOON).month.cap_cp is None


def test_a_key_reads_them_and_cannot_lift_them(
    client: Client, rich_anna: User, submit: Submit, key_of: Callable[[User], str]
) -> None:
    client.force_login(rich_anna)
    client.post("/limits/", {"day_points": "0", "month_points": ""})
    bearer = {"authorization": f"Bearer {key_of(rich_anna)}"}
    told = client.get("/api/v1/caps", headers=bearer).json()
    assert told["day"]["cap_points"] == "0.00"
    assert told["month"]["cap_points"] is None
    assert client.put("/api/v1/caps", {}, headers=bearer).status_code == 405
    body = {"kind": "image", "params": {"prompt": "a fox"}}
    refused = client.post(
        "/api/v1/jobs", body, headers=bearer, content_type="application/json"
    ).json()
    assert (refused["code"], refused["cap"]) == ("cap_exceeded", "own_day")
