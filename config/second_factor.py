"""Second factors: their secrets at rest, and whether the desk asks staff for one."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import lru_cache

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _


@lru_cache(maxsize=4)
def _box(secret_key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"inkling second factors")
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps secrets of authenticator apps and seeds of recovery codes encrypted."""

    def encrypt(self, text: str) -> str:
        """With a key made from SECRET_KEY: a copy of the database alone signs nobody in."""
        return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The opposite. Raises InvalidToken when SECRET_KEY is another one now."""
        return _box(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()


class StaffSecondFactorMiddleware:
    """With STAFF_SECOND_FACTOR, staff without a second factor set one up before the desk opens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            settings.STAFF_SECOND_FACTOR
            and request.path.startswith("/admin/")
            and request.user.is_authenticated
            and request.user.is_staff
            and not is_mfa_enabled(request.user)
        ):
            messages.warning(request, _("Set up a second factor first: the desk asks for one."))
            return redirect("mfa_index")
        return self.get_response(request)
