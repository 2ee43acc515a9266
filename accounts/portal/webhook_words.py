"""What events, states and faults of webhooks are called on pages."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, Promise] = {
    "job.queued": _("A job waits"),
    "job.running": _("A worker has begun with a job"),
    "job.succeeded": _("A job delivered"),
    "job.failed": _("A job failed"),
    "job.canceled": _("A job was canceled"),
    "order.paid": _("An order was paid"),
    "refund.succeeded": _("Money went back to you"),
    "refund.failed": _("A refund did not arrive"),
    "membership.period_begun": _("A paid period was added"),
    "membership.renewal_failed": _("A card was refused"),
    "membership.ended": _("A membership has ended"),
    "auto_topup.stopped": _("The auto top-up has stopped"),
}
ERRORS: dict[str, Promise] = {
    "address": _("the address is not a public one"),
    "name": _("no server has this name"),
    "connection": _("no connection"),
    "tls": _("the certificate is not valid"),
    "timeout": _("no answer in time"),
    "protocol": _("the answer was not HTTP"),
    "secret": _("the secret could not be read"),
}
REASONS: dict[str, Promise] = {
    "gone": _("It answered 410: nothing is there any more."),
    "failing": _("For three days nothing sent to it arrived."),
}
