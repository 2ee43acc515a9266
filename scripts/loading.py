"""Migrate the database and load the demo data: `python -m scripts.loading`, in the environment.

One process for both, because importing Django's applications takes longer than either. Standard
output holds the demo sign-ins that `seed_demo` prints; `migrate` writes to standard error.
"""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    """Bring the tables to what the code expects, then the data a new installation needs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    call_command("migrate", interactive=False, stdout=sys.stderr)
    call_command("seed_demo")


if __name__ == "__main__":
    main()
