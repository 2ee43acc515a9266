"""A membership given by staff: perks by the clock, lots by the month."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from billing.calendar_months import add_months
from billing.errors import MembershipExists
from billing.ledger import selectors as ledger
from billing.ledger.models import Lot
from billing.models import Membership, MembershipPeriod
from billing.selectors.entitlements import entitlements
from billing.services.live_memberships import end_memberships_over
from billing.services.periods import grant_due_lots
from tests.billing.conftest import Member
from tests.billing.shop import NOON
from tests.jobs_by_hand import ledger_breaches


def test_a_gift_gives_perks_now_and_a_lot_a_month(
    catalogue: None, anna: User, member: Member
) -> None:
    period = member(anna, "platinum", "quarter")
    plan = entitlements(wallet_id=period.wallet_id, now=NOON)
    assert (plan.plan, plan.slots, plan.lane, plan.camera) == ("platinum", 4, "fast", True)
    for month in range(4):
        grant_due_lots(now=add_months(NOON, month))
    lots = list(Lot.objects.filter(wallet_id=period.wallet_id).order_by("id"))
    assert [lot.granted_cp for lot in lots] == [3_000_00] * 3
    assert [lot.starts_at for lot in lots] == [add_months(NOON, month) for month in range(3)]
    assert lots[2].expires_at == add_months(NOON, 3) + timedelta(days=7)
    assert ledger_breaches() == []


def test_the_clock_ends_perks_and_never_lots(catalogue: None, anna: User, member: Member) -> None:
    period = member(anna)
    over = add_months(NOON, 1)
    assert entitlements(wallet_id=period.wallet_id, now=over).plan == "free"
    assert ledger.balance(wallet_id=period.wallet_id, now=over).available_cp == 660_00
    assert end_memberships_over(now=over) == 1
    assert Membership.objects.get().ended_at == over
    assert end_memberships_over(now=over) == 0


def test_one_live_membership(catalogue: None, anna: User, member: Member) -> None:
    member(anna)
    with pytest.raises(MembershipExists):
        member(anna, "diamond")


def test_a_late_clock_does_not_cost_a_month(catalogue: None, anna: User, member: Member) -> None:
    period = member(anna, "gold", "quarter")
    late = add_months(NOON, 6)
    assert grant_due_lots(now=late) == 2
    balance = ledger.balance(wallet_id=period.wallet_id, now=late)
    assert balance.available_cp == 2 * 660_00


def test_the_command(catalogue: None, anna: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("set_membership", email=anna.email, plan="gold", period="month", reason="a friend")
    assert "anna@example.com is on gold until" in capsys.readouterr().out
    assert MembershipPeriod.objects.get().membership.reason == "a friend"
