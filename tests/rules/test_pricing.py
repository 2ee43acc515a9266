"""The published prices, from the launch catalogue."""

import pytest

from billing import launch, pricing
from billing.types import PricedRequest

V1 = launch.PRICE_LISTS[0]
PICTURE = PricedRequest("image")
CLIP = PricedRequest("video", quality="standard", seconds=5)


def test_a_picture_costs_a_fifth_of_a_point_and_a_clip_ten() -> None:
    assert pricing.price(V1, PICTURE).cost_cp == 20
    assert pricing.price(V1, CLIP).cost_cp == 1000


def test_sixty_six_points_are_six_clips_and_thirty_pictures_or_330_pictures() -> None:
    picture, clip = pricing.price(V1, PICTURE).cost_cp, pricing.price(V1, CLIP).cost_cp
    assert 6 * clip + 30 * picture == launch.DAILY_POINTS_CP
    assert 330 * picture == launch.DAILY_POINTS_CP


def test_pieces_multiply() -> None:
    assert pricing.price(V1, PricedRequest("image", pieces=9)).cost_cp == 180


def test_a_price_names_its_list_and_line() -> None:
    price = pricing.price(V1, CLIP)
    assert (price.price_list_version, price.line_code) == (1, "video-5s")


def test_what_is_not_listed_has_no_price() -> None:
    with pytest.raises(pricing.NoPrice):
        pricing.price(V1, PricedRequest("video", quality="standard", seconds=7))


def test_nothing_is_no_request() -> None:
    with pytest.raises(ValueError, match="piece"):
        pricing.price(V1, PricedRequest("image", pieces=0))
