"""`manage.py check_ledger`: proves every invariant of the ledger."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from billing.ledger import checks

# Clocks of different machines differ; a ledger written a moment ahead of ours is not broken.
CLOCK_TOLERANCE = timedelta(minutes=5)


class Command(BaseCommand):
    help = "Prove every invariant of the ledger; exit 1 and print each breach if one fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--latest",
            type=datetime.fromisoformat,
            help="the latest time a transaction may carry, as 2026-11-23T12:00:00+00:00; five"
            " minutes from now unless given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exits 0 when the ledger is sound, 1 when it is not."""
        latest = options["latest"] or timezone.now() + CLOCK_TOLERANCE
        breaches = checks.check(now=latest)
        for breach in breaches:
            wallet = "" if breach.wallet_id is None else f" [wallet {breach.wallet_id}]"
            self.stdout.write(f"BREACH: {breach.invariant}{wallet} {breach.detail}")
        if breaches:
            self.stdout.write(f"{len(breaches)} breaches.")
            sys.exit(1)
        self.stdout.write(f"The ledger is sound: {checks.count()} invariants hold.")
