"""python manage.py sync_stripe [--webhook-url …]"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refusal
from billing.services.stripe_sync import SyncFailed, sync_stripe


class Command(BaseCommand):
    help = "Make products, prices, coupons and the webhook endpoint at Stripe. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--webhook-url", default="", help="where Stripe reaches us, if not the public address"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when Stripe cannot be reached or refuses."""
        url = options["webhook_url"] or f"{settings.PUBLIC_URL}{reverse('stripe-webhook')}"
        try:
            synced = sync_stripe(webhook_url=url, now=timezone.now())
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        except SyncFailed as error:
            raise CommandError(f"Stripe: {error}") from None
        self.stdout.write(
            f"Stripe has {synced.prices} prices and {synced.coupons} coupons, "
            f"{synced.archived} older prices are archived, events go to {url}"
        )
