"""The budget of free points: a ceiling for a server day, an alarm before it, and a switch."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from accounts.risk import Step
from billing.errors import GrantsPaused
from billing.models import GrantBudget, GrantDay
from billing.points_day import points_day
from billing.types import format_points

log = logging.getLogger(__name__)
CAPTCHA_PERCENT = 80

# Counted only while it fits: zero rows come back when it does not.
_ADD = """
insert into billing_grantday as known (day, granted_cp)
select %(day)s, %(amount)s where %(limit)s::bigint is null or %(amount)s <= %(limit)s::bigint
on conflict (day) do update set granted_cp = known.granted_cp + excluded.granted_cp
where %(limit)s::bigint is null or known.granted_cp + excluded.granted_cp <= %(limit)s::bigint
returning granted_cp
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """What holds at a moment; `day_max_cp` None: no ceiling."""

    day_max_cp: int | None
    captcha_percent: int
    stopped: bool


def budget_at(now: datetime) -> Budget:
    """The latest budget that has started, else the setting's."""
    row = GrantBudget.objects.filter(starts_at__lte=now).order_by("-starts_at", "-id").first()
    if row is not None:
        return Budget(row.day_max_cp, row.captcha_percent, row.stopped)
    points = settings.GRANT_DAY_BUDGET_POINTS
    return Budget(points * 100 if points else None, CAPTCHA_PERCENT, stopped=False)


def granted_on_day(now: datetime) -> int:
    """Hundredths of free points given on the server day of `now`."""
    day = points_day(now, settings.POINTS_DAY_TZ).date
    row = GrantDay.objects.filter(day=day).first()
    return row.granted_cp if row is not None else 0


def least_step(*, now: datetime) -> Step:
    """What is asked of everybody: a captcha once most of the day's budget is given."""
    budget = budget_at(now)
    if budget.day_max_cp is None:
        return "none"
    near = granted_on_day(now) * 100 >= budget.day_max_cp * budget.captcha_percent
    return "captcha" if near else "none"


def refuse_stopped(*, now: datetime) -> Budget:
    """The budget that holds. Raises GrantsPaused while free points are stopped altogether."""
    budget = budget_at(now)
    if budget.stopped:
        raise GrantsPaused(_("No free points are given at the moment."), facts={"frees_at": None})
    return budget


def count(*, amount_cp: int, now: datetime) -> None:
    """Count free points. A step, the last of its transaction: the day's row is everybody's lock.

    Raises GrantsPaused when the budget does not hold them, or free points are stopped.
    """
    budget = refuse_stopped(now=now)
    day = points_day(now, settings.POINTS_DAY_TZ)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"day": day.date, "amount": amount_cp, "limit": budget.day_max_cp})
        counted = cursor.fetchone()
    if counted is None:
        raise GrantsPaused(
            _("Today's free points have all been given. Please come back tomorrow."),
            facts={"frees_at": day.ends_at.isoformat().replace("+00:00", "Z")},
        )
    _alarm(budget, counted[0], amount_cp)


def _alarm(budget: Budget, granted_cp: int, amount_cp: int) -> None:
    """One line in the log as each mark is passed: where captchas begin, and the end."""
    if budget.day_max_cp is None:
        return
    before_cp = granted_cp - amount_cp
    for percent, said in ((budget.captcha_percent, "captchas for all"), (100, "no more today")):
        # The end is reached when one more of the same does not fit.
        ahead_cp = amount_cp if percent == 100 else 0
        mark_cp = budget.day_max_cp * percent - ahead_cp * 100
        if before_cp * 100 <= mark_cp < granted_cp * 100:
            log.error(
                "alarm: %s free points given today, of %s: %s",
                format_points(granted_cp),
                format_points(budget.day_max_cp),
                said,
            )


@transaction.atomic(durable=True)
def set_budget(
    *,
    day_max_cp: int | None,
    captcha_percent: int,
    stopped: bool,
    starts_at: datetime,
    reason: str,
    staff: User,
    now: datetime,
) -> GrantBudget:
    """Say what may be given from `starts_at` on; earlier rows stay to be read.

    Raises InvalidRequest for a budget that is not positive, a share beyond 100, no reason, or a
    start that has passed.
    """
    return _write(day_max_cp, captcha_percent, stopped, starts_at, reason, staff, now)


@transaction.atomic(durable=True)
def switch(*, stopped: bool, reason: str, staff: User, now: datetime) -> GrantBudget:
    """Stop free points at once, or give them again; the ceiling stays. Raises InvalidRequest.

    Also a budget that starts later is written again with the brake as it is now.
    """
    held = budget_at(now)
    if held.stopped == stopped:
        raise InvalidRequest(_("It is so already."), fields={"stopped": "unchanged"})
    later = list(GrantBudget.objects.filter(starts_at__gt=now).order_by("starts_at", "id"))
    for row in later:
        _write(row.day_max_cp, row.captcha_percent, stopped, row.starts_at, reason, staff, now)
    return _write(held.day_max_cp, held.captcha_percent, stopped, now, reason, staff, now)


def _write(
    day_max_cp: int | None,
    captcha_percent: int,
    stopped: bool,
    starts_at: datetime,
    reason: str,
    staff: User,
    now: datetime,
) -> GrantBudget:
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    if starts_at < now:
        raise InvalidRequest(_("It cannot start in the past."), fields={"starts_at": "past"})
    if day_max_cp is not None and day_max_cp <= 0:
        raise InvalidRequest(_("A budget is more than zero."), fields={"day_max": "positive"})
    if not 0 <= captcha_percent <= 100:
        raise InvalidRequest(_("0 to 100 percent."), fields={"captcha_percent": "0 to 100"})
    return GrantBudget.objects.create(
        day_max_cp=day_max_cp,
        captcha_percent=captcha_percent,
        stopped=stopped,
        starts_at=starts_at,
        reason=reason.strip(),
        set_by=staff,
    )
