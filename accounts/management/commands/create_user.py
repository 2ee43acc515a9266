"""python manage.py create_user --email … --password … [--verified] [--operator]"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import Refusal
from accounts.services import users


class Command(BaseCommand):
    help = "Make a user; with --operator one who may open the desk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument(
            "--verified", action="store_true", help="the address counts as confirmed"
        )
        parser.add_argument("--operator", action="store_true", help="may open the desk")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = users.create_user(
                email=options["email"],
                password=options["password"],
                verified=options["verified"],
                operator=options["operator"],
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"Created {user.email}")
