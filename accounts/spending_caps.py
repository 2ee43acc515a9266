"""Limits that people set on spending: their own, and those of a seat."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest

CAP_MAX_CP = 10**12


def check_caps(*, daily_cap_cp: int | None, monthly_cap_cp: int | None) -> None:
    """Hundredths of a point a day and a month, None for no limit.

    Raises InvalidRequest, which names `day_points` or `month_points`.
    """
    for name, cap_cp in (("day", daily_cap_cp), ("month", monthly_cap_cp)):
        if cap_cp is not None and not 0 <= cap_cp <= CAP_MAX_CP:
            raise InvalidRequest(
                _("A limit is zero points or more."), fields={f"{name}_points": "zero or more"}
            )
