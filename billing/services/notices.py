"""What a user must be told about money: recorded with the fact, mailed afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing.models import BillingDetails, Membership, Notice
from billing.selectors.names import why_stopped
from billing.services.notice_words import MONEY_BACK, amount_of
from billing.types import format_points

REMIND_BEFORE = (timedelta(days=7), timedelta(days=1))
log = logging.getLogger(__name__)


def tell(*, user_id: UUID, kind: str, key: str, facts: dict[str, object], now: datetime) -> Notice:
    """Record a notice once: the same `key` a second time changes nothing. A step."""
    notice, _made = Notice.objects.get_or_create(
        key=key, defaults={"user_id": user_id, "kind": kind, "facts": facts, "created_at": now}
    )
    return notice


@transaction.atomic(durable=True)
def remind_of_ends(*, now: datetime) -> int:
    """Tell who has a prepaid period or a gift that ends within 7 days, and within 1; how many."""
    told = 0
    for before in REMIND_BEFORE:
        ending = Membership.objects.select_related("plan_price__plan").filter(
            status="active",
            kind__in=["prepaid", "gift"],
            current_period_end_at__gt=now,
            current_period_end_at__lte=now + before,
        )
        for membership in ending:
            ends_at = membership.current_period_end_at.isoformat()
            tell(
                user_id=membership.user_id,
                kind="period_ends",
                key=f"period_ends:{membership.pk}:{ends_at}:{before.days}",
                facts={"plan": membership.plan_price.plan.code, "ends_at": ends_at},
                now=now,
            )
            told += 1
    return told


def mail_notices(*, now: datetime, limit: int = 200) -> int:
    """Mail what was not mailed yet, oldest first; returns how many went out.

    A mail server that does not answer leaves the rest for the next run.
    """
    sent = 0
    waiting = Notice.objects.filter(mailed_at=None).select_related("user").order_by("id")
    for notice in waiting[:limit]:
        if not wanted(notice):
            # Shown in the portal all the same; a mail it never was.
            Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=now)
            continue
        with translation.override(_language_of(notice)):
            subject, text = wording(notice)
        # Marked first: a mail lost in a crash is shown in the portal, a mail sent twice alarms.
        if not Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=now):
            continue
        try:
            send_mail(subject, text, None, [notice.user.email])
        except (SMTPException, OSError) as error:
            Notice.objects.filter(pk=notice.pk).update(mailed_at=None)
            log.warning("notice %s not mailed: %s", notice.pk, error)
            break
        sent += 1
    return sent


def _language_of(notice: Notice) -> str:
    """The language the user chose, else the one in which they last bought something."""
    if notice.user.language:
        return notice.user.language
    details = BillingDetails.objects.filter(user_id=notice.user_id).first()
    return (details.language if details else "") or settings.LANGUAGE_CODE


# The choice of the profile that each kind heeds; what is not here always goes out.
_CHOICES = {
    "period_ends": "mail_ends",
    "auto_topup_maximum": "mail_ends",
    "job_done": "mail_jobs",
}


def wanted(notice: Notice) -> bool:
    """Whether the user wants this one by mail."""
    choice = _CHOICES.get(notice.kind)
    return choice is None or bool(getattr(notice.user, choice))


def wording(notice: Notice) -> tuple[str, str]:
    """Subject and text of a notice, in the language that is active."""
    return _WORDS[notice.kind](notice.facts)


def _renewal_failed(facts: dict[str, Any]) -> tuple[str, str]:
    again = facts["next_attempt_at"]
    return (
        _("Your membership could not be renewed"),
        _(
            "Your card was refused for %(amount)s. Nothing you have paid for is touched. "
            "The next try is on %(at)s; you can change the card until then."
        )
        % {"amount": amount_of(facts), "at": again[:10] if again else "–"},
    )


def _membership_ended(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("Your membership has ended"),
        _("Your %(plan)s membership has ended. Your points stay until their own end.")
        % {"plan": facts["plan"]},
    )


def _payment_failed(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("Your payment did not go through"),
        _("Your payment was refused; nothing was charged. You can try again at any time."),
    )


def _given_back(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("Your payment is on its way back"),
        _("We could not accept your order and have given %(amount)s back to you.")
        % {"amount": amount_of(facts)},
    )


def _paid_twice(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("You paid twice; the second payment is on its way back"),
        _(
            "Two payments came for one order. The first one counts; the other one, of %(amount)s, "
            "goes back the way it came."
        )
        % {"amount": amount_of(facts)},
    )


def _period_ends(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("Your membership ends soon"),
        _("Your %(plan)s period ends on %(at)s and does not renew by itself.")
        % {"plan": facts["plan"], "at": facts["ends_at"][:10]},
    )


def _auto_topup_stopped(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("Your auto top-up has stopped"),
        _("Points could not be bought, and nothing was charged. %(why)s %(link)s")
        % {
            "why": why_stopped(facts["reason"]),
            "link": f"{settings.PUBLIC_URL}/auto-topup/",
        },
    )


def _auto_topup_maximum(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("Your auto top-up has reached its maximum"),
        _(
            "This month's maximum of %(amount)s would be passed, so nothing is bought until the "
            "next month. You can raise it or top up by hand: %(link)s"
        )
        % {"amount": amount_of(facts), "link": f"{settings.PUBLIC_URL}/auto-topup/"},
    )


def _job_done(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("Your job is done"),
        _("What you asked for is ready: %(link)s")
        % {"link": f"{settings.PUBLIC_URL}/jobs/{facts['job']}/"},
    )


def _export_ready(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("Your data is ready"),
        _("The archive can be downloaded until %(until)s: %(link)s")
        % {"until": facts["until"][:10], "link": f"{settings.PUBLIC_URL}/account/data/"},
    )


def _webhook_disabled(facts: dict[str, Any]) -> tuple[str, str]:
    if facts["reason"] == "gone":
        why = _("It answered 410: nothing is there any more.")
    else:
        why = _("For three days nothing sent to it arrived.")
    return (
        _("A webhook endpoint is switched off"),
        _("Nothing is sent to %(url)s any more. %(why)s Switch it on again here: %(link)s")
        % {
            "url": facts["url"],
            "why": why,
            "link": f"{settings.PUBLIC_URL}/webhooks/{facts['endpoint']}/",
        },
    )


def _referral_earned(facts: dict[str, Any]) -> tuple[str, str]:
    numbers = {"points": format_points(facts["points_cp"]), "until": facts["until"][:10]}
    if facts["part"] == "referrer":
        text = _(
            "A friend you invited bought points. %(points)s bonus points are in your wallet until "
            "%(until)s."
        )
    else:
        text = _(
            "You came by a friend's invitation. %(points)s bonus points are in your wallet until "
            "%(until)s."
        )
    return _("Bonus points for an invitation"), text % numbers


_WORDS: dict[str, Callable[[dict[str, Any]], tuple[str, str]]] = {
    "renewal_failed": _renewal_failed,
    "membership_ended": _membership_ended,
    "payment_failed": _payment_failed,
    "purchase_given_back": _given_back,
    "paid_twice": _paid_twice,
    "period_ends": _period_ends,
    "auto_topup_stopped": _auto_topup_stopped,
    "auto_topup_maximum": _auto_topup_maximum,
    "job_done": _job_done,
    "export_ready": _export_ready,
    "webhook_disabled": _webhook_disabled,
    "referral_earned": _referral_earned,
    **MONEY_BACK,
}
KINDS = tuple(_WORDS)
