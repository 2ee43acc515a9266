"""What no wallet could accept, refused before PostgreSQL is asked. Pure."""

from __future__ import annotations

import re

from billing.ledger.errors import InvalidRequest

AMOUNT_CP_MAX = 10**15
KEY_LENGTH_MAX = 200
SOURCE = re.compile(r"[a-z][a-z_]{0,31}")


def check_amount(amount_cp: int) -> None:
    """Raises InvalidRequest unless the amount is a whole number of cp that a wallet can hold."""
    if type(amount_cp) is not int or not 0 < amount_cp <= AMOUNT_CP_MAX:
        raise InvalidRequest(f"amount_cp must be from 1 to {AMOUNT_CP_MAX}, not {amount_cp!r}")


def check_key(key: str) -> None:
    """Raises InvalidRequest unless the key has 1 to 200 characters."""
    if not 0 < len(key) <= KEY_LENGTH_MAX:
        raise InvalidRequest(f"a key has 1 to {KEY_LENGTH_MAX} characters")


def check_source(source: str) -> None:
    """Raises InvalidRequest unless the source is a word such as `topup`."""
    if not SOURCE.fullmatch(source):
        raise InvalidRequest(f"a source is a word of small letters, not {source!r}")
