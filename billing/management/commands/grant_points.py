"""python manage.py grant_points --email … --points … --source … --reason … --days …"""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.errors import Refusal
from accounts.selectors.users import user_by_email
from billing.services.grants import give_points


class Command(BaseCommand):
    help = "Give a user free points that live for some days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--points", required=True, help="such as 66 or 0.20")
        parser.add_argument("--source", default="adjustment")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--days", type=int, default=30)

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with the refusal's words."""
        try:
            amount_cp = Decimal(options["points"]) * 100
        except InvalidOperation:
            raise CommandError(f"--points must be a number, not {options['points']!r}") from None
        if not amount_cp.is_finite() or amount_cp != int(amount_cp):
            raise CommandError("--points has at most two decimals")
        try:
            granted = give_points(
                user=user_by_email(options["email"]),
                amount_cp=int(amount_cp),
                source=options["source"],
                days=options["days"],
                reason=options["reason"],
                key=f"command:{uuid.uuid4().hex}",
                now=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(
            f"{options['email']} was given {options['points']} points "
            f"and has {Decimal(granted.available_cp) / 100:.2f} now."
        )
