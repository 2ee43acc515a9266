"""The pages of codes and invitations, the endpoint, and the desk's side of both."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing import launch
from billing.models import CodeBatch, CodeRedemption, RedeemCode, Referral
from billing.redeem_codes import new_code, shown
from billing.selectors.wallets import overview
from billing.services.code_batches import digest_of
from billing.services.own_data import parts
from billing.services.referral_rewards import follow_referrals
from tests.api.conftest import Program, refused
from tests.conftest import Person
from tests.jobs_by_hand import NOON
from tests.portal.conftest import as_user, noon
from tests.portal.pages import faults_of, page_of
from tests.rewards.conftest import Invite, MakeCodes, Pay

__all__ = ["as_user", "noon"]
Visitor = Callable[[User], Client]


def test_a_code_is_redeemed_on_the_page(anna: User, codes: MakeCodes, as_user: Visitor) -> None:
    (code,) = codes(count=1).codes
    client = as_user(anna)
    page = page_of(client.get("/redeem/"))
    form = {"code": shown(code).lower(), "idempotency_key": page.field("idempotency_key")}
    answer = client.post("/redeem/", form, follow=True)
    assert faults_of(answer.content.decode()) == []
    text = page_of(answer).text
    assert "50.00 points are in your wallet." in text
    assert f"Summer fair …{code[-4:]}" in text
    # A double click is one redemption.
    client.post("/redeem/", form)
    assert overview(user=anna, now=NOON).available_cp == 50_00
    assert f"Code …{code[-4:]} · Summer fair" in page_of(client.get("/statement/")).text
    assert "Redeem code used next free" in page_of(client.get("/wallet/")).text


def test_a_refusal_stands_beside_the_field_in_both_languages(
    anna: User, catalogue: None, as_user: Visitor
) -> None:
    client = as_user(anna)
    typed = new_code()
    answer = client.post("/redeem/", {"code": typed, "idempotency_key": "k"})
    assert answer.status_code == 422
    assert "it is unknown, used, over, or not for you" in page_of(answer).text
    assert page_of(answer).field("code") == typed
    chinese = client.post(
        "/redeem/", {"code": typed, "idempotency_key": "k"}, headers={"accept-language": "zh-hans"}
    )
    assert "这个兑换码无法兑换" in page_of(chinese).text
    assert client.post("/redeem/", {"code": "x" * 10_000}).status_code == 422
    hostile = client.post("/redeem/", {"code": typed, "idempotency_key": "\0"})
    assert hostile.status_code == 422
    assert Client().get("/friend/%00/").status_code == 302


def test_who_has_no_verified_address_is_told_so(
    person: Person, catalogue: None, as_user: Visitor
) -> None:
    client = as_user(person("carl", verified=False))
    assert "Confirm your e-mail address first" in page_of(client.get("/friends/")).text
    answer = client.post("/redeem/", {"code": new_code(), "idempotency_key": "k"})
    assert "Confirm your e-mail address first" in page_of(answer).text


def test_invitations_say_how_they_stand_and_name_nobody(
    anna: User, person: Person, invite: Invite, pays: Pay, catalogue: None, as_user: Visitor
) -> None:
    friends = {name: person(name) for name in ("joins", "waits", "stands", "refunds", "twin")}
    for at, friend in enumerate(friends.values()):
        invite(anna, friend, NOON - timedelta(days=40 - at))
    pays(friends["waits"])
    pays(friends["stands"], NOON - timedelta(days=20))
    pays(friends["refunds"], state="undone")
    User.objects.filter(pk=friends["twin"].pk).update(email="anna+2@example.com")
    pays(friends["twin"])
    follow_referrals(now=NOON)
    client = as_user(anna)
    answer = client.get("/friends/")
    html, text = answer.content.decode(), page_of(answer).text
    assert faults_of(html) == []
    code = client.get("/friends/").content.decode().split("/friend/")[1][:10]
    assert (
        f"http://testserver/friend/{code}/" == page_of(answer).all("input", id="link")[0]["value"]
    )
    for said in (
        "Friend 1", "Signed up. The first purchase is still to come.",
        "Friend 2", "Pending until Dec. 7, 2026",
        "Friend 3", "Earned on Nov. 23, 2026",
        "Friend 4", "Canceled. The payment went back.",
        "Friend 5", "Being looked at by a person.",
        "1 of at most 10 rewards this month.",
    ):  # fmt: skip
        assert said in text, said
    assert not any(f"{name}@" in html for name in [*friends, "anna+2"])
    chinese = page_of(client.get("/friends/", headers={"accept-language": "zh-hans"})).text
    for said in ("好友 1", "等待至", "已获得", "款项已退回", "人工查看中"):
        assert said in chinese
    line = page_of(client.get("/statement/")).text
    assert "A friend you invited bought points" in line


def test_the_export_holds_both_and_nobody_else(
    anna: User, bert: User, invite: Invite, codes: MakeCodes, as_user: Visitor
) -> None:
    from_codes = codes(count=1).codes
    as_user(anna).post("/redeem/", {"code": from_codes[0], "idempotency_key": "k"})
    invite(anna, bert)
    files: dict[str, Any] = {part.path: part.rows for part in parts(user=anna, now=NOON)}
    assert [row["code__tail"] for row in files["codes.json"]] == [from_codes[0][-4:]]
    told = files["referrals.json"]
    assert told["invited"][0]["state"] == "joined"
    assert "bert" not in str(told)
    assert str(bert.pk) not in str(told)


@pytest.fixture
def program(anna: User, catalogue: None, key_of: Callable[[User], str]) -> Program:
    """Anna's program."""
    return Program(key_of(anna))


