"""The books of a month add up to the ledger, to the orders and to Stripe, to the minor unit."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Sum
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.errors import NotRefundable
from billing.gateway.client import client
from billing.ledger import corrections
from billing.ledger import services as ledger
from billing.ledger.models import Entry, Hold, Lot
from billing.models import Document, MembershipPeriod, Order, WalletOwner
from billing.recognition import Purchase, parts_of
from billing.selectors.books import Books, Sums, books_of, month_of
from billing.services.books import export_books
from billing.services.buyers import Buyer, save_buyer
from billing.services.choices import Choice
from billing.services.document_mail import credit_refunds
from billing.services.grants import give_points
from billing.services.periods import grant_due_lots
from billing.services.refunds import refund_order
from billing.services.upkeep import expire_due_lots
from billing.services.wallets import wallet_for
from tests.billing.shop import Shop, gold
from tests.conftest import Person

ZONE = ZoneInfo(django_settings.POINTS_DAY_TZ)


def test_parts_sum_to_what_was_paid() -> None:
    chance = random.Random(5)
    for _ in range(300):
        value = chance.randrange(100_000)
        weights = [chance.randrange(1, 9_999) for _ in range(chance.randrange(1, 13))]
        parts = parts_of(value, weights)
        assert sum(parts) == value
        assert all(part >= 0 for part in parts)


@pytest.mark.parametrize("seed", range(20))
def test_every_way_of_using_points_up_earns_exactly_the_price(seed: int) -> None:
    chance = random.Random(seed)
    value, granted = chance.randrange(1, 10_000), chance.randrange(1, 100_000)
    purchase = Purchase.sold(value_minor=value, granted_cp=granted)
    gone = 0
    while purchase.left_cp:
        amount = chance.randint(1, purchase.left_cp)
        account = chance.choice(["spent", "expired", "clawed_back", "adjusted"])
        flow = purchase.take(account=account, amount_cp=amount, first_lot=True, debt_cp=0)
        gone += flow.gone_minor
        assert purchase.deferred_minor == value - gone
    assert (purchase.deferred_minor, gone) == (0, value)


def test_a_refund_of_points_already_used_takes_their_revenue_back() -> None:
    purchase = Purchase.sold(value_minor=10_00, granted_cp=100_00)
    used = purchase.take(account="spent", amount_cp=30_00, first_lot=True, debt_cp=0)
    assert used.revenue_minor == 3_00
    flows = [
        purchase.take(account=account, amount_cp=amount, first_lot=True, debt_cp=30_00)
        for account, amount in (("available", -70_00), ("debt", -30_00), ("clawed_back", 100_00))
    ]
    assert sum(flow.revenue_minor for flow in flows) == -3_00
    assert sum(flow.refunded_minor for flow in flows) == 10_00
    assert purchase.deferred_minor == 0


class Story:
    """Weeks of people who buy, use, lose and give back points by chance."""

    def __init__(self, shop: Shop, people: list[User], seed: int) -> None:
        self.shop, self.people, self.chance = shop, people, random.Random(seed)
        self.count = 0

    def run(self, days: int) -> None:
        for _day in range(days):
            for _ in range(self.chance.randrange(1, 4)):
                self.pass_hours(6)
                self.act()
            self.pass_hours(6)

    def pass_hours(self, hours: int) -> None:
        self.shop.now += timedelta(hours=hours)
        self.shop.control.advance_to(int(self.shop.now.timestamp()))
        grant_due_lots(now=self.shop.now)
        expire_due_lots(now=self.shop.now)

    def act(self) -> None:
        self.count += 1
        user = self.chance.choice(self.people)
        acts = [self.buy] * 2 + [self.use] * 5 + [self.give, self.refund, self.take_back]
        self.chance.choice(acts)(user)

    def buy(self, user: User) -> None:
        choice = self.chance.choice([
            Choice(amount_minor=self.chance.randrange(10, 40) * 100),
            Choice(pack="pack-50"),
            gold("alipay", "quarter"),
            gold("wechat_pay", "month"),
        ])  # fmt: skip
        self.shop.buy(user, choice, choice.method or "card_good")

    def use(self, user: User) -> None:
        now, have = self.shop.now, self.shop.points(user)
        if not have:
            return
        wallet_id = self.wallet(user)
        amount_cp = self.chance.randint(1, min(have, 90_00))
        key = f"job:{self.count}"
        with transaction.atomic():
            held = ledger.hold(
                wallet_id=wallet_id, amount_cp=amount_cp, key=key, reference=key, now=now
            )
            later = now + timedelta(minutes=5)
            if self.chance.random() < 0.2:
                ledger.release(
                    wallet_id=wallet_id, hold_id=held.hold_id, key=f"r:{key}", reason="", now=later
                )
            elif self.chance.random() < 0.9:
                part_cp = self.chance.choice([amount_cp, self.chance.randint(1, amount_cp)])
                ledger.capture(
                    wallet_id=wallet_id, hold_id=held.hold_id, amount_cp=part_cp,
                    key=f"c:{key}", now=later,
                )  # fmt: skip

    def give(self, user: User) -> None:
        give_points(
            user=user, amount_cp=self.chance.randrange(1, 66_00), source="promotion",
            days=self.chance.randrange(1, 9), reason="a gift", key=f"gift:{self.count}",
            now=self.shop.now,
        )  # fmt: skip

    def refund(self, user: User) -> None:
        orders = Order.objects.filter(user=user, state="paid", family="points")
        for order in orders.order_by("-created_at")[:1]:
            try:
                refund_order(user=user, order_id=order.pk, now=self.shop.now)
            except NotRefundable:
                return
            credit_refunds(now=self.shop.now)

    def take_back(self, user: User) -> None:
        """As a lost dispute does: all of a lot, also what was used of it."""
        lots = Lot.objects.filter(
            wallet_id=self.wallet(user), source="topup", clawed_back_cp=0
        ).order_by("id")
        lot = lots.first()
        if lot is None or self.chance.random() < 0.5:
            return
        with transaction.atomic():
            corrections.clawback(
                wallet_id=lot.wallet_id, lot_id=lot.id, amount_cp=lot.granted_cp,
                key=f"back:{self.count}", reference=lot.reference, reason="dispute",
                actor="test", now=self.shop.now,
            )  # fmt: skip

    def wallet(self, user: User) -> int:
        return wallet_for(user=user, now=self.shop.now)


def months_of(story: Story, start: datetime) -> Iterator[Books]:
    """The books of every month of the story, first to last."""
    at = start.astimezone(ZONE)
    end = story.shop.now.astimezone(ZONE)
    while (at.year, at.month) <= (end.year, end.month):
        yield books_of(month_of(f"{at.year}-{at.month:02d}"))
        at = (at.replace(day=1) + timedelta(days=32)).replace(day=1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_months_of_chance_add_up(shop: Shop, person: Person, settings: Settings, seed: int) -> None:
    settings.TAX_RATE_BP = 600
    story = Story(shop, [person(f"user{number}") for number in range(4)], seed)
    start = shop.now
    story.run(days=40)
    for _ in range(45):
        story.pass_hours(24)
    books = list(months_of(story, start))
    assert len(books) >= 2
    opening = 0
    for month in books:
        sums = month.of("CNY")
        assert sums.gaps == []
        assert sums.opening_deferred == opening
        opening = sums.closing_deferred
    add_up_to_the_orders(books)
    add_up_to_the_ledger(books)
    still_owed(books[-1])
    # Each kind of thing has happened, or this test proves little.
    total = [sum(getattr(one.of("CNY"), name) for one in books)
             for name in ("revenue", "breakage", "refunded_value", "credited_gross")]  # fmt: skip
    assert all(amount > 0 for amount in total), total


def test_a_membership_given_back_leaves_nothing_owed(shop: Shop, anna: User) -> None:
    """Months that were to come go with it, and come back when the refund fails."""

    def sums() -> Sums:
        here = shop.now.astimezone(ZONE)
        (found,) = books_of(month_of(f"{here.year}-{here.month:02d}")).sums.values()
        assert found.gaps == []
        return found

    order = shop.buy(anna, gold("alipay", "quarter"), "alipay")
    value = order.amount_minor
    wallet_id = wallet_for(user=anna, now=shop.now)
    with transaction.atomic():
        held = ledger.hold(
            wallet_id=wallet_id, amount_cp=60_00, key="job", reference="job", now=shop.now
        )
        ledger.capture(wallet_id=wallet_id, hold_id=held.hold_id, key="done", now=shop.now)
    revenue = sums().revenue
    assert sums().closing_deferred == value - revenue
    refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
    credit_refunds(now=shop.now)
    assert (sums().closing_deferred, sums().revenue) == (0, revenue)
    assert sums().refunded_value == value - revenue
    shop.control.finish_refund(refund.refund_id, "failed")
    shop.deliver()
    credit_refunds(now=shop.now)
    assert (sums().closing_deferred, sums().refunded_value) == (value - revenue, 0)
    left_cp = shop.points(anna)
    with transaction.atomic():
        held = ledger.hold(
            wallet_id=wallet_id, amount_cp=left_cp, key="all", reference="all", now=shop.now
        )
        ledger.capture(wallet_id=wallet_id, hold_id=held.hold_id, key="spent", now=shop.now)
    # A third of the price, to the fen: the other two months are still to come.
    assert sums().revenue == parts_of(value, [1, 1, 1])[0]
    assert sums().closing_deferred == value - sums().revenue


def add_up_to_the_orders(books: list[Books]) -> None:
    orders = Order.objects.filter(state="paid")
    paid = orders.aggregate(minor=Sum("amount_minor"))["minor"]
    assert sum(one.of("CNY").invoiced_gross for one in books) == paid
    invoices = Document.objects.filter(kind="invoice")
    assert sum(one.of("CNY").tax_invoiced for one in books) == sum(
        one.tax_minor for one in invoices
    )
    for one in books:
        for line in one.lots:
            assert line.flow.gone_minor + line.closing_minor == (
                line.opening_minor + line.sold_minor
            )


def add_up_to_the_ledger(books: list[Books]) -> None:
    """Points used, expired and taken back, as the ledger's own entries have them."""
    wallets = list(WalletOwner.objects.values_list("wallet_id", flat=True))
    bought = Lot.objects.filter(wallet_id__in=wallets, source__in=["topup", "membership"])
    entries = Entry.objects.filter(
        wallet_id__in=wallets, lot_id__in=list(bought.values_list("id", flat=True))
    )
    moved = dict(entries.values_list("account").annotate(cp=Sum("amount_cp")))
    lines = [line for one in books for line in one.lots]
    assert sum(line.flow.expired_cp for line in lines) == (
        moved.get("expired", 0) + moved.get("courtesy", 0)
    )
    assert sum(line.flow.refunded_cp for line in lines) == moved.get("clawed_back", 0)
    repaid_cp = entries.filter(account="debt", amount_cp__gt=0).aggregate(
        cp=Sum("amount_cp", default=0)
    )["cp"]
    assert sum(line.flow.spent_cp for line in lines) == moved.get("spent", 0) + repaid_cp


