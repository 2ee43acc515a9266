"""Drafts of prices: begun, edited, submitted, published by another person, in force at an instant.

What a form refuses, the database refuses too: the attempts by SQL go past all of our code.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.errors import SecondPersonNeeded
from billing.models import Catalogue, OfferStep, Plan, PlanPrice, PriceLine, PriceList, Promotion
from billing.selectors.catalogue import live_catalogue, pack, plan_price
from billing.selectors.drafts import Draft, changes, reference_of, standing
from billing.selectors.prices import live_price_list
from billing.selectors.promotions import live_promotions
from billing.services import drafts
from billing.services.catalogue import load_launch_catalogue
from tests.conftest import Person

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=3)
INSTANT = timedelta(microseconds=1)

pytestmark = pytest.mark.usefixtures("catalogue")


def dearer_gold(author: User) -> Catalogue:
    """Version 2: gold by the month for 65 yuan."""
    draft = drafts.begin_catalogue(author=author, now=NOON)
    gold = PlanPrice.objects.filter(plan__catalogue=draft, plan__code="gold", period="month")
    gold.update(amount_minor=65_00)
    return draft


def dearer_pictures(author: User) -> PriceList:
    """Version 2: a picture for 0.25 points."""
    draft = drafts.begin_price_list(author=author, now=NOON)
    draft.lines.filter(code="image").update(unit_cp=25)
    return draft


def half_price(author: User) -> Promotion:
    """Half price for ten days."""
    return Promotion.objects.create(
        name="half",
        kind="percent",
        value=50,
        currency="CNY",
        starts_at=NOON,
        ends_at=NOON + timedelta(days=10),
        drafted_by=author,
    )


KINDS = pytest.mark.parametrize("make", [dearer_gold, dearer_pictures, half_price])
Make = Callable[[User], Draft]


def submitted(draft: Draft, by: User) -> Draft:
    """The draft, closed for approval."""
    return drafts.submit(draft, by=by, reason="autumn prices", now=NOON)


def in_force(draft: Draft, at: datetime) -> bool:
    """Whether buyers meet it at an instant: as the plan page, the price and the event see it."""
    if isinstance(draft, Catalogue):
        return live_catalogue(now=at).version == draft.version
    if isinstance(draft, PriceList):
        return live_price_list(now=at).version == draft.version
    return draft in live_promotions(user=None, code="", now=at)


def sql(text: str, *values: Any) -> None:
    """Past every form, service and model; rolled back when the database refuses."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)


@KINDS
def test_two_people_publish(make: Make, paula: User, quinn: User) -> None:
    draft = submitted(make(paula), paula)
    assert not in_force(draft, NOON)
    with pytest.raises(SecondPersonNeeded):
        drafts.publish(draft, by=paula, now=NOON)
    drafts.publish(draft, by=quinn, reason="checked", now=NOON)
    assert in_force(draft, NOON)
    steps = OfferStep.objects.order_by("id").values_list("action", "by__email", "reason")
    assert list(steps)[-2:] == [
        ("submitted", "paula@example.com", "autumn prices"),
        ("published", "quinn@example.com", "checked"),
    ]
    draft.refresh_from_db()
    assert (draft.drafted_by, draft.submitted_by, draft.approved_by) == (paula, paula, quinn)
    assert (draft.published_at, draft.reason) == (NOON, "autumn prices")


@KINDS
def test_whoever_submits_cannot_publish_what_another_drafted(
    make: Make, paula: User, quinn: User, person: Person
) -> None:
    draft = submitted(make(paula), quinn)
    for one_of_the_two in (paula, quinn):
        with pytest.raises(SecondPersonNeeded):
            drafts.publish(draft, by=one_of_the_two, now=NOON)
    drafts.publish(draft, by=person("rosa", is_staff=True), now=NOON)


@KINDS
def test_a_scheduled_start_needs_no_job(make: Make, paula: User, quinn: User) -> None:
    draft = make(paula)
    draft.starts_at = LATER
    draft.save()
    submitted(draft, paula)
    published = drafts.publish(draft, by=quinn, now=NOON)
    assert standing(published, now=NOON) == "scheduled"
    assert not in_force(draft, LATER - INSTANT)
    assert in_force(draft, LATER)
    assert standing(published, now=LATER) == "in force"


