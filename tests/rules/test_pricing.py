"""The published prices, from the launch catalogue."""

from dataclasses import replace

import pytest

from billing import launch, pricing
from billing.types import PricedRequest

V1, V2 = launch.PRICE_LISTS
PICTURE = PricedRequest("image")
CLIP = PricedRequest("video", quality="standard", seconds=5)


def test_a_picture_costs_a_fifth_of_a_point_and_a_clip_ten() -> None:
    assert pricing.price(V1, PICTURE).cost_cp == 20
    assert pricing.price(V1, CLIP).cost_cp == 1000


def test_sixty_six_points_are_six_clips_and_thirty_pictures_or_330_pictures() -> None:
    picture, clip = pricing.price(V1, PICTURE).cost_cp, pricing.price(V1, CLIP).cost_cp
    assert 6 * clip + 30 * picture == launch.DAILY_POINTS_CP
    assert 330 * picture == launch.DAILY_POINTS_CP


def test_version_2_has_every_kind_and_what_version_1_had_costs_the_same() -> None:
    for line in V1.lines:
        assert line in V2.lines
    costs = {line.code: line.unit_cp for line in V2.lines}
    clips = {"5s": 1000, "10s": 2000, "high-5s": 3500, "high-10s": 7000}
    for kind in ("video", "image-to-video", "extension", "effect"):
        assert {name: costs[f"{kind}-{name}"] for name in clips} == clips
    assert costs["creative"] == 470
    assert len(V2.lines) == 18
    assert [line.code for line in V2.headlines] == ["image", "video-5s"]


def test_the_relaxed_lane_costs_seven_tenths_rounded_up_per_piece() -> None:
    relaxed = PricedRequest("image", pieces=3, relaxed=True)
    assert pricing.price(V2, relaxed).cost_cp == 42
    assert pricing.price(V2, PricedRequest("creative", relaxed=True)).cost_cp == 329
    odd = replace(V2, lines=(replace(V2.lines[0], unit_cp=15),))
    assert pricing.price(odd, relaxed).cost_cp == 33
    assert pricing.price(odd, PricedRequest("image", pieces=3)).cost_cp == 45


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
