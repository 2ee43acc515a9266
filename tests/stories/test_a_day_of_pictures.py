"""What 66 points buy, to the last hundredth; the worker's steps are taken by hand."""

import pytest

from accounts.models import User
from billing.errors import InsufficientPoints
from billing.selectors.wallets import overview
from generation.models import Job
from tests.jobs_by_hand import NOON, Submit, claimed, deliver, ledger_breaches


def make(user: User, submit: Submit, kind: str, times: int) -> None:
    for _ in range(times):
        submit(user, kind)
        deliver(claimed())


def test_six_clips_and_thirty_pictures(rich_anna: User, submit: Submit) -> None:
    make(rich_anna, submit, "video", 6)
    make(rich_anna, submit, "image", 30)
    assert overview(user=rich_anna, now=NOON).available_cp == 0
    with pytest.raises(InsufficientPoints) as refused:
        submit(rich_anna)
    assert refused.value.facts["missing_points"] == "0.20"
    assert ledger_breaches() == []


def test_330_pictures(rich_anna: User, submit: Submit) -> None:
    make(rich_anna, submit, "image", 330)
    assert Job.objects.filter(state="succeeded", captured_cp=20).count() == 330
    with pytest.raises(InsufficientPoints) as refused:
        submit(rich_anna)
    assert refused.value.facts["available_points"] == "0.00"
    assert ledger_breaches() == []
