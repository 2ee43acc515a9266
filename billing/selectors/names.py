"""What plans, periods, ways to pay and points are called, in the language that is active."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.types import format_points

PLANS: dict[str, Promise] = {
    "free": gettext_lazy("Free"),
    "gold": gettext_lazy("Gold"),
    "platinum": gettext_lazy("Platinum"),
    "diamond": gettext_lazy("Diamond"),
}
PERIODS: dict[str, Promise] = {
    "month": gettext_lazy("Month"),
    "quarter": gettext_lazy("Quarter"),
    "half_year": gettext_lazy("Half-year"),
    "year": gettext_lazy("Year"),
}
METHODS: dict[str, Promise] = {
    "card": gettext_lazy("Card"),
    "alipay": gettext_lazy("Alipay"),
    "wechat_pay": gettext_lazy("WeChat Pay"),
}


_STOPPED: dict[str, Promise] = {
    "authentication_required": gettext_lazy(
        "Your bank wants you to confirm the payment yourself. Pay once by hand, then turn it on "
        "again."
    ),
    "expired_card": gettext_lazy("Your card has expired. Save another one and turn it on again."),
    "not_for_sale": gettext_lazy(
        "What it was to buy is not for sale any more. Choose something else and turn it on again."
    ),
}


def plan_name(code: str) -> str:
    """The name of a plan; an operator's own plan by its code, readable."""
    return str(PLANS.get(code, code.replace("-", " ").capitalize()))


def plan_and_period(code: str, period: str) -> str:
    """ "Gold, by the month"."""
    return _("%(plan)s, %(period)s") % {
        "plan": plan_name(code),
        "period": str(PERIODS.get(period, period)),
    }


def points(amount_cp: int) -> str:
    """Points of a plan or a pack: "3,000", "66", "65.80"."""
    whole, _point, hundredths = format_points(amount_cp).partition(".")
    grouped = f"{int(whole):,}"
    return grouped if hundredths == "00" else f"{grouped}.{hundredths}"


def why_stopped(reason: str) -> str:
    """Why auto top-up has stopped, and what to do; `reason` is what was recorded."""
    said = _STOPPED.get(reason)
    return str(said or _("Your card was refused. Look at it, then turn it on again."))
