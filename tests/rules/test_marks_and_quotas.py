"""Who gets the brand mark, and how many jobs at once."""

import itertools

import pytest

from generation.quotas import parallel_jobs
from generation.watermark import needs_brand_mark


@pytest.mark.parametrize(
    ("removable", "agreed", "only_paid"), list(itertools.product([False, True], repeat=3))
)
def test_the_mark_goes_only_when_all_three_hold(
    removable: bool, agreed: bool, only_paid: bool
) -> None:
    marked = needs_brand_mark(removable=removable, agreed=agreed, only_paid_points=only_paid)
    assert marked is not (removable and agreed and only_paid)


@pytest.mark.parametrize(
    ("slots", "in_use", "allowed"), [(1, 0, True), (1, 1, False), (8, 7, True)]
)
def test_parallel_jobs(slots: int, in_use: int, allowed: bool) -> None:
    verdict = parallel_jobs(slots=slots, in_use=in_use)
    assert verdict.allowed is allowed
    assert (verdict.limit, verdict.in_use) == (slots, in_use)
