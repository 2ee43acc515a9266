"""The last step before free points: a card saved with the provider, or a purchase."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.errors import CheckNeeded
from accounts.models import Review, User
from billing.services import daily_points
from billing.services.choices import Choice
from tests.billing.shop import Shop
from tests.billing.test_auto_topup import save_card
from tests.conftest import Person

SAME, OTHER = "4242424242424242", "5555555555554444"


@pytest.fixture
def farm(person: Person) -> list[User]:
    """Five people with throw-away mailboxes."""
    return [person(f"eve{number}", domain="mailinator.com") for number in range(5)]


def refused(shop: Shop, user: User) -> str:
    with pytest.raises(CheckNeeded) as caught:
        daily_points.claim(user=user, now=shop.now)
    return str(caught.value.facts["step"])


def test_one_card_vouches_for_three_and_another_card_for_another(
    shop: Shop, farm: list[User]
) -> None:
    for number, user in enumerate(farm[:4]):
        assert refused(shop, user) == "card"
        shop.now += timedelta(seconds=1)
        save_card(shop, user, SAME)
        if number < 3:
            assert daily_points.claim(user=user, now=shop.now).amount_cp == 66_00
    assert refused(shop, farm[3]) == "card"
    assert refused(shop, farm[4]) == "card"
    save_card(shop, farm[4], OTHER)
    assert daily_points.claim(user=farm[4], now=shop.now).amount_cp == 66_00
    # Whoever was asked for a card is looked at by a person, once.
    assert set(Review.objects.values_list("user", flat=True)) == {user.pk for user in farm}


def test_who_has_bought_is_asked_for_nothing(shop: Shop, farm: list[User]) -> None:
    assert refused(shop, farm[0]) == "card"
    shop.buy(farm[0], Choice(amount_minor=10_00))
    assert daily_points.claim(user=farm[0], now=shop.now).amount_cp == 66_00
