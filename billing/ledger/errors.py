"""What the ledger refuses. `code` is stable; the edge maps it to words.

A refusal is an answer of the SQL function, not an SQL error: it writes nothing and leaves the
caller's database transaction usable. An SQL error means that the ledger itself is broken.
"""

from __future__ import annotations


class LedgerError(Exception):
    """Any refusal of the ledger."""

    code = "ledger_error"


class NotInTransaction(LedgerError):
    """A write was tried outside a database transaction: a bug of the caller."""

    code = "not_in_transaction"


class InvalidRequest(LedgerError):
    """An argument that no wallet could accept, such as an amount below one."""

    code = "invalid_request"


class UnknownWallet(LedgerError):
    """There is no such wallet."""

    code = "unknown_wallet"


class UnknownHold(LedgerError):
    """The wallet has no such hold."""

    code = "unknown_hold"


class UnknownLot(LedgerError):
    """The wallet has no such lot."""

    code = "unknown_lot"


class KeyReused(LedgerError):
    """The key belongs to another request of this wallet."""

    code = "key_reused"


class EndsBefore(LedgerError):
    """The grant would have ended by now."""

    code = "ends_before"


class InsufficientPoints(LedgerError):
    """More was asked for than is available (cp)."""

    code = "insufficient_points"

    def __init__(self, needed_cp: int, available_cp: int) -> None:
        super().__init__(f"{needed_cp} cp needed, {available_cp} cp available")
        self.needed_cp = needed_cp
        self.available_cp = available_cp


class HoldAlreadySettled(LedgerError):
    """The hold was captured or released before, by another key."""

    code = "hold_already_settled"

    def __init__(self, state: str) -> None:
        super().__init__(f"the hold is already {state}")
        self.state = state


class CaptureTooLarge(LedgerError):
    """More was to be captured than is held."""

    code = "capture_too_large"


class ClawbackTooLarge(LedgerError):
    """More was to be taken back than the lot was granted and still has to give."""

    code = "clawback_too_large"


class NothingLeft(LedgerError):
    """The lot has nothing to freeze, or nothing frozen."""

    code = "nothing_left"


class NoRate(LedgerError):
    """No rate is published between the units of the two wallets."""

    code = "no_rate"


class AmountTooSmall(LedgerError):
    """At the published rate the amount is worth nothing."""

    code = "amount_too_small"


class WalletPaused(LedgerError):
    """A check found the wallet broken: it takes no grant and no capture until it is mended."""

    code = "wallet_paused"
