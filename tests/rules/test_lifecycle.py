"""The life of a job as a table."""

import pytest

from generation.lifecycle import (
    ACTIVE,
    TERMINAL,
    Event,
    State,
    after,
    after_lost_lease,
    sources,
)


@pytest.mark.parametrize("state", sorted(TERMINAL))
@pytest.mark.parametrize("event", list(Event))
def test_an_ended_job_never_moves(state: State, event: Event) -> None:
    assert after(state, event) is None


@pytest.mark.parametrize("state", sorted(ACTIVE))
def test_an_active_job_can_always_fail_and_be_canceled(state: State) -> None:
    assert after(state, Event.FAIL) is State.FAILED
    assert after(state, Event.CANCEL) is State.CANCELED


def test_only_a_running_job_delivers() -> None:
    assert sources(Event.FINISH) == [State.RUNNING]


def test_a_job_that_loses_its_worker_twice_ends() -> None:
    assert after_lost_lease(1) is Event.REQUEUE
    assert after_lost_lease(2) is Event.FAIL
