"""python manage.py load_catalogue"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from billing.services import catalogue


class Command(BaseCommand):
    help = "Load the launch catalogue: the price lists that are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        added = catalogue.load_launch_catalogue()
        self.stdout.write(f"Launch catalogue: {added} price list(s) added")
