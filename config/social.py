"""Sign-in through others, as the operator writes it into one variable."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# Whose page a browser is sent to: the content policy lets forms go there, and nowhere else.
_ORIGINS = {
    "github": "https://github.com",
    "google": "https://accounts.google.com",
    "gitlab": "https://gitlab.com",
    "microsoft": "https://login.microsoftonline.com",
    "discord": "https://discord.com",
    "weixin": "https://open.weixin.qq.com",
}
_SCOPES: dict[str, list[str]] = {"github": ["user:email"], "google": ["profile", "email"]}


@dataclass(slots=True)
class Social:
    """What the settings need: apps to install, allauth's providers, origins of the policy."""

    apps: list[str] = field(default_factory=list)
    providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: list[str] = field(default_factory=list)


def social_sign_in(entries: list[str]) -> Social:
    """`github=CLIENT_ID:SECRET` and the like. Raises ImproperlyConfigured, never with a secret."""
    social = Social()
    for entry in entries:
        name, _, said = entry.partition("=")
        name = name.strip().lower()
        found = re.fullmatch(r"([^:\s]+):([^\s@]+)(?:@(https://\S+))?", said)
        if found is None or (name == "oidc") != bool(found[3]):
            raise ImproperlyConfigured(
                f"SOCIAL_SIGN_IN: {name!r} must be written as NAME=CLIENT_ID:SECRET,"
                " or oidc=CLIENT_ID:SECRET@https://issuer"
            )
        if name == "oidc":
            _add_oidc(social, found[1], found[2], found[3])
        elif name in _ORIGINS:
            social.apps.append(f"allauth.socialaccount.providers.{name}")
            social.origins.append(_ORIGINS[name])
            social.providers[name] = {
                "APPS": [{"client_id": found[1], "secret": found[2], "key": ""}],
                "SCOPE": _SCOPES.get(name, []),
            }
            if name not in _SCOPES:
                del social.providers[name]["SCOPE"]
        else:
            known = ", ".join([*_ORIGINS, "oidc"])
            raise ImproperlyConfigured(f"SOCIAL_SIGN_IN: {name!r} is none of {known}")
    return social


def _add_oidc(social: Social, client_id: str, secret: str, issuer: str) -> None:
    host = urlsplit(issuer)
    social.apps.append("allauth.socialaccount.providers.openid_connect")
    social.origins.append(f"{host.scheme}://{host.netloc}")
    social.providers["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": host.hostname,
                "client_id": client_id,
                "secret": secret,
                "settings": {"server_url": issuer},
            }
        ]
    }
