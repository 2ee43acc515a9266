"""`Authorization: Bearer ink_…`: the way into the REST face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiKey, User
from accounts.services.key_use import find_api_key
from accounts.visits import address_of

if TYPE_CHECKING:  # it imports the views, which import this module through the settings
    from drf_spectacular.openapi import AutoSchema


class BearerAuthentication(BaseAuthentication):
    """Sets `request.user` to the key's user and `request.auth` to the key."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = find_api_key(
            # Django's request, whose headers no parser has touched.
            secret=secret.strip(),
            address=address_of(request._request),
            now=timezone.now(),
        )
        if key is None:
            raise AuthenticationFailed("This API key is unknown, revoked or has ended.")
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the OpenAPI generator about bearer keys."""

    target_class = "accounts.api.authentication.BearerAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
