"""python manage.py registration [closed|waitlist|open] [--at …] [--by …] [--reason …]"""

from __future__ import annotations

import getpass
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refusal
from accounts.registration import STATES, Door
from accounts.selectors.registration import registration
from accounts.services.registration import change_registration


def instant(text: str) -> datetime:
    """An instant of RFC 3339 with its zone. Raises ArgumentTypeError."""
    with suppress(ValueError):
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at
    raise ArgumentTypeError(f"{text!r} is not an instant such as 2027-01-31T09:00:00+08:00")


def said(door: Door) -> str:
    """The state in one line."""
    if door.next_at is None:
        return door.state
    return f"{door.state}; {door.next_state} from {door.next_at.isoformat()}"


class Command(BaseCommand):
    help = "Show or change whether people may sign up. Every change is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", nargs="?", choices=STATES)
        parser.add_argument("--at", type=instant, help="from when it holds; default: at once")
        parser.add_argument("--by", default="", help="who decided; default: who runs this")
        parser.add_argument("--reason", default="", help="why; kept with the decision")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["state"] is None:
            if options["at"] or options["by"] or options["reason"]:
                raise CommandError("say which state: closed, waitlist or open")
            self.stdout.write(said(registration(now=now)))
            return
        try:
            change_registration(
                state=options["state"],
                at=options["at"],
                actor=f"command:{options['by'] or getpass.getuser()}",
                reason=options["reason"] or "by command",
                now=now,
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(said(registration(now=now)))
