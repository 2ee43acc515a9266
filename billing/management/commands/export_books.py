"""Writes a month's books as CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refusal
from billing.selectors.books import month_of
from billing.services.books import export_books


class Command(BaseCommand):
    help = "Write revenue, deferred value, breakage, refunds, fees and tax of a month as CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, help="such as 2026-11")
        parser.add_argument("--out", default=".", help="folder for the three files")
        parser.add_argument("--without-fees", action="store_true", help="do not ask Stripe")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month = month_of(options["month"])
        except ValueError:
            raise CommandError("--month must be written like 2026-11") from None
        try:
            books, files = export_books(month=month, fees=not options["without_fees"])
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        folder = Path(options["out"])
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
            self.stdout.write(str(folder / name))
        gaps = [f"{currency}: {gap}" for currency, sums in books.sums.items() for gap in sums.gaps]
        if gaps:
            raise CommandError("the books do not add up: " + "; ".join(gaps))
