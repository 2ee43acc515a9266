"""The nightly proof: check everything, pause what is broken, and say so loudly."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from billing.ledger import checks, corrections
from billing.ledger.types import Breach

log = logging.getLogger(__name__)


def prove(*, now: datetime) -> list[Breach]:
    """Checks every invariant; a wallet in a breach takes no grant and no capture from then on.

    Each breach is logged as an error. A paused wallet still releases holds, so that no owner loses
    points meanwhile; staff resume it with `corrections.pause` when the cause is found. `now` is
    the latest time a transaction may carry. Owns its database transaction. Raises django.db.Error.
    """
    breaches = checks.check(now=now)
    for breach in breaches:
        log.error(
            "ledger breach: %s: %s (wallet %s)",
            *(breach.invariant, breach.detail, breach.wallet_id),
        )
    broken = sorted({breach.wallet_id for breach in breaches if breach.wallet_id is not None})
    if broken:
        with transaction.atomic(durable=True):
            paused = corrections.pause(wallet_ids=broken, paused=True)
        log.critical("ledger: %s breaches, %s wallets paused", len(breaches), paused)
    return breaches
