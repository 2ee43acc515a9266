"""The queue: lanes with ageing, and wallets taking turns inside a lane. Steps of use cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from generation import lanes
from generation.kinds.table import KINDS
from generation.lifecycle import State
from generation.models import Job, QueueTurn
from generation.types import LANES

# How many turns are looked at for one more piece of a batch, and for the next job of all.
LOOK_AT = 8
LOOK_AT_ALL = 1_000_000

# One short index probe a lane, however many jobs wait.
_OLDEST = """
select lane, oldest.created_at
  from unnest(%s::text[]) lane
 cross join lateral (
       select created_at from generation_job
        where generation_job.lane = lane.lane and state = 'queued'
        order by created_at limit 1) oldest
"""

_JOIN = """
insert into generation_queueturn (lane, wallet_id, served_at) values (%s, %s, %s)
on conflict (lane, wallet_id) do update set lane = excluded.lane
"""


def join(*, wallet_id: int, lane: str, now: datetime) -> None:
    """Give the wallet a turn in `lane`, unless it has one. Needs the job to be in this transaction.

    A turn that stands is locked: a claim that is about to find nothing of this wallet, and to drop
    the turn, passes it by until the job is committed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, [lane, wallet_id, now])


def next_job(*, now: datetime) -> Job | None:
    """The job to serve next, locked. None when none waits.

    The wallet served longest ago is first, its oldest job first. Overdue jobs are the sweeper's.
    """
    return _first(now, _any, LOOK_AT_ALL)


def next_beside(first: Job, *, room: int, now: datetime) -> Job | None:
    """The next job that can be rendered in the same call as `first`, locked; None when none is near
    the front. At most `room` pieces.

    A job that a worker was lost with is rendered alone: what loses workers must not lose its
    neighbours' attempts too.
    """
    if first.attempts > 1 or not KINDS[first.kind].batched:
        return None

    def fits(job: Job) -> bool:
        return _alike(job, first) and job.pieces <= room and job.attempts == 0

    return _first(now, fits, LOOK_AT)


def _alike(job: Job, first: Job) -> bool:
    """Whether one call can render both: a kind has one model, and what is said here one shape."""
    together = KINDS[first.kind].together
    return job.kind == first.kind and all(
        job.params.get(name) == first.params.get(name) for name in together
    )


def _any(job: Job) -> bool:
    return True


def _first(now: datetime, fits: Callable[[Job], bool], look_at: int) -> Job | None:
    for lane in _lanes_in_order():
        job = _next_in_lane(lane, now, fits, look_at)
        if job is not None:
            return job
    return None


def _lanes_in_order() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, [list(LANES)])
        return lanes.in_order(dict(cursor.fetchall()))


def _next_in_lane(
    lane: str, now: datetime, fits: Callable[[Job], bool], look_at: int
) -> Job | None:
    passed: list[int] = []
    while len(passed) < look_at:
        turn = (
            QueueTurn.objects.select_for_update(skip_locked=True)
            .filter(lane=lane)
            .exclude(id__in=passed)
            .order_by("served_at", "id")
            .first()
        )
        if turn is None:
            return None
        waiting = Job.objects.filter(
            wallet_id=turn.wallet_id, lane=lane, state=State.QUEUED, deadline_at__gt=now
        )
        oldest = waiting.select_for_update(skip_locked=True).order_by("created_at", "id")
        job = oldest.first()
        if job is None and _waits(turn):
            passed.append(turn.pk)  # overdue, which the sweeper decides; or locked by a cancel
        elif job is None:
            turn.delete()
        elif not fits(job):
            # Its turn is not used up by asking.
            passed.append(turn.pk)
        elif waiting.exclude(pk=job.pk).exists():
            QueueTurn.objects.filter(pk=turn.pk).update(served_at=now)
            return job
        else:
            # A submit that joins meanwhile waits for this row, and then makes a new turn.
            turn.delete()
            return job
    return None


def _waits(turn: QueueTurn) -> bool:
    waiting = Job.objects.filter(wallet_id=turn.wallet_id, lane=turn.lane, state=State.QUEUED)
    return waiting.exists()


def restore_turns(*, now: datetime) -> int:
    """Give a turn to every wallet whose waiting job has none; returns how many were missing.

    Nothing of the normal course loses one; this repairs what a fault may.
    """
    turn = QueueTurn.objects.filter(lane=OuterRef("lane"), wallet_id=OuterRef("wallet_id"))
    missing = (
        Job.objects.filter(~Exists(turn), state=State.QUEUED)
        .values_list("lane", "wallet_id")
        .distinct()
    )
    turns = [QueueTurn(lane=lane, wallet_id=wallet, served_at=now) for lane, wallet in missing]
    QueueTurn.objects.bulk_create(turns, ignore_conflicts=True)
    return len(turns)
