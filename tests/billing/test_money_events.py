"""What programs are told about money: once for each fact, as the schemas say."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from accounts.models import User, WebhookDelivery, WebhookEvent
from accounts.services.webhook_endpoints import create_endpoint
from accounts.webhooks.event_types import BY_NAME
from billing.services.choices import Choice
from billing.services.refunds import refund_order
from tests.billing.shop import Shop, gold


@pytest.fixture
def listener(shop: Shop, anna: User) -> User:
    """Anna, whose program is told everything."""
    create_endpoint(user=anna, url="https://shop.example/hooks", now=shop.now)
    return shop.welcome(anna)


def told() -> list[tuple[str, Any]]:
    """Type and data of every event, each checked against its schema, oldest first."""
    events = [row.event for row in WebhookDelivery.objects.order_by("sequence")]
    assert len(events) == WebhookEvent.objects.count()
    for event in events:
        assert event is not None
        jsonschema.validate(
            event.data, BY_NAME[event.type].schema, format_checker=jsonschema.FormatChecker()
        )
    return [(event.type, event.data) for event in events if event is not None]


@pytest.mark.stand_in_only("a refund that fails later cannot be asked for")
def test_an_order_its_refund_and_the_failure_of_that(shop: Shop, listener: User) -> None:
    shop.control.delivery_fault("duplicate", copies=3)
    order = shop.buy(listener, Choice(amount_minor=30_00))
    shop.poll()
    refund = refund_order(user=listener, order_id=order.pk, now=shop.now)
    shop.deliver()
    shop.control.finish_refund(refund.refund_id, "failed")
    shop.deliver()
    (paid, order_data), (back, refund_data), (failed, failed_data) = told()
    assert (paid, back, failed) == ("order.paid", "refund.succeeded", "refund.failed")
    assert (order_data["amount_minor"], order_data["points"]) == (30_00, "300.00")
    assert (order_data["id"], order_data["plan"]) == (str(order.pk), None)
    assert refund_data == failed_data
    assert (refund_data["amount_minor"], refund_data["order"]) == (30_00, str(order.pk))


@pytest.mark.stand_in_only("a card that fails at renewals is chosen on a hosted page")
def test_a_membership_from_its_order_to_its_end(shop: Shop, listener: User) -> None:
    shop.buy(listener, gold(), "card_renewals_fail")
    shop.pass_months(listener, 1, hours=2)
    shop.deliver()
    shop.pass_time(listener, days=8)
    shop.deliver()
    events = told()
    assert [kind for kind, _data in events[:2]] == ["order.paid", "membership.period_begun"]
    kinds = {kind for kind, _data in events[2:-1]}
    assert (kinds, events[-1][0]) == ({"membership.renewal_failed"}, "membership.ended")
    assert events[1][1]["plan"] == events[-1][1]["plan"] == "gold"
