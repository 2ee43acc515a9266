"""python manage.py seed_demo"""

from __future__ import annotations

import contextlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.errors import EmailTaken
from accounts.services import users
from billing.services import catalogue

SIGN_INS = (
    ("user", "user@inkling.example", "inkling-user", False),
    ("operator", "operator@inkling.example", "inkling-operator", True),
)


class Command(BaseCommand):
    help = "Load the launch catalogue and make the demo sign-ins. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue.load_launch_catalogue()
        if settings.DEMO_SIGN_INS:
            self._make_sign_ins()
        else:
            self._bar_sign_ins()

    def _make_sign_ins(self) -> None:
        for role, email, password, operator in SIGN_INS:
            with contextlib.suppress(EmailTaken):  # made by an earlier start
                users.create_user(email=email, password=password, verified=True, operator=operator)
            self.stdout.write(f"{role}: {email} / {password}")

    def _bar_sign_ins(self) -> None:
        """Others can reach this server, and everybody knows these passwords."""
        for _role, email, _password, _operator in SIGN_INS:
            users.bar_user(email=email)
        self.stdout.write(
            "No demo sign-ins: others can reach this address. Make your own operator with"
            " manage.py create_user --operator --verified --email … --password …"
        )
