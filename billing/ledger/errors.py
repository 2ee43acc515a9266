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


class KeyReused(LedgerError):
    """The key belongs to another request of this wallet."""

    code = "key_reused"


class StartsLater(LedgerError):
    """The grant would start after now."""

    code = "starts_later"


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
