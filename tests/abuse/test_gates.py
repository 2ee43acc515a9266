"""Each gate by itself: mailboxes, domains, sign-up caps, the ladder, the budget, forgetting."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.errors import CheckNeeded, CodeWrong, MailboxUsed, SignUpLimit
from accounts.mailboxes import host_of, is_established, mailbox_of, registered_domain
from accounts.models import ApiKey, ClaimVisit, DomainRule, Mailbox, Review, SignUp, User
from accounts.risk import TABLE, Signals, score, step_of
from accounts.services import checks
from accounts.services.forgetting import ENDS, NO_END, forget
from accounts.services.sign_ups import note_sign_up
from accounts.tasks import forget as nightly
from accounts.visits import Visit
from billing.errors import GrantsPaused
from billing.models import GrantDay
from billing.services import daily_points, grant_budget
from config.celery import app
from tests.conftest import Person
from tests.races import at_once

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DAY = NOW.date()
HOME = Visit("203.0.113.7", "a" * 32)


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Ann.Lee+shop@GoogleMail.com", "annlee@gmail.com"),
        ("a.n.n.l.e.e@gmail.com", "annlee@gmail.com"),
        ("Ann.Lee+x@example.com", "ann.lee@example.com"),  # dots count elsewhere
        ("ann-x@yahoo.com", "ann@yahoo.com"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("ａｎｎａ@example.com", "anna@example.com"),
        ("+tag@example.com", "+tag@example.com"),
    ],
)
def test_one_mailbox_of_many_spellings(email: str, mailbox: str) -> None:
    assert mailbox_of(email) == mailbox


def test_domains() -> None:
    assert registered_domain("a.b.example.com") == "example.com"
    assert registered_domain("a.example.co.uk") == "example.co.uk"
    assert registered_domain("mail.tsinghua.edu.cn") == "tsinghua.edu.cn"
    assert host_of("x@EXAMPLE.com.") == "example.com"
    assert is_established("gmail.com")
    assert is_established("cs.mit.edu")
    assert is_established("pku.edu.cn")
    assert not is_established("edu.example.com")
    assert not is_established("grove.xyz")


def test_the_score_is_a_sum() -> None:
    assert score(Signals()).points == 0
    both = score(Signals(address_accounts=9, no_device=True))
    assert both.reasons == (("address_accounts", 20), ("no_device", 10))
    assert score(Signals(has_paid=True)).points == 0
    steps = [step_of(points) for points in (0, 19, 20, 39, 40, 69, 70, 500)]
    assert steps == ["none", "none", "captcha", "captcha", "mail_code", "mail_code", "card", "card"]
    assert step_of(0, least="captcha") == "captcha"


def sign_up(user: User, visit: Visit = HOME, now: datetime = NOW) -> SignUp:
    with transaction.atomic():
        return note_sign_up(user=user, visit=visit, day=now.date(), now=now)


def people(person: Person, count: int, host: str = "office.example") -> list[User]:
    made = [person(f"n{number}") for number in range(count)]
    for number, user in enumerate(made):
        user.email = f"n{number}@{host}"
        user.save()
    return made


def test_the_sixth_sign_up_of_an_address_is_refused_until_tomorrow(person: Person) -> None:
    *five, sixth = people(person, 6)
    for user in five:
        sign_up(user)
    with pytest.raises(SignUpLimit):
        sign_up(sixth)
    sign_up(sixth, Visit("203.0.113.8"))  # another address of the network
    assert SignUp.objects.count() == 6


def test_the_sixteenth_of_a_network_is_refused(person: Person) -> None:
    *fifteen, last = people(person, 16)
    for number, user in enumerate(fifteen):
        sign_up(user, Visit(f"2001:db8::{number + 1:x}"))
    with pytest.raises(SignUpLimit):
        sign_up(last, Visit("2001:db8::ff"))
    sign_up(last, Visit("2001:db8:0:1::1"))


def test_fresh_mailboxes_of_a_provider_go_on_to_twenty(person: Person) -> None:
    *twenty, last = people(person, 21, "qq.com")
    over = [sign_up(user).over_cap for user in twenty]
    assert over == [False] * 5 + [True] * 15
    with pytest.raises(SignUpLimit):
        sign_up(last)


def test_another_spelling_of_a_known_mailbox_is_not_vouched_for(person: Person) -> None:
    first, second = people(person, 2, "gmail.com")
    second.email = "n.0+x@googlemail.com"
    assert sign_up(first).vouched
    assert not sign_up(second).vouched


@pytest.mark.django_db(transaction=True)
def test_twenty_sign_ups_at_once_are_five(person: Person) -> None:
    results = at_once([partial(sign_up, user) for user in people(person, 20)])
    assert sum(isinstance(result, SignUp) for result in results) == 5
    assert sum(isinstance(result, SignUpLimit) for result in results) == 15


def test_nothing_is_kept_that_names_anybody(anna: User) -> None:
    sign_up(anna)
    daily_points.claim(user=anna, visit=HOME, now=NOW)
    kept = [*SignUp.objects.values(), *ClaimVisit.objects.values(), *Mailbox.objects.values()]
    assert len(kept) == 3
    assert not re.search(r"203\.0\.113|aaaaaaaa|anna", str(kept))


def test_a_mailbox_has_one_start_also_after_its_account_is_gone(person: Person) -> None:
    first, second = people(person, 2, "gmail.com")
    second.email = "N.0+again@googlemail.com"
    second.save()
    daily_points.claim(user=first, now=NOW)
    User.objects.filter(pk=first.pk).update(is_active=False, closed_at=NOW, email="gone@invalid")
    for days in (0, 1, 200):
        with pytest.raises(MailboxUsed):
            daily_points.claim(user=second, now=NOW + timedelta(days=days))
    assert not daily_points.claim_on_sign_in(user=second, now=NOW)


def step_asked(user: User, visit: Visit = HOME, now: datetime = NOW) -> str:
    with pytest.raises(CheckNeeded) as needed:
        daily_points.claim(user=user, visit=visit, now=now)
    return str(needed.value.facts["step"])


def test_a_throw_away_domain_asks_for_a_card_and_opens_a_review(
    person: Person, paula: User
) -> None:
    [user] = people(person, 1, "sub.mailinator.com")
    assert step_asked(user) == "card"
    assert step_asked(user) == "card"
    assert Review.objects.get().user == user
    DomainRule.objects.create(
        domain="mailinator.com", verdict="allowed", note="a test", set_by=paula, set_at=NOW
    )
    daily_points.claim(user=user, visit=HOME, now=NOW)


def test_the_operators_list_blocks_what_lies_below(person: Person, paula: User) -> None:
    [user] = people(person, 1, "a.b.farm.example")
    DomainRule.objects.create(
        domain="farm.example", verdict="blocked", note="a test", set_by=paula, set_at=NOW
    )
    assert step_asked(user) == "card"


def test_scattered_hosts_of_a_young_domain(person: Person) -> None:
    farmers = people(person, 8)
    for number, user in enumerate(farmers):
        user.email = f"u@h{number}.grove.xyz"
        user.save()
        sign_up(user, Visit(f"198.51.{number}.1"))
    assert step_asked(farmers[0], Visit("198.51.0.1", "b" * 32)) == "card"


def test_many_on_one_address_solve_a_captcha_and_have_their_points(person: Person) -> None:
    crowd = people(person, 9, "qq.com")
    for number, user in enumerate(crowd):
        visit = Visit(HOME.address, f"{number:032x}")
        if number < 7:
            daily_points.claim(user=user, visit=visit, now=NOW)
        else:
            assert step_asked(user, visit) == "captcha"
            checks.captcha_passed(user=user, now=NOW)
            daily_points.claim(user=user, visit=visit, now=NOW)
    later = NOW + timedelta(days=8)  # a week later it is asked again
    ClaimVisit.objects.update(day=later.date())
    ClaimVisit.objects.filter(user_id=crowd[8].pk).delete()
    assert step_asked(crowd[8], Visit(HOME.address, f"{8:032x}"), later) == "captcha"


def test_the_mailed_code(person: Person) -> None:
    [user] = people(person, 1)
    checks.send_code(user=user, now=NOW)
    found = re.search(r"\b[0-9]{6}\b", str(mail.outbox[-1].body))
    assert found is not None
    code = found.group()
    with pytest.raises(CodeWrong):  # not twice a minute
        checks.send_code(user=user, now=NOW)
    with pytest.raises(CodeWrong):
        checks.enter_code(user=user, code="x", now=NOW)
    with pytest.raises(CodeWrong):
        checks.enter_code(user=user, code=code, now=NOW + timedelta(minutes=16))
    checks.enter_code(user=user, code=f" {code} ", now=NOW)
    with pytest.raises(CodeWrong):  # once
        checks.enter_code(user=user, code=code, now=NOW)


def test_the_fifth_wrong_code_is_the_last(person: Person) -> None:
    [user] = people(person, 1)
    checks.send_code(user=user, now=NOW)
    found = re.search(r"\b[0-9]{6}\b", str(mail.outbox[-1].body))
    assert found is not None
    for _ in range(5):
        with pytest.raises(CodeWrong):
            checks.enter_code(user=user, code="x", now=NOW)
    with pytest.raises(CodeWrong):
        checks.enter_code(user=user, code=found.group(), now=NOW)


@pytest.fixture
def budget(paula: User) -> Callable[..., Any]:
    def make(**terms: Any) -> Any:
        given = {"day_max_cp": None, "captcha_percent": 100, "stopped": False, **terms}
        return grant_budget.set_budget(**given, starts_at=NOW, reason="test", staff=paula, now=NOW)

    return make


def test_near_the_end_of_the_budget_everybody_solves_a_captcha(
    anna: User, bert: User, budget: Callable[..., Any]
) -> None:
    budget(day_max_cp=200_00, captcha_percent=30)
    daily_points.claim(user=anna, visit=HOME, now=NOW)
    assert step_asked(bert, Visit("198.51.100.1", "b" * 32)) == "captcha"


def test_the_switch_stops_and_starts(anna: User, budget: Callable[..., Any]) -> None:
    budget(stopped=True)
    with pytest.raises(GrantsPaused):
        daily_points.claim(user=anna, now=NOW)
    assert not daily_points.claim_on_sign_in(user=anna, now=NOW)
    budget()
    daily_points.claim(user=anna, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_thirty_claims_at_once_at_a_budget_of_ten(
    person: Person, budget: Callable[..., Any]
) -> None:
    budget(day_max_cp=10 * 66_00)
    crowd = people(person, 30)
    results = at_once([partial(daily_points.claim, user=user, now=NOW) for user in crowd])
    assert sum(isinstance(result, daily_points.DailyLot) for result in results) == 10
    # Who came late was refused, or asked for the captcha of a budget that is all but given.
    assert sum(isinstance(result, GrantsPaused | CheckNeeded) for result in results) == 20
    assert GrantDay.objects.get().granted_cp == 10 * 66_00


def test_every_trace_has_an_end(anna: User) -> None:
    sign_up(anna)
    daily_points.claim(user=anna, visit=HOME, now=NOW)
    forget(now=NOW + timedelta(days=29))
    assert ClaimVisit.objects.count() == 1
    forget(now=NOW + timedelta(days=32))
    assert not ClaimVisit.objects.exists()
    forget(now=NOW + timedelta(days=91))
    row = SignUp.objects.get()
    assert all(kept is None for kept in (row.address_hash, row.subnet_hash, row.device_hash))
    assert Mailbox.objects.count() == 1
    forget(now=NOW + timedelta(days=366))
    assert not SignUp.objects.exists()
    assert not Mailbox.objects.exists()


def test_the_table_of_the_document_is_the_one_that_counts() -> None:
    document = (Path(__file__).resolve().parents[2] / "docs" / "abuse.md").read_text()
    for name, least, points in TABLE:
        assert f"| {name} | {least} | {points} |" in document


def test_every_table_of_traces_has_an_end() -> None:
    tables = {model for model in apps.get_models() if model.__module__ == "accounts.models.abuse"}
    assert {end.model for end in ENDS} | set(NO_END) == tables | {ApiKey}
    document = (Path(__file__).resolve().parents[2] / "docs" / "abuse.md").read_text()
    for end in ENDS:
        assert end.after.days == 0 or re.search(rf"\b({end.after.days} days|a day)\b", document)


def test_the_nightly_task_forgets(anna: User, paula: User) -> None:
    sign_up(anna)
    daily_points.claim(user=anna, visit=HOME, now=NOW)
    checks.captcha_passed(user=anna, now=NOW)
    checks.send_code(user=anna, now=NOW)
    Review.objects.create(user=anna, opened_at=NOW, score=70)
    old = timezone.now() - NOW + timedelta(days=800)
    for end in ENDS:  # as if 800 days had passed
        end.model._default_manager.update(**{end.since: F(end.since) - old})
    beat = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {"accounts.forget", "billing.forget_cards"} <= beat
    nightly.apply()
    assert [end.of for end in ENDS if end.model._default_manager.exists()] == []
