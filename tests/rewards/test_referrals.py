"""Invitations: bound at the sign-up, earned after a payment and a delay, once, by two people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.errors import EmailUnverified, InvalidRequest, NotFound
from accounts.models import User
from accounts.services.erasing import erase
from accounts.services.sign_ups import note_sign_up
from accounts.visits import Visit
from billing import launch
from billing.models import Dispute, Notice, Order, Referral, ReferralLink, Refund
from billing.selectors.referrals import invited_by
from billing.selectors.statements import statement
from billing.selectors.wallets import overview
from billing.services.grant_budget import set_budget
from billing.services.notices import wording
from billing.services.referral_rewards import decide_referral, follow_referrals
from billing.services.referrals import bind_friend, link_of
from billing.services.staff_refunds import Proposed, propose_refund
from tests.billing.conftest import shop, stand_in
from tests.billing.shop import TEN_YUAN, Shop
from tests.conftest import PASSWORD, Person
from tests.jobs_by_hand import NOON, ledger_breaches
from tests.races import at_once
from tests.rewards.conftest import Invite, Pay

__all__ = ["shop", "stand_in"]
DUE = NOON + launch.REFERRALS.delay
INSTANT = timedelta(microseconds=1)


def points(user: User, at: Any = DUE) -> int:
    return overview(user=user, now=at).available_cp


def test_both_have_their_points_when_the_payment_has_stood(
    anna: User, bert: User, invite: Invite, pays: Pay
) -> None:
    referral = invite(anna, bert, NOON - timedelta(days=30))
    assert follow_referrals(now=NOON) == 0
    pays(bert)
    assert follow_referrals(now=NOON) == 1
    referral.refresh_from_db()
    assert (referral.state, referral.due_at) == ("pending", DUE)
    assert follow_referrals(now=DUE - INSTANT) == 0
    assert (points(anna), points(bert)) == (0, 0)
    assert follow_referrals(now=DUE) == 1
    assert (points(anna), points(bert)) == (50_00, 30_00)
    assert follow_referrals(now=DUE + timedelta(days=1)) == 0
    assert points(anna, DUE + timedelta(days=1)) == 50_00
    (lot,) = overview(user=anna, now=DUE).lots
    assert (lot.source, lot.paid, lot.expires_at) == ("referral", False, DUE + timedelta(days=30))
    line = statement(user=bert, before_version=None, limit=1).lines[0]
    assert (line.reference, line.reason) == (f"referral:{referral.pk}", "friend")
    told = {notice.user: wording(notice)[1] for notice in Notice.objects.all()}
    assert "A friend you invited" in told[anna]
    assert "30.00 bonus points" in told[bert]
    assert ledger_breaches() == []


def refund(order: Order) -> None:
    Refund.objects.create(
        order=order, payment_id=order.payment_id, points_cp=1, amount_minor=1, reason="staff",
        actor="staff", state="pending", created_at=NOON,
    )  # fmt: skip


def dispute(order: Order, state: str) -> None:
    Dispute.objects.create(
        dispute_id="dp_1", order=order, payment_id=order.payment_id, status="needs_response",
        amount_minor=1, currency="CNY", state=state, created_at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("undo", "cause"),
    [
        (refund, "refunded"),
        (partial(dispute, state="frozen"), "disputed"),
        (partial(dispute, state="taken"), "disputed"),
        (lambda order: Order.objects.update(state="undoing"), "refunded"),
    ],
)
def test_money_that_goes_back_within_the_delay_ends_it(
    anna: User, bert: User, invite: Invite, pays: Pay, undo: Callable[[Order], Any], cause: str
) -> None:
    invite(anna, bert)
    undo(pays(bert))
    follow_referrals(now=NOON)
    # Another payment does not begin it again: the first one decided.
    pays(bert, NOON + timedelta(days=1))
    follow_referrals(now=DUE + timedelta(days=30))
    row = Referral.objects.get()
    assert (row.state, row.cause) == ("canceled", cause)
    assert (points(anna), points(bert)) == (0, 0)


def test_an_inquiry_is_waited_for(anna: User, bert: User, invite: Invite, pays: Pay) -> None:
    invite(anna, bert)
    dispute(pays(bert), "seen")
    follow_referrals(now=DUE)
    assert Referral.objects.get().state == "pending"
    Dispute.objects.update(state="released", closed_at=DUE)
    follow_referrals(now=DUE)
    assert Referral.objects.get().state == "earned"


@pytest.mark.parametrize("what", [{"amount_minor": 0, "list_minor": 0}, {"paid_at": None}])
def test_what_is_no_payment(
    anna: User, bert: User, invite: Invite, pays: Pay, what: dict[str, Any]
) -> None:
    invite(anna, bert)
    pays(bert, **what)
    assert follow_referrals(now=DUE) == 0
    assert Referral.objects.get().state == "joined"


def test_a_month_holds_ten(person: Person, anna: User, invite: Invite, pays: Pay) -> None:
    friends = [person(f"f{number}") for number in range(11)]
    for friend in friends:
        invite(anna, friend)
        pays(friend)
    follow_referrals(now=DUE)
    follow_referrals(now=DUE)
    states = sorted(Referral.objects.values_list("state", flat=True))
    assert states == ["capped", *["earned"] * 10]
    assert points(anna) == 10 * 50_00
    assert {points(friend) for friend in friends} == {30_00}
    assert invited_by(anna)[0].number == 11
    # The next calendar month in Shanghai begins anew.
    friend = person("next")
    invite(anna, friend)
    pays(friend, NOON + timedelta(days=20))
    follow_referrals(now=DUE)
    follow_referrals(now=DUE + timedelta(days=40))
    assert Referral.objects.get(friend=friend).state == "earned"


def twin(anna: User, bert: User) -> None:
    User.objects.filter(pk=bert.pk).update(email="anna+two@example.com")


def same_card(anna: User, bert: User) -> None:
    Order.objects.update(card_fingerprint="fp_1")


def same_device(anna: User, bert: User) -> None:
    for user, address in ((anna, "8.8.4.4"), (bert, "1.1.1.1")):
        note_sign_up(user=user, visit=Visit(address, "a" * 32), day=NOON.date(), now=NOON)


def same_address(anna: User, bert: User) -> None:
    for user, device in ((anna, "a" * 32), (bert, "b" * 32)):
        note_sign_up(user=user, visit=Visit("8.8.4.4", device), day=NOON.date(), now=NOON)


@pytest.mark.parametrize(
    ("link", "sign"),
    [(twin, "mailbox"), (same_card, "card"), (same_device, "device"), (same_address, "address")],
)
@pytest.mark.parametrize("approve", [True, False])
def test_what_looks_like_one_person_is_looked_at(
    anna: User, bert: User, paula: User, invite: Invite, pays: Pay,
    link: Callable[[User, User], None], sign: str, approve: bool,
) -> None:  # fmt: skip
    invite(anna, bert)
    pays(anna)
    pays(bert)
    link(anna, bert)
    follow_referrals(now=NOON)
    row = Referral.objects.get()
    assert (row.state, row.cause) == ("review", sign)
    follow_referrals(now=DUE + timedelta(days=9))
    assert points(anna) == 0
    decide = partial(decide_referral, referral_id=row.pk, approve=approve, staff=paula, now=DUE)
    with pytest.raises(InvalidRequest):
        decide(reason=" ")
    decide(reason="two flats, one name")
    with pytest.raises(NotFound):
        decide(reason="again")
    follow_referrals(now=DUE)
    row.refresh_from_db()
    assert (row.state, row.cause) == (("earned", "") if approve else ("canceled", "review"))
    assert points(anna) == (50_00 if approve else 0)


def test_the_days_budget_holds_for_rewards_too(
    anna: User, bert: User, paula: User, invite: Invite, pays: Pay
) -> None:
    """What does not fit today is given another day: no reward is lost."""
    invite(anna, bert)
    pays(bert)
    follow_referrals(now=NOON)
    budget: dict[str, Any] = {"captcha_percent": 80, "reason": "a test", "staff": paula}
    set_budget(day_max_cp=79_99, stopped=False, starts_at=NOON, now=NOON, **budget)
    assert follow_referrals(now=DUE) == 0
    assert (points(anna), points(bert)) == (0, 0)
    later = DUE + timedelta(days=1)
    set_budget(day_max_cp=80_00, stopped=False, starts_at=later, now=later, **budget)
    assert follow_referrals(now=later) == 1
    assert points(anna, later) == 50_00


def test_what_shows_late_is_looked_at_too(
    anna: User, bert: User, invite: Invite, pays: Pay
) -> None:
    invite(anna, bert)
    pays(anna)
    pays(bert)
    follow_referrals(now=NOON)
    same_card(anna, bert)
    follow_referrals(now=DUE)
    assert Referral.objects.get().state == "review"


@pytest.mark.parametrize(("who", "cause"), [("anna", "referrer_gone"), ("bert", "friend_gone")])
@pytest.mark.parametrize("how", ["banned_at", "closed_at"])
def test_who_is_gone_gets_nothing(
    anna: User, bert: User, invite: Invite, pays: Pay, who: str, cause: str, how: str
) -> None:
    invite(anna, bert)
    pays(bert)
    follow_referrals(now=NOON)
    User.objects.filter(email__startswith=who).update(**{how: NOON})
    follow_referrals(now=DUE)
    assert Referral.objects.get().cause == cause


@pytest.mark.django_db(transaction=True)
def test_settled_at_once_it_is_given_once(
    anna: User, person: Person, invite: Invite, pays: Pay
) -> None:
    """Eleven due at the same moment in eight processes: ten, and never eleven."""
    for number in range(11):
        friend = person(f"f{number}")
        invite(anna, friend)
        pays(friend)
    at_once([partial(follow_referrals, now=NOON) for _clock in range(4)])
    follow_referrals(now=NOON)
    assert Referral.objects.filter(state="pending").count() == 11
    answers = at_once([partial(follow_referrals, now=DUE) for _clock in range(8)])
    assert sum(answers) == 11
    assert points(anna) == 10 * 50_00
    assert Referral.objects.filter(state="earned").count() == 10
    assert ledger_breaches() == []


def test_links(anna: User, bert: User, person: Person) -> None:
    link = link_of(user=anna, now=NOON)
    assert link_of(user=anna, now=DUE) == link
    with pytest.raises(EmailUnverified):
        link_of(user=person("carl", verified=False), now=NOON)
    with transaction.atomic():
        for code in ("", "NOBODY", link.code):
            bound = bind_friend(user=anna, code=code, now=NOON)
            assert bound is None  # nobody invites themselves
        assert bind_friend(user=bert, code=link.code.lower(), now=NOON) is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        bind_friend(user=bert, code=link.code, now=NOON)
    User.objects.filter(pk=anna.pk).update(banned_at=NOON)
    assert bind_friend(user=person("dora"), code=link.code, now=NOON) is None


def test_the_link_binds_whoever_signs_up_next(anna: User, catalogue: None) -> None:
    cache.clear()
    code = link_of(user=anna, now=NOON).code
    client = Client()
    page = client.get(f"/friend/{code}/", follow=True)
    assert page.redirect_chain == [("/account/signup/", 302)]
    assert "30.00 bonus points come to your wallet 14 days" in page.content.decode()
    form = {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/account/signup/", form)
    row = Referral.objects.get()
    assert (row.referrer, row.friend.email, row.state) == (anna, "eve@example.com", "joined")
    # A code that means nothing keeps nobody out; a known address makes nobody anew.
    other = Client()
    other.get("/friend/NOBODY/")
    other.post("/account/signup/", form | {"email": "finn@example.com"})
    assert User.objects.filter(email="finn@example.com").exists()
    again = Client()
    again.get(f"/friend/{code}/")
    again.post("/account/signup/", form)
    assert Referral.objects.count() == 1


def test_erasing_ends_what_waits(anna: User, bert: User, invite: Invite, pays: Pay) -> None:
    invite(anna, bert)
    order = pays(bert, card_fingerprint="fp_1")
    follow_referrals(now=NOON)
    User.objects.filter(pk=bert.pk).update(closed_at=NOON)
    assert erase(user_id=bert.pk, actor="test", now=DUE)
    row = Referral.objects.get()
    assert (row.state, row.cause) == ("canceled", "friend_gone")
    order.refresh_from_db()
    assert order.card_fingerprint == ""
    User.objects.filter(pk=anna.pk).update(closed_at=NOON)
    assert erase(user_id=anna.pk, actor="test", now=DUE)
    assert not ReferralLink.objects.exists()


def test_with_a_real_till(anna: User, bert: User, paula: User, shop: Shop, invite: Invite) -> None:
    """Bert pays by card, and staff give a part back on the thirteenth day."""
    shop.welcome(bert)
    invite(anna, bert, shop.now)
    order = shop.buy(bert, TEN_YUAN)
    assert order.card_fingerprint != ""
    follow_referrals(now=shop.now)
    assert Referral.objects.get().state == "pending"
    asked = Proposed(1_00, False, False, "goodwill", "", "form")
    later = shop.now + timedelta(days=13)
    propose_refund(order_id=order.pk, asked=asked, staff=paula, now=later)
    follow_referrals(now=later)
    row = Referral.objects.get()
    assert (row.state, row.cause) == ("canceled", "refunded")
