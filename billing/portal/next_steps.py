"""A refusal on a page of money: what it says, and the step that leads on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import Refusal
from billing.errors import (
    MembershipExists,
    MembershipPastDue,
    NoMembership,
    NotRenewing,
    OrderOpen,
    PaymentDeclined,
    PromotionUnavailable,
)


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where to go on, and what the link says."""

    url: str
    text: str


def refused(refusal: Refusal | None) -> dict[str, object]:
    """The refusal and its next step, for a page's context."""
    return {"refusal": refusal, "next_step": _next_step(refusal) if refusal else None}


def _next_step(refusal: Refusal) -> NextStep | None:
    billing = reverse("billing:billing")
    if isinstance(refusal, OrderOpen):
        return _open_order(str(refusal.facts.get("order", "")))
    if isinstance(refusal, MembershipPastDue):
        return NextStep(billing, _("See what is due"))
    if isinstance(refusal, MembershipExists | NotRenewing):
        return NextStep(billing, _("To your membership"))
    if isinstance(refusal, NoMembership | PromotionUnavailable):
        return NextStep(reverse("billing:plans"), _("See the plans"))
    if isinstance(refusal, PaymentDeclined):
        return NextStep(billing, _("Use another card"))
    return None


def _open_order(order_id: str) -> NextStep | None:
    try:
        return NextStep(reverse("billing:order", args=[UUID(order_id)]), _("Show that order"))
    except ValueError:
        return None
