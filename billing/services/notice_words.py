"""The words of notices about money that goes back. Every number comes from the recorded facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.types import format_points

# What a barred user reads; the codes are those of the desk.
BAN_REASONS: dict[str, Promise] = {
    "farming": gettext_lazy("free points taken with several accounts"),
    "fraud": gettext_lazy("payments that were not yours or were taken back"),
    "content": gettext_lazy("content that is not allowed"),
    "attack": gettext_lazy("an attack on the service"),
    "other": gettext_lazy("told to you by e-mail"),
}

Facts = dict[str, Any]
Words = Callable[[Facts], tuple[str, str]]


def amount_of(facts: Facts) -> str:
    """The amount of a notice: "12.50 CNY"."""
    whole, rest = divmod(facts["amount_minor"], 100)
    return f"{whole}.{rest:02d} {facts['currency']}"


def _money_returned(facts: Facts) -> tuple[str, str]:
    text = _(
        "%(amount)s of a purchase went back to you, and %(points)s points were taken back with it."
    ) % _numbers(facts)
    return _("Money went back to you"), text + _debt(facts)


def _refund_failed(facts: Facts) -> tuple[str, str]:
    return (
        _("A refund did not arrive"),
        _(
            "Your bank did not take %(amount)s back. The money is still with us and your "
            "%(points)s points are in your wallet again. You can ask for the refund once more."
        )
        % _numbers(facts),
    )


def _withdrawal_received(facts: Facts) -> tuple[str, str]:
    return (
        _("We have received your withdrawal"),
        _(
            "You withdrew from order %(order)s at %(at)s. %(amount)s goes back the way you paid, "
            "within 14 days at the latest; %(points)s unused points were taken back with it."
        )
        % {**_numbers(facts), "order": facts["order"], "at": facts["at"]},
    )


def _dispute_opened(facts: Facts) -> tuple[str, str]:
    return (
        _("Your bank disputes a payment"),
        _(
            "Your bank asked for %(amount)s back. Until it has decided, %(points)s points of that "
            "purchase are frozen; everything else is as before. If you did not mean this, tell "
            "your bank."
        )
        % _numbers(facts),
    )


def _dispute_won(facts: Facts) -> tuple[str, str]:
    return (
        _("The disputed payment stands"),
        _("Your bank has let %(amount)s stand. The points of that purchase are yours again.")
        % _numbers(facts),
    )


def _dispute_lost(facts: Facts) -> tuple[str, str]:
    text = _(
        "Your bank took %(amount)s back, and %(points)s points of that purchase went with it."
    ) % _numbers(facts)
    return _("The disputed payment went back"), text + _debt(facts)


def _fraud_warning(facts: Facts) -> tuple[str, str]:
    text = _(
        "The bank of the card says that its owner may not have made this payment, so %(amount)s "
        "goes back to the card and %(points)s points were taken back. If it was you, write to us."
    ) % _numbers(facts)
    return _("A payment is given back"), text + _debt(facts)


def _banned(facts: Facts) -> tuple[str, str]:
    return (
        _("Your account is barred"),
        _(
            "You can make nothing and claim no free points for now. Reason: %(reason)s. What you "
            "paid for and have not used can be given back to you under Billing at any time."
        )
        % {"reason": BAN_REASONS.get(facts["reason"], facts["reason"])},
    )


def _ban_lifted(facts: Facts) -> tuple[str, str]:
    return (
        _("Your account is open again"),
        _("Everything works as before, and your free points are back."),
    )


def _account_closed(facts: Facts) -> tuple[str, str]:
    return (
        _("Your account is closed"),
        _("Nothing is charged any more, and nobody can sign in. Our books keep what was paid."),
    )


def _numbers(facts: Facts) -> dict[str, str]:
    return {"amount": amount_of(facts), "points": format_points(facts["points_cp"])}


def _debt(facts: Facts) -> str:
    if not facts.get("debt_cp"):
        return ""
    return " " + _(
        "%(debt)s points were spent already: you owe them, and the next points you pay for "
        "settle them first."
    ) % {"debt": format_points(facts["debt_cp"])}


MONEY_BACK: dict[str, Words] = {
    "money_returned": _money_returned,
    "refund_failed": _refund_failed,
    "withdrawal_received": _withdrawal_received,
    "dispute_opened": _dispute_opened,
    "dispute_won": _dispute_won,
    "dispute_lost": _dispute_lost,
    "fraud_warning": _fraud_warning,
    "banned": _banned,
    "ban_lifted": _ban_lifted,
    "account_closed": _account_closed,
}