@KINDS
def test_a_start_that_has_passed_is_now(make: Make, paula: User, quinn: User) -> None:
    draft = submitted(make(paula), paula)
    published = drafts.publish(draft, by=quinn, now=LATER)
    assert published.starts_at == LATER


@KINDS
def test_what_is_submitted_is_frozen_and_can_be_withdrawn(
    make: Make, paula: User, quinn: User
) -> None:
    draft = submitted(make(paula), paula)
    with pytest.raises(IntegrityError, match="withdraw it first"), transaction.atomic():
        type(draft)._default_manager.filter(pk=draft.pk).update(starts_at=LATER)
    with pytest.raises(InvalidRequest):
        drafts.discard(draft, by=paula, reason="no", now=NOON)
    drafts.withdraw(draft, by=quinn, reason="wait for December", now=NOON)
    with pytest.raises(InvalidRequest):
        drafts.publish(draft, by=quinn, now=NOON)
    type(draft)._default_manager.filter(pk=draft.pk).update(starts_at=LATER)
    reference = reference_of(draft)
    drafts.discard(draft, by=paula, reason="not this year", now=NOON)
    assert OfferStep.objects.filter(reference=reference, action="discarded").exists()
    with pytest.raises(NotFound):
        drafts.submit(draft, by=paula, reason="again", now=NOON)


@pytest.mark.parametrize("change", ["price", "plan", "line", "new line", "pack"])
def test_nothing_inside_a_submitted_draft_changes(paula: User, change: str) -> None:
    goods, work = submitted(dearer_gold(paula), paula), submitted(dearer_pictures(paula), paula)
    assert isinstance(goods, Catalogue)
    assert isinstance(work, PriceList)
    attempts: dict[str, Callable[[], object]] = {
        "price": lambda: PlanPrice.objects.filter(plan__catalogue=goods).update(amount_minor=1),
        "plan": lambda: goods.plans.all().delete(),
        "line": lambda: work.lines.update(unit_cp=1),
        "new line": lambda: PriceLine.objects.create(
            price_list=work, code="x", kind="x", unit="x", unit_cp=1
        ),
        "pack": lambda: goods.packs.update(bonus_cp=0),
    }
    with pytest.raises(IntegrityError, match="withdraw it first"), transaction.atomic():
        attempts[change]()


@KINDS
def test_no_reason_no_submission(make: Make, paula: User) -> None:
    with pytest.raises(InvalidRequest, match="reason"):
        drafts.submit(make(paula), by=paula, reason="  ", now=NOON)


def test_prices_that_break_a_rule_are_refused_with_the_reason(paula: User, quinn: User) -> None:
    draft = drafts.begin_catalogue(author=paula, now=NOON)
    price = PlanPrice.objects.get(plan__catalogue=draft, plan__code="platinum", period="month")
    PlanPrice.objects.filter(pk=price.pk).update(amount_minor=400_00)
    with pytest.raises(InvalidRequest, match="platinum costs no less a point than gold") as refused:
        submitted(draft, paula)
    assert "plans" in refused.value.fields
    sql(
        "update billing_catalogue set submitted_by_id = %s, submitted_at = %s, reason = 'x'"
        " where version = 2",
        paula.pk,
        NOON,
    )
    with pytest.raises(IntegrityError, match="falls strictly with level"):
        sql(
            "update billing_catalogue set approved_by_id = %s, published_at = %s where version = 2",
            quinn.pk,
            NOON,
        )


def _no_prices(draft: Catalogue) -> None:
    PlanPrice.objects.filter(plan__catalogue=draft).delete()


def _a_gap(draft: Catalogue) -> None:
    draft.plans.filter(code="gold").update(level=9)


def _a_poor_pack(draft: Catalogue) -> None:
    draft.packs.filter(code="pack-50").update(points_cp=1, bonus_cp=0)


def _no_rate(draft: Catalogue) -> None:
    draft.rates.all().delete()


def _odd_floor(draft: Catalogue) -> None:
    draft.rates.update(floor_minor=10_50)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_no_prices, "gold has no price"),
        (_a_gap, "without a gap"),
        (_a_poor_pack, "pack-50 gives fewer points than a top-up"),
        (_no_rate, "has no top-up rate"),
        (_odd_floor, "whole steps"),
    ],
)
def test_a_catalogue_that_cannot_be_sold(
    paula: User, change: Callable[[Catalogue], None], why: str
) -> None:
    draft = drafts.begin_catalogue(author=paula, now=NOON)
    change(draft)
    with pytest.raises(InvalidRequest, match=why):
        submitted(draft, paula)


