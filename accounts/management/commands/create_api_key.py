"""python manage.py create_api_key --email … --name …"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refusal
from accounts.selectors.users import user_by_email
from accounts.services import api_keys


class Command(BaseCommand):
    help = "Make an API key and print its secret. It is shown this once and kept nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = api_keys.create_api_key(
                user=user_by_email(options["email"]), name=options["name"], now=timezone.now()
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        # The secret alone on standard output, so that a script can take it as it is.
        self.stderr.write(
            f"Key {made.key.name!r} of {made.key.user.email}; keep it, it is shown once:"
        )
        self.stdout.write(made.secret)
