"""python manage.py gpu_workers [--drain NAME | --resume NAME]"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from generation.services import operations


class Command(BaseCommand):
    help = "List GPU workers of the last day; drain one, or let it take jobs again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--drain", metavar="NAME", help="finish what it has, take no more")
        choice.add_argument("--resume", metavar="NAME", help="take jobs again")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["drain"]:
            operations.drain_worker(name=options["drain"], now=now)
        if options["resume"] and not operations.resume_worker(name=options["resume"]):
            raise CommandError(f"{options['resume']} was not drained")
        for worker in operations.recent_workers(now=now):
            state = "drained" if worker.drained else "takes jobs"
            self.stdout.write(f"{worker.name}  {worker.attempts} attempts today  {state}")
