"""python manage.py signing_chain [--renew]"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from cryptography import x509
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from generation.services import signing


class Command(BaseCommand):
    help = "Show the chain that signs C2PA manifests, make the local one or renew it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--renew", action="store_true", help="make a fresh local chain")

    def handle(self, *args: Any, **options: Any) -> None:
        own = settings.C2PA_CERTIFICATE_CHAIN
        if options["renew"] and own:
            raise CommandError("the chain in use is your own: C2PA_CERTIFICATE_CHAIN")
        try:
            chain = signing.renew(now=timezone.now()) if options["renew"] else signing.signing()
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(str(own or settings.C2PA_DIR))
        for certificate in x509.load_pem_x509_certificates(chain.chain):
            name = certificate.subject.rfc4514_string()
            self.stdout.write(f"  {name}, until {certificate.not_valid_after_utc:%Y-%m-%d}")
        for complaint in signing.complaints(now=timezone.now()):
            self.stderr.write(complaint)
        if options["renew"]:
            self.stdout.write("Restart the workers, so that they sign with it.")
