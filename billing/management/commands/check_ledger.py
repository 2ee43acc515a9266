"""`manage.py check_ledger`: proves every invariant of the ledger."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from billing.ledger import checks

# Clocks of different machines differ; a ledger written a moment ahead of ours is not broken.
CLOCK_TOLERANCE = timedelta(minutes=5)


class Command(BaseCommand):
    help = "Prove every invariant of the ledger; exit 1 and print each breach if one fails."

    def handle(self, *args: Any, **options: Any) -> None:
        """Exits 0 when the ledger is sound, 1 when it is not."""
        breaches = checks.check(now=timezone.now() + CLOCK_TOLERANCE)
        for breach in breaches:
            wallet = "" if breach.wallet_id is None else f" [wallet {breach.wallet_id}]"
            self.stdout.write(f"BREACH: {breach.invariant}{wallet} {breach.detail}")
        if breaches:
            self.stdout.write(f"{len(breaches)} breaches.")
            sys.exit(1)
        self.stdout.write(f"The ledger is sound: {checks.count()} invariants hold.")
