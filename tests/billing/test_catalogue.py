"""The catalogue in the database: what is published stays, and no plan is unlimited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from accounts.models import User
from billing.errors import MembersExcluded
from billing.models import Catalogue, Pack, Plan, PlanPrice, PriceLine, Promotion, TopUpRate
from billing.selectors.entitlements import entitlements
from billing.services import daily_points
from billing.services.catalogue import load_launch_catalogue
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


def plan(**gold: Any) -> Plan:
    """A plan of a version that nobody published."""
    row = Catalogue.objects.create(version=2, starts_at=NOON)
    return Plan.objects.create(catalogue=row, code="gold", level=1, **{**LIMITS, **gold})


def test_the_launch_catalogue_is_loaded_once(db: None) -> None:
    assert load_launch_catalogue() == 4
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
def test_no_plan_is_unlimited(db: None, limit: str, value: int | None) -> None:
    with pytest.raises(Exception, match=r"null|check|range"), transaction.atomic():
        plan(**{limit: value})


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
