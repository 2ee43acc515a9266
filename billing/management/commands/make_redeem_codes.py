"""python manage.py make_redeem_codes --by … --title … --count … --points … --days … --reason …"""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.errors import Refusal
from accounts.selectors.users import user_by_email
from billing.services.code_batches import (
    REASONS,
    SOURCES,
    Made,
    Wanted,
    make_codes,
    propose_batch,
)
from billing.types import parse_points


class Command(BaseCommand):
    help = "Make redeem codes: a CSV, shown once. Above the limit they wait for a second person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, help="address of the staff who asks for them")
        parser.add_argument("--title", required=True, help="what users read in their statement")
        parser.add_argument("--count", type=int, required=True)
        parser.add_argument("--points", required=True, help="of each code, such as 50 or 12.50")
        parser.add_argument("--days", type=int, default=30, help="how long the points live")
        parser.add_argument("--reason", choices=sorted(REASONS), required=True)
        parser.add_argument("--note", default="")
        parser.add_argument("--source", choices=SOURCES, default="code")
        parser.add_argument("--from", dest="starts", help="RFC 3339; now if left out")
        parser.add_argument("--until", help="RFC 3339; 90 days from the start if left out")
        parser.add_argument("--per-user", type=int, default=1)
        parser.add_argument("--redemptions", type=int, help="at most; all codes if left out")
        parser.add_argument("--out", help="a new file; standard output if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with the refusal's words; then nothing is made."""
        now = timezone.now()
        path = options["out"]
        # Opened first: a file that cannot be written must not lose codes that are shown once.
        out = _opened(path) if path else None
        try:
            made = _made(options, now)
        except (Refusal, CommandError) as refusal:
            _forget(out, path)
            raise CommandError(getattr(refusal, "message", str(refusal))) from None
        if made is None:
            _forget(out, path)
            self.stderr.write("It waits for a second person; its codes are made at the desk.")
            return
        if out is None:
            self.stdout.write(made.as_csv(), ending="")
        else:
            with out:
                out.write(made.as_csv())
        self.stderr.write(f"Batch {made.batch.pk}: {made.batch.count} codes, shown this once.")


def _made(options: dict[str, Any], now: datetime) -> Made | None:
    """The codes, None where a second person must agree first."""
    staff = user_by_email(options["by"])
    if not (staff.is_staff and staff.is_active):
        raise CommandError(f"{options['by']} is not of the staff")
    batch = propose_batch(wanted=_wanted(options, now), staff=staff, now=now)
    return None if batch.state == "waiting" else make_codes(batch_id=batch.pk, staff=staff, now=now)


def _forget(out: Any, path: str | None) -> None:
    if out is not None and path:
        out.close()
        os.unlink(path)


def _opened(path: str) -> Any:
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"--out {path}: {error.strerror}") from None
    return os.fdopen(number, "w", encoding="utf-8", newline="")


def _wanted(options: dict[str, Any], now: datetime) -> Wanted:
    try:
        amount_cp = parse_points(options["points"])
    except ValueError:
        raise CommandError(
            f"--points must be like 50 or 12.50, not {options['points']!r}"
        ) from None
    starts_at = _instant("--from", options["starts"]) or now
    return Wanted(
        title=options["title"],
        count=options["count"],
        amount_cp=amount_cp,
        source=options["source"],
        lot_days=options["days"],
        starts_at=starts_at,
        ends_at=_instant("--until", options["until"]) or starts_at + timedelta(days=90),
        per_user_max=options["per_user"],
        redemptions_max=options["redemptions"] or options["count"],
        reason=options["reason"],
        note=options["note"],
        key=f"command:{uuid.uuid4().hex}",
    )


def _instant(name: str, text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{name} must be like 2026-12-01T00:00:00Z, not {text!r}")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
