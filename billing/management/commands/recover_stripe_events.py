"""python manage.py recover_stripe_events [--days …]"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from billing.services.stripe_events import handle_waiting
from billing.services.stripe_recovery import recover_events


class Command(BaseCommand):
    help = "Read Stripe's list of events, store what never arrived, and handle what waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=0, help="read this many days back, at most 30"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        since = now - timedelta(days=options["days"]) if options["days"] else None
        missing = recover_events(now=now, since=since)
        handled = handle_waiting(now=now)
        self.stdout.write(f"{missing} event(s) had not arrived; {handled} handled or tried.")
