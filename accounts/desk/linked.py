"""The desk: what a user has in common with others, as a table on a page about that user."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.selectors.linked import linked_accounts

_BY = {
    "mailbox": gettext_lazy("mailbox"),
    "device": gettext_lazy("device"),
    "address": gettext_lazy("address"),
}


def linked_table(user: User) -> str:
    """Linked accounts, the strongest links first, each with a way to its page."""
    linked = linked_accounts(user)
    if not linked:
        return _("None.")
    lines = format_html_join(
        "",
        '<li><a class="text-primary-600 underline dark:text-primary-500" href="{}">{}</a>'
        " – {}{}</li>",
        (
            (
                reverse("admin:accounts_user_change", args=[each.user.pk]),
                each.user.email,
                ", ".join(str(_BY[name]) for name in each.by),
                f" – {_('barred')}" if each.user.banned_at else "",
            )
            for each in linked
        ),
    )
    return format_html('<ul class="list-disc pl-5">{}</ul>', lines)
