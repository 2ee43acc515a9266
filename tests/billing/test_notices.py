"""What users are told about money: once, and by mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import User
from billing.calendar_months import add_months
from billing.models import Notice
from billing.services.notices import KINDS, mail_notices, remind_of_ends, tell, wording
from tests.billing.conftest import Member
from tests.billing.shop import NOON

FACTS: dict[str, object] = {
    "part": "friend",
    "plan": "gold",
    "amount_minor": 66_05,
    "currency": "CNY",
    "attempt": 1,
    "next_attempt_at": "2026-12-24T04:00:00+00:00",
    "ends_at": "2026-12-24T04:00:00+00:00",
    "order": "1",
    "reason": "second_membership",
    "points_cp": 12_50,
    "debt_cp": 3_00,
    "at": "2026-12-24T04:00:00+00:00",
    "job": "5a1f4a66-6b1f-4b1e-8a3e-9d2a0c5a5d1f",
    "until": "2026-12-24T04:00:00+00:00",
    "url": "https://shop.example/hooks",
    "endpoint": "5a1f4a66-6b1f-4b1e-8a3e-9d2a0c5a5d1f",
}


def test_a_period_that_does_not_renew_is_announced_twice(
    catalogue: None, anna: User, member: Member
) -> None:
    member(anna)
    ends_at = add_months(NOON, 1)
    for before, told in ((8, 0), (7, 1), (3, 1), (1, 2), (0, 2)):
        for _ in range(2):
            remind_of_ends(now=ends_at - timedelta(days=before))
        assert Notice.objects.count() == told


def test_each_is_mailed_once(anna: User) -> None:
    anna.mail_jobs = True
    anna.save(update_fields=["mail_jobs"])
    for kind in KINDS:
        tell(user_id=anna.pk, kind=kind, key=kind, facts=FACTS, now=NOON)
    assert mail_notices(now=NOON) == len(KINDS)
    assert mail_notices(now=NOON) == 0
    assert [message.to for message in mail.outbox] == [[anna.email]] * len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words(kind: str) -> None:
    subject, text = wording(Notice(kind=kind, facts=FACTS))
    assert subject
    assert "%(" not in text
    if kind == "renewal_failed":
        assert "66.05 CNY" in text
