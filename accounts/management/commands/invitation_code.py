"""python manage.py invitation_code --seats N --days N --key K [--code …] [--reason …]"""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refusal
from accounts.services.invitations import make_code


class Command(BaseCommand):
    help = "Make a code that lets people sign up while there is a waiting list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seats", type=int, required=True, help="how many sign-ups")
        parser.add_argument("--days", type=int, default=30, help="how long it lives")
        parser.add_argument("--code", default="", help="the code; made up by default")
        parser.add_argument("--key", required=True, help="name of the batch: made once")
        parser.add_argument("--reason", default="by command")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = make_code(
                seats=options["seats"],
                days=options["days"],
                code=options["code"],
                key=options["key"],
                actor=f"command:{getpass.getuser()}",
                reason=options["reason"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(made.token)
