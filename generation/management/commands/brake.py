"""python manage.py brake on --reason … [--minutes N] | off"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from generation.services import operations


class Command(BaseCommand):
    help = "Accept no new jobs for a while; those queued and running go on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", choices=["on", "off"])
        parser.add_argument("--reason", default="", help="what the desk shows")
        parser.add_argument("--minutes", type=int, help="let go by itself after this long")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["state"] == "off":
            if not operations.release_brake():
                raise CommandError("the brake was not on")
            self.stdout.write("Jobs are accepted again.")
            return
        if not options["reason"]:
            raise CommandError("say why: --reason …")
        minutes = options["minutes"]
        if minutes is not None and minutes < 1:
            raise CommandError("--minutes must be at least 1")
        until = now + timedelta(minutes=minutes) if minutes else None
        operations.pull_brake(reason=options["reason"], until=until, now=now)
        self.stdout.write("No new jobs are accepted.")
