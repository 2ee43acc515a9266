"""sync_stripe: what Stripe holds is what we sell, however often it runs."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.models import Catalogue, Pack, Plan, PlanPrice, StripeEndpoint, StripePrice
from billing.services.stripe_sync import sync_stripe
from config.payments import STAND_IN_BASE, stripe_address
from tests.billing.shop import Shop, gold

pytestmark = pytest.mark.stand_in_only("Stripe sends webhooks to a public address only")
URL = "http://testserver/webhooks/stripe"


def test_twelve_prices_once(shop: Shop) -> None:
    for _ in range(2):
        sync_stripe(webhook_url=StripeEndpoint.objects.get().url, now=shop.now)
    held = shop.control.objects("price")
    assert len(held) == StripePrice.objects.count() == 12
    quarter = next(row for row in held if row["lookup_key"] == "gold_quarter_cny_v1")
    assert (quarter["unit_amount"], quarter["currency"]) == (188_00, "cny")
    assert quarter["recurring"]["interval_count"] == 3
    assert len(shop.control.objects("webhook_endpoint")) == 1


def test_the_command_says_what_it_did(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync_stripe", webhook_url=URL)
    assert "12 prices" in capsys.readouterr().out
    call_command("recover_stripe_events", days=3)
    assert "0 event(s) had not arrived" in capsys.readouterr().out


def test_a_lost_secret_makes_a_new_endpoint(shop: Shop, settings: Settings) -> None:
    url = StripeEndpoint.objects.get().url
    settings.SECRET_KEY = "another-key-" + "y" * 40
    sync_stripe(webhook_url=url, now=shop.now)
    assert len(shop.control.objects("webhook_endpoint")) == 1
    assert StripeEndpoint.objects.count() == 2


def test_a_new_amount_is_a_new_price_and_members_keep_theirs(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    _publish_dearer_gold(shop)
    sync_stripe(webhook_url=StripeEndpoint.objects.get().url, now=shop.now)
    held = {row["lookup_key"]: row for row in shop.control.objects("price")}
    assert held["gold_month_cny_v1"]["active"] is False
    assert held["gold_month_cny_v2"]["unit_amount"] == 70_00
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    assert [row["total"] for row in shop.control.objects("invoice")] == [66_00, 66_00]
    assert shop.points(anna) == 2 * 660_00
    shop.settled()


def _publish_dearer_gold(shop: Shop) -> None:
    """Version 2: as the first, gold by the month four yuan dearer."""
    row = Catalogue.objects.create(version=2, starts_at=shop.now)
    for plan in Plan.objects.filter(catalogue_id=1):
        prices = list(plan.prices.all())
        plan.pk, plan.catalogue = None, row
        plan.save()
        for price in prices:
            price.pk, price.plan = None, plan
            if (plan.code, price.period) == ("gold", "month"):
                price.amount_minor = 70_00
            price.save()
    row.published_at = shop.now
    row.save()
    assert PlanPrice.objects.count() == 24
    assert Pack.objects.filter(catalogue=row).count() == 0


def test_a_live_key_with_another_address_does_not_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="STRIPE_API_BASE is for test keys only"):
        stripe_address("sk_live_x", "http://127.0.0.1:12111", stand_in=True)
    with pytest.raises(ImproperlyConfigured, match="STRIPE_SECRET_KEY must start"):
        stripe_address("pk_test_x", "", stand_in=True)
    with pytest.raises(ImproperlyConfigured, match="must be an http"):
        stripe_address("sk_test_x", "stripe.example", stand_in=True)


def test_the_stand_in_is_the_default_of_development_only() -> None:
    assert stripe_address("", "", stand_in=True).api_base == STAND_IN_BASE
    assert stripe_address("", "", stand_in=False).secret_key == ""
    assert stripe_address("sk_test_x", "", stand_in=True).api_base == ""
    assert stripe_address("rk_live_x", "", stand_in=False).livemode
