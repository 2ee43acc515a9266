"""python manage.py reseal_secrets"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.sealed_keys import reseal_all
from accounts.services.sealing import CannotUnseal


class Command(BaseCommand):
    help = (
        "Encrypt every kept secret anew under the first of ENCRYPTION_SECRETS; afterwards the"
        " others can be taken away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = reseal_all()
        except CannotUnseal as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(f"Encrypted {count} secrets anew.")
