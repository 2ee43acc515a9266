"""Where a job stands in line, as the queue is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from generation.lanes import HEAD_START
from generation.lifecycle import State
from generation.models import Job

# Beyond this the number says nothing that a user could use, and counting costs.
COUNTED_MAX = 999

# Wallets take turns. Before this job come those of its own wallet that are older, and of every
# other one as many as there are rounds until its turn: one more for those whose turn is earlier.
_IN_LANE = """
with mine as (
     select served_at, id from generation_queueturn
      where lane = %(lane)s and wallet_id = %(wallet_id)s),
own as (
     select count(*) as older
       from (select from generation_job
              where wallet_id = %(wallet_id)s and lane = %(lane)s and state = 'queued'
                and (created_at, id) < (%(created_at)s, %(id)s) limit %(most)s) job),
others as (
     select turn.wallet_id,
            (select older from own)
            + (select coalesce((turn.served_at, turn.id) < (mine.served_at, mine.id), true)::int
                 from (select) always left join mine on true) as rounds
       from generation_queueturn turn
      where turn.lane = %(lane)s and turn.wallet_id <> %(wallet_id)s
      order by turn.served_at, turn.id limit %(most)s)
select (select older from own) + coalesce(sum(waiting.jobs), 0) + 1
  from others
 cross join lateral (
       select count(*) as jobs
         from (select from generation_job
                where generation_job.wallet_id = others.wallet_id and lane = %(lane)s
                  and state = 'queued' limit others.rounds) job) waiting
"""
# A lane is served before this job while its oldest job, head start counted, is older than this one.
_OTHER_LANES = """
select coalesce(sum(waiting.jobs), 0)
  from unnest(%(lanes)s::text[], %(befores)s::timestamptz[]) other (lane, before)
 cross join lateral (
       select count(*) as jobs
         from (select from generation_job
                where generation_job.lane = other.lane and state = 'queued' limit %(most)s) job
        where exists (select from generation_job
                       where generation_job.lane = other.lane and state = 'queued'
                         and created_at < other.before)) waiting
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A job is served as number `first` of those that wait now, or up to `last` when other lanes
    are served in between. Jobs of others that are submitted later may go before those of a wallet
    that has several; both numbers stop at 999."""

    first: int
    last: int


def place_in_line(job: Job) -> Place | None:
    """None unless the job is queued."""
    if job.state != State.QUEUED:
        return None
    others = [lane for lane in HEAD_START if lane != job.lane]
    values: dict[str, Any] = {
        "lane": job.lane,
        "wallet_id": job.wallet_id,
        "created_at": job.created_at,
        "id": job.id,
        "most": COUNTED_MAX,
        "lanes": others,
        "befores": [_before(job.created_at, job.lane, lane) for lane in others],
    }
    with connection.cursor() as cursor:
        cursor.execute(_IN_LANE, values)
        first = int(cursor.fetchone()[0])
        cursor.execute(_OTHER_LANES, values)
        last = first + int(cursor.fetchone()[0])
    return Place(min(first, COUNTED_MAX), min(last, COUNTED_MAX))


def _before(created_at: datetime, own: str, other: str) -> datetime:
    """Jobs of the other lane count as older than this one when they were submitted before this."""
    return created_at - HEAD_START[own] + HEAD_START[other]
