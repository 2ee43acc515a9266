"""python manage.py import_rules FILE [--check] [--publish REASON]"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refusal
from generation.services import rule_lists


class Command(BaseCommand):
    help = "Import a CSV file of moderation rules as a new version; with --publish put it in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="say what would change, and stop")
        parser.add_argument("--publish", metavar="REASON", help="put it in force, and why")
        parser.add_argument("--note", default="", help="what changes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from None
        preview = rule_lists.preview_rules(data)
        if preview.faults:
            raise CommandError("\n".join(str(fault) for fault in preview.faults))
        self.stdout.write(
            f"{len(preview.rules)} rules: {len(preview.added)} new, "
            f"{len(preview.changed)} changed, {len(preview.removed)} gone"
        )
        if options["check"]:
            return
        now = timezone.now()
        try:
            made = rule_lists.import_rules(data=data, note=options["note"], by=None, now=now)
            if options["publish"] is not None:
                rule_lists.publish_rules(
                    version=made.version, reason=options["publish"], by=None, now=now
                )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        state = "in force" if options["publish"] is not None else "imported, not in force"
        self.stdout.write(f"version {made.version}: {state}")