def still_owed(last: Books) -> None:
    """What is deferred is the value of the points that the lots still hold."""
    held: dict[int, int] = {}
    for hold in Hold.objects.filter(state="held"):
        for lot_id, amount_cp in zip(hold.lot_ids, hold.lot_amounts_cp, strict=True):
            held[lot_id] = held.get(lot_id, 0) + amount_cp
    owed = 0
    for line in last.lots:
        left_cp = sum(
            lot.remaining_cp + lot.frozen_cp + lot.waiting_cp + held.get(lot.id, 0)
            for lot in Lot.objects.filter(id__in=line.sold.lot_ids)
        ) if line.sold.lot_ids else line.sold.granted_cp  # fmt: skip
        gone_cp = line.sold.granted_cp - left_cp
        owed += line.sold.value_minor - line.sold.value_minor * gone_cp // line.sold.granted_cp
    assert owed == last.of("CNY").closing_deferred


def test_a_year_is_twelve_parts_that_make_its_price(shop: Shop, anna: User) -> None:
    shop.buy(anna, gold("alipay", "year"), "alipay")
    at = shop.now.astimezone(ZONE)
    books = books_of(month_of(f"{at.year}-{at.month:02d}"))
    assert len(books.lots) == 12
    assert sum(line.sold.value_minor for line in books.lots) == 673_00
    assert books.of("CNY").closing_deferred == 673_00
    period = MembershipPeriod.objects.get()
    assert period.scheduled_lots.filter(granted_at=None).count() == 11


