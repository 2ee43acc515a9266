"""python manage.py invite --count N [--order …] --key K --reason … [--send]"""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import InvalidRequest, Refusal
from accounts.selectors.waiting_list import preview
from accounts.services.invitations import invite_by_rule
from accounts.waiting import ORDERS, USES, Rule, breaches


class Command(BaseCommand):
    help = "Invite people of the waiting list. Without --send a dry run: how many, and who first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, required=True, help="at most how many")
        parser.add_argument("--order", choices=ORDERS, default="oldest")
        parser.add_argument("--use", default="", choices=USES, help="only with this use")
        parser.add_argument("--language", default="", help="only with this language")
        parser.add_argument("--days", type=int, default=7, help="how long an invitation lives")
        parser.add_argument("--key", required=True, help="name of the batch: invites once")
        parser.add_argument("--reason", default="by command")
        parser.add_argument("--by", default="", help="who decided; default: who runs this")
        parser.add_argument("--send", action="store_true", help="really invite")

    def handle(self, *args: Any, **options: Any) -> None:
        # The key seeds the draw, so that the dry run shows who the batch will be.
        rule = Rule(
            count=options["count"],
            order=options["order"],
            use=options["use"],
            language=options["language"],
            seed=options["key"] if options["order"] == "random" else "",
        )
        try:
            if options["send"]:
                self._send(rule, options)
            else:
                self._look(rule)
        except Refusal as refusal:
            at = "; ".join(f"{field}: {fault}" for field, fault in refusal.fields.items())
            raise CommandError(f"{refusal.message} {at}".strip()) from None

    def _look(self, rule: Rule) -> None:
        wrong = breaches(rule, languages=tuple(dict(settings.LANGUAGES)))
        if wrong:
            raise InvalidRequest("This rule cannot be.", fields=wrong)
        seen = preview(rule)
        self.stdout.write(f"Would invite {seen.count}; the first:")
        for person in seen.first:
            self.stdout.write(f"  {person.place}  {person.email}")
        self.stdout.write("Nothing is sent without --send.")

    def _send(self, rule: Rule, options: dict[str, Any]) -> None:
        batch = invite_by_rule(
            rule=rule,
            days=options["days"],
            key=options["key"],
            actor=f"command:{options['by'] or getpass.getuser()}",
            reason=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(f"Batch {batch.key}: {batch.count} invited on {batch.created_at:%F %T}.")