def test_a_price_list_that_cannot_be_sold(paula: User) -> None:
    draft = drafts.begin_price_list(author=paula, now=NOON)
    PriceLine.objects.filter(price_list=draft, code="video-10s").update(unit_cp=900)
    with pytest.raises(InvalidRequest, match="video-10s costs less than video-5s"):
        submitted(draft, paula)
    draft.lines.all().delete()
    with pytest.raises(InvalidRequest, match="has lines"):
        submitted(draft, paula)


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"plans": ["silver"]}, "no plan silver"),
        ({"plans": ["free"]}, "no plan free"),
        ({"periods": ["week"]}, "no period week"),
        ({"currency": "USD"}, "no plan is sold in USD"),
        ({"starts_at": NOON - timedelta(days=9), "ends_at": NOON}, "over before it begins"),
        ({"redemptions_max": 0}, "budget is empty"),
        ({"budget_minor": 0}, "budget is empty"),
    ],
)
def test_a_promotion_that_cannot_be_had(paula: User, terms: dict[str, Any], why: str) -> None:
    draft = half_price(paula)
    Promotion.objects.filter(pk=draft.pk).update(**terms)
    with pytest.raises(InvalidRequest, match=why):
        submitted(draft, paula)


def test_a_version_that_would_never_be_in_force_is_refused(paula: User, quinn: User) -> None:
    first, second = dearer_gold(paula), dearer_gold(paula)
    first.starts_at = LATER
    first.save()
    drafts.publish(submitted(second, paula), by=quinn, now=NOON)
    with pytest.raises(InvalidRequest, match="version 3 starts before it"):
        submitted(first, paula)


def test_a_scheduled_version_is_called_off_by_the_next(paula: User, quinn: User) -> None:
    wrong = dearer_gold(paula)
    wrong.starts_at = LATER
    wrong.save()
    drafts.publish(submitted(wrong, paula), by=quinn, now=NOON)
    right = drafts.begin_catalogue(author=paula, now=NOON)
    PlanPrice.objects.filter(plan__catalogue=right, plan__code="gold", period="month").update(
        amount_minor=66_00
    )
    drafts.publish(submitted(right, paula), by=quinn, now=NOON)
    assert standing(Catalogue.objects.get(version=2), now=LATER) == "superseded"
    assert plan_price(plan="gold", period="month", currency="CNY", now=LATER).amount_minor == 66_00


def test_a_new_version_says_what_it_changes(paula: User) -> None:
    draft = dearer_gold(paula)
    draft.packs.filter(code="pack-500").delete()
    Plan.objects.filter(catalogue=draft, code="gold").update(slots=3, month_cp=700_00)
    assert changes(draft) == [
        "gold, month: 660.00 → 700.00",
        "gold, slots: 2 → 3",
        "gold, a month: 66.00 CNY → 65.00 CNY",
        "gone: pack-500 (was 5000.00 + 600.00 points for 500.00 CNY)",
    ]
    assert changes(dearer_pictures(paula)) == [
        "image: 0.20 points a picture → 0.25 points a picture"
    ]
    assert "takes off: 50 %" in changes(half_price(paula))


def test_a_draft_is_a_copy_that_sells_the_same(paula: User, quinn: User) -> None:
    draft = drafts.begin_catalogue(author=paula, now=NOON)
    assert changes(draft) == []
    drafts.publish(submitted(draft, paula), by=quinn, now=NOON)
    assert plan_price(plan="gold", period="year", currency="CNY", now=NOON).amount_minor == 673_00
    assert pack(code="pack-100", now=NOON).bonus_cp == 80_00
    assert live_catalogue(now=NOON).rates.count() == 1


def test_a_release_changes_no_prices_of_an_operator(paula: User, quinn: User) -> None:
    drafts.publish(submitted(dearer_pictures(paula), paula), by=quinn, now=NOON)
    assert load_launch_catalogue() == 0
    with pytest.raises(IntegrityError, match="people publish here"):
        PriceList.objects.create(version=3, starts_at=NOON, published_at=NOON)


TABLES = {"Catalogue": "billing_catalogue", "PriceList": "billing_pricelist"}


