"""What captured points were worth: each lot at what was paid for it, nothing made up."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction

from accounts.models import User
from billing.ledger import services as ledger
from billing.selectors.realised import E4, Realised, realised
from billing.services import daily_points
from billing.services.choices import Choice
from billing.services.gifts import give_membership
from billing.services.wallets import wallet_for
from generation.selectors.campaigns import campaign_for, report_of
from generation.services.campaigns import make_campaign
from generation.services.jobs import submit_job
from tests.billing.shop import TEN_YUAN, Shop, gold
from tests.jobs_by_hand import claimed, deliver


def spend(shop: Shop, user: User, hold_cp: int, capture_cp: int | None = None) -> int:
    """Hold points and capture them, or a part; the hold's id."""
    wallet_id, key = wallet_for(user=user, now=shop.now), f"job:{uuid.uuid4()}"
    with transaction.atomic():
        held = ledger.hold(
            wallet_id=wallet_id, amount_cp=hold_cp, key=key, reference=key, now=shop.now
        )
        if capture_cp != 0:
            ledger.capture(
                wallet_id=wallet_id,
                hold_id=held.hold_id,
                amount_cp=capture_cp,
                key=f"{key}:settle",
                now=shop.now,
            )
    return held.hold_id


def worth(shop: Shop, user: User, *holds: int) -> list[Realised]:
    found = realised(wallet_id=wallet_for(user=user, now=shop.now), hold_ids=holds, now=shop.now)
    return [found[hold] for hold in holds]


def test_bought_points_are_worth_what_they_cost(shop: Shop, anna: User) -> None:
    """1 yuan is 10 points, so that a creative of 4.7 points is 0.47 yuan to the fen."""
    shop.welcome(anna)
    shop.buy(anna, TEN_YUAN)
    [one] = worth(shop, anna, spend(shop, anna, 4_70))
    assert one == Realised(spent_cp=4_70, minor_e4={"CNY": 47 * E4})
    assert one.minor_e4_in("CNY") == 47 * E4
    assert one.minor_e4_in("USD") is None


def test_a_bonus_makes_each_point_cheaper(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, Choice(pack="pack-100"))  # 100 yuan for 1080 points
    [one] = worth(shop, anna, spend(shop, anna, 4_70))
    assert one.minor_e4 == {"CNY": 100_00 * E4 * 4_70 // 1_080_00}
    assert one.minor_e4["CNY"] // E4 == 43  # 43.5185 fen


def test_a_month_of_a_membership(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    shop.balanced()
    [one] = worth(shop, anna, spend(shop, anna, 4_70))
    assert one.minor_e4 == {"CNY": 66_00 * E4 * 4_70 // 660_00}


def test_only_what_was_captured_counts(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, TEN_YUAN)
    part, none = spend(shop, anna, 9_40, 4_70), spend(shop, anna, 9_40, 0)
    assert [one.spent_cp for one in worth(shop, anna, part, none)] == [4_70, 0]
    assert [one.minor_e4_in("CNY") for one in worth(shop, anna, part, none)] == [47 * E4, 0]


def test_free_points_are_worth_nothing_and_said_so(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    daily_points.claim(user=anna, now=shop.now)
    shop.buy(anna, TEN_YUAN)
    # The day's 66 points end first and are used first.
    [one] = worth(shop, anna, spend(shop, anna, 70_00))
    assert one == Realised(spent_cp=70_00, free_cp=66_00, minor_e4={"CNY": 40 * E4})


def test_where_the_price_is_not_known_no_money_is_told(shop: Shop, anna: User) -> None:
    give_membership(user=anna, plan="gold", period="month", reason="test", now=shop.now)
    [one] = worth(shop, anna, spend(shop, anna, 4_70))
    assert (one.unknown_cp, one.minor_e4_in("CNY")) == (4_70, None)


@pytest.mark.usefixtures("shop")
def test_another_wallet_lends_no_price(shop: Shop, anna: User, bert: User) -> None:
    shop.welcome(anna)
    shop.welcome(bert)
    shop.buy(anna, TEN_YUAN)
    shop.buy(bert, Choice(pack="pack-100"))
    [annas], [berts] = (worth(shop, who, spend(shop, who, 10_00)) for who in (anna, bert))
    assert annas.minor_e4_in("CNY") == 100 * E4
    assert berts.minor_e4_in("CNY") == 100_00 * E4 * 10_00 // 1_080_00


@pytest.mark.parametrize(("target_minor", "on_target"), [(47, True), (46, False)])
def test_a_campaign_against_its_target(
    shop: Shop, anna: User, target_minor: int, on_target: bool
) -> None:
    shop.welcome(anna)
    shop.buy(anna, TEN_YUAN)
    campaign = make_campaign(
        user=anna, name="Spring", target_minor=target_minor, currency="CNY", now=shop.now
    ).campaign
    params = {"prompt": "tea", "n": 3, "campaign": str(campaign.id)}
    submit_job(user=anna, kind="creative", params=params, idempotency_key=None, now=shop.now)
    deliver(claimed(shop.now), shop.now, pieces=range(2), missing="INTERNAL.OOM")
    counted = campaign_for(user=anna, campaign_id=campaign.pk, now=shop.now)
    report = report_of(counted, user=anna, now=shop.now)
    assert (report.asked, len(report.pieces)) == (3, 2)
    assert (report.piece_cp, report.piece_minor_e4) == (4_70, 47 * E4)
    assert report.on_target is on_target
    assert {piece.minor_e4 for piece in report.pieces} == {47 * E4}


def test_sums_of_holds() -> None:
    whole = Realised(1, 1, 0, {"CNY": 5})
    whole.add(Realised(2, 0, 2, {"CNY": 1, "JPY": 3}))
    assert whole == Realised(3, 1, 2, {"CNY": 6, "JPY": 3})
