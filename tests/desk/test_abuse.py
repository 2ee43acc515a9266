"""Farms at the desk: reviews, what accounts share, mail domains, the budget and its brake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import CheckNeeded
from accounts.models import Ban, DomainRule, Review, User
from accounts.services.api_keys import create_api_key
from accounts.services.sign_ups import note_sign_up
from accounts.visits import Visit
from billing.errors import GrantsPaused
from billing.models import GrantBudget
from billing.services import daily_points
from billing.services.grant_budget import set_budget
from tests.conftest import Person
from tests.desk.test_drafts import may

DEVICE = Visit("203.0.113.7", "a" * 32)
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def page(app: str, model: str, verb: str, *args: object) -> str:
    return reverse(f"admin:{app}_{model}_{verb}", args=args)


def suspect(person: Person, name: str, host: str = "mailinator.com") -> User:
    """Somebody with a throw-away address, who was asked for a card."""
    user = person(name)
    user.email = f"{name}@{host}"
    user.save()
    with transaction.atomic():
        note_sign_up(user=user, visit=DEVICE, day=NOW.date(), now=timezone.now())
    with pytest.raises(CheckNeeded):
        daily_points.claim(user=user, visit=DEVICE, now=timezone.now())
    return user


def test_a_review_is_read_cleared_and_closed(person: Person, paula: User) -> None:
    mallory, trudy = suspect(person, "mallory"), suspect(person, "trudy")
    client = may(paula, "view_review", "change_review", "view_user")
    listed = client.get(page("accounts", "review", "changelist")).text
    assert "mallory@" in listed
    assert "trudy@" in listed
    review = Review.objects.get(user=mallory)
    shown = client.get(page("accounts", "review", "change", review.pk)).text
    assert "disposable_domain +100" in shown
    assert reverse("admin:accounts_user_change", args=[trudy.pk]) in shown
    form = page("accounts", "review", "clear", review.pk)
    assert "This field is required." in client.post(form, {"note": ""}).text
    client.post(page("accounts", "review", "write_note", review.pk), {"note": "asked by mail"})
    assert client.post(form, {"note": "a <b>journalist</b>"}).status_code == 302
    review.refresh_from_db()
    assert (review.outcome, review.closed_by) == ("cleared", paula)
    assert "asked by mail" in review.note
    daily_points.claim(user=mallory, visit=DEVICE, now=timezone.now())
    closed = client.get(page("accounts", "review", "changelist"), {"review": "closed"}).text
    assert "mallory@" in closed
    assert "trudy@" not in closed
    assert "This review is closed." in client.post(form, {"note": "again"}).text


def test_a_user_is_barred_from_the_review(person: Person, paula: User, quinn: User) -> None:
    mallory = suspect(person, "mallory")
    review = Review.objects.get()
    bar = page("accounts", "review", "bar", review.pk)
    sent = {"reason": "farming", "note": "forty accounts"}
    assert may(quinn, "view_review", "change_review").post(bar, sent).status_code == 403
    client = may(paula, "view_review", "change_review", "change_user", "view_user")
    assert client.post(bar, sent).status_code == 302
    assert (Ban.objects.get().user, Ban.objects.get().reason) == (mallory, "farming")
    review.refresh_from_db()
    assert review.outcome == "banned"


def test_a_users_page_shows_keys_and_what_is_shared(person: Person, paula: User) -> None:
    mallory, trudy = suspect(person, "mallory"), suspect(person, "trudy")
    key = create_api_key(user=mallory, name="harvester", now=timezone.now()).key
    client = may(paula, "view_user", "view_apikey")
    shown = client.get(page("accounts", "user", "change", mallory.pk)).text
    assert "harvester" in shown
    assert key.prefix in shown
    assert trudy.email in shown
    assert "device" in shown


@pytest.fixture
def domains(paula: User) -> Client:
    """Paula, who keeps the list of mail domains."""
    return may(paula, "view_domainrule", "change_domainrule")


def test_a_throw_away_domain_is_allowed_and_taken_back(person: Person, domains: Client) -> None:
    mallory = suspect(person, "mallory", "sub.mailinator.com")
    known = domains.get(page("accounts", "domainrule", "watch"), {"domain": "mailinator.com"}).text
    assert "throw-away" in known
    form = page("accounts", "domainrule", "set_rule")
    rule = {"domain": "Mailinator.com", "verdict": "allowed", "note": "our partner"}
    assert "Write a domain" in domains.post(form, {**rule, "domain": "no domain"}).text
    assert domains.post(form, rule).status_code == 302
    [kept] = DomainRule.objects.all()
    assert (kept.domain, kept.verdict) == ("mailinator.com", "allowed")
    daily_points.claim(user=mallory, visit=DEVICE, now=timezone.now())
    removed = domains.post(page("accounts", "domainrule", "remove", kept.pk), {"note": "a mistake"})
    assert removed.status_code == 302
    with pytest.raises(CheckNeeded):
        daily_points.claim(user=mallory, visit=DEVICE, now=timezone.now() + timedelta(days=1))


def test_a_new_domain_with_many_accounts_is_shown(person: Person, domains: Client) -> None:
    now = timezone.now()
    for number in range(8):
        user = person(f"u{number}")
        user.email = f"u@h{number}.grove.xyz"
        with transaction.atomic():
            note_sign_up(user=user, visit=Visit(f"198.51.{number}.1"), day=now.date(), now=now)
    shown = domains.get(page("accounts", "domainrule", "watch")).text
    assert "grove.xyz" in shown
    assert "a card" in shown


def test_the_budget_and_its_brake(anna: User, bert: User, paula: User, quinn: User) -> None:
    form = page("billing", "grantbudget", "set_budget")
    assert may(quinn, "view_grantbudget").get(form).status_code == 403
    client = may(paula, "view_grantbudget", "add_grantbudget", "view_grantday")
    sent = {"points": "660", "captcha_percent": "100", "reason": "a quiet start"}
    assert client.post(form, {**sent, "reason": " "}).status_code == 200
    assert client.post(form, sent).status_code == 302
    daily_points.claim(user=anna, now=timezone.now())
    assert "Today 66.00 of 660.00 were given." in client.get(form).text
    client.post(page("billing", "grantbudget", "stop"), {"reason": "a farm"})
    # A budget that starts later does not let the brake go by itself.
    later = timezone.now() + timedelta(hours=1)
    set_budget(
        day_max_cp=None, captcha_percent=100, stopped=True, starts_at=later, reason="more",
        staff=paula, now=timezone.now(),
    )  # fmt: skip
    with pytest.raises(GrantsPaused):
        daily_points.claim(user=bert, now=timezone.now())
    again = client.post(page("billing", "grantbudget", "stop"), {"reason": "twice"})
    assert "It is so already." in again.text
    client.post(page("billing", "grantbudget", "go_on"), {"reason": "over"})
    newest = GrantBudget.objects.filter(starts_at=later).order_by("-id")[0]
    assert (newest.day_max_cp, newest.stopped) == (None, False)
    assert "a farm" in client.get(page("billing", "grantbudget", "changelist")).text
    assert "66.00" in client.get(page("billing", "grantday", "changelist")).text
