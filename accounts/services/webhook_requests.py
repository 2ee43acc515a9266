"""What somebody says of a webhook, in the form it is kept in, or refused."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.webhooks.event_types import in_order
from accounts.webhooks.receivers import read_url

_DESCRIPTION_MAX = 200


def checked_url(url: str, *, field: str = "url") -> str:
    """The address, if it may be written to. Raises InvalidRequest, naming `field`."""
    try:
        read_url(url.strip(), private=settings.WEBHOOK_PRIVATE_RECEIVERS)
    except ValueError as fault:
        raise InvalidRequest(
            _("Nothing can be sent to this address."), fields={field: str(fault)}
        ) from None
    return url.strip()


def checked_fields(**fields: object) -> dict[str, object]:
    """The fields that are given, each in the form it is kept in. Raises InvalidRequest."""
    checked: dict[str, object] = {}
    if "url" in fields:
        checked["url"] = checked_url(str(fields["url"]))
    if "description" in fields:
        text = str(fields["description"]).strip()
        if len(text) > _DESCRIPTION_MAX or "\0" in text:
            raise InvalidRequest(
                _("A description has up to 200 characters."),
                fields={"description": "up to 200 characters"},
            )
        checked["description"] = text
    if "event_types" in fields:
        names = fields["event_types"]
        assert isinstance(names, list | tuple)
        try:
            checked["event_types"] = in_order([str(name) for name in names])
        except ValueError as fault:
            raise InvalidRequest(
                _("There is no such event."), fields={"event_types": str(fault)}
            ) from None
    return checked
