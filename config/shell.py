"""What every page of the portal knows: the claim chip, the balance, the dev mailbox."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of the page around the page."""
    return {"dev_mail": settings.DEV_MAIL}
