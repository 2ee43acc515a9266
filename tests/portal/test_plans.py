"""The plans, the top-up page, and buying where there is no payment provider."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from accounts.models import User
from billing.errors import InsufficientPoints
from billing.models import Membership, Order, Promotion
from billing.portal.money import money, unit_money
from billing.selectors.catalogue import plan_price
from billing.services.gifts import give_membership
from billing.services.wallets import wallet_for
from tests.jobs_by_hand import NOON
from tests.portal.conftest import Visitor
from tests.portal.pages import Page, faults_of, page_of


def promote(code: str = "") -> Promotion:
    """Half off every first period, for two more days."""
    return Promotion.objects.create(
        name="half",
        code=code,
        kind="percent",
        value=50,
        currency="CNY",
        starts_at=NOON - timedelta(days=1),
        ends_at=NOON + timedelta(days=2),
        published_at=NOON - timedelta(days=1),
    )


@pytest.fixture
def half_price(catalogue: None) -> Promotion:
    """The half-price event, for everyone."""
    return promote()


def on_card(user: User, plan: str = "gold", period: str = "month", **fields: Any) -> Membership:
    """A membership by card as Stripe's answers leave it."""
    price = plan_price(plan=plan, period=period, currency="CNY", now=NOON)
    return Membership.objects.create(
        wallet_id=wallet_for(user=user, now=NOON),
        user=user,
        plan_price=price,
        current_period_start_at=NOON,
        **{
            "kind": "card",
            "status": "active",
            "subscription_id": f"sub_{user.pk}",
            "current_period_end_at": NOON + timedelta(days=30),
            "mirrored_at": NOON,
            "started_at": NOON,
            **fields,
        },
    )


def test_every_plan_with_its_numbers(visitor: Client) -> None:
    response = visitor.get("/plans/")
    page = page_of(response)
    assert faults_of(response.content.decode()) == []
    assert "No plan is unlimited" in page.text
    for words in (
        "Gold ¥66 a month",
        "660 points a month 3,300 pictures or 66 videos of 5 s",
        "a picture ¥0.02 a video of 5 s ¥1.00",
        "Platinum ¥266",
        "a picture ¥0.0177 a video of 5 s ¥0.8867",
        "Diamond ¥666",
        "a picture ¥0.0167 a video of 5 s ¥0.8325",
        "8 jobs at a time Fastest lane Without our brand mark",
        "Camera movement (not in this plan)",
        "At most 1,000 jobs and 20,000 points a day",
        "66 points a day, claimed",
    ):
        assert words in page.text
    assert "Your plan" not in page.text


@pytest.mark.parametrize(
    ("period", "amount", "a_month", "saved"),
    [
        ("quarter", "¥188", "¥62.67 a month", "¥10 less"),
        ("half_year", "¥356", "¥59.33 a month", "¥40 less"),
        ("year", "¥673", "¥56.08 a month", "¥119 less"),
    ],
)
def test_the_periods_are_links(
    visitor: Client, period: str, amount: str, a_month: str, saved: str
) -> None:
    links = [link["href"] for link in page_of(visitor.get("/plans/")).all("a")]
    assert f"?period={period}" in links
    page = page_of(visitor.get(f"/plans/?period={period}"))
    for words in (f"Gold {amount}", a_month, saved):
        assert words in page.text
    assert page.field("period") == period
    assert page.all("a", **{"aria-current": "true"})[0]["href"] == f"?period={period}"


def test_an_unknown_period_is_the_month(visitor: Client) -> None:
    assert page_of(visitor.get("/plans/?period=decade")).field("period") == "month"


def test_htmx_gets_the_cards_alone(visitor: Client) -> None:
    body = visitor.get("/plans/?period=year", headers={"HX-Request": "true"}).content.decode()
    assert body.lstrip().startswith('<section id="offers"')
    assert "¥673" in body


def test_first_and_renewal_price_of_a_promotion(visitor: Client, half_price: Promotion) -> None:
    page = page_of(visitor.get("/plans/"))
    assert "Gold −50 % ¥33 instead of ¥66 the first month , then ¥66 a month" in page.text
    assert "48:00:00 left" in page.text
    assert "Get Gold · ¥33" in page.text
    assert page.all("time", datetime="2026-11-25T04:00:00Z")


def test_a_promotion_code(visitor: Client) -> None:
    promote("AUTUMN")
    assert "Get Gold · ¥66" in page_of(visitor.get("/plans/")).text
    page = page_of(visitor.get("/plans/?code=AUTUMN"))
    assert "Get Gold · ¥33" in page.text
    assert page.all("input", type="hidden", name="code", value="AUTUMN")
    assert "No price changes with this code" in page_of(visitor.get("/plans/?code=WINTER")).text


