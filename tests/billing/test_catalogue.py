"""The catalogue in the database: what is published stays, and no plan is unlimited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.errors import MembersExcluded, SecondPersonNeeded
from billing.models import Catalogue, Pack, Plan, PlanPrice, PriceLine, Promotion, TopUpRate
from billing.selectors.catalogue import live_catalogue
from billing.selectors.entitlements import entitlements
from billing.services import daily_points
from billing.services.catalogue import load_launch_catalogue, publish_catalogue
from billing.services.wallets import wallet_for

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
LIMITS: dict[str, Any] = {
    "month_cp": 100,
    "slots": 1,
    "jobs_day_max": 1,
    "points_day_max_cp": 1,
    "seats": 1,
    "lane": "standard",
    "brand_mark_removable": False,
    "extension": False,
    "camera": False,
    "high_quality": False,
}


def draft(drafter: User, **gold: Any) -> Catalogue:
    """A draft with a free plan and gold; `gold` changes gold's month price or limits."""
    amount_minor = gold.pop("amount_minor", 60_00)
    row = Catalogue.objects.create(version=2, starts_at=NOON, drafted_by=drafter)
    Plan.objects.create(catalogue=row, code="free", level=0, **{**LIMITS, "month_cp": 0})
    plan = Plan.objects.create(catalogue=row, code="gold", level=1, **{**LIMITS, **gold})
    for period, months in (("month", 1), ("quarter", 3), ("half_year", 6), ("year", 12)):
        PlanPrice.objects.create(
            plan=plan,
            period=period,
            months=months,
            currency="CNY",
            amount_minor=amount_minor * months,
        )
    return row


def test_the_launch_catalogue_is_loaded_once(db: None) -> None:
    assert load_launch_catalogue() == 3
    assert load_launch_catalogue() == 0
    assert Plan.objects.count() == 4
    assert PlanPrice.objects.count() == 12


@pytest.mark.parametrize("model", [Plan, PlanPrice, Pack, TopUpRate, PriceLine, Catalogue])
def test_a_published_version_cannot_be_changed_or_deleted(catalogue: None, model: Any) -> None:
    row = model.objects.first()
    field = "starts_at" if model is Catalogue else "id"
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**{field: getattr(row, field)})
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=row.pk)._raw_delete("default")


def test_nothing_is_added_to_a_published_version(catalogue: None) -> None:
    with pytest.raises(IntegrityError, match="published"):
        Plan.objects.create(catalogue_id=1, code="secret", level=9, **LIMITS)


@pytest.mark.parametrize("limit", ["month_cp", "slots", "jobs_day_max", "points_day_max_cp"])
@pytest.mark.parametrize("value", [None, 0, 10**15])
def test_no_plan_is_unlimited(anna: User, limit: str, value: int | None) -> None:
    with pytest.raises(Exception, match=r"null|check|range"), transaction.atomic():
        draft(anna, **{limit: value})


def test_a_second_person_publishes(catalogue: None, anna: User, bert: User) -> None:
    draft(anna)
    with pytest.raises(SecondPersonNeeded):
        publish_catalogue(version=2, approver=anna, now=NOON)
    publish_catalogue(version=2, approver=bert, now=NOON)
    assert live_catalogue(now=NOON).version == 2


def test_the_second_person_is_held_by_the_database(catalogue: None, anna: User) -> None:
    row = draft(anna)
    row.approved_by, row.published_at = anna, NOON
    with pytest.raises(IntegrityError, match="catalogue_second_person"):
        row.save()


def test_a_scheduled_version_waits_for_its_start(catalogue: None, anna: User, bert: User) -> None:
    row = draft(anna)
    row.starts_at = NOON + timedelta(days=3)
    row.save()
    publish_catalogue(version=2, approver=bert, now=NOON)
    assert live_catalogue(now=NOON + timedelta(days=3, microseconds=-1)).version == 1
    assert live_catalogue(now=NOON + timedelta(days=3)).version == 2


def test_a_unit_price_that_does_not_fall_is_not_published(anna: User, bert: User) -> None:
    row = draft(anna)
    plan = Plan.objects.create(
        catalogue=row, code="platinum", level=2, **{**LIMITS, "month_cp": 200}
    )
    for period, months in (("month", 1), ("quarter", 3), ("half_year", 6), ("year", 12)):
        PlanPrice.objects.create(
            plan=plan, period=period, months=months, currency="CNY", amount_minor=120_00 * months
        )
    with pytest.raises(InvalidRequest, match="platinum costs no less a point than gold"):
        publish_catalogue(version=2, approver=bert, now=NOON)
    row.approved_by, row.published_at = bert, NOON
    with pytest.raises(IntegrityError, match="falls strictly with level"):
        row.save()


def test_a_published_promotion_can_only_be_ended_early(catalogue: None) -> None:
    for change in ({"value": 90}, {"ends_at": NOON}):
        with pytest.raises(IntegrityError, match="ended early"), transaction.atomic():
            Promotion.objects.update(**change)
    Promotion.objects.update(ended_early_at=NOON)


def test_plans_and_packs_over_http(catalogue: None) -> None:
    plans = APIClient().get("/api/v1/plans").json()["plans"]
    assert [plan["plan"] for plan in plans] == ["free", "gold", "platinum", "diamond"]
    month = plans[1]["prices"][0]
    assert (month["period"], month["amount_minor"], month["currency"]) == ("month", 6600, "CNY")
    # 0.2 point of 660 for 66 yuan: 2 fen a picture, 1 yuan a video.
    assert [cost["minor"] for cost in month["unit_costs"]] == ["2.0000", "100.0000"]
    packs = APIClient().get("/api/v1/packs").json()
    assert packs["packs"][0]["points"] == "500.00"
    assert packs["topup"] == [
        {
            "currency": "CNY",
            "points_per_minor": "0.10",
            "floor_minor": 1000,
            "ceiling_minor": 1000000,
            "step_minor": 100,
        }
    ]


def test_a_wallet_without_a_membership_is_on_the_free_plan(catalogue: None, anna: User) -> None:
    plan = entitlements(wallet_id=wallet_for(user=anna, now=NOON), now=NOON)
    assert (plan.plan, plan.slots, plan.lane) == ("free", 1, "standard")
    assert not plan.brand_mark_removable


def test_the_audience_of_the_daily_points_is_a_policy(
    catalogue: None, anna: User, member: Callable[[User], object]
) -> None:
    member(anna)
    with pytest.raises(MembersExcluded):
        daily_points.claim(user=anna, now=NOON)
    daily_points.set_audience(
        audience="everyone", starts_at=NOON, reason="campaign", staff=anna, now=NOON
    )
    assert daily_points.claim(user=anna, now=NOON).amount_cp == 66_00
