"""python manage.py load_catalogue"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from billing.services import catalogue


class Command(BaseCommand):
    help = "Load what of the launch catalogue is not there yet: prices, plans, packs, promotions."

    def handle(self, *args: Any, **options: Any) -> None:
        added = catalogue.load_launch_catalogue()
        self.stdout.write(f"Launch catalogue: {added} version(s) and promotion(s) added")
