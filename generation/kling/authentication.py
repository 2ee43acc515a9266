"""`Authorization: Bearer <token>`: a token that the pair of an API key has signed."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.models import ApiKey, User
from accounts.services.key_use import TokenFault, TokenRefused, find_by_token
from accounts.visits import address_of
from generation.kling import codes
from generation.kling.codes import KlingRefused

# Who guesses does not learn whether there is such an access key.
_UNKNOWN = (codes.AUTH_FAILED, "Authentication failed: check the access key and its secret.")
_FAULTS: dict[TokenFault, tuple[int, str]] = {
    "malformed": (codes.AUTH_INVALID, "Authorization must be a JWT signed by HS256, with exp."),
    "too_long": (codes.AUTH_INVALID, "exp must be at most an hour away."),
    "unknown": _UNKNOWN,
    "signature": _UNKNOWN,
    "early": (codes.AUTH_EARLY, "The token is not valid yet: look at nbf and at your clock."),
    "expired": (codes.AUTH_EXPIRED, "The token has expired: sign another."),
}


class TokenAuthentication(BaseAuthentication):
    """Sets `request.user` to the key's user and `request.auth` to the key."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        header = request.headers.get("Authorization", "").strip()
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise KlingRefused(codes.AUTH_INVALID, "Authorization must be Bearer and a token.")
        try:
            key = find_by_token(
                token=token.strip(),
                # Django's request, whose headers no parser has touched.
                address=address_of(request._request),
                now=timezone.now(),
            )
        except TokenRefused as refused:
            raise KlingRefused(*_FAULTS[refused.fault]) from None
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