def test_a_visitor_who_buys_signs_in_first(visitor: Client) -> None:
    response = visitor.post("/plans/", {"plan": "gold", "period": "year", "method": "card"})
    assert response["Location"] == "/account/login/?next=/plans/%3Fperiod%3Dyear"
    assert not Order.objects.exists()


def test_the_present_plan_is_marked(rich_anna: User, annas: Client) -> None:
    assert "Free Your plan" in page_of(annas.get("/plans/")).text
    on_card(rich_anna)
    page = page_of(annas.get("/plans/"))
    assert "Gold Your plan" in page.text
    links = [link["href"] for link in page.all("a")]
    assert "/plans/change/?plan=platinum&period=month" in links
    assert not page.all("button", name="plan")
    # The same plan by another period is a change as well.
    yearly = [link["href"] for link in page_of(annas.get("/plans/?period=year")).all("a")]
    assert "/plans/change/?plan=gold&period=year" in yearly


def test_no_promotion_for_what_follows_a_membership(
    rich_anna: User, annas: Client, half_price: Promotion
) -> None:
    on_card(rich_anna)
    assert "−50 %" not in page_of(annas.get("/plans/")).text


def test_a_prepaid_member_adds_or_moves_up(rich_anna: User, annas: Client) -> None:
    give_membership(user=rich_anna, plan="platinum", period="month", reason="test", now=NOON)
    page = page_of(annas.get("/plans/"))
    assert "Add Gold afterwards · ¥66" in page.text
    assert "Get Diamond · ¥666 Begins at once" in page.text
    assert [radio["value"] for radio in page.all("input", name="method")] == [
        "alipay",
        "wechat_pay",
    ]


def test_nothing_is_bought_while_a_renewal_is_due(rich_anna: User, annas: Client) -> None:
    on_card(rich_anna, status="past_due")
    page = page_of(annas.get("/plans/"))
    assert "A renewal is due." in page.text
    assert not page.all("button", name="plan")
    refused = annas.post("/plans/", {"plan": "gold", "period": "year", "method": "alipay"})
    assert refused.status_code == 422
    assert "pay it, or let it end, before another. See what is due" in page_of(refused).text


def test_a_second_membership_is_refused_with_the_way_on(rich_anna: User, annas: Client) -> None:
    on_card(rich_anna)
    refused = annas.post("/plans/", {"plan": "diamond", "period": "month", "method": "card"})
    assert refused.status_code == 422
    page = page_of(refused)
    assert "You have a membership: change it instead. To your membership" in page.text
    assert not Order.objects.exists()


def test_a_choice_that_is_not_whole_is_refused(annas: Client) -> None:
    for form in ({"plan": "gold"}, {"plan": "gold", "period": "month", "method": "cash"}):
        response = annas.post("/plans/", form)
        assert response.status_code == 422
        assert "a way to pay." in page_of(response).text


def test_up_now_or_at_renewal(rich_anna: User, annas: Client) -> None:
    on_card(rich_anna)
    page = page_of(annas.get("/plans/change/?plan=platinum&period=month"))
    for words in (
        "Before Gold, Month 660 points a month After Platinum, Month 3,000 points a month",
        "Due now ¥266",
        "Points available then 66.00 → 3066.00",
        "Change now · ¥266",
        "At the next renewal Due now nothing",
    ):
        assert words in page.text
    times = [time["datetime"] for time in page.all("time")]
    assert "2026-12-23T04:00:00Z" in times


def test_down_only_at_renewal(rich_anna: User, annas: Client) -> None:
    on_card(rich_anna, plan="diamond")
    page = page_of(annas.get("/plans/change/?plan=gold&period=year"))
    assert "Change now" not in page.text
    assert "A lower plan or a shorter period begins with a renewal" in page.text
    refused = annas.post("/plans/change/", {"plan": "gold", "period": "year", "when": "now"})
    assert refused.status_code == 422
    assert "starts at renewal" in page_of(refused).text


def test_a_change_needs_a_membership_and_a_plan_on_offer(rich_anna: User, annas: Client) -> None:
    assert annas.get("/plans/change/?plan=gold&period=year")["Location"] == "/plans/"
    on_card(rich_anna)
    assert annas.get("/plans/change/?plan=tin&period=year").status_code == 404
    assert annas.get("/plans/change/").status_code == 404


