"""Mails the links of invitations to teams."""

from __future__ import annotations

import logging
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import SeatInvitation
from billing.services.teams import token_of

log = logging.getLogger(__name__)


def mail_invitations(*, now: datetime, limit: int = 200) -> int:
    """Mail what was not mailed yet and can still be taken; returns how many went out.

    A mail server that does not answer leaves the rest for the next run.
    """
    sent = 0
    waiting = SeatInvitation.objects.filter(
        mailed_at=None, accepted_at=None, revoked_at=None, expires_at__gt=now
    ).select_related("team", "invited_by")
    for invitation in waiting[:limit]:
        row = SeatInvitation.objects.filter(pk=invitation.pk, mailed_at=None)
        if not row.update(mailed_at=now):
            continue
        with translation.override(invitation.language):
            subject, text = _wording(invitation)
        try:
            send_mail(subject, text, None, [invitation.email])
        except (SMTPException, OSError) as error:
            SeatInvitation.objects.filter(pk=invitation.pk).update(mailed_at=None)
            log.warning("invitation %s not mailed: %s", invitation.pk, error)
            break
        sent += 1
    return sent


def _wording(invitation: SeatInvitation) -> tuple[str, str]:
    subject = _("A seat in the team %(team)s") % {"team": invitation.team.name}
    text = _(
        "%(who)s offers you a seat in the team %(team)s: what you make for it is paid from the "
        "team's points.\n\nTake it within a week, signed in with this address:\n%(link)s\n\n"
        "If you did not expect this, do nothing."
    ) % {
        "who": invitation.invited_by.email,
        "team": invitation.team.name,
        "link": f"{settings.PUBLIC_URL}/team/join/{token_of(invitation)}/",
    }
    return subject, text