def test_the_files(shop: Shop, anna: User, tmp_path: Path, settings: Settings) -> None:
    settings.TAX_RATE_BP = 600
    save_buyer(user=anna, buyer=Buyer(company="=cmd|'/c calc'!A1"), now=shop.now)
    shop.buy(anna, Choice(pack="pack-100"))
    at = shop.now.astimezone(ZONE)
    name = f"{at.year}-{at.month:02d}"
    call_command("export_books", month=name, out=str(tmp_path), stdout=io.StringIO())
    text = (tmp_path / f"books-{name}-summary.csv").read_text(encoding="utf-8-sig")
    summary = {row["line"]: int(row["minor_units"]) for row in csv.DictReader(io.StringIO(text))}
    kept = client().v1.balance_transactions.list({"limit": 100}).data
    assert summary["stripe_fees"] == sum(row.fee for row in kept) > 0
    assert (summary["sold_net"], summary["tax_due"]) == (94_34, 5_66)
    assert (summary["revenue"], summary["closing_deferred"]) == (0, 94_34)
    documents = (tmp_path / f"books-{name}-documents.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(documents))
    assert row["buyer"] == "'=cmd|'/c calc'!A1"
    assert row["gross_minor"] == "10000"
    lots = (tmp_path / f"books-{name}-lots.csv").read_text(encoding="utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(lots))
    assert (line["points"], line["closing_deferred_minor"]) == ("1080.00", "9434")


def test_stripe_out_of_reach_exports_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.control.fault("500", path="/v1/balance_transactions", method="GET", times=3)
    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("export_books", month="2026-11", out=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("month", ["2026", "2026-13", "november", "2026-11-01"])
def test_a_month_that_is_none(month: str) -> None:
    with pytest.raises(CommandError, match="2026-11"):
        call_command("export_books", month=month)


def test_free_points_make_no_revenue(shop: Shop, anna: User) -> None:
    story = Story(shop, [anna], 1)
    story.give(anna)
    story.use(anna)
    at = shop.now.astimezone(ZONE)
    _books, files = export_books(month=month_of(f"{at.year}-{at.month:02d}"), fees=False)
    assert all(len(text.splitlines()) == 1 for text in files.values())


def test_months_are_of_the_server_and_meet() -> None:
    first, second = month_of("2026-11"), month_of("2026-12")
    assert first.ends_at == second.starts_at
    assert first.starts_at.astimezone(UTC) == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert month_of("2026-12").ends_at == month_of("2027-01").starts_at
