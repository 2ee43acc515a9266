"""What is set aside, or was, for one charge."""

from __future__ import annotations

from billing.ledger import selectors as ledger

# The ledger's own value, under the name the rest of the product knows it by.
from billing.ledger.types import HoldState as HoldState


def hold_of(*, wallet_id: int, hold_id: int) -> HoldState:
    """The hold as the ledger has it now, its lots in order of use."""
    return ledger.hold(wallet_id=wallet_id, hold_id=hold_id)
