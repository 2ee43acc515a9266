"""python manage.py create_api_key --email … --name … [--cap-points N] [--kling] …"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refusal
from accounts.scopes import DEFAULT, SCOPES
from accounts.selectors.users import user_by_email
from accounts.services import api_keys


def hundredths(text: str) -> int:
    """Points as hundredths. Raises ArgumentTypeError; never rounds."""
    try:
        amount_cp = Decimal(text).scaleb(2)
        if amount_cp == amount_cp.to_integral_value():
            return int(amount_cp)
    except InvalidOperation:
        pass
    raise ArgumentTypeError(f"{text!r} is not a number of points with at most two decimals")


class Command(BaseCommand):
    help = "Make an API key and print its secret. It is shown this once and kept nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--cap-points", type=hundredths, help="most points a server day")
        parser.add_argument("--month-cap-points", type=hundredths, help="most points a month")
        parser.add_argument("--scope", action="append", choices=SCOPES, help="may be repeated")
        parser.add_argument("--network", action="append", default=[], help="may be repeated")
        parser.add_argument(
            "--kling",
            action="store_true",
            help="print an access key and its secret for the Kling dialect instead",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = api_keys.create_api_key(
                user=user_by_email(options["email"]),
                name=options["name"],
                daily_cap_cp=options["cap_points"],
                monthly_cap_cp=options["month_cap_points"],
                scopes=options["scope"] or DEFAULT,
                networks=options["network"],
                kling=options["kling"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        # What was made, alone on standard output, so that a script can take it as it is.
        self.stderr.write(
            f"Key {made.key.name!r} of {made.key.user.email}; keep it, it is shown once:"
        )
        if made.kling is None:
            self.stdout.write(made.secret)
            return
        self.stdout.write(made.kling.access_key)
        self.stdout.write(made.kling.secret)
