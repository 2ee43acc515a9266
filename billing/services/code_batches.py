"""Batches of redeem codes: proposed, agreed to above a limit, made and shown once, revoked."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing import redeem_codes
from billing.errors import SecondPersonNeeded
from billing.models import CodeBatch, CodeRedemption, RedeemCode
from billing.types import format_points

REASONS: dict[str, str] = {
    "campaign": "Campaign",
    "partner": "Partner or event",
    "sold": "Sold elsewhere",
    "apology": "Apology for an incident",
    "test": "Test",
}
SOURCES = ("code", "promotion")
COUNT_MAX = 20_000
AMOUNT_CP_MAX = 1_000_000_00
DAYS_MAX = 730
# Batches of one person within this count together: many small ones are a large one.
TOGETHER = timedelta(days=1)
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A batch as it was filled in; points in hundredths. `key` was made with the empty form."""

    title: str
    count: int
    amount_cp: int
    source: str
    lot_days: int
    starts_at: datetime
    ends_at: datetime
    per_user_max: int
    redemptions_max: int
    reason: str
    note: str
    key: str


@dataclass(frozen=True, slots=True)
class Made:
    """The codes of a batch, as they are handed out. Nobody can ask for them again."""

    batch: CodeBatch
    codes: tuple[str, ...]

    def as_csv(self) -> str:
        """One line a code: code, points, valid from, valid until."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerow(["code", "points", "valid_from", "valid_until"])
        worth = format_points(self.batch.amount_cp)
        bounds = [self.batch.starts_at.isoformat(), self.batch.ends_at.isoformat()]
        rows.writerows([redeem_codes.shown(code), worth, *bounds] for code in self.codes)
        return text.getvalue()


def digest_of(code: str, *, secret: str | bytes | None = None) -> bytes:
    """What is kept of a code: a hash nobody can make without the installation's secret key."""
    made = salted_hmac("billing.redeem_code", code, secret=secret, algorithm="sha256")
    digest: bytes = made.digest()
    return digest


def digests_of(code: str) -> list[bytes]:
    """What may be kept of it: also under secret keys that were replaced."""
    return [
        digest_of(code),
        *(digest_of(code, secret=old) for old in settings.SECRET_KEY_FALLBACKS),
    ]


def needs_second(*, staff: User, worth_cp: int, now: datetime) -> bool:
    """Whether a batch worth so much more today needs a second person."""
    recent = CodeBatch.objects.filter(proposed_by=staff, proposed_at__gt=now - TOGETHER)
    recent = recent.exclude(state="refused")
    before = recent.aggregate(cp=Sum(F("redemptions_max") * F("amount_cp"), default=0))["cp"]
    return bool(before + worth_cp > settings.STAFF_CODES_LIMIT_POINTS * 100)


@transaction.atomic(durable=True)
def propose_batch(*, wanted: Wanted, staff: User, now: datetime) -> CodeBatch:
    """Ask for a batch; above the limit it waits for a second person. The same form is one batch.

    Raises InvalidRequest.
    """
    _check(wanted, now)
    # One person's proposals wait for each other, so that none slips under the limit beside another.
    User.objects.select_for_update().get(pk=staff.pk)
    known = CodeBatch.objects.filter(key=wanted.key).first()
    if known is not None:
        return known
    worth_cp = wanted.redemptions_max * wanted.amount_cp
    second = needs_second(staff=staff, worth_cp=worth_cp, now=now)
    asked = {**asdict(wanted), "title": wanted.title.strip(), "note": wanted.note.strip()[:200]}
    return CodeBatch.objects.create(
        **asked,
        state="waiting" if second else "agreed",
        second_person=second,
        proposed_by=staff,
        proposed_at=now,
    )


@transaction.atomic(durable=True)
def agree_batch(*, batch_id: int, staff: User, now: datetime) -> CodeBatch:
    """Agree to another's batch. Raises NotFound, SecondPersonNeeded."""
    batch = _locked(batch_id, "waiting")
    if batch.proposed_by_id == staff.pk:
        raise SecondPersonNeeded(_("A second person agrees to what you proposed."))
    return _decided(batch, "agreed", staff, now)


