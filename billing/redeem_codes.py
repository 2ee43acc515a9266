"""Redeem codes as text: sixteen characters, the last of them a check. No Django here.

The alphabet is Crockford's: no I, L, O or U, so nothing in it is mistaken for anything else. The
check is a sum over the field of 32 elements, each place with a weight of its own: it notices every
single wrong character and every two that changed places, so a slip is told from a guess before
anything is looked up. It guards against nobody: whoever knows the rule can compute it.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_GROUP = 4
# Longer than any code with its dashes and spaces; what is longer is not read at all.
TEXT_MAX = 64
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}
# x^5 + x^2 + 1: multiplying by x runs through all 31 elements but zero.
_POLYNOMIAL = 0b100101

State = Literal["waiting", "agreed", "made", "refused", "revoked"]


def new_code() -> str:
    """A code nobody has: 75 random bits and the check."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return drawn + check_of(drawn)


def check_of(drawn: str) -> str:
    """The check character of the others."""
    total = 0
    for letter in reversed(drawn):
        total = _times_x(total ^ _VALUE[letter])
    return ALPHABET[total]


def read_code(text: str) -> str | None:
    """The code in what somebody typed, None where it is none.

    Case, spaces and dashes say nothing; O is read as 0, I and L as 1.
    """
    if len(text) > TEXT_MAX:
        return None
    plain = unicodedata.normalize("NFKC", text).upper().translate(_READ_AS)
    letters = "".join(one for one in plain if not one.isspace() and one not in "-‐‑‒–—_")
    if len(letters) != LENGTH or any(letter not in _VALUE for letter in letters):
        return None
    return letters if check_of(letters[:-1]) == letters[-1] else None


def shown(code: str) -> str:
    """A code as it is printed: "7K3Q-…", four and four."""
    return "-".join(code[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))


def tail(code: str) -> str:
    """The last four characters, by which its owner knows it again."""
    return code[-_GROUP:]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a code's worth depends on: its batch, itself, and how often this person had of it."""

    state: State
    starts_at: datetime
    ends_at: datetime
    revoked: bool
    redeemed: bool
    batch_redeemed: int
    redemptions_max: int
    had_by_user: int
    per_user_max: int


def is_good(code: Standing, *, now: datetime) -> bool:
    """Whether it can be redeemed at `now`. Valid from its start to before its end."""
    return (
        code.state == "made"
        and code.starts_at <= now < code.ends_at
        and not code.revoked
        and not code.redeemed
        and code.batch_redeemed < code.redemptions_max
        and code.had_by_user < code.per_user_max
    )


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled & 0b100000 else doubled
