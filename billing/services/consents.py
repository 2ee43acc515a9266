"""The buyer's consent: points at once, and used ones are paid for in a withdrawal."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from billing.errors import ConsentRequired


def consent_required() -> bool:
    """Whether the operator sells only to who consents."""
    return bool(settings.WITHDRAWAL_CONSENT == "REQUIRED")


def consent_given(version: str) -> str:
    """The version of the terms consented to, "" for none; only the present one counts.

    Raises ConsentRequired, with the version to consent to, where the operator asks for it.
    """
    if version == settings.TERMS_VERSION:
        return version
    if consent_required():
        raise ConsentRequired(
            _("Please agree that points you use before a withdrawal are paid for."),
            fields={"consent": settings.TERMS_VERSION},
            facts={"terms_version": settings.TERMS_VERSION},
        )
    return ""
