"""Refused before the hold, free; what adds up; appeals; what a person decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.errors import SecondPersonNeeded
from billing.ledger.models import Entry, Hold, Transaction
from billing.selectors.wallets import overview
from generation.errors import AlreadyAppealed, ModerationBlocked, SubmitsPaused
from generation.models import Allowance, Job, Strike, Verdict
from generation.selectors.safety import standing_of
from generation.services import rule_lists, verdicts
from generation.services.appeals import appeal, decide
from tests.jobs_by_hand import NOON, Submit, claimed, deliver

BAD = {"prompt": "a lovely fox, hardcore s-e-x, at dawn"}
REVIEW = {"prompt": "a deepfake of the president"}
DAY = timedelta(days=1)


def refused(submit: Submit, user: User, params: dict[str, Any] = BAD, **more: Any) -> Verdict:
    with pytest.raises(ModerationBlocked) as caught:
        submit(user, params=params, **more)
    return Verdict.objects.get(id=str(caught.value.facts["verdict"]))


def decided(verdict: Verdict, by: User, outcome: str, reason: str = "context", **more: Any) -> None:
    decide(verdict_id=verdict.id, outcome=outcome, reason=reason, note="", by=by, now=NOON, **more)


def test_a_refusal_is_free_and_says_what_where_and_why(rich_anna: User, submit: Submit) -> None:
    before = (Hold.objects.count(), Transaction.objects.count(), Entry.objects.count())
    with pytest.raises(ModerationBlocked) as caught:
        submit(rich_anna, params=BAD, key="k")
    verdict = Verdict.objects.get()
    start = BAD["prompt"].index("hardcore")
    assert caught.value.facts == {
        "failure": "SAFETY.INPUT.TEXT",
        "field": "params.prompt",
        "category": "sexual",
        "rule": "sexual-explicit",
        "span": {"start": start, "end": start + len("hardcore s-e-x")},
        "verdict": str(verdict.id),
        "appeal": f"http://testserver/rules/{verdict.id}/",
        "charged": False,
    }
    assert list(caught.value.fields) == ["params.prompt"]
    assert (Hold.objects.count(), Transaction.objects.count(), Entry.objects.count()) == before
    assert Job.objects.count() == 0
    assert overview(user=rich_anna, now=NOON).available_cp == 6600
    assert verdict.excerpt == "hardcore s-e-x"
    assert (verdict.list_version, verdict.source, verdict.review) == (0, "rules", "")


@pytest.mark.parametrize("name", ["prompt", "negative_prompt"])
def test_every_text_is_read(rich_anna: User, submit: Submit, name: str) -> None:
    verdict = refused(submit, rich_anna, {"prompt": "a fox", name: "how to make a bomb"})
    assert verdict.field == f"params.{name}"


def test_someone_without_points_is_told_of_the_rule(anna: User, submit: Submit) -> None:
    assert refused(submit, anna).category == "sexual"


def test_a_replay_is_not_judged_again(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna, key="k", params={"prompt": "a purple fox"})
    in_force(b"id,pattern,category,action\nnew,purple fox,other,block\n")
    assert submit(rich_anna, key="k", params={"prompt": "a purple fox"}) == job
    refused(submit, rich_anna, {"prompt": "a purple fox"})


def test_the_same_input_again_is_one_verdict_and_one_strike(
    rich_anna: User, submit: Submit
) -> None:
    first = refused(submit, rich_anna, key="k")
    for minutes in (1, 2, 3):
        again = refused(submit, rich_anna, key="k", now=NOON + timedelta(minutes=minutes))
        assert again.id == first.id
    assert (Verdict.objects.get().asked, Strike.objects.count()) == (4, 1)
    other = refused(submit, rich_anna, key="k", now=NOON + DAY)
    assert other.id != first.id
    assert Strike.objects.count() == 2


def test_a_clean_submit_costs_two_more_reads(rich_anna: User, submit: Submit) -> None:
    with CaptureQueriesContext(connection) as queries:
        submit(rich_anna)
    asked = [q["sql"] for q in queries if "generation_strike" in q["sql"] or "rulelist" in q["sql"]]
    assert len(asked) == 2
    assert not [q for q in queries if "generation_verdict" in q["sql"]]


# --- review and log ---------------------------------------------------------------------------
def test_what_is_for_review_runs_and_waits_for_a_person(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna, params=REVIEW)
    verdict = Verdict.objects.get()
    assert (verdict.job_id, verdict.action, verdict.review) == (job.id, "review", "waiting")
    assert Strike.objects.count() == 0
    deliver(claimed())
    with pytest.raises(NotFound):
        appeal(user=rich_anna, verdict_id=verdict.id, text="but why", now=NOON)


def test_a_refused_hold_leaves_no_find_behind(anna: User, submit: Submit) -> None:
    with pytest.raises(Exception, match="points"):
        submit(anna, params=REVIEW)
    assert Verdict.objects.count() == 0


def test_what_is_logged_runs_and_nobody_looks(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna, params={"prompt": "a nude in the manner of Rubens"})
    assert Verdict.objects.get().review == ""


# --- strikes ----------------------------------------------------------------------------------
def strikes(user: User, submit: Submit, count: int) -> list[Verdict]:
    return [refused(submit, user, {"prompt": f"porn {number}"}) for number in range(count)]


def test_three_strikes_come_last_and_fade(rich_anna: User, submit: Submit) -> None:
    strikes(rich_anna, submit, 2)
    assert standing_of(rich_anna, now=NOON).level == "good"
    strikes_three = refused(submit, rich_anna, {"prompt": "porn again"})
    standing = standing_of(rich_anna, now=NOON)
    assert (standing.level, standing.weight, standing.until) == ("slowed", 3, NOON + 30 * DAY)
    assert submit(rich_anna).lane == "relaxed"
    deliver(claimed())
    later = NOON + 30 * DAY
    assert standing_of(rich_anna, now=later - timedelta(seconds=1)).level == "slowed"
    assert standing_of(rich_anna, now=later).level == "good"
    assert strikes_three.strike.weight == 1


def test_who_is_watched_does_not_have_borderline_requests_run_first(
    rich_anna: User, submit: Submit
) -> None:
    strikes(rich_anna, submit, 5)
    assert standing_of(rich_anna, now=NOON).level == "watched"
    assert refused(submit, rich_anna, REVIEW).rule_id == "political-fake"
    submit(rich_anna)


def test_eight_strikes_pause_submits_and_touch_no_points(rich_anna: User, submit: Submit) -> None:
    strikes(rich_anna, submit, 8)
    with pytest.raises(SubmitsPaused) as caught:
        submit(rich_anna)
    assert caught.value.facts["until"] == "2026-12-23T04:00:00Z"
    with pytest.raises(SubmitsPaused):
        submit(rich_anna, params=BAD)  # no further strike for asking
    assert Strike.objects.count() == 8
    assert overview(user=rich_anna, now=NOON).available_cp == 6600


def test_the_worst_weighs_five_and_fades_one_by_one(rich_anna: User, submit: Submit) -> None:
    refused(submit, rich_anna, {"prompt": "nude little girl"})
    weights = {days: standing_of(rich_anna, now=NOON + days * DAY).weight for days in range(151)}
    assert [weights[days] for days in (0, 29, 30, 60, 149, 150)] == [5, 5, 4, 3, 1, 0]


# --- appeals ----------------------------------------------------------------------------------
def test_an_appeal_waits_for_a_person_once(rich_anna: User, submit: Submit, bert: User) -> None:
    verdict = refused(submit, rich_anna)
    appeal(user=rich_anna, verdict_id=verdict.id, text=" it is a film title ", now=NOON)
    again = appeal(user=rich_anna, verdict_id=verdict.id, text="it is a film title", now=NOON)
    assert (again.review, again.appeals.count()) == ("waiting", 1)
    with pytest.raises(AlreadyAppealed):
        appeal(user=rich_anna, verdict_id=verdict.id, text="hurry", now=NOON)
    with pytest.raises(NotFound):
        appeal(user=bert, verdict_id=verdict.id, text="mine?", now=NOON)
    with pytest.raises(InvalidRequest):
        appeal(user=rich_anna, verdict_id=verdict.id, text="  ", now=NOON)


def test_allowed_once_is_once_and_this_input_only(
    rich_anna: User, submit: Submit, paula: User
) -> None:
    verdict = refused(submit, rich_anna)
    appeal(user=rich_anna, verdict_id=verdict.id, text="a film title", now=NOON)
    decided(verdict, paula, "allow_once")
    assert standing_of(rich_anna, now=NOON).weight == 0
    refused(submit, rich_anna, {"prompt": "porn"})
    submit(rich_anna, params=BAD)
    deliver(claimed())
    assert Allowance.objects.get().used_at == NOON
    assert refused(submit, rich_anna, now=NOON + timedelta(hours=1)).action == "block"


def test_an_allowance_is_kept_when_the_submit_is_refused_for_another_reason(
    anna: User, submit: Submit, paula: User
) -> None:
    verdict = refused(submit, anna)
    appeal(user=anna, verdict_id=verdict.id, text="a film title", now=NOON)
    decided(verdict, paula, "allow_once")
    with pytest.raises(Exception, match="points"):
        submit(anna, params=BAD)
    assert Allowance.objects.get().used_at is None


def test_an_allowed_rule_lets_its_user_by(
    rich_anna: User, bert: User, submit: Submit, paula: User
) -> None:
    verdict = refused(submit, rich_anna)
    appeal(user=rich_anna, verdict_id=verdict.id, text="I teach anatomy", now=NOON)
    decided(verdict, paula, "allow_rule")
    submit(rich_anna, params={"prompt": "porn, another time"})
    refused(submit, rich_anna, {"prompt": "how to make a bomb"})
    refused(submit, bert)


def test_upheld_is_final_after_another_person_looked(
    rich_anna: User, submit: Submit, paula: User, quinn: User
) -> None:
    verdict = refused(submit, rich_anna)
    appeal(user=rich_anna, verdict_id=verdict.id, text="please", now=NOON)
    decided(verdict, paula, "uphold", "rules")
    appeal(user=rich_anna, verdict_id=verdict.id, text="really", now=NOON)
    with pytest.raises(SecondPersonNeeded):
        decided(verdict, paula, "uphold", "rules")
    decided(verdict, quinn, "remove_strike", "first_time")
    assert Strike.objects.get().removed_at == NOON
    with pytest.raises(AlreadyAppealed):
        appeal(user=rich_anna, verdict_id=verdict.id, text="once more", now=NOON)
    with pytest.raises(NotFound):
        decided(verdict, quinn, "uphold", "rules")


def test_nobody_decides_their_own(submit: Submit, paula: User) -> None:
    verdict = refused(submit, paula)
    appeal(user=paula, verdict_id=verdict.id, text="I am staff", now=NOON)
    with pytest.raises(SecondPersonNeeded):
        decided(verdict, paula, "allow_rule")


def test_a_reviewed_job_can_become_a_strike_and_be_appealed(
    rich_anna: User, submit: Submit, paula: User, quinn: User
) -> None:
    submit(rich_anna, params=REVIEW)
    verdict = Verdict.objects.get()
    decided(verdict, paula, "uphold", "rules")
    assert standing_of(rich_anna, now=NOON).weight == 1
    appeal(user=rich_anna, verdict_id=verdict.id, text="satire", now=NOON)
    decided(verdict, quinn, "clear", "art")
    assert standing_of(rich_anna, now=NOON).weight == 0


def test_a_decision_needs_known_words(rich_anna: User, submit: Submit, paula: User) -> None:
    submit(rich_anna, params=REVIEW)
    verdict = Verdict.objects.get()
    for outcome, reason in (("perhaps", "rules"), ("uphold", "mood"), ("uphold", "other")):
        with pytest.raises(InvalidRequest):
            decided(verdict, paula, outcome, reason)


# --- texts are not kept for ever --------------------------------------------------------------
def test_texts_are_forgotten_but_not_under_a_persons_eyes(rich_anna: User, submit: Submit) -> None:
    plain = refused(submit, rich_anna)
    waiting = refused(submit, rich_anna, {"prompt": "porn"})
    appeal(user=rich_anna, verdict_id=waiting.id, text="?", now=NOON)
    assert verdicts.forget_texts(now=NOON + 29 * DAY) == 0
    assert verdicts.forget_texts(now=NOON + 30 * DAY) == 1
    plain.refresh_from_db()
    waiting.refresh_from_db()
    assert (plain.text, plain.excerpt, waiting.text) == ("", "", "porn")


# --- versions of the rules --------------------------------------------------------------------
def in_force(data: bytes) -> int:
    made = rule_lists.import_rules(data=data, note="", by=None, now=NOON)
    rule_lists.publish_rules(version=made.version, reason="test", by=None, now=NOON)
    return made.version


def test_a_list_is_in_force_once_published(rich_anna: User, submit: Submit) -> None:
    data = b"id,pattern,category,action\nmine,purple fox,other,block\n"
    preview = rule_lists.preview_rules(data)
    assert (preview.added, "minors-terms" in preview.removed) == (("mine",), True)
    made = rule_lists.import_rules(data=data, note="", by=None, now=NOON)
    assert rule_lists.book().version == 0
    rule_lists.publish_rules(version=made.version, reason="season", by=None, now=NOON)
    assert refused(submit, rich_anna, {"prompt": "purple fox"}).list_version == 1
    submit(rich_anna, params=BAD)  # the starter list is replaced as a whole
    deliver(claimed())
    second = in_force(b"id,pattern,category,action\nmine,green fox,other,block\n")
    assert second == 2
    submit(rich_anna, params={"prompt": "purple fox"})
    deliver(claimed())
    third = rule_lists.publish_rules(version=1, reason="back", by=None, now=NOON + DAY)
    assert third.version == 3
    refused(submit, rich_anna, {"prompt": "purple fox"}, now=NOON + DAY)


@pytest.mark.django_db
def test_a_faulty_file_writes_nothing() -> None:
    with pytest.raises(InvalidRequest, match="line 2, action"):
        rule_lists.import_rules(
            data=b"id,pattern,category,action\na,words,other,explode\n", note="", by=None, now=NOON
        )
