"""The page a customer sees: plain HTML, no script, one POST a button."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest

from tests.stand_in.shop import Shop


def press(url: str | None, **form: str) -> httpx.Response:
    assert url is not None
    return httpx.post(url, data=form)


def page(url: str | None) -> str:
    assert url is not None
    response = httpx.get(url)
    assert response.status_code == 200
    return response.text


def test_page_says_that_it_is_a_test(shop: Shop) -> None:
    chinese = page(shop.topup(6600).url)
    assert "测试支付页面：不会扣款" in chinese
    assert "¥66.00" in chinese
    assert "<script" not in chinese
    english = page(shop.topup(6600, locale="en").url)
    assert "Test payment page. No money is taken" in english
    for name in ("card_good", "card_3ds_failed", "card_renewals_fail", "card_disputed", "alipay",
                 "wechat_pay", "alipay_later_good", "alipay_later_bad"):  # fmt: skip
        assert f'value="{name}"' in english


def test_good_card_goes_back_to_the_shop(shop: Shop) -> None:
    session = shop.topup()
    response = press(session.url, button="card_good", email="li@shop.test")
    assert response.status_code == 303
    assert response.headers["Location"] == f"http://shop.test/pay/return?sid={session.id}"
    done = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert done.customer_details is not None
    assert done.customer_details.email == "li@shop.test"
    assert "已完成支付" in page(session.url)


@pytest.mark.parametrize("button", ["card_declined", "card_3ds_failed", "alipay_declined"])
def test_refusal_stays_on_the_page(shop: Shop, button: str) -> None:
    session = shop.topup(locale="en")
    response = press(session.url, button=button)
    assert response.status_code == 402
    assert 'role="alert"' in response.text
    assert press(session.url, button="wechat_pay").status_code == 303


def test_any_card_number_pays(shop: Shop) -> None:
    session = shop.topup()
    assert press(session.url, number="5555 5555 5555 4444").status_code == 303


def test_back_without_paying(shop: Shop) -> None:
    session = shop.topup()
    response = press(session.url, cancel="1")
    assert response.headers["Location"] == "http://shop.test/plans"
    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_membership_offers_cards_only_and_says_that_it_renews(shop: Shop) -> None:
    session = shop.membership(shop.price(18800, 3).id, shop.customer().id, locale="en")
    text = page(session.url)
    assert "Renews every 3 months until canceled" in text
    assert "alipay" not in text
    assert press(session.url, button="alipay").status_code == 400
    assert press(session.url, button="card_good").status_code == 303


def test_expired_page_takes_no_money(shop: Shop) -> None:
    session = shop.topup(locale="en")
    shop.client.v1.checkout.sessions.expire(session.id)
    assert "expired" in press(session.url, button="card_good").text
    again = shop.topup(locale="en")
    shop.control.advance(86_500)
    assert shop.client.v1.checkout.sessions.retrieve(again.id).status == "expired"
    assert len(shop.events("checkout.session.expired")) == 2
    assert shop.events("charge.succeeded") == []


def test_code_lowers_the_total(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create({"percent_off": 50})
    shop.client.v1.promotion_codes.create(
        {"code": "OPEN", "promotion": {"type": "coupon", "coupon": coupon.id}}
    )
    session = shop.topup(6600, allow_promotion_codes=True, locale="en")
    assert press(session.url, code="nonsense").status_code == 402
    assert "¥33.00" in press(session.url, code="open").text
    assert shop.client.v1.checkout.sessions.retrieve(session.id).amount_total == 3300


def test_names_are_shown_as_text(shop: Shop) -> None:
    product = {"name": "<script>alert(1)</script>"}
    session = shop.topup(line_items=[{"quantity": 1, "price_data": {
        "currency": "cny", "unit_amount": 1000, "product_data": product,
    }}])  # fmt: skip
    assert "<script" not in page(session.url)


def test_open_invoice_is_paid_on_its_page(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id, "card_renewals_fail")
    shop.control.advance_clock(clock, 32 * 86400)
    invoice = shop.client.v1.invoices.list({"subscription": sub.id}).data[0]
    assert invoice.status == "open"
    assert press(invoice.hosted_invoice_url, button="card_declined").status_code == 402
    assert press(invoice.hosted_invoice_url, button="card_good").status_code == 200
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "active"


def test_controls_cannot_be_reached_by_a_form(shop: Shop) -> None:
    url = urlsplit(shop.control.base_url)
    response = httpx.post(f"http://{url.netloc}/_control/reset", data={"a": "b"})
    assert response.status_code == 415
    assert httpx.get(f"http://{url.netloc}/nowhere").status_code == 404
