"""python manage.py reconcile_stripe [--days …]"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.services.reconciliation import ReconciliationFailed, livemode_name, reconcile


class Command(BaseCommand):
    help = (
        "Compare Stripe with orders, periods, refunds, disputes and the ledger; exit 1 if unequal."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="how far to look back")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints each difference; raises CommandError when Stripe cannot be asked."""
        since = timezone.now() - timedelta(days=options["days"])
        try:
            differences = reconcile(since=since)
        except ReconciliationFailed as error:
            raise CommandError(f"Stripe: {error}") from None
        for difference in differences:
            self.stdout.write(f"{difference.kind}: {difference.reference} ({difference.detail})")
        self.stdout.write(f"{len(differences)} difference(s) with Stripe ({livemode_name()}).")
        if differences:
            sys.exit(1)
