"""Jobs of many pieces: priced, held, delivered and charged piece by piece."""

import pytest

from accounts.models import User
from billing.errors import InsufficientPoints
from billing.ledger.models import Hold, Transaction
from billing.selectors.wallets import overview
from generation.models import Artifact, Job, Spending
from generation.services.quotes import preview_price, quote_job
from tests.jobs_by_hand import NOON, Submit, claimed, deliver, ledger_breaches

NINE = {"prompt": "a fox", "n": 9, "seed": 5}


def points(user: User) -> tuple[int, int]:
    wallet = overview(user=user, now=NOON)
    return wallet.available_cp, wallet.held_cp


def test_nine_pieces_cost_nine_times_as_much(rich_anna: User, submit: Submit) -> None:
    assert preview_price(user=rich_anna, kind="image", params=NINE, now=NOON).cost_cp == 180
    quoted = quote_job(user=rich_anna, kind="image", params=NINE, now=NOON)
    job = submit(rich_anna, params=NINE, quote_id=quoted.quote.id)
    assert (quoted.quote.cost_cp, job.cost_cp, job.pieces) == (180, 180, 9)
    assert points(rich_anna) == (6420, 180)


def test_all_delivered_all_charged(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna, params=NINE)
    job = deliver(claimed(), pieces=range(9))
    assert (job.captured_cp, job.failure_code) == (180, "")
    assert list(Artifact.objects.values_list("index", flat=True)) == list(range(9))
    assert points(rich_anna) == (6420, 0)


def test_six_of_nine_delivered_three_not_charged(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna, params=NINE)
    job = deliver(claimed(), pieces=[0, 1, 2, 4, 6, 8], missing="INTERNAL.OOM")
    assert (job.state, job.captured_cp, job.failure_code) == ("succeeded", 120, "INTERNAL.OOM")
    assert points(rich_anna) == (6480, 0)
    settled = Transaction.objects.filter(reference=job.reference).exclude(kind="hold")
    assert list(settled.values_list("kind", flat=True)) == ["capture"]  # one settle
    assert Hold.objects.get(id=job.hold_id).captured_cp == 120
    # What was not spent is free under the caps again.
    assert set(Spending.objects.values_list("spent_cp", flat=True)) == {120}
    assert ledger_breaches() == []


def test_points_for_eight_do_not_buy_nine(anna: User, rich_anna: User, submit: Submit) -> None:
    for _ in range(36):
        submit(rich_anna, params=NINE)
        deliver(claimed(), pieces=range(9))
    with pytest.raises(InsufficientPoints) as refused:
        submit(rich_anna, params=NINE)
    assert refused.value.facts["needed_points"] == "1.80"
    assert Job.objects.count() == 36
    submit(rich_anna, params={"prompt": "a fox", "n": 6})
