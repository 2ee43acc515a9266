"""python manage.py set_membership --email … --plan … --period … --reason …"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.errors import Refusal
from accounts.selectors.users import user_by_email
from billing.calendar_months import PERIOD_MONTHS
from billing.services.gifts import give_membership


class Command(BaseCommand):
    help = "Give a user a membership for one period without payment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--plan", required=True)
        parser.add_argument("--period", required=True, choices=list(PERIOD_MONTHS))
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with the refusal's words."""
        try:
            period = give_membership(
                user=user_by_email(options["email"]),
                plan=options["plan"],
                period=options["period"],
                reason=options["reason"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(
            f"{options['email']} is on {options['plan']} until {period.ends_at:%Y-%m-%d %H:%M} UTC"
        )
