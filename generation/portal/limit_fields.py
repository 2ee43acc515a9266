"""A limit in points as a form sends it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from billing.types import parse_points


def limit_in(request: HttpRequest, name: str) -> int | None:
    """The limit in a field, in hundredths, None for an empty one. Raises InvalidRequest."""
    text = request.POST.get(name, "").strip()
    try:
        return parse_points(text) if text else None
    except ValueError:
        raise InvalidRequest(
            _("Write a limit as a number of points, such as 100 or 12.50."),
            fields={name: "a number of points"},
        ) from None
