"""How many jobs at once. Pure; the caller counts under the wallet's lock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one more may start, and the numbers a refusal states."""

    allowed: bool
    quota: str
    limit: int
    in_use: int


def parallel_jobs(*, slots: int, in_use: int) -> Verdict:
    """One more job beside `in_use` queued and running ones, on a plan with `slots` slots."""
    return Verdict(allowed=in_use < slots, quota="parallel_jobs", limit=slots, in_use=in_use)


def jobs_of_day(*, day_max: int, today: int) -> Verdict:
    """One more job after `today` submitted on this server day."""
    return Verdict(allowed=today < day_max, quota="jobs_per_day", limit=day_max, in_use=today)
