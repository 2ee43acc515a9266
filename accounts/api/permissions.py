"""A key may do what its scopes say. A signed-in person, where a view lets one in, may do all."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey
from accounts.scopes import BILLING_READ, BILLING_WRITE, KEYS, READ, SUBMIT, needed
from accounts.services.key_use import require_scope

# What a view needs for reading and for writing; a view says `scopes = …` to need another pair.
WORK = (READ, SUBMIT)
MONEY = (BILLING_READ, BILLING_WRITE)
# Whoever may work sees it, whoever may spend money decides on it.
DECIDE = (READ, BILLING_WRITE)
MANAGE_KEYS = (KEYS, KEYS)


class HasScope(BasePermission):
    """Raises ScopeMissing, which names the scope; views that nobody declared need `WORK`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiKey):
            reading, writing = getattr(view, "scopes", WORK)
            require_scope(
                request.auth, needed(str(request.method), reading=reading, writing=writing)
            )
        return True
