"""A year on a test clock: how often a membership of each period is paid."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import stripe

from tests.servers.stripe.billing.periods import period_end, shift
from tests.servers.stripe.world import DAY, HOUR
from tests.stand_in.shop import Shop

START = int(datetime(2025, 1, 31, 12, tzinfo=UTC).timestamp())


def live(shop: Shop, clock: str, until: int, step: int) -> None:
    """Advance a clock through the API, no farther at once than Stripe allows."""
    clocks = shop.client.v1.test_helpers.test_clocks
    now = clocks.retrieve(clock).frozen_time
    while now < until:
        now = min(now + step, until)
        assert clocks.advance(clock, {"frozen_time": now}).status == "advancing"
        assert clocks.retrieve(clock).status == "ready"


@pytest.mark.parametrize(("months", "paid"), [(1, 13), (3, 5), (6, 3), (12, 2)])
def test_year_has_so_many_paid_invoices(shop: Shop, months: int, paid: int) -> None:
    customer, clock = shop.customer_on_clock(START)
    sub = shop.member(shop.price(6600, months).id, customer.id)
    live(shop, clock, shift(START, "year", 1) + 2 * HOUR, months * 28 * DAY)
    invoices = shop.client.v1.invoices.list({"subscription": sub.id, "limit": 100}).data
    assert [invoice.status for invoice in invoices] == ["paid"] * paid
    starts = {invoice.lines.data[0].period.start for invoice in invoices}
    assert starts == {shift(START, "month", number * months) for number in range(paid)}
    assert len(shop.events("invoice.paid")) == paid
    now = shop.client.v1.subscriptions.retrieve(sub.id)
    assert now["items"].data[0].current_period_end == shift(START, "month", paid * months)


def test_period_moves_an_hour_before_its_invoice_is_paid(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock(START)
    sub = shop.member(shop.price().id, customer.id)
    end = sub["items"].data[0].current_period_end
    live(shop, clock, end + 60, 28 * DAY)
    invoice = shop.client.v1.invoices.list({"subscription": sub.id}).data[0]
    assert (invoice.status, invoice.billing_reason) == ("draft", "subscription_cycle")
    now = shop.client.v1.subscriptions.retrieve(sub.id)
    assert now["items"].data[0].current_period_start == end
    live(shop, clock, end + HOUR, 28 * DAY)
    assert shop.client.v1.invoices.retrieve(invoice.id).status == "paid"


def test_clock_goes_forward_and_not_too_far(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock(START)
    shop.member(shop.price().id, customer.id)
    clocks = shop.client.v1.test_helpers.test_clocks
    for moment in (START, START + 70 * DAY):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            clocks.advance(clock, {"frozen_time": moment})
        assert caught.value.param == "frozen_time"


def test_existing_customer_can_be_put_on_a_clock(shop: Shop) -> None:
    customer = shop.customer()
    sub = shop.member(shop.price().id, customer.id)
    end = sub["items"].data[0].current_period_end
    clock = shop.client.v1.test_helpers.test_clocks.create(
        {"frozen_time": shop.control.now(), "customer": customer.id}
    )
    shop.control.advance_clock(clock.id, end + 2 * HOUR - clock.frozen_time)
    assert len(shop.client.v1.invoices.list({"subscription": sub.id}).data) == 2


def test_time_of_the_world_renews_without_a_clock(shop: Shop) -> None:
    sub = shop.member(shop.price().id, shop.customer().id)
    shop.control.advance_to(sub["items"].data[0].current_period_end + 2 * HOUR)
    assert [i.status for i in shop.client.v1.invoices.list({}).data] == ["paid", "paid"]


def test_last_day_of_january_never_drifts() -> None:
    ends = [period_end(START, "month", 1, START)]
    for _ in range(3):
        ends.append(period_end(START, "month", 1, ends[-1]))
    days = [datetime.fromtimestamp(end, UTC).strftime("%m-%d") for end in ends]
    assert days == ["02-28", "03-31", "04-30", "05-31"]
