"""The key with which a client may repeat a write: the header `Idempotency-Key`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest

KEY_MAX = 255


def checked_key(key: str | None) -> str:
    """The client's key as it is kept, "" for none.

    Raises InvalidRequest unless it has 1 to 255 printable characters.
    """
    if key is None:
        return ""
    if not (1 <= len(key) <= KEY_MAX and key.isprintable()):
        raise InvalidRequest(
            _("An idempotency key has 1 to 255 printable characters."),
            fields={"Idempotency-Key": "1 to 255 printable characters"},
        )
    return key
