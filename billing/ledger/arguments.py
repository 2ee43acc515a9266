"""What no wallet could accept, refused before PostgreSQL is asked, and what refusals are called."""

from __future__ import annotations

import re

from billing.ledger.errors import (
    AmountTooSmall,
    CaptureTooLarge,
    ClawbackTooLarge,
    EndsBefore,
    InvalidRequest,
    KeyReused,
    LedgerError,
    NoRate,
    NothingLeft,
    UnknownHold,
    UnknownLot,
    UnknownWallet,
    WalletPaused,
)

AMOUNT_CP_MAX = 10**15
KEY_LENGTH_MAX = 200
WORD = re.compile(r"[a-z][a-z_]{0,31}")

# The outcome an SQL function answers -> the error it becomes. The two that carry numbers are made
# where they are read: insufficient_points and hold_settled.
REFUSALS: dict[str, type[LedgerError]] = {
    "unknown_wallet": UnknownWallet,
    "unknown_hold": UnknownHold,
    "unknown_lot": UnknownLot,
    "key_reused": KeyReused,
    "ends_before": EndsBefore,
    "too_large": CaptureTooLarge,
    "clawback_too_large": ClawbackTooLarge,
    "nothing_left": NothingLeft,
    "no_rate": NoRate,
    "too_small": AmountTooSmall,
    "paused": WalletPaused,
}


def check_amount(amount_cp: int) -> None:
    """Raises InvalidRequest unless the amount is a whole number of cp that a wallet can hold."""
    if type(amount_cp) is not int or not 0 < amount_cp <= AMOUNT_CP_MAX:
        raise InvalidRequest(f"amount_cp must be from 1 to {AMOUNT_CP_MAX}, not {amount_cp!r}")


def check_key(key: str) -> None:
    """Raises InvalidRequest unless the key has 1 to 200 characters."""
    if not 0 < len(key) <= KEY_LENGTH_MAX:
        raise InvalidRequest(f"a key has 1 to {KEY_LENGTH_MAX} characters")


def check_word(word: str) -> None:
    """Raises InvalidRequest unless a source or a unit is a word such as `topup`."""
    if not WORD.fullmatch(word):
        raise InvalidRequest(f"a source or a unit is a word of small letters, not {word!r}")
