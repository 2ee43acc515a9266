"""python manage.py import_hashes FILE [--check]"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refusal
from generation.services import blocked_pictures


class Command(BaseCommand):
    help = "Add PDQ hashes of forbidden pictures from a CSV file (pdq, category, note)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="say what would change, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from None
        preview = blocked_pictures.preview_hashes(data)
        if preview.faults:
            raise CommandError("\n".join(str(fault) for fault in preview.faults))
        self.stdout.write(f"{len(preview.added)} new, {len(preview.known)} known already")
        if not options["check"]:
            try:
                blocked_pictures.import_hashes(data=data, by=None, now=timezone.now())
            except Refusal as refusal:
                raise CommandError(refusal.message) from None
