"""What an invitation earns, before its delay is over and when it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from billing import launch
from billing.referral_rules import Case, Verdict, due_at, when_due, while_waiting
from tests.jobs_by_hand import NOON

HONEST = Case(
    payment="stands",
    kinship=(),
    reviewed=False,
    referrer_gone=False,
    friend_gone=False,
    earned_this_month=9,
)


@pytest.mark.parametrize(
    ("change", "waiting", "due"),
    [
        ({}, None, Verdict("earned")),
        ({"earned_this_month": 10}, None, Verdict("capped", "month")),
        ({"payment": "refunded"}, *[Verdict("canceled", "refunded")] * 2),
        ({"payment": "disputed"}, *[Verdict("canceled", "disputed")] * 2),
        ({"payment": "asked_after"}, None, None),
        ({"kinship": ("mailbox", "card")}, *[Verdict("review", "mailbox,card")] * 2),
        ({"kinship": ("card",), "reviewed": True}, None, Verdict("earned")),
        # Money that went back needs nobody's look.
        ({"kinship": ("card",), "payment": "refunded"}, *[Verdict("canceled", "refunded")] * 2),
        ({"referrer_gone": True}, None, Verdict("canceled", "referrer_gone")),
        ({"friend_gone": True}, None, Verdict("canceled", "friend_gone")),
        ({"friend_gone": True, "payment": "asked_after"}, None, None),
    ],
)
def test_verdicts(change: dict[str, Any], waiting: Verdict | None, due: Verdict | None) -> None:
    case = replace(HONEST, **change)
    assert while_waiting(case) == waiting
    assert when_due(case, 10) == due


def test_the_delay_outlasts_what_a_buyer_can_give_back() -> None:
    assert due_at(NOON, launch.REFERRALS.delay) >= NOON + launch.REFUND_WINDOW
