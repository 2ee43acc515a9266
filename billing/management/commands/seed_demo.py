"""python manage.py seed_demo"""

from __future__ import annotations

import contextlib
from typing import Any

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
        for role, email, password, operator in SIGN_INS:
            with contextlib.suppress(EmailTaken):  # made by an earlier start
                users.create_user(email=email, password=password, verified=True, operator=operator)
            self.stdout.write(f"{role}: {email} / {password}")