@transaction.atomic(durable=True)
def refuse_batch(*, batch_id: int, staff: User, now: datetime) -> CodeBatch:
    """Say no to a batch that waits; whoever asked for it may take it back so. Raises NotFound."""
    return _decided(_locked(batch_id, "waiting"), "refused", staff, now)


@transaction.atomic(durable=True)
def make_codes(*, batch_id: int, staff: User, now: datetime) -> Made:
    """Make the codes of a batch that was agreed to. They are answered this once.

    Raises NotFound when the batch is not to be made: also when it was made already.
    """
    batch = _locked(batch_id, "agreed")
    # 75 random bits each: that two are the same is not expected in the life of the universe, and
    # the unique hash would refuse them.
    codes = tuple(redeem_codes.new_code() for _number in range(batch.count))
    RedeemCode.objects.bulk_create(
        [
            RedeemCode(
                batch=batch, number=number, digest=digest_of(code), tail=redeem_codes.tail(code)
            )
            for number, code in enumerate(codes, start=1)
        ],
        batch_size=_AT_ONCE,
    )
    batch.state, batch.made_by, batch.made_at = "made", staff, now
    batch.save(update_fields=["state", "made_by", "made_at"])
    return Made(batch, codes)


@transaction.atomic(durable=True)
def revoke_batch(*, batch_id: int, reason: str, staff: User, now: datetime) -> CodeBatch:
    """End what was not redeemed of a batch; what was stays. Raises NotFound, InvalidRequest."""
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    batch = _locked(batch_id, "agreed", "made")
    batch.state, batch.revoked_by, batch.revoked_at = "revoked", staff, now
    batch.revoked_reason = reason.strip()[:200]
    batch.save(update_fields=["state", "revoked_by", "revoked_at", "revoked_reason"])
    return batch


@transaction.atomic(durable=True)
def revoke_code(*, code_id: int, staff: User, now: datetime) -> RedeemCode:
    """End one code that was not redeemed. Raises NotFound: also for one that was, or is revoked."""
    code = RedeemCode.objects.select_for_update().filter(pk=code_id, revoked_at=None).first()
    # Asked under the lock: a redemption takes it too.
    if code is None or CodeRedemption.objects.filter(code=code).exists():
        raise NotFound(_("No such code can be revoked."))
    code.revoked_at, code.revoked_by = now, staff
    code.save(update_fields=["revoked_at", "revoked_by"])
    return code


def _check(wanted: Wanted, now: datetime) -> None:
    faults = {
        "title": not 1 <= len(wanted.title.strip()) <= 60,
        "count": not 1 <= wanted.count <= COUNT_MAX,
        "points": not 1 <= wanted.amount_cp <= AMOUNT_CP_MAX,
        "source": wanted.source not in SOURCES,
        "lot_days": not 1 <= wanted.lot_days <= DAYS_MAX,
        "ends_at": wanted.ends_at <= max(wanted.starts_at, now),
        "per_user_max": not 1 <= wanted.per_user_max <= wanted.count,
        "redemptions_max": not 1 <= wanted.redemptions_max <= wanted.count,
        "reason": wanted.reason not in REASONS,
        "key": not 1 <= len(wanted.key) <= 64,
    }
    wrong = {name: "out of range" for name, fault in faults.items() if fault}
    if wrong:
        raise InvalidRequest(
            _("Not a batch that can be made: %(fields)s.") % {"fields": ", ".join(wrong)},
            fields=wrong,
        )


def _locked(batch_id: int, *states: str) -> CodeBatch:
    batch = CodeBatch.objects.select_for_update(of=("self",)).filter(pk=batch_id).first()
    if batch is None or batch.state not in states:
        raise NotFound(_("No such batch is in a state for this."))
    return batch


def _decided(batch: CodeBatch, state: str, staff: User, now: datetime) -> CodeBatch:
    batch.state, batch.decided_by, batch.decided_at = state, staff, now
    batch.save(update_fields=["state", "decided_by", "decided_at"])
    return batch
