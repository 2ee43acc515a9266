"""Refunds by staff: seen first, with a reason, above the limit by two."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.errors import NotRefundable, SecondPersonNeeded
from billing.models import Order, Refund, RefundProposal
from billing.services import staff_refunds
from billing.services.choices import Choice
from billing.services.staff_refunds import Proposed
from tests.billing.shop import Shop, gold
from tests.conftest import Person


@pytest.fixture
def olga(person: Person) -> User:
    """Olga works at the desk."""
    return person("olga", is_staff=True, is_superuser=True)


@pytest.fixture
def order(shop: Shop, anna: User) -> Order:
    """Anna has bought 300 points for 30 yuan and used 200 of them."""
    shop.welcome(anna)
    bought = shop.buy(anna, Choice(amount_minor=30_00))
    shop.spend(bought, 200_00)
    return bought


def asked(amount_minor: int, key: str = "k1", **more: bool) -> Proposed:
    """A filled-in form."""
    given = {"forgive_debt": False, "end_membership": False} | more
    return Proposed(amount_minor=amount_minor, reason="goodwill", note="", key=key, **given)


def test_what_is_shown_is_what_happens(shop: Shop, anna: User, olga: User, order: Order) -> None:
    shown = staff_refunds.preview(order, amount_minor=15_00, forgive_debt=False, now=shop.now)
    share = shown.share
    assert (share.points_cp, share.debt_cp, shown.untouched.amount_minor) == (150_00, 50_00, 10_00)
    for _ in range(2):
        proposal = staff_refunds.propose_refund(
            order_id=order.pk, asked=asked(15_00), staff=olga, now=shop.now
        )
        assert proposal.state == "agreed"
    assert (shop.points(anna), shop.debt(anna)) == (0, 50_00)
    shop.balanced()
    assert [row["amount"] for row in shop.control.objects("refund")] == [15_00]


def test_spent_points_can_be_forgiven(shop: Shop, anna: User, olga: User, order: Order) -> None:
    staff_refunds.propose_refund(
        order_id=order.pk, asked=asked(30_00, forgive_debt=True), staff=olga, now=shop.now
    )
    assert (shop.points(anna), shop.debt(anna)) == (0, 0)
    refund = Refund.objects.get()
    assert (refund.points_cp, refund.forgiven_cp) == (100_00, 200_00)
    shop.balanced()


def test_never_more_than_was_paid(shop: Shop, olga: User, order: Order) -> None:
    staff_refunds.propose_refund(order_id=order.pk, asked=asked(20_00), staff=olga, now=shop.now)
    with pytest.raises(NotRefundable):
        staff_refunds.propose_refund(
            order_id=order.pk, asked=asked(10_01, "k2"), staff=olga, now=shop.now
        )
    staff_refunds.propose_refund(
        order_id=order.pk, asked=asked(10_00, "k3"), staff=olga, now=shop.now
    )
    shop.balanced()
    assert sum(row["amount"] for row in shop.control.objects("refund")) == 30_00


def test_above_the_limit_two_agree(
    shop: Shop, anna: User, olga: User, order: Order, person: Person, settings: Settings
) -> None:
    settings.STAFF_REFUND_LIMIT_MINOR = 15_00
    staff_refunds.propose_refund(order_id=order.pk, asked=asked(10_00), staff=olga, now=shop.now)
    # The first part counts: a large refund in small pieces is a large one.
    proposal = staff_refunds.propose_refund(
        order_id=order.pk, asked=asked(6_00, "k2"), staff=olga, now=shop.now
    )
    assert (proposal.state, Refund.objects.count()) == ("waiting", 1)
    with pytest.raises(SecondPersonNeeded):
        staff_refunds.agree_refund(proposal_id=proposal.pk, staff=olga, now=shop.now)
    boss = person("boss", is_staff=True)
    agreed = staff_refunds.agree_refund(proposal_id=proposal.pk, staff=boss, now=shop.now)
    assert (agreed.state, agreed.decided_by) == ("agreed", boss)
    shop.balanced()
    assert (shop.points(anna), shop.debt(anna)) == (0, 60_00)


def test_ending_a_membership(shop: Shop, anna: User, olga: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, gold())
    staff_refunds.propose_refund(
        order_id=order.pk, asked=asked(33_00, end_membership=True), staff=olga, now=shop.now
    )
    assert shop.subscription(anna)["status"] == "canceled"
    shop.balanced()
    assert shop.points(anna) == 330_00


def test_at_the_desk(shop: Shop, anna: User, olga: User, order: Order) -> None:
    desk = Client()
    desk.force_login(olga)
    url = f"/admin/billing/order/{order.pk}/refund"
    page = desk.get(url, follow=True)
    key = page.context["form"].initial["key"]
    assert 'value="10.00"' in page.content.decode()
    form = {"amount": "15.00", "reason": "goodwill", "note": "sorry", "key": key}
    shown = desk.post(page.request["PATH_INFO"], form | {"preview": "1"}).content.decode()
    assert "150.00" in shown
    assert "50.00" in shown
    assert Refund.objects.count() == 0
    done = desk.post(page.request["PATH_INFO"], form | {"confirm": "1"}, follow=True)
    assert "15.00 CNY is on its way back." in done.content.decode()
    assert (RefundProposal.objects.get().note, Refund.objects.get().state) == ("sorry", "done")
    shop.balanced()
    too_much = form | {"amount": "15.01", "key": "k9", "confirm": "1"}
    answer = desk.post(page.request["PATH_INFO"], too_much).content.decode()
    assert "More than was paid cannot be given back." in answer


def test_a_second_person_at_the_desk(
    shop: Shop, olga: User, order: Order, person: Person, settings: Settings
) -> None:
    settings.STAFF_REFUND_LIMIT_MINOR = 1_00
    proposal = staff_refunds.propose_refund(
        order_id=order.pk, asked=asked(15_00), staff=olga, now=shop.now
    )
    page = f"/admin/billing/refundproposal/{proposal.pk}"
    desk = Client()
    desk.force_login(olga)
    seen = desk.get(f"{page}/change/").content.decode()
    assert "15.00 CNY, 150.00 points, debt 50.00" in seen
    assert "A second person agrees" in desk.post(f"{page}/agree/", follow=True).content.decode()
    desk.force_login(person("boss", is_staff=True, is_superuser=True))
    assert "debt 50.00" in desk.get(f"{page}/agree", follow=True).content.decode()
    assert Refund.objects.count() == 0  # a link moves nothing
    desk.post(f"{page}/agree/", follow=True)
    assert Refund.objects.get().state == "done"
    assert f"{page}/agree" not in desk.get(f"{page}/change/").content.decode()
    shop.balanced()
