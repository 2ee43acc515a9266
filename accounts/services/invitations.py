"""Inviting people: by a rule, by hand, by a code. A batch happens once, whatever is repeated."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import Application, DoorMail, Invitation, InvitationBatch
from accounts.selectors.waiting_list import chosen
from accounts.services.doorbell import ring_after_commit
from accounts.waiting import BATCH_MAX, DAYS_MAX, SEATS_MAX, Rule, breaches

# Without letters and digits that are taken for one another.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@transaction.atomic(durable=True)
def invite_by_rule(
    *, rule: Rule, days: int, key: str, actor: str, reason: str, now: datetime
) -> InvitationBatch:
    """Invite whom the rule takes, for `days`. The same `key` again gives the batch that was made.

    Raises InvalidRequest for a rule that cannot be, a key used for another batch, no reason.
    """
    wrong = breaches(rule, languages=tuple(dict(settings.LANGUAGES)))
    if wrong:
        raise InvalidRequest(_("This rule cannot be."), fields=wrong)
    _check(days, key, reason)
    done = _begun(key, "rule", rule.stored())
    if done is not None:
        return done
    ids = chosen(rule, lock=True)
    return _invite(ids, "rule", rule.stored(), days, key, actor, reason, now)


@transaction.atomic(durable=True)
def invite_by_hand(
    *, ids: Sequence[int], days: int, key: str, actor: str, reason: str, now: datetime
) -> InvitationBatch:
    """Invite these of the list, those among them who wait. Raises InvalidRequest likewise."""
    _check(days, key, reason)
    if not 1 <= len(ids) <= BATCH_MAX:
        raise InvalidRequest(
            _("A batch invites 1 to %(most)s people.") % {"most": BATCH_MAX},
            fields={"ids": f"1 to {BATCH_MAX}"},
        )
    asked: dict[str, object] = {"ids": sorted(ids)}
    done = _begun(key, "hand", asked)
    if done is not None:
        return done
    people = Application.objects.select_for_update().filter(pk__in=ids, state="confirmed")
    found = list(people.order_by("place").values_list("pk", flat=True))
    return _invite(found, "hand", asked, days, key, actor, reason, now)


@transaction.atomic(durable=True)
def make_code(
    *, seats: int, days: int, code: str, key: str, actor: str, reason: str, now: datetime
) -> Invitation:
    """A code that lets `seats` people sign up, for `days`; made up unless given.

    Raises InvalidRequest for a code that is taken or too easy, seats out of range, no reason.
    """
    _check(days, key, reason)
    if not 1 <= seats <= SEATS_MAX:
        raise InvalidRequest(
            _("A code lets 1 to %(most)s people in.") % {"most": SEATS_MAX},
            fields={"seats": f"1 to {SEATS_MAX}"},
        )
    wanted = code.strip().upper()
    if wanted and not re.fullmatch(r"[A-Z0-9-]{6,40}", wanted):
        raise InvalidRequest(
            _("A code has 6 to 40 letters, digits and hyphens."), fields={"code": "6 to 40"}
        )
    done = _begun(key, "code", {"seats": seats, "code": wanted})
    if done is not None:
        return done.invitations.get()
    token = wanted or "-".join(_piece() for _group in range(3))
    if Invitation.objects.filter(token=token).exists():
        raise InvalidRequest(_("This code exists already."), fields={"code": "taken"})
    batch = InvitationBatch.objects.create(
        key=key,
        way="code",
        rule={"seats": seats, "code": wanted},
        count=seats,
        actor=actor[:120],
        reason=reason.strip(),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return Invitation.objects.create(
        batch=batch, token=token, seats=seats, expires_at=batch.expires_at
    )


def _piece() -> str:
    return "".join(secrets.choice(_LETTERS) for _letter in range(4))


def _check(days: int, key: str, reason: str) -> None:
    if not 1 <= days <= DAYS_MAX:
        raise InvalidRequest(
            _("An invitation lives 1 to %(most)s days.") % {"most": DAYS_MAX},
            fields={"days": f"1 to {DAYS_MAX}"},
        )
    if not re.fullmatch(r"[\w:.-]{1,80}", key):
        raise InvalidRequest(_("Name the batch."), fields={"key": "1 to 80 letters and digits"})
    if not 1 <= len(reason.strip()) <= 200:
        raise InvalidRequest(_("Give a reason."), fields={"reason": "1 to 200 characters"})


def _begun(key: str, way: str, rule: dict[str, object]) -> InvitationBatch | None:
    """The batch with this key; batches are made one after the other. Raises InvalidRequest."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('accounts.invitations'))")
    done = InvitationBatch.objects.filter(key=key).first()
    if done is not None and (done.way, done.rule) != (way, rule):
        raise InvalidRequest(_("This name was used for another batch."), fields={"key": "used"})
    return done


def _invite(
    ids: Sequence[int],
    way: str,
    rule: dict[str, object],
    days: int,
    key: str,
    actor: str,
    reason: str,
    now: datetime,
) -> InvitationBatch:
    until = now + timedelta(days=days)
    batch = InvitationBatch.objects.create(
        key=key,
        way=way,
        rule=rule,
        count=len(ids),
        actor=actor[:120],
        reason=reason.strip(),
        created_at=now,
        expires_at=until,
    )
    people = list(Application.objects.filter(pk__in=ids).only("pk", "email", "language"))
    Application.objects.filter(pk__in=ids).update(state="invited", invited_at=now)
    made = Invitation.objects.bulk_create(
        [
            Invitation(
                batch=batch,
                application=person,
                token=secrets.token_urlsafe(24),
                expires_at=until,
            )
            for person in people
        ],
        batch_size=1000,
    )
    DoorMail.objects.bulk_create(
        [
            DoorMail(
                kind="invitation",
                email=person.email,
                language=person.language,
                facts={"token": invitation.token, "until": until.isoformat()},
                created_at=now,
            )
            for person, invitation in zip(people, made, strict=True)
        ],
        batch_size=1000,
    )
    ring_after_commit("accounts.door_mail")
    return batch
