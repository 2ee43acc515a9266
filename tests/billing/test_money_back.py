"""Money that goes back, as stories: by staff at Stripe, by a bank, by a buyer; and the books after.

Each ends with Stripe, our rows and the ledger saying the same.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from billing.errors import ChangeInProgress, NotRefundable, PaymentsUnavailable
from billing.ledger import services as ledger
from billing.ledger.models import Lot
from billing.models import Dispute, FraudWarning, Notice, Order, Refund, ScheduledLot, StripeEvent
from billing.selectors.entitlements import entitlements
from billing.services import stripe_events
from billing.services.choices import Choice
from billing.services.memberships import change_membership
from billing.services.periods import grant_due_lots
from billing.services.reconciliation import reconcile
from billing.services.refunds import finish_refunds, refund_order, withdraw_order
from tests.billing.shop import TEN_YUAN, Shop, at_once, gold

THIRTY_YUAN = Choice(amount_minor=30_00)


@pytest.fixture
def order(shop: Shop, anna: User) -> Order:
    """Anna has bought 300 points for 30 yuan."""
    shop.welcome(anna)
    return shop.buy(anna, THIRTY_YUAN)


def told(kind: str) -> int:
    """How many were told."""
    return Notice.objects.filter(kind=kind).count()


def test_07_two_partial_refunds_doubled_and_shuffled(shop: Shop, anna: User, order: Order) -> None:
    shop.control.delivery_fault("duplicate", copies=3)
    shop.control.delivery_fault("shuffle", seconds=0.2)
    shop.give_back(order, 10_01)
    shop.give_back(order, 4_99)
    shop.balanced()
    assert shop.points(anna) == 150_00
    assert sorted(row.points_cp for row in Refund.objects.all()) == [49_90, 100_10]
    assert told("money_returned") == 2


def test_07_one_event_at_a_time_ends_the_same(shop: Shop, anna: User, order: Order) -> None:
    for amount_minor in (10_01, 4_99, 15_00):
        shop.give_back(order, amount_minor)
        shop.balanced()
    assert (shop.points(anna), Refund.objects.count()) == (0, 3)


def test_06_a_refund_after_the_points_were_spent_is_a_debt(
    shop: Shop, anna: User, order: Order
) -> None:
    shop.spend(order, 250_00)
    shop.give_back(order, 30_00)
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (0, 250_00)
    assert Notice.objects.get(kind="money_returned").facts["debt_cp"] == 250_00
    shop.buy(anna, TEN_YUAN)
    assert (shop.points(anna), shop.debt(anna)) == (0, 150_00)
    shop.buy(anna, THIRTY_YUAN)
    assert (shop.points(anna), shop.debt(anna)) == (150_00, 0)
    shop.balanced()


def test_06_another_purchase_is_not_touched(shop: Shop, anna: User, order: Order) -> None:
    second = shop.buy(anna, TEN_YUAN)
    shop.give_back(second, 10_00)
    shop.balanced()
    assert shop.points(anna) == 300_00
    shop.spend(order, 100_00)
    shop.give_back(order, 30_00)
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (0, 100_00)


def test_08_points_of_a_refund_that_fails_later_come_back(
    shop: Shop, anna: User, order: Order
) -> None:
    shop.spend(order, 100_00)
    refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
    shop.deliver()
    assert (shop.points(anna), refund.state) == (0, "done")
    shop.control.delivery_fault("duplicate", copies=2)
    shop.control.finish_refund(refund.refund_id, "failed")
    shop.balanced()
    refund.refresh_from_db()
    assert (shop.points(anna), refund.state) == (200_00, "failed")
    assert told("refund_failed") == 1
    again = refund_order(user=anna, order_id=order.pk, now=shop.now)
    assert (again.state, again.amount_minor, shop.points(anna)) == ("done", 20_00, 0)
    shop.balanced()


def test_08_a_failed_refund_takes_its_debt_back(shop: Shop, anna: User, order: Order) -> None:
    shop.spend(order, 250_00)
    refund_id = shop.give_back(order, 30_00)
    shop.balanced()
    assert shop.debt(anna) == 250_00
    shop.control.finish_refund(refund_id, "failed")
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (50_00, 0)


def test_08_a_refund_that_waits_is_not_done_yet(shop: Shop, anna: User, order: Order) -> None:
    shop.control.next_refund("pending")
    refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
    assert (refund.state, shop.points(anna)) == ("pending", 0)
    shop.control.finish_refund(refund.refund_id, "succeeded")
    shop.balanced()
    refund.refresh_from_db()
    assert refund.state == "done"


def test_09_a_dispute_that_is_won(shop: Shop, anna: User, order: Order) -> None:
    shop.spend(order, 120_00)
    dispute = shop.control.dispute(shop.charge(order))
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (0, 0)
    with pytest.raises(NotRefundable):
        refund_order(user=anna, order_id=order.pk, now=shop.now)
    shop.control.move_dispute(dispute["id"], "won")
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (180_00, 0)
    assert (told("dispute_opened"), told("dispute_won")) == (1, 1)
    assert refund_order(user=anna, order_id=order.pk, now=shop.now).amount_minor == 18_00
    shop.balanced()


def test_09_a_dispute_that_is_lost(shop: Shop, anna: User, order: Order) -> None:
    shop.spend(order, 120_00)
    dispute = shop.control.dispute(shop.charge(order))
    shop.control.delivery_fault("duplicate", copies=2)
    shop.control.delivery_fault("shuffle", seconds=0.2)
    shop.control.move_dispute(dispute["id"], "under_review")
    shop.control.move_dispute(dispute["id"], "lost")
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (0, 120_00)
    row = Dispute.objects.get()
    assert (row.state, row.points_cp, row.status) == ("taken", 300_00, "lost")


def test_09_a_lost_dispute_that_is_appealed_and_won(shop: Shop, anna: User, order: Order) -> None:
    dispute = shop.control.dispute(shop.charge(order))
    shop.control.move_dispute(dispute["id"], "lost")
    shop.balanced()
    assert shop.points(anna) == 0
    shop.control.patch(dispute["id"], status="appeal_under_review")
    shop.control.emit("charge.dispute.updated", object=dispute["id"])
    shop.balanced()
    assert (shop.points(anna), Dispute.objects.get().state) == (0, "taken")
    shop.control.patch(dispute["id"], status="won")
    shop.control.emit("charge.dispute.updated", object=dispute["id"])
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (300_00, 0)


def test_09_an_inquiry_takes_nothing(shop: Shop, anna: User, order: Order) -> None:
    inquiry = shop.control.dispute(shop.charge(order), inquiry=True)
    shop.balanced()
    assert shop.points(anna) == 300_00
    assert (Dispute.objects.get().state, told("dispute_opened")) == ("seen", 0)
    shop.control.move_dispute(inquiry["id"], "warning_closed")
    shop.balanced()
    assert (shop.points(anna), Dispute.objects.get().status) == (300_00, "warning_closed")


def test_09_a_dispute_of_a_part_takes_that_part(shop: Shop, anna: User, order: Order) -> None:
    dispute = shop.control.dispute(shop.charge(order), amount=10_00)
    shop.balanced()
    assert shop.points(anna) == 0
    shop.control.move_dispute(dispute["id"], "lost")
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (200_00, 0)


def test_09_more_disputed_than_was_paid_takes_what_was_paid(
    shop: Shop, anna: User, order: Order
) -> None:
    shop.give_back(order, 10_00)
    shop.deliver()
    dispute = shop.control.dispute(shop.charge(order), amount=33_00)
    shop.control.move_dispute(dispute["id"], "lost")
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (0, 0)
    assert Dispute.objects.get().amount_minor == 30_00


def test_09_a_dispute_of_a_membership_holds_the_months_to_come(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, gold("alipay", "quarter"), "alipay")
    dispute = shop.control.dispute(shop.charge(order))
    shop.balanced()
    shop.pass_months(anna, 1, hours=1)
    assert shop.points(anna) == 0
    shop.control.move_dispute(dispute["id"], "won")
    shop.deliver()
    shop.pass_time(anna, hours=1)
    assert shop.points(anna) == 660_00 * 2
    shop.balanced()


def test_09_a_lost_dispute_ends_the_membership(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, gold())
    shop.spend(order, 60_00)
    dispute = shop.control.dispute(shop.charge(order))
    shop.control.move_dispute(dispute["id"], "lost")
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (0, 60_00)
    assert entitlements(wallet_id=order.wallet_id, now=shop.now).plan == "free"
    shop.finish_changes()
    assert shop.subscription(anna)["status"] == "canceled"
    shop.balanced()


def test_an_early_fraud_warning_gives_the_money_back(shop: Shop, anna: User, order: Order) -> None:
    shop.spend(order, 120_00)
    shop.control.delivery_fault("duplicate", copies=2)
    shop.control.warn(shop.charge(order))
    shop.deliver()
    finish_refunds(now=shop.now, waited=timedelta(0))
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (0, 120_00)
    refund = Refund.objects.get()
    assert (refund.state, refund.amount_minor, refund.reason) == ("done", 30_00, "fraud_warning")
    assert (FraudWarning.objects.get().refund, told("fraud_warning")) == (refund, 1)


def test_a_refund_of_what_is_not_ours_is_parked_in_the_end(
    shop: Shop, anna: User, order: Order
) -> None:
    Order.objects.filter(pk=order.pk).update(payment_id="pi_of_another_shop")
    shop.control.patch(order.payment_id, metadata={})
    shop.give_back(order, 1_00)
    shop.deliver()
    assert shop.points(anna) == 300_00
    event = StripeEvent.objects.filter(type="charge.refunded").get()
    assert "no purchase is known" in event.error
    for _ in range(15):
        shop.handle()
    event.refresh_from_db()
    assert event.parked_at is not None
    kinds = [found.kind for found in reconcile(since=shop.start - timedelta(days=1))]
    assert "given back, not in our books" in kinds


def test_one_fen_and_one_hundredth_are_found(shop: Shop, anna: User, order: Order) -> None:
    shop.give_back(order, 10_00)
    shop.balanced()
    Refund.objects.update(amount_minor=10_01)
    assert [found.kind for found in reconcile(since=shop.start)] == ["amounts differ"]
    Refund.objects.update(amount_minor=10_00, points_cp=100_01)
    kinds = [found.kind for found in reconcile(since=shop.start)]
    assert kinds == ["given back, points differ"]


class TestMemberships:
    """The untouched share of a membership, prepaid and by card."""

    def test_by_card(self, shop: Shop, anna: User) -> None:
        shop.welcome(anna)
        order = shop.buy(anna, gold())
        shop.spend(order, 165_00)
        refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
        assert (refund.state, refund.amount_minor, refund.points_cp) == ("done", 49_50, 495_00)
        assert shop.subscription(anna)["status"] == "canceled"
        shop.balanced()
        assert (shop.membership(anna).status, shop.points(anna)) == ("ended", 0)
        assert entitlements(wallet_id=order.wallet_id, now=shop.now).plan == "free"

    def test_a_quarter_prepaid_stops_its_months(self, shop: Shop, anna: User) -> None:
        shop.welcome(anna)
        order = shop.buy(anna, gold("wechat_pay", "quarter"), "wechat_pay")
        shop.spend(order, 60_00)
        refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
        # 188.00 yuan × 1 920 of 1 980 points = 182.303…, rounded down to the fen.
        assert (refund.amount_minor, refund.points_cp) == (182_30, 1920_00)
        shop.balanced()
        shop.pass_months(anna, 2, hours=1)
        assert shop.points(anna) == 0
        assert ScheduledLot.objects.filter(granted_at=None).count() == 2
        assert shop.membership(anna).status == "ended"
        assert shop.buy(anna, gold("alipay"), "alipay").state == "paid"

    def test_that_fails_goes_on(self, shop: Shop, anna: User) -> None:
        shop.welcome(anna)
        order = shop.buy(anna, gold("wechat_pay", "quarter"), "wechat_pay")
        refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
        shop.control.finish_refund(refund.refund_id, "failed")
        shop.balanced()
        assert (shop.points(anna), shop.membership(anna).status) == (660_00, "active")
        assert entitlements(wallet_id=order.wallet_id, now=shop.now).plan == "gold"
        shop.pass_months(anna, 1, hours=1)
        assert shop.points(anna) == 660_00 * 2
        shop.balanced()

    def test_a_renewal_within_its_own_window(self, shop: Shop, anna: User) -> None:
        shop.welcome(anna)
        order = shop.buy(anna, gold())
        shop.pass_months(anna, 1, hours=2)
        shop.deliver()
        refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
        assert (refund.amount_minor, refund.points_cp) == (66_00, 660_00)
        shop.balanced()
        # The first month's points are not its business.
        assert shop.points(anna) == 660_00

    def test_a_full_refund_at_stripe_ends_the_perks(self, shop: Shop, anna: User) -> None:
        shop.welcome(anna)
        order = shop.buy(anna, gold("alipay", "quarter"), "alipay")
        shop.give_back(order, 188_00)
        shop.balanced()
        assert shop.points(anna) == 0
        assert entitlements(wallet_id=order.wallet_id, now=shop.now).plan == "free"


class TestWithdrawal:
    """The 14 days in which a buyer may leave the contract for no reason."""

    @pytest.mark.parametrize("used_cp", [0, 100_00])
    def test_with_consent_the_used_points_are_paid(
        self, shop: Shop, anna: User, used_cp: int
    ) -> None:
        shop.welcome(anna)
        order = shop.buy(anna, THIRTY_YUAN, consent="1")
        assert (order.consent_version, order.consent_at) == ("1", shop.now)
        if used_cp:
            shop.spend(order, used_cp)
        refund = withdraw_order(user=anna, order_id=order.pk, now=shop.now)
        assert refund.amount_minor == (300_00 - used_cp) // 10
        shop.balanced()
        assert (shop.points(anna), shop.debt(anna)) == (0, 0)
        assert Notice.objects.get(kind="withdrawal_received").facts["at"] == shop.now.isoformat(
            timespec="seconds"
        )

    @pytest.mark.parametrize("used_cp", [0, 100_00])
    def test_without_consent_everything_goes_back(
        self, shop: Shop, anna: User, order: Order, used_cp: int
    ) -> None:
        if used_cp:
            shop.spend(order, used_cp)
        refund = withdraw_order(user=anna, order_id=order.pk, now=shop.now)
        assert (refund.amount_minor, refund.forgiven_cp) == (30_00, used_cp)
        shop.balanced()
        assert (shop.points(anna), shop.debt(anna)) == (0, 0)

    def test_points_a_job_holds_are_waited_for(self, shop: Shop, anna: User, order: Order) -> None:
        with transaction.atomic():
            held = ledger.hold(
                wallet_id=order.wallet_id,
                amount_cp=100_00,
                key="j",
                reference="job:1",
                now=shop.now,
            )
        with pytest.raises(ChangeInProgress):
            withdraw_order(user=anna, order_id=order.pk, now=shop.now)
        with transaction.atomic():
            ledger.release(wallet_id=order.wallet_id, hold_id=held.hold_id, key="r", now=shop.now)
        assert withdraw_order(user=anna, order_id=order.pk, now=shop.now).amount_minor == 30_00
        assert shop.points(anna) == 0
        shop.balanced()

    def test_the_last_moment_and_the_first_too_late(
        self, shop: Shop, anna: User, order: Order
    ) -> None:
        assert order.paid_at is not None
        end = order.paid_at + timedelta(days=14)
        with pytest.raises(NotRefundable):
            withdraw_order(user=anna, order_id=order.pk, now=end)
        shop.now = end - timedelta(seconds=1)
        assert withdraw_order(user=anna, order_id=order.pk, now=shop.now).state == "done"

    def test_a_membership_ends_with_it(self, shop: Shop, anna: User) -> None:
        shop.welcome(anna)
        order = shop.buy(anna, gold(), consent="1")
        for _ in range(2):
            refund = withdraw_order(user=anna, order_id=order.pk, now=shop.now)
            assert (refund.amount_minor, refund.state) == (66_00, "done")
        shop.balanced()
        assert shop.subscription(anna)["status"] == "canceled"
        assert [row["amount"] for row in shop.control.objects("refund")] == [66_00]


class TestRaces:
    """Whoever comes at once, one of them wins, and the books are the same."""

    def test_a_refund_asked_for_four_times_at_once(
        self, shop: Shop, anna: User, order: Order
    ) -> None:
        def ask() -> None:
            with suppress(PaymentsUnavailable):
                refund_order(user=anna, order_id=order.pk, now=shop.now)

        at_once(*[ask] * 4)
        assert [row["amount"] for row in shop.control.objects("refund")] == [30_00]
        shop.balanced()

    def test_events_of_one_payment_handled_at_once(
        self, shop: Shop, anna: User, order: Order
    ) -> None:
        for amount_minor in (1_00, 2_00, 3_00):
            shop.give_back(order, amount_minor)
        shop.control.drain()
        waiting = StripeEvent.objects.filter(handled_at=None).values_list("pk", flat=True)
        at_once(*[partial(stripe_events.handle, event_id=pk, now=shop.now) for pk in waiting])
        shop.balanced()
        assert (shop.points(anna), Refund.objects.count()) == (240_00, 3)

    def test_the_month_that_begins_while_it_is_refunded(self, shop: Shop, anna: User) -> None:
        shop.welcome(anna)
        order = shop.buy(anna, gold("alipay", "quarter"), "alipay")
        later = shop.now + timedelta(days=60)
        shop.give_back(order, 94_00)
        shop.control.drain()
        event = StripeEvent.objects.filter(type="charge.refunded").get()
        at_once(
            lambda: stripe_events.handle(event_id=event.pk, now=shop.now),
            lambda: grant_due_lots(now=later),
            lambda: grant_due_lots(now=later),
        )
        shop.now = later
        shop.balanced()
        given_cp = 3 * 660_00 - 990_00
        left_cp = sum(
            lot.amount_cp - lot.withdrawn_cp for lot in ScheduledLot.objects.filter(granted_at=None)
        )
        ended_cp = Lot.objects.filter(wallet_id=order.wallet_id, expires_at__lte=later)
        assert shop.points(anna) + left_cp + sum(lot.granted_cp for lot in ended_cp) >= given_cp


def test_an_upgrade_is_two_purchases(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, gold())
    change_membership(user=anna, plan="platinum", period="month", when="now", now=shop.now)
    shop.deliver()
    assert shop.points(anna) == 3660_00
    first = refund_order(user=anna, order_id=order.pk, now=shop.now)
    assert (first.amount_minor, shop.points(anna)) == (266_00, 660_00)
    second = refund_order(user=anna, order_id=order.pk, now=shop.now)
    assert (second.amount_minor, shop.points(anna)) == (66_00, 0)
    assert refund_order(user=anna, order_id=order.pk, now=shop.now) in (first, second)
    assert shop.subscription(anna)["status"] == "canceled"
    shop.balanced()


def test_a_period_that_was_to_follow_goes_back_alone(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold("alipay"), "alipay")
    following = shop.buy(anna, gold("alipay", "quarter"), "alipay")
    assert refund_order(user=anna, order_id=following.pk, now=shop.now).amount_minor == 188_00
    membership = shop.membership(anna)
    assert membership.status == "active"
    assert membership.current_period_end_at < shop.now + timedelta(days=32)
    assert (shop.points(anna), entitlements(wallet_id=following.wallet_id, now=shop.now).plan) == (
        660_00,
        "gold",
    )
    shop.balanced()


def test_what_we_gave_back_ourselves_agrees_too(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    first = shop.order(anna, gold())
    shop.control.delivery_fault("delay", seconds=None)
    shop.pay(first)
    Order.objects.filter(pk=first.pk).update(state="canceled")
    shop.buy(anna, gold("alipay"), "alipay")
    shop.balanced()
    shop.balanced()
    states = sorted(Order.objects.values_list("state", flat=True))
    assert states == ["paid", "undone"]


def test_a_dispute_of_an_unknown_kind_is_parked_loudly(
    shop: Shop, anna: User, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    dispute = shop.control.dispute(shop.charge(order), inquiry=True)
    shop.control.patch(dispute["id"], status="escalated_to_the_moon")
    shop.deliver()
    assert "escalated_to_the_moon" in StripeEvent.objects.exclude(parked_at=None).get().error
    assert "stripe event parked" in caplog.text
    assert shop.points(anna) == 300_00
    shop.control.reset()  # the stand-in objects to such a status, as it should


def test_a_refund_whose_key_stripe_forgot_is_looked_up(
    shop: Shop, anna: User, order: Order
) -> None:
    shop.control.fault("lost", path="/v1/refunds", method="POST", times=3)
    with pytest.raises(PaymentsUnavailable):
        refund_order(user=anna, order_id=order.pk, now=shop.now)
    shop.now += timedelta(days=2)
    finish_refunds(now=shop.now)
    assert Refund.objects.get().state == "done"
    assert [row["amount"] for row in shop.control.objects("refund")] == [30_00]
    shop.balanced()


def test_a_refund_stripe_never_made_gives_the_points_back(
    shop: Shop, anna: User, order: Order
) -> None:
    shop.control.fault("500", path="/v1/refunds", method="POST", times=9)
    with pytest.raises(PaymentsUnavailable):
        refund_order(user=anna, order_id=order.pk, now=shop.now)
    shop.now += timedelta(days=2)
    shop.control.clear_faults()
    finish_refunds(now=shop.now)
    assert (Refund.objects.get().state, shop.points(anna)) == ("failed", 300_00)
    shop.balanced()


def test_both_commands_print_zero(
    shop: Shop, anna: User, order: Order, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.spend(order, 250_00)
    shop.give_back(order, 20_00)
    shop.balanced()
    call_command("reconcile_stripe", days=2)
    assert "0 difference(s)" in capsys.readouterr().out
    # The ledger keeps the rows of every test, and some of them live years ahead.
    with time_machine.travel(shop.now + timedelta(days=36500), tick=False):
        call_command("check_ledger")
    assert "The ledger is sound" in capsys.readouterr().out


def test_as_the_role_that_serves(shop: Shop, anna: User, order: Order) -> None:
    """Serving processes may not touch the ledger's rows, not even to lock them."""
    shop.spend(order, 100_00)
    with connection.cursor() as cursor:
        cursor.execute("set role ledger_application")
    try:
        refund_order(user=anna, order_id=order.pk, now=shop.now)
        dispute = shop.control.dispute(shop.charge(shop.buy(anna, TEN_YUAN)))
        shop.deliver()
        shop.control.move_dispute(dispute["id"], "won")
        shop.deliver()
        period = shop.buy(anna, gold("alipay", "quarter"), "alipay")
        grant_due_lots(now=shop.now + timedelta(days=40))
        shop.give_back(period, 188_00)
        shop.deliver()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("reset role")
    shop.now += timedelta(days=40)
    shop.balanced()


def test_a_verdict_nobody_heard_of_is_found(shop: Shop, anna: User, order: Order) -> None:
    dispute = shop.control.dispute(shop.charge(order))
    shop.balanced()
    shop.control.delivery_fault("drop")
    shop.control.move_dispute(dispute["id"], "lost")
    shop.now += timedelta(days=40)
    found = reconcile(since=shop.now - timedelta(days=3))
    assert [(one.kind, one.reference) for one in found] == [("states differ", dispute["id"])]
