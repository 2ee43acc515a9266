"""What runs on the clock for the ledger."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from billing.ledger import nightly
from billing.ledger import selectors as ledger_reads
from billing.ledger import services as ledger
from billing.ledger.types import Breach

log = logging.getLogger(__name__)
_AT_ONCE = 1000


def expire_due_lots(*, now: datetime) -> int:
    """Write the expiry of lots that have ended, a wallet a transaction; returns the cp expired.

    Nothing depends on it: an ended lot is neither shown nor spendable before it is swept. A wallet
    that cannot be swept does not keep the others waiting.
    """
    expired_cp = 0
    for wallet_id in ledger_reads.wallets_due(now=now, limit=_AT_ONCE):
        try:
            with transaction.atomic(durable=True):
                expired_cp += ledger.expire(wallet_id=wallet_id, now=now)
        except Exception:
            log.exception("wallet %s could not be swept", wallet_id)
    return expired_cp


def check_ledger(*, now: datetime) -> list[Breach]:
    """Every breach of the ledger's invariants; wallets in one are paused. Empty when sound."""
    return nightly.prove(now=now)
