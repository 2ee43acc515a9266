"""reconcile_stripe: zero after every story, and one fen is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from billing.models import MembershipPeriod, Order
from billing.services.reconciliation import reconcile
from tests.billing.shop import TEN_YUAN, Shop, gold


def kinds(shop: Shop) -> list[str]:
    """What differs."""
    return [found.kind for found in reconcile(since=shop.start - timedelta(days=1))]


def test_both_sides_agree(
    shop: Shop, anna: User, bert: User, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.welcome(anna)
    shop.welcome(bert)
    shop.buy(anna, TEN_YUAN, "alipay")
    shop.buy(anna, gold())
    shop.buy(bert, gold("wechat_pay", "quarter"), "wechat_pay")
    shop.order(bert, TEN_YUAN)
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    assert kinds(shop) == []
    call_command("reconcile_stripe", days=60)
    assert "0 difference(s)" in capsys.readouterr().out


def test_one_fen_is_found(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN)
    shop.buy(anna, gold())
    Order.objects.filter(pk=order.pk).update(amount_minor=9_99)
    MembershipPeriod.objects.update(amount_minor=66_01)
    assert kinds(shop) == ["amounts differ", "amounts differ"]
    with pytest.raises(SystemExit):
        call_command("reconcile_stripe")


def test_what_is_on_one_side_only_is_found(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.control.delivery_fault("drop")
    shop.pay(shop.order(anna, TEN_YUAN))
    shop.pay(shop.order(anna, gold()))
    shop.deliver()
    assert kinds(shop) == ["paid, not granted", "paid, not granted"]
    shop.recover()
    assert kinds(shop) == []
    shop.control.reset()
    assert kinds(shop) == ["granted, not paid", "granted, not paid"]
