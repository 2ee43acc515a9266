"""python manage.py clean_deliveries export [--since DATE] [--until DATE] [--out FILE] | purge"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from accounts.errors import InvalidRequest
from generation.labelling import RETENTION_DAYS
from generation.models import CleanDelivery
from generation.services.clean_deliveries import export_clean_deliveries, purge_clean_deliveries


class Command(BaseCommand):
    help = "Export the log of clean deliveries as CSV, or purge what is older than its retention."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["export", "purge"])
        parser.add_argument("--since", type=_day, help="first day, such as 2026-11-01 (UTC)")
        parser.add_argument("--until", type=_day, help="the day after the last")
        parser.add_argument("--out", help="file for the CSV; standard output if not given")
        parser.add_argument("--days", type=int, default=RETENTION_DAYS, help="keep so many days")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "purge":
            self._purge(options["days"])
            return
        lines = CleanDelivery.objects.all()
        if options["since"]:
            lines = lines.filter(recorded_at__gte=options["since"])
        if options["until"]:
            lines = lines.filter(recorded_at__lt=options["until"])
        text = export_clean_deliveries(lines)
        if options["out"]:
            Path(options["out"]).write_text(text, encoding="utf-8", newline="")
            self.stdout.write(options["out"])
        else:
            self.stdout.write(text, ending="")

    def _purge(self, days: int) -> None:
        try:
            purged = purge_clean_deliveries(days=days, now=timezone.now())
        except InvalidRequest as refusal:
            raise CommandError(refusal.message) from None
        except Error as error:
            raise CommandError(f"the database refused: {error}") from None
        self.stdout.write(f"{purged} lines purged.")


def _day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), UTC)