def test_the_top_up_page(annas: Client) -> None:
    response = annas.get("/topup/")
    assert faults_of(response.content.decode()) == []
    page = page_of(response)
    for words in ("¥1 buys 10 points · ¥10 – ¥10,000", "525 points 25 of them a gift", "5,600"):
        assert words in page.text
    assert [button["value"] for button in page.all("button", name="pack")] == [
        "pack-50",
        "pack-100",
        "pack-500",
    ]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("66", "660 points 3,300 pictures or 66 videos of 5 s"),
        ("10000", "100,000 points"),
        ("9", "A top-up is a whole amount from ¥10 to ¥10,000."),
        ("10001", "A top-up is a whole amount from ¥10 to ¥10,000."),
        ("66.5", "Write a whole amount from ¥10 to ¥10,000, in digits."),
        ("-66", "Write a whole amount"),
        ("六十六", "Write a whole amount"),
        ("9" * 20, "Write a whole amount"),
        ("", "Write an amount to see its points."),
    ],
)
def test_what_an_amount_is_worth(annas: Client, amount: str, said: str) -> None:
    assert said in page_of(annas.get("/topup/worth/", {"amount": amount})).text
    # The same without scripts: the address carries the amount.
    assert said in page_of(annas.get("/topup/", {"amount": amount})).text


def test_an_amount_out_of_range_is_kept_and_explained(annas: Client) -> None:
    response = annas.post("/topup/", {"amount": "7"})
    assert response.status_code == 422
    page = page_of(response)
    assert "A top-up is a whole amount from ¥10 to ¥10,000." in page.text
    assert page.all("input", name="amount", value="7", **{"aria-invalid": "true"})


def test_an_unknown_pack_is_not_for_sale(annas: Client) -> None:
    response = annas.post("/topup/", {"pack": "pack-1000000"})
    assert response.status_code == 422
    assert page_of(response).all("div", role="alert")


def test_without_a_provider_the_pages_say_so(annas: Client, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = settings.STRIPE_API_BASE = ""
    for path in ("/plans/", "/topup/", "/billing/"):
        assert "Nothing can be paid here yet" in page_of(annas.get(path)).text
    assert all(
        "disabled" in one for one in page_of(annas.get("/plans/")).all("button", name="plan")
    )
    response = annas.post("/topup/", {"amount": "66"})
    assert response.status_code == 422
    assert "nothing was charged" in page_of(response).text
    response = annas.post("/plans/", {"plan": "gold", "period": "month", "method": "card"})
    assert response.status_code == 422
    assert "nothing was charged" in page_of(response).text


def test_a_form_may_lead_to_the_pay_page_and_nowhere_else(annas: Client, settings: Any) -> None:
    settings.STRIPE_API_BASE = ""
    policy = annas.get("/plans/")["Content-Security-Policy"]
    allowed = "form-action 'self' https://checkout.stripe.com https://billing.stripe.com"
    assert allowed in policy
    assert "stripe" not in annas.get("/wallet/")["Content-Security-Policy"]


def test_before_the_first_catalogue(as_user: Visitor, anna: User) -> None:
    client = as_user(anna)
    for path in ("/plans/", "/topup/"):
        assert "Nothing is for sale yet" in page_of(client.get(path)).text
    assert "Nothing is for sale yet" in page_of(client.post("/topup/", {"amount": "66"})).text


def test_who_is_short_of_points_finds_the_ways_that_cost_money(rf: RequestFactory) -> None:
    ways = [
        {"way": "topup", "text": "Top up 10 yuan.", "amount": "10"},
        {"way": "membership", "text": "Take gold."},
    ]
    facts = {"missing_points": "1.00", "needed_points": "10.00", "available_points": "9.00"}
    shown = render_to_string(
        "cotton/shortfall.html",
        {"refusal": InsufficientPoints("short", facts={**facts, "ways": ways})},
        request=rf.get("/create/"),
    )
    links = {link["href"] for link in Page(shown).all("a")}
    assert links == {"/topup/?amount=10", "/plans/"}


def test_few_queries(annas: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(16):
        annas.get("/plans/?period=year")
    with django_assert_max_num_queries(14):
        annas.get("/topup/")


def test_money_is_whole_numbers() -> None:
    assert [money(minor, "CNY") for minor in (0, 5, 6600, 9401, 679300)] == [
        "¥0",
        "¥0.05",
        "¥66",
        "¥94.01",
        "¥6,793",
    ]
    assert money(-3300, "CNY") == "−¥33"
    assert money(500, "JPY") == "¥500"
    assert money(500, "CHF") == "CHF 5"
    assert [unit_money(e4, "CNY") for e4 in (20_000, 886_667, 16_650, 1_000_000)] == [
        "¥0.02",
        "¥0.8867",
        "¥0.0167",
        "¥1.00",
    ]
