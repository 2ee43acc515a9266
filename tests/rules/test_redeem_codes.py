"""Codes as text, and what a code is worth at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from billing.redeem_codes import (
    ALPHABET,
    LENGTH,
    Standing,
    check_of,
    is_good,
    new_code,
    read_code,
    shown,
    tail,
)
from tests.jobs_by_hand import NOON

DRAWN = "7K3QZ0AB9XW2M4T"
CODE = DRAWN + check_of(DRAWN)
GOOD = Standing(
    state="made",
    starts_at=NOON,
    ends_at=NOON + timedelta(days=1),
    revoked=False,
    redeemed=False,
    batch_redeemed=4,
    redemptions_max=5,
    had_by_user=0,
    per_user_max=1,
)


def test_a_new_code_is_read_as_it_is_shown_and_no_two_are_alike() -> None:
    codes = {new_code() for _number in range(500)}
    assert len(codes) == 500
    for code in codes:
        assert read_code(shown(code)) == code
        assert shown(code).endswith(tail(code))


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        shown(CODE),
        f"  {shown(CODE).replace('-', ' ')}\t\n",
        shown(CODE).replace("-", "–"),
        CODE.replace("0", "O"),
        "".join(chr(ord(letter) + 0xFEE0) for letter in CODE),  # as Chinese keyboards may send it
    ],
)
def test_it_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == CODE


def test_one_and_its_lookalikes_are_one_letter() -> None:
    drawn = "111111111111111"
    assert read_code("lIiL" * 3 + "111" + check_of(drawn)) == drawn + check_of(drawn)


def test_every_single_wrong_letter_is_noticed() -> None:
    for place in range(LENGTH):
        for letter in set(ALPHABET) - {CODE[place]}:
            assert read_code(CODE[:place] + letter + CODE[place + 1 :]) is None


def test_every_two_letters_that_changed_places_are_noticed() -> None:
    for first, second in combinations(range(LENGTH), 2):
        letters = list(CODE)
        letters[first], letters[second] = letters[second], letters[first]
        if CODE[first] != CODE[second]:
            assert read_code("".join(letters)) is None


@pytest.mark.parametrize(
    "typed", ["", " ", "U" * 16, CODE[:-1], CODE + "0", "💥" * 16, "0" * 10**6]
)
def test_what_is_none_is_none(typed: str) -> None:
    assert read_code(typed) is None


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"ends_at": NOON}, False),
        ({"ends_at": NOON + timedelta(microseconds=1)}, True),
        ({"starts_at": NOON + timedelta(microseconds=1)}, False),
        ({"revoked": True}, False),
        ({"redeemed": True}, False),
        ({"batch_redeemed": 5}, False),
        ({"had_by_user": 1}, False),
        ({"had_by_user": 1, "per_user_max": 2}, True),
        *(({"state": state}, False) for state in ("waiting", "agreed", "refused", "revoked")),
    ],
)
def test_what_a_code_is_worth(change: dict[str, Any], good: bool) -> None:
    assert is_good(replace(GOOD, **change), now=NOON) is good
