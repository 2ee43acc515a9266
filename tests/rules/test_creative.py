"""Creatives differ: by their plan, whatever the engine makes of it, and to the eye."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from generation.creative import (
    ASPECTS,
    BACKGROUNDS,
    LAYOUTS,
    PALETTES,
    Variation,
    scene_prompt,
    variation_of,
)
from generation.posters import cut, draw_poster

LINES = ["夏日新品 第二件半价", "Fresh every morning"]
SCENE = np.random.default_rng(3).integers(0, 255, (512, 512, 3), dtype=np.uint8)
PRODUCT = np.full((400, 300, 3), (250, 20, 20), np.uint8)


def plan(seed: int) -> Variation:
    return variation_of(seed, aspect_ratio=None, lines=LINES)


@pytest.mark.parametrize("seed", [0, 7, 123_456_789, 2**32 - 900])
def test_no_two_of_a_hundred_have_one_plan(seed: int) -> None:
    assert len({plan(seed + piece) for piece in range(100)}) == 100


def test_all_there_is_is_used() -> None:
    plans = [plan(seed) for seed in range(40)]
    assert {one.layout for one in plans} == set(LAYOUTS)
    assert {one.background for one in plans} == set(BACKGROUNDS)
    assert {one.palette for one in plans} == set(PALETTES)
    assert {one.aspect_ratio for one in plans} == set(ASPECTS)
    assert {one.line for one in plans} == set(LINES)


def test_a_piece_is_planned_by_its_own_seed() -> None:
    assert plan(41) == plan(41)
    assert variation_of(41, aspect_ratio="16:9", lines=[]).aspect_ratio == "16:9"
    assert variation_of(41, aspect_ratio=None, lines=[]).line == ""


def test_what_the_engine_is_asked_for() -> None:
    assert scene_prompt("tea", plan(0), product=False).startswith("tea, on a sunlit wooden table")
    assert "stage, tea" in scene_prompt("tea", plan(0), product=True)
    assert scene_prompt("", plan(0), product=True).startswith("an empty stage for a product")


@pytest.mark.parametrize("product", [None, PRODUCT], ids=["words", "product"])
def test_ten_of_one_scene_differ_to_the_eye(product: np.ndarray | None) -> None:
    """Even where the engine drew the same scene each time."""
    pictures = [draw_poster(SCENE, plan(seed), product) for seed in range(10)]
    for one, other in itertools.combinations(pictures, 2):
        if one.shape == other.shape:
            # A tenth of the picture is plainly another colour.
            far = np.abs(one.astype(int) - other.astype(int)).max(axis=2) > 40
            assert far.mean() > 0.1


@pytest.mark.parametrize("seed", range(15))
def test_the_product_is_there_unchanged_and_whole(seed: int) -> None:
    plain = np.full((512, 512, 3), 120, np.uint8)
    picture = draw_poster(plain, plan(seed), PRODUCT)
    red = (np.abs(picture.astype(int) - PRODUCT[0, 0]) < 3).all(axis=2)
    rows, columns = np.nonzero(red)
    high, wide = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
    assert red.sum() > 0.07 * red.size
    assert abs(wide / high - 3 / 4) < 0.03  # not stretched, not cut


@pytest.mark.parametrize("line", ["夏日新品", "One line", "W" * 40, "长" * 40, "emoji 😀 only"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_words_stay_on_their_panel(layout: str, line: str) -> None:
    seed = next(one for one in range(840) if plan(one).layout == layout)
    base = plan(seed)
    said, silent = (
        draw_poster(SCENE, Variation(layout, base.background, base.palette, "1:1", text), None)  # type: ignore[arg-type]
        for text in (line, "😀")
    )
    assert said.shape == silent.shape
    written = (said != silent).any(axis=2)
    assert written.any()
    rows, columns = np.nonzero(written)
    # Nothing is written over the edge of the picture.
    assert min(rows.min(), columns.min()) > 2
    assert max(rows.max(), columns.max()) < 509


@pytest.mark.parametrize(
    ("aspect_ratio", "size"), [("1:1", (512, 512)), ("16:9", (288, 512)), ("9:16", (512, 288))]
)
def test_a_shape_is_cut_from_the_middle(aspect_ratio: str, size: tuple[int, int]) -> None:
    part = cut(SCENE, aspect_ratio)
    assert part.shape == (*size, 3)
    assert (part[size[0] // 2, size[1] // 2] == SCENE[256, 256]).all()


def test_a_scene_of_the_right_shape_is_whole() -> None:
    assert cut(SCENE[:288], "16:9").shape == (288, 512, 3)
