"""How a membership stands: what is charged next and when, what failed, what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from billing.models import MembershipPeriod, Notice
from billing.portal import words
from billing.portal.money import money
from billing.selectors.memberships import MembershipView, membership_of


@dataclass(frozen=True, slots=True)
class PastDue:
    """A renewal that failed: how much, which attempt, and when it is tried again."""

    amount: str
    attempt: int
    next_attempt_at: str
    perks_until: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A membership, ready to be read.

    `state` is "active", "past_due", "ending" (canceled), "paused", "prepaid" or "gift".
    """

    view: MembershipView
    plan: str
    period: str
    state: str
    next_plan: str
    next_amount: str
    next_points: str
    can_cancel: bool
    can_resume: bool
    past_due: PastDue | None


def standing_of(*, user: User, now: datetime) -> Standing | None:
    """The user's membership as it stands, None without one."""
    view = membership_of(user=user, now=now)
    if view is None:
        return None
    state = _state(view)
    by_card = view.kind == "card"
    return Standing(
        view=view,
        plan=words.plan_name(view.plan),
        period=str(words.PERIODS.get(view.period, view.period)),
        state=state,
        next_plan=words.plan_and_period(view.next_plan, view.next_period) if view.next_plan else "",
        next_amount=money(view.next_amount_minor, view.currency)
        if view.next_amount_minor is not None
        else "",
        next_points=words.points(view.next_points_cp) if view.next_points_cp else "",
        can_cancel=by_card and view.cancel_at is None,
        can_resume=by_card and (view.cancel_at is not None or bool(view.next_plan)),
        past_due=_past_due(user, view) if state == "past_due" else None,
    )


def _state(view: MembershipView) -> str:
    if view.kind != "card":
        return view.kind
    if view.status == "past_due":
        return "past_due"
    if view.cancel_at is not None:
        return "ending"
    return "paused" if view.paused else "active"


def _past_due(user: User, view: MembershipView) -> PastDue:
    """The newest failure as it was recorded for the notice."""
    notice = Notice.objects.filter(user=user, kind="renewal_failed").first()
    facts = notice.facts if notice else {}
    last = (
        MembershipPeriod.objects.filter(membership_id=view.id)
        .order_by("-perks_until")
        .values_list("perks_until", flat=True)
        .first()
    )
    minor = facts.get("amount_minor")
    return PastDue(
        amount=money(
            minor if isinstance(minor, int) else view.amount_minor,
            str(facts.get("currency") or view.currency),
        ),
        attempt=int(facts.get("attempt") or 1),
        next_attempt_at=str(facts.get("next_attempt_at") or ""),
        perks_until=last,
    )