def where(draft: Draft) -> tuple[str, str]:
    """Table and key of a draft."""
    if isinstance(draft, Promotion):
        return "billing_promotion", f"name = '{draft.name}'"
    return TABLES[type(draft).__name__], f"version = {draft.version}"


@KINDS
@pytest.mark.parametrize(
    ("attempt", "refused"),
    [
        ("published_at = %(now)s", "submitted before it is published"),
        ("published_at = %(now)s, approved_by_id = %(second)s", "submitted before"),
        ("published_at = %(now)s, drafted_by_id = null", "who drafted it stays"),
        ("drafted_by_id = %(second)s", "who drafted it stays"),
        (
            "submitted_by_id = %(stranger)s, submitted_at = %(now)s, reason = 'x'",
            "staff submit a draft",
        ),
        ("submitted_by_id = %(first)s, submitted_at = %(now)s", "submitted_with_reason"),
    ],
)
def test_sql_cannot_publish_a_draft(
    make: Make, paula: User, quinn: User, anna: User, attempt: str, refused: str
) -> None:
    table, row = where(make(paula))
    people: dict[str, Any] = {
        "now": NOON,
        "first": paula.pk,
        "second": quinn.pk,
        "stranger": anna.pk,
    }
    with pytest.raises(IntegrityError, match=refused), transaction.atomic():
        connection.cursor().execute(f"update {table} set {attempt} where {row}", people)


@KINDS
@pytest.mark.parametrize(
    ("attempt", "refused"),
    [
        ("published_at = %(now)s", "staff publish a draft|second_person"),
        ("published_at = %(now)s, approved_by_id = %(first)s", "second_person"),
        ("published_at = %(now)s, approved_by_id = %(stranger)s", "staff publish a draft"),
        (
            "published_at = %(now)s, approved_by_id = %(second)s, starts_at = %(later)s",
            "start that was submitted stays",
        ),
        (
            "published_at = %(later)s, approved_by_id = %(second)s",
            "starts when it is published, or later",
        ),
        ("submitted_by_id = %(second)s", "withdraw it first"),
        ("starts_at = %(later)s", "withdraw it first"),
        ("drafted_by_id = %(second)s", "who drafted it stays"),
    ],
)
def test_sql_cannot_publish_alone(
    make: Make, paula: User, quinn: User, anna: User, attempt: str, refused: str
) -> None:
    table, row = where(submitted(make(paula), paula))
    people: dict[str, Any] = {
        "now": NOON,
        "later": LATER,
        "first": paula.pk,
        "second": quinn.pk,
        "stranger": anna.pk,
    }
    with pytest.raises(IntegrityError, match=refused), transaction.atomic():
        connection.cursor().execute(f"update {table} set {attempt} where {row}", people)
    with pytest.raises(IntegrityError, match="withdraw it first"), transaction.atomic():
        connection.cursor().execute(f"delete from {table} where {row}")


@KINDS
def test_sql_cannot_change_what_is_published(make: Make, paula: User, quinn: User) -> None:
    draft = drafts.publish(submitted(make(paula), paula), by=quinn, now=NOON)
    table, row = where(draft)
    for attempt in ("starts_at = now()", "approved_by_id = null", "reason = 'other'"):
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(f"update {table} set {attempt} where {row}")
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(f"delete from {table} where {row}")


@KINDS
def test_a_published_row_cannot_be_inserted_whole(make: Make, paula: User, quinn: User) -> None:
    draft = make(paula)
    draft.pk = None if isinstance(draft, Promotion) else 77
    if isinstance(draft, Promotion):
        draft.name = "another"
    draft.submitted_by, draft.submitted_at, draft.reason = paula, NOON, "x"
    draft.approved_by, draft.published_at = quinn, NOON
    with pytest.raises(IntegrityError, match="submitted before it is published"):
        draft.save(force_insert=True)


def test_steps_are_never_edited(paula: User) -> None:
    dearer_gold(paula)
    for attempt in ("update billing_offerstep set reason = 'x'", "delete from billing_offerstep"):
        with pytest.raises(IntegrityError, match="never edited"):
            sql(attempt)


def test_who_left_cannot_publish(paula: User, quinn: User) -> None:
    draft = submitted(dearer_gold(paula), paula)
    User.objects.filter(pk=quinn.pk).update(is_active=False)
    with pytest.raises(InvalidRequest, match="staff publish a draft"):
        drafts.publish(draft, by=quinn, now=NOON)
