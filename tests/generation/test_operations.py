"""Drain, brake, GPU spend."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from generation.errors import GenerationPaused
from generation.models import Attempt, Brake
from generation.services import attempts, operations
from tests.jobs_by_hand import NOON, Submit, claimed, deliver

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_draining_by_command(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    said("gpu_workers", "--drain", "test")
    assert attempts.claim_jobs(worker="test", now=NOON) == []
    said("gpu_workers", "--resume", "test")
    deliver(claimed())
    with pytest.raises(CommandError, match="not drained"):
        said("gpu_workers", "--resume", "test")


def test_the_brake_by_command(rich_anna: User, submit: Submit) -> None:
    said("brake", "on", "--reason", "new driver")
    with pytest.raises(GenerationPaused):
        submit(rich_anna)
    said("brake", "off")
    submit(rich_anna)
    for arguments in (["brake", "off"], ["brake", "on"], ["brake", "on", "--minutes", "0"]):
        with pytest.raises(CommandError):
            said(*arguments)


def test_gpu_time_is_counted_whatever_the_end(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    deliver(claimed(), NOON + timedelta(seconds=4))
    submit(rich_anna)
    job = claimed()
    assert job.attempt_id is not None
    end = NOON + timedelta(seconds=6)
    attempts.fail_job(
        job_id=job.id, attempt_id=job.attempt_id, code="INTERNAL.OOM", message="", now=end
    )
    times = Attempt.objects.order_by("started_at", "id").values_list("gpu_milliseconds", flat=True)
    assert sorted(times) == [4000, 6000]


def test_a_spent_budget_pulls_the_brake_until_the_day_turns(
    rich_anna: User, submit: Submit, settings: Any
) -> None:
    settings.GPU_COST_PER_HOUR_MINOR, settings.GPU_DAY_BUDGET_MINOR = 36_000, 40
    submit(rich_anna)
    deliver(claimed(), NOON + timedelta(seconds=3))
    assert (operations.gpu_spend_minor(now=NOON), operations.mind_gpu_spend(now=NOON)) == (
        30,
        False,
    )
    submit(rich_anna)
    deliver(claimed(), NOON + timedelta(seconds=1))
    assert operations.mind_gpu_spend(now=NOON)
    assert not operations.mind_gpu_spend(now=NOON)
    with pytest.raises(GenerationPaused) as refused:
        submit(rich_anna)
    assert refused.value.facts == {"frees_at": "2026-11-23T16:00:00Z"}
    assert Brake.objects.get().name == operations.GPU_SPEND
    assert operations.gpu_spend_minor(now=NOON + timedelta(days=1)) == 0