def test_the_endpoint(program: Program, anna: User, codes: MakeCodes) -> None:
    one, other = codes(count=2, per_user_max=2).codes
    key = {"Idempotency-Key": "k"}
    first = program.post("/redemptions", {"code": shown(one)}, **key)
    assert first.status_code == 201
    body = first.json()
    assert (body["points"], body["title"]) == ("50.00", "Summer fair")
    assert body["expires_at"] == "2026-12-23T04:00:00.000000Z"
    again = program.post("/redemptions", {"code": one}, **key)
    assert (again.json(), again["Idempotency-Replayed"]) == (body, "true")
    refused(program.post("/redemptions", {"code": other}, **key), 409, "idempotency_conflict")
    refused(program.post("/redemptions", {"code": one}), 409, "code_redeemed")
    refused(program.post("/redemptions", {"code": new_code()}), 409, "code_refused")
    refused(program.post("/redemptions", {"code": "hello"}), 400, "code_mistyped")
    refused(program.post("/redemptions", {"code": "\ud800" * 16}), 400, "invalid_request")
    refused(program.post("/redemptions", {}), 400, "invalid_request")
    for _guess in range(launch.CODE_TRIES_USER):
        last = program.post("/redemptions", {"code": new_code()})
    body = refused(last, 429, "too_many_codes")
    assert body["again_at"] == "2026-11-23T05:00:00Z"
    assert overview(user=anna, now=NOON).available_cp == 50_00


@pytest.fixture
def desk(person: Person, as_user: Visitor) -> Client:
    """Olga at the desk."""
    return as_user(person("olga", is_staff=True, is_superuser=True))


FORM = {
    "title": "Fair", "count": "4", "points": "12.50", "source": "code", "lot_days": "30",
    "starts_at_0": "2026-11-23", "starts_at_1": "04:00:00", "ends_at_0": "2026-12-23",
    "ends_at_1": "04:00:00", "per_user_max": "1", "redemptions_max": "4", "reason": "campaign",
    "note": "", "key": "form",
}  # fmt: skip


def test_a_batch_from_the_desk(
    desk: Client, person: Person, anna: User, as_user: Visitor, settings: Any
) -> None:
    settings.STAFF_CODES_LIMIT_POINTS = 49
    new = reverse("admin:billing_codebatch_propose")
    shown_first = desk.post(new, FORM | {"preview": "1"})
    assert "a second person agrees" in page_of(shown_first).text
    assert not CodeBatch.objects.exists()
    assert "Write points like" in page_of(desk.post(new, FORM | {"points": "many"})).text
    desk.post(new, FORM | {"confirm": "1"})
    batch = CodeBatch.objects.get()
    at = f"/admin/billing/codebatch/{batch.pk}"
    assert desk.get(f"{at}/make/").status_code == 403
    desk.post(f"{at}/agree/")
    batch.refresh_from_db()
    assert batch.state == "waiting"  # not by whoever asked for it
    second = as_user(person("otto", is_staff=True, is_superuser=True))
    assert (
        "4 codes of 12.50 points, 4 redeemed at most: 50.00."
        in page_of(second.get(f"{at}/agree/")).text
    )
    second.post(f"{at}/agree/")
    assert desk.get(f"{at}/make/").status_code == 200
    assert not RedeemCode.objects.exists()
    answer = desk.post(f"{at}/make/")
    codes = [row["code"] for row in csv.DictReader(io.StringIO(answer.content.decode()))]
    assert len(codes) == 4
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert desk.post(f"{at}/make/").status_code == 403
    # A whole code finds the one it is; what is redeemed says by whom.
    as_user(anna).post("/redeem/", {"code": codes[0], "idempotency_key": "k"})
    found = page_of(desk.get("/admin/billing/redeemcode/", {"q": codes[0]})).text
    assert "anna@example.com" in found
    assert codes[1][-4:] not in found
    assert desk.get("/admin/billing/redeemcode/", {"q": codes[1][-4:]}).status_code == 200
    assert desk.get("/admin/billing/coderedemption/", {"q": "anna@example.com"}).status_code == 200
    one = RedeemCode.objects.get(digest=digest_of(codes[1].replace("-", "")))
    desk.post(f"/admin/billing/redeemcode/{one.pk}/revoke/", {"reason": "printed wrongly"})
    one.refresh_from_db()
    assert one.revoked_at is not None
    desk.post(f"{at}/revoke/", {"reason": ""})
    desk.post(f"{at}/revoke/", {"reason": "over"})
    batch.refresh_from_db()
    assert (batch.state, batch.revoked_reason) == ("revoked", "over")
    assert CodeRedemption.objects.count() == 1


def test_a_referral_at_the_desk(
    desk: Client, anna: User, bert: User, invite: Invite, pays: Pay
) -> None:
    row = invite(anna, bert)
    User.objects.filter(pk=bert.pk).update(email="anna+2@example.com")
    pays(bert)
    follow_referrals(now=NOON)
    at = f"/admin/billing/referral/{row.pk}"
    assert "In common: mailbox." in page_of(desk.get(f"{at}/approve/")).text
    desk.post(f"{at}/refuse/", {"reason": "one person"})
    row.refresh_from_db()
    assert (row.state, row.cause, row.review_reason) == ("canceled", "review", "one person")
    assert desk.get(f"{at}/approve/").status_code == 403
    assert Referral.objects.filter(state="review").count() == 0
    assert desk.get("/admin/billing/referral/", {"q": "anna@example.com"}).status_code == 200
