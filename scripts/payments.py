"""The stand-in for the payment provider, while no real one is configured."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace

from scripts.claim import Address
from scripts.places import PYTHON, Places

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def address(at: Address) -> Address | None:
    """Where the stand-in listens: beside the web server. None where it must not run: with a real
    key, and where others could reach it, because it takes no money."""
    elsewhere = any(os.environ.get(name) for name in ("ALLOWED_HOSTS", "INKLING_PUBLIC_URL"))
    if os.environ.get("STRIPE_SECRET_KEY") or at.host not in LOOPBACK or elsewhere:
        return None
    return replace(at, host="127.0.0.1", port=at.port + 1)


def command(here: Places, at: Address, stand_in: Address) -> list[str]:
    """The stand-in's command; its events go to the web server, signed."""
    return [
        str(PYTHON), "-m", "tests.servers.stripe",
        "--host", stand_in.host, "--port", str(stand_in.port),
        "--webhook", f"{at.url}/webhooks/stripe", "--webhook-secret", signing_secret(here),
        "--account-name", "Inkling (test)", "--state", str(here.home / "stripe-stand-in.json"),
    ]  # fmt: skip


def signing_secret(here: Places) -> str:
    """What the stand-in signs its events with; made once."""
    path = here.run / "stripe-stand-in-secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"whsec_{secrets.token_hex(24)}")
    return path.read_text()
